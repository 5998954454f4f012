package sim

import (
	"strings"
	"syscall"

	"pintle/supervisor"
	"pintle/units"
)

// process is one simulated process.
type process struct {
	pid    int
	unit   string
	role   supervisor.Role
	parent int  // 1 once the parent has gone
	main   bool // was spawned for ExecStart=
	alive  bool

	deaf       bool       // ignores every signal but SIGKILL
	slow       units.Usec // how long it takes to die of a signal
	unkillable bool       // sits in the kernel: even SIGKILL takes very long
	doomed     bool       // has got its SIGKILL
	heedless   bool       // answers SIGTERM with exit status 1
}

// lives are the durations of commands and daemons, in microseconds.
const (
	ms  units.Usec = 1000
	sec units.Usec = 1000 * ms
)

// born decides the fate of a new process and puts it on the calendar.
func (h *Host) born(sp *supervisor.Spawn, p *process) {
	if h.calm {
		h.bornCalm(sp, p)
		return
	}
	r := h.rng
	p.deaf = r.IntN(8) == 0
	p.slow = units.Usec(r.IntN(400)) * ms
	p.heedless = r.IntN(6) == 0
	p.unkillable = r.IntN(400) == 0

	if r.IntN(30) == 0 { // could not be executed
		h.after(units.Usec(r.IntN(5))*ms, func() { h.die(p, supervisor.CodeExited, 203) })
		return
	}
	if sp.ReportExec && r.IntN(20) != 0 {
		h.after(units.Usec(r.IntN(20))*ms, func() {
			if p.alive {
				h.send(supervisor.Executed{PID: p.pid})
			}
		})
	}

	daemon := sp.Role == supervisor.RoleStart && sp.Unit.Service.Type != units.TypeOneshot &&
		sp.Unit.Service.Type != units.TypeForking
	switch {
	case daemon:
		h.bornDaemon(sp, p)
	case sp.Role == supervisor.RoleStart && sp.Unit.Service.Type == units.TypeForking:
		h.bornForking(sp, p)
	default:
		life := units.Usec(r.IntN(500)) * ms
		if r.IntN(12) == 0 {
			life = units.Usec(r.IntN(60)) * sec
		}
		if r.IntN(8) == 0 {
			h.after(life/2, func() { h.fork(p) })
		}
		h.after(life, func() { h.end(p) })
	}
}

// bornCalm: everything does what it is expected to do, at once.
func (h *Host) bornCalm(sp *supervisor.Spawn, p *process) {
	s := sp.Unit.Service
	switch {
	case sp.Role != supervisor.RoleStart || s.Type == units.TypeOneshot:
		h.after(5*ms, func() { h.die(p, supervisor.CodeExited, 0) })
		return
	case s.Type == units.TypeForking:
		h.after(5*ms, func() {
			if child := h.fork(p); child != nil && s.PIDFile != "" {
				h.writePIDFile(s.PIDFile, child.pid)
			}
			h.die(p, supervisor.CodeExited, 0)
		})
		return
	}
	if sp.ReportExec {
		h.after(1*ms, func() {
			if p.alive {
				h.send(supervisor.Executed{PID: p.pid})
			}
		})
	}
	if sp.Notify {
		h.say(p, 5*ms, "READY=1")
	}
}

// bornDaemon: most live on, some crash, some say what sd_notify(3) lets them say, at good and bad moments.
func (h *Host) bornDaemon(sp *supervisor.Spawn, p *process) {
	r := h.rng
	if r.IntN(3) == 0 {
		h.after(units.Usec(r.IntN(20_000))*ms, func() { h.end(p) })
	}
	for n := r.IntN(3); n > 0; n-- {
		h.after(units.Usec(r.IntN(2000))*ms, func() { h.fork(p) })
	}
	if !sp.Notify {
		return
	}
	if r.IntN(10) != 0 { // else it never says so
		delay := units.Usec(r.IntN(300)) * ms
		if r.IntN(8) == 0 {
			delay = units.Usec(r.IntN(30)) * sec
		}
		h.say(p, delay, "READY=1")
	}
	says := []string{"RELOADING=1", "READY=1", "STOPPING=1", "WATCHDOG=1", "WATCHDOG=trigger", "STATUS=fine",
		"EXTEND_TIMEOUT_USEC=2000000", "WATCHDOG_USEC=500000", "NOTIFYACCESS=all", "MAINPID=1", "ERRNO=5",
		"FDSTORE=1", "FDSTOREREMOVE=1", "garbage", "="}
	for n := r.IntN(4); n > 0; n-- {
		h.say(p, units.Usec(r.IntN(5000))*ms, says[r.IntN(len(says))])
	}
	if r.IntN(10) == 0 { // hands over to a child of its own
		h.after(units.Usec(r.IntN(3000))*ms, func() {
			if child := h.fork(p); child != nil {
				h.say(p, 1*ms, "MAINPID="+itoa(child.pid))
			}
		})
	}
	if sp.Watchdog != 0 && r.IntN(3) != 0 {
		h.ping(p, sp.Watchdog/2, r.IntN(40))
	}
}

