package install

import (
	"fmt"
	"syscall"

	"pintle/units"

	"golang.org/x/sys/unix"
)

const defaultTarget = "default.target"

// SetDefault makes a target the one that the manager starts: default.target becomes a link to it.
func (f *Files) SetDefault(name string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		if units.NameType(name) != "target" || name == defaultTarget {
			return 0, unix.EINVAL
		}
		u, err := o.enableable(&set{}, name, 0)
		if err != nil {
			return 0, err
		}
		return 0, o.link(u.path, join(o.config, defaultTarget), opts.Force)
	})
}

// Default is the target that the manager starts. The warnings are about what was wrong on the way to its file.
func (f *Files) Default() (name string, warnings []string, err error) {
	o, err := f.begin()
	if err != nil {
		return "", nil, err
	}
	defer o.close()
	u, err := o.lookup(&set{}, defaultTarget, followConfig)
	if err != nil {
		return "", o.Warnings, &DefaultError{errnoOf(err)}
	}
	return u.name, o.Warnings, nil
}

// DefaultError says why the default target cannot be told.
type DefaultError struct{ Errno syscall.Errno }

// Error is the message of systemctl.
func (e *DefaultError) Error() string {
	return fmt.Sprintf("Failed to get default target: %s", errnoText(e.Errno))
}

// Unwrap gives the error number.
func (e *DefaultError) Unwrap() error { return e.Errno }
