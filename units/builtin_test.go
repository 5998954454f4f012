package units

import (
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
