package bus

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// installWorld is a world with unit files that can be installed.
func installWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, map[string]string{"a.service": "[Service]\nExecStart=/bin/true\n"})
	for file, text := range map[string]string{
		"/usr/lib/systemd/system/a.service":         "[Install]\nWantedBy=a.service\nAlias=other.service\n",
		"/usr/lib/systemd/system/none.service":      "[Unit]\n",
		"/usr/lib/systemd/system/m.target":          "[Unit]\n",
		"/usr/lib/systemd/system-preset/1-a.preset": "disable a.service\n",
		"/opt/l.service":                            "[Install]\nWantedBy=a.service\n",
	} {
		if err := os.MkdirAll(filepath.Dir(w.root+file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.root+file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// TestInstallUnitFiles has a client do all that can be done to unit files, and compares what it is told.
func TestInstallUnitFiles(t *testing.T) {
	w := installWorld(t)
	c := w.dial()
	const etc, run, lib = "/etc/systemd/system/", "/run/systemd/system/", "/usr/lib/systemd/system/"
	yes, no := true, false
	for _, step := range []struct {
		method  string
		args    []any
		info    *bool
		changes []string // "+link target" or "-file"
		err     string
	}{
		{"EnableUnitFiles", []any{[]string{"a.service"}, false, false}, &yes, []string{"+" + etc + "other.service " + lib + "a.service", "+" + etc + "a.service.wants/a.service " + lib + "a.service"}, ""},
		{"EnableUnitFiles", []any{[]string{"a.service"}, false, false}, &yes, nil, ""},
		{"EnableUnitFiles", []any{[]string{"none.service"}, false, false}, &no, nil, ""},
		{"DisableUnitFiles", []any{[]string{"a.service"}, false}, nil, []string{"-" + etc + "a.service.wants/a.service", "-" + etc + "other.service"}, ""},
		{"EnableUnitFilesWithFlags", []any{[]string{"a.service"}, uint64(1)}, &yes, []string{"+" + run + "other.service " + lib + "a.service", "+" + run + "a.service.wants/a.service " + lib + "a.service"}, ""},
		{"DisableUnitFilesWithFlags", []any{[]string{"a.service"}, uint64(1)}, nil, []string{"-" + run + "a.service.wants/a.service", "-" + run + "other.service"}, ""},
		{"DisableUnitFilesWithFlagsAndInstallInfo", []any{[]string{"none.service"}, uint64(0)}, &no, nil, ""},
		{"EnableUnitFilesWithFlags", []any{[]string{"a.service"}, uint64(8)}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"LinkUnitFiles", []any{[]string{"/opt/l.service"}, false, false}, nil, []string{"+" + etc + "l.service /opt/l.service"}, ""},
		{"LinkUnitFiles", []any{[]string{"/opt/no.service"}, false, false}, nil, nil, "org.freedesktop.systemd1.NoSuchUnit: Unit file /opt/no.service does not exist."},
		{"ReenableUnitFiles", []any{[]string{"l.service"}, false, false}, &yes, []string{"-" + etc + "l.service", "+" + etc + "l.service /opt/l.service", "+" + etc + "a.service.wants/l.service /opt/l.service"}, ""},
		{"PresetUnitFiles", []any{[]string{"l.service"}, false, false}, &yes, nil, ""},
		{"PresetUnitFilesWithMode", []any{[]string{"a.service"}, "disable-only", false, false}, &no, nil, ""},
		{"PresetUnitFilesWithMode", []any{[]string{"a.service"}, "sometimes", false, false}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"PresetAllUnitFiles", []any{"enable-only", false, false}, nil, nil, ""},
		{"PresetAllUnitFiles", []any{"half", false, false}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"MaskUnitFiles", []any{[]string{"a.service"}, false, false}, nil, []string{"+" + etc + "a.service /dev/null"}, ""},
		{"EnableUnitFiles", []any{[]string{"a.service"}, false, false}, nil, nil, "org.freedesktop.systemd1.UnitMasked: Unit file " + etc + "a.service is masked."},
		{"UnmaskUnitFiles", []any{[]string{"a.service"}, false}, nil, []string{"-" + etc + "a.service"}, ""},
		{"MaskUnitFiles", []any{[]string{"a/b"}, false, false}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"SetDefaultTarget", []any{"m.target", false}, nil, []string{"+" + etc + "default.target " + lib + "m.target"}, ""},
		{"SetDefaultTarget", []any{"a.service", false}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"SetDefaultTarget", []any{"no.target", true}, nil, nil, "org.freedesktop.systemd1.NoSuchUnit: Unit file no.target does not exist."},
		{"AddDependencyUnitFiles", []any{[]string{"a.service"}, "m.target", "Requires", true, false}, nil, []string{"+" + run + "m.target.requires/a.service " + lib + "a.service"}, ""},
		{"AddDependencyUnitFiles", []any{[]string{"a.service"}, "m.target", "After", true, false}, nil, nil, "org.freedesktop.DBus.Error.InvalidArgs: Invalid argument"},
		{"RevertUnitFiles", []any{[]string{"a.service"}}, nil, nil, ""},
		{"DisableUnitFiles", []any{[]string{"no.service"}, false}, nil, nil, "org.freedesktop.systemd1.NoSuchUnit: Unit file no.service does not exist."},
	} {
		call := manage(c, step.method, step.args...)
		var changes []fileChange
		var err error
		if call.Err == nil && step.info != nil {
			var info bool
			if err = call.Store(&info, &changes); err == nil && info != *step.info {
				t.Errorf("%s%v: carries_install_info is %v", step.method, step.args, info)
			}
		} else {
			err = call.Store(&changes)
		}
		said := ""
		var refused dbus.Error
		if errors.As(err, &refused) {
			said = strings.ReplaceAll(refused.Name+": "+refused.Body[0].(string), w.root, "")
		} else if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, change := range changes {
			switch path := strings.TrimPrefix(change.Path, w.root); change.Type {
			case "symlink":
				got = append(got, "+"+path+" "+change.Source)
			case "unlink":
				got = append(got, "-"+path)
			}
		}
		if said != step.err || !reflect.DeepEqual(got, step.changes) {
			t.Errorf("%s%v: %q, error %q; want %q, error %q", step.method, step.args, got, said, step.changes, step.err)
		}
	}
}

func TestAskAboutUnitFiles(t *testing.T) {
	w := installWorld(t)
	c := w.dial()
	if err := manage(c, "EnableUnitFiles", []string{"a.service"}, false, false).Err; err != nil {
		t.Fatal(err)
	}
	type file struct{ Path, State string }
	var files []file
	if err := manage(c, "ListUnitFiles").Store(&files); err != nil {
		t.Fatal(err)
	}
	want := []file{{"a.service", "enabled"}, {"m.target", "static"}, {"none.service", "static"}, {"other.service", "alias"}}
	for i := range files {
		files[i].Path = filepath.Base(files[i].Path)
	}
	if !reflect.DeepEqual(files, want) {
		t.Errorf("unit files are %v, want %v", files, want)
	}
	for _, q := range []struct{ states, patterns []string }{{[]string{"static"}, nil}, {nil, []string{"*o*"}}} {
		files = nil
		if err := manage(c, "ListUnitFilesByPatterns", q.states, q.patterns).Store(&files); err != nil || len(files) != 2 {
			t.Errorf("%v: unit files are %v, %v", q, files, err)
		}
	}
	var state string
	if err := manage(c, "GetUnitFileState", "a.service").Store(&state); err != nil || state != "enabled" {
		t.Errorf("a.service is %s, %v", state, err)
	}
	var refused dbus.Error
	err := manage(c, "GetUnitFileState", "no.service").Store(&state)
	if !errors.As(err, &refused) || refused.Name != "org.freedesktop.DBus.Error.FileNotFound" || refused.Body[0] != "No such file or directory" {
		t.Errorf("no.service: %v", err)
	}
	var links []string
	if err := manage(c, "GetUnitFileLinks", "a.service", false).Store(&links); err != nil || len(links) != 2 {
		t.Errorf("the links of a.service are %q, %v", links, err)
	}
	if err := manage(c, "GetUnitFileLinks", "no.service", false).Store(&links); err == nil {
		t.Error("a unit that is not there has links")
	}
	if err := manage(c, "GetDefaultTarget").Store(&state); err == nil {
		t.Errorf("the default target is %s", state)
	}
	if err := manage(c, "SetDefaultTarget", "m.target", true).Err; err != nil {
		t.Error(err)
	}
	if err := manage(c, "GetDefaultTarget").Store(&state); err != nil || state != "m.target" {
		t.Errorf("the default target is %s, %v", state, err)
	}
}

// TestUnitFilesChanged has one client change unit files, and others be told of it, also by the properties of units.
func TestUnitFilesChanged(t *testing.T) {
	w := installWorld(t)
	listener, c := w.dial(), w.dial()
	signals := make(chan *dbus.Signal, 10)
	listener.Signal(signals)
	needsReload := func() bool {
		t.Helper()
		v, err := c.Object(busName, UnitPath("a.service")).GetProperty(UnitName + ".NeedDaemonReload")
		if err != nil {
			t.Fatal(err)
		}
		return v.Value().(bool)
	}
	if err := manage(c, "LoadUnit", "a.service").Err; err != nil {
		t.Fatal(err)
	}
	if needsReload() {
		t.Error("a unit that was just loaded must be reloaded")
	}
	if err := manage(c, "EnableUnitFiles", []string{"none.service"}, false, false).Err; err != nil {
		t.Fatal(err)
	}
	if needsReload() {
		t.Error("nothing was done, and units must be reloaded")
	}
	if err := manage(c, "MaskUnitFiles", []string{"x.service"}, false, false).Err; err != nil {
		t.Fatal(err)
	}
	if !needsReload() {
		t.Error("units are up to date after one was masked")
	}
	deadline := time.After(20 * time.Second)
	for {
		select {
		case s := <-signals:
			if s.Name == ManagerName+".UnitFilesChanged" {
				return
			}
		case <-deadline:
			t.Fatal("nobody was told")
		}
	}
}

// TestManyInstallAtOnce has clients enable and disable the same unit at the same time.
func TestManyInstallAtOnce(t *testing.T) {
	w := installWorld(t)
	var clients sync.WaitGroup
	for range 8 {
		c := w.dial()
		clients.Go(func() {
			for range 10 {
				if err := manage(c, "EnableUnitFiles", []string{"a.service"}, false, true).Err; err != nil {
					t.Error(err)
				}
				if err := manage(c, "DisableUnitFiles", []string{"a.service"}, false).Err; err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
	entries, err := os.ReadDir(w.root + "/etc/systemd/system")
	if err != nil || len(entries) != 0 {
		t.Errorf("left are %v, %v", entries, err)
	}
}
