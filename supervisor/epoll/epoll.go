// Package epoll waits for many descriptors with one goroutine and no thread of its own.
//
// The set's own epoll descriptor is parked in the Go runtime's poller, so that a Set with a thousand idle
// descriptors costs one goroutine, and nobody wakes before one of them is ready.
package epoll

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Set is a set of descriptors, each with a function to call when it is ready. Its methods may be called from
// any goroutine.
type Set struct {
	fd   int
	file *os.File

	mu      sync.Mutex
	watches map[int]*watch
	serial  uint32
}

// watch is one descriptor; serial tells it from an earlier one with the same number.
type watch struct {
	serial uint32
	ready  func(events uint32)
}

// The events a descriptor may be watched for (epoll_ctl(2)); hang-ups and errors are always reported.
const (
	In      = unix.EPOLLIN
	Hup     = unix.EPOLLHUP
	Err     = unix.EPOLLERR
	OneShot = unix.EPOLLONESHOT
	Edge    = unix.EPOLLET & 0xffffffff
)

// batch is how many ready descriptors are taken at a time.
const batch = 32

// New makes an empty set.
func New() (*Set, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot create an epoll set: %w", err)
	}
	// The flag means nothing to an epoll descriptor but makes os.NewFile hand it to the runtime's poller.
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("cannot prepare an epoll set: %w", err)
	}
	return &Set{fd: fd, file: os.NewFile(uintptr(fd), "epoll"), watches: map[int]*watch{}}, nil
}

// Add calls ready whenever fd is ready for one of the events. With OneShot it is called once, until Rearm.
func (s *Set) Add(fd int, events uint32, ready func(events uint32)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	w := &watch{s.serial, ready}
	ev := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: int32(w.serial)}
	if err := unix.EpollCtl(s.fd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		return fmt.Errorf("cannot watch descriptor %d: %w", fd, err)
	}
	s.watches[fd] = w
	return nil
}

// Rearm watches a descriptor given to Add for other events, or again after OneShot.
func (s *Set) Rearm(fd int, events uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watches[fd]
	if w == nil {
		return fmt.Errorf("cannot watch descriptor %d again: %w", fd, os.ErrNotExist)
	}
	ev := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: int32(w.serial)}
	if err := unix.EpollCtl(s.fd, unix.EPOLL_CTL_MOD, fd, &ev); err != nil {
		return fmt.Errorf("cannot watch descriptor %d again: %w", fd, err)
	}
	return nil
}

// Remove forgets a descriptor. It must come before the descriptor is closed; its function is not called any
// more once Remove has returned, unless that call is running already.
func (s *Set) Remove(fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watches[fd] == nil {
		return
	}
	delete(s.watches, fd)
	_ = unix.EpollCtl(s.fd, unix.EPOLL_CTL_DEL, fd, nil)
}

// Len is the number of descriptors in the set.
func (s *Set) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watches)
}

// Serve hands every ready descriptor's function to deliver until the set is closed. deliver must have called
// it when it returns, so that a descriptor is never reported twice for one event. A panic of a function is
// deliver's to recover.
func (s *Set) Serve(deliver func(func())) {
	conn, err := s.file.SyscallConn()
	if err != nil {
		return // closed
	}
	_ = conn.Read(func(uintptr) bool {
		for s.Poll(deliver) {
		}
		return false // wait for the next event
	})
}

// Poll handles what is ready now; false if nothing was.
func (s *Set) Poll(deliver func(func())) bool {
	var events [batch]unix.EpollEvent
	n, err := unix.EpollWait(s.fd, events[:], 0)
	for err == unix.EINTR {
		n, err = unix.EpollWait(s.fd, events[:], 0)
	}
	if err != nil || n <= 0 {
		return false
	}
	// One call of deliver for all of them, or another for the rest if one function panics and deliver survives it.
	for next := 0; next < n; {
		before := next
		deliver(func() {
			for next < n {
				ev := events[next]
				next++
				s.mu.Lock()
				w := s.watches[int(ev.Fd)]
				s.mu.Unlock()
				// An earlier function of this batch may have closed the descriptor, or put another in its place.
				if w != nil && w.serial == uint32(ev.Pad) {
					w.ready(ev.Events)
				}
			}
		})
		if next == before {
			break // not called: whoever delivers is about to end
		}
	}
	return true
}

// Close ends Serve. The descriptors in the set stay open.
func (s *Set) Close() { s.file.Close() }
