package units

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Verify tells, for everything that a unit pulls in, what is wrong and what a container cannot do.
func TestVerify(t *testing.T) {
	root := t.TempDir()
	for path, file := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"bin/daemon": {"", 0o755},
		"bin/data":   {"", 0o644},
		"etc/systemd/system/a.service": {`[Unit]
Requires=gone.service off.service
Wants=optional.service b.service
[Service]
ExecStartPre=-/bin/missing
ExecStart=/bin/daemon
Garbage
PrivateNetwork=yes
PrivateTmp=no
MountFlags=slave
MountFlags=
`, 0o644},
		"etc/systemd/system/b.service":                {"[Service]\nExecStart=/bin/data\nExecStop=/bin/missing\n", 0o644},
		"etc/systemd/system/c.service":                {"[Service]\nType=simple\n", 0o644},
		"etc/systemd/system/off.service":              {"", 0o644},
		"etc/systemd/system/untouched.service":        {"nonsense\n", 0o644},
		"etc/systemd/system/b.service.d/10-more.conf": {"[Unit]\nColour=blue\n", 0o644},
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	g := NewGraph(Options{Root: root, Path: []string{"/etc/systemd/system"}})
	var got []string
	for _, r := range g.Verify(true, "a.service", "c.service", "nowhere.service") {
		for _, p := range r.Problems {
			got = append(got, p.String())
		}
		for _, e := range r.Unenforced {
			got = append(got, Problem{e.File, e.Line, e.Setting + " " + string(e.Level)}.String())
		}
	}
	want := []string{
		"/etc/systemd/system/a.service:7: ",
		"/etc/systemd/system/a.service: cannot be started: Requires=gone.service: cannot find gone.service",
		"/etc/systemd/system/a.service: cannot be started: Requires=off.service is masked",
		"/etc/systemd/system/a.service:8: PrivateNetwork accepted",
		"/etc/systemd/system/b.service.d/10-more.conf:2: unknown setting Colour in [Unit], ignored",
		"/etc/systemd/system/b.service: cannot execute /bin/data: it is not executable",
		"/etc/systemd/system/b.service: cannot execute /bin/missing: no such file",
		"/etc/systemd/system/c.service: cannot run c.service: it ",
		"nowhere.service: cannot find nowhere.service",
	}
	if alone := g.Verify(false, "a.service"); len(alone) != 1 || alone[0].Unit.Name != "a.service" {
		t.Errorf("a.service alone: %v", alone)
	}
	if !slices.EqualFunc(got, want, func(g, w string) bool { return len(g) >= len(w) && g[:len(w)] == w }) {
		t.Errorf("got:\n")
		for _, line := range got {
			t.Log(line)
		}
	}
}
