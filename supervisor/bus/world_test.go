package bus

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
	"pintle/units/install"
)

// world is a manager on a host without processes of its own, its loop, and a server on a socket.
type world struct {
	t        testing.TB
	host     *worldHost
	manager  *supervisor.Manager
	server   *Server
	path     string
	root     string // where unit files are installed
	requests chan func()
	over     chan struct{}
	client   *dbus.Conn
}

// newWorld makes one of unit files, and begins to accept connections.
func newWorld(t testing.TB, files map[string]string) *world {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{t: t, root: t.TempDir(), path: filepath.Join(dir, "private"), requests: make(chan func()), over: make(chan struct{})}
	w.host = &worldHost{w: w, procs: map[int]string{}, lastPID: 100}
	graph := units.NewGraph(units.Options{Path: []string{dir}, Host: units.SystemHost{}})
	w.manager = supervisor.New(w.host, graph, supervisor.Config{})
	w.server = New(Config{Manager: w.manager, Do: w.do, Host: worldPID1{}, Files: &install.Files{Root: w.root}, Log: func(l supervisor.Level, text string) { w.host.Log(l, "", text) }})
	fd, err := Listen(w.path)
	if err != nil {
		t.Fatal(err)
	}
	looped := make(chan struct{})
	go func() { w.loop(); close(looped) }()
	accepted := make(chan struct{})
	go func() { w.accept(fd); close(accepted) }()
	t.Cleanup(func() {
		_ = unix.Shutdown(fd, unix.SHUT_RDWR)
		<-accepted
		unix.Close(fd)
		close(w.over)
		<-looped
	})
	return w
}

func (w *world) loop() {
	for {
		select {
		case f := <-w.requests:
			f()
			w.host.deliver()
			w.manager.Settle()
			w.server.Flush()
		case <-w.over:
			return
		}
	}
}

func (w *world) do(f func()) bool {
	done := make(chan struct{})
	select {
	case w.requests <- func() { defer close(done); f() }:
		<-done
		return true
	case <-w.over:
		return false
	}
}

// accept stands for PID 1's epoll set.
func (w *world) accept(fd int) {
	for {
		p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(p, -1); err == unix.EINTR || n == 0 {
			continue
		}
		if p[0].Revents&unix.POLLHUP != 0 {
			return
		}
		w.do(func() { w.server.Accept(fd, func() {}) })
	}
}

