package firstrun_test

import (
	"os"
	"path/filepath"
	"testing"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

// populate runs once over a template and a volume, as a start of a container does.
func populate(sys *firstrun.Sys, template, volume string, workers int) error {
	t, err := firstrun.OpenTemplate(sys, template, workers)
	if err != nil {
		return err
	}
	defer t.Close()
	v, err := firstrun.OpenVolume(sys, volume)
	if err != nil {
		return err
	}
	defer v.Close()
	_, err = v.Populate(t, firstrun.PopulateOptions{BuildID: "one", Version: "1", Workers: workers})
	return err
}

// A volume looks like its template, in every attribute.
func TestPopulateKeepsEverything(t *testing.T) {
	dir := faulty.Scratch(t)
	template, volume := filepath.Join(dir, "template"), filepath.Join(dir, "volume")
	faulty.MakeTemplate(t, template)
	faulty.Must(t, os.Mkdir(volume, 0o700))
	faulty.Must(t, populate(&firstrun.Sys{}, template, volume, 0))
	faulty.Must(t, os.Rename(filepath.Join(volume, ".pintle"), filepath.Join(dir, "state")))
	b := faulty.Builder{T: t, Root: volume}
	root, err := os.Stat(template)
	faulty.Must(t, err)
	faulty.Must(t, os.Chtimes(b.Root, root.ModTime(), root.ModTime())) // the rename changed it
	if diff := faulty.Differences(faulty.Snapshot(t, template), faulty.Snapshot(t, volume)); diff != "" {
		t.Errorf("the volume differs from the template:\n%s", diff)
	}
	for file, want := range map[string]string{"build-id": "one\n", "version": "1\n"} {
		if got, _ := os.ReadFile(filepath.Join(dir, "state", file)); string(got) != want {
			t.Errorf("%s is %q, not %q", file, got, want)
		}
	}
}
