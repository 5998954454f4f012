package supervisor

import (
	"pintle/units"
)

func (s *service) canReload() bool {
	return len(s.cfg.ExecReload) > 0 || s.cfg.Type == units.TypeNotifyReload
}

// reload asks the service to read its configuration again: by ReloadSignal= for Type=notify-reload, then by
// ExecReload=.
func (s *service) reload() error {
	if s.sub != ServiceRunning && s.sub != ServiceExited {
		if serviceStates[s.sub].active == Reloading {
			return nil
		}
		return errAgain
	}
	s.forgetControl()
	s.reloadRes = ResultSuccess
	s.notify.reloadBegin = s.u.now().Monotonic
	s.notify.phase = phaseNone

	signalled := false
	if s.cfg.Type == units.TypeNotifyReload && s.main.pid != 0 {
		if err := s.u.host().Signal(s.main.pid, s.cfg.ReloadSignal); err != nil {
			s.u.log(LevelWarning, "cannot send the reload signal: %v", err)
			s.reloadFailed()
			return nil
		}
		signalled = true
	}
	switch {
	case len(s.cfg.ExecReload) > 0:
		if err := s.runControl(RoleReload, 0); err != nil {
			s.reloadFailed()
			return nil
		}
		s.enter(ServiceReload)
	case signalled:
		s.armAfter(s.cfg.TimeoutStartSec)
		s.enter(ServiceReloadSignal)
	default:
		s.reloadFailed()
	}
	return nil
}

// reloadFailed passes through the reloading state so that the reload job sees its end.
func (s *service) reloadFailed() {
	s.enter(ServiceReload)
	s.reloadRes = ResultResources
	s.enterRunning(ResultSuccess)
}

// reloadExited: the last ExecReload= command has ended.
func (s *service) reloadExited(r Result) {
	s.reloadRes = r
	if r == ResultSuccess {
		// A reload is when a daemon may have replaced itself.
		if _, err := s.loadPIDFile(); err != nil {
			s.guessMain()
		}
	}
	s.forgetControl()
	switch {
	case s.mainState() == mainGone && s.cfg.ExitType != units.ExitCgroup:
		s.enterRunning(ResultSuccess)
	case s.notify.phase == phaseReloading:
		s.enter(ServiceReloadNotify) // it has said RELOADING=1 and will say READY=1
	case s.cfg.Type == units.TypeNotifyReload && r == ResultSuccess && s.notify.phase != phaseReady:
		s.enter(ServiceReloadSignal) // the signal is still to be answered
	default:
		s.enterRunning(ResultSuccess)
	}
}

// enterReloadByNotify: the service says that it reloads by itself. Others reload with it.
func (s *service) enterReloadByNotify() {
	s.armAfter(s.cfg.TimeoutStartSec)
	s.enter(ServiceReloadNotify)
	for other := range s.u.known(reloadsWith) {
		if other.canReload() && other.active.up() {
			_, _ = s.u.m.enqueue(JobReload, other, units.ModeFail, nil) // a job in its way has the precedence
		}
	}
}
