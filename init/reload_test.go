package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const reloaded = `
-- story.target --
[Unit]
DefaultDependencies=no
Wants=stays.service goes.service waits.service late.timer knocked.socket
-- more.target --
[Unit]
DefaultDependencies=no
-- stays.service --
[Service]
Environment=WHO=old
ExecStart=/bin/sleep 1000
ExecStop=/bin/echo the old stop
-- goes.service --
[Service]
ExecStart=/bin/sleep 1000
ExecStop=/bin/echo goes is stopped as it was started
-- waits.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'until test -e /run/go; do sleep 0.02; done'
-- behind.service --
[Unit]
After=waits.service
[Service]
ExecStart=/bin/sh -c 'echo behind by $$WHO; exec sleep 1000'
-- late.timer --
[Timer]
OnActiveSec=1000s
-- late.service --
[Service]
ExecStart=/bin/echo the timer has elapsed
-- knocked.socket --
[Socket]
ListenStream=/run/knocked
Service=first.service
-- first.service --
[Service]
ExecStart=/bin/sleep 1000
-- second.service --
[Service]
ExecStart=/bin/sleep 1000
`

// edited is a container whose unit files are changed while it runs.
type edited struct {
	*container
	root string
}

func (e edited) file(name, text string) {
	e.t.Helper()
	path := filepath.Join(e.root, "/units", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

func (e edited) systemctl(argv ...string) answer {
	e.t.Helper()
	a, err := ask(e.root, argv)
	if err != nil {
		e.t.Fatal(err)
	}
	return a
}

func (e edited) property(unit, name, want string) {
	e.t.Helper()
	if got := strings.TrimSpace(e.systemctl("show", "-P", name, unit).Stdout); got != want {
		e.t.Errorf("%s of %s is %q, want %q", name, unit, got, want)
	}
}

// TestDaemonReload changes everything under the feet of units that run or have jobs: systemctl daemon-reload, and a
// re-execution, which reads all files anew just the same.
func TestDaemonReload(t *testing.T) {
	for _, how := range []string{"daemon-reload", "daemon-reexec"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := boot(t, story{units: reloaded})
			e := edited{c, fmt.Sprintf("/proc/%d/root", c.cmd.Process.Pid)}
			c.is("stays.service", "active running")
			c.is("goes.service", "active running")
			c.is("waits.service", "activating start")
			c.is("knocked.socket", "active listening")
			c.tell("start", "behind.service")
			jobs := c.tell("jobs")
			stays, goes := c.tell("main", "stays.service"), c.tell("main", "goes.service")

			e.file("stays.service", "[Service]\nEnvironment=WHO=new\nExecStart=/bin/sleep 2000\nExecStop=/bin/echo the new stop\nTimeoutStopSec=7\n")
			e.file("stays.service.d/more.conf", "[Unit]\nDescription=With a drop-in\n")
			e.file("behind.service", "[Unit]\nAfter=waits.service\n[Service]\nEnvironment=WHO=new\nExecStart=/bin/sh -c 'echo behind by $$WHO; exec sleep 1000'\n")
			e.file("late.timer", "[Timer]\nOnCalendar=*:*:*\n")
			e.file("knocked.socket", "[Socket]\nListenStream=/run/knocked\nService=second.service\n")
			e.file("new.service", "[Service]\nExecStart=/bin/sleep 1000\n")
			for name, target := range map[string]string{"alias.service": "stays.service", "more.target.wants/new.service": "../new.service"} {
				path := filepath.Join(e.root, "/units", name)
				_ = os.MkdirAll(filepath.Dir(path), 0o755)
				if err := os.Symlink(target, path); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Remove(filepath.Join(e.root, "/units/goes.service")); err != nil {
				t.Fatal(err)
			}
			e.property("stays.service", "NeedDaemonReload", "yes")
			e.property("goes.service", "NeedDaemonReload", "yes")
			e.property("first.service", "NeedDaemonReload", "no")

			if how == "daemon-reload" {
				e.systemctl("daemon-reload")
			} else {
				c.anew("reexec")
			}

			if now := c.tell("main", "stays.service"); now != stays {
				t.Errorf("stays.service was %s and is %s", stays, now)
			}
			if now := c.tell("main", "goes.service"); now != goes {
				t.Errorf("goes.service was %s and is %s", goes, now)
			}
			e.property("stays.service", "NeedDaemonReload", "no")
			e.property("stays.service", "Environment", "WHO=new")
			e.property("stays.service", "Description", "With a drop-in")
			e.property("stays.service", "TimeoutStopUSec", "7s")
			e.property("alias.service", "Id", "stays.service")
			e.property("alias.service", "ActiveState", "active")
			e.property("goes.service", "LoadState", "not-found")
			e.property("goes.service", "ActiveState", "active")
			c.shows("]: the timer has elapsed")
			if now := c.tell("jobs"); now != jobs {
				t.Errorf("there were %s jobs and are %s", jobs, now)
			}

			c.within("touch", "/run/go")
			c.shows("]: behind by new")
			e.systemctl("start", "more.target")
			c.is("new.service", "active running")
			c.within(storyTool, "knock:/run/knocked")
			c.is("second.service", "active running")
			c.is("first.service", "inactive")
			e.systemctl("stop", "alias.service")
			c.shows("]: the new stop")
			e.systemctl("stop", "goes.service")
			c.shows("]: goes is stopped as it was started")
			if a := e.systemctl("start", "goes.service"); a.Exit != 5 {
				t.Errorf("starting goes.service once more: %+v", a)
			}
			c.signal(unix.SIGTERM)
			c.ends(0)
		})
	}
}
