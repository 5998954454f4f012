package pid1

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A generator of an earlier directory replaces one of the same name; one that is empty, or a link to
// /dev/null, is no generator at all (systemd.generator(7)).
func TestFindGenerators(t *testing.T) {
	etc, lib := t.TempDir(), t.TempDir()
	put := func(path string, mode os.FileMode, text string) {
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"b-plain", "a-replaced", "c-masked", "d-empty"} {
		put(filepath.Join(lib, name), 0o755, "#!/bin/sh\n")
	}
	put(filepath.Join(lib, "e-data"), 0o644, "no program\n")
	put(filepath.Join(lib, ".hidden"), 0o755, "#!/bin/sh\n")
	put(filepath.Join(etc, "a-replaced"), 0o755, "#!/bin/sh\n")
	put(filepath.Join(etc, "d-empty"), 0o644, "")
	if err := os.Symlink(os.DevNull, filepath.Join(etc, "c-masked")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(lib, "f-directory"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(etc, "a-replaced"), filepath.Join(lib, "b-plain")}
	if got := findGenerators([]string{filepath.Join(etc, "missing"), etc, lib}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What generators write is found, each directory at its place in the search path; one that fails is named,
// and one that hangs is killed.
func TestGeneratorsOfABoot(t *testing.T) {
	const generators = "/etc/systemd/system-generators/"
	c := boot(t, story{
		env: []string{"SYSTEMD_UNIT_PATH=/run/systemd/generator.early:/units:/run/systemd/generator:/run/systemd/generator.late"},
		units: `
-- story.target --
[Unit]
Wants=normal.service early.service late.service own.service
-- own.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/echo own wins over normal
-- early.service --
[Service]
ExecStart=/bin/echo never: the early one wins
-- ` + generators + `10-good --
#!/bin/sh
test "$SYSTEMD_SCOPE" = system || exit 9
unit() { printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/echo generated %s\n' "$3" >"$1/$2"; }
unit $1 normal.service normal
unit $1 own.service never
unit $2 early.service early
unit $3 late.service late
unit $3 normal.service never
-- ` + generators + `20-bad --
#!/bin/sh
exit 7
-- ` + generators + `30-hangs --
#!/bin/sh
sleep 1000
`})
	c.shows("boot finished")
	for _, text := range []string{"]: generated normal", "]: generated early", "]: generated late", "]: own wins over normal"} {
		c.shows(text)
	}
	log := c.console()
	for _, text := range []string{"20-bad failed: status 7", "30-hangs failed: killed by SIGKILL", "generators took longer than " + generatorTimeout.String()} {
		if !strings.Contains(log, text) {
			t.Errorf("the console does not show %q", text)
		}
	}
	if strings.Contains(log, "never") {
		t.Error("a unit of a later directory was used")
	}
	begin := time.Now()
	c.signal(unix.SIGTERM)
	c.ends(0)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("what a generator left behind kept the container for %v", took)
	}
}
