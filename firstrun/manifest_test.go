package firstrun_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

// What a manifest tells is what was found, whatever bytes names and attributes hold.
func TestManifestKeepsEverything(t *testing.T) {
	root := filepath.Join(faulty.Scratch(t), "tree")
	faulty.MakeTemplate(t, root)
	fd, err := unix.Open(root, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	faulty.Must(t, err)
	defer unix.Close(fd)
	tree, err := (&firstrun.Sys{}).Scan(fd, firstrun.ScanOptions{})
	faulty.Must(t, err)
	text := firstrun.EncodeManifest(tree.Entries)
	read, err := firstrun.DecodeManifest("manifest", text)
	faulty.Must(t, err)
	if len(read.Entries) != len(tree.Entries) {
		t.Fatalf("%d entries became %d", len(tree.Entries), len(read.Entries))
	}
	for i := range read.Entries {
		a, b := &tree.Entries[i], &read.Entries[i]
		if a.Path != b.Path || !a.SameContent(b) || !a.SameOwner(b) || a.MTime != b.MTime || a.Hard != b.Hard {
			t.Errorf("%+v became %+v", a, b)
		}
	}
	if again := firstrun.EncodeManifest(read.Entries); string(again) != string(text) {
		t.Error("a manifest that was read is written otherwise")
	}
}

func TestBadManifests(t *testing.T) {
	const first = "pintle-manifest 1\n"
	const file = "f\t644\t0\t0\t1\t0\tsha256:00\t"
	for text, want := range map[string]string{
		"":                             "m:1: it does not begin",
		first:                          "m:2: it ends too early",
		first + file + "a\n":           "m:3: it ends too early",
		first + file + "a\nend 2\n":    "m:3: it says 2 entries",
		first + file + "../a\nend 1\n": "m:2: cannot use path",
		first + file + "b\n" + file + "a\nend 2\n":  `m:3: "a" is out of order`,
		first + "f\t644\nend 1\n":                   "m:2: it has 2 fields",
		first + "x\t644\t0\t0\t1\t0\t-\ta\nend 1\n": "m:2: \"x\" is no kind",
		first + file + "a\tcolour=red\nend 1\n":     `m:2: field "colour" is unknown`,
	} {
		if _, err := firstrun.DecodeManifest("m", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %s", text, err, want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("pintle-manifest 1\nf\t644\t0\t0\t1\t0\tsha256:00\ta\tkept=\nend 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tree, err := firstrun.DecodeManifest("m", text)
		if err != nil {
			return
		}
		if _, err := firstrun.DecodeManifest("m", firstrun.EncodeManifest(tree.Entries)); err != nil {
			t.Errorf("%q is read, but not what it is written as: %v", text, err)
		}
	})
}

// A template whose file system has lost owners and attributes tells them by its manifest.
func TestTemplateManifest(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: it gives files to others")
	}
	dir := faulty.Scratch(t)
	template, plain, volume := filepath.Join(dir, "template"), filepath.Join(dir, "plain"), filepath.Join(dir, "volume")
	for _, root := range []string{template, plain} {
		faulty.MakeTemplate(t, root)
	}
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, template, "one"))
	b := faulty.Builder{T: t, Root: template}
	faulty.Must(t, os.Lchown(b.Path("etc/shadow"), 99, 99))
	faulty.Must(t, unix.Lremovexattr(b.Path("usr/bin/ping"), "security.capability"))
	faulty.Must(t, os.Mkdir(volume, 0o700))
	faulty.Must(t, populate(&firstrun.Sys{}, template, volume, 0))
	faulty.Must(t, os.RemoveAll(filepath.Join(volume, ".pintle")))
	root, err := os.Stat(plain)
	faulty.Must(t, err)
	faulty.Must(t, os.Chtimes(volume, root.ModTime(), root.ModTime()))
	if diff := faulty.Differences(faulty.Snapshot(t, plain), faulty.Snapshot(t, volume)); diff != "" {
		t.Errorf("the volume is not what the manifest says:\n%s", diff)
	}
}

// A manifest that is older than a file of its template is not believed about what that holds; engines that keep
// whole seconds make no file newer.
func TestTemplateThatWasChangedAfterItsManifest(t *testing.T) {
	b := faulty.Builder{T: t, Root: faulty.Scratch(t)}
	at := time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)
	for _, name := range []string{"stale", "seconds"} {
		b.File("template/"+name, "first", 0o644)
		faulty.Must(t, os.Chtimes(b.Path("template/"+name), at, at))
	}
	faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, b.Path("template"), "one"))
	b.File("template/stale", "other", 0o644)
	faulty.Must(t, os.Chtimes(b.Path("template/seconds"), at.Truncate(time.Second), at.Truncate(time.Second)))
	faulty.Must(t, os.Mkdir(b.Path("volume"), 0o755))
	faulty.Must(t, populate(&firstrun.Sys{}, b.Path("template"), b.Path("volume"), 0))
	v := openVolume(t, &firstrun.Sys{}, b.Path("volume"))
	manifest, err := v.Manifest()
	faulty.Must(t, err)
	for name, want := range map[string]string{"stale": "other", "seconds": "first"} {
		text, err := os.ReadFile(b.Path("volume/" + name))
		sum := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(want)))
		if e := manifest.Get(name); err != nil || string(text) != want || e.Digest != sum || e.MTime%1e9 == 0 {
			t.Errorf("%s holds %q, and the manifest says %+v", name, text, e)
		}
	}
}

// What is in a volume that a hostile service owned does not lead root elsewhere.
func TestNoSymlinkIsFollowed(t *testing.T) {
	dir := faulty.Scratch(t)
	template, volume, outside := filepath.Join(dir, "template"), filepath.Join(dir, "volume"), filepath.Join(dir, "outside")
	faulty.Builder{T: t, Root: template}.File("var/lib/app/file", "the image's", 0o644)
	faulty.Must(t, os.Mkdir(outside, 0o755))
	b := faulty.Builder{T: t, Root: volume}
	b.Link("var", outside)
	faulty.Must(t, populate(&firstrun.Sys{}, template, volume, 0))
	if names, _ := os.ReadDir(outside); len(names) > 0 {
		t.Errorf("root wrote %v through a symlink", names)
	}
	for _, name := range []string{".pintle/stage", ".pintle/backup"} {
		faulty.Must(t, os.RemoveAll(b.Path(name)))
		faulty.Must(t, os.Symlink(outside, b.Path(name)))
	}
	_ = populate(&firstrun.Sys{}, template, volume, 0)
	if names, _ := os.ReadDir(outside); len(names) > 0 {
		t.Errorf("root wrote %v through a symlink of the state directory", names)
	}
}
