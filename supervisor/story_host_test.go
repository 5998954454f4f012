package supervisor

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"pintle/units"
)

// fakeProcess is a process of the world of a story.
type fakeProcess struct {
	pid  int
	unit string
	role Role
	// stranger: it is no child of the manager.
	stranger bool
}

// fakeHost is the world of a story. Its processes live until the script or a signal ends them.
type fakeHost struct {
	m        *Manager
	out      bytes.Buffer
	level    Level
	clock    units.Usec
	procs    map[int]*fakeProcess
	lastPID  int
	pending  Exits
	files    map[string]string // those that exist, with their content
	stubborn map[string]bool
	refused  map[string]bool
	undying  map[string]bool
	manual   bool
	lastFD   int
	observed bool              // print what an Observer is told
	run      string            // the directory of unit files that the manager writes
	watched  map[string]int    // unit → process whose end is to be told
	gone     []string          // units whose watched process has ended
	sub      map[string]string // last sub-state printed of each unit
}

// deliver tells the manager of processes that have ended, until no more do.
func (h *fakeHost) deliver() {
	for len(h.pending)+len(h.gone) > 0 && h.m != nil {
		batch, gone := h.pending, h.gone
		h.pending, h.gone = nil, nil
		if len(batch) > 0 {
			h.m.Handle(batch)
		}
		for _, unit := range gone {
			h.m.Handle(ProcessGone{Unit: unit})
		}
	}
}

// end ends a process: with an exit status, or by a signal ("SEGV", "KILL", …; "SEGV+core" leaves a core).
func (h *fakeHost) end(p *fakeProcess, how string) {
	e := Exit{PID: p.pid, Code: CodeExited}
	if status, err := strconv.Atoi(how); err == nil {
		e.Status = status
	} else {
		name, core := strings.CutSuffix(how, "+core")
		e.Code, e.Status = CodeKilled, int(signalNumber[name])
		if core {
			e.Code = CodeDumped
		}
	}
	delete(h.procs, p.pid)
	if p.stranger {
		if h.watched[p.unit] == p.pid {
			delete(h.watched, p.unit)
			h.gone = append(h.gone, p.unit)
		}
		return
	}
	h.pending = append(h.pending, e)
}

var signalNumber = map[string]syscall.Signal{"HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10,
	"SEGV": 11, "USR2": 12, "PIPE": 13, "TERM": 15, "CONT": 18}

func signalName(sig syscall.Signal) string {
	for name, number := range signalNumber {
		if number == sig {
			return name
		}
	}
	return strconv.Itoa(int(sig))
}

func (h *fakeHost) elapsed() string {
	d, _ := (h.clock - 100_000_000).Duration()
	return d.String()
}

