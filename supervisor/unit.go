package supervisor

import (
	"fmt"
	"strings"

	"pintle/units"
)

// ActiveState is a unit's state as every unit type has it (org.freedesktop.systemd1(5), ActiveState).
type ActiveState string

// The active states.
const (
	Active       ActiveState = "active"
	Reloading    ActiveState = "reloading"
	Inactive     ActiveState = "inactive"
	Failed       ActiveState = "failed"
	Activating   ActiveState = "activating"
	Deactivating ActiveState = "deactivating"
	Maintenance  ActiveState = "maintenance"
)

// up: active, perhaps reloading. rising: up or on its way. down: inactive or failed. falling: down or on
// its way.
func (s ActiveState) up() bool      { return s == Active || s == Reloading }
func (s ActiveState) rising() bool  { return s.up() || s == Activating }
func (s ActiveState) down() bool    { return s == Inactive || s == Failed }
func (s ActiveState) falling() bool { return s.down() || s == Deactivating }

// Unit is one unit of the manager: what was loaded, and what has become of it.
type Unit struct {
	*units.Unit `handover:"-"` // see savedUnit, as for its kind
	m           *Manager       `handover:"-"`
	kind        kind           `handover:"-"`
	names       []string       `handover:"-"` // under which the manager holds it: its own, and every other it was asked for by
	job         *Job           `handover:"-"` // the job installed for it, if any
	nop         *Job           `handover:"-"` // a job of type nop, which stands beside every other

	active       ActiveState // as of the last call of changed
	invocationID string
	stamps       Timestamps
	conditions   Check // outcome of the last test of its conditions
	asserts      Check
	trigger      []string // $TRIGGER_UNIT, …: what activated it
	order        uint64   // counts starts: a unit that was started later has the greater number
	timer        timer

	starts    rateLimit // StartLimitIntervalSec=, StartLimitBurst=
	limitHit  bool      // the last start was one too many
	automatic rateLimit // starts and stops by Upholds=, BindsTo=, StopWhenUnneeded=
	retry     *timer    // looks again when automatic allows it

	queued  queueSet `handover:"-"`
	refs    int      // holds on to the unit
	clients int      `handover:"-"` // of the bus that do, as long as they are connected: Hold
	streams *Streams // standard streams that a client has brought along for a transient service
	markers markers
	frozen  bool // its processes are stopped: Freeze
	// controller is the bus name of who is asked to end a scope.
	controller string
	slotEnd    units.Usec // while the manager stops: when the unit is to be down
	clipped    bool       // a phase of its stop got less time than it asked for
	waiting    bool       // is in Manager.emptying
}

// kind is what a unit's type contributes: its state machine. One file a kind.
//
// The manager calls it; it answers by calling the methods of Unit: changed after every transition, watch
// for the processes it has, arm for its timeout.
type kind interface {
	// state is the unit's present state; sub is the kind's own name for it.
	state() (active ActiveState, sub string)
	// start, stop and reload begin what the job asks for; the job ends when the state says so (changed).
	// errAlready: nothing to do. errAgain: not now, the job waits for the next change.
	start() error
	stop() error
	reload() error
	canReload() bool
	// exited: a process given to watch has ended.
	exited(Exit)
	// emptied: processes have ended and perhaps none of the unit's is left; asked after every batch of
	// exits while wantsEmpty is true.
	emptied()
	wantsEmpty() bool
	// timeout: the instant given to arm has come.
	timeout()
	// event: an Executed, Notification, PathChanged, … for this unit.
	event(Event)
	// resetFailed forgets a failure.
	resetFailed()
	// result is the value of the Result property.
	result() string
}

