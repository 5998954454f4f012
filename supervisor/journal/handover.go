package journal

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// State is what a journal hands over to the journal of the program that takes the place of this one: descriptors, and
// what was read and is not a line yet. What nobody has read stays in the pipes.
type State struct {
	Sockets []SocketState
	Streams []StreamState
}

// SocketState is one of the sockets of Listen.
type SocketState struct {
	Name string
	FD   int
}

// StreamState is the output of a process.
type StreamState struct {
	FD      int
	PID     int
	Config  StreamConfig
	Header  int    // lines of the header of the stdout protocol that are still to come
	Partial []byte // an incomplete line
	Socket  bool   // a connection to the stdout socket
}

// FDs are the descriptors in a state.
func (s State) FDs() (fds []int) {
	for _, socket := range s.Sockets {
		fds = append(fds, socket.FD)
	}
	for _, stream := range s.Streams {
		fds = append(fds, stream.FD)
	}
	return fds
}

// Freeze has the journal read nothing more until thaw is called, and tells what it holds; all that it has read so far
// has gone to the console by then. If it does not come to rest within the given time, which can only be because of a
// bug, what is incomplete is left out.
func (j *Journal) Freeze(wait time.Duration) (state State, thaw func()) {
	released := make(chan struct{})
	frozen := make(chan struct{})
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = j.set.Add(fd, epoll.In, func(uint32) {
			j.set.Remove(fd)
			unix.Close(fd)
			j.flush()
			close(frozen)
			<-released
		})
	}
	rests := false
	if err == nil {
		timer := time.NewTimer(wait)
		select {
		case <-frozen:
			rests = true
		case <-timer.C:
		}
		timer.Stop()
	}
	j.held.Lock()
	defer j.held.Unlock()
	state.Sockets = j.sockets
	for s := range j.open {
		one := StreamState{FD: s.fd, PID: s.pid, Config: s.config, Socket: s.socket}
		if rests {
			one.Header, one.Partial = len(s.header), s.partial
		}
		state.Streams = append(state.Streams, one)
	}
	return state, func() { close(released) }
}

// Restore goes on where another journal was frozen. Each thing that cannot be gone on with is one error.
func (j *Journal) Restore(state State) (errs []error) {
	for _, socket := range state.Sockets {
		if err := j.serve(socket); err != nil {
			errs = append(errs, fmt.Errorf("cannot take over the socket %s: %w", socket.Name, err))
		}
	}
	for _, one := range state.Streams {
		s := &Stream{j: j, config: one.Config, fd: one.FD, pid: one.PID, partial: one.Partial, socket: one.Socket}
		if one.Socket {
			header := s.stdoutHeader()
			s.header = header[len(header)-min(max(one.Header, 0), len(header)):]
		}
		if err := s.Start(one.PID); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
