package pid1

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/epoll"
	"pintle/supervisor/journal"
	"pintle/units"
)

// PID1 is the supervisor's host, too: every method below runs on the loop goroutine.
var (
	_ supervisor.Host            = (*PID1)(nil)
	_ supervisor.StartupObserver = (*PID1)(nil)
	_ supervisor.Observer        = (*PID1)(nil)
)

// Now reads both clocks.
func (p *PID1) Now() supervisor.Instant {
	now := time.Now()
	return supervisor.Instant{Monotonic: monotonicAt(now), Realtime: units.Usec(now.UnixMicro())}
}

// One moment by two clocks: Go reads CLOCK_MONOTONIC without a system call, of which a boot would make thousands, but
// does not tell its count. The second is never before the first, so no timer that has gone off is still to come.
var (
	sometime   = time.Now()
	sometimeAt = countOfMonotonic()
)

// monotonic is CLOCK_MONOTONIC, which timers go by.
func monotonic() units.Usec { return monotonicAt(time.Now()) }

func monotonicAt(t time.Time) units.Usec {
	return units.Usec((sometimeAt + t.Sub(sometime)) / time.Microsecond)
}

func countOfMonotonic() time.Duration {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}

// Spawn starts a process and connects its output with the journal.
func (p *PID1) Spawn(s *supervisor.Spawn) (int, error) {
	pid, err := p.spawner.Spawn(s)
	for _, o := range p.outputs {
		o.w.Close()
		if err := o.stream.Start(pid); err != nil {
			p.Log(supervisor.LevelError, s.Unit.Name, err.Error())
		}
	}
	p.outputs = p.outputs[:0]
	return pid, err
}

// output is a pipe that a process is about to get.
type output struct {
	w      *os.File
	stream *journal.Stream
}

// openOutput is the spawner's way to the journal: one pipe a process, so that each line is shown with the
// process it came from, and ends with it.
func (p *PID1) openOutput(u *units.Unit, _ supervisor.Role) (*os.File, error) {
	c := journal.StreamConfig{Identifier: u.Name, LevelPrefix: true, LevelMax: -1, UID: -1, GID: -1}
	if x := u.Exec; x != nil {
		if x.SyslogIdentifier != "" {
			c.Identifier = x.SyslogIdentifier
		}
		c.LevelPrefix = x.SyslogLevelPrefix
		c.LevelMax = x.LogLevelMax
		// The struct holds facilities as numbers below 24 or shifted as syslog(3) has them.
		facility := x.SyslogFacility
		if facility >= 8 {
			facility >>= 3
		}
		c.Priority = facility<<3 | x.SyslogLevel
		if x.User != "" {
			if account, err := p.accounts.user(x.User); err == nil {
				c.UID, c.GID = int(account.uid), int(account.gid)
			}
		}
	}
	w, stream, err := p.journal.Stream(c)
	if err == nil {
		p.outputs = append(p.outputs, output{w, stream})
	}
	return w, err
}

// Signal sends a signal.
func (p *PID1) Signal(pid int, sig syscall.Signal) error {
	if pid <= 1 {
		return unix.ESRCH // 0 and below are groups, and 1 is us
	}
	return unix.Kill(pid, sig)
}

// Adopt makes a process part of a unit.
func (p *PID1) Adopt(unit string, pid int) (child bool) {
	p.tracker.Adopt(unit, pid)
	st, ok := readStat("/proc", pid)
	return ok && st.parent == os.Getpid()
}

// Awaited tells whether a process is our own child, running or to be reaped.
func (p *PID1) Awaited(pid int) bool {
	err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return err != unix.ECHILD
}

// Test evaluates a condition. What it asks about the host is found out when the first one comes.
func (p *PID1) Test(c units.Condition) (bool, error) {
	if p.facts == nil {
		p.facts = units.DetectFacts("")
	}
	return c.Test(p.facts)
}

