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

func TestCheckPair(t *testing.T) {
	p := firstrun.Pair{Template: "/data-template/", Volume: "/srv//data"}
	if err := p.Check(); err != nil || p.Template != "/data-template" || p.Volume != "/srv/data" {
		t.Errorf("%+v, %v", p, err)
	}
	for want, p := range map[string]firstrun.Pair{
		"it has no template":               {Volume: "/data"},
		"it has no path":                   {Template: "/data-template"},
		`template "a" is no absolute path`: {Template: "a", Volume: "/b"},
		`path "b/c" is no absolute path`:   {Template: "/a", Volume: "b/c"},
		`path "/" is the whole image`:      {Template: "/a", Volume: "/.."},
		`template "/" is the whole image`:  {Template: "//", Volume: "/data"},
	} {
		if err := p.Check(); err == nil || err.Error() != want {
			t.Errorf("%+v: %v, not %s", p, err, want)
		}
	}
}

func TestReadList(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	faulty.Must(t, os.WriteFile(file, []byte("/var/lib/x/\n"), 0o644))
	var p firstrun.Pair
	faulty.Must(t, p.ReadList(file))
	if want := []firstrun.ListEntry{{Path: "var/lib/x", Directory: true}}; !reflect.DeepEqual(p.List, want) {
		t.Errorf("got %v", p.List)
	}
	if err := p.ReadList(file + ".gone"); err == nil || !strings.HasPrefix(err.Error(), "cannot read the list: ") {
		t.Errorf("a list that is not there: %v", err)
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
