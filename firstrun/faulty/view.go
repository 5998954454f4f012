package faulty

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// View is a copy of a directory that costs nothing: an overlay mount, which keeps what is changed in memory. The
// directory must not change while there is a view of it.
type View struct {
	Path string // leads into a mount that is nowhere else to be seen
	fd   int
}

// NewView makes a view. It needs the privilege to mount.
func NewView(lower string) (*View, error) {
	fd, err := mountView(lower)
	if err != nil {
		return nil, fmt.Errorf("cannot mount an overlay over %s: %w", lower, err)
	}
	return &View{fmt.Sprintf("/proc/%d/fd/%d/.", os.Getpid(), fd), fd}, nil
}

// mountView mounts an overlay. Its index keeps hard links, directories can be renamed, and numbers of inodes are
// those of one file system, as on any other.
func mountView(lower string) (fd int, err error) {
	memory, err := mount("tmpfs", map[string]string{"mode": "700"})
	if err != nil {
		return -1, err
	}
	defer unix.Close(memory)
	options := map[string]string{"lowerdir": lower, "index": "on", "redirect_dir": "on", "metacopy": "off", "xino": "on"}
	for option, name := range map[string]string{"upperdir": "upper", "workdir": "work"} {
		options[option] = fmt.Sprintf("/proc/self/fd/%d/%s", memory, name)
		if err := os.Mkdir(options[option], 0o700); err != nil {
			return -1, err
		}
	}
	// The root of the view has the attributes of the upper directory.
	var st unix.Stat_t
	if err := unix.Stat(lower, &st); err != nil {
		return -1, err
	}
	if err := copyAttributes(lower, options["upperdir"], &st); err != nil {
		return -1, err
	}
	return mount("overlay", options)
}

// mount makes a mount that goes with its descriptor.
func mount(kind string, options map[string]string) (fd int, err error) {
	fs, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	for option, value := range options {
		if err := unix.FsconfigSetString(fs, option, value); err != nil {
			return -1, fmt.Errorf("%s=%s: %w", option, value, err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, 0)
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
func (v *View) Close() { unix.Close(v.fd) }
