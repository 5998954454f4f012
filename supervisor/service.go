package supervisor

import (
	"pintle/units"
)

// service is the state machine of a service unit (systemd.service(5)).
//
// A service is a main process, at most one control process beside it, whatever they have forked, and one
// timer. The control process is the command of ExecCondition=, ExecStartPre=, … that runs at the moment;
// for Type=forking it is ExecStart= too, because there the main process is somebody else.
//
// Coming up is a walk down the left side, going down a walk down the right. Each state waits for one thing
// only: its processes, a message, or its timer.
//
//	dead, failed ◄────────────────────────────────────────────┐
//	    │ start                                               │
//	    ▼                                                     │
//	condition ──skip, failure────────────────┐                │
//	    ▼                                    │                │
//	start-pre ──failure──────────────────────┤                │
//	    ▼                                    │           dead, failed
//	start ──failure, timeout, stop───────────┤                ▲   ▲
//	    ▼   ready (Type=)                    │                │   │ no
//	start-post ──failure, timeout, stop──────┤                │  Restart=? ──yes──► dead-before-auto-restart,
//	    ▼                                    │                │   ▲                 failed-before-auto-restart
//	running ◄─► reload, reload-signal,       │                │   │                     │
//	  │  exited         reload-notify        │                │   │                     ▼  RestartSec=
//	  │ stop, main process gone, …           ▼                │   │                 auto-restart
//	  └────────────► stop ───────────► stop-sigterm           │   │                     │
//	              (ExecStop=)       (or stop-watchdog:        │   │                     ▼
//	                                 WatchdogSignal=)         │   │                 auto-restart-queued ─► condition
//	                                         ▼ timeout        │   │
//	                                   stop-sigkill           │   │
//	                                         ▼                │   │
//	                                   stop-post ─► final-sigterm, final-watchdog ─► final-sigkill
//	                                (ExecStopPost=)
//
// What a start that never got as far as "start" skips is ExecStop=: it is the polite way to end what is up.
// What nothing skips is ExecStopPost= and the two rounds of signals around it; a round that finds nobody to
// signal passes at once, so that a clean exit walks the whole right side without waiting.
//
// Three rules keep it sane. A state is entered by one function, which does the state's work and sets the
// state last, so that whoever is told of the change sees the work done. What happens next is decided in one
// place, the switch of step. And a failure is remembered once: result keeps the first one until the next
// start, whatever goes wrong on the way down.
type service struct {
	u   *Unit                  `handover:"-"`
	cfg *units.ServiceSettings `handover:"-"`

	sub       ServiceState
	res       Result   // of the run: the first failure
	reloadRes Result   // of the last reload
	cleanRes  Result   // of the last systemctl clean
	cleaning  []string // what it removes

	main      mainProcess
	mainStat  ExecStatus
	mainIndex int // index into ExecStart= of the running main command, or -1

	control     int // pid of the control process, or 0
	controlRole Role
	controlIdx  int // index of the running control command in its list, or -1

	commands map[Role][]ExecStatus // last run of each command

	timer      units.Usec // when the state's time is up, or Infinity
	watchdogAt units.Usec // when the watchdog bites, or Infinity
	idleHold   bool       // Type=idle: held back until the job queue is empty
	pidFile    bool       // the host watches PIDFile=
	killed     map[int]bool

	forbidRestart bool // a stop was asked for
	returning     bool // dead now, but only until RestartSec= is over
	flushRestarts bool // the next start by hand forgets nRestarts
	nRestarts     uint

	busOwned bool
	notify   notifyData
	store    []FD

	connection    descriptor // standard input of the next run, or -1
	connectionEnv []string
}

// ServiceState is a service's SubState.
type ServiceState string

// The states of a service, by systemd's names for them.
const (
	ServiceDead                    ServiceState = "dead"
	ServiceCondition               ServiceState = "condition"
	ServiceStartPre                ServiceState = "start-pre"
	ServiceStart                   ServiceState = "start"
	ServiceStartPost               ServiceState = "start-post"
	ServiceRunning                 ServiceState = "running"
	ServiceExited                  ServiceState = "exited"
	ServiceReload                  ServiceState = "reload"
	ServiceReloadSignal            ServiceState = "reload-signal"
	ServiceReloadNotify            ServiceState = "reload-notify"
	ServiceStop                    ServiceState = "stop"
	ServiceStopWatchdog            ServiceState = "stop-watchdog"
	ServiceStopSigterm             ServiceState = "stop-sigterm"
	ServiceStopSigkill             ServiceState = "stop-sigkill"
	ServiceStopPost                ServiceState = "stop-post"
	ServiceFinalWatchdog           ServiceState = "final-watchdog"
	ServiceFinalSigterm            ServiceState = "final-sigterm"
	ServiceFinalSigkill            ServiceState = "final-sigkill"
	ServiceFailed                  ServiceState = "failed"
	ServiceDeadBeforeAutoRestart   ServiceState = "dead-before-auto-restart"
	ServiceFailedBeforeAutoRestart ServiceState = "failed-before-auto-restart"
	ServiceDeadResourcesPinned     ServiceState = "dead-resources-pinned"
	ServiceAutoRestart             ServiceState = "auto-restart"
	ServiceAutoRestartQueued       ServiceState = "auto-restart-queued"
	ServiceCleaning                ServiceState = "cleaning"
)

// traits are the facts about a state that do not depend on the service.
type traits struct {
	active  ActiveState
	main    bool // the main process is waited for
	control bool // a control process may run
	timed   bool // the state may have a timer
	guarded bool // the watchdog runs
}

