// Package journal takes what services and syslog clients write and shows it on the container's console.
package journal

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Console is the container's standard output. Its writer never waits for whoever reads that output: lines go
// into a bounded queue, and when the reader stands still they are counted and dropped.
//
// One goroutine writes. A reader that stopped keeps that goroutine, and nothing else, inside write(2); the
// descriptor is shared with other processes, so it is never made non-blocking.
type Console struct {
	fd    int
	limit int
	grace time.Duration

	mu      sync.Mutex
	space   sync.Cond // the queue became shorter, or closed
	work    sync.Cond // the queue became longer, or closing
	queue   []byte
	spare   []byte // the buffer of the last write, for reuse
	busy    bool   // a write is under way
	dropped uint64
	stalled bool // the reader stood still for a whole grace period
	broken  bool // writing failed: nothing is ever shown again
	closing bool
	frozen  bool // nothing is written
	done    chan struct{}
}

// The bounds of a console's queue.
const (
	consoleLimit = 1 << 20                // bytes queued before writers wait
	consoleGrace = 500 * time.Millisecond // how long they wait before a reader counts as stopped
	consoleKeep  = 64 << 10               // larger buffers are given back to the heap
)

// NewConsole starts a console on a descriptor, which stays the caller's. limit is how many bytes may wait for
// its reader; 0: a default. run has a function run on a goroutine of its own.
func NewConsole(fd, limit int, run func(func())) *Console {
	if limit <= 0 {
		limit = consoleLimit
	}
	c := &Console{fd: fd, limit: limit, grace: consoleGrace, done: make(chan struct{})}
	c.space.L, c.work.L = &c.mu, &c.mu
	run(c.serve)
	return c
}

// Print queues whole lines and never waits: what finds no room is dropped and counted. The manager's own
// lines have a little room of their own, above what services may fill.
func (c *Console) Print(lines []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(lines, c.limit+c.limit/4)
}

// Copy queues whole lines of a service. It waits for a reader that is slow, but not for one that has stopped.
func (c *Console) Copy(lines []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) >= c.limit && !c.stalled && !c.broken && !c.closing {
		c.wait()
	}
	c.add(lines, c.limit)
}

// wait waits until there is room or the grace period is over.
func (c *Console) wait() {
	over := false
	timer := time.AfterFunc(c.grace, func() {
		c.mu.Lock()
		over = true
		c.mu.Unlock()
		c.space.Broadcast()
	})
	for len(c.queue) >= c.limit && !over && !c.broken && !c.closing {
		c.space.Wait()
	}
	timer.Stop()
	if len(c.queue) >= c.limit {
		c.stalled = true
	}
}

func (c *Console) add(lines []byte, limit int) {
	switch {
	case c.broken || len(lines) == 0:
	case len(c.queue) >= limit:
		c.dropped++
	default:
		if c.queue == nil {
			c.queue, c.spare = c.spare, nil
		}
		c.queue = append(c.queue, lines...)
		if !c.busy {
			c.work.Signal()
		}
	}
}

// droppedText tells how much was dropped at its place.
const droppedText = "pintle: %d messages dropped here, because nobody was reading the console.\n"

func (c *Console) serve() {
	defer close(c.done)
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for (len(c.queue) == 0 || c.frozen) && !c.closing {
			c.work.Wait()
		}
		if len(c.queue) == 0 || c.broken {
			return
		}
		out := c.queue
		if c.dropped > 0 {
			out = fmt.Appendf(out, droppedText, c.dropped)
		}
		c.queue, c.dropped, c.busy, c.stalled = nil, 0, true, false
		c.space.Broadcast()
		c.mu.Unlock()
		err := writeAll(c.fd, out)
		c.mu.Lock()
		c.busy = false
		c.space.Broadcast()
		if cap(out) <= consoleKeep {
			c.spare = out[:0]
		}
		if err != nil {
			c.broken, c.queue = true, nil
			c.space.Broadcast()
			return
		}
	}
}

// writeAll writes everything, also to a descriptor that somebody else made non-blocking.
func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		switch err {
		case nil:
			b = b[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			if _, err := unix.Poll(p, -1); err != nil && err != unix.EINTR {
				return err
			}
		default:
			return fmt.Errorf("cannot write to the console: %w", err)
		}
	}
	return nil
}

// Close writes what is queued, for at most the given time, and ends the console.
func (c *Console) Close(wait time.Duration) {
	c.mu.Lock()
	c.closing = true
	c.work.Broadcast()
	c.space.Broadcast()
	c.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
}

// Freeze has nothing more written until Thaw, and tells what is left to be written, by another program in the place of
// this one. A write that is under way is waited for, for at most the given time; to a reader that has stopped by then
// it counts as written, as nobody can tell how much of it was.
func (c *Console) Freeze(wait time.Duration) (rest []byte) {
	over := false
	timer := time.AfterFunc(wait, func() {
		c.mu.Lock()
		over = true
		c.mu.Unlock()
		c.space.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = true
	for c.busy && !over && !c.broken {
		c.space.Wait()
	}
	if c.dropped > 0 {
		return fmt.Appendf(bytes.Clone(c.queue), droppedText, c.dropped)
	}
	return bytes.Clone(c.queue)
}

// Thaw goes on writing after Freeze.
func (c *Console) Thaw() {
	c.mu.Lock()
	c.frozen = false
	c.work.Broadcast()
	c.mu.Unlock()
}

// IsTerminal tells whether a descriptor is a terminal.
func IsTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// OpenFDs makes sure that descriptors 0, 1 and 2 are open, so that no other file takes their numbers: a
// container may be started with its standard streams closed.
func OpenFDs() {
	for fd := 0; fd <= 2; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == unix.EBADF {
			if null, err := unix.Open(os.DevNull, unix.O_RDWR, 0); err == nil && null != fd {
				_ = unix.Dup2(null, fd)
				unix.Close(null)
			}
		}
	}
}
