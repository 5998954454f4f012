package firstrun_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

func TestMain(m *testing.M) {
	faulty.Main(m, func(f *faulty.Fault, args []string) error { return populate(f.Sys(), args[0], args[1], 1) })
}

// eachTemplate runs a test over a small template with one of everything, or over all parts of -crash-tree.
func eachTemplate(t *testing.T, test func(t *testing.T, dir, template string) int) {
	faulty.EachTree(t, func(t *testing.T, tree string) int {
		dir := faulty.Scratch(t)
		if tree == "" {
			tree = filepath.Join(dir, "template")
			faulty.MakeTemplate(t, tree)
		}
		return test(t, dir, tree)
	})
}

// volumeFor makes the volume of one attempt. It is not empty: an admin has been there.
func volumeFor(t *testing.T, dir string, attempt int) string {
	t.Helper()
	b := faulty.Builder{T: t, Root: filepath.Join(dir, "volume-"+strconv.Itoa(attempt))}
	faulty.Must(t, os.Mkdir(b.Root, 0o700))
	b.Dir("etc", 0o700)
	b.File("etc/passwd", "mine\n", 0o600)
	b.Link("srv", "gone") // dangling, where the image has a directory
	b.File("var", "a file where the image has a directory\n", 0o644)
	b.Times()
	return b.Root
}

// expected is what an uninterrupted populate makes, and how many calls it needs.
func expected(t *testing.T, template, dir string, count *faulty.Fault) (want string, calls int) {
	t.Helper()
	volume := volumeFor(t, dir, 0)
	faulty.Must(t, populate(count.Sys(), template, volume, 1))
	want = faulty.Snapshot(t, volume)
	faulty.Must(t, (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, volume))
	return want, count.Count()
}

func ends(b faulty.Builder, want string, how string) error {
	if got := faulty.Snapshot(b.T, b.Root); got != want {
		return fmt.Errorf("%s, and the next start made something else of it:\n%s", how, faulty.Differences(want, got))
	}
	return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, b.Root)
}

// A process that dies at any call that changes something, or half-way through a write, leaves a volume of
// which the next start makes the same as if nothing had happened.
func TestKilledPopulateIsFinished(t *testing.T) {
	eachTemplate(t, func(t *testing.T, dir, template string) (crashes int) {
		for _, how := range []string{"whole", "torn"} {
			want, calls := expected(t, template, dir, &faulty.Fault{OnWrite: true, Torn: how == "torn"})
			done := faulty.Parallel(t, calls, 1, func(i int) error {
				volume := volumeFor(t, dir, i)
				if err := faulty.KillAt(i, how, template, volume); err != nil {
					return err
				}
				if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
					return fmt.Errorf("killed at call %d: the next start: %w", i, err)
				}
				return ends(faulty.Builder{T: t, Root: volume}, want, fmt.Sprintf("killed at call %d (%s)", i, how))
			})
			t.Logf("populate: killed at %d of %d calls (%s)", done, calls, how)
			crashes += done
		}
		return crashes
	})
}

// failures are the ways in which calls fail: one of them, or all from one on.
var failures = []struct {
	err     syscall.Errno
	onWrite bool
	forever bool
}{{unix.EIO, false, false}, {unix.EIO, true, true}, {unix.ENOSPC, true, false}, {unix.ENOSPC, true, true}, {unix.EROFS, true, true}}

// Whatever call fails, the populate ends with an error or without harm, and the next start makes it good.
func TestFailedCallsOfPopulate(t *testing.T) {
	eachTemplate(t, func(t *testing.T, dir, template string) (crashes int) {
		for _, f := range failures {
			want, calls := expected(t, template, dir, &faulty.Fault{OnWrite: f.onWrite})
			thin := 1
			if f.forever {
				thin = 4
			}
			var refused atomic.Int64
			done := faulty.Parallel(t, calls, thin, func(i int) error {
				volume := volumeFor(t, dir, i)
				fault := &faulty.Fault{At: i, Err: f.err, OnWrite: f.onWrite, Forever: f.forever}
				if populate(fault.Sys(), template, volume, 1) != nil {
					refused.Add(1)
				}
				if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
					return fmt.Errorf("%v at call %d: the next start: %w", f.err, i, err)
				}
				return ends(faulty.Builder{T: t, Root: volume}, want, fmt.Sprintf("%v at call %d (for ever: %v)", f.err, i, f.forever))
			})
			t.Logf("populate: %v at %d of %d calls (for ever: %v): %d ended with an error", f.err, done, calls, f.forever, refused.Load())
			crashes += done
		}
		return crashes
	})
}

// A container that is killed again and again still gets there.
func TestPopulateKilledAgainAndAgain(t *testing.T) {
	dir := faulty.Scratch(t)
	template := filepath.Join(dir, "template")
	faulty.MakeTemplate(t, template)
	want, _ := expected(t, template, dir, &faulty.Fault{})
	volume := volumeFor(t, dir, 1)
	for deaths := 0; ; deaths++ {
		// Each start gets further than what is done again.
		if faulty.KillAt(40+deaths*9, "whole", template, volume) != nil {
			t.Logf("populated after %d deaths", deaths)
			break
		}
	}
	if err := ends(faulty.Builder{T: t, Root: volume}, want, "killed again and again"); err != nil {
		t.Error(err)
	}
}
