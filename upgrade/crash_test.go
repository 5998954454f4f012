package upgrade_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

func TestMain(m *testing.M) {
	faulty.Main(m, func(f *faulty.Fault, args []string) error {
		s := scene{dir: args[0], programs: args[2] == "programs"}
		return s.upgrade(f.Sys(), args[1], 1)
	})
}

// scene is two images and volumes between them.
type scene struct {
	dir      string
	programs bool // the second image brings a version step and a scriptlet
	replace  bool
	real     bool // the images are of a real tree, instead of one of each case
	changes  []change
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
func (s scene) upgrade(sys *firstrun.Sys, volume string, workers int) error {
	t, err := firstrun.OpenTemplate(sys, s.path("two"), workers)
	if err != nil {
		return err
	}
	defer t.Close()
	v, err := firstrun.OpenVolume(sys, volume)
	if err != nil {
		return err
	}
	defer v.Close()
	o := upgrade.Options{Workers: workers}
	if s.replace {
		o.Policy = func(string) upgrade.Policy { return upgrade.Replace }
	}
	_, err = upgrade.Run(v, t, s.image(nil), o)
	return err
}

// partOf makes the images of a tree alone, of which five in so many files are changed by the second one, and the
// admin.
func partOf(t *testing.T, tree string, of uint32) scene {
	t.Helper()
	s := scene{dir: faulty.Scratch(t), real: true, changes: changes(t, tree, of)}
	copyTree(t, tree, s.path("one"))
	copyTree(t, tree, s.path("two"))
	release(t, s.path("two"), s.changes)
	return s
}

// makeScene makes the images, and a volume that the first one has filled and an admin has changed.
func makeScene(t *testing.T, programs bool) scene {
	t.Helper()
	s := scene{dir: faulty.Scratch(t), programs: programs}
	s.addCases(t)
	return s
}

// addCases brings one of each case into the images.
func (s scene) addCases(t *testing.T) {
	t.Helper()
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
	if s.programs {
		b := faulty.Builder{T: t, Root: s.dir}
		b.File("steps/1-2", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho from 1 to 2 >> conf/history\nrm conf/mine\n[ ! -e unlucky ]\n", 0o755)
		b.File("steps/2-3", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho \"from $1 to $2\" >> conf/history\nchmod 600 conf/history\ntouch -d @1700000000 conf/history conf .\n", 0o755)
		b.File("scriptlets/1-db.deb", "#!/bin/sh\nset -e\ncd $PINTLE_VOLUME\necho \"$*\" >> db\ntouch -d @1700000000 db .\n", 0o755)
		b.File("scriptlets/versions", "db 2.0-1\n", 0o644)
	}
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
	if s.real {
		administer(t, v.Root, s.changes)
	} else {
		s.administerCases(t, v)
	}
	return v.Root
}

func (s scene) administerCases(t testing.TB, v faulty.Builder) {
	t.Helper()
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
}

func (s scene) remove(volume string) error {
	return (&firstrun.Sys{}).RemoveAll(unix.AT_FDCWD, volume)
}

// expected is what an uninterrupted upgrade makes, and how many calls it needs.
func (s scene) expected(t *testing.T) (want *faulty.Want, calls faulty.Calls) {
	t.Helper()
	volume := s.volume(t, 0)
	faulty.Must(t, s.upgrade(calls.Sys(), volume, 1))
	return faulty.ReadWant(t, volume), calls
}

func (s scene) ends(volume string, want *faulty.Want, how string) error {
	if err := want.Compare(volume, nil); err != nil {
		return fmt.Errorf("%s, and the next start made something else of it: %w", how, err)
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
		return n
	}
	return 1
}

// eachPart runs a test over parts of a real tree, and over one of each case.
func eachPart(t *testing.T, entries int, test func(t *testing.T, s scene) (crashes int)) {
	part := 0
	faulty.EachPart(t, entries, func(t *testing.T, _, tree string) int {
		if tree == "" {
			return test(t, makeScene(t, false))
		}
		s := partOf(t, tree, 40)
		if part++; part%2 == 0 {
			s.manifests(t)
		}
		return test(t, s)
	})
}

// A process that dies at any call that changes something, or half-way through a write, leaves a volume of
// which the next start makes the same as if nothing had happened.
func TestKilledUpgradeIsFinished(t *testing.T) {
	eachPart(t, 30, func(t *testing.T, s scene) int { return s.kill(t) })
}

// The same if programs change the volume.
func TestKilledUpgradeWithProgramsIsFinished(t *testing.T) {
	faulty.Sum(t, makeScene(t, true).kill(t), "a small tree")
}

func (s scene) kill(t *testing.T) (crashes int) {
	want, calls := s.expected(t)
	for how, n := range map[string]int{"whole": calls.Changing, "torn": calls.Writes} {
		done := faulty.Parallel(t, n, s.thin(2), func(i int) error {
			volume := s.volume(t, i)
			if err := faulty.KillAt(i, how, s.dir, volume, s.String()); err != nil {
				return err
			}
			if err := s.upgrade(&firstrun.Sys{}, volume, 1); err != nil {
				return fmt.Errorf("killed at call %d: the next start: %w", i, err)
			}
			return s.ends(volume, want, fmt.Sprintf("killed at call %d (%s)", i, how))
		})
		t.Logf("upgrade (%s): killed at %d of %d calls (%s)", s, done, n, how)
		crashes += done
	}
	return crashes
}

// The same with many workers, over a whole tree: killed when many files are half copied.
func TestKilledUpgradeOfManyWorkersIsFinished(t *testing.T) {
	faulty.WholeTree(t, func(t *testing.T, _, tree string) int {
		s := makeScene(t, false)
		if tree != "" {
			s = partOf(t, tree, 100)
		}
		s.manifests(t)
		return s.killEverywhere(t)
	})
}

// manifests gives both images the manifests that they are told to have.
func (s scene) manifests(t *testing.T) {
	t.Helper()
	for _, template := range []string{"one", "two"} {
		faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, s.path(template), ""))
	}
}

