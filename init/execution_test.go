package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// Two assignments of a name: the order of reference/semantics.md, 13.
func TestEnvironmentPrecedence(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b := newBench(t, false)
	u := service(func(x *units.ExecSettings) {
		x.Environment = []string{"A=env", "B=env", "C=env", "PATH=/x:/bin", "MAINPID=7"}
		x.EnvironmentFile = []units.EnvironmentFile{
			{Path: write("e1.conf", "A=f1\nD=d\nE=e\n")}, {Path: "/no/such", Optional: true}, {Path: write("e2.conf", "A=f2\n")},
			{Path: dir + "/none*", Optional: true},
		}
		x.PassEnvironment = []string{"container", "B", "NONE"}
		x.UnsetEnvironment = []string{"C", "D=d", "E=nomatch"}
		x.ExecSearchPath = []string{"/search"}
	})
	sp := spawnOf(u, "/bin/true")
	sp.Env = []string{"MAINPID=5", "A=start", "LISTEN_FDS=9"}
	sp.FDs = []supervisor.FD{{FD: 0, Name: "a"}, {FD: 1, Name: "b"}}
	sp.Watchdog, sp.Notify = 5000000, true
	p := &process{exec: u.Exec, unit: u}
	if err := b.descriptors(sp, p); err != nil {
		t.Fatal(err)
	}
	env, err := b.environment(sp, p)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(env, "\n") + "\n"
	for _, want := range []string{"A=f2", "B=env", "E=e", "container=test", "PATH=/x:/bin", "MAINPID=7", "LISTEN_FDS=2",
		"LISTEN_FDNAMES=a:b", "LISTEN_PID=" + ownPID, "WATCHDOG_USEC=5000000", "WATCHDOG_PID=" + ownPID, "LANG=C.UTF-8",
		"NOTIFY_SOCKET=/run/systemd/notify", "INVOCATION_ID=0123456789abcdef0123456789abcdef"} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	for _, gone := range []string{"C=", "D=", "NONE="} {
		if strings.Contains("\n"+got, "\n"+gone) {
			t.Errorf("%s is there in\n%s", gone, got)
		}
	}
	u.Exec.EnvironmentFile = []units.EnvironmentFile{{Path: "/no/such"}}
	if _, err := b.Spawn(sp); err == nil || !strings.Contains(err.Error(), "/no/such") {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestPassedDescriptors(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		var pipe [2]int
		if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(pipe[0])
		defer unix.Close(pipe[1])
		u := service(func(x *units.ExecSettings) {
			x.StandardOutput = units.Stdio{Kind: units.StdioTruncate, Arg: b.out}
		})
		u.Service.OpenFile = []units.OpenFile{{Path: "/etc/passwd", Name: "users", ReadOnly: true}}
		sp := spawnOf(u, "/bin/sh", "-c", `echo word >&3; echo $(($LISTEN_PID - $$$$)) $1 $LISTEN_FDS $LISTEN_FDNAMES $(readlink /proc/$$$$/fd/4)`, "sh", "${LISTEN_PID}")
		sp.FDs = []supervisor.FD{{FD: pipe[1], Name: "out"}}
		pid, status := b.run(sp)
		data, _ := os.ReadFile(b.out)
		if want := fmt.Sprintf("0 %d 2 out:users /etc/passwd\n", pid); string(data) != want || status.ExitStatus() != 0 {
			t.Errorf("got %q, want %q; status %d, %v", data, want, status.ExitStatus(), b.logged)
		}
		buf := make([]byte, 10)
		if n, _ := unix.Read(pipe[0], buf); string(buf[:n]) != "word\n" {
			t.Errorf("the pipe got %q", buf[:n])
		}
	})
}

func TestExecutedIsReported(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		sp := spawnOf(service(nil), "/bin/true")
		sp.ReportExec = true
		pid, _ := b.run(sp)
		if e := <-b.events; e != (supervisor.Executed{PID: pid}) {
			t.Errorf("got %v", e)
		}
		sp.Command.Path = "/no/such"
		b.run(sp)
		sp.Command.Path = "/bin/true"
		pid, _ = b.run(sp)
		if e := <-b.events; e != (supervisor.Executed{PID: pid}) {
			t.Errorf("after a failure: got %v, want the next process", e)
		}
	})
}

// A socket on standard input is the standard output, too, unless something else is set.
func TestSocketAsStandardStreams(t *testing.T) {
	b := newBench(t, false)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if _, err := unix.Write(pair[0], []byte("abc\n")); err != nil {
		t.Fatal(err)
	}
	sp := spawnOf(service(func(x *units.ExecSettings) { x.StandardInput.Kind = units.StdioSocket }),
		"/bin/sh", "-c", `read x; echo got $x FDS=$LISTEN_FDS`)
	sp.Command.NoEnvExpand, sp.Stdin = true, pair[1]
	b.run(sp)
	buf := make([]byte, 100)
	if n, _ := unix.Read(pair[0], buf); string(buf[:n]) != "got abc FDS=\n" {
		t.Errorf("got %q", buf[:n])
	}
}

