package pid1

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const sleeper = `
-- story.target --
[Unit]
Wants=a.service
After=a.service
-- a.service --
[Unit]
Description=Sleeper
[Service]
ExecStart=/bin/sh -c 'echo up and running; exec sleep 1000'
Restart=always
RestartSec=0
`

func TestKilledServiceComesBack(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	c.shows("[  OK  ] Started a.service - Sleeper.")
	c.shows("]: up and running")
	first := c.tell("pids", "a.service")
	c.tell("kill", first, "9")
	for end := time.Now().Add(storyWait); ; {
		if now := c.tell("pids", "a.service"); now != "" && now != first {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it did not come back")
		}
	}
	c.is("a.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestOrderedStopWithinTheBudget(t *testing.T) {
	c := boot(t, story{budget: 2 * time.Second, units: `
-- story.target --
[Unit]
Wants=first.service stubborn.service last.service
-- first.service --
[Service]
ExecStart=/bin/sleep 1000
ExecStop=/bin/echo first stops
-- stubborn.service --
[Unit]
After=first.service
[Service]
ExecStart=/bin/sh -c 'trap "" TERM; echo stubborn; while :; do sleep 1000; done'
-- last.service --
[Unit]
After=stubborn.service
[Service]
ExecStart=/bin/sleep 1000
ExecStop=/bin/echo last stops
`})
	c.is("story.target", "active")
	c.shows("]: stubborn")
	begin := time.Now()
	c.signal(unix.SIGTERM)
	c.ends(0)
	if took := time.Since(begin); took > 2*time.Second+500*time.Millisecond {
		t.Errorf("the stop took %v", took)
	}
	log := c.console()
	one, two := strings.Index(log, "]: last stops"), strings.Index(log, "]: first stops")
	if one < 0 || two < 0 || one > two {
		t.Error("the stop was not in the reverse order of the start")
	}
	if !strings.Contains(log, "Cut short") || !strings.Contains(log, "stubborn.service") {
		t.Error("the console does not name the unit that was cut short")
	}
}

func TestOrphansLeaveNoZombie(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=orphans.service
-- orphans.service --
[Service]
Type=oneshot
KillMode=none
ExecStart=/usr/bin/perl -e 'for (1..100) { if (!fork) { for (1..100) { if (!fork) { exit 0 } } exit 0 } } print "forked\n"'
`})
	c.shows("]: forked")
	end := time.Now().Add(storyWait)
	for c.tell("zombies") != "0" {
		if time.Now().After(end) {
			t.Fatalf("%s zombies are left", c.tell("zombies"))
		}
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestDaemonThatLeftItsSessionIsStoppedWhole(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=d.service
-- d.service --
[Service]
Type=forking
ExecStart=/bin/sh -c 'setsid sh -c "setsid sleep 1000 & sleep 1000" >/dev/null 2>&1 &'
`})
	c.is("d.service", "active running")
	for end := time.Now().Add(storyWait); len(strings.Fields(c.tell("pids", "d.service"))) < 3; {
		if time.Now().After(end) {
			t.Fatal("not all of its processes are known:", c.tell("pids", "d.service"))
		}
	}
	c.tell("stop", "d.service")
	c.is("d.service", "inactive")
	if left := c.tell("pids", "d.service"); left != "" {
		t.Errorf("processes %s are left", left)
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestCycleIsBrokenAndSaid(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=a.service b.service
After=a.service b.service
-- a.service --
[Unit]
After=b.service
[Service]
ExecStart=/bin/sleep 1000
-- b.service --
[Unit]
After=a.service
[Service]
ExecStart=/bin/sleep 1000
`})
	c.is("story.target", "active")
	c.shows("ordering cycle: ")
	c.shows("; dropped the job of b.service to break it")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestBadInputCostsItself(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=garbage.service missing.service good.service
-- garbage.service --
[Service]
ExecStart=/bin/sleep 1000
this is no assignment
Nonsense=yes
-- missing.service --
[Service]
Type=exec
ExecStart=/nonexistent/daemon
-- good.service --
[Service]
ExecStart=/bin/sleep 1000
`})
	c.is("good.service", "active running")
	c.is("garbage.service", "active running")
	c.is("missing.service", "failed failed exit-code")
	c.shows("/units/garbage.service:3:")
	c.shows("/units/garbage.service:4:")
	c.shows("203/EXEC")
	c.is("story.target", "active")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestSIGTERMDuringTheBoot(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=up.service slow.service never.service
-- up.service --
[Service]
ExecStart=/bin/sleep 1000
ExecStopPost=/bin/echo up is stopped
-- slow.service --
[Unit]
After=up.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo slow begins; sleep 1000'
-- never.service --
[Unit]
After=slow.service
[Service]
ExecStart=/bin/echo never started
`})
	c.shows("]: slow begins")
	c.signal(unix.SIGTERM)
	c.ends(0)
	if log := c.console(); !strings.Contains(log, "]: up is stopped") || strings.Contains(log, "never started") {
		t.Error("what had started was not stopped, or what had not was started")
	}
}

func TestForegroundCommand(t *testing.T) {
	c := boot(t, story{units: sleeper, env: []string{"WHO=me"}, command: []string{"sh", "-c", "echo command of $WHO; exit 7"}})
	c.ends(7)
	if !strings.Contains(c.console(), "\ncommand of me\n") {
		t.Error("the command did not have the container's output and environment")
	}
}

func TestForegroundCommandKilled(t *testing.T) {
	boot(t, story{units: sleeper, command: []string{"sh", "-c", "kill -9 $$"}}).ends(137)
}

func TestForegroundCommandMissing(t *testing.T) {
	boot(t, story{units: sleeper, command: []string{"no-such-command"}}).ends(127)
}

func TestVitalUnit(t *testing.T) {
	c := boot(t, story{vital: []string{"v.service"}, units: sleeper + `
-- v.service --
[Install]
[Service]
ExecStart=/bin/sh -c 'exit 42'
`, command: nil})
	c.is("a.service", "active")
	c.tell("start", "v.service")
	c.ends(42)
}

func TestSignalsEndTheContainer(t *testing.T) {
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT, rtMin + 3, rtMin + 4, rtMin + 5} {
		t.Run(signalName(sig), func(t *testing.T) {
			c := boot(t, story{units: sleeper})
			c.is("a.service", "active running")
			c.signal(sig)
			c.ends(0)
		})
	}
}

func TestSlowReaderOfTheConsole(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := boot(t, story{stdout: w, units: `
-- story.target --
[Unit]
Wants=spew.service
-- spew.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'yes some text that nobody reads | head -c 8000000'
`})
	w.Close()
	c.is("spew.service", "active exited") // although nobody reads
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestPanicCostsOneRequest(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	if c.in.WriteString("panic\n"); true {
		c.shows("bug: a bug, made by a test")
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestUnprivilegedPID1(t *testing.T) {
	c := boot(t, story{units: sleeper, user: true})
	c.shows("running as user 12345")
	c.shows("Started a.service")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// PID 1 of a user is controlled like that user's manager.
func TestUnprivilegedPID1IsControlled(t *testing.T) {
	c := boot(t, story{units: sleeper, user: true, env: []string{"XDG_RUNTIME_DIR=/tmp/runtime"}})
	c.shows("Started a.service")
	g := c.goClientAt("/tmp/runtime/systemd/private")
	g.stop("a.service")
	if got := g.unit("a.service"); got != "loaded inactive dead" {
		t.Errorf("a.service is %s", got)
	}
	g.start("a.service")
	g.becomes("a.service", "loaded active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}
