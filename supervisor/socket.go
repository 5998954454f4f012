package supervisor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pintle/units"
)

// socket is the state machine of a socket unit (systemd.socket(5)).
//
//	dead, failed ──start──► listening ──traffic──► running (its service has the descriptors)
//	                             ▲                    │
//	                             └──service is down───┘
//
// With Accept=yes it stays listening, and each connection gets a service of its own.
type socket struct {
	inert
	u   *Unit                 `handover:"-"`
	cfg *units.SocketSettings `handover:"-"`
	sub string
	res string
	fds []FD

	triggers  rateLimit
	instances []*Unit // Accept=yes: services of connections
	accepted  uint
}

// acceptor is what a Host may be besides: it takes a connection off a listening socket (Accept=yes).
type acceptor interface {
	// Accept returns the connection, what tells it from others in the name of its service
	// (systemd.socket(5): "PID-UID", or the addresses), and $REMOTE_ADDR and $REMOTE_PORT.
	Accept(u *units.Unit, fd int) (conn FD, peer string, env []string, err error)
}

func newSocket(u *Unit) kind {
	return &socket{u: u, cfg: u.Socket, sub: "dead", res: "success"}
}

var socketStates = map[string]ActiveState{
	"dead": Inactive, "listening": Active, "running": Active, "failed": Failed,
}

func (s *socket) reconfigure()                 { s.cfg = s.u.Socket }
func (s *socket) state() (ActiveState, string) { return socketStates[s.sub], s.sub }
func (s *socket) result() string               { return s.res }

func (s *socket) enter(sub string) {
	if s.sub == sub {
		return
	}
	s.sub = sub
	s.u.changed()
}

// resume waits for traffic once more.
func (s *socket) resume() {
	if s.sub == "listening" {
		s.u.host().Accepting(s.u.Name, true)
	}
}

// service is the unit that the socket starts (Accept=no), or nil.
func (s *socket) service() *Unit {
	for other := range s.u.each(triggers) {
		return other
	}
	return nil
}

func (s *socket) start() error {
	if !s.u.testStartLimit() {
		s.down("start-limit-hit")
		return errStartLimit
	}
	if !s.cfg.Accept {
		switch service := s.service(); {
		case service == nil || !service.loaded():
			return errors.New("cannot listen, as there is no service to start")
		case !service.active.down() && !service.willRestart():
			return fmt.Errorf("cannot listen, as %s is already active", service.Name)
		}
	}
	s.res = "success"
	fds, err := s.u.host().Listen(s.u.Unit)
	if err != nil {
		s.down("resources")
		return fmt.Errorf("cannot listen: %w", err)
	}
	s.fds = fds
	s.listen()
	return nil
}

func (s *socket) listen() {
	s.u.host().Accepting(s.u.Name, true)
	s.enter("listening")
}

func (s *socket) stop() error {
	s.down("success")
	return nil
}

// down ends the listening, for a reason.
func (s *socket) down(result string) {
	if s.res == "success" {
		s.res = result
	}
	if s.fds != nil {
		s.u.host().Accepting(s.u.Name, false)
		s.u.host().CloseFDs(s.fds)
		s.u.host().Cleanup(s.u.Unit, false)
		s.fds = nil
	}
	if s.res == "success" {
		s.enter("dead")
	} else {
		s.u.log(LevelWarning, "Failed with result '%s'.", s.res)
		s.enter("failed")
	}
}

func (s *socket) resetFailed() {
	s.res = "success"
	if s.sub == "failed" {
		s.enter("dead")
	}
}

// descriptors are what the service gets (sd_listen_fds(3)).
func (s *socket) descriptors() []FD {
	if s.cfg.Accept {
		return nil
	}
	return slices.Clone(s.fds)
}

