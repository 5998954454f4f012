package pid1

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Tracker knows which unit a process belongs to, without cgroups. What it goes by survives different things:
//
//   - the parent, while that lives;
//   - the session and process group, once a member of either was known: they outlive their leader;
//   - the mark that the Spawner leaves in a limit without effect (see limits): it is inherited through
//     double forks, setsid(2), changes of user, exec and a cleared environment, and anyone may read it;
//   - $INVOCATION_ID in /proc/PID/environ where that may be read, for processes that reset their limits.
//
// Nothing is scanned when processes come or go, only when somebody asks, and then only what is new since: pids
// are handed out in order, and the kernel tells the last one.
type Tracker struct {
	mu       sync.Mutex `handover:"-"`
	proc     string     `handover:"-"` // /proc
	self     int        `handover:"-"`
	last     int        `handover:"-"` // the last pid handed out at the time of the last scan; 0: not known
	trusted  bool       `handover:"-"`
	loadavg  int        `handover:"-"`
	members  map[int]*member
	sessions map[int]string // also process groups
	foreign  map[int]bool   // sessions and groups that a process was adopted from: they tell nothing of a unit
	invoked  map[string]string
	tag      uint64
	marks    []string          // unit of each mark
	serial   map[string]uint64 // mark of each unit
}

// member is one process that is known to belong to a unit.
type member struct {
	unit  string
	start uint64 // start time in ticks; with the pid it names one process for ever
	child bool   // PID 1 started it: until it is reaped the pid is its own, and start is not needed
	gone  bool
}

// is tells whether it is the process that now has its pid.
func (m *member) is(st stat) bool {
	if m.child {
		return !m.gone
	}
	return m.start == st.start
}

// NewTracker makes a Tracker for the processes of the calling process's pid namespace.
func NewTracker() *Tracker {
	t := &Tracker{
		proc: "/proc", self: os.Getpid(), loadavg: -1,
		members: map[int]*member{}, sessions: map[int]string{}, foreign: map[int]bool{}, invoked: map[string]string{},
		serial: map[string]uint64{},
	}
	var tag [4]byte
	_, _ = rand.Read(tag[:])
	t.tag = 1<<62 | uint64(binary.NativeEndian.Uint32(tag[:])&0xffffff)<<32
	// lxcfs puts a file of its own over loadavg, which does not count our pids.
	if fd, err := unix.Open("/proc/loadavg", unix.O_RDONLY|unix.O_CLOEXEC, 0); err == nil {
		var fs unix.Statfs_t
		t.loadavg = fd
		t.trusted = unix.Fstatfs(fd, &fs) == nil && fs.Type == unix.PROC_SUPER_MAGIC
	}
	return t
}

// mark is the soft limit on resident memory that processes of a unit carry.
func (t *Tracker) mark(unit string) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.markLocked(unit)
}

func (t *Tracker) markLocked(unit string) uint64 {
	n, ok := t.serial[unit]
	if !ok {
		n = uint64(len(t.marks))
		t.marks = append(t.marks, unit)
		t.serial[unit] = n
	}
	return t.tag | n
}

// Started tells of a process that was started for a unit. It leads a session of its own.
func (t *Tracker) Started(unit, invocation string, pid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.members[pid] = &member{unit: unit, child: true}
	if t.last != 0 && pid == t.last+1 {
		t.last = pid // nobody else has got one since
	}
	t.sessions[pid] = unit
	if invocation != "" {
		t.invoked[invocation] = unit
	}
}

// Exited tells that a process was reaped.
func (t *Tracker) Exited(pid int) {
	t.mu.Lock()
	if m := t.members[pid]; m != nil {
		m.gone = true
	}
	t.mu.Unlock()
}