// What a kind may do besides.
type (
	// restarter: willRestart tells that a unit that is down will come back by itself.
	restarter interface{ willRestart() bool }
	// reloader: reloaded tells whether the last reload went well.
	reloader interface{ reloaded() bool }
	// exiter: exitStatus is the exit status of the main process; ok is false if it has none (there was no
	// process, or it still runs).
	exiter interface{ exitStatus() (status int, ok bool) }
	// reporter: resultEnv is $SERVICE_RESULT, $EXIT_CODE and $EXIT_STATUS with a prefix, for a unit that
	// is started because this one has ended (systemd.exec(5), $MONITOR_SERVICE_RESULT).
	reporter interface{ resultEnv(prefix string) []string }
	// follower: triggered tells a socket, timer or path that the unit it triggers has changed.
	follower interface{ triggered(*Unit) }
	// listener: descriptors are what a socket hands to its service.
	listener interface{ descriptors() []FD }
	// waiter: jobDropped tells that a job has ended that was not done.
	waiter interface{ jobDropped() }
	// idler: queueIdle tells that no job is left (Type=idle).
	idler interface{ queueIdle() }
	// budgeted: stopBudgetChanged tells a unit on its way down that the end has come nearer (stopBudget).
	budgeted interface{ stopBudgetChanged() }
	// configured: reconfigure takes the settings that a daemon-reload has found.
	configured interface{ reconfigure() }
	// resumer: resume tells the host once more what a unit that was handed over waits for (Manager.Restore).
	resumer interface{ resume() }
	// healer: heal finds the next step of a unit that a bug has left in the middle of one (Manager.Heal).
	healer interface{ heal() }
	// connected: a service that is to be started for a connection (Accept=yes), which is its own from then on,
	// or that is not to be started after all.
	connected interface {
		connect(fd int, env []string)
		disconnect()
	}
)

// State is the unit's present state, with its kind's own name for it (ActiveState and SubState).
func (u *Unit) State() (active ActiveState, sub string) { return u.kind.state() }

// Result is why the unit's last run ended ("success", "exit-code", …).
func (u *Unit) Result() string { return u.kind.result() }

// Job is the job installed for the unit, or nil.
func (u *Unit) Job() *Job {
	if u.job == nil {
		return u.nop
	}
	return u.job
}

// InvocationID identifies the unit's present or last run by 32 hex digits; it is empty before the first.
func (u *Unit) InvocationID() string { return u.invocationID }

// Stamps are the instants of the unit's last changes.
func (u *Unit) Stamps() Timestamps { return u.stamps }

// Conditions and Asserts tell how the unit's conditions and assertions came out when last tested.
func (u *Unit) Conditions() Check { return u.conditions }
func (u *Unit) Asserts() Check    { return u.asserts }

// Timestamps are the instants at which a unit last changed; an instant that has not been is zero.
type Timestamps struct {
	StateChange   Instant
	InactiveExit  Instant // left inactive or failed
	ActiveEnter   Instant
	ActiveExit    Instant
	InactiveEnter Instant // became inactive or failed
}

