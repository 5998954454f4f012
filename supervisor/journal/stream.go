package journal

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// StreamConfig is what systemd.exec(5) says about the log of one process.
type StreamConfig struct {
	Identifier  string // SyslogIdentifier=, else the unit's name
	Priority    int    // facility*8 + level of lines without "<N>"; 0: daemon.info
	LevelPrefix bool   // SyslogLevelPrefix=
	LevelMax    int    // LogLevelMax=: lines less important are dropped; below 0: none
	UID, GID    int    // who may open the pipe again, as /dev/stdout or /proc/self/fd/1; -1: root
}

// Stream is the standard output of a process and its descendants. It ends by itself, with its descriptor,
// when the last of them has closed it.
type Stream struct {
	config  StreamConfig
	j       *Journal
	fd      int
	pid     int
	header  []func(line []byte) // lines that are no messages: the header of the stdout protocol
	partial []byte              // an incomplete line
	socket  bool                // a connection to the stdout socket
}

// Stream makes a pipe whose lines become messages; w is for the process and must be closed by the caller.
// Nothing is read until Start.
func (j *Journal) Stream(config StreamConfig) (w *os.File, s *Stream, err error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("cannot make a pipe for the output of %s: %w", config.Identifier, err)
	}
	// Only our end is non-blocking: programs do not expect EAGAIN from their standard output.
	if err := unix.SetNonblock(p[0], true); err != nil {
		unix.Close(p[0])
		unix.Close(p[1])
		return nil, nil, fmt.Errorf("cannot read the output of %s: %w", config.Identifier, err)
	}
	// A process that has given up root opens /dev/stdout by the pipe's owner and mode.
	if config.UID > 0 || config.GID > 0 {
		_ = unix.Fchown(p[1], config.UID, config.GID)
	}
	if config.Priority == 0 {
		config.Priority = daemonInfo
	}
	return os.NewFile(uintptr(p[1]), "output"), &Stream{config: config, j: j, fd: p[0]}, nil
}

// Start begins to read; pid is the process that writes, 0 if it could not be started.
func (s *Stream) Start(pid int) error {
	s.pid = pid
	s.j.hold(s, 1)
	if err := s.j.set.Add(s.fd, epoll.In, s.ready); err != nil {
		s.j.hold(s, -1)
		unix.Close(s.fd)
		return fmt.Errorf("cannot read the output of %s: %w", s.config.Identifier, err)
	}
	return nil
}

// ready reads what there is, once: other streams have their turn before it comes again.
func (s *Stream) ready(uint32) {
	n, err := unix.Read(s.fd, s.j.in)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil || n == 0:
		if len(s.partial) > 0 {
			s.line(s.partial)
		}
		s.j.flush()
		s.close()
		return
	}
	s.take(s.j.in[:n])
	s.j.flush()
}

func (s *Stream) close() {
	s.j.set.Remove(s.fd)
	unix.Close(s.fd)
	s.partial = nil
	s.j.hold(s, -1)
}

// hold notes that a stream is open, or with -1 that it is no longer.
func (j *Journal) hold(s *Stream, n int) {
	j.held.Lock()
	defer j.held.Unlock()
	if n > 0 {
		j.open[s] = struct{}{}
	} else {
		delete(j.open, s)
	}
	if s.socket {
		j.streams += n
	}
}

// connections counts the connections to the stdout socket.
func (j *Journal) connections() int {
	j.held.Lock()
	defer j.held.Unlock()
	return j.streams
}

// take cuts what was read into lines; the rest waits for its newline.
func (s *Stream) take(b []byte) {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i >= 0 && i+len(s.partial) <= lineMax {
			line := b[:i]
			if len(s.partial) > 0 {
				s.partial = append(s.partial, line...)
				line = s.partial
			}
			s.line(line)
			s.partial, b = s.partial[:0], b[i+1:]
			continue
		}
		if len(s.partial)+len(b) < lineMax {
			s.partial = append(s.partial, b...)
			return
		}
		n := lineMax - len(s.partial)
		s.partial = append(s.partial, b[:n]...)
		s.line(s.partial)
		s.partial, b = s.partial[:0], b[n:]
	}
	if cap(s.partial) > 4096 && len(s.partial) == 0 {
		s.partial = nil
	}
}

// line takes one line without its newline.
func (s *Stream) line(text []byte) {
	if len(s.header) > 0 {
		field := s.header[0]
		s.header = s.header[1:]
		field(text)
		return
	}
	m := Message{Identifier: s.config.Identifier, PID: s.pid, Priority: s.config.Priority, Text: text}
	m.Text = bytes.TrimRight(m.Text, " \t\r\x00")
	if s.config.LevelPrefix {
		m.Text, m.Priority = cutPriority(m.Text, m.Priority)
	}
	// As journald does, a line of nothing but blanks is no message.
	if len(m.Text) == 0 || s.config.LevelMax >= 0 && m.Priority&7 > s.config.LevelMax {
		return
	}
	s.j.add(&m)
}
