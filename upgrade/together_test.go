package upgrade_test

import (
	"errors"
	"os"
	"testing"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
	"pintle/upgrade"
)

// two is a container with two volumes.
type two struct {
	faulty.Builder
	after []string
}

func newTwo(t *testing.T) *two {
	t.Helper()
	w := &two{Builder: faulty.Builder{T: t, Root: faulty.Scratch(t)}}
	for _, name := range []string{"data", "logs"} {
		faulty.Must(t, os.Mkdir(w.Path(name), 0o755))
	}
	w.image("one", true)
	faulty.Must(t, w.start())
	return w
}

// image makes an image; one that is not whole cannot be used for the logs.
func (w *two) image(build string, whole bool) {
	w.T.Helper()
	for _, name := range []string{"data", "logs"} {
		w.File(name+"-template/file", build, 0o644)
		faulty.Must(w.T, firstrun.WriteTemplateManifest(&firstrun.Sys{}, w.Path(name+"-template"), build))
	}
	if !whole {
		w.File("logs-template/.pintle/manifest", "torn", 0o644)
	}
}

func (w *two) config() *upgrade.Config {
	return &upgrade.Config{After: w.after, Unit: "default.target", Pairs: []firstrun.Pair{
		{Template: w.Path("data-template"), Volume: w.Path("data")}, {Template: w.Path("logs-template"), Volume: w.Path("logs")}}}
}

// start does what a start does with the volumes.
func (w *two) start() error {
	c := w.config()
	if err := c.RecoverOthers(w.T.Logf); err != nil {
		return err
	}
	for _, p := range c.Pairs {
		job, err := c.Open(p, upgrade.Alone, "making it ready", w.T.Logf)
		if err == nil {
			err = job.Do(firstrun.Silent{}, w.T.Logf)
			job.Close()
		}
		if err != nil {
			return c.GiveUp(err, w.T.Logf)
		}
	}
	return nil
}

// hold compares what both volumes hold.
func (w *two) hold(when, want string) {
	w.T.Helper()
	for _, name := range []string{"data", "logs"} {
		for _, file := range []string{"/file", "/.pintle/build-id"} {
			if text, err := os.ReadFile(w.Path(name + file)); err != nil || string(text) != want && string(text) != want+"\n" {
				w.T.Errorf("%s: %s of %s is %q, not %q (%v)", when, file, name, text, want, err)
			}
		}
	}
}

// Where one volume cannot be upgraded none is: the image of before runs on all of them.
func TestAllVolumesOrNone(t *testing.T) {
	w := newTwo(t)
	w.hold("filled", "one")
	w.image("two", false)
	var failed *upgrade.Error
	if err := w.start(); !errors.As(err, &failed) || failed.Status != upgrade.StatusFailed {
		t.Errorf("it ended with %v", err)
	}
	w.hold("an upgrade that failed", "one")
	w.image("one", true)
	faulty.Must(t, w.start())
	w.image("two", true)
	faulty.Must(t, w.start())
	w.hold("upgraded", "two")
}

// What units are to finish is taken back on all volumes where they fail.
func TestUnitsFinishAllVolumes(t *testing.T) {
	w := newTwo(t)
	w.after = []string{"app-upgrade.service"}
	w.image("two", true)
	faulty.Must(t, w.start())
	w.hold("upgraded", "two")
	v, err := firstrun.OpenVolume(&firstrun.Sys{}, w.Path("data"))
	faulty.Must(t, err)
	faulty.Must(t, upgrade.FinishAfter(v, errors.New("app-upgrade.service has failed")))
	v.Close()
	w.image("one", true)
	faulty.Must(t, w.start())
	w.hold("the image of before", "one")
}

// A user takes back the last upgrade, on the volumes that it was about.
func TestRollBackLast(t *testing.T) {
	w := newTwo(t)
	if _, err := w.config().RollBackLast(t.Logf); err == nil || err.Error() != "cannot roll back: no volume has ever been upgraded" {
		t.Errorf("volumes that have never been upgraded: %v", err)
	}
	w.image("two", true)
	faulty.Must(t, w.start())
	states, err := w.config().RollBackLast(t.Logf)
	if err != nil || len(states) != 2 {
		t.Errorf("rolled back: %v, %v", states, err)
	}
	w.hold("rolled back", "one")
	if _, err := w.config().RollBackLast(t.Logf); err == nil {
		t.Error("it is rolled back again")
	}
	faulty.Must(t, w.start())
	w.hold("upgraded again", "two")
	// The next upgrade is about the logs alone.
	w.File("logs-template/file", "three", 0o644)
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, w.Path("logs-template"), "three"))
	faulty.Must(t, w.start())
	_, err = w.config().RollBackLast(t.Logf)
	faulty.Must(t, err)
	w.hold("rolled back again", "two")
}
