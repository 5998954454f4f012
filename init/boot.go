package pid1

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/epoll"
	"pintle/supervisor/journal"
	"pintle/units"
	"pintle/units/install"
)

// Run is PID 1 from its first instruction to its exit status: the boot phases of DESIGN.md, the loop, the
// end. It returns what the container is to exit with.
func Run(o Options) int {
	// Until the boot is over (slim) garbage costs less than its collector.
	debug.SetGCPercent(bootGC)
	go units.Warm()
	p := &PID1{
		config: o.Config, init: os.Getpid() == 1, begin: clock(unix.CLOCK_MONOTONIC),
		sockets: map[string][]supervisor.FD{}, specs: map[string][]*specWatch{}, requests: make(chan func()), over: make(chan struct{}),
		showStatus: !o.Config.Boot.Quiet, logLevel: logLevels[o.Config.Log.Level],
	}
	p.events.wake = make(chan struct{}, 1)
	journal.OpenFDs()
	var early <-chan struct{}
	started := make(chan struct{})
	p.children, p.signals, early, p.caught = catchSignals(started)
	defer signal.Stop(p.children)
	p.openConsole()
	var err error
	if p.set, err = epoll.New(); err == nil {
		p.alarm, err = newAlarm(p.set, func() { p.manager.Tick() })
	}
	if err != nil {
		p.say(supervisor.LevelError, err.Error())
		return 1
	}
	p.paths = newPathWatches(p.set, p.pathChanged)
	p.bus = newBusWatch(p.post)
	p.control = newControlSocket(p)
	if len(o.Command) > 0 {
		dir, err := os.Getwd()
		if err != nil {
			dir = "/"
		}
		p.foreground = &foreground{argv: o.Command, env: os.Environ(), dir: dir}
	}

	p.inPhase("inspect", func() { p.inspect(o.Problems) })
	p.inPhase("purge", p.purge)
	p.inPhase("prepare", p.prepare)
	p.inPhase("generators", p.generate)
	read := p.readUnits()
	p.inPhase("listen", p.listen)
	p.inPhase("load", func() { p.load(read) })
	if p.manager == nil {
		return p.finish()
	}
	go p.set.Serve(func(f func()) { p.Do(f) })
	if o.Control != nil {
		go o.Control(p)
	}
	<-early
	p.inPhase("start", p.start)
	close(started)
	p.guard(p.after)
	p.loop()
	close(p.over)
	return p.finish()
}

