package upgrade_test

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

// makeLinks makes two images between which hard links come and go.
func makeLinks(t *testing.T) scene {
	t.Helper()
	s := scene{dir: faulty.Scratch(t)}
	for i, name := range []string{"one", "two"} {
		b := faulty.Builder{T: t, Root: s.path(name)}
		link := func(in int, first, other string) {
			if i == in {
				faulty.Must(t, os.MkdirAll(b.Path("new"), 0o755))
				faulty.Must(t, os.Link(b.Path(first), b.Path(other)))
			} else if other != "new/name" {
				b.File(other, first, 0o644)
			}
		}
		for _, file := range []string{"joined", "named", "parted", "kept"} {
			b.File(file, file, 0o644)
		}
		link(1, "joined", "joined-too")
		link(1, "named", "new/name")
		link(0, "parted", "parted-too")
		b.File("mine", fmt.Sprint("of image ", name), 0o644)
		b.File("mine-too", fmt.Sprint("of image ", name), 0o644)
		if i == 1 {
			faulty.Must(t, os.Remove(b.Path("mine-too")))
			faulty.Must(t, os.Link(b.Path("mine"), b.Path("mine-too")))
		}
		b.Times()
	}
	two := faulty.Builder{T: t, Root: s.path("two")}
	faulty.Must(t, os.Remove(two.Path("parted-too"))) // with the time of the other name, so that it differs in nothing else
	faulty.Must(t, os.Remove(two.Path("parted")))
	for _, name := range []string{"parted", "parted-too"} {
		two.File(name, "parted", 0o644)
		at := unix.NsecToTimespec(1_600_000_000_000_000_000)
		for _, root := range []string{"one", "two"} {
			faulty.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, s.path(root+"/"+name), []unix.Timespec{at, at}, 0))
		}
	}
	return s
}

func (s scene) linked(t *testing.T, volume, a, b string) bool {
	t.Helper()
	var x, y unix.Stat_t
	faulty.Must(t, unix.Lstat(volume+"/"+a, &x))
	faulty.Must(t, unix.Lstat(volume+"/"+b, &y))
	return x.Ino == y.Ino
}

// What is one file in the image becomes one on the volume, and what is two becomes two; what the admin has changed
// stays, and what is put beside it is a file of its own. All of it goes back, and ends well wherever it is killed.
func TestHardLinksComeAndGo(t *testing.T) {
	s := makeLinks(t)
	mine := func(volume string) string {
		faulty.Must(t, os.WriteFile(volume+"/mine-too", []byte("the admin's"), 0o644))
		at := unix.NsecToTimespec(1_650_000_000_000_000_000)
		for _, name := range []string{"mine-too", "."} {
			faulty.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, volume+"/"+name, []unix.Timespec{at, at}, 0))
		}
		return volume
	}
	volume := mine(s.links(t, 0))
	before := faulty.Snapshot(t, volume)
	var calls faulty.Calls
	faulty.Must(t, s.upgrade(calls.Sys(), volume, 1))
	want := faulty.ReadWant(t, volume)
	for _, pair := range []struct {
		a, b   string
		linked bool
	}{{"joined", "joined-too", true}, {"named", "new/name", true}, {"parted", "parted-too", false}, {"mine", "mine-too.pintle-new", false}} {
		if s.linked(t, volume, pair.a, pair.b) != pair.linked {
			t.Errorf("%s and %s are one file: %v", pair.a, pair.b, !pair.linked)
		}
	}
	faulty.Must(t, rollBack(&firstrun.Sys{}, volume))
	if got := faulty.Snapshot(t, volume); got != before {
		t.Errorf("the rollback has left something else:\n%s", faulty.Differences(before, got))
	}
	faulty.Must(t, s.remove(volume))
	faulty.Parallel(t, calls.Changing, 1, func(i int) error {
		volume := mine(s.links(t, i))
		if err := faulty.KillAt(i, "whole", s.dir, volume, s.String()); err != nil {
			return err
		}
		if err := s.upgrade(&firstrun.Sys{}, volume, 1); err != nil {
			return fmt.Errorf("killed at call %d: the next start: %w", i, err)
		}
		return s.ends(volume, want, fmt.Sprintf("killed at call %d", i))
	})
}

// links makes a volume as the first image fills it.
func (s scene) links(t testing.TB, attempt int) string {
	t.Helper()
	sys := &firstrun.Sys{}
	path := s.path(fmt.Sprint("volume-", attempt))
	faulty.Must(t, os.Mkdir(path, 0o755))
	template, err := firstrun.OpenTemplate(sys, s.path("one"), 1)
	faulty.Must(t, err)
	defer template.Close()
	v, err := firstrun.OpenVolume(sys, path)
	faulty.Must(t, err)
	defer v.Close()
	_, err = v.Populate(template, firstrun.PopulateOptions{BuildID: "one", Version: "1", Workers: 1})
	faulty.Must(t, err)
	return path
}