// serviceStates is the table of states; a state that is not in it does not exist.
var serviceStates = map[ServiceState]traits{
	ServiceDead:                    {active: Inactive},
	ServiceCondition:               {active: Activating, control: true, timed: true},
	ServiceStartPre:                {active: Activating, control: true, timed: true},
	ServiceStart:                   {active: Activating, main: true, control: true, timed: true},
	ServiceStartPost:               {active: Activating, main: true, control: true, timed: true, guarded: true},
	ServiceRunning:                 {active: Active, main: true, timed: true, guarded: true},
	ServiceExited:                  {active: Active},
	ServiceReload:                  {active: Reloading, main: true, control: true, timed: true, guarded: true},
	ServiceReloadSignal:            {active: Reloading, main: true, timed: true, guarded: true},
	ServiceReloadNotify:            {active: Reloading, main: true, timed: true, guarded: true},
	ServiceStop:                    {active: Deactivating, main: true, control: true, timed: true},
	ServiceStopWatchdog:            {active: Deactivating, main: true, control: true, timed: true},
	ServiceStopSigterm:             {active: Deactivating, main: true, control: true, timed: true},
	ServiceStopSigkill:             {active: Deactivating, main: true, control: true, timed: true},
	ServiceStopPost:                {active: Deactivating, main: true, control: true, timed: true},
	ServiceFinalWatchdog:           {active: Deactivating, main: true, control: true, timed: true},
	ServiceFinalSigterm:            {active: Deactivating, main: true, control: true, timed: true},
	ServiceFinalSigkill:            {active: Deactivating, main: true, control: true, timed: true},
	ServiceFailed:                  {active: Failed},
	ServiceDeadBeforeAutoRestart:   {active: Inactive},
	ServiceFailedBeforeAutoRestart: {active: Failed},
	ServiceDeadResourcesPinned:     {active: Inactive},
	ServiceAutoRestart:             {active: Activating, timed: true},
	ServiceAutoRestartQueued:       {active: Activating},
	ServiceCleaning:                {active: Maintenance, control: true, timed: true},
}

// Result is how a unit's last run ended (the Result property, $SERVICE_RESULT).
type Result string

// The results of a service.
const (
	ResultSuccess       Result = "success"
	ResultResources     Result = "resources"
	ResultProtocol      Result = "protocol"
	ResultTimeout       Result = "timeout"
	ResultExitCode      Result = "exit-code"
	ResultSignal        Result = "signal"
	ResultCoreDump      Result = "core-dump"
	ResultWatchdog      Result = "watchdog"
	ResultStartLimitHit Result = "start-limit-hit"
	ResultOOMKill       Result = "oom-kill"
	ResultExecCondition Result = "exec-condition"
)

// newService is the state machine of a service that has never run.
func newService(u *Unit) kind {
	s := &service{u: u, cfg: u.Service, sub: ServiceDead, res: ResultSuccess, reloadRes: ResultSuccess, cleanRes: ResultSuccess,
		mainIndex: -1, controlIdx: -1, timer: units.Infinity, watchdogAt: units.Infinity, connection: -1}
	return s
}

// state tells how the service stands. One of Type=idle counts as active from its first step on, so that
// nothing waits for what itself waits for everything else (systemd.service(5), Type=idle).
func (s *service) state() (ActiveState, string) {
	active := serviceStates[s.sub].active
	if active == Activating && s.cfg.Type == units.TypeIdle {
		switch s.sub {
		case ServiceCondition, ServiceStartPre, ServiceStart, ServiceStartPost:
			active = Active
		}
	}
	if (s.sub == ServiceReloadNotify || s.sub == ServiceReloadSignal) && s.u.m.before(253) {
		return active, string(ServiceReload)
	}
	return active, string(s.sub)
}

func (s *service) result() string { return string(s.res) }

// willRestart tells whether a service that is down comes back by itself.
func (s *service) willRestart() bool { return s.returning }

// reloaded tells whether the last reload went well.
func (s *service) reloaded() bool { return s.reloadRes == ResultSuccess }

// exitStatus is the exit status of the last main process. One that a signal has ended has none of its own: that
// is 255, or 0 if it was the clean end of a daemon, as an ordered stop must not look like a failure.
func (s *service) exitStatus() (status int, ok bool) {
	switch s.mainStat.Code {
	case CodeExited:
		return s.mainStat.Status, true
	case CodeKilled, CodeDumped:
		if s.succeeded() {
			return 0, true
		}
		return 255, true
	}
	return 0, false
}

// enter sets the state and lets go of what the new state has no use for.
func (s *service) enter(to ServiceState) {
	t := serviceStates[to]
	if !t.timed {
		s.timer = units.Infinity
	}
	if !t.guarded {
		s.watchdogAt = units.Infinity
	}
	if !t.main {
		s.forgetMain()
	}
	if !t.control {
		s.forgetControl()
	}
	if to != ServiceStart && to != ServiceStartPost {
		s.unwatchPIDFile()
	}
	if to != ServiceStart {
		s.idleHold = false
	}
	s.sub = to
	s.rearm()
	s.u.changed()
}

// fail remembers the first failure of a run.
func (s *service) fail(r Result) {
	if s.res == ResultSuccess {
		s.res = r
	}
}

// resetFailed forgets a failure and the count of restarts (systemctl reset-failed).
func (s *service) resetFailed() {
	if s.sub == ServiceFailed {
		s.enter(s.deadState())
	}
	s.res, s.reloadRes = ResultSuccess, ResultSuccess
	s.nRestarts, s.flushRestarts = 0, false
}
