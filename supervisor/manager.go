// Package supervisor decides which units run. It reads unit files through a Resolver and does everything to
// the world through a Host; of itself it has no I/O, clock, goroutine or lock.
package supervisor

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"pintle/units"
)

// Manager owns every unit and every job. One goroutine calls it.
//
// Three kinds of calls go in: Handle with an event, Tick when the instant of Deadline has come, and what a
// client asks for (Start, Stop, Enqueue, Shutdown, …). Each does its own little work and then runs the
// manager until there is nothing left to do; it never waits. Calls go out to the Host only.
//
// Nothing recurses from unit to unit. Whoever finds out something writes it on a queue, and run empties the
// queues in a fixed order of precedence, so that what is known is told to all before anyone acts on it:
//
//	doomed     jobs that end because one they depended on has failed.
//	changes    a unit has changed its state. Its job ends if that was what the job wanted; jobs that waited
//	           for it may go on; units that are to follow get jobs of their own.
//	upheld     a unit that is down may have to be up (Upholds=),
//	bound      one that is up may have to go down (BindsTo=),
//	unneeded   or may be of no use any more (StopWhenUnneeded=).
//	ready      jobs that may be able to run. A job runs when no job that it is ordered after is left; to
//	           run is to call the unit's kind, which answers at once and works on by itself.
//	garbage    units that are down and that nothing refers to are forgotten.
//
// The three in the middle look at states, not at events: they may be asked too often but never too seldom.
//
// A job is over when its unit's state says so, not when a call returns. That is why kinds report every
// transition by Unit.changed, and why a transition that nobody asked for (a daemon that dies) takes the same
// way: then there is no job to end, and the dependencies that react to such things do (see retroactive).
//
// A restart is one job that runs twice: as a stop, and when that is done as a start, queued anew, so that
// everything that stops has stopped before anything starts again.
type Manager struct {
	host   Host           `handover:"-"`
	graph  units.Resolver `handover:"-"`
	config Config         `handover:"-"` // read anew

	units   map[string]*Unit `handover:"-"` // by name and by every alias; see savedUnit
	jobs    map[uint32]*Job  `handover:"-"` // see saved.Jobs
	pids    map[int]*Unit
	timers  timers `handover:"-"` // each is written with what it belongs to
	lastJob uint32
	starts  uint64 // counts units that left inactive
	cycles  []Cycle

	doomed   []*Job
	changes  []change
	upheld   queue      `handover:"-"` // these four and ready: whoever takes over looks at everything
	bound    queue      `handover:"-"`
	unneeded queue      `handover:"-"`
	garbage  queue      `handover:"-"`
	ready    readyQueue `handover:"-"`
	untold   Exits      // of the batch in hand, the one being told first
	retold   int        // pid of an exit that was told again after a bug
	emptying []*Unit    // asked after every batch of exits
	idlers   []*Unit    // to be told when no job is left
	running  bool       `handover:"-"`

	observer Observer `handover:"-"`
	touched  []*Unit  `handover:"-"` // whose properties may have changed: Touched
	failed   uint32   // counts jobs that have failed

	watchdogsOff bool // what services miss of WatchdogSec= is let pass

	filesChanged bool `handover:"-"` // since graph was made: UnitFilesChanged

	state    RunState
	booted   Instant // when the manager was made: what OnBootSec= counts from
	ending   *ending // set once the manager stops
	finished bool    `handover:"-"` // Host.Exit was called
}

// Config is what the manager is told at its making.
type Config struct {
	// Vital units: when one of them fails for good, everything is stopped and its exit status becomes
	// that of the whole.
	Vital []string
	// StopBudget is the time that a shutdown may take in all, 0 for as long as it takes.
	StopBudget units.Usec
	// Systemd is the release of systemd to be like, 0 for the newest.
	Systemd int
	// Rand makes invocation ids and random delays; nil for a good source. Tests give a fixed one.
	Rand func() uint64
}

// RunState is the state of the whole (org.freedesktop.systemd1(5), SystemState).
type RunState string

// The states of the whole.
const (
	Initializing RunState = "initializing"
	Starting     RunState = "starting"
	Running      RunState = "running"
	Degraded     RunState = "degraded"
	Stopping     RunState = "stopping"
)

// StartupObserver is what a Host may be besides: it is told once when every job of the boot has ended.
type StartupObserver interface{ StartupFinished() }

// New makes a manager without units.
func New(host Host, graph units.Resolver, config Config) *Manager {
	if config.Rand == nil {
		config.Rand = rand.Uint64
	}
	m := &Manager{host: host, graph: graph, config: config, state: Initializing, booted: host.Now(),
		units: map[string]*Unit{}, jobs: map[uint32]*Job{}, pids: map[int]*Unit{}}
	m.observer, _ = host.(Observer)
	return m
}

func (m *Manager) now() units.Usec { return m.host.Now().Monotonic }

// Handle takes an event and does all that follows from it.
func (m *Manager) Handle(e Event) {
	switch e := e.(type) {
	case Exits:
		m.exits(e)
	case Executed:
		m.tell(m.pids[e.PID], e)
	case Notification:
		u := m.pids[e.PID]
		if u == nil {
			u = m.units[e.Unit]
		}
		if u == nil {
			fds := make([]FD, len(e.FDs))
			for i, fd := range e.FDs {
				fds[i] = FD{FD: fd}
			}
			m.host.CloseFDs(fds)
			return
		}
		m.tell(u, e)
	case PathChanged:
		m.tell(m.units[e.Unit], e)
	case Connection:
		m.tell(m.units[e.Unit], e)
	case StoredHangup:
		m.tell(m.units[e.Unit], e)
	case BusNameOwner:
		m.tell(m.units[e.Unit], e)
	case ProcessGone:
		m.tell(m.units[e.Unit], e)
	case Cleaned:
		m.tell(m.units[e.Unit], e)
	}
	m.run()
}

