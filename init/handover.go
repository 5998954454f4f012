package pid1

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/handover"
	"pintle/supervisor/journal"
)

// legacyFormat is the form of a legacy, as stateFormat is that of the manager's part of it.
const legacyFormat = 1

// legacy is what PID 1 hands over to the binary that is executed in its place: docs/handover.md. It is in a sealed
// memfd(2); all descriptors it names are open under their numbers.
type legacy struct {
	Format  int
	Damaged bool // PID 1 was stopped in the middle of something by a bug

	PID1    map[string]json.RawMessage
	Tracker map[string]json.RawMessage
	Spawner map[string]json.RawMessage
	Manager json.RawMessage // of Manager.Save; null if that was not possible

	Journal  journal.State
	Console  []byte // what is still to be written
	Notify   *notifyState
	Control  int   // the socket of org.freedesktop.systemd1, or -1
	Executed []int // processes of which the manager has not been told that they have executed their program
	FDs      []int // all descriptors that are handed over
}

type notifyState struct {
	Path string
	FD   int
}

// freezeWait is how long the journal and the console may take to come to rest.
const freezeWait = 2 * time.Second

// reexec executes the binary anew, because a client has asked for it.
func (p *PID1) reexec() {
	p.logf(supervisor.LevelNotice, "executing PID 1 anew")
	p.generate()
	p.handOver(false)
}

// handOver executes the binary anew with everything handed over. It returns only if that was not possible; then all
// goes on as before.
func (p *PID1) handOver(damaged bool) {
	programs := p.programs()
	for _, o := range p.outputs { // of a Spawn that was not finished
		o.w.Close()
		_ = o.stream.Start(0)
	}
	p.outputs = p.outputs[:0]
	l := legacy{Format: legacyFormat, Damaged: damaged, Control: p.control.fd}
	state, fds := p.saveManager()
	l.Manager, l.FDs = state, fds
	var thaw func()
	l.Journal, thaw = p.journal.Freeze(freezeWait)
	defer thaw()
	l.FDs = append(l.FDs, l.Journal.FDs()...)
	c := handover.New()
	l.PID1, l.Tracker = c.Fields(p), c.Fields(p.tracker)
	spawner, shims, resume := p.spawner.legacy(c)
	defer resume()
	l.Spawner = spawner
	l.FDs = slices.Concat(l.FDs, shims, p.legacyFDs())
	if p.notify != nil {
		l.Notify = &notifyState{p.notify.path, p.notify.fd}
	}
	l.Executed = p.undelivered()
	l.Console = p.console.Freeze(freezeWait)
	defer p.console.Thaw()
	slices.Sort(l.FDs)
	l.FDs = slices.DeleteFunc(slices.Compact(l.FDs), func(fd int) bool { return fd < 0 })

	memory, err := l.write()
	if err == nil {
		err = p.execute(programs, memory, append(l.FDs, memory))
		unix.Close(memory)
	}
	p.logf(supervisor.LevelError, "cannot execute PID 1 anew, going on as before: %v", err)
}

// saveManager writes down what the manager knows. If that fails, whoever comes finds out by the processes that there are.
func (p *PID1) saveManager() (state []byte, fds []int) {
	defer func() {
		if r := recover(); r != nil {
			p.bug(r)
			state, fds = nil, nil
		}
	}()
	state, fds, err := p.manager.Save()
	if err != nil {
		p.logf(supervisor.LevelError, "%v", err)
	}
	return state, fds
}

// legacyFDs are the descriptors that are not the manager's or the journal's.
func (p *PID1) legacyFDs() (fds []int) {
	fds = append(fds, p.control.fd)
	if p.notify != nil {
		fds = append(fds, p.notify.fd)
	}
	for _, list := range p.sockets {
		for _, fd := range list {
			fds = append(fds, fd.FD)
		}
	}
	for _, list := range p.specs {
		for _, w := range list {
			fds = append(fds, w.fd)
		}
	}
	return append(fds, p.keep...)
}

// undelivered are the processes whose Executed is in the queue. Whatever else may be there is found out again.
func (p *PID1) undelivered() (pids []int) {
	p.events.Lock()
	defer p.events.Unlock()
	for _, e := range p.events.queue {
		if e, ok := e.(supervisor.Executed); ok {
			pids = append(pids, e.PID)
		}
	}
	return pids
}

// write puts a legacy into a memfd that nobody can change any more.
func (l *legacy) write() (fd int, err error) {
	text, err := json.Marshal(l)
	if err != nil {
		return -1, fmt.Errorf("cannot write down what to hand over: %w", err)
	}
	fd, err = unix.MemfdCreate("pintle-legacy", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return -1, fmt.Errorf("cannot make a file in memory for what is handed over: %w", err)
	}
	for rest := text; len(rest) > 0 && err == nil; {
		var n int
		if n, err = unix.Write(fd, rest); err == unix.EINTR {
			err = nil
		}
		rest = rest[max(n, 0):]
	}
	if err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, legacySeals)
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("cannot write down what to hand over: %w", err)
	}
	return fd, nil
}

const legacySeals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE

// legacyMax bounds what is read of a legacy.
const legacyMax = 1 << 30

// readLegacy reads what write has written. notOurs tells that the descriptor is nothing of the kind.
func readLegacy(fd int) (l *legacy, notOurs bool, err error) {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil || seals != legacySeals {
		return nil, true, errors.New("descriptor " + strconv.Itoa(fd) + " is no sealed memory")
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Size > legacyMax {
		return nil, true, errors.New("it is too large")
	}
	text := make([]byte, st.Size)
	for at := 0; at < len(text); {
		n, err := unix.Pread(fd, text[at:], int64(at))
		if err != nil && err != unix.EINTR || n == 0 {
			return nil, false, fmt.Errorf("cannot read what was handed over: %w", os.NewSyscallError("pread", err))
		}
		at += max(n, 0)
	}
	unix.Close(fd)
	l = &legacy{Control: -1}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, false, fmt.Errorf("cannot read what was handed over: %w", err)
	}
	if l.Format != legacyFormat {
		return l, false, fmt.Errorf("cannot take over: it is of form %d, and only %d is known", l.Format, legacyFormat)
	}
	return l, false, nil
}