// SameFile compares two descriptors.
func (p *PID1) SameFile(a, b int) bool {
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

func (p *PID1) Processes(unit string) []int  { return p.tracker.Processes(unit) }
func (p *PID1) Alive(pid int) bool           { return alive(pid) }
func (p *PID1) CloseFDs(fds []supervisor.FD) { p.closeFDs(fds) }
func (p *PID1) UnwatchPath(unit string)      { p.paths.unwatch(unit) }
func (p *PID1) Exit(o supervisor.Objective)  { p.exit(o) }
func (p *PID1) StartupFinished()             { p.started = true }
func (p *PID1) JobDone(j *supervisor.Job)    { p.jobDone(j) }

// ReadPIDFile reads a PID file.
func (p *PID1) ReadPIDFile(path string) (pid int, trusted bool, err error) { return readPIDFile(path) }

// alive tells whether a process exists and is no zombie.
func alive(pid int) bool {
	if pid <= 0 || unix.Kill(pid, 0) == unix.ESRCH {
		return false
	}
	st, ok := readStat("/proc", pid)
	return !ok && !procMounted() || ok && !st.zombie()
}

func procMounted() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

// WatchPath reports changes of a path.
func (p *PID1) WatchPath(unit, path string) error { return p.paths.watch(unit, path) }

// Remove unlinks a unit's file.
func (p *PID1) Remove(path string) {
	if err := unix.Unlink(path); err != nil && err != unix.ENOENT {
		p.Log(supervisor.LevelWarning, "", fmt.Sprintf("cannot remove %s: %v", path, err))
	}
}

// Listen opens the sockets of a unit.
func (p *PID1) Listen(u *units.Unit) ([]supervisor.FD, error) {
	fds, err := listenSockets(u, p.socketOwner)
	if err == nil {
		p.sockets[u.Name] = fds
	}
	return fds, err
}

// socketOwner looks up SocketUser= and SocketGroup=; -1 stands for no change.
func (p *PID1) socketOwner(user, group string) (uid, gid int, err error) {
	uid, gid = -1, -1
	if user != "" {
		account, err := p.accounts.user(user)
		if err != nil {
			return uid, gid, fmt.Errorf("cannot find user %s: %w", user, err)
		}
		uid, gid = int(account.uid), int(account.gid)
	}
	if group != "" {
		n, err := p.accounts.group(group)
		if err != nil {
			return uid, gid, fmt.Errorf("cannot find group %s: %w", group, err)
		}
		gid = int(n)
	}
	return uid, gid, nil
}

// Accepting watches a unit's sockets. Each report ends the watch of the descriptor; the manager asks again
// when it wants the next.
func (p *PID1) Accepting(unit string, watch bool) {
	for _, s := range p.sockets[unit] {
		p.set.Remove(s.FD)
		if !watch {
			continue
		}
		fd := s.FD
		err := p.set.Add(fd, epoll.In|epoll.OneShot, func(uint32) {
			p.manager.Handle(supervisor.Connection{Unit: unit, FD: fd})
		})
		if err != nil {
			p.Log(supervisor.LevelError, unit, err.Error())
		}
	}
}

// closeFDs closes descriptors, which may be watched.
func (p *PID1) closeFDs(fds []supervisor.FD) {
	for _, fd := range fds {
		p.set.Remove(fd.FD)
		unix.Close(fd.FD)
		delete(p.stored, fd.FD)
		for unit, list := range p.sockets {
			for _, s := range list {
				if s.FD == fd.FD {
					delete(p.sockets, unit)
				}
			}
		}
	}
}

// WatchStored reports when the other end of a stored descriptor has gone. Files that cannot be watched
// cannot hang up either.
func (p *PID1) WatchStored(unit string, fd supervisor.FD) {
	p.stored[fd.FD] = unit
	_ = p.set.Add(fd.FD, epoll.Hup|epoll.Err|epoll.OneShot, func(uint32) {
		p.manager.Handle(supervisor.StoredHangup{Unit: unit, FD: fd.FD})
	})
}

// Cleanup forgets a unit's processes and removes its runtime directories.
func (p *PID1) Cleanup(u *units.Unit, keepRuntime bool) {
	if u.Socket != nil {
		removeSockets(u.Socket)
		return
	}
	p.unwatchExit(u.Name)
	p.tracker.Forget(u.Name)
	p.spawner.Cleanup(u, keepRuntime)
}

// Log writes a line of PID 1's own.
func (p *PID1) Log(level supervisor.Level, unit, message string) {
	if level > p.logLevel {
		return
	}
	if unit != "" && !strings.HasPrefix(message, unit) {
		message = unit + ": " + message
	}
	p.say(level, message)
}

// jobDone shows how a job ended.
func (p *PID1) jobDone(j *supervisor.Job) {
	p.control.server.JobRemoved(j)
	kind, text := jobStatus(j)
	if text == "" || !p.showStatus && kind == statusOK {
		return
	}
	p.line = appendStatus(p.line[:0], kind, text, p.colour)
	p.console.Print(p.line)
}

func (p *PID1) logf(level supervisor.Level, format string, args ...any) {
	p.Log(level, "", fmt.Sprintf(format, args...))
}