func (m *Manager) tell(u *Unit, e Event) {
	if u != nil {
		u.kind.event(e)
		u.awaitEmpty()
		m.touch(u)
	}
}

// exits tells the owners of processes of their ends, and then, once for the whole batch, the units that
// wait for their last process. What has not been told yet is kept: nobody else will ever know of it.
func (m *Manager) exits(batch Exits) {
	m.untold = append(m.untold, batch...)
	for len(m.untold) > 0 {
		e := m.untold[0]
		// Of an orphan nobody needs to know: the host has reaped it.
		if u := m.pids[e.PID]; u != nil {
			delete(m.pids, e.PID)
			u.kind.exited(e)
			u.awaitEmpty()
			m.touch(u)
		}
		m.untold = m.untold[1:]
	}
	m.untold = nil
	waiting := m.emptying
	m.emptying = nil
	for _, u := range waiting {
		u.waiting = false
		if u.kind.wantsEmpty() {
			u.kind.emptied()
			u.awaitEmpty()
		}
	}
}

// Deadline is the next instant of the monotonic clock at which Tick must be called; ok is false if there is
// none.
func (m *Manager) Deadline() (at units.Usec, ok bool) {
	if len(m.timers) == 0 {
		return 0, false
	}
	return m.timers[0].at, true
}

// Tick does what is due. Calling it early does no harm.
func (m *Manager) Tick() {
	now := m.now()
	for t := m.timers.due(now); t != nil; t = m.timers.due(now) {
		t.fire()
		m.run()
	}
}

// run works until all queues are empty.
func (m *Manager) run() {
	if m.running { // called from within: the outer call goes on
		return
	}
	m.running = true
	defer func() { m.running = false }()
	for !m.finished {
		switch {
		case m.failNext():
		case len(m.changes) > 0:
			c := m.changes[0]
			m.changes = m.changes[1:]
			m.follow(c)
		case m.upheld.do(m.startIfUpheld), m.bound.do(m.stopIfBound), m.unneeded.do(m.stopIfUnneeded):
		case m.runNext():
		case m.checkIdle():
		case m.collect():
		default:
			m.changes = nil
			return
		}
	}
}

// unit is the unit of some name, loaded if need be. It is never nil.
func (m *Manager) unit(name string) *Unit {
	if u := m.units[name]; u != nil {
		return u
	}
	loaded := m.graph.Load(name)
	u := m.units[loaded.Name]
	if u == nil {
		if u = m.newUnit(loaded); u.active.up() { // it is there as long as the manager is
			u.stamps = Timestamps{StateChange: m.booted, InactiveExit: m.booted, ActiveEnter: m.booted}
		}
		m.name(u, loaded.Name)
		m.garbage.add(u, queuedGarbage)
		m.unitAdded(u)
	}
	m.name(u, name)
	for _, alias := range loaded.Aliases {
		m.name(u, alias)
	}
	return u
}

// newUnit makes a unit that the manager does not hold yet.
func (m *Manager) newUnit(loaded *units.Unit) *Unit {
	u := &Unit{Unit: loaded, m: m}
	u.timer.fire = func() { m.timedOut(u) }
	u.kind = newKind(u)
	u.active, _ = u.kind.state()
	return u
}

func (m *Manager) name(u *Unit, name string) {
	if m.units[name] == nil {
		m.units[name] = u
		u.names = append(u.names, name)
	}
}

// timedOut: the instant that a kind asked for has come.
func (m *Manager) timedOut(u *Unit) {
	m.noteCutShort(u)
	u.kind.timeout()
	u.awaitEmpty()
	m.touch(u)
}

// Unit is the unit of that name or alias if the manager holds it, else nil. One that it does not hold is
// inactive and has no job.
func (m *Manager) Unit(name string) *Unit { return m.units[name] }

// Load is Unit, loading the unit first if need be. Settle forgets it again if nothing holds on to it.
func (m *Manager) Load(name string) *Unit { return m.unit(name) }

// Settle does what was left to be done. Everything that changes something does so of itself; to be called
// after Load, once the answer to a question has been found.
func (m *Manager) Settle() { m.run() }

// Units are all units that the manager holds, by name.
func (m *Manager) Units() []*Unit { return m.sorted() }

// Referenced is Units once the manager holds all units that those refer to, too: the whole that clients are shown.
func (m *Manager) Referenced() []*Unit {
	list := m.sorted()
	for i := 0; i < len(list); i++ {
		for _, name := range list[i].Deps[units.References].Names() {
			if m.units[name] == nil {
				list = append(list, m.unit(name))
			}
		}
	}
	return m.sorted()
}

// before tells whether we are like a release of systemd older than that one.
func (m *Manager) before(release int) bool {
	return m.config.Systemd != 0 && m.config.Systemd < release
}

func (m *Manager) sorted() []*Unit {
	list := make([]*Unit, 0, len(m.units))
	for name, u := range m.units {
		if name == u.Name {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *Unit) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Jobs are all jobs that are queued, the oldest first.
func (m *Manager) Jobs() []*Job { return m.sortedJobs() }

func (m *Manager) sortedJobs() []*Job {
	list := make([]*Job, 0, len(m.jobs))
	for _, j := range m.jobs {
		list = append(list, j)
	}
	slices.SortFunc(list, func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Cycles are the cycles in the order of units that had to be broken so far.
func (m *Manager) Cycles() []Cycle { return m.cycles }

// State is the state of the whole.
func (m *Manager) State() RunState {
	if m.state != Running {
		return m.state
	}
	for _, u := range m.units {
		if u.active == Failed {
			return Degraded
		}
	}
	return Running
}
