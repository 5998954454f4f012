package bus

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// newCall makes a call of a message. The error is for the caller; the call is there in any case.
func (s *Server) newCall(msg *dbus.Message, fds []int, peer Peer, to replier) (*Call, error) {
	c := &Call{Server: s, Peer: peer, Args: msg.Body, fds: fds, serial: msg.Serial(), to: to,
		silent: msg.Flags&dbus.FlagNoReplyExpected != 0}
	c.Path, _ = msg.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	c.iface, _ = msg.Headers[dbus.FieldInterface].Value().(string)
	c.member, _ = msg.Headers[dbus.FieldMember].Value().(string)
	signature, _ := msg.Headers[dbus.FieldSignature].Value().(dbus.Signature)
	if c.object = find(c.Path); c.object.kind == unitKind && !strings.Contains(c.object.unit, ".") {
		// A unit by another name than its own, which alone tells its type.
		err := c.unknownObject()
		s.config.Do(func() {
			u, found := s.unitOf(c.object.unit, c.Peer)
			if err = found; found == nil {
				c.object.unit = u.Name
			}
		})
		if err != nil {
			return c, err
		}
	}
	return c, c.route(signature.String())
}

// route finds the method, and checks whether it may be called so by this peer. It needs nothing but tables.
func (c *Call) route(signature string) error {
	if c.object.kind == nothing && c.iface != peerName {
		return c.unknownObject()
	}
	known := c.iface == ""
	var in *Interface
	for _, i := range slices.Concat(standardInterfaces(c.object), c.object.interfaces()) {
		if c.iface != "" && i.Name != c.iface {
			continue
		}
		known = true
		if c.method = i.method(c.member); c.method != nil {
			in = i
			break
		}
	}
	switch {
	case c.method == nil && !known:
		return Errorf(errUnknownInterface, "Unknown interface %s.", c.iface)
	case c.method == nil:
		return Errorf(errUnknownMethod, "Unknown method %s or interface %s.", c.member, c.iface)
	case c.method.Privileged && !c.Peer.Privileged:
		return unix.EACCES
	case c.method.In != signature:
		return Errorf(ErrInvalidArgs, "Invalid arguments '%s' to call %s.%s(), expecting '%s'.", signature, in.Name, c.member, c.method.In)
	}
	return nil
}

func (c *Call) unknownObject() error {
	return Errorf(errUnknownObject, "Unknown object '%s'.", c.Path)
}

// do runs the handler and answers. For all methods but those aside it is on the loop.
func (c *Call) do() {
	out, err := c.handle()
	switch {
	case errors.Is(err, ErrLater):
	case err != nil:
		c.Fail(err)
	default:
		c.Reply(out...)
	}
}

// handle calls the handler. A bug in it costs this call.
func (c *Call) handle() (out []any, err error) {
	defer func() {
		if r := recover(); r != nil {
			c.logf(supervisor.LevelError, "bug: %v in %s; going on. Please report this:\n%s", r, c.member, debug.Stack())
			out, err = nil, Errorf(errFailed, "cannot answer: bug: %v", r)
		}
	}()
	if !c.method.Aside {
		if err := c.meet(); err != nil {
			return nil, err
		}
	}
	return c.method.Do(c)
}

// logf logs from wherever the handler runs.
func (c *Call) logf(level supervisor.Level, format string, args ...any) {
	if c.method.Aside {
		c.Server.config.Do(func() { c.Server.logf(level, format, args...) })
		return
	}
	c.Server.logf(level, format, args...)
}

// meet finds the unit or job of the object that was called.
func (c *Call) meet() error {
	m := c.Manager()
	switch c.object.kind {
	case unitKind:
		u, err := c.Server.unitOf(c.object.unit, c.Peer)
		if err != nil {
			return err
		}
		c.Unit = u
	case jobKind:
		for _, j := range m.Jobs() {
			if j.ID == c.object.job {
				c.Job = j
			}
		}
		if c.Job == nil {
			return c.unknownObject()
		}
	}
	return nil
}

// unitOf is the unit that a path names: by its name, in which case it is loaded, by its invocation id, or as the
// caller's own.
func (s *Server) unitOf(name string, peer Peer) (*supervisor.Unit, error) {
	m := s.config.Manager
	switch {
	case name == "self":
		if u := m.UnitByPID(int(peer.PID)); u != nil && peer.PID > 0 {
			return u, nil
		}
		return nil, Errorf(supervisor.ErrNoSuchUnit, "Client %d not member of any unit.", peer.PID)
	case name[0] == '_' && isID(name[1:]):
		if u := m.UnitByInvocationID(name[1:]); u != nil {
			return u, nil
		}
		return nil, Errorf("org.freedesktop.systemd1.NoUnitForInvocationID", "No unit with the specified invocation ID %s known.", name[1:])
	}
	return m.Load(name), nil
}

// Reply answers a call; out are values that encode as Method.Out.
func (c *Call) Reply(out ...any) {
	if got := dbus.SignatureOf(out...).String(); layout(got) != layout(c.method.Out) {
		c.logf(supervisor.LevelError, "bug: %s answers (%s) in place of (%s)", c.member, got, c.method.Out)
		c.Fail(fmt.Errorf("cannot answer: bug: reply of type (%s)", got))
		return
	}
	msg := &dbus.Message{Type: dbus.TypeMethodReply, Flags: dbus.FlagNoReplyExpected, Headers: map[dbus.HeaderField]dbus.Variant{}, Body: out}
	if c.method.Out != "" {
		msg.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.ParseSignatureMust(c.method.Out))
	}
	c.answer(msg)
}

// layout is a signature as far as encoding matters: an entry of a dictionary is encoded as a struct is. Lists of
// structs are how handlers make dictionaries whose order is told.
func layout(sig string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(sig) }

// Fail answers a call with an error.
func (c *Call) Fail(err error) { c.answer(failure(err)) }

// failure is the message of an error.
func failure(err error) *dbus.Message {
	name, text := nameAndText(err)
	return &dbus.Message{Type: dbus.TypeError, Flags: dbus.FlagNoReplyExpected, Body: []any{clean(text)},
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldErrorName: dbus.MakeVariant(name),
			dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust("s")),
		}}
}

// clean makes a text one that D-Bus can carry: valid UTF-8 without NUL.
func clean(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}

func (c *Call) answer(msg *dbus.Message) {
	if c.replied {
		return
	}
	c.replied = true
	closeFDs(c.fds)
	c.fds = nil
	msg.Headers[dbus.FieldReplySerial] = dbus.MakeVariant(c.serial)
	c.to.reply(c, msg)
}
