package upgrade_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

// A volume that the scripts of an earlier image have filled says so by its build id, and by its version if it was set
// up. It is upgraded, not filled: version steps run, known files are brought up to date, and setup is not run again.
func TestVolumeOfAnEarlierInit(t *testing.T) {
	for name, setUp := range map[string]bool{"set up": true, "not set up": false} {
		t.Run(name, func(t *testing.T) {
			b := faulty.Builder{T: t, Root: faulty.Scratch(t)}
			b.File("volume/build-id", "4f2c1e\n", 0o644)
			b.File("volume/etc/vanilla", "old", 0o644)
			b.File("volume/etc/mine", "mine", 0o644)
			if setUp {
				b.File("volume/volume-version", "1.0\n", 0o644)
			}
			b.File("template/etc/vanilla", "new", 0o644)
			b.File("template/etc/mine", "new", 0o644)
			b.File("version", "2.0\n", 0o644)
			b.File("steps/1.0-2.0", "#!/bin/sh\necho $1 $2 > $PINTLE_VOLUME/stepped\n", 0o755)
			b.File("known", fmt.Sprintf("%x  /etc/vanilla\n", sha256.Sum256([]byte("old"))), 0o644)
			faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, b.Path("template"), "4f2c1e"))
			c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: b.Path("template"), Volume: b.Path("volume")}},
				VersionFile: b.Path("version"), Steps: b.Path("steps"), Vanilla: b.Path("known")}
			for range 2 {
				job, err := c.Open(c.Pairs[0], upgrade.Alone, "making it ready", t.Logf)
				faulty.Must(t, err)
				faulty.Must(t, job.Do(firstrun.Silent{}, t.Logf))
				if done, err := job.Volume.Configured(); err != nil || done != setUp {
					t.Errorf("it is configured: %v, %v", done, err)
				}
				job.Close()
			}
			want := map[string]string{"etc/vanilla": "new", "etc/mine": "mine", "etc/mine.pintle-new": "new", "stepped": "", ".pintle/build-id": "4f2c1e\n", ".pintle/version": "2.0\n"}
			if setUp {
				want["stepped"] = "1.0 2.0\n"
			}
			for name, want := range want {
				if text, _ := os.ReadFile(b.Path("volume/" + name)); string(text) != want {
					t.Errorf("%s is %q, not %q", name, text, want)
				}
			}
		})
	}
}

// Whatever call fails, the next start makes the same of it as if nothing had happened, and not a volume that is filled anew.
func TestFailedCallsWhereAVolumeIsTakenOver(t *testing.T) {
	b := faulty.Builder{T: t, Root: faulty.Scratch(t)}
	b.File("template/etc/conf", "new", 0o644)
	b.Times()
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, b.Path("template"), "two"))
	c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: b.Path("template"), Volume: b.Path("volume")}}, Replace: []string{"*"}, Workers: 1}
	start := func(sys *firstrun.Sys) error {
		template, err := firstrun.OpenTemplate(sys, b.Path("template"), 1)
		if err != nil {
			return err
		}
		defer template.Close()
		v, err := firstrun.OpenVolume(sys, b.Path("volume"))
		if err != nil {
			return err
		}
		defer v.Close()
		job := &upgrade.Job{Config: c, Pair: c.Pairs[0], Volume: v, Template: template, Image: upgrade.Image{ID: upgrade.BuildID{ID: "two"}}}
		return job.Do(firstrun.Silent{}, t.Logf)
	}
	run := func(sys *firstrun.Sys) string {
		faulty.Must(t, os.RemoveAll(b.Path("volume")))
		b.File("volume/etc/conf", "old", 0o644)
		b.File("volume/build-id", "one", 0o644)
		b.File("volume/volume-version", "1", 0o644)
		b.Dir("volume/.pintle", 0o700) // whose making would be the root directory's time
		faulty.Builder{T: t, Root: b.Path("volume")}.Times()
		_ = start(sys)
		faulty.Must(t, start(&firstrun.Sys{}))
		return faulty.Snapshot(t, b.Path("volume"))
	}
	var calls faulty.Calls
	want := run(calls.Sys())
	for i := 1; i <= calls.Changing; i++ {
		fault := &faulty.Fault{At: i, Err: unix.EIO, OnWrite: true, Forever: i%2 == 0}
		if got := run(fault.Sys()); got != want {
			t.Fatalf("after call %d has failed:\n%s", i, faulty.Differences(want, got))
		}
	}
}