// event: there is traffic.
func (s *socket) event(e Event) {
	c, ok := e.(Connection)
	if !ok || s.sub != "listening" {
		return
	}
	if s.u.stopPending() || s.u.m.ending != nil {
		s.u.log(LevelDebug, "Suppressing connection request since unit stop is scheduled.")
		return
	}
	if !s.triggers.allow(s.u.now().Monotonic, s.cfg.TriggerLimitIntervalSec, s.cfg.TriggerLimitBurst) {
		s.u.log(LevelWarning, "Trigger limit hit, refusing further activation.")
		s.down("trigger-limit-hit")
		return
	}
	if s.cfg.Accept {
		s.accept(c.FD)
		return
	}
	service := s.service()
	s.u.host().Accepting(s.u.Name, false)
	if service.active.down() && !service.startPending() {
		if _, err := s.u.m.enqueue(JobStart, service, units.ModeReplace, []string{"TRIGGER_UNIT=" + s.u.Name}); err != nil {
			s.u.log(LevelWarning, "cannot start %s for incoming traffic: %v", service.Name, err)
			s.down("resources")
			return
		}
	}
	s.enter("running")
}

// triggered: the service has changed. When it is gone for good the socket listens again, unless the service
// was started too often: then there is no use in it.
func (s *socket) triggered(service *Unit) {
	if s.cfg.Accept || s.fds == nil || service.job != nil || service.willRestart() {
		return
	}
	_, sub := service.State()
	switch {
	case service.active.down() && service.limitHit:
		s.down("service-start-limit-hit")
	case service.active.down() && s.sub == "running":
		s.listen()
	case sub == string(ServiceRunning) && s.sub == "listening":
		s.u.host().Accepting(s.u.Name, false)
		s.enter("running")
	}
}

// accept gives a connection to a service of its own.
func (s *socket) accept(fd int) {
	defer s.u.host().Accepting(s.u.Name, true)
	a, ok := s.u.host().(acceptor)
	if !ok {
		s.u.log(LevelError, "cannot accept connections here (Accept=yes).")
		s.down("resources")
		return
	}
	s.instances = slices.DeleteFunc(s.instances, func(u *Unit) bool { return u.active.down() && u.job == nil })
	conn, peer, env, err := a.Accept(s.u.Unit, fd)
	if err != nil {
		s.u.log(LevelDebug, "cannot accept a connection: %v", err)
		return
	}
	if most := s.cfg.MaxConnections; most != 0 && uint(len(s.instances)) >= most {
		s.u.log(LevelWarning, "Too many incoming connections (%d), dropping connection.", len(s.instances))
		s.u.host().CloseFDs([]FD{conn})
		return
	}
	prefix := strings.TrimSuffix(s.u.Name, ".socket")
	service := s.u.m.unit(fmt.Sprintf("%s@%d-%s.service", prefix, s.accepted, peer))
	s.accepted++
	c, ok := service.kind.(connected)
	if !ok {
		s.u.log(LevelWarning, "cannot serve a connection: %v", loadProblem(service.Unit))
		s.u.host().CloseFDs([]FD{conn})
		return
	}
	c.connect(conn.FD, env)
	if _, err := s.u.m.enqueue(JobStart, service, units.ModeReplace, []string{"TRIGGER_UNIT=" + s.u.Name}); err != nil {
		s.u.log(LevelWarning, "cannot start %s for a connection: %v", service.Name, err)
		c.disconnect()
		return
	}
	s.instances = append(s.instances, service)
}

// SocketStatus is what systemctl show tells of a socket beyond its settings.
type SocketStatus struct {
	NAccepted, NConnections uint
}

// SocketStatus is a copy of a socket's status, or nil for a unit of another type.
func (u *Unit) SocketStatus() *SocketStatus {
	s, ok := u.kind.(*socket)
	if !ok {
		return nil
	}
	live := uint(0)
	for _, i := range s.instances {
		if !i.active.down() {
			live++
		}
	}
	return &SocketStatus{NAccepted: s.accepted, NConnections: live}
}
