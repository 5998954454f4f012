// Package install enables, disables, masks and links unit files, and tells how they are installed, on the files
// of a root directory alone: no manager takes part (systemctl(1), "Unit File Commands"; systemd.unit(5),
// "[Install] Section Options"; systemd.preset(5)).
//
// The root directory may be that of an image of unknown origin. No symbolic link is followed out of it, and
// each file is made or replaced in one step.
//
// What an operation did, and what kept it from doing more, is a list of changes, which is what the manager
// answers to a client and what systemctl prints.
package install

import (
	"fmt"
	"syscall"

	"pintle/units"
)

// Files are the unit files of a root directory.
type Files struct {
	// Root is the directory that stands for "/"; empty for the real one.
	Root  string
	Scope Scope
	// Path is the search path, highest priority first; nil for that of the scope.
	Path []string
	// Getenv gives the environment variables that the search path depends on; nil for those of the process.
	Getenv func(string) string
	// Host gives the values of specifiers that do not depend on the unit; nil for those of Root.
	Host units.HostFacts
	// Provided tells whether the manager brings along a unit that needs no file, and which one its name is an
	// alias of, if it is one; nil if it brings along none.
	Provided func(name string) (alias string, ok bool)
}

// Builtin is Files.Provided of a system that pintle is the manager of.
func Builtin(name string) (alias string, ok bool) {
	_, alias, ok = units.Builtin(name)
	return alias, ok
}

// Options say how an operation is done.
type Options struct {
	Runtime  bool // in /run instead of /etc: until the next boot
	Force    bool // replace links that are in the way
	Portable bool // in the directories of portable services
	DryRun   bool // only tell which links would be removed
	Mode     PresetMode
}

// PresetMode says which of the decisions of preset files are carried out.
type PresetMode string

// The preset modes (systemctl(1), --preset-mode=).
const (
	PresetFull        PresetMode = "full"
	PresetEnableOnly  PresetMode = "enable-only"
	PresetDisableOnly PresetMode = "disable-only"
)

// ParsePresetMode reads a preset mode; the empty word is PresetFull.
func ParsePresetMode(s string) (PresetMode, error) {
	switch m := PresetMode(s); m {
	case "":
		return PresetFull, nil
	case PresetFull, PresetEnableOnly, PresetDisableOnly:
		return m, nil
	}
	return "", fmt.Errorf("cannot use preset mode %q: it is full, enable-only or disable-only: %w", s, syscall.EINVAL)
}

// Result is what an operation did.
type Result struct {
	Changes []Change
	// Warnings are what was wrong in the unit files that were read, in the words of systemd.
	Warnings []string
	// InstallInfo is set if one of the units can be enabled at all: it has an [Install] section that says how.
	InstallInfo bool
	// Err is what ended the operation, or the first of what failed in it: an error number. Most often one of
	// Changes tells more.
	Err error
}

// Failure is the change that says best why the operation failed, nil if none does or nothing failed.
func (r Result) Failure() *Change {
	for i := range r.Changes {
		if r.Changes[i].Errno != 0 {
			return &r.Changes[i]
		}
	}
	return nil
}

// Changed tells whether anything was done to the files.
func (r Result) Changed() bool {
	for _, c := range r.Changes {
		if c.Type == Symlink || c.Type == Unlink {
			return true
		}
	}
	return false
}

// RootError says that the root directory cannot be used.
type RootError struct {
	Root  string
	Errno syscall.Errno
}

// Error is the message of systemctl.
func (e *RootError) Error() string {
	return fmt.Sprintf("Failed to initialize unit search paths for root directory %s: %s", e.Root, errnoText(e.Errno))
}

// Unwrap gives the error number.
func (e *RootError) Unwrap() error { return e.Errno }

// operation is one run over the files.
type operation struct {
	*Files
	directories
	tree *tree
	Result
}

// begin opens the root directory. The operation must be closed.
func (f *Files) begin() (*operation, error) {
	t, err := openTree(f.Root)
	if err != nil {
		return nil, &RootError{f.Root, errnoOf(err)}
	}
	return &operation{Files: f, tree: t, directories: newDirectories(t, f)}, nil
}

func (o *operation) close() { o.tree.close() }

// run does one operation and gives its result. An operation that did nothing wrong returns the number of
// settings of [Install] that it found.
func (f *Files) run(do func(*operation) (int, error)) Result {
	o, err := f.begin()
	if err != nil {
		return Result{Err: err}
	}
	defer o.close()
	n, err := do(o)
	o.InstallInfo = err == nil && n > 0
	o.Err = err
	return o.Result
}

// did records a change; source may be empty.
func (o *operation) did(what ChangeType, path, source string) {
	o.Changes = append(o.Changes, Change{Type: what, Path: path, Source: source})
}

// fail records what could not be done, and returns it as an error.
func (o *operation) fail(err error, path, source string) error {
	errno := errnoOf(err)
	o.Changes = append(o.Changes, Change{Errno: errno, Path: units.SimplifyPath(path), Source: source})
	return errno
}

func (o *operation) warn(format string, args ...any) {
	o.Warnings = append(o.Warnings, fmt.Sprintf(format, args...))
}

// shown is a path as it is told to the user: with the root directory before it.
func (o *operation) shown(path string) string {
	if o.Root == "" || o.Root == "/" {
		return path
	}
	return join(o.Root, path)
}

// provided is where the file of a unit would be that the manager brings along, and where the link leads to that
// its name would be.
func (o *operation) provided(name string) (file, target string, ok bool) {
	if o.Provided == nil {
		return "", "", false
	}
	target, ok = o.Provided(name)
	if target != "" {
		target = providedIn + target
	}
	return providedIn + name, target, ok
}

// providedIn is where a package would have the units that the manager brings along.
const providedIn = "/usr/lib/systemd/system/"

// host gives the values of specifiers.
func (o *operation) host() units.HostFacts {
	if o.Host != nil {
		return o.Host
	}
	return units.SystemHost{Root: o.Root}
}

// first keeps the first of several errors.
func first(err *error, next error) {
	if *err == nil {
		*err = next
	}
}
