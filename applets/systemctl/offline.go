package systemctl

import (
	"errors"
	"os"
	"syscall"

	"pintle/applets/command"
	"pintle/units"
)

// booted says whether a manager brought this system up (sd_booted(3)).
func booted() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// offline answers a verb that needs a manager where there is none to be talked to: below another root, and in a
// chroot, where an image is being made.
func (c *control) offline(v verb) (done bool, err error) {
	if c.root != "" || c.image != "" {
		return true, command.Failf("Verb '%s' cannot be used with --root= or --image=.", c.verb)
	}
	if inChroot() {
		c.infof("Running in chroot, ignoring command '%s'", c.verb)
		return true, nil
	}
	return false, nil
}

// inChroot says whether our root directory is not that of PID 1, or we have been told to think so.
func inChroot() bool {
	if b, err := units.ParseBool(os.Getenv("SYSTEMD_OFFLINE")); err == nil {
		return b
	}
	if ignore, err := units.ParseBool(os.Getenv("SYSTEMD_IGNORE_CHROOT")); err == nil && ignore {
		return false
	}
	theirs, err := os.Stat("/proc/1/root")
	if err != nil {
		return errors.Is(err, syscall.ENOENT) && os.Getpid() != 1 && !exists("/proc/self")
	}
	ours, err := os.Stat("/")
	return err == nil && !os.SameFile(theirs, ours)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// errInvalid is what bad arguments are called.
const errInvalid = syscall.EINVAL
