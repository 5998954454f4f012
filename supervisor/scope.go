package supervisor

import (
	"syscall"

	"pintle/units"
)

// scope is the state machine of a scope unit (systemd.scope(5)): processes that somebody else has started, and that
// the manager only keeps together, counts, and ends.
//
//	dead, failed ──start──► running ──abandon──► abandoned
//	     ▲                     │ stop, time limit    │
//	     │                     ▼                     │
//	     │                stop-sigterm ◄─────────────┘
//	     │                     │ timeout
//	     │                     ▼
//	     └─no process left── stop-sigkill
//
// In every state but the first two the end of the last process is the end of the scope.
type scope struct {
	u   *Unit                `handover:"-"`
	cfg *units.ScopeSettings `handover:"-"`

	sub     string
	res     string
	pids    []int // that the scope is to be made of when it starts
	watched int   // the process whose end is reported, as one of those that are left; 0 for none
	until   units.Usec
}

// exitWatcher is what a Host may be besides: it tells of the ends of processes that are no children of the manager.
type exitWatcher interface {
	// WatchExit has ProcessGone{unit} reported when a process ends; an error if it has ended already.
	WatchExit(unit string, pid int) error
}

func newScope(u *Unit) kind {
	if u.perpetual() {
		return &passive{u: u, on: "running", up: true}
	}
	return &scope{u: u, cfg: u.Scope, sub: "dead", res: "success", until: units.Infinity}
}

func (s *scope) state() (ActiveState, string) {
	return ActiveState(units.ActiveOf("scope", s.sub, false)), s.sub
}

func (s *scope) result() string  { return s.res }
func (s *scope) reconfigure()    { s.cfg = s.u.Scope }
func (s *scope) reload() error   { return errInapplic }
func (s *scope) canReload() bool { return false }
func (s *scope) exited(Exit)     {}

func (s *scope) enter(sub string, until units.Usec) {
	s.sub, s.until = sub, until
	s.u.arm(until)
	s.u.changed()
}

// start takes the processes in.
func (s *scope) start() error {
	if s.sub == "failed" {
		return errInvalid
	}
	for _, pid := range s.pids {
		s.u.host().Adopt(s.u.Name, pid)
	}
	s.pids = nil
	s.res = "success"
	if len(s.left()) == 0 {
		s.u.log(LevelWarning, "No process is left to be taken into the scope.")
		s.down("resources")
		return errInvalid
	}
	s.watch()
	s.enter("running", s.limit())
	return nil
}

// limit is when RuntimeMaxSec= is over.
func (s *scope) limit() units.Usec {
	if s.cfg.RuntimeMaxSec == units.Infinity || s.cfg.RuntimeMaxSec == 0 {
		return units.Infinity
	}
	span := s.cfg.RuntimeMaxSec
	if extra := s.cfg.RuntimeRandomizedExtraSec; extra != 0 && extra != units.Infinity {
		span = later(span, units.Usec(s.u.m.config.Rand())%extra)
	}
	return later(s.u.now().Monotonic, span)
}

func (s *scope) left() []int { return s.u.host().Processes(s.u.Name) }

// watch has the end of one of the processes reported: as long as that one lives the scope is not empty.
func (s *scope) watch() {
	w, ok := s.u.host().(exitWatcher)
	if !ok {
		return
	}
	for range 64 { // processes may end while we look
		left := s.left()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			if w.WatchExit(s.u.Name, pid) == nil {
				s.watched = pid
				return
			}
		}
	}
}

// resume has the end of a process reported to who has taken over.
func (s *scope) resume() {
	if s.wantsEmpty() {
		s.watch()
	}
}

// add takes further processes in.
func (s *scope) add(pids []int) {
	for _, pid := range pids {
		s.u.host().Adopt(s.u.Name, pid)
	}
	s.watch()
}

func (s *scope) stop() error {
	switch s.sub {
	case "running", "abandoned":
		s.signal("stop-sigterm", "success")
		return nil
	case "stop-sigterm", "stop-sigkill":
		return nil
	}
	return errAlready
}

