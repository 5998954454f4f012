package supervisor

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrnoName is the D-Bus name of an error of a system call; one without a name of its own is System.Error.ENAME.
func ErrnoName(errno syscall.Errno) string {
	switch errno {
	case unix.EPERM, unix.EACCES:
		return ErrAccessDenied
	case unix.EINVAL:
		return ErrInvalidArgs
	case unix.ENOENT:
		return "org.freedesktop.DBus.Error.FileNotFound"
	case unix.EEXIST:
		return "org.freedesktop.DBus.Error.FileExists"
	case unix.ENOMEM:
		return "org.freedesktop.DBus.Error.NoMemory"
	case unix.ETIMEDOUT, unix.ETIME:
		return "org.freedesktop.DBus.Error.Timeout"
	case unix.EIO:
		return "org.freedesktop.DBus.Error.IOError"
	case unix.EBADMSG:
		return "org.freedesktop.DBus.Error.InconsistentMessage"
	case unix.EOPNOTSUPP:
		return ErrNotSupported
	case unix.ESRCH:
		return "org.freedesktop.DBus.Error.UnixProcessIdUnknown"
	}
	return "System.Error." + unix.ErrnoName(errno)
}

// ErrnoText is an errno's text as strerror(3) has it.
func ErrnoText(errno syscall.Errno) string {
	text := []byte(errno.Error())
	if len(text) > 0 && 'a' <= text[0] && text[0] <= 'z' {
		text[0] -= 'a' - 'A'
	}
	return string(text)
}
