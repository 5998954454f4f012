// Package faulty breaks the system calls of package firstrun, for tests: one after the other, or all from one
// on; by an error, or by killing the process.
package faulty

import (
	"os"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
)

// Fault says which call breaks, and how.
type Fault struct {
	At      int           // the call that breaks, counted from 1 among those that the fault is about; 0: none
	Kill    bool          // kill the process, as SIGKILL does, ahead of the call
	Torn    bool          // only calls that write more than a byte count; half of it is written before the kill
	Err     syscall.Errno // else fail with this
	OnWrite bool          // only calls that change something count
	Forever bool          // every call after it breaks, too

	count atomic.Int64
	torn  atomic.Bool
}

// Count is how many calls that the fault is about have been made.
func (f *Fault) Count() int { return int(f.count.Load()) }

// Sys gives system calls with the fault.
func (f *Fault) Sys() *firstrun.Sys { return &firstrun.Sys{Before: f.before} }

func (f *Fault) before(c *firstrun.Call) error {
	if f.torn.Load() {
		die()
	}
	if f.OnWrite && !c.Changes || f.Torn && c.Len < 2 {
		return nil
	}
	n := int(f.count.Add(1))
	if f.At == 0 || n < f.At || n > f.At && !f.Forever {
		return nil
	}
	if !f.Kill {
		return f.Err
	}
	if f.Torn {
		c.Len /= 2
		f.torn.Store(true)
		return nil
	}
	die()
	return nil
}

func die() {
	_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	select {}
}
