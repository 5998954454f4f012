package bus

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pintle/supervisor"
)

// genuineSystemctl is systemd's own systemctl, where it is installed; it is no part of what pintle needs.
func genuineSystemctl(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("systemctl")
	if err == nil {
		var out []byte
		out, err = exec.Command(path, "--version").Output()
		if err == nil && !strings.HasPrefix(string(out), "systemd ") {
			err = fmt.Errorf("%s is another one's", path)
		}
	}
	if err != nil {
		t.Skipf("the genuine systemctl is not installed: %v", err)
	}
	return path
}

// knownOtherwise tells whether systemctl of systemd 252, which is older than the texts of the supervisor, shows a
// value in its own way: without words for what it does not know, or with a mistake that was mended later.
func knownOtherwise(name, got, want string) bool {
	switch {
	case got == "" || got == "[unprintable]": // of a type that it has no words for
		return slices.Contains(strings.Fields("TTYRows SetCredential OpenFile NFTSet LogFilterPatterns LoadCredential"), name)
	case got == "18446744073709551615": // and not that this stands for something
		return want == "infinity" || want == "[not set]"
	case name == "MemoryAvailable":
		return got == "infinity" && want == "[not set]"
	case name == "SocketBindAllow":
		return got == strings.Replace(want, ":tcp:", ":tcp", 1)
	}
	return false
}

// The genuine systemctl shows of units what the supervisor says that it should.
func TestShowAgainstSystemd(t *testing.T) {
	systemctl := genuineSystemctl(t)
	w := newWorld(t, everyType)
	runtime := filepath.Dir(w.path)
	if err := os.Mkdir(filepath.Join(runtime, "systemd"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.path, filepath.Join(runtime, "systemd/private")); err != nil {
		t.Fatal(err)
	}
	names := []string{"none.service", "init.scope"}
	for name := range everyType {
		names = append(names, name)
	}
	slices.Sort(names)
	w.do(func() {
		for _, name := range []string{"full.socket", "full.service", "full.timer", "full.path", "plain.target", "plain.service"} {
			if _, err := w.manager.Enqueue(supervisor.JobStart, name, ""); err != nil {
				t.Error(err)
			}
		}
	})
	for _, name := range names {
		command := exec.Command(systemctl, "--user", "show", name)
		command.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+runtime)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("systemctl show %s: %v\n%s", name, err, out)
		}
		shown := map[string][]string{}
		for line := range strings.Lines(string(out)) {
			key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			shown[key] = append(shown[key], value)
		}
		w.do(func() {
			for _, p := range w.manager.Load(name).Properties() {
				got, want := strings.Join(shown[p.Name], "\n"), strings.Join(p.Texts(), "\n")
				if got != want && !knownOtherwise(p.Name, got, want) {
					t.Errorf("%s of %s is shown as %q, want %q", p.Name, name, got, want)
				}
			}
		})
	}
}