// Adopt makes a process part of a unit, whatever it belonged to.
func (t *Tracker) Adopt(unit string, pid int) {
	st, ok := readStat(t.proc, pid)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.members[pid]
	if own := m != nil && m.is(st) && m.unit == unit || t.attribute(pid, st, 0) == unit; !own {
		// It was started from somewhere else, and those it was started with are not the unit's.
		t.foreign[st.session], t.foreign[st.group] = true, true
	}
	if m != nil && m.child && !m.gone {
		m.unit = unit
	} else {
		t.members[pid] = &member{unit: unit, start: st.start}
	}
	if st.session == pid {
		t.sessions[pid] = unit
	}
	t.brand(unit, pid)
}

// brand gives a process the mark of a unit, so that its children are known, too; where that is not allowed they are as
// long as the process lives.
func (t *Tracker) brand(unit string, pid int) {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_RSS, nil, &limit) != nil || limit.Max != math.MaxUint64 {
		return // it has a limit of its own
	}
	limit.Cur = t.markLocked(unit)
	_ = unix.Prlimit(pid, unix.RLIMIT_RSS, &limit, nil)
}

// Forget drops what is known of a unit's past; processes that it still has stay its own.
func (t *Tracker) Forget(unit string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := false
	for pid, m := range t.members {
		if m.unit != unit {
			continue
		}
		if m.gone {
			delete(t.members, pid)
		} else {
			left = true
		}
	}
	if left {
		return
	}
	for id, u := range t.sessions {
		if u == unit {
			delete(t.sessions, id)
		}
	}
	for id, u := range t.invoked {
		if u == unit {
			delete(t.invoked, id)
		}
	}
}