func (s scene) killEverywhere(t *testing.T) int {
	return faulty.KillEverywhere(t, s.thin(2), faulty.Start{
		Volume: func(attempt int) string { return s.volume(t, attempt) },
		Remove: s.remove,
		Run:    s.upgrade,
	})
}

// Programs run while other things are half done, too.
func TestKilledUpgradeOfManyWorkersWithProgramsIsFinished(t *testing.T) {
	faulty.Sum(t, makeScene(t, true).killEverywhere(t), "a small tree")
}

// Whatever call fails, the upgrade ends with an error and the volume as it was, or without harm; and the next
// start makes it good.
func TestFailedCallsOfUpgrade(t *testing.T) {
	eachPart(t, 30, func(t *testing.T, s scene) int { return s.fail(t) })
}

// Nor does it matter which call fails between and within programs.
func TestFailedCallsOfUpgradeWithPrograms(t *testing.T) {
	faulty.Sum(t, makeScene(t, true).fail(t), "a small tree")
}

func (s scene) fail(t *testing.T) (crashes int) {
	before := faulty.ReadWant(t, s.volume(t, -1))
	want, calls := s.expected(t)
	for _, f := range faulty.Failures {
		var taken, stuck atomic.Int64
		done := faulty.Parallel(t, f.Of(calls), s.thin(6), func(i int) error {
			volume := s.volume(t, i)
			err := s.upgrade(f.At(i).Sys(), volume, 1)
			if e := (*upgrade.Error)(nil); errors.As(err, &e) && e.Status == upgrade.StatusFailed {
				taken.Add(1)
				if e := before.Compare(volume, nil); e != nil {
					return fmt.Errorf("%v at call %d: %w; but it is not as it was before: %w", f, i, err, e)
				}
			} else if err != nil {
				stuck.Add(1)
			}
			if err := s.upgrade(&firstrun.Sys{}, volume, 1); err != nil {
				return fmt.Errorf("%v at call %d: the next start: %w", f, i, err)
			}
			return s.ends(volume, want, fmt.Sprintf("%v at call %d", f, i))
		})
		t.Logf("upgrade (%s): %v at %d of %d calls: %d were taken back at once, %d left for the next start",
			s, f, done, f.Of(calls), taken.Load(), stuck.Load())
		crashes += done
	}
	return crashes
}

// A rollback, too, may die at any call: the next start finishes it. Here that is the image of before, whose
// build id the volume has then.
func TestKilledRollbackIsFinished(t *testing.T) {
	s := makeScene(t, false)
	before := faulty.ReadWant(t, s.volume(t, -1))
	volume := s.volume(t, 0)
	faulty.Must(t, s.upgrade(&firstrun.Sys{}, volume, 1))
	var calls faulty.Calls
	faulty.Must(t, rollBack(calls.Sys(), volume))
	faulty.Must(t, before.Compare(volume, nil))
	done := faulty.Parallel(t, calls.Changing, 1, func(i int) error {
		volume := s.volume(t, i)
		if err := s.upgrade(&firstrun.Sys{}, volume, 1); err != nil {
			return err
		}
		fault := &faulty.Fault{At: i, Err: unix.EIO, OnWrite: true, Forever: true}
		if rollBack(fault.Sys(), volume) != nil {
			if err := rollBack(&firstrun.Sys{}, volume); err != nil && !strings.Contains(err.Error(), `in phase "rolled-back"`) {
				return fmt.Errorf("died at call %d: %w", i, err)
			}
		}
		return s.ends(volume, before, fmt.Sprintf("the rollback died at call %d", i))
	})
	t.Logf("rollback: died at %d of %d calls", done, calls.Changing)
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
