package pid1

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// bench holds a Spawner and what it said.
type bench struct {
	*Spawner
	t      testing.TB
	mu     sync.Mutex
	logged []string
	events chan supervisor.Event
	out    string
}

func newBench(t testing.TB, viaShim bool) *bench {
	b := &bench{t: t, events: make(chan supervisor.Event, 64), out: filepath.Join(t.TempDir(), "out")}
	if err := os.Chmod(filepath.Dir(b.out), 0o777); err != nil {
		t.Fatal(err)
	}
	s, err := NewSpawner(SpawnerConfig{
		Env:     []string{"PATH=" + DefaultPath, "LANG=C.UTF-8"},
		PassEnv: []string{"container=test", "B=passed"}, NotifyPath: "/run/systemd/notify",
		Report: func(e supervisor.Event) { b.events <- e },
		Log: func(_ supervisor.Level, unit, message string) {
			b.mu.Lock()
			b.logged = append(b.logged, unit+": "+message)
			b.mu.Unlock()
		},
		Credentials: filepath.Join(t.TempDir(), "credentials"),
		Tracker:     NewTracker(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.viaShim = viaShim
	b.Spawner = s
	return b
}

// service makes a unit as if loaded from a file without settings.
func service(change func(*units.ExecSettings)) *units.Unit {
	x := &units.ExecSettings{UMask: 0o022, IgnoreSIGPIPE: true}
	if change != nil {
		change(x)
	}
	return &units.Unit{Name: "t.service", Exec: x, Service: &units.ServiceSettings{}}
}

func spawnOf(u *units.Unit, argv ...string) *supervisor.Spawn {
	return &supervisor.Spawn{
		Unit: u, Role: supervisor.RoleStart, Command: units.Command{Path: argv[0], Argv: argv},
		InvocationID: "0123456789abcdef0123456789abcdef", Stdin: -1,
	}
}

// run starts a process and waits for its end.
func (b *bench) run(sp *supervisor.Spawn) (pid int, status unix.WaitStatus) {
	b.t.Helper()
	pid, err := b.Spawn(sp)
	if err != nil {
		b.t.Fatal(err)
	}
	for {
		_, err := unix.Wait4(pid, &status, 0, nil)
		if err == nil {
			return pid, status
		}
		if err != unix.EINTR {
			b.t.Fatal(err)
		}
	}
}

// shell runs a script with its output in a file, and returns the output.
func (b *bench) shell(change func(*units.ExecSettings), script string) string {
	b.t.Helper()
	u := service(func(x *units.ExecSettings) {
		if change != nil {
			change(x)
		}
		x.StandardOutput = units.Stdio{Kind: units.StdioTruncate, Arg: b.out}
	})
	sp := spawnOf(u, "/bin/sh", "-c", script)
	sp.Command.NoEnvExpand = true
	pid, status := b.run(sp)
	if status.ExitStatus() != 0 {
		b.t.Errorf("%s: exit status %d (signal %d): %v", script, status.ExitStatus(), status.Signal(), b.logged)
	}
	data, err := os.ReadFile(b.out)
	if err != nil {
		b.t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), filepath.Dir(b.out), "OUT")
	return regexp.MustCompile(`\b`+strconv.Itoa(pid)+`\b`).ReplaceAllString(text, "PID")
}

func TestMain(m *testing.M) {
	Shim()
	inheritance := Inherit()
	switch filepath.Base(os.Args[0]) {
	case storyArg0:
		storyInit(os.Args[1:], inheritance)
	case "systemctl":
		os.Exit(storySystemctl(os.Args[1:]))
	case filepath.Base(storyTool):
		storyService(os.Args[1:])
	}
	// Tests that run side by side are rows of a table that mostly wait for time to pass.
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" || f.Name == "test.cpu" })
	if !given {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func bothPaths(t *testing.T, test func(*testing.T, *bench)) {
	for _, viaShim := range []bool{false, true} {
		t.Run(map[bool]string{false: "fast", true: "shim"}[viaShim], func(t *testing.T) { test(t, newBench(t, viaShim)) })
	}
}

func TestProcessHasItsOwnPIDInItsEnvironment(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		got := b.shell(nil, `echo $$ $SYSTEMD_EXEC_PID; env | sort | cut -d= -f1 | xargs`)
		want := "PID PID\nINVOCATION_ID LANG PATH PWD SYSTEMD_EXEC_PID"
		if os.Getuid() == 0 {
			want += " USER"
		}
		if strings.TrimSpace(strings.Replace(got, "USER", "", 1)) != strings.TrimSpace(strings.Replace(want, " USER", "", 1)) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
