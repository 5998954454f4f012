package units

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestOutdated changes files of a loaded unit in every way, and asks each time whether it would be another one.
func TestOutdated(t *testing.T) {
	const text = "[Service]\nExecStart=/bin/true\n"
	write := func(t *testing.T, file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		unit   string
		change func(t *testing.T, dir string)
		want   bool
	}{
		{"nothing", "a-b.service", func(*testing.T, string) {}, false},
		{"the file is written to", "a-b.service", func(t *testing.T, dir string) {
			must(t, os.Chtimes(dir+"/lib/a-b.service", time.Time{}, time.Now().Add(time.Hour)))
		}, true},
		{"an older file in its place", "a-b.service", func(t *testing.T, dir string) {
			write(t, dir+"/lib/new", text)
			must(t, os.Chtimes(dir+"/lib/new", time.Time{}, time.Unix(1, 0)))
			must(t, os.Rename(dir+"/lib/new", dir+"/lib/a-b.service"))
		}, true},
		{"the file is removed", "a-b.service", func(t *testing.T, dir string) { must(t, os.Remove(dir+"/lib/a-b.service")) }, true},
		{"a drop-in is removed", "a-b.service", func(t *testing.T, dir string) {
			must(t, os.Remove(dir+"/lib/a-b.service.d/1.conf"))
		}, true},
		{"a drop-in is written to", "a-b.service", func(t *testing.T, dir string) {
			must(t, os.Chtimes(dir+"/lib/a-b.service.d/1.conf", time.Time{}, time.Unix(5, 0)))
		}, true},
		{"another drop-in", "a-b.service", func(t *testing.T, dir string) { write(t, dir+"/etc/a-.service.d/2.conf", "") }, true},
		{"a drop-in for all services", "a-b.service", func(t *testing.T, dir string) { write(t, dir+"/etc/service.d/2.conf", "") }, true},
		{"a drop-in of an alias", "a-b.service", func(t *testing.T, dir string) { write(t, dir+"/etc/alias.service.d/2.conf", "") }, true},
		{"a drop-in in the place of one", "a-b.service", func(t *testing.T, dir string) {
			write(t, dir+"/etc/a-b.service.d/1.conf", "")
		}, true},
		{"a drop-in of another unit", "a-b.service", func(t *testing.T, dir string) { write(t, dir+"/etc/c.service.d/2.conf", "") }, false},
		{"what is no drop-in", "a-b.service", func(t *testing.T, dir string) { write(t, dir+"/etc/a-b.service.d/2.txt", "") }, false},
		{"a masked unit", "masked.service", func(*testing.T, string) {}, false},
		{"it is unmasked", "masked.service", func(t *testing.T, dir string) {
			must(t, os.Remove(dir+"/etc/masked.service"))
		}, true},
		{"another mask", "masked.service", func(t *testing.T, dir string) {
			must(t, os.Remove(dir+"/etc/masked.service"))
			write(t, dir+"/etc/masked.service", "")
		}, false},
		{"a linked unit", "linked.service", func(*testing.T, string) {}, false},
		{"its file is written to", "linked.service", func(t *testing.T, dir string) {
			must(t, os.Chtimes(dir+"/elsewhere/linked.service", time.Time{}, time.Unix(5, 0)))
		}, true},
		{"a unit of ours", "multi-user.target", func(*testing.T, string) {}, false},
		{"a unit that is not there", "nowhere.service", func(*testing.T, string) {}, false},
		{"an instance", "t@i.service", func(*testing.T, string) {}, false},
		{"its template is written to", "t@i.service", func(t *testing.T, dir string) {
			must(t, os.Chtimes(dir+"/lib/t@.service", time.Time{}, time.Unix(5, 0)))
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir+"/lib/a-b.service", text)
			write(t, dir+"/lib/a-b.service.d/1.conf", "[Unit]\nDescription=x\n")
			write(t, dir+"/lib/t@.service", text)
			write(t, dir+"/lib/masked.service", text)
			write(t, dir+"/elsewhere/linked.service", text)
			must(t, os.MkdirAll(dir+"/etc/a-b.service.d", 0o755))
			must(t, os.Symlink("/dev/null", dir+"/etc/a-b.service.d/0.conf"))
			must(t, os.Symlink("/dev/null", dir+"/etc/masked.service"))
			must(t, os.Symlink(dir+"/elsewhere/linked.service", dir+"/etc/linked.service"))
			must(t, os.Symlink(dir+"/lib/a-b.service", dir+"/etc/alias.service"))
			g := NewGraph(Options{Systemd: 256, Path: []string{dir + "/etc", dir + "/lib"}})
			g.Load(c.unit)
			c.change(t, dir)
			if got := g.Outdated(c.unit); got != c.want {
				t.Errorf("outdated: %v", got)
			}
			g = NewGraph(Options{Systemd: 256, Path: []string{dir + "/etc", dir + "/lib"}})
			g.Load(c.unit)
			if g.Outdated(c.unit) {
				t.Error("it is outdated when it was just loaded")
			}
		})
	}
}

// TestOutdatedAfterSetProperty applies a drop-in to a loaded unit, which is then as its files say.
func TestOutdatedAfterSetProperty(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a.service", []byte("[Service]\nExecStart=/bin/true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	g := NewGraph(Options{Systemd: 256, Path: []string{dir}})
	g.Load("a.service")
	if err := os.Mkdir(dir+"/a.service.d", 0o755); err != nil {
		t.Fatal(err)
	}
	const amendment = "[Service]\nCPUWeight=50\n"
	if err := os.WriteFile(dir+"/a.service.d/50-CPUWeight.conf", []byte(amendment), 0o644); err != nil {
		t.Fatal(err)
	}
	if !g.Outdated("a.service") {
		t.Error("a drop-in that is not applied makes no difference")
	}
	g.Amend("a.service", dir+"/a.service.d/50-CPUWeight.conf", amendment)
	if g.Outdated("a.service") {
		t.Error("the unit has all of its drop-ins, and is outdated")
	}
}