func (h *fakeHost) sortedPIDs() []int {
	pids := make([]int, 0, len(h.procs))
	for pid := range h.procs {
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids
}

func (h *fakeHost) Now() Instant {
	return Instant{Monotonic: h.clock, Realtime: 1_700_000_000_000_000 + h.clock}
}

func (h *fakeHost) Spawn(s *Spawn) (int, error) {
	if h.refused[s.Unit.Name] {
		fmt.Fprintf(&h.out, "cannot spawn %s %s\n", s.Unit.Name, s.Role)
		return 0, syscall.EAGAIN
	}
	h.lastPID++
	h.procs[h.lastPID] = &fakeProcess{pid: h.lastPID, unit: s.Unit.Name, role: s.Role}
	fmt.Fprintf(&h.out, "spawn %d %s %s: %s", h.lastPID, s.Unit.Name, s.Role, strings.Join(s.Command.Argv, " "))
	for _, fd := range s.FDs {
		fmt.Fprintf(&h.out, " fd:%d=%s", fd.FD, fd.Name)
	}
	if s.Stdin >= 0 {
		fmt.Fprintf(&h.out, " stdin:%d", s.Stdin)
	}
	for _, v := range s.Env {
		if !strings.HasPrefix(v, "MONITOR_INVOCATION_ID=") {
			fmt.Fprintf(&h.out, " %s", v)
		}
	}
	h.out.WriteByte('\n')
	return h.lastPID, nil
}

func (h *fakeHost) Signal(pid int, sig syscall.Signal) error {
	p := h.procs[pid]
	if p == nil {
		return syscall.ESRCH
	}
	if sig == 0 {
		return nil
	}
	if sig != syscall.SIGCONT {
		fmt.Fprintf(&h.out, "signal %d %s %s\n", pid, p.unit, signalName(sig))
	}
	switch {
	case h.undying[p.unit]:
	case sig == syscall.SIGKILL:
		h.end(p, "KILL")
	case sig == syscall.SIGCONT || h.manual || h.stubborn[p.unit]:
	case sig != syscall.SIGHUP && sig != syscall.SIGUSR1:
		h.end(p, signalName(sig))
	}
	return nil
}

func (h *fakeHost) Processes(unit string) []int {
	var pids []int
	for _, pid := range h.sortedPIDs() {
		if h.procs[pid].unit == unit {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (h *fakeHost) Adopt(unit string, pid int) bool {
	p := h.procs[pid]
	if p == nil {
		p = &fakeProcess{pid: pid}
		h.procs[pid] = p
	}
	p.unit = unit
	return true
}

func (h *fakeHost) Alive(pid int) bool { return h.procs[pid] != nil }

func (h *fakeHost) Test(c units.Condition) (bool, error) {
	if c.Type != "PathExists" {
		return false, fmt.Errorf("only PathExists is known here")
	}
	_, exists := h.files[c.Value]
	return exists != c.Negate, nil
}

func (h *fakeHost) ReadPIDFile(path string) (pid int, trusted bool, err error) {
	text, ok := h.files[path]
	if !ok {
		return 0, false, os.ErrNotExist
	}
	pid, err = strconv.Atoi(strings.TrimSpace(text))
	return pid, true, err
}

func (h *fakeHost) WatchPath(unit, path string) error {
	fmt.Fprintf(&h.out, "watch %s for %s\n", path, unit)
	return nil
}
func (h *fakeHost) UnwatchPath(string) {}
func (h *fakeHost) Remove(path string) { delete(h.files, path) }

func (h *fakeHost) Listen(u *units.Unit) ([]FD, error) {
	if h.refused[u.Name] {
		return nil, syscall.EADDRINUSE
	}
	var fds []FD
	for _, l := range u.Socket.Listens {
		h.lastFD++
		fds = append(fds, FD{FD: h.lastFD, Name: u.Name})
		fmt.Fprintf(&h.out, "listen %d %s %s\n", h.lastFD, u.Name, l.Address)
	}
	return fds, nil
}

func (h *fakeHost) Accepting(unit string, watch bool) {
	fmt.Fprintf(&h.out, "accepting %s %v\n", unit, watch)
}

func (h *fakeHost) Accept(u *units.Unit, fd int) (FD, string, []string, error) {
	h.lastFD++
	return FD{FD: h.lastFD}, fmt.Sprintf("%d-0", 99+h.lastFD), nil, nil
}

func (h *fakeHost) CloseFDs(fds []FD) {
	for _, fd := range fds {
		fmt.Fprintf(&h.out, "close %d\n", fd.FD)
	}
}
func (h *fakeHost) SameFile(a, b int) bool              { return a == b }
func (h *fakeHost) WatchStored(string, FD)              {}
func (h *fakeHost) WatchBusName(unit, name string) bool { return h.files["/bus"] != "" }

// Satisfied: a file that exists has children, and is a pattern's only match.
func (h *fakeHost) Satisfied(spec units.PathSpec) bool {
	for path := range h.files {
		if path == spec.Path && spec.Kind != "DirectoryNotEmpty" || strings.HasPrefix(path, spec.Path+"/") {
			return true
		}
		if ok, _ := filepath.Match(spec.Path, path); ok && spec.Kind == "PathExistsGlob" {
			return true
		}
	}
	return false
}

func (h *fakeHost) WatchPaths(unit string, specs []units.PathSpec) error {
	fmt.Fprintf(&h.out, "watch %s", unit)
	for _, spec := range specs {
		fmt.Fprintf(&h.out, " %s", spec.Path)
	}
	h.out.WriteString("\n")
	return nil
}

func (h *fakeHost) UnwatchPaths(unit string) { fmt.Fprintf(&h.out, "unwatch %s\n", unit) }

func (h *fakeHost) MakeDirectory(path string, mode units.FileMode) error {
	fmt.Fprintf(&h.out, "mkdir %s %04o\n", path, uint32(mode))
	return nil
}

func (h *fakeHost) Cleanup(u *units.Unit, keepRun bool) {}

func (h *fakeHost) UnitChanged(u *Unit, from, to ActiveState) {
	_, sub := u.State()
	if h.sub[u.Name] != sub || from != to {
		h.sub[u.Name] = sub
		fmt.Fprintf(&h.out, "%s: %s (%s)\n", u.Name, to, sub)
	}
}

func (h *fakeHost) JobDone(j *Job) {
	fmt.Fprintf(&h.out, "job %d %s/%s: %s\n", j.ID, j.Unit.Name, j.Type, j.Result)
}

func (h *fakeHost) Log(level Level, unit, message string) {
	if level <= h.level {
		fmt.Fprintf(&h.out, "log %s: %s\n", unit, message)
	}
}

func (h *fakeHost) Exit(o Objective) {
	fmt.Fprintf(&h.out, "end: %s, status %d, %s\n", o.Action, o.Status, o.Reason)
}

func (h *fakeHost) StartupFinished() { fmt.Fprintln(&h.out, "startup finished") }