// Processes lists the live processes of a unit in ascending order; zombies are not counted.
func (t *Tracker) Processes(unit string) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scan()
	var pids []int
	for pid, m := range t.members {
		if m.unit != unit || m.gone {
			continue
		}
		if m.child {
			if running(pid) {
				pids = append(pids, pid)
			}
			continue
		}
		st, ok := readStat(t.proc, pid)
		switch {
		case !ok || st.start != m.start:
			m.gone = true
		case !st.zombie():
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// running tells whether a child of ours has not ended yet; it stays to be reaped. This is one system call, a
// fraction of what reading /proc costs.
func running(pid int) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	return err == nil && info.Signo == 0
}

// UnitOf tells which unit a process belongs to, or "" for none. A process that has just ended is still known.
func (t *Tracker) UnitOf(pid int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if pid <= 0 || pid == t.self {
		return ""
	}
	m := t.members[pid]
	if m != nil && m.child && !m.gone {
		return m.unit
	}
	st, alive := readStat(t.proc, pid)
	if m != nil && (!alive || m.is(st)) {
		return m.unit
	}
	if !alive {
		return ""
	}
	unit := t.attribute(pid, st, 0)
	if unit != "" {
		t.keep(pid, st, unit)
	}
	return unit
}

// scan attributes the processes that are new since the last scan.
func (t *Tracker) scan() {
	last := t.lastPID()
	if last != 0 && last == t.last {
		return
	}
	all := t.last == 0 || last < t.last // the first time, and when pids have started over
	from := t.last
	t.last = last
	pids := listPIDs(t.proc)
	type fresh struct {
		pid int
		st  stat
	}
	var seen, waiting []fresh
	for _, pid := range pids {
		if pid == t.self || !all && pid <= from {
			continue
		}
		m := t.members[pid]
		if m != nil && m.child && !m.gone {
			// It leads its session and group, for as long as they are of interest.
			seen = append(seen, fresh{pid, stat{session: pid, group: pid}})
			continue
		}
		st, ok := readStat(t.proc, pid)
		if !ok {
			continue
		}
		seen = append(seen, fresh{pid, st})
		if m != nil && m.is(st) {
			t.keep(pid, st, m.unit)
			continue
		}
		delete(t.members, pid)
		waiting = append(waiting, fresh{pid, st})
	}
	for _, f := range waiting {
		if unit := t.attribute(f.pid, f.st, 0); unit != "" {
			t.keep(f.pid, f.st, unit)
		}
	}
	if !all {
		return
	}
	used := map[int]bool{}
	for _, f := range seen {
		used[f.pid], used[f.st.session], used[f.st.group] = true, true, true
	}
	t.prune(used)
}

// keep notes a process and, through it, the session and the process group it is in, unless somebody else leads
// those: a process that was adopted may have been started from anywhere.
func (t *Tracker) keep(pid int, st stat, unit string) {
	if m := t.members[pid]; m == nil || !m.is(st) {
		t.members[pid] = &member{unit: unit, start: st.start}
	}
	for _, id := range []int{st.session, st.group} {
		if id > 1 && id != t.self && t.sessions[id] == "" && (id == pid || !t.foreign[id]) && t.leads(id, pid, unit) {
			t.sessions[id] = unit
		}
	}
}

// leads tells whether the leader of a session or process group is one of the unit's, or has ended.
func (t *Tracker) leads(id, pid int, unit string) bool {
	if id == pid {
		return true
	}
	if m := t.members[id]; m != nil {
		return m.unit == unit
	}
	_, alive := readStat(t.proc, id)
	return !alive
}

// attribute finds the unit of a process that is not known yet, by what is cheapest to read first.
func (t *Tracker) attribute(pid int, st stat, depth int) string {
	if unit := t.markOf(pid); unit != "" {
		return unit
	}
	if unit := t.sessions[st.session]; unit != "" {
		return unit
	}
	if unit := t.sessions[st.group]; unit != "" {
		return unit
	}
	const deep = 64 // a chain of new processes, each the child of the one before
	if st.parent > 1 && st.parent != t.self && depth < deep {
		if parent, ok := readStat(t.proc, st.parent); ok {
			if m := t.members[st.parent]; m != nil && m.is(parent) {
				return m.unit
			}
			if unit := t.attribute(st.parent, parent, depth+1); unit != "" {
				t.keep(st.parent, parent, unit)
				return unit
			}
		}
	}
	return t.invocationOf(pid)
}

// markOf reads the mark that the Spawner left in a process's limits.
func (t *Tracker) markOf(pid int) string {
	data := readSmall(t.proc + "/" + strconv.Itoa(pid) + "/limits")
	_, rest, ok := strings.Cut(data, "Max resident set")
	if !ok {
		return ""
	}
	fields := strings.Fields(rest[:min(len(rest), 80)])
	if len(fields) == 0 {
		return ""
	}
	n, err := strconv.ParseUint(fields[0], 10, 64)
	if err != nil || n&^0xffffffff != t.tag || n&0xffffffff >= uint64(len(t.marks)) {
		return ""
	}
	return t.marks[n&0xffffffff]
}

// invocationOf finds a unit by $INVOCATION_ID in the environment that a process was started with.
func (t *Tracker) invocationOf(pid int) string {
	env := readSmall(t.proc + "/" + strconv.Itoa(pid) + "/environ")
	for env != "" {
		var one string
		one, env, _ = strings.Cut(env, "\x00")
		if id, ok := strings.CutPrefix(one, "INVOCATION_ID="); ok {
			return t.invoked[id]
		}
	}
	return ""
}

// prune drops what no live process refers to. It is done only when every process has been looked at.
func (t *Tracker) prune(used map[int]bool) {
	for id := range t.sessions {
		if !used[id] {
			delete(t.sessions, id)
		}
	}
	for id := range t.foreign {
		if !used[id] {
			delete(t.foreign, id)
		}
	}
	for pid := range t.members {
		if !used[pid] {
			delete(t.members, pid)
		}
	}
}

// lastPID is the pid most lately handed out, or 0 if that cannot be told.
func (t *Tracker) lastPID() int {
	if !t.trusted {
		return 0
	}
	var buf [128]byte
	n, err := unix.Pread(t.loadavg, buf[:], 0)
	if err != nil || n == 0 {
		return 0
	}
	text := strings.TrimSpace(string(buf[:n]))
	pid, _ := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	return pid
}
