package upgrade_test

import (
	"os"
	"testing"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

// Where a new image has symlinks that lead to places of the volume which neither it nor the volume has, they are
// made.
func TestUpgradeMakesWhatAListExpects(t *testing.T) {
	b := faulty.Builder{T: t, Root: faulty.Scratch(t)}
	b.File("template/etc/a", "a", 0o644)
	faulty.Must(t, os.Mkdir(b.Path("volume"), 0o755))
	c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: b.Path("template"), Volume: b.Path("volume")}}}
	for _, build := range []string{"one", "two"} {
		faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, b.Path("template"), build))
		job, err := c.Open(c.Pairs[0], upgrade.Alone, "making it ready", t.Logf)
		faulty.Must(t, err)
		faulty.Must(t, job.Do(firstrun.Silent{}, t.Logf))
		job.Close()
		c.Pairs[0].List = []firstrun.ListEntry{{Path: "var/lib/app", Directory: true}, {Path: "etc/keys/host.key"}}
	}
	for path, want := range map[string]bool{"var/lib/app": true, "etc/keys": true, "etc/keys/host.key": false, "etc/a": true} {
		if _, err := os.Lstat(b.Path("volume/" + path)); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}
