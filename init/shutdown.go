package pid1

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// leftoverShare is the part of the stop budget (one of so many) that is kept for processes that no unit
// owns, and for what is still to be written.
const leftoverShare = 10

// How long is waited for what may never come, at most: the end of killed processes, a journal that has much
// left to read, a console that is not read. Together they are less than a second, within which the engines
// that we know do not yet kill.
const (
	killWait    = 300 * time.Millisecond
	journalWait = 200 * time.Millisecond
	consoleWait = 200 * time.Millisecond
)

// shutdown stops every unit in order, within the budget.
func (p *PID1) shutdown(o supervisor.Objective, reason string) {
	if o.Reason == "" {
		o.Reason = reason
	}
	if p.stopBegan == 0 {
		p.stopBegan = monotonic()
		p.logf(supervisor.LevelNotice, "stopping: %s", reason)
		p.outer.send("STOPPING=1", "STATUS=Stopping: "+reason)
	}
	p.manager.Shutdown(o, 0)
}

// endWith stops everything because the container's purpose has ended, with that status.
func (p *PID1) endWith(status int, reason string) {
	if p.status == nil {
		p.status = &status
	}
	p.shutdown(supervisor.Objective{Action: "exit", Status: status}, reason)
}

// exit ends the loop.
func (p *PID1) exit(o supervisor.Objective) {
	if p.ended {
		return
	}
	if p.stopBegan == 0 {
		p.stopBegan = monotonic()
	}
	p.ended, p.objective = true, o
}

// finish is the end: whatever is left is killed, what was written is shown. It gives the exit status.
func (p *PID1) finish() int {
	status := p.objective.Status
	if status == 0 {
		status = int(p.exitCode)
	}
	if p.status != nil {
		status = *p.status
	}
	if p.manager == nil && p.status == nil {
		status = 1
	}
	p.guard(p.killLeftovers)
	if p.objective.Reason != "" && !p.config.Boot.Quiet {
		p.logf(supervisor.LevelInfo, "exiting with status %d: %s", status, p.objective.Reason)
	}
	p.outer.send("EXIT_STATUS="+strconv.Itoa(status), "STATUS=Exited.")
	if p.journal != nil {
		p.journal.Close(journalWait)
	}
	p.console.Close(consoleWait)
	return status
}

// killLeftovers ends processes that belong to no unit any more, as systemd-shutdown does: SIGTERM, and after
// what is left of the budget SIGKILL. Most often there is none, and then it costs one system call.
func (p *PID1) killLeftovers() {
	if !p.init || p.reapQuietly() {
		return
	}
	p.logf(supervisor.LevelNotice, "sending SIGTERM to what is left: %s", processNames())
	_ = unix.Kill(-1, unix.SIGTERM)
	_ = unix.Kill(-1, unix.SIGCONT)
	if p.awaitNone(p.leftoverTime()) {
		return
	}
	p.logf(supervisor.LevelWarning, "sending SIGKILL to what is left: %s", processNames())
	_ = unix.Kill(-1, unix.SIGKILL)
	p.awaitNone(killWait)
}

// leftoverTime is how long processes that no unit owns have between SIGTERM and SIGKILL.
func (p *PID1) leftoverTime() time.Duration {
	budget, ok := p.config.Stop.Budget.Duration()
	if !ok {
		return 90 * time.Second // DefaultTimeoutStopSec=
	}
	now := monotonic()
	spent, _ := (now - min(p.stopBegan, now)).Duration()
	return budget - spent - min(killWait, budget/leftoverShare)
}

// reapQuietly reaps what has ended; true if no child is left.
func (p *PID1) reapQuietly() bool {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if err == unix.EINTR || pid > 0 {
			continue
		}
		return err == unix.ECHILD
	}
}

func (p *PID1) awaitNone(wait time.Duration) bool {
	timer := time.NewTimer(max(wait, 0))
	defer timer.Stop()
	for !p.reapQuietly() {
		select {
		case <-p.children:
		case <-timer.C:
			return p.reapQuietly()
		}
	}
	return true
}

// processNames lists the processes that PID 1 sees, for the console; kernel threads are not among them in a
// container.
func processNames() string {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return "unknown processes"
	}
	var names []string
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() || !alive(pid) {
			continue
		}
		comm, _ := readLimited("/proc/"+e.Name()+"/comm", 64)
		names = append(names, strings.TrimSpace(comm)+"["+e.Name()+"]")
		if len(names) == 20 {
			names = append(names, "…")
			break
		}
	}
	return strings.Join(names, " ")
}
