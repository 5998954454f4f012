package pid1

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// stream says where one of the standard streams of a process comes from: a descriptor of PID 1, a file that
// the process opens, or an earlier stream of its own.
type stream struct {
	fd    int // of PID 1, or -1
	same  int // the stream it duplicates, or -1
	path  string
	flags int
	tty   units.StdioKind // how a terminal is taken for standard input
}

func fromFD(fd int) stream    { return stream{fd: fd, same: -1} }
func fromStream(i int) stream { return stream{fd: -1, same: i} }
func fromFile(path string, flags int) stream {
	return stream{fd: -1, same: -1, path: path, flags: flags | unix.O_NOCTTY | unix.O_CLOEXEC}
}

var streamSteps = [3]step{stepStdin, stepStdout, stepStderr}

// connect decides on the standard streams (systemd.exec(5), "Logging and Standard Input/Output").
func (s *Spawner) connect(sp *supervisor.Spawn, p *process) error {
	x := p.exec
	in := x.StandardInput
	text := x.StandardInputData
	if in.Kind == "" && len(text) > 0 {
		in.Kind = units.StdioData
	}
	var err error
	if p.streams[0], err = s.input(sp, p, in, text); err != nil {
		return err
	}

	out := x.StandardOutput
	if out.Kind == "" {
		out.Kind = units.StdioJournal
		switch in.Kind {
		case units.StdioSocket, units.StdioTTY, units.StdioTTYForce, units.StdioTTYFail:
			out.Kind = units.StdioInherit
		}
	}
	if out.Kind == units.StdioInherit {
		switch in.Kind {
		case "", units.StdioNull, units.StdioData:
			p.streams[1] = fromFD(s.null)
		default:
			p.streams[1] = fromStream(0)
		}
	} else if p.streams[1], err = s.output(sp, p, out, stepStdout); err != nil {
		return err
	}

	errOut := x.StandardError
	if errOut.Kind == "" || errOut.Kind == units.StdioInherit || errOut == out && out.Kind != units.StdioInherit {
		p.streams[2] = fromStream(1)
	} else if p.streams[2], err = s.output(sp, p, errOut, stepStderr); err != nil {
		return err
	}

	if sp.Streams != nil {
		for i, fd := range sp.Streams {
			if fd >= 0 {
				p.streams[i] = fromFD(fd)
			}
		}
	}

	// One description for reading and writing when a file serves both ways.
	if in.Kind == units.StdioFile && out.Kind == units.StdioFile && in.Arg == out.Arg {
		p.streams[0].flags = p.streams[0].flags&^unix.O_ACCMODE | unix.O_RDWR | unix.O_CREAT
		p.streams[1] = fromStream(0)
	}
	return nil
}

func (s *Spawner) input(sp *supervisor.Spawn, p *process, in units.Stdio, text []byte) (stream, error) {
	switch in.Kind {
	case units.StdioData:
		fd, err := dataFD(text)
		if err != nil {
			return stream{}, failed(stepStdin, "cannot make StandardInput=data: %w", err)
		}
		p.closing = append(p.closing, fd)
		return fromFD(fd), nil
	case units.StdioSocket:
		if sp.Stdin >= 0 && sp.Stdin != 0 {
			return fromFD(sp.Stdin), nil
		}
		if len(sp.FDs) == 1 {
			return fromFD(sp.FDs[0].FD), nil
		}
		if sp.Role != supervisor.RoleStart {
			return fromFD(s.null), nil
		}
		return stream{}, failed(stepStdin, "cannot use StandardInput=socket: %d sockets were passed, not one", len(sp.FDs))
	case units.StdioFD:
		return namedFD(sp, in.Arg, "stdin", stepStdin)
	case units.StdioFile:
		return fromFile(in.Arg, unix.O_RDONLY), nil
	case units.StdioTTY, units.StdioTTYForce, units.StdioTTYFail:
		t := fromFile(ttyPath(p.exec), unix.O_RDWR)
		t.tty = in.Kind
		return t, nil
	}
	return fromFD(s.null), nil
}

func (s *Spawner) output(sp *supervisor.Spawn, p *process, out units.Stdio, at step) (stream, error) {
	switch out.Kind {
	case units.StdioNull:
		return fromFD(s.null), nil
	case units.StdioSocket:
		if p.streams[0].fd >= 0 && sp.Stdin >= 0 {
			return fromFD(sp.Stdin), nil
		}
		if len(sp.FDs) == 1 {
			return fromFD(sp.FDs[0].FD), nil
		}
		return stream{}, failed(at, "cannot use a socket for output: %d sockets were passed, not one", len(sp.FDs))
	case units.StdioFD:
		name := "stdout"
		if at == stepStderr {
			name = "stderr"
		}
		return namedFD(sp, out.Arg, name, at)
	case units.StdioFile:
		return fromFile(out.Arg, unix.O_WRONLY|unix.O_CREAT), nil
	case units.StdioAppend:
		return fromFile(out.Arg, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND), nil
	case units.StdioTruncate:
		return fromFile(out.Arg, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC), nil
	case units.StdioTTY:
		if p.streams[0].tty != "" {
			return fromStream(0), nil
		}
		return fromFile(ttyPath(p.exec), unix.O_WRONLY), nil
	}
	return s.captured(sp, p, at)
}

