package upgrade_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

func TestMain(m *testing.M) {
	faulty.Main(m, func(f *faulty.Fault, args []string) error {
		s := scene{dir: args[0], programs: args[2] == "programs"}
		return s.upgrade(f.Sys(), args[1])
	})
}

// scene is two images and volumes between them.
type scene struct {
	dir      string
	programs bool // the second image brings a version step and a scriptlet
	replace  bool
}

func (s scene) path(name string) string { return filepath.Join(s.dir, name) }

// image is what the second image says. Its first step fails on a volume with etc/unlucky.
func (s scene) image(t testing.TB) upgrade.Image {
	image := upgrade.Image{ID: upgrade.BuildID{ID: "two"}, Version: "1"}
	if !s.programs {
		return image
	}
	image.Version = "3"
	var err error
	if image.Steps, err = upgrade.ReadSteps(s.path("steps")); err == nil {
		image.Scriptlets, err = upgrade.ReadScriptlets(s.path("scriptlets"))
	}
	if err != nil && t != nil {
		t.Fatal(err)
	}
	return image
}

// upgrade runs once, as a start of a container with the second image does.
func (s scene) upgrade(sys *firstrun.Sys, volume string) error {
	t, err := firstrun.OpenTemplate(sys, s.path("two"), 1)
	if err != nil {
		return err
	}
	defer t.Close()
	v, err := firstrun.OpenVolume(sys, volume)
	if err != nil {
		return err
	}
	defer v.Close()
	o := upgrade.Options{Workers: 1}
	if s.replace {
		o.Policy = func(string) upgrade.Policy { return upgrade.Replace }
	}
	_, err = upgrade.Run(v, t, s.image(nil), o)
	return err
}

// makeScene makes the images, and a volume that the first one has filled and an admin has changed.
func makeScene(t *testing.T, programs bool, tree string) scene {
	t.Helper()
	s := scene{dir: faulty.Scratch(t), programs: programs}
	if tree != "" {
		copyTree(t, tree, s.path("one"))
		copyTree(t, tree, s.path("two"))
		everyTenth(t, s.path("two"))
	}
	one := faulty.Builder{T: t, Root: s.path("one")}
	for name, content := range map[string]string{"conf/both": "one", "conf/mine": "one", "conf/theirs": "one", "conf/dropped": "one",
		"conf/dropped-mine": "one", "conf/to-dir": "one", "conf/from-dir/inner": "one", "conf/crowded/inner": "one",
		"conf/deleted": "one", "gone/file": "one", "gone/deep/file": "one"} {
		one.File(name, content, 0o644)
	}
	one.Link("conf/link", "both")
	one.Link("conf/link-to-dir", "theirs")
	one.Times()
	two := faulty.Builder{T: t, Root: s.path("two")}
	for name, content := range map[string]string{"conf/both": "two", "conf/mine": "one", "conf/theirs": "two", "conf/deleted": "two",
		"conf/to-dir/inner": "two", "conf/from-dir": "two", "conf/crowded": "two", "conf/link-to-dir/inner": "two",
		"fresh/deep/file": "two"} {
		two.File(name, content, 0o640)
	}
	for _, b := range []faulty.Builder{one, two} {
		b.File("hard/one", "names", 0o644)
		faulty.Must(t, os.Link(b.Path("hard/one"), b.Path("hard/two")))
		faulty.Must(t, unix.Lsetxattr(b.Path("conf/both"), "user.note", []byte(b.Root), 0))
	}
	two.File("hard/one", "new names", 0o644)
	two.Link("conf/link", "mine")
	two.Times()
	if programs {
		b := faulty.Builder{T: t, Root: s.dir}
		b.File("steps/1-2", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho from 1 to 2 >> conf/history\nrm conf/mine\n[ ! -e unlucky ]\n", 0o755)
		b.File("steps/2-3", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho \"from $1 to $2\" >> conf/history\nchmod 600 conf/history\ntouch -d @1700000000 conf/history conf .\n", 0o755)
		b.File("scriptlets/1-db.deb", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho \"$*\" >> db\ntouch -d @1700000000 db .\n", 0o755)
		b.File("scriptlets/versions", "db 2.0-1\n", 0o644)
	}
	return s
}

// volume makes a volume as it is before the upgrade.
func (s scene) volume(t testing.TB, attempt int) string {
	t.Helper()
	sys := &firstrun.Sys{}
	v := faulty.Builder{T: t, Root: s.path("volume-" + strconv.Itoa(attempt))}
	faulty.Must(t, os.Mkdir(v.Root, 0o755))
	template, err := firstrun.OpenTemplate(sys, s.path("one"), 1)
	faulty.Must(t, err)
	defer template.Close()
	volume, err := firstrun.OpenVolume(sys, v.Root)
	faulty.Must(t, err)
	defer volume.Close()
	_, err = volume.Populate(template, firstrun.PopulateOptions{BuildID: "one", Version: "1", Packages: "db 1.0-1\n", Workers: 1})
	faulty.Must(t, err)
	v.File("conf/both", "mine", 0o600)
	v.File("conf/mine", "mine", 0o600)
	v.File("conf/dropped-mine", "mine", 0o600)
	v.File("conf/crowded/mine", "mine", 0o600)
	v.File("conf/own", "mine", 0o600)
	v.File("gone/deep/own", "mine", 0o600)
	faulty.Must(t, os.Remove(v.Path("conf/deleted")))
	faulty.Must(t, os.Chmod(v.Path("conf/theirs"), 0o600))
	at := unix.NsecToTimespec(1_650_000_000_000_000_000)
	for _, name := range []string{"conf/both", "conf/mine", "conf/dropped-mine", "conf/crowded/mine", "conf/own", "gone/deep/own", "conf/crowded", "gone/deep", "conf", "."} {
		faulty.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, v.Path(name), []unix.Timespec{at, at}, 0))
	}
	return v.Root
}

