package pid1

import (
	"encoding/json"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/handover"
)

// ShimName is argv[0] of the re-executed binary that becomes a service's process.
const ShimName = "(pintle-exec)"

// shimRequest is what the shim is told, through a descriptor.
type shimRequest struct {
	Calls []call
	Paths []string
	Argv  []string
	Env   []string
}

// shimReport is what the shim says before it executes the program or gives up. The pipe is closed by exec.
type shimReport struct {
	Refused map[string]syscall.Errno `json:",omitempty"`
	Failed  bool                     `json:",omitempty"`
	Step    step                     `json:",omitempty"`
	What    string                   `json:",omitempty"`
	Errno   syscall.Errno            `json:",omitempty"`
}

// spawnShim starts our own binary with the descriptors of the process in place; the binary does the calls.
func (s *Spawner) spawnShim(sp *supervisor.Spawn, p *process) (int, error) {
	text, err := json.Marshal(shimRequest{p.calls, p.paths, p.argv, p.env})
	if err != nil {
		return 0, err
	}
	request, err := dataFD(text)
	if err != nil {
		return 0, err
	}
	defer unix.Close(request)
	var report [2]int
	if err := unix.Pipe2(report[:], unix.O_CLOEXEC); err != nil {
		return 0, err
	}
	defer unix.Close(report[1])
	at := 3 + len(p.fds)
	p.fds = append(p.fds, request, report[1])
	img := newImage(s.place(p), []string{s.cfg.Self}, []string{ShimName, strconv.Itoa(at), strconv.Itoa(at + 1)},
		[]string{"GOMAXPROCS=1", "GOGC=off"})
	pid, err := img.forkExec()
	if err != nil {
		unix.Close(report[0])
		return 0, err
	}
	if img.errno != 0 {
		s.failure(p.unit.Name, stepExec, s.cfg.Self, img.errno)
	}
	s.await(&shimWait{pid: pid, fd: report[0], unit: p.unit.Name, reportExec: sp.ReportExec})
	return pid, nil
}

// shimWait is a shim that has not executed its program yet.
type shimWait struct {
	pid, fd    int // the descriptor is where the report comes
	unit       string
	reportExec bool
}

// await has what the shim says read when it has said all.
func (s *Spawner) await(w *shimWait) {
	s.pending.Lock()
	s.shims[w.pid] = w
	s.pending.Unlock()
	run := s.cfg.Go
	if run == nil {
		run = func(f func()) { go f() }
	}
	run(func() { s.awaitShim(w) })
}

// legacy is what goes to another PID 1. From here on nothing more is taken of what shims say, until resume is called.
func (s *Spawner) legacy(c *handover.Codec) (fields map[string]json.RawMessage, fds []int, resume func()) {
	s.pending.Lock()
	for _, w := range s.shims {
		fds = append(fds, w.fd)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.Fields(s), fds, s.pending.Unlock
}

// inherit takes that over.
func (s *Spawner) inherit(c *handover.Codec, fields map[string]json.RawMessage) error {
	err := c.Read(fields, s)
	for _, w := range s.shims {
		s.await(w)
	}
	return err
}

// awaitShim passes on what the shim has to say, and that the program was executed. Nothing is read before the other
// end is closed, so that all can be handed over until then.
func (s *Spawner) awaitShim(w *shimWait) {
	_ = unix.SetNonblock(w.fd, true)
	from := os.NewFile(uintptr(w.fd), "shim")
	defer from.Close()
	if conn, err := from.SyscallConn(); err == nil {
		_ = conn.Read(func(fd uintptr) bool {
			ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			n, err := unix.Poll(ready, 0)
			return err != nil && err != unix.EINTR || n > 0 && ready[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
		})
	}
	s.pending.Lock()
	defer s.pending.Unlock()
	delete(s.shims, w.pid)
	var r shimReport
	said := false
	for d := json.NewDecoder(io.LimitReader(from, 1<<16)); d.Decode(&r) == nil; {
		said = true
	}
	// A shim that was killed before it could execute leaves no report; its exit tells the rest.
	if !said {
		return
	}
	for what, e := range r.Refused {
		s.refusal(w.unit, what, e)
	}
	if r.Failed {
		s.failure(w.unit, r.Step, r.What, r.Errno)
	} else if w.reportExec && s.cfg.Report != nil {
		s.cfg.Report(supervisor.Executed{PID: w.pid})
	}
}

// Shim takes over if the binary was executed as ShimName, and does not return then. It must be the first call
// of main.
func Shim() {
	if len(os.Args) != 3 || os.Args[0] != ShimName {
		return
	}
	// What is set below belongs to one thread; exec makes that thread the process.
	runtime.LockOSThread()
	in, err1 := strconv.Atoi(os.Args[1])
	out, err2 := strconv.Atoi(os.Args[2])
	if err1 != nil || err2 != nil {
		os.Exit(int(stepExec))
	}
	unix.CloseOnExec(in)
	unix.CloseOnExec(out)
	var req shimRequest
	data, err := io.ReadAll(os.NewFile(uintptr(in), "request"))
	if err == nil {
		err = json.Unmarshal(data, &req)
	}
	if err != nil {
		os.Exit(int(stepExec))
	}
	// The runtime would put back the limit on open files that the shim was started with.
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files)
	}
	os.Exit(int(req.become(out)))
}

