package firstrun_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

func TestParseList(t *testing.T) {
	got, err := firstrun.ParseList("list", []byte("# data\n/etc/named.conf\n\n/var/lib/ipa/\n"))
	want := []firstrun.ListEntry{{Path: "etc/named.conf"}, {Path: "var/lib/ipa", Directory: true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"etc/relative", "/etc/../shadow", "/", "/etc//double"} {
		if _, err := firstrun.ParseList("list", []byte("/ok\n"+bad+"\n")); err == nil || !strings.HasPrefix(err.Error(), "cannot use list:2: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestParsePair(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	faulty.Must(t, os.WriteFile(file, []byte("/var/lib/x/\n"), 0o644))
	got, err := firstrun.ParsePair("/data-template:/data:each-boot,list=" + file)
	want := firstrun.Pair{Template: "/data-template", Volume: "/data", EachBoot: true, List: []firstrun.ListEntry{{Path: "var/lib/x", Directory: true}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"/only", "a:/b", "/a:/b:sometimes", "/a:/b:list=/does/not/exist"} {
		if _, err := firstrun.ParsePair(bad); err == nil || !strings.HasPrefix(err.Error(), "cannot use volume") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Where a symlink of the image leads there is a directory, and nothing in the place of a file.
func TestPopulateMakesWhatAListExpects(t *testing.T) {
	dir := faulty.Scratch(t)
	template, volume := filepath.Join(dir, "template"), filepath.Join(dir, "volume")
	faulty.Builder{T: t, Root: template}.File("etc/a", "a", 0o644)
	faulty.Must(t, os.Mkdir(volume, 0o755))
	sys := &firstrun.Sys{}
	tree, err := firstrun.OpenTemplate(sys, template, 0)
	faulty.Must(t, err)
	defer tree.Close()
	tree.Expect([]firstrun.ListEntry{{Path: "var/lib/ipa", Directory: true}, {Path: "srv/keys/host.key"}})
	v := openVolume(t, sys, volume)
	_, err = v.Populate(tree, firstrun.PopulateOptions{BuildID: "one"})
	faulty.Must(t, err)
	for path, want := range map[string]bool{"var/lib/ipa": true, "srv/keys": true, "srv/keys/host.key": false, "etc/a": true} {
		if _, err := os.Lstat(filepath.Join(volume, path)); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}