// file: writes in place, truncate: starts anew, append: goes on; systemd.exec(5), StandardOutput=.
func TestOutputFiles(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		for kind, want := range map[units.StdioKind]string{
			units.StdioFile: "x\nnger-text\n", units.StdioTruncate: "x\n", units.StdioAppend: "longer-text\nx\n",
		} {
			os.Remove(b.out)
			for _, text := range []string{"longer-text", "x"} {
				b.run(spawnOf(service(func(x *units.ExecSettings) {
					x.StandardOutput = units.Stdio{Kind: kind, Arg: b.out}
				}), "/bin/echo", text))
			}
			if data, _ := os.ReadFile(b.out); string(data) != want {
				t.Errorf("%s: %q, want %q", kind, data, want)
			}
		}
	})
}

func TestDirectories(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to give directories to other users")
	}
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	copyFile(t, root, "/etc/passwd")
	copyFile(t, root, "/etc/group")
	identity := readIdentity()
	s, err := NewSpawner(SpawnerConfig{Root: root, Identity: &identity})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u := service(func(x *units.ExecSettings) {
		x.User, x.Group = "games", "mail"
		x.RuntimeDirectory = []units.ExecDirectory{{Path: "d"}, {Path: "d/sub", Symlinks: []string{"also"}}}
		x.RuntimeDirectoryMode = 0o750
		x.StateDirectory = []units.ExecDirectory{{Path: "deep/er"}}
		x.StateDirectoryMode = 0o700
		x.ConfigurationDirectory = []units.ExecDirectory{{Path: "c"}}
	})
	p, err := s.resolve(spawnOf(u, "/bin/true"))
	if err != nil {
		t.Fatal(err)
	}
	vars := strings.Join(p.vars, " ")
	for _, want := range []string{"RUNTIME_DIRECTORY=/run/d:/run/d/sub", "STATE_DIRECTORY=/var/lib/deep/er", "CONFIGURATION_DIRECTORY=/etc/c"} {
		if !strings.Contains(vars, want) {
			t.Errorf("%s is missing in %s", want, vars)
		}
	}
	for path, want := range map[string]string{
		"/run/d": "750 5 8", "/run/d/sub": "750 5 8", "/var/lib/deep": "755 0 0", "/var/lib/deep/er": "700 5 8", "/etc/c": "755 5 8",
	} {
		var st unix.Stat_t
		if err := unix.Lstat(root+path, &st); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%o %d %d", st.Mode&0o7777, st.Uid, st.Gid); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if to, _ := os.Readlink(root + "/run/also"); to != "d/sub" {
		t.Errorf("the link leads to %q", to)
	}

	// A service that puts a link in place of its directory must not have PID 1 follow it.
	os.RemoveAll(root + "/var/lib/deep/er")
	if err := os.Symlink("/etc", root+"/var/lib/deep/er"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.resolve(spawnOf(u, "/bin/true")); err == nil {
		t.Error("a planted link was followed")
	}
	s.Cleanup(u, false)
	if _, err := os.Lstat(root + "/run/d"); !os.IsNotExist(err) {
		t.Error("the runtime directory is still there")
	}
	if _, err := os.Lstat(root + "/run/also"); !os.IsNotExist(err) {
		t.Error("the link is still there")
	}
}

func copyFile(t *testing.T, root, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(root+path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(root+path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestCredentials(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		secret := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(secret, []byte("top secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		set := func(x *units.ExecSettings) {
			x.LoadCredential = []units.Credential{{Name: "loaded", Path: secret}, {Name: "absent", Path: "/no/x"}}
			x.SetCredential = []units.Credential{{Name: "loaded", Value: []byte("only a default")}, {Name: "absent", Value: []byte("default\n")}}
		}
		got := b.shell(set, `cd $CREDENTIALS_DIRECTORY; stat -c %a . *; cat absent loaded`)
		if want := "500\n400\n400\ndefault\ntop secret\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		u := service(set)
		b.Cleanup(u, false)
		if _, err := os.Lstat(b.cfg.Credentials + "/" + u.Name); !os.IsNotExist(err) {
			t.Error("the credentials are still there")
		}
	})
}

// PID 1 without privileges: its own user is no change, another one fails as it does under systemd.
func TestWithoutPrivileges(t *testing.T) {
	b := newBench(t, false)
	b.cfg.Identity = Identity{UID: 12345, GID: 12345}
	b.own = nil
	id, err := b.identityOf(service(nil), &units.ExecSettings{User: "12345"})
	if err != nil || id.setUID || id.setGID || id.groups != nil {
		t.Errorf("its own user: %+v, %v", id, err)
	}
	id, err = b.identityOf(service(nil), &units.ExecSettings{User: "daemon"})
	if err != nil || !id.setUID {
		t.Errorf("another user: %+v, %v", id, err)
	}
	id, err = b.identityOf(service(nil), &units.ExecSettings{DynamicUser: true})
	if err != nil || id.setUID || id.uid != 12345 {
		t.Errorf("a dynamic user: %+v, %v", id, err)
	}
}

func TestWhyTheShim(t *testing.T) {
	for name, row := range map[string]struct {
		p    process
		want int
	}{
		"plain":        {process{argv: []string{"/bin/true"}}, 0},
		"own pid":      {process{argv: []string{"x", "--pid=" + ownPID}}, 1},
		"terminal":     {process{streams: [3]stream{{path: "/dev/tty"}}}, 1},
		"regular file": {process{streams: [3]stream{{path: "/etc/passwd"}}}, 0},
		"file to make": {process{streams: [3]stream{{}, {path: "/no/such"}}}, 0},
	} {
		if got := shimReasons(&row.p); len(got) != row.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