// become does the calls and executes the program; it returns the exit status of the step that failed.
func (req *shimRequest) become(out int) step {
	own := strconv.Itoa(os.Getpid())
	for _, list := range [][]string{req.Argv, req.Env} {
		for i := range list {
			list[i] = strings.ReplaceAll(list[i], ownPID, own)
		}
	}
	r := shimReport{Refused: map[string]syscall.Errno{}}
	say := func() {
		if text, err := json.Marshal(r); err == nil {
			_, _ = unix.Write(out, text)
		}
	}
	fail := func(at step, what string, e syscall.Errno) step {
		r.Failed, r.Step, r.What, r.Errno = true, at, what, e
		say()
		return at
	}
	fix(req.Calls)
	prev := ^uintptr(0)
	for i := range req.Calls {
		c := &req.Calls[i]
		result, e := c.do(prev)
		if e == unix.EPERM && c.Wait {
			result, e = c.await()
		}
		prev = result
		switch {
		case e == 0:
		case c.Soft && refused(e):
			r.Refused[c.What] = e
		case c.Optional:
		default:
			return fail(c.Step, c.What, e)
		}
	}
	// Said before, since afterwards nothing of the shim is left; a failure to execute follows as a second report.
	say()
	err := error(unix.ENOENT)
	for _, path := range req.Paths {
		err = syscall.Exec(path, req.Argv, req.Env)
		if err != unix.ENOENT && err != unix.EACCES && err != unix.ENOTDIR {
			break
		}
	}
	e, _ := err.(syscall.Errno)
	return fail(stepExec, req.Paths[0], e)
}

// do makes the call; prev is the result of the one before.
func (c *call) do(prev uintptr) (uintptr, syscall.Errno) {
	if c.Prev >= 0 {
		c.Args[c.Prev] = prev
	}
	result, _, e := syscall.RawSyscall6(c.Nr, c.Args[0], c.Args[1], c.Args[2], c.Args[3], c.Args[4], c.Args[5])
	if e != 0 {
		return ^uintptr(0), e
	}
	return result, 0
}

// await makes a call that takes a terminal, as soon as the terminal is free.
func (c *call) await() (uintptr, syscall.Errno) {
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err == nil {
		_, err = unix.InotifyAddWatch(watch, c.TTY, unix.IN_CLOSE)
	}
	if err != nil {
		return 0, unix.EPERM
	}
	defer unix.Close(watch)
	buf := make([]byte, 4096)
	for {
		if result, e := c.do(^uintptr(0)); e != unix.EPERM {
			return result, e
		}
		if _, err := unix.Read(watch, buf); err != nil && err != unix.EINTR {
			return 0, unix.EPERM
		}
	}
}
