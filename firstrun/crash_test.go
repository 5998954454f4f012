package firstrun_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

var (
	crashTree   = flag.String("crash-tree", "", "crash at every system call over a template `DIR` of one's own (make crash)")
	crashStride = flag.Int("crash-stride", 1, "crash at every n-th call only")
	crashOffset = flag.Int("crash-offset", 0, "begin with this call")
	crashJobs   = flag.Int("crash-jobs", 2, "how many crashes are tried at a time")
)

// A child of the test is a container that dies: TestMain runs it instead of the tests.
const childVariable = "PINTLE_TEST_CRASH"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child populates VOLUME from TEMPLATE and kills itself at call AT; torn: in the middle of a write.
func child(args []string) int {
	at, _ := strconv.Atoi(args[2])
	fault := &faulty.Fault{At: at, Kill: true, Torn: args[3] == "torn", OnWrite: true}
	if err := populate(fault.Sys(), args[0], args[1], 1); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// killAt runs a child that is to die at a call.
func killAt(template, volume string, at int, how string) error {
	c := exec.Command("/proc/self/exe", template, volume, strconv.Itoa(at), how)
	c.Env = append(os.Environ(), childVariable+"=1")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == unix.SIGKILL {
		return nil
	}
	return fmt.Errorf("the child was to be killed at call %d: %v: %s", at, err, out)
}

// parallel calls a function for 1 … n, several at a time, until one fails.
func parallel(t *testing.T, n, jobs int, do func(i int) error) (done int) {
	t.Helper()
	var next, ran atomic.Int64
	var failed atomic.Bool
	next.Store(int64(*crashOffset))
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			for !failed.Load() {
				i := int(next.Add(int64(*crashStride)))
				if i > n {
					return
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

// crashTemplate is the tree that the crash tests are over.
func crashTemplate(t *testing.T, dir string) string {
	t.Helper()
	if *crashTree != "" {
		return *crashTree
	}
	template := filepath.Join(dir, "template")
	makeTemplate(t, template)
	return template
}

// volumeFor makes the volume of one attempt. It is not empty: an admin has been there.
func volumeFor(t *testing.T, dir string, attempt int) string {
	t.Helper()
	b := builder{t, filepath.Join(dir, "volume-"+strconv.Itoa(attempt))}
	must(t, os.Mkdir(b.root, 0o700))
	b.dir("etc", 0o700)
	b.file("etc/passwd", "mine\n", 0o600)
	b.link("srv", "gone") // dangling, where the image has a directory
	b.file("var", "a file where the image has a directory\n", 0o644)
	b.times()
	return b.root
}

// expected is what an uninterrupted populate makes, and how many calls it needs.
func expected(t *testing.T, template, dir string, onWrite bool) (want string, calls int) {
	t.Helper()
	volume := volumeFor(t, dir, 0)
	count := &faulty.Fault{OnWrite: onWrite}
	must(t, populate(count.Sys(), template, volume, 1))
	want = snapshot(t, volume)
	must(t, (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, volume))
	return want, count.Count()
}

func (b builder) ends(want string, how string) error {
	if got := snapshot(b.t, b.root); got != want {
		return fmt.Errorf("%s, and the next start made something else of it:\n%s", how, differences(want, got))
	}
	return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, b.root)
}

// A process that dies at any call that changes something, or half-way through a write, leaves a volume of
// which the next start makes the same as if nothing had happened.
func TestKilledPopulateIsFinished(t *testing.T) {
	dir := scratch(t)
	template := crashTemplate(t, dir)
	want, calls := expected(t, template, dir, true)
	for _, how := range []string{"whole", "torn"} {
		done := parallel(t, calls, *crashJobs, func(i int) error {
			volume := volumeFor(t, dir, i)
			if err := killAt(template, volume, i, how); err != nil {
				return err
			}
			if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
				return fmt.Errorf("killed at call %d: the next start: %w", i, err)
			}
			return builder{t, volume}.ends(want, fmt.Sprintf("killed at call %d (%s)", i, how))
		})
		t.Logf("populate: killed at %d of %d calls (%s)", done, calls, how)
	}
}

// Whatever call fails, the populate ends with an error or without harm, and the next start makes it good.
func TestFailedCallsOfPopulate(t *testing.T) {
	dir := scratch(t)
	template := crashTemplate(t, dir)
	want, all := expected(t, template, dir, false)
	_, changes := expected(t, template, dir, true)
	for _, f := range []struct {
		err     syscall.Errno
		onWrite bool
		forever bool
	}{{unix.EIO, false, false}, {unix.EIO, true, true}, {unix.ENOSPC, true, false}, {unix.ENOSPC, true, true}, {unix.EROFS, true, true}} {
		calls := all
		if f.onWrite {
			calls = changes
		}
		refused := atomic.Int64{}
		done := parallel(t, calls, *crashJobs, func(i int) error {
			volume := volumeFor(t, dir, i)
			fault := &faulty.Fault{At: i, Err: f.err, OnWrite: f.onWrite, Forever: f.forever}
			if populate(fault.Sys(), template, volume, 1) != nil {
				refused.Add(1)
			}
			if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
				return fmt.Errorf("%v at call %d: the next start: %w", f.err, i, err)
			}
			return builder{t, volume}.ends(want, fmt.Sprintf("%v at call %d (for ever: %v)", f.err, i, f.forever))
		})
		t.Logf("populate: %v at %d of %d calls (for ever: %v): %d ended with an error", f.err, done, calls, f.forever, refused.Load())
	}
}

// A container that is killed again and again still gets there.
func TestPopulateKilledAgainAndAgain(t *testing.T) {
	dir := scratch(t)
	template := crashTemplate(t, dir)
	want, _ := expected(t, template, dir, true)
	volume := volumeFor(t, dir, 1)
	for deaths := 0; ; deaths++ {
		// Each start gets one step further than what is done again.
		err := killAt(template, volume, 40+deaths*9, "whole")
		if err != nil {
			t.Logf("populated after %d deaths", deaths)
			break
		}
	}
	if err := (builder{t, volume}).ends(want, "killed again and again"); err != nil {
		t.Error(err)
	}
}
