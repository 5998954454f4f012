package upgrade_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

// A step that fails leaves the volume as it was, and its log is named.
func TestAStepFails(t *testing.T) {
	s := makeScene(t, true)
	volume := s.volume(t, 1)
	faulty.Builder{T: t, Root: volume}.File("unlucky", "", 0o644)
	before := faulty.Snapshot(t, volume)
	err := s.upgrade(&firstrun.Sys{}, volume, 1)
	var failed *upgrade.Error
	if !errors.As(err, &failed) || failed.Status != upgrade.StatusFailed {
		t.Fatalf("it ended with %v", err)
	}
	if got := faulty.Snapshot(t, volume); got != before {
		t.Errorf("the volume is not as it was before:\n%s", faulty.Differences(before, got))
	}
	_, log, _ := strings.Cut(err.Error(), "what it said is in ")
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), "steps/1-2 1 2") {
		t.Errorf("the log is %q, %v", text, err)
	}
	v, err := firstrun.OpenVolume(&firstrun.Sys{}, volume)
	faulty.Must(t, err)
	defer v.Close()
	state, err := upgrade.ReadState(v)
	faulty.Must(t, err)
	if state.Phase != upgrade.PhaseFailed || state.Error == "" || state.Log != log {
		t.Errorf("the state is %+v", state)
	}
	faulty.Must(t, os.Remove(filepath.Join(volume, "unlucky")))
	faulty.Must(t, s.upgrade(&firstrun.Sys{}, volume, 1))
}

// A container that is killed while a step has half of its work done begins anew: the step finds the volume
// as it was.
func TestKilledInTheMiddleOfAStep(t *testing.T) {
	s := makeScene(t, true)
	want, _ := s.expected(t)
	b := faulty.Builder{T: t, Root: s.dir}
	step, err := os.ReadFile(b.Path("steps/1-2"))
	faulty.Must(t, err)
	b.File("steps/1-2", "#!/bin/sh\necho half >> $PINTLE_VOLUME/conf/history\nrm -r $PINTLE_VOLUME/hard\nkill -9 $PPID\n", 0o755)
	volume := s.volume(t, 1)
	if err := faulty.KillAt(0, "whole", s.dir, volume, s.String()); err != nil {
		t.Fatal(err)
	}
	b.File("steps/1-2", string(step), 0o755)
	faulty.Must(t, s.upgrade(&firstrun.Sys{}, volume, 1))
	if err := s.ends(volume, want, "killed in the middle of a step"); err != nil {
		t.Error(err)
	}
}

// What units are to finish stays open until they have; if they fail the next start takes it back.
func TestAfter(t *testing.T) {
	for name, failure := range map[string]error{"succeeds": nil, "fails": errors.New("ipa-server-upgrade.service has failed")} {
		t.Run(name, func(t *testing.T) {
			s := makeScene(t, false)
			path := s.volume(t, 1)
			before := faulty.Snapshot(t, path)
			sys := &firstrun.Sys{}
			template, err := firstrun.OpenTemplate(sys, s.path("two"), 1)
			faulty.Must(t, err)
			defer template.Close()
			v, err := firstrun.OpenVolume(sys, path)
			faulty.Must(t, err)
			defer v.Close()
			image := s.image(t)
			image.After = []string{"ipa-server-upgrade.service"}
			_, err = upgrade.Run(v, template, image, upgrade.Options{})
			faulty.Must(t, err)
			phase(t, v, upgrade.PhaseAfter)
			faulty.Must(t, upgrade.FinishAfter(v, failure))
			if failure == nil {
				phase(t, v, upgrade.PhaseDone)
				return
			}
			phase(t, v, upgrade.PhaseUndo)
			// The image of before starts on it.
			one, err := firstrun.OpenTemplate(sys, s.path("one"), 1)
			faulty.Must(t, err)
			defer one.Close()
			p, err := upgrade.Run(v, one, upgrade.Image{ID: upgrade.BuildID{ID: "one"}, Version: "1"}, upgrade.Options{})
			if err != nil || p.Relation != upgrade.Equal {
				t.Errorf("it is %v, %v", p, err)
			}
			phase(t, v, upgrade.PhaseFailed)
			if got := faulty.Snapshot(t, path); got != before {
				t.Errorf("the volume is not as it was before:\n%s", faulty.Differences(before, got))
			}
		})
	}
}

func phase(t *testing.T, v *firstrun.Volume, want upgrade.Phase) {
	t.Helper()
	s, err := upgrade.ReadState(v)
	faulty.Must(t, err)
	if s == nil || s.Phase != want {
		t.Fatalf("the state is %+v, not %s", s, want)
	}
}

// A rollback of the user keeps what has changed since the upgrade.
func TestRollbackKeepsWhatItTakesAway(t *testing.T) {
	s := makeScene(t, false)
	volume := s.volume(t, 1)
	before := faulty.Snapshot(t, volume)
	faulty.Must(t, s.upgrade(&firstrun.Sys{}, volume, 1))
	faulty.Must(t, os.WriteFile(filepath.Join(volume, "conf/theirs"), []byte("changed since"), 0o644))
	faulty.Must(t, rollBack(&firstrun.Sys{}, volume))
	if got := faulty.Snapshot(t, volume); got != before {
		t.Errorf("the volume is not as it was before:\n%s", faulty.Differences(before, got))
	}
	kept, err := filepath.Glob(filepath.Join(volume, ".pintle/backup/*/undone/*"))
	faulty.Must(t, err)
	found := false
	for _, path := range kept {
		text, _ := os.ReadFile(path)
		found = found || string(text) == "changed since"
	}
	if !found {
		t.Errorf("what was changed since is not among %v", kept)
	}
}

