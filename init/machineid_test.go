package pid1

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// machine-id(5): an id that is there stays, an empty or unfinished file gets the engine's or a random one.
func TestSetupMachineID(t *testing.T) {
	const valid, engine = "0123456789abcdef0123456789abcdef", "fedcba98-7654-3210-fedc-ba9876543210"
	for name, row := range map[string]struct {
		text, container, want string
		changed               bool
	}{
		"there":               {valid + "\n", engine, valid, false},
		"upper case":          {strings.ToUpper(valid), "", valid, false},
		"empty":               {"", engine, strings.ReplaceAll(engine, "-", ""), true},
		"uninitialized":       {"uninitialized\n", engine, strings.ReplaceAll(engine, "-", ""), true},
		"zeros":               {strings.Repeat("0", 32), engine, strings.ReplaceAll(engine, "-", ""), true},
		"too short":           {valid[:31], engine, strings.ReplaceAll(engine, "-", ""), true},
		"nothing from engine": {"", "rubbish", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "machine-id")
			if err := os.WriteFile(path, []byte(row.text), 0o644); err != nil {
				t.Fatal(err)
			}
			id, changed, err := setupMachineID(path, row.container)
			if err != nil || changed != row.changed || row.want != "" && id != row.want {
				t.Errorf("got %s %v %v", id, changed, err)
			}
			if _, ok := parseID(id); !ok {
				t.Errorf("%q is no id", id)
			}
			if changed {
				if text, _ := os.ReadFile(path); string(text) != id+"\n" {
					t.Errorf("the file holds %q", text)
				}
			}
		})
	}
	if id, changed, err := setupMachineID(filepath.Join(t.TempDir(), "missing", "machine-id")); err == nil || changed || id == "" {
		t.Errorf("without a directory: %s %v %v", id, changed, err)
	}
	// Through a link, as images have that keep it in a volume; and two random ids differ.
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink("target", link); err != nil {
		t.Fatal(err)
	}
	one, _, err := setupMachineID(link)
	if text, _ := os.ReadFile(filepath.Join(dir, "target")); err != nil || string(text) != one+"\n" {
		t.Errorf("through a link: %q %v", text, err)
	}
	if two := randomID(); one == two {
		t.Error("random ids repeat")
	}
}
