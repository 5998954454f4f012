package supervisor

import "pintle/units"

// idleDelay is how long Type=idle waits for other jobs at most (systemd.service(5), Type=idle).
const idleDelay units.Usec = 5_000_000

// start begins a run.
func (s *service) start() error {
	switch s.sub {
	case ServiceCondition, ServiceStartPre, ServiceStart, ServiceStartPost:
		return nil // on its way
	case ServiceRunning, ServiceExited, ServiceReload, ServiceReloadSignal, ServiceReloadNotify:
		return errAlready
	case ServiceDead, ServiceFailed, ServiceDeadResourcesPinned, ServiceAutoRestartQueued:
	default:
		// Going down, or holding off before an automatic restart: the job waits for that to end.
		return errAgain
	}
	if !s.u.testStartLimit() {
		s.enterDead(ResultStartLimitHit, false)
		return errStartLimit
	}

	s.res, s.reloadRes = ResultSuccess, ResultSuccess
	s.main, s.mainStat = mainProcess{}, ExecStatus{}
	s.mainIndex, s.controlIdx = -1, -1
	s.commands = nil
	s.forbidRestart, s.returning = false, false
	s.busOwned = false
	s.notify = notifyData{}
	if s.flushRestarts {
		s.nRestarts, s.flushRestarts = 0, false
	}
	s.enterCondition()
	return nil
}

// enterCondition runs ExecCondition=.
func (s *service) enterCondition() {
	if len(s.cfg.ExecCondition) == 0 {
		s.enterStartPre()
		return
	}
	if err := s.runControl(RoleCondition, 0); err != nil {
		s.enterDead(ResultResources, true) // nothing has run yet
		return
	}
	s.enter(ServiceCondition)
}

// enterStartPre runs ExecStartPre=.
func (s *service) enterStartPre() {
	if len(s.cfg.ExecStartPre) == 0 {
		s.enterStart()
		return
	}
	if err := s.runControl(RoleStartPre, 0); err != nil {
		s.enterSignal(ServiceFinalSigterm, ResultResources) // ExecCondition= may have left something behind
		return
	}
	s.enter(ServiceStartPre)
}

// enterStart runs ExecStart=, as the main process, or for Type=forking as a control process.
func (s *service) enterStart() {
	s.forgetMain()
	s.forgetControl()

	switch {
	case len(s.cfg.ExecStart) == 0:
		// A oneshot without ExecStart= passes through here so that it does become active for an instant.
		s.armAfter(s.cfg.TimeoutStartSec)
		s.enter(ServiceStart)
		s.enterStartPost()
		return

	case s.cfg.Type == units.TypeForking:
		if err := s.runControl(RoleStart, 0); err != nil {
			s.enterSignal(ServiceStopSigterm, ResultResources)
			return
		}
		s.enter(ServiceStart)

	case s.cfg.Type == units.TypeIdle && !s.idleHold && s.u.busy():
		s.idleHold = true
		s.armAfter(idleDelay)
		s.enter(ServiceStart)

	default:
		s.idleHold = false
		if err := s.runMain(0); err != nil {
			s.enterSignal(ServiceStopSigterm, ResultResources)
			return
		}
		s.afterMainSpawn()
	}
}

// afterMainSpawn decides what the start waits for once the main process exists.
func (s *service) afterMainSpawn() {
	switch s.cfg.Type {
	case units.TypeSimple, units.TypeIdle:
		s.enterStartPost()
		return
	case units.TypeDBus:
		if !s.u.host().WatchBusName(s.u.Name, s.cfg.BusName) {
			// Without a bus the name can never be taken: the process having started is all there is to know.
			s.u.log(LevelWarning, "No message bus here: not waiting for the name %s.", s.cfg.BusName)
			s.busOwned = true
			s.enter(ServiceStart)
			s.step(becameReady, ResultSuccess)
			return
		}
	}
	s.enter(ServiceStart)
}

// queueIdle tells a service of Type=idle that no other job is left.
func (s *service) queueIdle() {
	if s.sub == ServiceStart && s.idleHold {
		s.enterStart()
	}
}

// forked: ExecStart= of Type=forking has returned; the main process is to be found.
func (s *service) forked(r Result) {
	if s.cfg.Type != units.TypeForking {
		return
	}
	if r != ResultSuccess {
		s.enterSignal(ServiceStopSigterm, r)
		return
	}
	if s.cfg.PIDFile == "" {
		s.guessMain()
	} else if _, err := s.loadPIDFile(); err != nil && len(s.cfg.ExecStartPost) == 0 {
		// With ExecStartPost= the file may still be written by that.
		if !s.awaitPIDFile(err) {
			s.enterSignal(ServiceStopSigterm, ResultProtocol)
		}
		return
	}
	s.enterStartPost()
}

// mainExitedInStart: the main process has ended while the service was still starting.
func (s *service) mainExitedInStart(r Result) {
	switch {
	case s.cfg.Type == units.TypeOneshot && r == ResultSuccess:
		s.enterStartPost()
	case s.cfg.Type == units.TypeOneshot:
		s.enterSignal(ServiceStopSigterm, r)
	case s.notifies() && r != ResultSuccess:
		s.enterSignal(ServiceStopSigterm, r)
	case s.notifies():
		// With RemainAfterExit= another process may still say READY=1, if it is allowed to.
		if !s.cfg.RemainAfterExit || s.notifyAccess() == units.NotifyMain {
			s.enterSignal(ServiceStopSigterm, ResultProtocol)
		}
	default:
		s.enterRunning(r)
	}
}

// enterStartPost runs ExecStartPost=; from here on the watchdog is awake.
func (s *service) enterStartPost() {
	s.forgetControl()
	s.startWatchdog()
	if len(s.cfg.ExecStartPost) == 0 {
		s.enterRunning(ResultSuccess)
		return
	}
	if err := s.runControl(RoleStartPost, 0); err != nil {
		s.enterStop(ResultResources)
		return
	}
	s.enter(ServiceStartPost)
}

// startPostExited: the last ExecStartPost= command has ended.
func (s *service) startPostExited(r Result) {
	if r != ResultSuccess {
		s.enterSignal(ServiceStopSigterm, r)
		return
	}
	if s.cfg.PIDFile == "" {
		if s.cfg.Type == units.TypeForking {
			s.guessMain()
		}
	} else if _, err := s.loadPIDFile(); err != nil && s.cfg.Type == units.TypeForking {
		if !s.awaitPIDFile(err) {
			s.enterStop(ResultProtocol)
		}
		return
	}
	s.enterRunning(ResultSuccess)
}

// enterRunning settles where a service that is up belongs: running, exited, or on the way down.
func (s *service) enterRunning(r Result) {
	s.fail(r)
	s.forgetControl()
	switch {
	case s.res != ResultSuccess:
		s.enterSignal(ServiceStopSigterm, r)
	case s.good():
		switch s.notify.phase {
		case phaseReloading:
			s.enterReloadByNotify()
		case phaseStopping:
			s.enterStopByNotify()
		default:
			s.armRuntimeMax()
			s.enter(ServiceRunning)
		}
	case s.cfg.RemainAfterExit:
		s.enter(ServiceExited)
	default:
		s.enterStop(ResultSuccess)
	}
}

// good tells whether a service is up by what is left of its processes.
func (s *service) good() bool {
	if s.cfg.Type == units.TypeDBus && !s.busOwned {
		return false
	}
	switch s.mainState() {
	case mainAlive:
		return true
	case mainGone:
		if s.cfg.ExitType != units.ExitCgroup {
			return false
		}
	}
	return !s.empty()
}
