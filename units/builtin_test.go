package units

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every built-in name leads to a text, and what the texts refer to is built in as well (or is one of the
// service names that only an image can have).
func TestBuiltin(t *testing.T) {
	for _, name := range []string{"default.target", "ctrl-alt-del.target", "runlevel5.target"} {
		_, alias, ok := Builtin(name)
		if !ok {
			t.Fatalf("%s is not built in", name)
		}
		if _, _, ok := Builtin(alias); !ok {
			t.Errorf("%s is an alias of %s, which is not built in", name, alias)
		}
	}
	entries, err := builtin.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]bool{"rescue.service": true, "emergency.service": true, "syslog.service": true}
	for _, e := range entries {
		text, _, ok := Builtin(e.Name())
		if !ok {
			t.Fatalf("%s is not built in", e.Name())
		}
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch key {
			case "Requires", "Wants", "After", "Before", "Conflicts", "Service":
			default:
				continue
			}
			for _, name := range strings.Fields(value) {
				if _, _, ok := Builtin(name); !ok && !theirs[name] {
					t.Errorf("%s: %s=%s is not built in", e.Name(), key, name)
				}
			}
		}
	}
	if _, _, ok := Builtin("../builtin.go"); ok {
		t.Error("a name with a slash leads out of the built-in units")
	}
}

// A directory of dependencies for a built-in alias is one of the unit that it stands for.
func TestBuiltinAliasWants(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "etc/systemd/system/default.target.wants")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../web.service", filepath.Join(dir, "web.service")); err != nil {
		t.Fatal(err)
	}
	g := NewGraph(Options{Root: root, Path: []string{"/etc/systemd/system"}})
	u := g.Load("default.target")
	if u.Name != "multi-user.target" || !slices.Contains(u.Wants, "web.service") || !slices.Contains(u.Aliases, "default.target") {
		t.Errorf("default.target is %s, aliases %q, wants %q", u.Name, u.Aliases, u.Wants)
	}
}
