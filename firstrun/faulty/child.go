package faulty

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The flags of the crash tests.
var (
	crashTree = flag.String("crash-tree", "", "crash at every system call over the tree `DIR` (make crash)")
	partSize  = flag.Int("crash-part", 0, "how many entries of the tree a part has; 0: as many as is best for the test")
	stride    = flag.Int("crash-stride", 1, "crash at every n-th call only")
	offset    = flag.Int("crash-offset", 0, "begin with this call")
	all       = flag.Bool("crash-all", false, "crash at every call also where some are left out to save time")
	jobs      = flag.Int("crash-jobs", 2, "how many crashes are tried at a time")
)

// childVariable is set of a child of the test, which is a container that dies.
const childVariable = "PINTLE_TEST_CRASH"

// Main is TestMain: in a child it does work, with system calls that kill it, instead of the tests.
func Main(m *testing.M, work func(f *Fault, args []string) error) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	at, _ := strconv.Atoi(os.Args[1])
	f := &Fault{At: at, Kill: true, Torn: os.Args[2] == "torn", OnWrite: true}
	if err := work(f, os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// KillAt runs a child that is to die at a call: "whole" ahead of it, or "torn" half-way through what it writes.
func KillAt(at int, how string, args ...string) error {
	c := exec.Command("/proc/self/exe", append([]string{strconv.Itoa(at), how}, args...)...)
	c.Env = append(os.Environ(), childVariable+"=1")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == unix.SIGKILL {
		return nil
	}
	return fmt.Errorf("the child was to be killed at call %d: %v: %s", at, err, out)
}

// Parallel calls a function for 1 … n, several at a time, until one fails. Of the calls that are dear only
// every thin-th is made, each time others, unless -crash-all is set.
func Parallel(t testing.TB, n, thin int, do func(i int) error) (done int) {
	t.Helper()
	var next, ran atomic.Int64
	var failed atomic.Bool
	step := int64(*stride)
	next.Store(int64(*offset))
	if thin > 1 && !*all {
		step *= int64(thin)
		next.Add(-rand.Int64N(step))
	}
	var wait sync.WaitGroup
	for range *jobs {
		wait.Go(func() {
			for !failed.Load() {
				i := int(next.Add(step))
				if i > n {
					return
				}
				if i < 1 {
					continue
				}
				if err := do(i); err != nil {
					failed.Store(true)
					t.Error(err)
				}
				ran.Add(1)
			}
		})
	}
	wait.Wait()
	return int(ran.Load())
}
