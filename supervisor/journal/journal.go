package journal

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// Journal reads everything that services and syslog clients write, on one goroutine with one buffer: what
// a silent service costs is a pipe, and nothing that grows with the number of services is kept in memory
// but lines that are not complete yet.
type Journal struct {
	config  Config
	set     *epoll.Set
	in      []byte  // the buffer for reading
	out     []byte  // lines for the console
	forward forward // to a syslog daemon

	held    sync.Mutex // guards what follows
	sockets []SocketState
	open    map[*Stream]struct{}
	streams int // of them, connections to the stdout socket

	own struct { // for PID 1's lines
		sync.Mutex
		forward forward
	}
}

// Config says where messages go.
type Config struct {
	Console *Console
	Show    bool   // show messages on the console
	Colour  bool   // the console is a terminal
	Syslog  string // socket of a syslog daemon, /run/systemd/journal/syslog; "" for none
	// Guard calls a function of the journal's goroutine and survives a panic in it; nil: nothing does.
	Guard func(func())
}

// The bounds of what is read.
const (
	readMax    = 64 << 10 // at a time
	lineMax    = 48 << 10 // journald.conf(5), LineMax=: longer lines are broken
	streamsMax = 512      // connections to the stdout socket
	drainMax   = 4096     // rounds of reading at the end of the container
)

// New starts a journal.
func New(config Config) (*Journal, error) {
	set, err := epoll.New()
	if err != nil {
		return nil, err
	}
	if config.Guard == nil {
		config.Guard = call
	}
	j := &Journal{config: config, set: set, in: make([]byte, readMax), open: map[*Stream]struct{}{}}
	j.forward.init(config.Syslog)
	j.own.forward.init(config.Syslog)
	go set.Serve(config.Guard)
	return j, nil
}

func call(f func()) { f() }

// add takes one message; lines reach the console with the next flush.
func (j *Journal) add(m *Message) {
	if j.config.Show {
		j.out = m.appendTo(j.out, j.config.Colour)
		if len(j.out) >= readMax {
			j.flush()
		}
	}
	j.forward.send(m)
}

func (j *Journal) flush() {
	if len(j.out) > 0 {
		j.config.Console.Copy(j.out)
		j.out = j.out[:0]
	}
	if cap(j.out) > 2*readMax {
		j.out = nil
	}
}

// Close ends the journal after it has read what is still in the pipes, for at most the given time.
func (j *Journal) Close(wait time.Duration) {
	// Only the goroutine inside Serve reads; it is asked to do so once more by an event of its own.
	done := make(chan struct{})
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		j.set.Close()
		return
	}
	deadline := time.Now().Add(wait)
	err = j.set.Add(fd, epoll.In, func(uint32) {
		j.set.Remove(fd)
		unix.Close(fd)
		for range drainMax {
			if !j.set.Poll(call) || time.Now().After(deadline) {
				break
			}
		}
		close(done)
	})
	if err == nil {
		timer := time.NewTimer(wait)
		select {
		case <-done:
		case <-timer.C:
		}
		timer.Stop()
	}
	j.set.Close()
}

// Own shows and forwards a line of PID 1's own. Unlike what services write it never waits, and it may be
// called from any goroutine.
func (j *Journal) Own(m *Message) {
	j.config.Console.Print(m.Lines(nil, j.config.Colour))
	j.own.Lock()
	defer j.own.Unlock()
	j.own.forward.send(m)
}
