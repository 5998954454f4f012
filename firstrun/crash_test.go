package firstrun_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

func TestMain(m *testing.M) {
	faulty.Main(m, func(f *faulty.Fault, args []string) error { return populate(f.Sys(), args[0], args[1], 1) })
}

// small makes a small template with one of everything.
func small(t *testing.T, dir string) (template string) {
	template = filepath.Join(dir, "template")
	faulty.MakeTemplate(t, template)
	return template
}

// volumeFor makes the volume of one attempt. It is not empty: an admin has been there.
func volumeFor(t testing.TB, dir string, attempt int) string {
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

func remove(volume string) error { return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, volume) }

// expected is what an uninterrupted populate makes, and how many calls it needs.
func expected(t *testing.T, template, dir string) (want *faulty.Want, calls faulty.Calls) {
	t.Helper()
	volume := volumeFor(t, dir, 0)
	faulty.Must(t, populate(calls.Sys(), template, volume, 1))
	return faulty.ReadWant(t, volume), calls
}

func ends(volume string, want *faulty.Want, how string) error {
	if err := want.Compare(volume, nil); err != nil {
		return fmt.Errorf("%s, and the next start made something else of it: %w", how, err)
	}
	return remove(volume)
}

// A process that dies at any call that changes something, or half-way through a write, leaves a volume of
// which the next start makes the same as if nothing had happened.
func TestKilledPopulateIsFinished(t *testing.T) {
	faulty.EachPart(t, 25, func(t *testing.T, dir, template string) (crashes int) {
		if template == "" {
			template = small(t, dir)
		}
		want, calls := expected(t, template, dir)
		for how, n := range map[string]int{"whole": calls.Changing, "torn": calls.Writes} {
			done := faulty.Parallel(t, n, 1, func(i int) error {
				volume := volumeFor(t, dir, i)
				if err := faulty.KillAt(i, how, template, volume); err != nil {
					return err
				}
				if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
					return fmt.Errorf("killed at call %d: the next start: %w", i, err)
				}
				return ends(volume, want, fmt.Sprintf("killed at call %d (%s)", i, how))
			})
			t.Logf("populate: killed at %d of %d calls (%s)", done, n, how)
			crashes += done
		}
		return crashes
	})
}

// The same with a worker for each directory, over a whole tree: killed when many files are half copied.
func TestKilledPopulateOfManyWorkersIsFinished(t *testing.T) {
	faulty.WholeTree(t, func(t *testing.T, dir, tree string) int {
		if tree == "" {
			tree = small(t, dir)
		} else {
			faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, tree, ""))
		}
		return faulty.KillEverywhere(t, 1, faulty.Start{
			Volume: func(attempt int) string { return volumeFor(t, dir, attempt) },
			Remove: remove,
			Run:    func(sys *firstrun.Sys, volume string, workers int) error { return populate(sys, tree, volume, workers) },
		})
	})
}

// Whatever call fails, the populate ends with an error or without harm, and the next start makes it good.
func TestFailedCallsOfPopulate(t *testing.T) {
	faulty.EachPart(t, 25, func(t *testing.T, dir, template string) (crashes int) {
		if template == "" {
			template = small(t, dir)
		}
		want, calls := expected(t, template, dir)
		for _, f := range faulty.Failures {
			var refused atomic.Int64
			done := faulty.Parallel(t, f.Of(calls), 1, func(i int) error {
				volume := volumeFor(t, dir, i)
				if populate(f.At(i).Sys(), template, volume, 1) != nil {
					refused.Add(1)
				}
				if err := populate(&firstrun.Sys{}, template, volume, 1); err != nil {
					return fmt.Errorf("%v at call %d: the next start: %w", f, i, err)
				}
				return ends(volume, want, fmt.Sprintf("%v at call %d", f, i))
			})
			t.Logf("populate: %v at %d of %d calls: %d ended with an error", f, done, f.Of(calls), refused.Load())
			crashes += done
		}
		return crashes
	})
}

// A container that is killed again and again still gets there.
func TestPopulateKilledAgainAndAgain(t *testing.T) {
	dir := faulty.Scratch(t)
	template := small(t, dir)
	want, _ := expected(t, template, dir)
	volume := volumeFor(t, dir, 1)
	for deaths := 0; ; deaths++ {
		// Each start gets further than what is done again.
		if faulty.KillAt(40+deaths*9, "whole", template, volume) != nil {
			t.Logf("populated after %d deaths", deaths)
			break
		}
	}
	if err := ends(volume, want, "killed again and again"); err != nil {
		t.Error(err)
	}
}
