package client

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// The manager's names on a bus (org.freedesktop.systemd1(5)).
const (
	Destination = "org.freedesktop.systemd1"
	ManagerPath = dbus.ObjectPath("/org/freedesktop/systemd1")
	ManagerFace = "org.freedesktop.systemd1.Manager"
	UnitFace    = "org.freedesktop.systemd1.Unit"
	JobFace     = "org.freedesktop.systemd1.Job"
	Properties  = "org.freedesktop.DBus.Properties"
)

// Error is a call refused by the other end.
type Error struct {
	Name    string // of the D-Bus error
	Message string
}

// Error is the message, which is meant for people; where there is none, the name has to do.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Name
	}
	return e.Message
}

// ErrorName is the D-Bus name of what went wrong, empty for what did not come from the other end.
func ErrorName(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Name
	}
	return ""
}

// Reason is what went wrong in the words of systemd's tools: what the other end said, or strerror(3).
func Reason(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Error()
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// Call calls a method of the manager and gives the values of the answer.
func (c *Conn) Call(path dbus.ObjectPath, face, member string, args ...any) ([]any, error) {
	return c.CallTo(Destination, path, face, member, args...)
}

// CallTo calls a method of whoever has a name on the bus.
func (c *Conn) CallTo(destination string, path dbus.ObjectPath, face, member string, args ...any) ([]any, error) {
	m, err := c.call(callTimeout, destination, path, face, member, args)
	if err != nil {
		return nil, err
	}
	return m.Body, nil
}

// Manager calls a method of the manager's own object and stores the values of the answer.
func (c *Conn) Manager(member string, args []any, into ...any) error {
	return c.Method(ManagerPath, ManagerFace, member, args, into...)
}

// Method calls a method of an object and stores the values of the answer.
func (c *Conn) Method(path dbus.ObjectPath, face, member string, args []any, into ...any) error {
	body, err := c.Call(path, face, member, args...)
	if err != nil {
		return err
	}
	return store(body, into)
}

// Slowly is Manager for a call that may take as long as generators do (Reload, Reexecute).
func (c *Conn) Slowly(member string, args ...any) error {
	_, err := c.call(2*90*time.Second, Destination, ManagerPath, ManagerFace, member, args)
	return err
}

func store(body []any, into []any) error {
	if len(into) == 0 {
		return nil
	}
	if err := dbus.Store(body, into...); err != nil {
		return syscall.EBADMSG
	}
	return nil
}

func (c *Conn) call(timeout time.Duration, destination string, path dbus.ObjectPath, face, member string, args []any) (message, error) {
	m := &dbus.Message{
		Type: dbus.TypeMethodCall,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath:      dbus.MakeVariant(path),
			dbus.FieldInterface: dbus.MakeVariant(face),
			dbus.FieldMember:    dbus.MakeVariant(member),
		},
		Body: args,
	}
	if !c.peer {
		m.Headers[dbus.FieldDestination] = dbus.MakeVariant(destination)
	}
	if len(args) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(args...))
	}
	serial, err := c.send(m)
	if err != nil {
		return message{}, err
	}
	deadline := time.Now().Add(timeout)
	for {
		reply, err := c.receive(deadline)
		if err != nil {
			return message{}, err
		}
		switch reply.Type {
		case dbus.TypeSignal:
			c.keep(reply.Message)
		case dbus.TypeMethodCall:
			c.refuse(reply.Message)
		case dbus.TypeMethodReply:
			if answers(reply, serial) {
				return reply, nil
			}
		case dbus.TypeError:
			if answers(reply, serial) {
				return message{}, refusal(reply)
			}
		}
	}
}

func answers(reply message, serial uint32) bool {
	to, _ := reply.Headers[dbus.FieldReplySerial].Value().(uint32)
	return to == serial
}

func refusal(reply message) *Error {
	e := &Error{}
	e.Name, _ = reply.Headers[dbus.FieldErrorName].Value().(string)
	if len(reply.Body) > 0 {
		e.Message, _ = reply.Body[0].(string)
	}
	if e.Message == "" {
		e.Message = messageOf(e.Name)
	}
	return e
}

// messageOf is what is said of an error that came without words.
func messageOf(name string) string {
	switch name {
	case "org.freedesktop.DBus.Error.AccessDenied":
		return "Access denied"
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout":
		return "Connection timed out"
	case "org.freedesktop.DBus.Error.NotSupported":
		return "Operation not supported"
	case "org.freedesktop.DBus.Error.InvalidArgs":
		return "Invalid argument"
	}
	return ""
}

// refuse answers a call to us: there is nothing here to call.
func (c *Conn) refuse(m *dbus.Message) {
	if m.Flags&dbus.FlagNoReplyExpected != 0 {
		return
	}
	reply := &dbus.Message{
		Type:  dbus.TypeError,
		Flags: dbus.FlagNoReplyExpected,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldReplySerial: dbus.MakeVariant(m.Serial()),
			dbus.FieldErrorName:   dbus.MakeVariant("org.freedesktop.DBus.Error.UnknownMethod"),
		},
	}
	if sender, ok := m.Headers[dbus.FieldSender]; ok {
		reply.Headers[dbus.FieldDestination] = sender
	}
	c.send(reply)
}

// keep remembers a signal that somebody waits for.
func (c *Conn) keep(m *dbus.Message) {
	for _, wanted := range c.watches {
		if wanted(m) {
			c.signals = append(c.signals, m)
			return
		}
	}
}

// Watch keeps signals of an interface and a member from now on, for Signal to give. On a bus they are asked for.
func (c *Conn) Watch(face, member string) error {
	c.watches = append(c.watches, func(m *dbus.Message) bool {
		f, _ := m.Headers[dbus.FieldInterface].Value().(string)
		name, _ := m.Headers[dbus.FieldMember].Value().(string)
		return f == face && name == member
	})
	if c.peer {
		return nil
	}
	rule := "type='signal',sender='" + Destination + "',interface='" + face + "',member='" + member + "'"
	_, err := c.CallTo("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", rule)
	return err
}

// Signal gives the next signal that is watched for, by the deadline; the zero time is never.
func (c *Conn) Signal(deadline time.Time) (*dbus.Message, error) {
	for len(c.signals) == 0 {
		m, err := c.receive(deadline)
		if err != nil {
			return nil, err
		}
		switch m.Type {
		case dbus.TypeSignal:
			c.keep(m.Message)
		case dbus.TypeMethodCall:
			c.refuse(m.Message)
		}
	}
	m := c.signals[0]
	c.signals = c.signals[1:]
	return m, nil
}

// File is an open file as an argument of a call.
func File(f *os.File) dbus.UnixFD { return dbus.UnixFD(f.Fd()) }
