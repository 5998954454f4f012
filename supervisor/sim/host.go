// Package sim runs the manager against a simulated host: virtual time, processes that are born, fork, crash,
// ignore signals and say what they like, and a seeded scheduler that may kill, delay, reorder and fail anything.
//
// A schedule is one run of one random graph of units under random requests. After every event the invariants
// are checked; a schedule that breaks one is reproduced by its seed:
//
//	go test ./supervisor/sim -run TestSchedules -seed=N
//
// and shown step by step with -v.
package sim

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"syscall"

	"pintle/supervisor"
	"pintle/units"
)

// Host is a simulated host.
type Host struct {
	rng      *rand.Rand
	now      units.Usec
	calendar calendar
	seq      int
	send     func(supervisor.Event)

	procs      map[int]*process
	live       map[string]map[int]bool // unit → pids of its live processes
	lastPID    int
	exits      []supervisor.Exit
	reaping    bool
	pidFiles   map[string]int
	watching   map[string]string // unit → path
	unkillable map[string]bool   // units that had a process which SIGKILL did not end in time
	fds        map[int]bool
	lastFD     int
	conns      map[int]bool
	accepting  map[string]int // sockets that wait for traffic → which time this is

	graph      *graph
	restarting map[string]bool // units in auto-restart-queued
	calm       bool            // from now on everything behaves
	check      *checker
	bug        func() // where a bug of the manager may show
	trace      func(format string, args ...any)
	faults     faults
	over       bool
}

// faults are ways in which a host is broken, for the proof that the invariants notice.
type faults struct {
	twoMains    bool // a spawned main process leaves a twin that counts as spawned, too
	hidesOrphan bool // Processes forgets what is no main or control process
	losesExits  bool // no exit is ever told
	dropsKill   bool // SIGKILL does nothing

	// And ways in which the manager would be broken, by what it gets to see.
	repeatsJobs  bool // the end of a job is told twice
	hidesOrder   bool // the manager sees no After= and Before=, the invariants do
	noStartLimit bool // the manager sees no start limit, the invariants do
	losesTimers  bool // the manager's clock never ticks
	neverEnds    bool // the manager's end is not heard
}

// errSpawn is the failure of a spawn that never happened.
var errSpawn = errors.New("cannot fork: resource temporarily unavailable")

func newHost(seed uint64) *Host {
	return &Host{
		rng: rand.New(rand.NewPCG(seed, 0x70696e746c65)), now: 1 * sec, lastPID: 100, lastFD: 10,
		procs: map[int]*process{}, live: map[string]map[int]bool{}, pidFiles: map[string]int{},
		watching: map[string]string{}, unkillable: map[string]bool{}, fds: map[int]bool{},
		conns: map[int]bool{}, accepting: map[string]int{}, restarting: map[string]bool{},
		trace: func(string, ...any) {}, bug: func() {},
	}
}

// entry is something that happens at an instant; of one instant, in the order of seq.
type entry struct {
	at  units.Usec
	seq int
	do  func()
}

type calendar []entry

func (c calendar) Len() int { return len(c) }
func (c calendar) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].seq < c[j].seq
}
func (c calendar) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *calendar) Push(x any)   { *c = append(*c, x.(entry)) }
func (c *calendar) Pop() any {
	old := *c
	e := old[len(old)-1]
	*c = old[:len(old)-1]
	return e
}

func (h *Host) after(d units.Usec, do func()) {
	h.seq++
	heap.Push(&h.calendar, entry{h.now + d, h.seq, do})
}

func (h *Host) newProcess(unit string, role supervisor.Role) *process {
	h.lastPID++
	p := &process{pid: h.lastPID, unit: unit, role: role, parent: 1, alive: true}
	h.procs[p.pid] = p
	if h.live[unit] == nil {
		h.live[unit] = map[int]bool{}
	}
	h.live[unit][p.pid] = true
	return p
}

// Now implements supervisor.Host, as do the methods below.
func (h *Host) Now() supervisor.Instant {
	return supervisor.Instant{Monotonic: h.now, Realtime: h.now + 1_700_000_000*sec}
}

func (h *Host) Spawn(sp *supervisor.Spawn) (int, error) {
	if !h.calm && h.rng.IntN(60) == 0 {
		h.trace("spawn %s %s: fails", sp.Unit.Name, sp.Role)
		return 0, errSpawn
	}
	h.check.spawning(sp)
	p := h.newProcess(sp.Unit.Name, sp.Role)
	p.main = sp.Role == supervisor.RoleStart
	h.trace("spawn %s %s: pid %d", sp.Unit.Name, sp.Role, p.pid)
	h.born(sp, p)
	h.bug()
	if p.main && h.faults.twoMains {
		h.check.spawning(sp)
	}
	return p.pid, nil
}

func (h *Host) Signal(pid int, sig syscall.Signal) error {
	p := h.procs[pid]
	if p == nil || !p.alive {
		return syscall.ESRCH
	}
	if sig != syscall.SIGCONT {
		h.trace("signal %d of %s: %s", pid, p.unit, units.SignalName(sig))
	}
	if sig == syscall.SIGKILL && h.faults.dropsKill {
		return nil
	}
	h.signalled(p, sig)
	return nil
}