func (p *PID1) openConsole() {
	switch p.config.Log.Color {
	case "always":
		p.colour = true
	case "auto", "":
		p.colour = journal.IsTerminal(1) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	limit := int(min(p.config.Log.Buffer, 1<<30))
	p.console = journal.NewConsole(1, limit)
}

// inspect finds out who we are.
func (p *PID1) inspect(problems []units.Problem) {
	unix.Umask(0o022)
	_ = unix.Chdir("/")
	p.environ, p.engine = importEnviron(os.Environ())
	p.container = containerName(os.Environ(), func(path string) bool {
		_, err := os.Lstat(path)
		return err == nil
	})
	p.mountinfo, _ = os.ReadFile("/proc/self/mountinfo")
	p.ownRoot = madeByEngine(p.engine["container"], p.mountinfo)
	p.outer.addr = p.engine["NOTIFY_SOCKET"]
	for name := range p.engine {
		os.Unsetenv(name)
	}
	if !p.init {
		// Not process 1 of anything (a test, or a wrapper that did not exec): orphans come to us all the same.
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	}
	for _, problem := range problems {
		p.logf(supervisor.LevelWarning, "%s", problem)
	}
	if uid := os.Geteuid(); uid != 0 {
		p.logf(supervisor.LevelNotice, "running as user %d: services cannot change to other users, and only what this user may write can be written", uid)
	}
	if !procMounted() {
		p.logf(supervisor.LevelWarning, "/proc is not mounted: processes of services cannot be told apart, and some settings have no effect")
	}
}

// purge removes what an earlier run of the container left.
func (p *PID1) purge() {
	if !p.config.Boot.Purge || !p.init {
		return
	}
	if !p.ownRoot {
		p.logf(supervisor.LevelNotice, "no engine says that this root is a container's: not purging %s (an engine sets $container and makes a root of its own)", strings.Join(purgeDirs, " and "))
		return
	}
	purger := purger{report: p.boots(supervisor.LevelWarning)}
	for _, dir := range purgeDirs {
		if sharedWithHost(dir, p.mountinfo) {
			p.logf(supervisor.LevelNotice, "%s is the host's: not purging it", dir)
			continue
		}
		purger.purge(dir)
	}
	if purger.removed > 0 {
		p.logf(supervisor.LevelInfo, "purged %s of %d stale entries", strings.Join(purgeDirs, " and "), purger.removed)
	}
}

// prepare creates what programs count on.
func (p *PID1) prepare() {
	if !p.init {
		return
	}
	prepare(p.boots(supervisor.LevelNotice))
	if err := writeContainerName(p.container); err != nil {
		p.logf(supervisor.LevelNotice, "%v", err)
	}
	host, _ := readLimited("/run/host/container-uuid", 64)
	if id, changed, err := setupMachineID(machineIDFile, p.engine["container_uuid"], host); err != nil {
		p.logf(supervisor.LevelNotice, "%v", err)
	} else if changed {
		p.logf(supervisor.LevelInfo, "new machine id %s", id)
	}
}

// listen opens the sockets that services find PID 1 by.
func (p *PID1) listen() {
	syslog := ""
	if p.init {
		syslog = "/run/systemd/journal/syslog"
	}
	j, err := journal.New(journal.Config{Console: p.console, Show: p.config.Log.Services, Colour: p.colour, Syslog: syslog})
	if err != nil {
		p.say(supervisor.LevelError, err.Error())
		panic(err) // as bad as no memory: there is nothing to go on with
	}
	p.journal = j
	notify := notifyPath
	if p.init {
		errs := j.Listen("/run/systemd/journal")
		for _, err := range errs {
			p.logf(supervisor.LevelWarning, "%v", err)
		}
		if len(errs) == 0 && ownRoot(p.mountinfo) {
			linkDevLog("/run/systemd/journal/"+journal.SyslogSocket, p.ownRoot, p.boots(supervisor.LevelNotice))
		}
	} else {
		notify = fmt.Sprintf("@pintle/notify/%d", os.Getpid())
	}
	p.notify, err = listenNotify(notify, p.set, p.readNotify)
	if err != nil && notify[0] == '/' {
		p.logf(supervisor.LevelNotice, "%v; using an abstract socket", err)
		p.notify, err = listenNotify("@pintle/notify", p.set, p.readNotify)
	}
	if err != nil {
		p.logf(supervisor.LevelError, "%v: services of Type=notify will not become ready", err)
	}
	if p.init {
		p.control.listen()
	}
}

// boots gives a function that logs at a level.
func (p *PID1) boots(level supervisor.Level) func(string, ...any) {
	return func(format string, args ...any) { p.logf(level, format, args...) }
}

// generate runs the generators, whose units load then finds. Where nobody would look for what they write,
// because $SYSTEMD_UNIT_PATH leads elsewhere, they would only cost time.
func (p *PID1) generate() {
	if !p.init || !slices.Contains(units.SystemPath(os.Getenv), generatorOutputs[0]) {
		return
	}
	var strays supervisor.Exits
	runGenerators(findGenerators(generatorDirs), generatorEnv(p.environ, p.container), generatorTimeout,
		func(pid int, status unix.WaitStatus) { strays = append(strays, exitOf(pid, status)) },
		p.boots(supervisor.LevelWarning))
	if p.manager != nil && len(strays) > 0 {
		for _, e := range strays {
			p.exited(e)
		}
		p.manager.Handle(strays)
	}
}

// readUnits begins to read the unit files of the boot, while other things are made ready.
func (p *PID1) readUnits() <-chan *units.Graph {
	read := make(chan *units.Graph, 1)
	go func() {
		g := newGraph()
		// What a file does to the reader must not end PID 1; the manager meets it again, under its guard.
		defer func() {
			if recover() != nil {
				g = newGraph()
			}
			read <- g
		}()
		g.Load(p.config.Boot.Unit)
	}()
	return read
}

// load makes the manager, for the units that have been read.
func (p *PID1) load(read <-chan *units.Graph) {
	p.tracker = NewTracker()
	notify := ""
	if p.notify != nil {
		notify = p.notify.path
	}
	var err error
	p.spawner, err = NewSpawner(SpawnerConfig{
		Env: p.serviceEnv(), PassEnv: p.passEnv(), NotifyPath: notify,
		Output: p.openOutput, JournalStream: p.init, Report: p.post, Log: p.Log, Tracker: p.tracker,
	})
	if err != nil {
		p.logf(supervisor.LevelError, "%v", err)
		return
	}
	p.use(<-read)
	budget := p.config.Stop.Budget
	if budget == units.Infinity {
		budget = 0
	}
	p.manager = supervisor.New(p, p.resolver(), supervisor.Config{Vital: p.config.Boot.Vital, StopBudget: budget - budget/leftoverShare})
	p.control.server.Use(p.manager)
}

// serviceEnv is what every service starts with, as under systemd; the rest of the container's environment is
// for PassEnvironment=.
func (p *PID1) serviceEnv() []string {
	env := []string{"PATH=" + servicePath()}
	for _, e := range p.environ {
		if strings.HasPrefix(e, "LANG=") || strings.HasPrefix(e, "LC_") {
			env = append(env, e)
		}
	}
	return env
}

// passEnv is what PassEnvironment= takes from: like systemd's manager we keep what says that we are in a
// container, and which.
func (p *PID1) passEnv() []string {
	env := slices.Clone(p.environ)
	for _, name := range []string{"container", "container_uuid"} {
		if value, ok := p.engine[name]; ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func newGraph() *units.Graph {
	return units.NewGraph(units.Options{Path: units.SystemPath(os.Getenv), Host: units.SystemHost{}})
}

// unitFiles are the unit files of the container, as they are installed.
func unitFiles() *install.Files {
	return &install.Files{Host: units.SystemHost{}, Provided: func(name string) (alias string, ok bool) {
		_, alias, ok = units.Builtin(name)
		return alias, ok
	}}
}

// use makes a graph the one that the manager loads from.
func (p *PID1) use(g *units.Graph) {
	p.graph = g
	for _, problem := range g.Problems() {
		p.logf(supervisor.LevelWarning, "%s", problem)
	}
}

// resolver is the graph for the manager; what is wrong in a unit's files is said when the unit is loaded.
func (p *PID1) resolver() units.Resolver {
	return &sayingGraph{Graph: p.graph, View: unitFiles().View(), said: map[*units.Unit]bool{}, say: p.boots(supervisor.LevelWarning)}
}

type sayingGraph struct {
	*units.Graph
	*install.View
	said map[*units.Unit]bool
	say  func(format string, args ...any)
}

func (g *sayingGraph) Load(name string) *units.Unit {
	u := g.Graph.Load(name)
	if len(u.Problems) > 0 && !g.said[u] {
		g.said[u] = true
		for _, problem := range u.Problems {
			g.say("%s", problem)
		}
	}
	return u
}

// Unload forgets a unit.
func (g *sayingGraph) Unload(name string) {
	delete(g.said, g.Graph.Get(name))
	g.Graph.Unload(name)
}

// start begins what the container is for.
func (p *PID1) start() {
	err := p.manager.Boot(p.config.Boot.Unit)
	if err != nil {
		p.logf(supervisor.LevelError, "%v", err)
	}
	p.deliver()
}

// bootFinished says that every job of the boot has ended, and runs the foreground command.
func (p *PID1) bootFinished() {
	<-p.caught
	p.finished = clock(unix.CLOCK_MONOTONIC)
	span := p.finished - p.begin
	p.control.server.StartupFinished(uint64(span))
	took, _ := span.Duration()
	failed := ""
	for _, u := range p.manager.Units() {
		if active, _ := u.State(); active == supervisor.Failed {
			failed += " " + u.Name
		}
	}
	if failed != "" {
		p.logf(supervisor.LevelNotice, "boot finished in %v; failed:%s", took.Round(time.Millisecond), failed)
	} else {
		p.logf(supervisor.LevelInfo, "boot finished in %v", took.Round(time.Millisecond))
	}
	if p.config.Boot.Tree {
		p.dump()
	}
	p.outer.send("READY=1", "STATUS=Ready.")
	if p.foreground != nil && p.stopBegan == 0 {
		if status, err := p.foreground.start(); err != nil {
			p.logf(supervisor.LevelError, "%v", err)
			p.endWith(status, err.Error())
		}
	}
	// What an ordered stop needs is loaded while there is time, and kept.
	p.manager.Ref(p.manager.Load("exit.target"))
	go slim()
}

// reload reads all unit files anew (systemctl daemon-reload).
func (p *PID1) reload() {
	p.generate()
	p.use(newGraph())
	p.manager.Reload(p.resolver())
	p.loaded = clock(unix.CLOCK_MONOTONIC)
	go slim()
	p.logf(supervisor.LevelInfo, "reloaded")
}