func (s scene) remove(volume string) error {
	return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, volume)
}

// expected is what an uninterrupted upgrade makes, and how many calls it needs.
func (s scene) expected(t *testing.T, count *faulty.Fault) (want string, calls int) {
	t.Helper()
	volume := s.volume(t, 0)
	faulty.Must(t, s.upgrade(count.Sys(), volume))
	want = faulty.Snapshot(t, volume)
	faulty.Must(t, s.remove(volume))
	return want, count.Count()
}

func (s scene) ends(t *testing.T, volume, want, how string) error {
	if got := faulty.Snapshot(t, volume); got != want {
		return fmt.Errorf("%s, and the next start made something else of it:\n%s", how, faulty.Differences(want, got))
	}
	return s.remove(volume)
}

func (s scene) String() string {
	if s.programs {
		return "programs"
	}
	return "files"
}

// thin leaves calls out where a run is dear: a program, a backup.
func (s scene) thin(n int) int {
	if s.programs {
		return 3 * n
	}
	return n
}

// eachScene runs a test with files alone, and with programs that change the volume, too.
func eachScene(t *testing.T, test func(t *testing.T, s scene) (crashes int)) {
	faulty.EachTree(t, func(t *testing.T, tree string) (crashes int) {
		for _, programs := range []bool{false, true} {
			t.Run(scene{programs: programs}.String(), func(t *testing.T) {
				crashes += test(t, makeScene(t, programs, tree))
			})
		}
		return crashes
	})
}

