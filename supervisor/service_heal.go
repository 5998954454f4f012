package supervisor

import "pintle/units"

// unseen is the exit status that stands for that of a process whose end was not seen.
const unseen = 255

// resume waits once more for what only the host can tell of.
func (s *service) resume() {
	if s.pidFile {
		if err := s.u.host().WatchPath(s.u.Name, s.cfg.PIDFile); err != nil {
			s.u.log(LevelWarning, "cannot watch PID file %s: %v", s.cfg.PIDFile, err)
		}
		s.retryPIDFile()
	}
	if h, ok := s.u.host().(cleaner); ok && s.sub == ServiceCleaning {
		if err := h.Clean(s.u.Unit, s.cleaning); err != nil {
			s.cleaned(ResultResources)
		}
	}
	if s.cfg.Type == units.TypeDBus && serviceStates[s.sub].main {
		s.u.host().WatchBusName(s.u.Name, s.cfg.BusName)
	}
}

// heal moves a service on that waits for what will not come. What was about to be done is lost; so each state goes on
// as if that had failed, with Restart= as the remedy, and what is on its way down goes on going down.
func (s *service) heal() {
	s.seekProcesses()
	switch s.sub {
	case ServiceCondition, ServiceStartPre:
		if s.control == 0 {
			s.enterSignal(ServiceStopSigterm, ResultResources)
		}
	case ServiceStart:
		switch {
		case s.idleHold:
			if !s.u.busy() {
				s.enterStart()
			}
		case s.control != 0 || s.mainState() == mainAlive || s.pidFile:
		case s.cfg.ExitType == units.ExitCgroup && !s.empty():
		default:
			s.enterSignal(ServiceStopSigterm, ResultResources)
		}
	case ServiceStartPost:
		if s.control == 0 && !s.pidFile {
			s.enterRunning(ResultSuccess)
		}
	case ServiceRunning, ServiceReloadSignal, ServiceReloadNotify:
		if !s.good() {
			s.enterRunning(ResultSuccess)
		}
	case ServiceReload:
		if s.control == 0 {
			s.enterRunning(ResultSuccess)
		}
	case ServiceStop:
		if s.control == 0 {
			s.enterSignal(ServiceStopSigterm, ResultSuccess)
		}
	case ServiceStopPost:
		if s.control == 0 {
			s.enterSignal(ServiceFinalSigterm, ResultSuccess)
		}
	case ServiceStopWatchdog, ServiceStopSigterm, ServiceStopSigkill:
		if s.gone() {
			s.enterStopPost(ResultSuccess)
		}
	case ServiceFinalWatchdog, ServiceFinalSigterm, ServiceFinalSigkill:
		if s.gone() {
			s.enterDead(ResultSuccess, true)
		}
	case ServiceDeadBeforeAutoRestart, ServiceFailedBeforeAutoRestart:
		s.timer = later(s.u.now().Monotonic, s.restartDelay())
		s.enter(ServiceAutoRestart)
	case ServiceAutoRestartQueued:
		switch j := s.u.job; {
		case j == nil:
			if err := s.u.enqueue(JobStart, units.ModeRestartDependencies); err != nil {
				s.enterDead(ResultResources, false)
			}
		case j.Type == JobStart && j.State == JobRunning && s.empty():
			j.State, j.started = JobWaiting, 0
		case j.Type == JobStart && j.State == JobRunning:
			s.enterSignal(ServiceFinalSigterm, ResultResources)
		}
	case ServiceDead, ServiceFailed, ServiceDeadResourcesPinned:
		// A start that got as far as its first process, but not as far as to say so.
		if s.u.startPending() && s.u.job.State == JobRunning && !s.empty() {
			s.enterSignal(ServiceFinalSigterm, ResultSuccess)
		}
	}
	s.healTimer()
}

// seekProcesses forgets processes that are not there any more and whose end was lost.
func (s *service) seekProcesses() {
	for _, pid := range []int{s.main.pid, s.control} {
		if pid != 0 {
			s.u.watch(pid)
		}
	}
	told := func(pid int) bool {
		for _, e := range s.u.m.untold {
			if e.PID == pid {
				return true
			}
		}
		return false
	}
	if pid := s.main.pid; pid != 0 && !s.main.alien && !s.u.awaited(pid) && !told(pid) {
		s.u.log(LevelWarning, "The end of the main process %d was not seen.", pid)
		s.mainEnded(Exit{PID: pid, Code: CodeExited, Status: unseen})
	}
	if pid := s.control; pid != 0 && !s.u.awaited(pid) && !told(pid) {
		s.u.log(LevelWarning, "The end of the control process %d was not seen.", pid)
		s.controlEnded(Exit{PID: pid, Code: CodeExited, Status: unseen})
	}
}

// healTimer gives a state its time limit if it has lost it.
func (s *service) healTimer() {
	if t := serviceStates[s.sub]; t.timed && s.timer == units.Infinity {
		switch {
		case s.sub == ServiceAutoRestart:
			s.timer = later(s.u.now().Monotonic, s.restartDelay())
		case s.sub == ServiceRunning:
			s.armRuntimeMax()
		case s.sub == ServiceCleaning:
			s.armAfter(s.u.Exec.TimeoutCleanSec)
		case t.active == Deactivating:
			s.armStop()
		case s.idleHold:
			s.armAfter(idleDelay)
		default:
			s.armAfter(s.cfg.TimeoutStartSec)
		}
	}
	s.rearm()
}