// TypeOf is the part of a unit's name after its last dot: "service", "socket", ….
func TypeOf(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// The methods below are for kinds.

func (u *Unit) host() Host   { return u.m.host }
func (u *Unit) now() Instant { return u.m.host.Now() }

func (u *Unit) log(level Level, format string, args ...any) {
	u.m.host.Log(level, u.Name, fmt.Sprintf(format, args...))
}

// changed is to be called after every transition of the kind, also one between two sub-states, when all
// work of the transition has been done. What follows from it (jobs that end, units that are to follow) is
// done when the event in hand has been dealt with, in the order of the calls.
func (u *Unit) changed() {
	from := u.active
	to, _ := u.kind.state()
	u.active = to
	if from != to {
		u.stamp(from, to)
	}
	if to != Active {
		u.thaw()
	}
	u.awaitEmpty()
	u.m.changes = append(u.m.changes, change{u, from, to})
	u.m.touch(u)
	u.m.host.UnitChanged(u, from, to)
}

func (u *Unit) stamp(from, to ActiveState) {
	now := u.now()
	u.stamps.StateChange = now
	if from.down() && !to.down() {
		u.stamps.InactiveExit = now
		u.m.starts++
		u.order = u.m.starts
	} else if !from.down() && to.down() {
		u.stamps.InactiveEnter = now
	}
	if !from.up() && to.up() {
		u.stamps.ActiveEnter = now
	} else if from.up() && !to.up() {
		u.stamps.ActiveExit = now
	}
}

// awaitEmpty keeps the list of units that are asked after each batch of exits.
func (u *Unit) awaitEmpty() {
	if !u.waiting && u.kind.wantsEmpty() {
		u.waiting = true
		u.m.emptying = append(u.m.emptying, u)
	}
}

// arm has the kind's timeout called at an instant of the monotonic clock, instead of any set before.
func (u *Unit) arm(at units.Usec) { u.m.timers.set(&u.timer, at) }

// disarm forgets the instant.
func (u *Unit) disarm() { u.m.timers.clear(&u.timer) }

// watch has the exit of a process told to the kind.
func (u *Unit) watch(pid int) { u.m.pids[pid] = u }

// unwatch ends that.
func (u *Unit) unwatch(pid int) {
	if u.m.pids[pid] == u {
		delete(u.m.pids, pid)
	}
}

// spawn starts a process of the unit and watches it.
func (u *Unit) spawn(s *Spawn) (pid int, err error) {
	s.Unit = u.Unit
	s.InvocationID = u.invocationID
	s.Streams = u.streams
	switch s.Role {
	case RoleCondition, RoleStartPre, RoleStart:
		s.Env = append(s.Env, u.trigger...)
		s.Env = append(s.Env, u.monitorEnv()...)
	}
	pid, err = u.m.host.Spawn(s)
	if err == nil {
		u.watch(pid)
	}
	return pid, err
}

// monitorEnv is what a handler of OnFailure= or OnSuccess= learns of the unit that it is to handle. With
// several units that may have called it nobody can tell which it was, so that it learns nothing.
func (u *Unit) monitorEnv() []string {
	var name string
	for _, kind := range reportedBy {
		for _, other := range u.Deps[kind].Names() {
			if name != "" && name != other {
				return nil
			}
			name = other
		}
	}
	source := u.m.units[name]
	if source == nil {
		return nil
	}
	r, ok := source.kind.(reporter)
	if !ok {
		return nil
	}
	return append(r.resultEnv("MONITOR_"),
		"MONITOR_INVOCATION_ID="+source.invocationID, "MONITOR_UNIT="+source.Name)
}

// listenFDs are the descriptors of all active sockets that trigger the unit, in the order of their names.
func (u *Unit) listenFDs() []FD {
	var fds []FD
	for other := range u.known(triggeredBy) {
		if l, ok := other.kind.(listener); ok && other.active.up() {
			fds = append(fds, l.descriptors()...)
		}
	}
	return fds
}

// busy tells whether any unit but this one has a job. If so, queueIdle of the kind is called when no job is
// left (Type=idle).
func (u *Unit) busy() bool {
	others := len(u.m.jobs)
	if u.job != nil {
		others--
	}
	if others > 0 {
		u.m.idlers = append(u.m.idlers, u)
	}
	return others > 0
}

// startPending and stopPending tell whether a job is queued that will start the unit (or leave it running),
// or stop it.
func (u *Unit) startPending() bool {
	return u.job != nil && (u.job.Type == JobStart || u.job.Type == JobRestart)
}
func (u *Unit) stopPending() bool { return u.job != nil && u.job.Type == JobStop }

// testStartLimit counts a start and tells whether it is within the unit's start limit; if not it takes the
// unit's StartLimitAction=.
func (u *Unit) testStartLimit() bool {
	u.limitHit = !u.starts.allow(u.now().Monotonic, u.StartLimitIntervalSec, u.StartLimitBurst)
	if !u.limitHit {
		return true
	}
	u.log(LevelWarning, "Start request repeated too quickly.")
	u.m.act(u.StartLimitAction, u.exitStatusFor(u.FailureActionExitStatus), "unit "+u.Name+" hit its start limit")
	return false
}

// enqueue queues a job for the unit, or for another: Unit.m.unit finds that by its name.
func (u *Unit) enqueue(t JobType, mode units.JobMode) error {
	_, err := u.m.enqueue(t, u, mode, nil)
	return err
}

// exitStatusFor is the status that an action ends the manager with: the one configured, else that of the
// unit's main process, else none (-1).
func (u *Unit) exitStatusFor(configured *int) int {
	if configured != nil && *configured >= 0 {
		return *configured
	}
	if e, ok := u.kind.(exiter); ok {
		if status, ok := e.exitStatus(); ok {
			return status
		}
	}
	return -1
}

// willRestart tells whether the unit will come back by itself.
func (u *Unit) willRestart() bool {
	r, ok := u.kind.(restarter)
	return ok && r.willRestart()
}

// perpetual units are there as long as the manager.
func (u *Unit) perpetual() bool { return u.Unit.Perpetual }

// canReload tells whether a reload job makes sense for the unit.
func (u *Unit) canReload() bool { return u.loaded() && u.kind.canReload() }

func (u *Unit) loaded() bool { return u.Unit.State == units.Loaded }
