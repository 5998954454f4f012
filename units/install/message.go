package install

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Message is the line by which systemctl tells of a change when it works on the files itself; verb is what it
// was asked to do ("enable").
func (c Change) Message(verb string) string {
	switch c.Type {
	case Symlink:
		return fmt.Sprintf("Created symlink %s → %s.", c.Path, c.Source)
	case Unlink:
		return fmt.Sprintf("Removed %q.", c.Path)
	case IsMasked:
		return fmt.Sprintf("Unit %s is masked, ignoring.", c.Path)
	case MaskedByGenerator:
		return fmt.Sprintf("Unit %s is masked via a generator and cannot be unmasked.", c.Path)
	case IsDangling:
		return fmt.Sprintf("Unit %s is an alias to a unit that is not present, ignoring.", c.Path)
	case DestinationMissing:
		return fmt.Sprintf("Unit %s is added as a dependency to a non-existent unit %s.", c.Source, c.Path)
	case AuxiliaryFailed:
		return fmt.Sprintf("Failed to enable auxiliary unit %s, ignoring.", c.Path)
	}
	switch c.Errno {
	case unix.EEXIST:
		if c.Source != "" {
			return fmt.Sprintf("Failed to %s unit, file %q already exists and is a symlink to %q.", verb, c.Path, c.Source)
		}
		return fmt.Sprintf("Failed to %s unit, file %q already exists.", verb, c.Path)
	case unix.ERFKILL:
		return fmt.Sprintf("Failed to %s unit, unit %s is masked.", verb, c.Path)
	case unix.EADDRNOTAVAIL:
		return fmt.Sprintf("Failed to %s unit, unit %s is transient or generated.", verb, c.Path)
	case unix.ETXTBSY:
		return fmt.Sprintf("Failed to %s unit, file %s is under the systemd unit hierarchy already.", verb, c.Path)
	case unix.EBADSLT:
		return fmt.Sprintf("Failed to %s unit, invalid specifier in %q.", verb, c.Path)
	case unix.EIDRM:
		return fmt.Sprintf("Failed to %s %s, destination unit %s is a non-template unit.", verb, c.Source, c.Path)
	case unix.EUCLEAN:
		return fmt.Sprintf("Failed to %s unit, %q is not a valid unit name.", verb, c.Path)
	case unix.ELOOP:
		return fmt.Sprintf("Failed to %s unit, refusing to operate on linked unit file %s.", verb, c.Path)
	case unix.EXDEV:
		if c.Source != "" {
			return fmt.Sprintf("Failed to %s unit, cannot alias %s as %s.", verb, c.Source, c.Path)
		}
		return fmt.Sprintf("Failed to %s unit, invalid unit reference %q.", verb, c.Path)
	case unix.ENOENT:
		return fmt.Sprintf("Failed to %s unit, unit %s does not exist.", verb, c.Path)
	case unix.EUNATCH:
		return fmt.Sprintf("Failed to %s unit, cannot resolve specifiers in %q.", verb, c.Path)
	}
	return fmt.Sprintf("Failed to %s unit, file %q: %s", verb, c.Path, errnoText(c.Errno))
}

// Good tells whether the change is something that happened, which systemctl --quiet does not tell of.
func (c Change) Good() bool { return c.Errno == 0 }

// Lines are what systemctl writes to its standard error of an operation on files; quiet leaves out what went
// well.
func (r Result) Lines(verb string, quiet bool) []string {
	lines := append([]string{}, r.Warnings...)
	failed := false
	for _, c := range r.Changes {
		if c.Errno != 0 {
			failed = true
		} else if quiet {
			continue
		}
		lines = append(lines, c.Message(verb))
	}
	if r.Err != nil && !failed {
		lines = append(lines, fmt.Sprintf("Failed to %s: %s.", verb, errnoText(errnoOf(r.Err))))
	}
	return lines
}

// NoInstallInfo is what systemctl says about units that cannot be enabled.
const NoInstallInfo = `The unit files have no installation config (WantedBy=, RequiredBy=, Also=,
Alias= settings in the [Install] section, and DefaultInstance= for template
units). This means they are not meant to be enabled using systemctl.
 
Possible reasons for having this kind of units are:
• A unit may be statically enabled by being symlinked from another unit's
  .wants/ or .requires/ directory.
• A unit's purpose may be to act as a helper for some other unit which has
  a requirement dependency on it.
• A unit may be started when needed via activation (socket, path, timer,
  D-Bus, udev, scripted systemctl call, ...).
• In case of template units, the unit is meant to be enabled with some
  instance name specified.`

// errnoText is the text of an error number as C programs have it.
func errnoText(errno syscall.Errno) string {
	text := errno.Error()
	if text != "" && text[0] >= 'a' && text[0] <= 'z' {
		return string(text[0]-'a'+'A') + text[1:]
	}
	return text
}
