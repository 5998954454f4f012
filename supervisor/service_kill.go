package supervisor

import (
	"syscall"

	"pintle/units"
)

// killRound sends the signals of one state of going down (systemd.kill(5)) and tells whether there is
// anybody to wait for: the main process, the control process and, as KillMode= says, all the others.
func (s *service) killRound(to ServiceState) bool {
	k := s.u.Kill
	if k.KillMode == units.KillNone {
		return false
	}
	var sig syscall.Signal
	hup, kill := false, false
	switch to {
	case ServiceStopWatchdog, ServiceFinalWatchdog:
		sig = or(k.WatchdogSignal, syscall.SIGABRT)
	case ServiceStopSigkill, ServiceFinalSigkill:
		sig, kill = or(k.FinalKillSignal, syscall.SIGKILL), true
	default:
		sig = or(k.KillSignal, syscall.SIGTERM)
		if to == ServiceStopSigterm && s.u.job != nil && s.u.job.Type == JobRestart {
			sig = or(k.RestartKillSignal, sig)
		}
		hup = k.SendSIGHUP && sig != syscall.SIGHUP
	}

	wait := false
	s.killed = make(map[int]bool)
	send := func(pid int) {
		s.killed[pid] = true
		s.signal(pid, sig)
		if hup {
			s.signal(pid, syscall.SIGHUP)
		}
	}
	if pid := s.main.pid; pid != 0 {
		send(pid)
		wait = !s.main.alien || s.u.host().Alive(pid)
	}
	if pid := s.control; pid != 0 {
		send(pid)
		wait = true
	}
	if k.KillMode == units.KillControlGroup || k.KillMode == units.KillMixed && kill {
		for _, pid := range s.u.host().Processes(s.u.Name) {
			if !s.killed[pid] {
				send(pid)
				wait = true
			}
		}
	}
	return wait
}

// signal sends a signal, and wakes a stopped process so that it can act on it.
func (s *service) signal(pid int, sig syscall.Signal) {
	err := s.u.host().Signal(pid, sig)
	switch {
	case err == syscall.ESRCH:
		return
	case err != nil:
		s.u.log(LevelWarning, "cannot send SIG%s to process %d: %v", units.SignalName(sig), pid, err)
	case sig != syscall.SIGCONT && sig != syscall.SIGKILL:
		_ = s.u.host().Signal(pid, syscall.SIGCONT) // gone by now is as good
	}
}

// killNewcomers sends the last signal to processes that were forked while it was being sent to the others. With
// KillMode=process it was for the main process only.
func (s *service) killNewcomers() {
	if s.u.Kill.KillMode == units.KillProcess {
		return
	}
	sig := or(s.u.Kill.FinalKillSignal, syscall.SIGKILL)
	for _, pid := range s.u.host().Processes(s.u.Name) {
		if !s.killed[pid] {
			s.killed[pid] = true
			s.signal(pid, sig)
		}
	}
}

// killControl ends a control process that is not waited for any more.
func (s *service) killControl() {
	if s.control != 0 {
		s.signal(s.control, syscall.SIGKILL)
	}
}

// gone tells whether no process is left that the KillMode= makes the service wait for.
func (s *service) gone() bool {
	if s.control != 0 || s.mainState() == mainAlive {
		return false
	}
	switch s.u.Kill.KillMode {
	case units.KillProcess, units.KillNone:
		switch s.sub {
		case ServiceRunning, ServiceStart, ServiceStartPost, ServiceReload, ServiceReloadSignal, ServiceReloadNotify:
		default:
			return true
		}
	}
	return s.empty()
}

// empty tells whether the unit has no process at all.
func (s *service) empty() bool { return len(s.u.host().Processes(s.u.Name)) == 0 }

func or(a, b syscall.Signal) syscall.Signal {
	if a != 0 {
		return a
	}
	return b
}
