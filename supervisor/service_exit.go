package supervisor

import (
	"strconv"
	"syscall"

	"pintle/units"
)

// ExecStatus is the last run of one command (the Exec… properties).
type ExecStatus struct {
	PID    int
	Start  Instant
	Exit   Instant // zero while it runs
	Code   ExitCode
	Status int
}

// in tells whether the process has ended with a status or by a signal that is in the set.
func (e *ExecStatus) in(set *units.ExitStatusSet) bool {
	switch e.Code {
	case CodeExited:
		return set.Has(e.Status)
	case CodeKilled, CodeDumped:
		return set.HasSignal(syscall.Signal(e.Status))
	}
	return false
}

func (e *ExecStatus) ended(x Exit, at Instant) {
	e.PID, e.Code, e.Status, e.Exit = x.PID, x.Code, x.Status, at
}

// resultOf judges an exit. A daemon that dies of a signal it is commonly told to end by has ended cleanly; a
// command that was to do its work has not (systemd.service(5), SuccessExitStatus=).
func (s *service) resultOf(x Exit, daemon bool) Result {
	st := ExecStatus{Code: x.Code, Status: x.Status}
	if st.in(&s.cfg.SuccessExitStatus) {
		return ResultSuccess
	}
	switch x.Code {
	case CodeExited:
		if x.Status == 0 {
			return ResultSuccess
		}
		return ResultExitCode
	case CodeDumped:
		return ResultCoreDump
	}
	if daemon {
		switch x.Signal() {
		case syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE:
			return ResultSuccess
		}
	}
	return ResultSignal
}

// exited: a watched process has ended.
func (s *service) exited(x Exit) {
	switch x.PID {
	case 0:
	case s.main.pid:
		s.mainEnded(x)
	case s.control:
		s.controlEnded(x)
	}
}

func (s *service) mainEnded(x Exit) {
	r := s.resultOf(x, s.cfg.Type != units.TypeOneshot)
	now := s.u.now()
	// A forking daemon may move on to another process, as long as it says so before the old one ends.
	if changed, err := s.loadPIDFile(); changed && err == nil {
		s.u.unwatch(x.PID)
		return
	}
	s.u.unwatch(x.PID)
	s.main.pid = 0
	s.main.alien = false
	s.mainStat.ended(x, now)

	ignore := false
	if i := s.mainIndex; i >= 0 {
		s.commands[RoleStart][i] = s.mainStat
		ignore = s.cfg.ExecStart[i].IgnoreFailure
	} else if len(s.cfg.ExecStart) > 0 {
		ignore = s.cfg.ExecStart[0].IgnoreFailure
	}
	if ignore {
		r = ResultSuccess
	}
	s.logExit("Main process", x, r)
	s.fail(r)

	if i := s.mainIndex; i >= 0 && i+1 < len(s.cfg.ExecStart) && r == ResultSuccess &&
		s.cfg.Type == units.TypeOneshot && s.sub == ServiceStart {
		if err := s.runMain(i + 1); err != nil {
			s.enterStop(ResultResources)
			return
		}
		s.rearm()
		return
	}
	s.mainIndex = -1
	if s.cfg.ExitType == units.ExitCgroup && serviceStates[s.sub].active != Deactivating && !s.empty() {
		return // only the last process of the unit counts
	}
	s.step(mainExited, r)
}

// phaseOf is the state in which the commands of a list run one after the other. In any other one the list
// has been broken off.
var phaseOf = map[Role]ServiceState{
	RoleCondition: ServiceCondition, RoleStartPre: ServiceStartPre, RoleStart: ServiceStart,
	RoleStartPost: ServiceStartPost, RoleReload: ServiceReload, RoleStop: ServiceStop, RoleStopPost: ServiceStopPost,
}

func (s *service) controlEnded(x Exit) {
	r := s.resultOf(x, s.cfg.Type != units.TypeOneshot && s.controlRole == RoleStart)
	role, i := s.controlRole, s.controlIdx
	s.u.unwatch(x.PID)
	s.control = 0
	if i >= 0 { // else a daemon-reload has taken the command away
		s.commands[role][i].ended(x, s.u.now())
		if s.commandsOf(role)[i].IgnoreFailure {
			r = ResultSuccess
		}
	}
	if r == ResultExitCode && role == RoleCondition && x.Status < 255 {
		r = ResultExecCondition
		s.u.conditions.Met = false
	}
	s.logExit("Control process", x, r)
	if role != RoleReload {
		s.fail(r)
	}
	if i >= 0 && i+1 < len(s.commandsOf(role)) && r == ResultSuccess && s.sub == phaseOf[role] {
		s.runNextControl(role, i+1)
		return
	}
	s.controlIdx = -1
	s.step(controlExited, r)
}

// runNextControl goes on in a list of commands.
func (s *service) runNextControl(role Role, i int) {
	if err := s.runControl(role, i); err == nil {
		s.rearm()
		return
	}
	switch s.sub {
	case ServiceCondition, ServiceStartPre, ServiceStartPost, ServiceStop:
		s.enterSignal(ServiceStopSigterm, ResultResources)
	case ServiceStopPost:
		s.enterSignal(ServiceFinalSigterm, ResultResources)
	case ServiceReload:
		s.reloadRes = ResultResources
		s.enterRunning(ResultSuccess)
	default:
		s.enterStop(ResultResources)
	}
}

func (s *service) logExit(what string, x Exit, r Result) {
	level := LevelDebug
	if r != ResultSuccess {
		level = LevelNotice
	}
	if x.Code == CodeExited {
		status := strconv.Itoa(x.Status)
		if name, _ := units.ExitStatusName(x.Status); name != "" {
			status += "/" + name
		}
		s.u.log(level, "%s exited, code=exited, status=%s", what, status)
	} else {
		s.u.log(level, "%s exited, code=%s, status=%d/%s", what, x.Code, x.Status, units.SignalName(x.Signal()))
	}
}

// wantsEmpty: is the service in a state that ends when its last process does? Nothing else looks for
// processes, because that may cost the host a walk through /proc.
func (s *service) wantsEmpty() bool {
	switch s.sub {
	case ServiceStart, ServiceStartPost, ServiceRunning, ServiceReload, ServiceReloadSignal, ServiceReloadNotify:
		return s.control == 0 && s.mainState() != mainAlive || s.main.alien
	case ServiceStopWatchdog, ServiceStopSigterm, ServiceStopSigkill,
		ServiceFinalWatchdog, ServiceFinalSigterm, ServiceFinalSigkill:
		return true
	}
	return false
}

// emptied looks whether the last process of the service has gone.
func (s *service) emptied() {
	if s.main.pid != 0 && s.main.alien && !s.u.host().Alive(s.main.pid) {
		// Somebody else's child: its exit status is not for us to see.
		s.mainEnded(Exit{PID: s.main.pid, Code: CodeExited})
		return
	}
	switch s.sub {
	case ServiceStopSigkill, ServiceFinalSigkill:
		if !s.gone() {
			s.killNewcomers()
			return
		}
	default:
		if !s.gone() {
			return
		}
	}
	s.step(emptied, ResultSuccess)
}
