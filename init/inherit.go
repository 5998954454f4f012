package pid1

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/handover"
)

// Inheritance is what another PID 1 has handed over to this one.
type Inheritance struct {
	legacy  *legacy
	signals []syscall.Signal // that came before
	came    chan os.Signal   // and those that come now
	err     error            // why legacy is nil
}

// Inherit takes the marker of a re-execution out of the arguments, and what was handed over; nil for an ordinary start.
// It must come before the arguments are read. Asked whether it could take over it answers and does not return.
func Inherit() *Inheritance {
	if len(os.Args) < 2 {
		return nil
	}
	value, ok := strings.CutPrefix(os.Args[1], legacyMarker)
	if !ok {
		return nil
	}
	if value == "check" {
		fmt.Print(legacyAnswer)
		os.Exit(0)
	}
	words := strings.Split(value, ",")
	fd, err := strconv.Atoi(words[0])
	if err != nil || fd <= 2 {
		return nil
	}
	// First of all: before this the runtime has its own way with signals (see execute).
	h := &Inheritance{came: make(chan os.Signal, signalRoom)}
	signal.Notify(h.came, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT)
	var notOurs bool
	if h.legacy, notOurs, h.err = readLegacy(fd); notOurs {
		signal.Stop(h.came)
		return nil
	}
	os.Args = append(os.Args[:1:1], os.Args[2:]...)
	for _, word := range words[1:] {
		if n, err := strconv.Atoi(word); err == nil {
			h.signals = append(h.signals, syscall.Signal(n))
		}
	}
	if h.legacy != nil {
		for _, fd := range h.legacy.FDs {
			unix.CloseOnExec(fd)
		}
	}
	return h
}

// inherit makes the manager, and goes on where another PID 1 was.
func (p *PID1) inherit(h *Inheritance) {
	p.inspect()
	if h.legacy == nil {
		p.logf(supervisor.LevelError, "%v; starting what does not run", h.err)
		h.legacy = &legacy{Control: -1, Damaged: true}
	}
	l, c := h.legacy, handover.New()
	p.warn(c.Read(l.PID1, p))
	p.inherited, p.specs = p.specs, map[string][]*specWatch{}
	p.listen(l)
	if !p.makeSpawner() {
		return
	}
	p.warn(c.Read(l.Tracker, p.tracker))
	p.warn(p.spawner.inherit(c, l.Spawner))
	p.use(p.newGraph())
	p.setEnvironment()
	if !p.restore(l) {
		p.salvage()
	}
	p.discardWatches()
	for fd, unit := range p.stored {
		p.WatchStored(unit, supervisor.FD{FD: fd})
	}
	for _, pid := range l.Executed {
		p.post(supervisor.Executed{PID: pid})
	}
	if p.busComes() {
		p.bus.Look()
	}
	p.do(slim)
	for _, sig := range h.signals {
		p.signals <- sig
	}
	select {
	case p.children <- unix.SIGCHLD: // whoever has ended meanwhile
	default:
	}
	p.logf(supervisor.LevelNotice, "executed anew")
}

// adopt goes on reading the sockets of another PID 1; false if there are none.
func (p *PID1) adopt(l *legacy) bool {
	for _, err := range p.journal.Restore(l.Journal) {
		p.warn(err)
	}
	if l.Control >= 0 {
		p.control.serve(l.Control)
	}
	if l.Notify == nil {
		return false
	}
	var err error
	p.notify, err = serveNotify(l.Notify.Path, l.Notify.FD, p.set, p.readNotify)
	p.warn(err)
	return true
}

// restore takes over the state of the units. False means that there is nothing to go on with.
func (p *PID1) restore(l *legacy) (ok bool) {
	if len(l.Manager) == 0 {
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			p.bug(r)
			ok = false
		}
	}()
	p.newManager()
	err := p.manager.Restore(l.Manager, l.Damaged)
	p.warn(err)
	return len(p.manager.Units()) > 0
}

func (p *PID1) warn(err error) {
	if err != nil {
		p.logf(supervisor.LevelWarning, "%v", err)
	}
}
