package bus

import (
	"math"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// sender is a client of the bus that has called us: who it is does not change for as long as its name lasts.
type sender struct {
	peer    Peer
	known   bool       // the bus has said who it is
	waiting []received // calls that wait for that
}

// handle does what a message asks for. Replies and signals count only from the bus itself: any client can send us
// such things.
func (s *session) handle(m received) {
	from, _ := m.msg.Headers[dbus.FieldSender].Value().(string)
	driver := from == driverName
	if m.msg.Type != dbus.TypeMethodCall {
		closeFDs(m.fds)
	}
	switch m.msg.Type {
	case dbus.TypeMethodCall:
		s.receivedCall(from, m)
	case dbus.TypeMethodReply, dbus.TypeError:
		serial, _ := m.msg.Headers[dbus.FieldReplySerial].Value().(uint32)
		if answer := s.answers[serial]; driver && answer != nil {
			delete(s.answers, serial)
			answer(m.msg)
		}
	case dbus.TypeSignal:
		if driver {
			s.signalled(m.msg)
		}
	}
}

// signalled takes a signal of the bus.
func (s *session) signalled(msg *dbus.Message) {
	iface, _ := msg.Headers[dbus.FieldInterface].Value().(string)
	member, _ := msg.Headers[dbus.FieldMember].Value().(string)
	switch iface + "." + member {
	case driverName + ".NameOwnerChanged":
		if len(msg.Body) != 3 {
			return
		}
		name, _ := msg.Body[0].(string)
		owner, ok := msg.Body[2].(string)
		if ok && s.asked[name] {
			s.bus.owned(name, owner != "")
		}
		if ok && owner == "" && s.senders[name] != nil {
			s.gone(name)
		}
	case activatorIf + ".ActivationRequest":
		if len(msg.Body) > 0 {
			if name, ok := msg.Body[0].(string); ok {
				s.activate(name)
			}
		}
	}
}

// receivedCall answers a call, once it is known who calls.
func (s *session) receivedCall(from string, m received) {
	if len(from) == 0 || from[0] != ':' {
		closeFDs(m.fds)
		return
	}
	who := s.senders[from]
	if who == nil {
		if len(s.senders) >= sendersMax {
			s.forgetSomebody()
		}
		who = &sender{}
		s.senders[from] = who
		s.call("AddMatch", "s", nil, ownerMatch(from))
		s.call("GetConnectionCredentials", "s", func(answer *dbus.Message) { s.introduced(from, answer) }, from)
	}
	switch {
	case who.known:
		s.serve(who.peer, m)
	case len(who.waiting) < waitingCalls:
		who.waiting = append(who.waiting, m)
	default:
		closeFDs(m.fds)
	}
}

// introduced is told who a client is. One that has gone in the meantime is nobody, and its calls are dropped.
func (s *session) introduced(name string, answer *dbus.Message) {
	who := s.senders[name]
	if who == nil {
		return
	}
	waiting := who.waiting
	who.waiting = nil
	credentials, ok := first[map[string]dbus.Variant](answer)
	if !ok {
		for _, m := range waiting {
			closeFDs(m.fds)
		}
		s.gone(name)
		return
	}
	who.known, who.peer = true, Peer{Name: name, UID: math.MaxUint32, GID: math.MaxUint32}
	if uid, ok := credentials["UnixUserID"].Value().(uint32); ok {
		who.peer.UID, who.peer.Privileged = uid, s.s.privileged(uid)
	}
	if pid, ok := credentials["ProcessID"].Value().(uint32); ok {
		who.peer.PID = int32(pid)
	}
	for _, m := range waiting {
		s.serve(who.peer, m)
	}
}

// gone forgets a client, and what it has held.
func (s *session) gone(name string) {
	if who := s.senders[name]; who != nil {
		for _, m := range who.waiting {
			closeFDs(m.fds)
		}
	}
	delete(s.senders, name)
	s.call("RemoveMatch", "s", nil, ownerMatch(name))
	s.s.config.Do(func() {
		delete(s.s.listeners, name)
		s.s.release(name)
	})
}

// forgetSomebody makes room for another client. It is asked for anew when it calls again; if it holds something it
// is kept.
func (s *session) forgetSomebody() {
	for name, who := range s.senders {
		held := !who.known
		s.s.config.Do(func() { held = held || s.s.listeners[name] || s.s.refs[name] != nil })
		if !held {
			s.gone(name)
			return
		}
	}
}

// serve answers a call.
func (s *session) serve(peer Peer, m received) {
	call, err := s.s.newCall(m.msg, m.fds, peer, s)
	switch {
	case err != nil:
		call.Fail(err)
	case call.method.Aside:
		s.aside <- struct{}{}
		go func() {
			defer func() { <-s.aside }()
			defer s.guard()
			call.do()
		}()
	default:
		s.s.config.Do(func() {
			if call.queuesJob() {
				s.s.listen(peer.Name) // who waits for the end of a job hears of it
			}
			call.do()
		})
	}
}

// queuesJob tells whether a method answers with a job.
func (c *Call) queuesJob() bool {
	if !c.method.Privileged || c.method.Out == "" || c.method.Out[0] != 'o' && c.method.Out[0] != 'u' {
		return false
	}
	return c.object.kind == managerKind || c.object.kind == unitKind
}

// reply queues the answer to a call, for the client that has called.
func (s *session) reply(call *Call, msg *dbus.Message) {
	msg.Headers[dbus.FieldDestination] = dbus.MakeVariant(call.Peer.Name)
	s.conn.reply(call, msg)
}

// activate starts a unit that the bus asks for, because somebody has called a name that the unit will take.
func (s *session) activate(name string) {
	s.s.config.Do(func() {
		if err := s.s.activate(name); err != nil {
			errorName, text := nameAndText(err)
			s.out.put(&packet{msg: &dbus.Message{Type: dbus.TypeSignal, Flags: dbus.FlagNoReplyExpected, Body: []any{name, errorName, clean(text)},
				Headers: map[dbus.HeaderField]dbus.Variant{
					dbus.FieldDestination: dbus.MakeVariant(driverName),
					dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath(managerPath)),
					dbus.FieldInterface:   dbus.MakeVariant(activatorIf),
					dbus.FieldMember:      dbus.MakeVariant("ActivationFailure"),
					dbus.FieldSignature:   dbus.MakeVariant(dbus.ParseSignatureMust("sss")),
				}}})
			s.s.logf(supervisor.LevelInfo, "cannot start %s, which the system bus has asked for: %v", name, err)
		}
	})
}

// activate queues the start of a unit.
func (s *Server) activate(name string) error {
	m := s.config.Manager
	for _, bus := range []string{"dbus.service", "dbus.socket"} {
		if u := m.Unit(bus); u != nil && u.Job() != nil && u.Job().Type == supervisor.JobStop {
			return Errorf(supervisor.ErrShuttingDown, "Refusing activation, D-Bus is shutting down.")
		}
	}
	if err := supervisor.CheckName(name); err != nil {
		return err
	}
	switch u := m.Load(name); {
	case u.Provided != "" && supervisor.TypeOf(u.Name) == "service":
		// Nothing is run for it that could take the name: who has called need not wait.
		return Errorf(supervisor.ErrNoSuchUnit, "Unit %s not found.", name)
	case u.RefuseManualStart:
		return Errorf(supervisor.ErrOnlyByDependency, "Operation refused, %s may be requested by dependency only (it is configured to refuse manual start/stop).", name)
	}
	_, err := m.Enqueue(supervisor.JobStart, name, units.ModeReplace)
	return err
}
