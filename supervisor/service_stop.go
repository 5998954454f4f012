package supervisor

import "pintle/units"

// stop begins to take the service down.
func (s *service) stop() error {
	s.forbidRestart = true // whatever comes of it, it was wanted
	switch serviceStates[s.sub].active {
	case Deactivating:
		return nil
	case Inactive, Failed:
		return errAlready
	}
	s.step(askedToStop, ResultSuccess)
	return nil
}

// enterStop runs ExecStop=, if there is any. A service whose main process has failed, or that never came up, goes
// straight to the signals instead (systemd.service(5), ExecStop=: it ends cleanly what came up cleanly).
func (s *service) enterStop(r Result) {
	s.fail(r)
	s.forgetControl()
	if len(s.cfg.ExecStop) == 0 {
		s.enterSignal(ServiceStopSigterm, ResultSuccess)
		return
	}
	if err := s.runControl(RoleStop, 0); err != nil {
		s.enterSignal(ServiceStopSigterm, ResultResources)
		return
	}
	s.enter(ServiceStop)
}

// enterStopByNotify: the service says that it is going down by itself, as if it had got its SIGTERM.
func (s *service) enterStopByNotify() {
	s.armStop()
	s.enter(ServiceStopSigterm)
}

// enterSignal sends one round of signals and waits for what got one; with nobody to wait for it goes on.
func (s *service) enterSignal(to ServiceState, r Result) {
	s.fail(r)
	if s.killRound(to) {
		if to == ServiceStopWatchdog || to == ServiceFinalWatchdog {
			s.armAbort()
		} else {
			s.armStop()
		}
		s.enter(to)
		return
	}
	switch to {
	case ServiceStopWatchdog, ServiceStopSigterm:
		if s.u.Kill.SendSIGKILL {
			s.enterSignal(ServiceStopSigkill, ResultSuccess)
		} else {
			s.enterStopPost(ResultSuccess)
		}
	case ServiceStopSigkill:
		s.enterStopPost(ResultSuccess)
	case ServiceFinalWatchdog, ServiceFinalSigterm:
		if s.u.Kill.SendSIGKILL {
			s.enterSignal(ServiceFinalSigkill, ResultSuccess)
		} else {
			s.enterDead(ResultSuccess, true)
		}
	default:
		s.enterDead(ResultSuccess, true)
	}
}

// enterStopPost runs ExecStopPost=.
func (s *service) enterStopPost(r Result) {
	s.fail(r)
	s.forgetControl()
	if len(s.cfg.ExecStopPost) == 0 {
		s.enterSignal(ServiceFinalSigterm, ResultSuccess)
		return
	}
	if err := s.runControl(RoleStopPost, 0); err != nil {
		s.enterSignal(ServiceFinalSigterm, ResultResources)
		return
	}
	s.enter(ServiceStopPost)
}

// startTimedOut takes down what did not come up in time, as TimeoutStartFailureMode= says.
func (s *service) startTimedOut() {
	if s.idleHold {
		s.enterStart() // the queue did not empty: Type=idle has waited long enough
		return
	}
	s.u.log(LevelWarning, "%s operation timed out.", s.sub)
	s.takeDown(s.cfg.TimeoutStartFailureMode, ServiceStopSigterm, ServiceStopWatchdog, ServiceStopSigkill)
}

// stopTimedOut moves on from a stop command that takes too long, as TimeoutStopFailureMode= says.
func (s *service) stopTimedOut(terminate, abort, kill ServiceState) {
	s.u.log(LevelWarning, "%s operation timed out.", s.sub)
	s.takeDown(s.cfg.TimeoutStopFailureMode, terminate, abort, kill)
}

func (s *service) takeDown(mode units.TimeoutFailureMode, terminate, abort, kill ServiceState) {
	switch {
	case mode == units.TimeoutAbort:
		s.enterSignal(abort, ResultTimeout)
	case mode != units.TimeoutKill:
		s.enterSignal(terminate, ResultTimeout)
	case s.u.Kill.SendSIGKILL:
		s.enterSignal(kill, ResultTimeout)
	case kill == ServiceStopSigkill:
		s.enterStopPost(ResultTimeout)
	default:
		s.enterDead(ResultTimeout, false)
	}
}

// enterDead ends a run: dead or failed for good, or until the automatic restart.
func (s *service) enterDead(r Result, mayRestart bool) {
	s.fail(r)
	s.returning = mayRestart && s.shallRestart()
	s.tidy()
	s.releaseStore()

	if s.returning {
		if s.cfg.RestartMode != units.RestartDirect {
			if s.succeeded() {
				s.enter(ServiceDeadBeforeAutoRestart)
			} else {
				s.enter(ServiceFailedBeforeAutoRestart)
			}
		}
		s.timer = later(s.u.now().Monotonic, s.restartDelay())
		s.enter(ServiceAutoRestart)
		return
	}
	// The count stays readable until the next start.
	s.flushRestarts = true
	if s.succeeded() {
		s.enter(s.deadState())
	} else {
		s.enter(ServiceFailed)
	}
}

// succeeded tells whether the run counts as no failure; one that ExecCondition= has skipped does.
func (s *service) succeeded() bool {
	return s.res == ResultSuccess || s.res == ResultExecCondition
}

// deadState is where a service rests that is down: pinned while it keeps descriptors in its store.
func (s *service) deadState() ServiceState {
	if len(s.store) > 0 && s.cfg.FileDescriptorStorePreserve == units.PreserveYes {
		return ServiceDeadResourcesPinned
	}
	return ServiceDead
}

// tidy removes what a run leaves behind.
func (s *service) tidy() {
	s.unwatchPIDFile()
	if s.cfg.PIDFile != "" {
		s.u.host().Remove(s.cfg.PIDFile)
	}
	s.notify.access = ""
	s.disconnect() // the peer is to see the end of it
	if !s.comesBack() {
		s.u.closeStreams() // and so is who reads what the service writes
	}
	preserve := s.u.Exec.RuntimeDirectoryPreserve
	keep := preserve == units.PreserveYes || preserve == units.PreserveRestart && s.comesBack()
	s.u.host().Cleanup(s.u.Unit, keep)
}

// comesBack tells whether the service is about to start again, by itself or by a job.
func (s *service) comesBack() bool { return s.returning || s.u.startPending() }
