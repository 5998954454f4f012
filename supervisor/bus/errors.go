package bus

import (
	"errors"
	"fmt"
	"syscall"

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
			return supervisor.ErrnoName(errno), supervisor.ErrnoText(errno)
		}
		return supervisor.ErrnoName(errno), err.Error()
	}
	return errFailed, err.Error()
}