// dial connects as godbus's own clients do.
func (w *world) dial() *dbus.Conn {
	w.t.Helper()
	c, err := dbus.Dial("unix:path=" + w.path)
	if err == nil {
		err = c.Auth(nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

// dialOnce is dial, once.
func (w *world) dialOnce() *dbus.Conn {
	if w.client == nil {
		w.client = w.dial()
	}
	return w.client
}

// raw connects without a word.
func (w *world) raw() *net.UnixConn {
	w.t.Helper()
	c, err := net.Dial("unix", w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.UnixConn)
}

// manage calls a method of the manager's object.
func manage(c *dbus.Conn, method string, args ...any) *dbus.Call {
	return c.Object(busName, managerPath).Call(ManagerName+"."+method, 0, args...)
}

// eventually waits for a condition that the loop can see.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		ok := false
		w.do(func() { ok = holds() })
		if ok {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: never happened", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// worldPID1 is a PID 1 that nothing can be changed about.
type worldPID1 struct{ Host }

func (worldPID1) Environment() []string { return []string{"PATH=/bin"} }
func (worldPID1) ShowStatus() bool      { return false }
func (worldPID1) LogLevel() supervisor.Level {
	return supervisor.LevelInfo
}
func (worldPID1) ExitCode() uint8 { return 0 }
func (worldPID1) Facts() Facts {
	return Facts{Version: "256", Virtualization: "docker", Manager: units.NewGraph(units.Options{}).Manager()}
}
func (worldPID1) Milestone(string) supervisor.Instant { return supervisor.Instant{} }
func (worldPID1) Limit(string) (units.ResourceLimit, bool) {
	return units.ResourceLimit{Soft: 1, Hard: 2}, true
}

// worldHost is a host whose processes live until a signal ends them.
type worldHost struct {
	w       *world
	procs   map[int]string
	lastPID int
	exits   supervisor.Exits
	errors  atomic.Int64
	ticks   units.Usec
}

var _ supervisor.Host = (*worldHost)(nil)

func (h *worldHost) deliver() {
	for len(h.exits) > 0 {
		batch := h.exits
		h.exits = nil
		h.w.manager.Handle(batch)
	}
}

func (h *worldHost) Now() supervisor.Instant {
	h.ticks++
	return supervisor.Instant{Monotonic: 100_000_000 + h.ticks, Realtime: 1_700_000_000_000_000 + h.ticks}
}

func (h *worldHost) Spawn(s *supervisor.Spawn) (int, error) {
	h.lastPID++
	h.procs[h.lastPID] = s.Unit.Name
	if s.Command.Path == "/bin/true" {
		h.end(h.lastPID, supervisor.CodeExited, 0)
	}
	return h.lastPID, nil
}

func (h *worldHost) end(pid int, code supervisor.ExitCode, status int) {
	delete(h.procs, pid)
	h.exits = append(h.exits, supervisor.Exit{PID: pid, Code: code, Status: status})
}

func (h *worldHost) Signal(pid int, sig syscall.Signal) error {
	if _, ok := h.procs[pid]; !ok {
		return syscall.ESRCH
	}
	if sig == syscall.SIGTERM || sig == syscall.SIGKILL {
		h.end(pid, supervisor.CodeKilled, int(sig))
	}
	return nil
}

func (h *worldHost) Processes(unit string) (pids []int) {
	for pid, u := range h.procs {
		if u == unit {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

func (h *worldHost) Adopt(unit string, pid int) bool { h.procs[pid] = unit; return true }
func (h *worldHost) Alive(pid int) bool              { _, ok := h.procs[pid]; return ok }
func (h *worldHost) Test(units.Condition) (bool, error) {
	return true, nil
}
func (h *worldHost) ReadPIDFile(path string) (int, bool, error) {
	return 0, false, fmt.Errorf("cannot read %s: %w", path, os.ErrNotExist)
}
func (h *worldHost) WatchPath(string, string) error { return nil }
func (h *worldHost) UnwatchPath(string)             {}
func (h *worldHost) Remove(string)                  {}
func (h *worldHost) Listen(u *units.Unit) (fds []supervisor.FD, err error) {
	for i := range u.Socket.Listens {
		fds = append(fds, supervisor.FD{FD: 1000 + i, Name: u.Name})
	}
	return fds, nil
}
func (h *worldHost) Accepting(string, bool)                                                       {}
func (h *worldHost) CloseFDs([]supervisor.FD)                                                     {}
func (h *worldHost) SameFile(a, b int) bool                                                       { return a == b }
func (h *worldHost) WatchStored(string, supervisor.FD)                                            {}
func (h *worldHost) WatchBusName(string, string) bool                                             { return false }
func (h *worldHost) Cleanup(*units.Unit, bool)                                                    {}
func (h *worldHost) UnitChanged(*supervisor.Unit, supervisor.ActiveState, supervisor.ActiveState) {}
func (h *worldHost) UnitAdded(u *supervisor.Unit)                                                 { h.w.server.UnitAdded(u) }
func (h *worldHost) UnitRemoved(u *supervisor.Unit)                                               { h.w.server.UnitRemoved(u) }
func (h *worldHost) JobAdded(j *supervisor.Job)                                                   { h.w.server.JobAdded(j) }
func (h *worldHost) JobChanged(j *supervisor.Job)                                                 { h.w.server.JobChanged(j) }
func (h *worldHost) StopRequested(u *supervisor.Unit)                                             { h.w.server.StopRequested(u) }
func (h *worldHost) JobDone(j *supervisor.Job)                                                    { h.w.server.JobRemoved(j) }
func (h *worldHost) Exit(supervisor.Objective)                                                    {}
func (h *worldHost) Accept(*units.Unit, int) (supervisor.FD, string, []string, error) {
	return supervisor.FD{}, "", nil, syscall.ENOSYS
}

// Log counts what the server calls a bug of its own.
func (h *worldHost) Log(level supervisor.Level, unit, text string) {
	if level == supervisor.LevelError {
		h.errors.Add(1)
		h.w.t.Errorf("logged: %s: %s", unit, text)
	}
}
