package install

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// ChangeType is what happened to a path, in the words of EnableUnitFiles() and its kin
// (org.freedesktop.systemd1(5)).
type ChangeType string

// The types of changes.
const (
	Symlink            ChangeType = "symlink"                 // Path was made, a link to Source
	Unlink             ChangeType = "unlink"                  // Path was removed
	IsMasked           ChangeType = "masked"                  // Path is masked and was left alone
	MaskedByGenerator  ChangeType = "masked by generator"     // Path cannot be unmasked
	IsDangling         ChangeType = "dangling"                // Path is an alias of a unit that is not there
	DestinationMissing ChangeType = "destination not present" // Source was added to unit Path, which is not there
	AuxiliaryFailed    ChangeType = "auxiliary unit failed"   // Path, named by Also=, could not be enabled
)

// Change is one step of an operation: something done to a path, or, if Errno is set, something that could not
// be done.
type Change struct {
	Type   ChangeType
	Errno  syscall.Errno
	Path   string // of the file, with the root directory before it; or a unit name
	Source string
}

// Error is what went wrong.
func (c Change) Error() string {
	if text := c.reason(); text != "" {
		return text
	}
	return fmt.Sprintf("File %s: %v", c.Path, errnoText(c.Errno))
}

// Unwrap gives the error number.
func (c Change) Unwrap() error { return c.Errno }

// reason is what the manager answers a client; empty for an error without words of its own.
func (c Change) reason() string {
	switch c.Errno {
	case unix.EEXIST:
		if c.Source != "" {
			return fmt.Sprintf("File %s already exists and is a symlink to %s.", c.Path, c.Source)
		}
		return fmt.Sprintf("File %s already exists.", c.Path)
	case unix.ERFKILL:
		return fmt.Sprintf("Unit file %s is masked.", c.Path)
	case unix.EADDRNOTAVAIL:
		return fmt.Sprintf("Unit %s is transient or generated.", c.Path)
	case unix.ETXTBSY:
		return fmt.Sprintf("File %s is under the systemd unit hierarchy already.", c.Path)
	case unix.EBADSLT:
		return fmt.Sprintf("Invalid specifier in %s.", c.Path)
	case unix.EIDRM:
		return fmt.Sprintf("Destination unit %s is a non-template unit.", c.Path)
	case unix.EUCLEAN:
		return fmt.Sprintf("%q is not a valid unit name.", c.Path)
	case unix.ELOOP:
		return fmt.Sprintf("Refusing to operate on alias name or linked unit file: %s", c.Path)
	case unix.EXDEV:
		if c.Source != "" {
			return fmt.Sprintf("Cannot alias %s as %s.", c.Source, c.Path)
		}
		return fmt.Sprintf("Invalid unit reference %s.", c.Path)
	case unix.ENOENT:
		return fmt.Sprintf("Unit file %s does not exist.", c.Path)
	case unix.ENOLINK:
		return fmt.Sprintf("Unit %s is an unresolvable alias.", c.Path)
	case unix.EUNATCH:
		return fmt.Sprintf("Cannot resolve specifiers in %s.", c.Path)
	}
	return ""
}

// BusName is the D-Bus error that a manager answers with; empty where it is just that of the error number.
func (c Change) BusName() string {
	const systemd = "org.freedesktop.systemd1."
	switch c.Errno {
	case unix.EEXIST:
		return systemd + "UnitExists"
	case unix.ERFKILL:
		return systemd + "UnitMasked"
	case unix.EADDRNOTAVAIL:
		return systemd + "UnitGenerated"
	case unix.ETXTBSY:
		return systemd + "UnitBadPath"
	case unix.EBADSLT, unix.EIDRM, unix.EUCLEAN, unix.EXDEV, unix.EUNATCH:
		return systemd + "BadUnitSetting"
	case unix.ELOOP:
		return systemd + "UnitLinked"
	case unix.ENOENT, unix.ENOLINK:
		return systemd + "NoSuchUnit"
	}
	return ""
}