// A program that runs at every start of an image asks what Settled answers.
func TestSettled(t *testing.T) {
	dir := faulty.Scratch(t)
	template, volume := filepath.Join(dir, "template"), filepath.Join(dir, "volume")
	faulty.Builder{T: t, Root: template}.File("etc/a", "a", 0o644)
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, template, "one"))
	faulty.Must(t, os.Mkdir(volume, 0o755))
	c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: template, Volume: volume}}, Unit: "default.target"}
	settled := func(want bool, when string) {
		t.Helper()
		if got := c.Settled(); got != want {
			t.Errorf("%s: settled is %v", when, got)
		}
	}
	settled(false, "an empty volume")
	job, err := c.Open(c.Pairs[0], upgrade.Alone, "populating", t.Logf)
	faulty.Must(t, err)
	faulty.Must(t, job.Do(firstrun.Silent{}, t.Logf))
	job.Close()
	settled(true, "a volume that this image has filled")
	c.Setup.Commands = []string{"true"}
	settled(false, "a volume that is not set up")
	c.Setup.Commands = nil
	faulty.Must(t, os.WriteFile(filepath.Join(volume, ".pintle/journal.stage"), nil, 0o600))
	settled(false, "a volume with a journal")
	faulty.Must(t, os.Remove(filepath.Join(volume, ".pintle/journal.stage")))
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, template, "two"))
	settled(false, "another image")
	c.Pairs[0].Template = filepath.Join(dir, "no such template")
	settled(true, "an image without template")
}

func TestExtractDebian(t *testing.T) {
	b := faulty.Builder{T: t, Root: t.TempDir()}
	b.File("var/lib/dpkg/status", "Package: slapd\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.5-1\n\n"+
		"Package: libfoo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 3\n", 0o644)
	b.File("var/lib/dpkg/info/slapd.postinst", "#!/bin/sh\necho $1 $2\n", 0o755)
	b.File("var/lib/dpkg/info/libfoo:amd64.postinst", "#!/bin/sh\n", 0o755)
	faulty.Must(t, upgrade.Extract(b.Root, "scriptlets", []string{"slapd", "libfoo"}))
	list, err := upgrade.ReadScriptlets(b.Path("scriptlets"))
	faulty.Must(t, err)
	if len(list) != 2 || list[0].Package != "slapd" || list[0].Version != "2.5-1" || list[1].Package != "libfoo" {
		t.Errorf("got %+v", list)
	}
	list[0].Old = "2.4-9"
	if list[0].Arch != "amd64" {
		t.Errorf("the architecture is %q", list[0].Arch)
	}
	if got := strings.Join(list[0].Args(), " "); got != "configure 2.4-9" {
		t.Errorf("it is run with %q", got)
	}
	if err := upgrade.Extract(b.Root, "scriptlets", []string{"gone"}); err == nil {
		t.Error("a package that is not installed has a scriptlet")
	}
}

// While services of one container use a volume another one does not change it under them; that it is used by
// several at a time is theirs to know.
func TestServicesOfAnotherContainer(t *testing.T) {
	dir := faulty.Scratch(t)
	template, volume := filepath.Join(dir, "template"), filepath.Join(dir, "volume")
	faulty.Builder{T: t, Root: template}.File("etc/a", "a", 0o644)
	faulty.Must(t, os.Mkdir(volume, 0o755))
	c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: template, Volume: volume}}, Unit: "default.target"}
	first, err := c.Open(c.Pairs[0], upgrade.Alone, "populating", t.Logf)
	faulty.Must(t, err)
	faulty.Must(t, first.Do(firstrun.Silent{}, t.Logf))
	first.Close()
	users := []int{firstrun.Use(volume), firstrun.Use(volume)}
	for _, fd := range users {
		if fd < 0 {
			t.Fatal("the volume cannot be used")
		}
	}
	_, err = c.Open(c.Pairs[0], upgrade.Alone, "upgrading", t.Logf)
	var failed *upgrade.Error
	if !errors.As(err, &failed) || failed.Status != upgrade.StatusLocked || !strings.Contains(err.Error(), "its services run") {
		t.Fatalf("it is upgraded under services: %v", err)
	}
	own, err := c.Open(c.Pairs[0], upgrade.Write, "setting up", t.Logf)
	faulty.Must(t, err)
	own.Close()
	for _, fd := range users {
		faulty.Must(t, unix.Close(fd))
	}
	alone, err := c.Open(c.Pairs[0], upgrade.Alone, "upgrading", t.Logf)
	faulty.Must(t, err)
	if firstrun.Use(volume) >= 0 {
		t.Error("services use a volume that is being upgraded")
	}
	alone.Close()
}
