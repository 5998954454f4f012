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

// Failure is a way in which calls fail: one of them, or all from one on.
type Failure struct {
	Err     syscall.Errno
	OnWrite bool // only calls that change something
	Forever bool
}

// Failures are the failures that are tried.
var Failures = []Failure{
	{unix.EIO, false, false},
	{unix.EIO, true, true},
	{unix.ENOSPC, true, false},
	{unix.ENOSPC, true, true},
	{unix.EROFS, true, true},
}

// At is the failure of one call.
func (f Failure) At(call int) *Fault {
	return &Fault{At: call, Err: f.Err, OnWrite: f.OnWrite, Forever: f.Forever}
}

// Of tells how many calls can fail so.
func (f Failure) Of(c Calls) int {
	if f.OnWrite {
		return c.Changing
	}
	return c.All
}

// String names a failure.
func (f Failure) String() string {
	if f.Forever {
		return f.Err.Error() + " from then on"
	}
	return f.Err.Error()
}

// Calls counts calls.
type Calls struct {
	All, Changing int
	Writes        int // of more than a byte, which can be torn
}

// Sys gives system calls that are counted; nobody may make them at the same time as another.
func (c *Calls) Sys() *firstrun.Sys {
	return &firstrun.Sys{Before: func(call *firstrun.Call) error {
		c.All++
		if call.Changes {
			c.Changing++
		}
		if call.Len > 1 {
			c.Writes++
		}
		return nil
	}}
}

func die() {
	_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	select {}
}