// A process that dies at any call that changes something, or half-way through a write, leaves a volume of
// which the next start makes the same as if nothing had happened.
func TestKilledUpgradeIsFinished(t *testing.T) {
	eachScene(t, func(t *testing.T, s scene) (crashes int) {
		for _, how := range []string{"whole", "torn"} {
			want, calls := s.expected(t, &faulty.Fault{OnWrite: true, Torn: how == "torn"})
			done := faulty.Parallel(t, calls, s.thin(1), func(i int) error {
				volume := s.volume(t, i)
				if err := faulty.KillAt(i, how, s.dir, volume, s.String()); err != nil {
					return err
				}
				if err := s.upgrade(&firstrun.Sys{}, volume); err != nil {
					return fmt.Errorf("killed at call %d: the next start: %w", i, err)
				}
				return s.ends(t, volume, want, fmt.Sprintf("killed at call %d (%s)", i, how))
			})
			t.Logf("upgrade: killed at %d of %d calls (%s)", done, calls, how)
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
}{{unix.EIO, false, false}, {unix.ENOSPC, true, false}, {unix.ENOSPC, true, true}, {unix.EROFS, true, true}}

// Whatever call fails, the upgrade ends with an error and the volume as it was, or without harm; and the next
// start makes it good.
func TestFailedCallsOfUpgrade(t *testing.T) {
	eachScene(t, func(t *testing.T, s scene) (crashes int) {
		before := faulty.Snapshot(t, s.volume(t, 0))
		faulty.Must(t, s.remove(s.path("volume-0")))
		for _, f := range failures {
			want, calls := s.expected(t, &faulty.Fault{OnWrite: f.onWrite})
			var taken, stuck atomic.Int64
			done := faulty.Parallel(t, calls, s.thin(4), func(i int) error {
				volume := s.volume(t, i)
				fault := &faulty.Fault{At: i, Err: f.err, OnWrite: f.onWrite, Forever: f.forever}
				err := s.upgrade(fault.Sys(), volume)
				if e := (*upgrade.Error)(nil); errors.As(err, &e) && e.Status == upgrade.StatusFailed {
					taken.Add(1)
					if got := faulty.Snapshot(t, volume); got != before {
						return fmt.Errorf("%v at call %d: %w; but it is not as it was before:\n%s", f.err, i, err, faulty.Differences(before, got))
					}
				} else if err != nil {
					stuck.Add(1)
				}
				if err := s.upgrade(&firstrun.Sys{}, volume); err != nil {
					return fmt.Errorf("%v at call %d: the next start: %w", f.err, i, err)
				}
				return s.ends(t, volume, want, fmt.Sprintf("%v at call %d (for ever: %v)", f.err, i, f.forever))
			})
			t.Logf("upgrade: %v at %d of %d calls (for ever: %v): %d were taken back at once, %d left for the next start",
				f.err, done, calls, f.forever, taken.Load(), stuck.Load())
			crashes += done
		}
		return crashes
	})
}

// A rollback, too, may die at any call: the next start finishes it. Here that is the image of before, whose
// build id the volume has then.
func TestKilledRollbackIsFinished(t *testing.T) {
	s := makeScene(t, false, "")
	volume := s.volume(t, 0)
	before := faulty.Snapshot(t, volume)
	faulty.Must(t, s.upgrade(&firstrun.Sys{}, volume))
	count := &faulty.Fault{OnWrite: true}
	faulty.Must(t, rollBack(count.Sys(), volume))
	if got := faulty.Snapshot(t, volume); got != before {
		t.Fatalf("a rollback made something else of it:\n%s", faulty.Differences(before, got))
	}
	done := faulty.Parallel(t, count.Count(), 1, func(i int) error {
		volume := s.volume(t, i)
		if err := s.upgrade(&firstrun.Sys{}, volume); err != nil {
			return err
		}
		fault := &faulty.Fault{At: i, Err: unix.EIO, OnWrite: true, Forever: true}
		if rollBack(fault.Sys(), volume) != nil {
			if err := rollBack(&firstrun.Sys{}, volume); err != nil && !strings.Contains(err.Error(), `in phase "rolled-back"`) {
				return fmt.Errorf("died at call %d: %w", i, err)
			}
		}
		return s.ends(t, volume, before, fmt.Sprintf("the rollback died at call %d", i))
	})
	t.Logf("rollback: died at %d of %d calls", done, count.Count())
}

func rollBack(sys *firstrun.Sys, volume string) error {
	v, err := firstrun.OpenVolume(sys, volume)
	if err != nil {
		return err
	}
	defer v.Close()
	_, err = upgrade.RollBack(v, func(string, ...any) {})
	return err
}