// Processes lists in a certain order, so that a seed always makes the same schedule.
func (h *Host) Processes(unit string) []int {
	h.bug()
	var pids []int
	for pid := range h.live[unit] {
		if h.faults.hidesOrphan && h.procs[pid].parent == 1 && !h.procs[pid].main {
			continue
		}
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids
}

func (h *Host) Adopt(unit string, pid int) bool {
	p := h.procs[pid]
	if p == nil {
		return false
	}
	delete(h.live[p.unit], pid)
	p.unit = unit
	if p.alive {
		if h.live[unit] == nil {
			h.live[unit] = map[int]bool{}
		}
		h.live[unit][pid] = true
	}
	return p.parent == 1
}

// Awaited tells whether the exit of a process is still to be told.
func (h *Host) Awaited(pid int) bool {
	return h.Alive(pid) || slices.ContainsFunc(h.exits, func(e supervisor.Exit) bool { return e.PID == pid })
}

func (h *Host) Alive(pid int) bool { return h.procs[pid] != nil && h.procs[pid].alive }

func (h *Host) Test(c units.Condition) (bool, error) { return c.Value != "no", nil }

func (h *Host) ReadPIDFile(path string) (int, bool, error) {
	pid, ok := h.pidFiles[path]
	if !ok {
		return 0, false, syscall.ENOENT
	}
	return pid, true, nil
}

func (h *Host) writePIDFile(path string, pid int) {
	h.pidFiles[path] = pid
	for _, unit := range sortedKeys(h.watching) {
		if h.watching[unit] == path {
			h.send(supervisor.PathChanged{Unit: unit})
		}
	}
}

func (h *Host) WatchPath(unit, path string) error {
	h.watching[unit] = path
	return nil
}

func (h *Host) UnwatchPath(unit string) { delete(h.watching, unit) }

func (h *Host) Remove(path string) { delete(h.pidFiles, path) }

func (h *Host) Listen(u *units.Unit) ([]supervisor.FD, error) {
	if !h.calm && h.rng.IntN(20) == 0 {
		return nil, syscall.EADDRINUSE
	}
	fds := make([]supervisor.FD, len(u.Socket.Listens))
	for i := range fds {
		h.lastFD++
		h.fds[h.lastFD] = true
		fds[i] = supervisor.FD{FD: h.lastFD, Name: u.Name}
	}
	return fds, nil
}

// Accepting makes traffic, sooner or later, while it is waited for.
func (h *Host) Accepting(unit string, watch bool) {
	h.accepting[unit]++
	turn := h.accepting[unit]
	if !watch || h.calm || h.rng.IntN(4) == 0 {
		return
	}
	h.after(units.Usec(h.rng.IntN(8000))*ms, func() {
		if h.accepting[unit] == turn {
			h.send(supervisor.Connection{Unit: unit})
		}
	})
}

// Accept takes a connection; sometimes the peer has gone already.
func (h *Host) Accept(*units.Unit, int) (conn supervisor.FD, peer string, env []string, err error) {
	if h.rng.IntN(10) == 0 {
		return conn, "", nil, syscall.ECONNABORTED
	}
	h.lastFD++
	h.conns[h.lastFD] = true
	return supervisor.FD{FD: h.lastFD}, itoa(h.lastFD) + "-0", nil, nil
}

func (h *Host) CloseFDs(fds []supervisor.FD) {
	for _, fd := range fds {
		if !h.fds[fd.FD] && !h.conns[fd.FD] {
			h.check.fail("descriptor %d is closed twice", fd.FD)
		}
		delete(h.fds, fd.FD)
		delete(h.conns, fd.FD)
	}
}

func (h *Host) SameFile(a, b int) bool { return a == b }

func (h *Host) WatchStored(unit string, fd supervisor.FD) {
	if h.rng.IntN(3) == 0 {
		h.after(units.Usec(h.rng.IntN(5000))*ms, func() {
			if h.fds[fd.FD] {
				h.send(supervisor.StoredHangup{Unit: unit, FD: fd.FD})
			}
		})
	}
}

func (h *Host) WatchBusName(unit, _ string) bool {
	switch h.rng.IntN(4) {
	case 0:
		return false
	case 1, 2:
		h.after(units.Usec(h.rng.IntN(500))*ms, func() { h.send(supervisor.BusNameOwner{Unit: unit, Owned: true}) })
		if h.rng.IntN(4) == 0 {
			h.after(units.Usec(h.rng.IntN(9000))*ms, func() { h.send(supervisor.BusNameOwner{Unit: unit}) })
		}
	}
	return true
}

func (h *Host) Cleanup(*units.Unit, bool) {}

func (h *Host) UnitChanged(u *supervisor.Unit, from, to supervisor.ActiveState) {
	_, sub := u.State()
	h.trace("%s is %s (%s)", u.Name, to, sub)
	h.check.changed(u, from, to)
	h.bug()
}

func (h *Host) JobDone(j *supervisor.Job) {
	h.trace("job %d %s/%s: %s", j.ID, j.Unit.Name, j.Type, j.Result)
	defer h.bug()
	h.check.jobDone(j)
	if h.faults.repeatsJobs {
		h.check.jobDone(j)
	}
}

func (h *Host) Log(level supervisor.Level, unit, message string) {
	h.trace("log %d %s: %s", level, unit, message)
	h.bug()
}

func (h *Host) Exit(o supervisor.Objective) {
	h.trace("exit: %v", o)
	if h.over {
		h.check.fail("the manager ends a second time")
	}
	h.over = !h.faults.neverEnds
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func itoa(n int) string { return strconv.Itoa(n) }

var _ supervisor.Host = (*Host)(nil)

func (h *Host) stamp() string { return fmt.Sprintf("%9.3f", float64(h.now)/float64(sec)) }
