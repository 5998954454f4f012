package upgrade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pintle/firstrun"
)

// What setup is made of, as unit files; a test of the whole is in images/data.
func TestSetupUnits(t *testing.T) {
	for name, c := range map[string]struct {
		setup firstrun.Setup
		want  map[string]string // a line of each file; "" for a symlink
	}{
		"commands": {firstrun.Setup{Commands: []string{"true"}}, map[string]string{
			"pintle-setup.service": "ExecStart=/p firstrun setup", "app.target.wants/pintle-setup.service": ""}},
		"a unit": {firstrun.Setup{Unit: "first.service", After: []string{"db.service"}}, map[string]string{
			"pintle-setup.service": "Requires=first.service", "app.target.wants/pintle-setup.service": "",
			"first.service.d/50-pintle-setup.conf": "After=db.service"}},
		"a unit that may fail": {firstrun.Setup{Unit: "first.service", Keep: true}, map[string]string{
			"pintle-setup.service": "ExecStart=/p firstrun configured", "app.target.wants/pintle-setup.service": "",
			"first.service.d/50-pintle-setup.conf": "EnvironmentFile=-/run/pintle/setup/unit.environment"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{Setup: c.setup, Unit: "app.target"}
			dir := t.TempDir()
			files := config.SetupUnits("/p")
			if err := WriteUnits(dir, files); err != nil {
				t.Fatal(err)
			}
			if len(files) != len(c.want) {
				t.Errorf("got %+v", files)
			}
			for path, line := range c.want {
				text, err := os.ReadFile(filepath.Join(dir, path))
				if err != nil || !strings.Contains(string(text), line+"\n") {
					t.Errorf("%s has no line %q:\n%s%v", path, line, text, err)
				}
				if keeps := !strings.Contains(string(text), "FailureAction=exit"); line != "" && strings.HasSuffix(path, ".conf") && keeps != c.setup.Keep {
					t.Errorf("%s: %s", path, text)
				}
			}
		})
	}
}
