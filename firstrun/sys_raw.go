package firstrun

import (
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// futimens is utimensat(2) of a descriptor, which package unix has not.
func futimens(fd int, ts []unix.Timespec) error {
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&ts[0])), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// procPath is a path to an entry of a directory that is open, for calls that know no directories. The entry
// itself is not resolved by them; an empty name is the directory.
func procPath(dir int, name string) string {
	path := "/proc/self/fd/" + strconv.Itoa(dir)
	if name != "" {
		path += "/" + name
	}
	return path
}

// Xattrs are extended attributes, ACLs and file capabilities among them, by name. The SELinux label is left
// to the engine and never among them.
type Xattrs map[string]string

// ignoredXattr tells names of attributes that are not the image's to choose.
func ignoredXattr(name string) bool {
	return name == "security.selinux" || strings.HasPrefix(name, "trusted.overlay.") || strings.HasPrefix(name, "user.overlay.")
}

// XattrsOf reads the attributes of what is open at fd (a file or a directory).
func (s *Sys) XattrsOf(fd int) (Xattrs, error) {
	return s.readXattrs(
		func(b []byte) (int, error) { return unix.Flistxattr(fd, b) },
		func(name string, b []byte) (int, error) { return unix.Fgetxattr(fd, name, b) })
}

// XattrsAt reads those of an entry that cannot be opened: a symlink, FIFO, socket or device.
func (s *Sys) XattrsAt(dir int, name string) (Xattrs, error) {
	path := procPath(dir, name)
	return s.readXattrs(
		func(b []byte) (int, error) { return unix.Llistxattr(path, b) },
		func(name string, b []byte) (int, error) { return unix.Lgetxattr(path, name, b) })
}

func (s *Sys) readXattrs(list func([]byte) (int, error), get func(string, []byte) (int, error)) (Xattrs, error) {
	if err := s.before("listxattr", false); err != nil {
		return nil, err
	}
	var small [256]byte
	names := small[:]
	n, err := list(names)
	for err == unix.ERANGE {
		if n, err = list(nil); err == nil {
			names = make([]byte, n+256)
			n, err = list(names)
		}
	}
	if err == unix.EOPNOTSUPP || n == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var attrs Xattrs
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names[:n]), "\x00"), "\x00") {
		if ignoredXattr(name) {
			continue
		}
		if err := s.before("getxattr", false); err != nil {
			return nil, err
		}
		value := make([]byte, 64<<10) // XATTR_SIZE_MAX
		n, err := get(name, value)
		if err == unix.ENODATA {
			continue
		}
		if err != nil {
			return nil, err
		}
		if attrs == nil {
			attrs = Xattrs{}
		}
		attrs[name] = string(value[:n])
	}
	return attrs, nil
}

// SetXattr sets an attribute of what is open at fd or, with a name, of an entry of the directory at fd.
func (s *Sys) SetXattr(fd int, entry, name, value string) error {
	if err := s.before("setxattr", true); err != nil {
		return err
	}
	if entry == "" {
		return unix.Fsetxattr(fd, name, []byte(value), 0)
	}
	return unix.Lsetxattr(procPath(fd, entry), name, []byte(value), 0)
}

// RemoveXattr removes an attribute; it is no error if there is none.
func (s *Sys) RemoveXattr(fd int, entry, name string) error {
	if err := s.before("removexattr", true); err != nil {
		return err
	}
	var err error
	if entry == "" {
		err = unix.Fremovexattr(fd, name)
	} else {
		err = unix.Lremovexattr(procPath(fd, entry), name)
	}
	if err == unix.ENODATA || err == unix.EOPNOTSUPP {
		return nil
	}
	return err
}

// umaskOnce reads the umask, which can only be read by changing it, before there are goroutines that write.
var umaskOnce = sync.OnceValue(func() uint32 {
	mask := unix.Umask(0o022)
	unix.Umask(mask)
	return uint32(mask)
})

func currentUmask() uint32 { return umaskOnce() }