// captured connects a stream with the log.
func (s *Spawner) captured(sp *supervisor.Spawn, p *process, at step) (stream, error) {
	if s.cfg.Output == nil {
		return fromFD(s.null), nil
	}
	w, err := s.cfg.Output(sp.Unit, sp.Role)
	if err != nil {
		return stream{}, failed(at, "cannot connect the output with the log: %w", err)
	}
	fd := -1
	raw, err := w.SyscallConn()
	if err == nil {
		err = raw.Control(func(f uintptr) { fd = int(f) })
	}
	if err != nil {
		return stream{}, failed(at, "cannot connect the output with the log: %w", err)
	}
	if s.cfg.JournalStream {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil {
			p.vars = append(p.vars, fmt.Sprintf("JOURNAL_STREAM=%d:%d", st.Dev, st.Ino))
		}
	}
	return fromFD(fd), nil
}

// namedFD finds a passed descriptor by the name that fd:NAME gives.
func namedFD(sp *supervisor.Spawn, name, standard string, at step) (stream, error) {
	if name == "" {
		name = standard
	}
	for _, fd := range sp.FDs {
		if fd.Name == name {
			return fromFD(fd.FD), nil
		}
	}
	return stream{}, failed(at, "cannot find a passed descriptor named %q", name)
}

// ttyPath is the terminal of a unit.
func ttyPath(x *units.ExecSettings) string {
	if x.TTYPath != "" {
		return x.TTYPath
	}
	return "/dev/console"
}

// dataFD makes a file to read text from.
func dataFD(text []byte) (int, error) {
	fd, err := unix.MemfdCreate("stdin", unix.MFD_CLOEXEC)
	if err != nil {
		return -1, err
	}
	for rest := text; len(rest) > 0; {
		n, err := unix.Write(fd, rest)
		if err != nil {
			unix.Close(fd)
			return -1, err
		}
		rest = rest[n:]
	}
	if _, err := unix.Seek(fd, 0, 0); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// streamCalls opens the files of the standard streams, in their order. The descriptors that PID 1 gives
// are in place by then (see place).
func (s *Spawner) streamCalls(p *process) []call {
	var calls []call
	for i, st := range p.streams {
		at := streamSteps[i]
		switch {
		case st.path != "":
			mode := uintptr(0o666)
			calls = append(calls, sys(at, st.path, unix.SYS_OPENAT, atCWD, 0, uintptr(st.flags), mode).
				pointing(1, cString(s.cfg.Root+st.path)))
			calls = append(calls, sys(at, st.path, unix.SYS_DUP3, 0, uintptr(i), 0).from(0))
			if st.tty != "" {
				calls = append(calls, takeTerminal(p.exec, st)...)
			}
		case st.same >= 0:
			calls = append(calls, sys(at, "", unix.SYS_DUP3, uintptr(st.same), uintptr(i), 0))
		}
	}
	return calls
}

// place moves the descriptors that PID 1 gives to their numbers and closes all others. It is done in two
// rounds, the first out of the way of every number that is still needed.
func (s *Spawner) place(p *process) []call {
	sources := make([]int, 0, 3+len(p.fds))
	for _, st := range p.streams {
		if st.fd >= 0 {
			sources = append(sources, st.fd)
		} else {
			sources = append(sources, s.null)
		}
	}
	sources = append(sources, p.fds...)
	clear := len(sources)
	for _, fd := range sources {
		clear = max(clear, fd+1)
	}
	calls := make([]call, 0, 2*len(sources)+8)
	for i, fd := range sources {
		calls = append(calls, sys(stepFDs, "descriptors", unix.SYS_DUP3, uintptr(fd), uintptr(clear+i), unix.O_CLOEXEC))
	}
	for i := range sources {
		calls = append(calls, sys(stepFDs, "descriptors", unix.SYS_DUP3, uintptr(clear+i), uintptr(i), 0))
	}
	// The kernel has close_range since 5.9; before, what PID 1 opened is closed by exec.
	c := sys(stepFDs, "descriptors", unix.SYS_CLOSE_RANGE, uintptr(len(sources)), uintptr(^uint32(0)), 0)
	c.Optional = true
	return append(calls, c)
}

// openListed opens an OpenFile= entry; a socket is connected to.
func openListed(root string, f units.OpenFile) (int, error) {
	path := root + f.Path
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err == nil && st.Mode&unix.S_IFMT == unix.S_IFSOCK {
		return connectTo(path)
	}
	flags := unix.O_RDWR
	switch {
	case f.ReadOnly:
		flags = unix.O_RDONLY
	case f.Append:
		flags |= unix.O_APPEND
	case f.Truncate:
		flags |= unix.O_TRUNC
	}
	// A FIFO without a reader must not stop PID 1.
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	return fd, unix.SetNonblock(fd, false)
}

func connectTo(path string) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
	if err == syscall.EPROTOTYPE {
		unix.Close(fd)
		if fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
			err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, unix.SetNonblock(fd, false)
}
