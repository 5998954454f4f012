package pid1

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"pintle/supervisor"
	"pintle/units"
)

// loop runs the manager until the container is to end: it is the one goroutine that calls it. Everything
// that happens comes in here as a signal, a timer or a request, and nothing wakes it without a reason.
func (p *PID1) loop() {
	for !p.ended {
		select {
		case <-p.children:
			p.guard(p.reap)
		case sig := <-p.signals:
			p.guard(func() { p.signal(sig) })
		case request := <-p.requests:
			p.guard(request)
		case <-p.events.wake:
			p.guard(p.deliver)
		case <-p.crashes:
			p.crashed = true
		}
		p.guard(p.after)
		switch {
		case p.ended:
		case p.crashed:
			p.answer()
		case p.reexecute:
			p.reexecute = false
			p.guard(p.reexec)
		}
	}
}

// Do runs a function on the loop goroutine and waits for it; false if the loop has ended.
func (p *PID1) Do(f func()) bool {
	done := make(chan struct{})
	select {
	case p.requests <- func() { defer close(done); f() }:
		<-done
		return true
	case <-p.over:
		return false
	}
}

// after does what may have become necessary through what was just done.
func (p *PID1) after() {
	p.deliver()
	p.manager.Settle()
	if p.started && !p.bootDone {
		p.bootDone = true
		p.bootFinished()
	}
	p.arm()
	p.control.server.Flush()
}

// arm sets the alarm to the manager's next deadline. One that has come already (RestartSec=0) is met at once;
// what that leads to is met through the alarm, so that nothing else has to wait for it.
func (p *PID1) arm() {
	at, ok := p.manager.Deadline()
	if ok && at <= p.Now().Monotonic {
		p.manager.Tick()
		p.deliver()
		at, ok = p.manager.Deadline()
	}
	if !ok {
		at = units.Infinity
	}
	p.alarm.set(at)
}

// reap takes every zombie there is. What the dead had to say comes first: a datagram is attributed to its
// sender's unit while the sender still exists, be it as a zombie. So notifications are read between seeing a
// zombie and reaping it, and only in a crowd of them before each batch.
func (p *PID1) reap() {
	for range singly {
		pid := nextZombie()
		if pid == 0 {
			return
		}
		p.readNotify()
		p.exits, _ = reap(pid, p.exits[:0])
		p.reaped()
	}
	for more := true; more; {
		p.readNotify()
		p.exits, more = reap(-1, p.exits[:0])
		p.reaped()
	}
}

// reaped tells of the exits of one batch.
func (p *PID1) reaped() {
	if len(p.exits) == 0 {
		return
	}
	defer func() { p.manager.Handle(p.exits) }() // whatever happens: nobody else will learn of them
	for _, e := range p.exits {
		p.exited(e)
	}
}

// exited tells everybody but the manager of an exit.
func (p *PID1) exited(e supervisor.Exit) {
	p.tracker.Exited(e.PID)
	if f := p.foreground; f != nil && f.pid == e.PID {
		f.pid = 0
		p.endWith(statusOf(e), fmt.Sprintf("%s has ended (%s)", f.argv[0], describeStatus(e)))
	}
}

// statusOf is a process's end as an exit status: 128 and the signal for one that was killed, as shells have
// it.
func statusOf(e supervisor.Exit) int {
	if sig := e.Signal(); sig != 0 {
		return 128 + int(sig)
	}
	return e.Status
}

func describeStatus(e supervisor.Exit) string {
	if sig := e.Signal(); sig != 0 {
		return "killed by " + signalName(sig)
	}
	return fmt.Sprintf("status %d", e.Status)
}

// readNotify hands waiting notifications to the manager. Each is bounded, and so is their number; what is
// left wakes the loop again.
func (p *PID1) readNotify() {
	if p.notify == nil {
		return
	}
	for range notifyBatch {
		n, ok := p.notify.read()
		if !ok {
			return
		}
		if n.PID == 0 {
			p.logf(supervisor.LevelDebug, "ignoring a malformed notification")
			continue
		}
		if n.Unit = p.tracker.UnitOf(n.PID); n.Unit == "" {
			p.strayNotify(n.PID)
		}
		p.manager.Handle(n)
	}
}

// strayNotify says that a notification is of no unit: a service then waits in vain, and somebody looks for
// the reason. Once in a while is enough, because anybody can send such things.
func (p *PID1) strayNotify(pid int) {
	level := supervisor.LevelDebug
	if now := p.Now().Monotonic; p.strayAt == 0 || now-p.strayAt > 10_000_000 {
		p.strayAt, level = now, supervisor.LevelNotice
	}
	p.logf(level, "ignoring a notification of process %d, which is of no unit or has ended already (systemd-notify waits until it was heard, other short-lived senders must, too)", pid)
}

// signal does what the table says.
func (p *PID1) signal(sig os.Signal) {
	row := findSignal(sig)
	if row == nil {
		return
	}
	p.logf(supervisor.LevelDebug, "received %s: %s", signalName(row.signal), row)
	switch row.do {
	case startUnit:
		if row.signal == syscall.SIGINT && p.interrupts.burst(p.Now().Monotonic) {
			p.exit(supervisor.Objective{Action: "reboot-force", Reason: "Ctrl-Alt-Del was pressed 7 times within 2s"})
			return
		}
		p.startBySignal(row)
	case endInOrder:
		p.shutdown(supervisor.Objective{Action: "exit"}, "received "+signalName(row.signal))
	case endAtOnce:
		p.exit(supervisor.Objective{Action: row.objective, Reason: "received " + signalName(row.signal)})
	case reloadManager:
		p.reload()
	case reexecManager:
		p.reexecute = true
	case dumpManager:
		p.dump()
	case statusOn:
		p.showStatus = true
	case statusOff:
		p.showStatus = false
	case logDebug:
		p.logLevel = supervisor.LevelDebug
	case logConfigured:
		p.logLevel = logLevels[p.config.Log.Level]
	case crash:
		p.exit(supervisor.Objective{Action: "exit-force", Status: 255, Reason: "received " + signalName(row.signal)})
	case reconnectBus:
		p.bus.Look()
	}
}

// startBySignal enqueues a row's unit. Those that end the container do so within the budget, whatever name
// they go by: ctrl-alt-del.target is reboot.target unless the image has one of its own.
func (p *PID1) startBySignal(row *signalRow) {
	switch name := p.graph.Load(row.unit).Name; name {
	case "halt.target", "poweroff.target", "reboot.target", "kexec.target", "soft-reboot.target", "exit.target":
		action := strings.TrimSuffix(name, ".target")
		p.shutdown(supervisor.Objective{Action: units.EmergencyAction(action)}, "received "+signalName(row.signal))
		return
	}
	if _, err := p.manager.Enqueue(supervisor.JobStart, row.unit, row.mode); err != nil {
		p.logf(supervisor.LevelWarning, "cannot start %s on %s: %v", row.unit, signalName(row.signal), err)
	}
}

// interrupts counts SIGINT.
type interrupts struct {
	since units.Usec
	count int
}

// burst tells that there were seven within two seconds (systemd-system.conf(5), CtrlAltDelBurstAction=).
func (i *interrupts) burst(now units.Usec) bool {
	if now-i.since > 2_000_000 {
		i.since, i.count = now, 0
	}
	i.count++
	return i.count >= 7
}
