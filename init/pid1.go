package pid1

import (
	"os"
	"sync"

	"pintle/supervisor"
	"pintle/supervisor/bus"
	"pintle/supervisor/epoll"
	"pintle/supervisor/journal"
	"pintle/units"
)

// PID1 is process 1 of a container: the supervisor's host on a real kernel. One goroutine (see loop) owns
// it and the manager; the journal has one of its own, and so has the writer of the console.
//
// What its fields say of the container and of its services is handed over when the binary is executed anew; what it has
// of the kernel and of its goroutines is made again (handover.go, inherit.go).
type PID1 struct {
	config    Config            `handover:"-"`
	container string            `handover:"-"` // what runs the container
	engine    map[string]string `handover:"-"` // variables that the engine meant for PID 1
	environ   []string          `handover:"-"` // the rest of its environment
	systemd   units.Release     `handover:"-"` // which release we are like
	init      bool              `handover:"-"` // we are process 1, and not a test beside it
	ownRoot   bool              `handover:"-"` // an engine made the root for us
	mountinfo []byte            `handover:"-"` // proc_pid_mountinfo(5) as it was when we started
	clientEnv []string          // variables that clients have set for services
	begin     units.Usec        // when we started, monotonic
	phases    []phase
	finished  units.Usec // when the boot was over, monotonic
	loaded    units.Usec // when units were last loaded

	console *journal.Console `handover:"-"`
	journal *journal.Journal `handover:"-"`
	set     *epoll.Set       `handover:"-"`
	notify  *notifySocket    `handover:"-"`
	outer   outerNotifier    `handover:"-"`

	manager  *supervisor.Manager        `handover:"-"`
	graph    *units.Graph               `handover:"-"`
	spawner  *Spawner                   `handover:"-"`
	tracker  *Tracker                   `handover:"-"`
	accounts accounts                   `handover:"-"`
	facts    *units.Facts               `handover:"-"`
	paths    *pathWatches               `handover:"-"`
	specs    map[string][]*specWatch    // of path units
	bus      *bus.System                `handover:"-"`
	control  *controlSocket             `handover:"-"`
	sockets  map[string][]supervisor.FD // listening, by socket unit
	stored   map[int]string             // descriptors in the fd stores of units that are watched for hang-ups
	outputs  []output                   `handover:"-"` // of the process being spawned

	exitWatches map[string]int `handover:"-"` // pidfds of processes that are no children, by unit

	children chan os.Signal   `handover:"-"`
	signals  chan os.Signal   `handover:"-"`
	caught   <-chan struct{}  `handover:"-"` // closed once every signal of the table is caught
	requests chan func()      `handover:"-"`
	over     chan struct{}    `handover:"-"` // closed when the loop has ended
	alarm    *alarm           `handover:"-"`
	exits    supervisor.Exits `handover:"-"`
	strayAt  units.Usec       // when a notification of no unit was last worth a line

	events struct { // from other goroutines, and from within Spawn
		sync.Mutex
		queue []supervisor.Event
		wake  chan struct{}
	} `handover:"-"` // but see undelivered

	crashes   chan struct{}           `handover:"-"` // a bug has shown on another goroutine
	crashed   bool                    `handover:"-"` // on ours
	bugs      []units.Usec            // when, lately
	reexecute bool                    `handover:"-"` // asked for
	keep      []int                   `handover:"-"` // further descriptors to hand over, for tests
	inherited map[string][]*specWatch `handover:"-"` // watches of path units that were handed over and not used yet

	line       []byte `handover:"-"` // a line for the console
	colour     bool   `handover:"-"`
	showStatus bool
	logLevel   supervisor.Level

	foreground *foreground
	interrupts interrupts
	started    bool // the manager says that the boot is over
	bootDone   bool // and that has been said
	ended      bool `handover:"-"`
	objective  supervisor.Objective
	status     *int       // the exit status, whatever the objective says
	exitCode   uint8      // the exit status if the objective says none (systemctl exit N)
	stopBegan  units.Usec // when the stop was asked for; 0: it was not
}

// Options are what PID 1 is started with.
type Options struct {
	Config   Config
	Problems []units.Problem // found while the configuration was read
	Command  []string        // the foreground command, after "--"

	// Control, if set, is called on its own goroutine once the manager runs; for tests, which drive the
	// manager by Do.
	Control func(*PID1)

	// Inheritance is what another PID 1 has handed over; nil for an ordinary start.
	Inheritance *Inheritance
	// Keep are further descriptors that stay open when the binary is executed anew; for tests.
	Keep []int
}

// logLevels are the words of [log] level.
var logLevels = map[string]supervisor.Level{
	"error": supervisor.LevelError, "warning": supervisor.LevelWarning, "notice": supervisor.LevelNotice,
	"info": supervisor.LevelInfo, "debug": supervisor.LevelDebug,
}

// Manager is the manager; only functions given to Do may use it.
func (p *PID1) Manager() *supervisor.Manager { return p.manager }

// post queues an event. It never waits and may be called from anywhere.
func (p *PID1) post(e supervisor.Event) {
	p.events.Lock()
	p.events.queue = append(p.events.queue, e)
	p.events.Unlock()
	select {
	case p.events.wake <- struct{}{}:
	default: // the loop has been woken already
	}
}

// deliver hands queued events to the manager, which may cause further ones.
func (p *PID1) deliver() {
	for {
		p.events.Lock()
		if len(p.events.queue) == 0 {
			p.events.queue = nil
			p.events.Unlock()
			return
		}
		e := p.events.queue[0]
		p.events.queue = p.events.queue[1:]
		p.events.Unlock()
		p.manager.Handle(e)
	}
}

// say writes a line of PID 1's own, on the console and to a syslog daemon.
func (p *PID1) say(level supervisor.Level, text string) {
	const daemon = 3 << 3
	m := journal.Message{Identifier: "pintle", PID: os.Getpid(), Priority: daemon | int(level), Text: []byte(text)}
	if p.journal != nil {
		p.journal.Own(&m)
	} else {
		p.console.Print(m.Lines(nil, p.colour))
	}
}

// phase is a part of the boot, for the boot chart.
type phase struct {
	name       string
	begin, end units.Usec
}

// inPhase runs a part of the boot and notes how long it took. A panic in it costs that part.
func (p *PID1) inPhase(name string, do func()) {
	begin := monotonic()
	p.guard(do)
	p.phases = append(p.phases, phase{name, begin, monotonic()})
}
