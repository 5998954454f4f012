package install

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const enabling = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlias=also.service\n"

// TestLinksStayInTheRoot has a root whose directories are links that lead out of it: all that is made or removed
// must be within.
func TestLinksStayInTheRoot(t *testing.T) {
	for name, target := range map[string]string{
		"absolute":     "", // replaced by the path of the directory outside
		"up and out":   "../../../../../../../../../../../../",
		"through proc": "/proc/self/root",
	} {
		t.Run(name, func(t *testing.T) {
			outside, root := t.TempDir(), t.TempDir()
			switch name {
			case "absolute":
				target = outside
			case "up and out":
				target += outside
			case "through proc":
				target += outside
			}
			for _, dir := range []string{"/system", "/multi-user.target.wants"} {
				if err := os.Mkdir(outside+dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			precious := outside + "/system/a.service"
			if err := os.WriteFile(precious, []byte(enabling), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("a.service", outside+"/system/other.service"); err != nil {
				t.Fatal(err)
			}
			plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": enabling}, nil)
			if err := os.RemoveAll(root + "/etc/systemd"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, root+"/etc/systemd"); err != nil {
				t.Fatal(err)
			}
			before := contents(t, outside)
			f := &Files{Root: root}
			f.Enable([]string{"a.service"}, Options{Force: true})
			f.Mask([]string{"a.service", "b.service"}, Options{Force: true})
			f.Unmask([]string{"a.service"}, Options{})
			f.Disable([]string{"a.service", "other.service"}, Options{})
			f.Revert([]string{"a.service"})
			f.PresetAll(Options{Force: true})
			f.SetDefault("a.target", Options{Force: true})
			if state, _, err := f.State("other.service"); err == nil {
				t.Errorf("other.service, which lies outside, is %s", state)
			}
			if after := contents(t, outside); after != before {
				t.Errorf("the directory outside has\n%s\nand had\n%s", after, before)
			}
		})
	}
}

// contents lists a directory with all in it.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target, _ := os.Readlink(path)
		b.WriteString(path + " " + d.Type().String() + " " + target + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnAbsoluteLinkLeadsIntoTheRoot(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/data/units/a.service": enabling}, map[string]string{"/usr/local/lib/systemd/system": "/data/units"})
	f := &Files{Root: root}
	if state, _, err := f.State("a.service"); err != nil || state != Disabled {
		t.Errorf("a.service is %s, %v", state, err)
	}
	res := f.Enable([]string{"a.service"}, Options{})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if target, _ := os.Readlink(root + "/etc/systemd/system/multi-user.target.wants/a.service"); target != "/usr/local/lib/systemd/system/a.service" {
		t.Errorf("the link leads to %s", target)
	}
}

// TestNoFileHoldsAnythingUp has FIFOs, directories, loops and huge files where unit files are looked for.
func TestNoFileHoldsAnythingUp(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"/usr/lib/systemd/system/good.service":             enabling,
		"/usr/lib/systemd/system/dir.service/x":            "",
		"/etc/systemd/system/dropped.service":              enabling,
		"/etc/systemd/system/dropped.service.d/10.conf/no": "",
	}, map[string]string{
		"/usr/lib/systemd/system/loop.service":    "loop2.service",
		"/usr/lib/systemd/system/loop2.service":   "loop.service",
		"/usr/lib/systemd/system/self.service":    "self.service",
		"/usr/lib/systemd/system/nowhere.service": "/nowhere/nowhere.service",
		"/etc/systemd/system/deep.service":        "/loop/x",
		"/loop":                                   "/loop",
	})
	if err := syscall.Mkfifo(root+"/usr/lib/systemd/system/fifo.service", 0o644); err != nil {
		t.Fatal(err)
	}
	huge, err := os.Create(root + "/usr/lib/systemd/system/huge.service")
	if err != nil {
		t.Fatal(err)
	}
	if err := huge.Truncate(1 << 40); err != nil {
		t.Fatal(err)
	}
	huge.Close()
	f := &Files{Root: root}
	done := make(chan map[string]State, 1)
	go func() {
		files, err := f.List(nil, nil)
		if err != nil {
			t.Error(err)
		}
		states := map[string]State{}
		for _, file := range files {
			states[filepath.Base(file.Path)] = file.State
		}
		f.PresetAll(Options{})
		done <- states
	}()
	select {
	case states := <-done:
		for name, want := range map[string]State{
			"good.service": Disabled, "loop.service": Bad, "self.service": Bad, "nowhere.service": Bad, "huge.service": Bad,
			"deep.service": Bad, "dropped.service": Bad,
		} {
			if states[name] != want {
				t.Errorf("%s is %q, want %q", name, states[name], want)
			}
		}
		for _, name := range []string{"fifo.service", "dir.service"} {
			if state, there := states[name]; there {
				t.Errorf("%s, which is no file, is listed as %s", name, state)
			}
		}
	case <-time.After(time.Minute):
		t.Fatal("something waits for a file")
	}
	if _, _, err := f.State("fifo.service"); err == nil {
		t.Error("a FIFO has a state")
	}
}

// TestReplacingIsOneStep looks at a link all the time while another one takes its place.
func TestReplacingIsOneStep(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"/usr/lib/systemd/system/one.target": "[Unit]\n",
		"/usr/lib/systemd/system/two.target": "[Unit]\n",
	}, map[string]string{"/etc/systemd/system/default.target": "/usr/lib/systemd/system/one.target"})
	stop, missed := make(chan struct{}), make(chan bool, 1)
	go func() {
		gone := false
		for {
			select {
			case <-stop:
				missed <- gone
				return
			default:
				if _, err := os.Stat(root + "/etc/systemd/system"); err != nil {
					gone = true
				}
				if _, err := os.Readlink(root + "/etc/systemd/system/default.target"); err != nil {
					gone = true
				}
			}
		}
	}()
	f := &Files{Root: root}
	for i := range 200 {
		name := []string{"one.target", "two.target"}[i%2]
		if res := f.SetDefault(name, Options{Force: true}); res.Err != nil {
			t.Fatal(res.Err)
		}
		if now, _, err := f.Default(); err != nil || now != name {
			t.Fatalf("the default is %s, %v, want %s", now, err, name)
		}
	}
	close(stop)
	if <-missed {
		t.Error("there was a moment without default.target")
	}
	entries, err := os.ReadDir(root + "/etc/systemd/system")
	if err != nil || len(entries) != 1 {
		t.Errorf("beside default.target there is %v, %v", entries, err)
	}
}

func TestARootThatIsNotThere(t *testing.T) {
	f := &Files{Root: "/nowhere/at/all"}
	out := f.Run(Command{Verb: "enable", Names: []string{"a.service"}})
	want := "Failed to initialize unit search paths for root directory /nowhere/at/all: No such file or directory"
	if out.Exit != 1 || text(out.Stderr) != want+"\n" {
		t.Errorf("exit status %d, %q", out.Exit, out.Stderr)
	}
	for _, verb := range []string{"is-enabled", "preset", "mask", "disable"} {
		if out := f.Run(Command{Verb: verb, Names: []string{"a.service"}}); out.Exit != 1 || text(out.Stderr) != want+"\n" {
			t.Errorf("%s: exit status %d, %q", verb, out.Exit, out.Stderr)
		}
	}
	if out := f.Run(Command{Verb: "get-default"}); out.Exit != 1 {
		t.Errorf("get-default: exit status %d", out.Exit)
	}
	if _, err := f.List(nil, nil); err == nil {
		t.Error("no error")
	}
	if _, err := f.QueryPreset("a.service"); err == nil {
		t.Error("no error")
	}
}
