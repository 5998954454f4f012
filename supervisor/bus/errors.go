package bus

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// Error is an answer that is an error, with its D-Bus name.
type Error struct {
	Name    string
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an Error.
func Errorf(name, format string, args ...any) *Error {
	return &Error{Name: name, Message: fmt.Sprintf(format, args...)}
}

// ErrLater is a handler's word that it will answer later, by Call.Reply or Call.Fail.
var ErrLater = errors.New("answered later")

// The error names of D-Bus itself (dbus-protocol.h); those of systemd are in package supervisor.
const (
	errFailed           = "org.freedesktop.DBus.Error.Failed"
	ErrAccessDenied     = "org.freedesktop.DBus.Error.AccessDenied"
	ErrInvalidArgs      = "org.freedesktop.DBus.Error.InvalidArgs"
	ErrNotSupported     = "org.freedesktop.DBus.Error.NotSupported"
	errUnknownObject    = "org.freedesktop.DBus.Error.UnknownObject"
	errUnknownInterface = "org.freedesktop.DBus.Error.UnknownInterface"
	errUnknownMethod    = "org.freedesktop.DBus.Error.UnknownMethod"
	errUnknownProperty  = "org.freedesktop.DBus.Error.UnknownProperty"
	errReadOnly         = "org.freedesktop.DBus.Error.PropertyReadOnly"
)

// errnoNames are the errors of system calls that have a D-Bus name; every other is System.Error.ENAME.
func errnoName(errno syscall.Errno) string {
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

// nameAndText are what an error says on the bus.
func nameAndText(err error) (name, text string) {
	var own *Error
	var refused *supervisor.Error
	var errno syscall.Errno
	switch {
	case errors.As(err, &own):
		return own.Name, own.Message
	case errors.As(err, &refused):
		return refused.Name, refused.Message
	case errors.As(err, &errno):
		if err == errno {
			return errnoName(errno), sentence(errno)
		}
		return errnoName(errno), err.Error()
	}
	return errFailed, err.Error()
}

// sentence is an errno's text as strerror(3) has it.
func sentence(errno syscall.Errno) string {
	text := []byte(errno.Error())
	if len(text) > 0 && 'a' <= text[0] && text[0] <= 'z' {
		text[0] -= 'a' - 'A'
	}
	return string(text)
}
