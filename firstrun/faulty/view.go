package faulty

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
)

// View is a copy of a directory that costs nothing: an overlay mount, which keeps what is changed elsewhere. The
// directory must not change while there is a view of it.
type View struct {
	Path string // leads into a mount that is nowhere else to be seen
	fd   int
	dir  string
}

// NewView makes a view; scratch is a directory on the same file system. It needs the privilege to mount.
func NewView(lower, scratch string) (*View, error) {
	dir, err := os.MkdirTemp(scratch, "view-")
	if err != nil {
		return nil, err
	}
	v := &View{dir: dir, fd: -1}
	if err := v.mount(lower); err != nil {
		_ = v.Close()
		return nil, fmt.Errorf("cannot mount an overlay over %s: %w", lower, err)
	}
	v.Path = fmt.Sprintf("/proc/%d/fd/%d/.", os.Getpid(), v.fd)
	return v, nil
}

// mount mounts an overlay. Its index keeps hard links, and directories can be renamed, as on any file system.
func (v *View) mount(lower string) error {
	fs, err := unix.Fsopen("overlay", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(fs)
	options := map[string]string{"lowerdir": lower, "index": "on", "redirect_dir": "on", "metacopy": "off"}
	for option, name := range map[string]string{"upperdir": "upper", "workdir": "work"} {
		options[option] = filepath.Join(v.dir, name)
		if err := os.Mkdir(options[option], 0o700); err != nil {
			return err
		}
	}
	var st unix.Stat_t
	if err := unix.Stat(lower, &st); err != nil {
		return err
	}
	// The root of the view has the attributes of the upper directory.
	upper := options["upperdir"]
	if err := copyAttributes(lower, upper, &st); err != nil {
		return err
	}
	for option, value := range options {
		if err := unix.FsconfigSetString(fs, option, value); err != nil {
			return fmt.Errorf("%s=%s: %w", option, value, err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return err
	}
	v.fd, err = unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
	return err
}

func copyAttributes(from, to string, st *unix.Stat_t) error {
	if err := unix.Chown(to, int(st.Uid), int(st.Gid)); err != nil {
		return err
	}
	if err := unix.Chmod(to, st.Mode&0o7777); err != nil {
		return err
	}
	for name, value := range attributes(from) {
		if err := unix.Lsetxattr(to, name, []byte(value), 0); err != nil {
			return err
		}
	}
	return unix.UtimesNanoAt(unix.AT_FDCWD, to, []unix.Timespec{st.Atim, st.Mtim}, 0)
}

// Close unmounts the view and forgets what was changed in it.
func (v *View) Close() error {
	if v.fd >= 0 {
		unix.Close(v.fd)
	}
	return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, v.dir)
}
