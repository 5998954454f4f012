package pid1

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/bus"
	"pintle/supervisor/epoll"
	"pintle/supervisor/journal"
	"pintle/units"
)

// Run is PID 1 from its first instruction to its exit status: the boot phases of DESIGN.md, the loop, the
// end. It returns what the container is to exit with.
func Run(o Options) int {
	// Until the boot is over (slim) garbage costs less than its collector.
	debug.SetGCPercent(bootGC)
	widen()
	p := &PID1{
		config: o.Config, init: os.Getpid() == 1, begin: monotonic(),
		sockets: map[string][]supervisor.FD{}, specs: map[string][]*specWatch{}, stored: map[int]string{},
		requests: make(chan func()), over: make(chan struct{}), crashes: make(chan struct{}, 1), keep: o.Keep,
		showStatus: !o.Config.Boot.Quiet, logLevel: logLevels[o.Config.Log.Level],
	}
	p.events.wake = make(chan struct{}, 1)
	p.do(units.Warm)
	journal.OpenFDs()
	var early <-chan struct{}
	started := make(chan struct{})
	var caught chan os.Signal
	if o.Inheritance != nil {
		caught = o.Inheritance.came
	}
	p.children, p.signals, early, p.caught = catchSignals(caught, started, p.do)
	defer signal.Stop(p.children)
	p.openConsole()
	if h := o.Inheritance; h != nil && h.legacy != nil {
		p.console.Print(h.legacy.Console)
	}
	var err error
	if p.set, err = epoll.New(); err == nil {
		p.alarm, err = newAlarm(p.set, func() { p.manager.Tick() })
	}
	if err != nil {
		p.say(supervisor.LevelError, err.Error())
		return 1
	}
	p.paths = newPathWatches(p.set, p.pathChanged)
	p.control = newControlSocket(p)
	p.bus = bus.NewSystem(p.control.server, systemBus, p.nameOwner)
	if len(o.Command) > 0 && !o.Config.Setup.Arguments {
		dir, err := os.Getwd()
		if err != nil {
			dir = "/"
		}
		p.foreground = &foreground{argv: o.Command, env: os.Environ(), dir: dir}
	}

	if h := o.Inheritance; h != nil {
		p.guard(p.useVolumes)
		p.guard(func() { p.inherit(h) })
	} else {
		p.boot(o)
	}
	if p.manager == nil {
		return p.finish()
	}
	p.do(func() { p.set.Serve(func(f func()) { p.Do(f) }) })
	if o.Control != nil {
		go o.Control(p)
	}
	<-early
	if o.Inheritance == nil {
		p.inPhase("start", p.start)
	}
	close(started)
	p.guard(p.after)
	p.loop()
	close(p.over)
	return p.finish()
}

// boot is the phases before units are started. There is no manager after it if the container cannot go on.
func (p *PID1) boot(o Options) {
	p.inPhase("inspect", func() {
		p.inspect()
		p.report(o.Problems)
	})
	p.inPhase("purge", p.purge)
	ready := true
	p.inPhase("volumes", func() { ready = p.data(o.Command) })
	if !ready {
		return
	}
	p.inPhase("prepare", p.prepare)
	p.inPhase("generators", p.generate)
	read := p.readUnits()
	p.inPhase("listen", func() { p.listen(nil) })
	p.inPhase("load", func() { p.load(read) })
}

// do runs a function on a goroutine of its own, guarded.
func (p *PID1) do(f func()) { go p.aside(f) }

func (p *PID1) openConsole() {
	switch p.config.Log.Color {
	case "always":
		p.colour = true
	case "auto", "":
		p.colour = journal.IsTerminal(1) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	limit := int(min(p.config.Log.Buffer, 1<<30))
	p.console = journal.NewConsole(1, limit, p.do)
}

// inspect finds out who we are.
func (p *PID1) inspect() {
	unix.Umask(0o022)
	_ = unix.Chdir("/")
	p.systemd = units.ReleaseOf("")
	if n, err := strconv.Atoi(p.config.Boot.Systemd); err == nil {
		p.systemd.Version = n
	}
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
}

// report says what may not be as expected.
func (p *PID1) report(problems []units.Problem) {
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

// listen opens the sockets that services find PID 1 by, or takes them over.
func (p *PID1) listen(l *legacy) {
	syslog := ""
	if p.init {
		syslog = "/run/systemd/journal/syslog"
	}
	j, err := journal.New(journal.Config{Console: p.console, Show: p.config.Log.Services, Colour: p.colour, Syslog: syslog, Guard: p.aside})
	if err != nil {
		p.say(supervisor.LevelError, err.Error())
		panic(err) // as bad as no memory: there is nothing to go on with
	}
	p.journal = j
	if l != nil && p.adopt(l) {
		return
	}
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
	p.finished = monotonic()
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
	p.keepStop()
}

// keepStop has what an ordered stop needs loaded while there is time, and kept. With that the boot is over.
func (p *PID1) keepStop() {
	p.manager.Ref(p.manager.Load("exit.target"))
	p.do(slim)
}

// reload reads all unit files anew (systemctl daemon-reload).
func (p *PID1) reload() {
	p.generate()
	p.use(p.newGraph())
	p.setEnvironment()
	p.manager.Reload(p.resolver())
	p.loaded = monotonic()
	p.do(slim)
	p.logf(supervisor.LevelInfo, "reloaded")
}
