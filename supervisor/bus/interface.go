package bus

import (
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// Interface is the table of what an interface has. Dispatch, the check of signatures, authorization and
// introspection are read from it.
type Interface struct {
	Name       string
	Methods    []Method
	Signals    []Signal
	Properties []Property
}

// table is an interface's table that is made when it is first asked for: PID 1 has other things to do at its start.
type table struct {
	once      sync.Once
	Interface *Interface
}

func (t *table) get(make func() *Interface) *Interface {
	t.once.Do(func() { t.Interface = make() })
	return t.Interface
}

// Method is one method of an interface.
type Method struct {
	Name string
	// In and Out are the signatures of what it takes and of what it answers.
	In, Out string
	// Args names these, first all that it takes, separated by blanks.
	Args string
	// Privileged methods change something: only root and the manager's own user may call them.
	Privileged bool
	// Aside methods do not look at the manager, and take their time: they run on a goroutine of the connection
	// and not on the loop.
	Aside bool
	// Deprecated and Hidden are only told to those who introspect; a hidden method is not told at all.
	Deprecated, Hidden bool
	// Do answers a call. Its error may be an *Error, a *supervisor.Error or a syscall.Errno; ErrLater says that
	// Call.Reply or Call.Fail will be called when the answer is known.
	Do func(*Call) ([]any, error)
}

// Signal is one signal of an interface.
type Signal struct {
	Name string
	Sig  string // of its arguments
	Args string // their names
}

// Emits says how changes of a property are told of.
type Emits = supervisor.Emits

// Property is one property of an interface.
type Property struct {
	Name  string
	Sig   string
	Emits Emits
	// Get is its value, of a type that encodes as Sig.
	Get func(*Call) any
	// Set changes it; nil if it cannot be changed. Only the privileged get there.
	Set        func(c *Call, value any) error
	Deprecated bool
	Hidden     bool
}

func (i *Interface) method(name string) *Method {
	for k := range i.Methods {
		if i.Methods[k].Name == name {
			return &i.Methods[k]
		}
	}
	return nil
}

func (i *Interface) property(name string) *Property {
	for k := range i.Properties {
		if i.Properties[k].Name == name {
			return &i.Properties[k]
		}
	}
	return nil
}

// args are the names of the arguments: as many as there are types in the signatures, empty where none is known.
func argNames(names string, sigs ...string) [][]string {
	words := strings.Fields(names)
	all := make([][]string, len(sigs))
	for k, sig := range sigs {
		for sig != "" {
			_, sig = firstType(sig)
			name := ""
			if len(words) > 0 {
				name, words = words[0], words[1:]
			}
			all[k] = append(all[k], name)
		}
	}
	return all
}

// Call is one call of a method, on its way to a handler.
type Call struct {
	Server *Server
	Peer   Peer
	Path   dbus.ObjectPath
	Unit   *supervisor.Unit // whose object was called, if it is one of a unit
	Job    *supervisor.Job  // likewise
	Args   []any            // as dbus.Message has them; of the types of Method.In

	iface   string // as the call has it, perhaps empty
	member  string
	object  object
	method  *Method
	fds     []int
	serial  uint32
	silent  bool // no reply is expected
	replied bool
	to      replier
}

// replier is the connection that a call has come from.
type replier interface {
	reply(c *Call, msg *dbus.Message)
}

// Manager is what most calls are about. Only handlers on the loop may use it.
func (c *Call) Manager() *supervisor.Manager { return c.Server.config.Manager }

// Text is an argument of type s or o.
func (c *Call) Text(i int) string {
	if path, ok := c.Args[i].(dbus.ObjectPath); ok {
		return string(path)
	}
	return c.Args[i].(string)
}

// Texts is an argument of type as.
func (c *Call) Texts(i int) []string { return c.Args[i].([]string) }

// Bool is an argument of type b.
func (c *Call) Bool(i int) bool { return c.Args[i].(bool) }

// Uint is an argument of type u.
func (c *Call) Uint(i int) uint32 { return c.Args[i].(uint32) }

// FD is an argument of type h, which is closed when the call has been answered.
func (c *Call) FD(i int) (int, bool) {
	fd, ok := c.Args[i].(dbus.UnixFD)
	return int(fd), ok
}