// bornForking: the parent leaves a daemon behind, and perhaps a PID file, perhaps late or wrong.
func (h *Host) bornForking(sp *supervisor.Spawn, p *process) {
	r := h.rng
	life := units.Usec(r.IntN(200)) * ms
	h.after(life/2, func() {
		for n := 1 + r.IntN(10)/8; n > 0; n-- {
			child := h.fork(p)
			if child == nil {
				continue
			}
			if path := sp.Unit.Service.PIDFile; path != "" && r.IntN(8) != 0 {
				pid := child.pid
				if r.IntN(10) == 0 {
					pid = []int{0, 1, 999_999, p.pid}[r.IntN(4)]
				}
				late := units.Usec(r.IntN(300)) * ms
				h.after(late, func() { h.writePIDFile(path, pid) })
			}
			if r.IntN(3) == 0 {
				h.after(units.Usec(r.IntN(20_000))*ms, func() { h.end(child) })
			}
		}
	})
	h.after(life, func() { h.end(p) })
}

// fork leaves a child, double-forked or not: the tracking of the unit holds it either way.
func (h *Host) fork(p *process) *process {
	if !p.alive {
		return nil
	}
	c := h.newProcess(p.unit, p.role)
	c.parent = p.pid
	if h.calm {
		return c
	}
	c.deaf = h.rng.IntN(6) == 0
	c.slow = units.Usec(h.rng.IntN(400)) * ms
	if h.rng.IntN(2) == 0 {
		h.after(units.Usec(h.rng.IntN(30_000))*ms, func() { h.end(c) })
	}
	return c
}

// end is a process's own way out: mostly well, sometimes not.
func (h *Host) end(p *process) {
	switch h.rng.IntN(8) {
	case 0:
		h.die(p, supervisor.CodeExited, 1+h.rng.IntN(255))
	case 1:
		sigs := []syscall.Signal{syscall.SIGSEGV, syscall.SIGTERM, syscall.SIGKILL, syscall.SIGPIPE}
		h.die(p, supervisor.CodeKilled, int(sigs[h.rng.IntN(len(sigs))]))
	case 2:
		h.die(p, supervisor.CodeDumped, int(syscall.SIGABRT))
	default:
		h.die(p, supervisor.CodeExited, 0)
	}
}

// die ends a process; the manager hears of it a little later, along with others that died meanwhile.
func (h *Host) die(p *process, code supervisor.ExitCode, status int) {
	if !p.alive {
		return
	}
	p.alive = false
	delete(h.live[p.unit], p.pid)
	for _, c := range h.procs {
		if c.parent == p.pid {
			c.parent = 1
		}
	}
	exit := supervisor.Exit{PID: p.pid, Code: code, Status: status}
	if p.parent != 1 && h.procs[p.parent] != nil && h.procs[p.parent].alive {
		return // its parent reaps it
	}
	h.exits = append(h.exits, exit)
	if !h.reaping {
		h.reaping = true
		h.after(units.Usec(h.rng.IntN(20))*ms, func() {
			h.reaping = false
			exits := h.exits
			h.exits = nil
			h.rng.Shuffle(len(exits), func(i, j int) { exits[i], exits[j] = exits[j], exits[i] })
			h.send(supervisor.Exits(exits))
		})
	}
}

// signalled is what a process does about a signal.
func (h *Host) signalled(p *process, sig syscall.Signal) {
	switch {
	case sig == syscall.SIGKILL && p.unkillable:
		h.unkillable[p.unit] = true
		h.after(1000*sec, func() { h.die(p, supervisor.CodeKilled, int(sig)) })
	case sig == syscall.SIGKILL:
		p.doomed = true
		h.after(units.Usec(h.rng.IntN(10))*ms, func() { h.die(p, supervisor.CodeKilled, int(sig)) })
	case sig == syscall.SIGCONT || p.deaf:
	case sig == syscall.SIGHUP || sig == syscall.SIGUSR1:
		if p.main && h.rng.IntN(4) != 0 {
			h.say(p, 5*ms, "RELOADING=1", "MONOTONIC_USEC="+itoa(int(h.now)))
			h.say(p, 50*ms, "READY=1")
		}
	case sig == syscall.SIGABRT:
		h.after(p.slow, func() { h.die(p, supervisor.CodeDumped, int(sig)) })
	case p.heedless:
		h.after(p.slow, func() { h.die(p, supervisor.CodeExited, 1) })
	case p.slow%3 == 0:
		h.after(p.slow, func() { h.die(p, supervisor.CodeExited, 0) })
	default:
		h.after(p.slow, func() { h.die(p, supervisor.CodeKilled, int(sig)) })
	}
}

// say sends a notification, late, or not at all.
func (h *Host) say(p *process, in units.Usec, lines ...string) {
	if !h.calm && h.rng.IntN(15) == 0 {
		return
	}
	h.after(in+units.Usec(h.rng.IntN(10))*ms, func() {
		if !p.alive && h.rng.IntN(2) == 0 {
			return
		}
		n := supervisor.Notification{PID: p.pid, UID: 0, Unit: p.unit, Fields: lines}
		if lines[0] == "FDSTORE=1" {
			h.lastFD++
			h.fds[h.lastFD] = true
			n.FDs = []int{h.lastFD}
		}
		if strings.HasPrefix(lines[0], "EXTEND") {
			h.check.extended[p.unit] = true
		}
		h.send(n)
	})
}

// ping keeps the watchdog quiet, a number of times.
func (h *Host) ping(p *process, every units.Usec, times int) {
	if times == 0 || !p.alive {
		return
	}
	h.say(p, 0, "WATCHDOG=1")
	h.after(every, func() { h.ping(p, every, times-1) })
}