// signal sends one round of signals and waits for the end of what got them.
func (s *scope) signal(to, result string) {
	s.fail(result)
	k := s.u.Kill
	sig := or(k.KillSignal, syscall.SIGTERM)
	if to == "stop-sigkill" {
		sig = or(k.FinalKillSignal, syscall.SIGKILL)
	}
	left := s.left()
	if len(left) == 0 {
		s.down("success")
		return
	}
	if to == "stop-sigterm" && s.u.requestStop() {
		left = nil // who has made the scope ends it
	}
	for _, pid := range left {
		err := s.u.host().Signal(pid, sig)
		if err != nil && err != syscall.ESRCH {
			s.u.log(LevelWarning, "cannot send SIG%s to process %d: %v", units.SignalName(sig), pid, err)
		}
		if err == nil && sig != syscall.SIGKILL {
			if k.SendSIGHUP && to == "stop-sigterm" && sig != syscall.SIGHUP {
				_ = s.u.host().Signal(pid, syscall.SIGHUP)
			}
			_ = s.u.host().Signal(pid, syscall.SIGCONT)
		}
	}
	s.watch()
	s.enter(to, later(s.u.now().Monotonic, s.u.stopBudget(s.cfg.TimeoutStopSec)))
}

func (s *scope) fail(result string) {
	if s.res == "success" {
		s.res = result
	}
}

func (s *scope) down(result string) {
	s.fail(result)
	s.watched = 0
	s.u.host().Cleanup(s.u.Unit, false)
	if s.res == "success" {
		s.enter("dead", units.Infinity)
	} else {
		s.enter("failed", units.Infinity)
	}
}

func (s *scope) timeout() {
	switch {
	case s.sub == "running" || s.sub == "abandoned":
		s.u.log(LevelWarning, "Scope reached runtime time limit. Stopping.")
		s.signal("stop-sigterm", "timeout")
	case s.sub == "stop-sigterm" && s.u.Kill.SendSIGKILL:
		s.u.log(LevelWarning, "Stopping timed out. Killing.")
		s.signal("stop-sigkill", "timeout")
	case s.sub == "stop-sigterm":
		s.u.log(LevelWarning, "Stopping timed out. Skipping SIGKILL.")
		s.down("timeout")
	case s.sub == "stop-sigkill":
		s.u.log(LevelWarning, "Still around after SIGKILL. Ignoring.")
		s.down("timeout")
	}
}

func (s *scope) stopBudgetChanged() {
	if s.sub == "stop-sigterm" || s.sub == "stop-sigkill" {
		s.until = min(s.until, later(s.u.now().Monotonic, s.u.stopBudget(s.cfg.TimeoutStopSec)))
		s.u.arm(s.until)
	}
}

func (s *scope) wantsEmpty() bool { return s.sub != "dead" && s.sub != "failed" }

func (s *scope) emptied() {
	if s.wantsEmpty() && len(s.left()) == 0 {
		s.down("success")
	}
}

func (s *scope) event(e Event) {
	if _, ok := e.(ProcessGone); ok {
		s.watched = 0
		if s.emptied(); s.wantsEmpty() {
			s.watch()
		}
	}
}

func (s *scope) resetFailed() {
	s.res = "success"
	if s.sub == "failed" {
		s.enter("dead", units.Infinity)
	}
}

// Abandon tells that who has made a scope does not look after it any more (Abandon of the Scope interface).
func (m *Manager) Abandon(u *Unit) error {
	if TypeOf(u.Name) != "scope" {
		return refuse(ErrInvalidArgs, u.Name, "Unit '%s' is not a scope unit, refusing.", u.Name)
	}
	if u.perpetual() {
		return syscall.EPERM
	}
	s, ok := u.kind.(*scope)
	if !ok || s.sub != "running" && s.sub != "abandoned" {
		return refuse("org.freedesktop.systemd1.ScopeNotRunning", u.Name, "Scope %s is not running, cannot abandon.", u.Name)
	}
	u.controller = ""
	if s.sub == "running" {
		s.enter("abandoned", s.until)
	}
	m.run()
	return nil
}

// requestStop asks the controller of a scope to end it; false if it has none.
func (u *Unit) requestStop() bool {
	if u.controller == "" || u.m.observer == nil {
		return false
	}
	u.m.observer.StopRequested(u)
	return true
}
