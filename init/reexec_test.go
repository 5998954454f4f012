package pid1

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor/handover"
)

// anew has PID 1 executed anew, by asking or by a bug, and waits until it is.
func (c *container) anew(how string) {
	c.t.Helper()
	const word = "]: executed anew"
	before := strings.Count(c.console(), word)
	if _, err := c.in.WriteString(how + "\n"); err != nil {
		c.t.Fatal(err)
	}
	for strings.Count(c.console(), word) == before {
		c.awaitMore()
	}
}

// within runs a command in the container.
func (c *container) within(argv ...string) string {
	c.t.Helper()
	cmd := exec.Command("nsenter", append([]string{"--target", fmt.Sprint(c.cmd.Process.Pid), "--mount", "--pid", "--"}, argv...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return string(out)
}

// crowd are services in every state that takes time, and what starts others.
const crowd = `
-- story.target --
[Unit]
DefaultDependencies=no
Wants=simple1.service simple2.service simple3.service exec.service idle.service forking.service remains.service
Wants=notify1.service notify2.service pre1.service pre2.service storing.service counting.service halves.service
Wants=restarting.service plain.socket each.socket late.timer made.path dependent.service watched.service
Wants=stubborn1.service stubborn2.service
-- simple1.service --
[Service]
ExecStart=/bin/sleep 1000
-- simple2.service --
[Service]
ExecStart=/bin/sh -c 'sleep 1000 & exec sleep 1001'
-- simple3.service --
[Service]
ExecStart=/bin/sleep 1000
Restart=always
RestartSec=0
-- exec.service --
[Service]
Type=exec
ExecStart=/bin/sleep 1000
-- idle.service --
[Service]
Type=idle
ExecStart=/bin/sleep 1000
-- forking.service --
[Service]
Type=forking
PIDFile=/run/forking.pid
ExecStart=/bin/sh -c 'sleep 1000 & echo $! >/run/forking.pid'
-- remains.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/echo remains is stopped
-- notify1.service --
[Service]
Type=notify
ExecStart=/opt/story/tool usr1 send:READY=1|STATUS=first barrier sleep
-- notify2.service --
[Service]
Type=notify
ExecStart=/opt/story/tool usr1 send:READY=1|STATUS=second barrier sleep
-- pre1.service --
[Service]
ExecStartPre=/bin/sh -c 'until test -e /run/go; do sleep 0.02; done'
ExecStartPre=/bin/echo the second command of pre1
ExecStart=/bin/sleep 1000
-- pre2.service --
[Service]
ExecStartPre=/bin/sh -c 'until test -e /run/go; do sleep 0.02; done; exit 3'
ExecStart=/bin/sleep 1000
-- dependent.service --
[Unit]
After=pre1.service notify1.service
Requires=pre1.service
[Service]
ExecStart=/bin/sleep 1000
-- storing.service --
[Service]
Type=notify
NotifyAccess=all
FileDescriptorStoreMax=4
ExecStart=/opt/story/tool listen store:one pipe:two send:READY=1|STATUS=stored barrier usr1 hangup sleep
-- counting.service --
[Service]
ExecStart=/bin/sh -c 'i=0; while test $i -lt 4000; do i=$((i+1)); echo "count $i"; test $((i%%10)) -gt 0 || sleep 0.01; done; exec sleep 1000'
-- halves.service --
[Service]
ExecStart=/bin/sh -c 'printf "the first half "; touch /run/half; until test -e /run/go; do sleep 0.02; done; echo "and the second"; exec sleep 1000'
-- restarting.service --
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sh -c 'echo one more run; exec false'
Restart=always
RestartSec=500ms
-- plain.socket --
[Socket]
ListenStream=/run/plain
-- plain.service --
[Service]
ExecStart=/opt/story/tool listen sleep
-- each.socket --
[Socket]
ListenStream=/run/each
Accept=yes
-- each@.service --
[Service]
StandardInput=socket
ExecStart=/bin/cat
-- late.timer --
[Timer]
OnActiveSec=3s
-- late.service --
[Service]
ExecStart=/bin/echo the timer has elapsed
-- made.path --
[Path]
PathExists=/run/made
-- made.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/echo the path is there
-- watched.service --
[Service]
Type=notify
WatchdogSec=60
ExecStart=/opt/story/tool send:READY=1 sleep
-- stubborn1.service --
[Service]
ExecStart=/bin/sh -c 'trap "" TERM; echo deaf; until test -e /run/go; do sleep 0.02; done'
TimeoutStopSec=60
-- stubborn2.service --
[Service]
ExecStart=/bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 1; done'
TimeoutStopSec=15s
`

// crowdGathers boots the crowd and waits until each is in the state that its name says.
func crowdGathers(t *testing.T) *container {
	t.Helper()
	c := boot(t, story{units: crowd})
	for unit, state := range map[string]string{
		"simple1.service": "active running", "simple3.service": "active running", "exec.service": "active running",
		"forking.service": "active running", "remains.service": "active exited",
		"notify1.service": "activating start", "notify2.service": "activating start",
		"pre1.service": "activating start-pre", "pre2.service": "activating start-pre",
		"storing.service": "active running", "watched.service": "active running",
		"plain.socket": "active listening", "each.socket": "active listening",
		"made.path": "active waiting", "dependent.service": "inactive dead",
		"restarting.service": "activating auto-restart",
	} {
		c.is(unit, state)
	}
	for strings.Count(c.console(), "]: deaf\n") < 2 {
		c.awaitMore()
	}
	c.within("/bin/sh", "-c", "until test -e /run/half; do sleep 0.02; done")
	c.tell("stop", "stubborn1.service")
	c.tell("stop", "stubborn2.service")
	c.is("stubborn1.service", "deactivating stop-sigterm")
	c.is("stubborn2.service", "deactivating stop-sigterm")
	return c
}

// crowdGoesOn looks whether all of them still do what they would have done.
func (c *container) crowdGoesOn() {
	c.t.Helper()
	c.within("kill", "-USR1", c.tell("pids", "notify1.service"))
	c.is("notify1.service", "active running")
	if got := c.tell("status", "notify1.service"); !strings.Contains(got, "status=first") {
		c.t.Errorf("notify1.service: %s", got)
	}
	c.is("dependent.service", "inactive dead") // pre1.service is not up yet
	runs := strings.Count(c.console(), "one more run")
	c.within("touch", "/run/go")
	c.is("pre1.service", "active running")
	c.shows("]: the second command of pre1")
	c.is("dependent.service", "active running")
	c.is("pre2.service", "failed failed exit-code")
	c.is("stubborn1.service", "inactive dead success")
	c.is("stubborn2.service", "failed failed timeout")
	c.shows("]: the first half and the second\n")

	c.within(storyTool, "knock:/run/plain")
	c.is("plain.service", "active running")
	c.shows("descriptor 3 is plain.socket")
	if got := c.within(storyTool, "connect:/run/each"); got != "hello\n" {
		c.t.Errorf("each@.service says %q", got)
	}
	c.shows("]: the timer has elapsed\n")
	c.within("touch", "/run/made")
	c.shows("]: the path is there\n")

	c.tell("awaitstatus", "storing.service", "stored=two,one")
	c.within("kill", "-USR1", c.tell("pids", "storing.service"))
	if got := c.tell("awaitstatus", "storing.service", "stored=one"); !strings.Contains(got, "stored=one ") {
		c.t.Errorf("storing.service: %s", got)
	}
	c.tell("restart", "storing.service")
	c.shows(`descriptor 3 is one and holds "one"`)

	first := c.tell("pids", "simple3.service")
	c.within("kill", "-9", first)
	for c.tell("pids", "simple3.service") == first {
	}
	c.is("simple3.service", "active running")
	for strings.Count(c.console(), "one more run") < runs+2 {
		c.awaitMore()
	}
	c.tell("stop", "remains.service")
	c.shows("]: remains is stopped\n")
	c.within("kill", "-USR1", c.tell("pids", "notify2.service"))
	c.is("notify2.service", "active running")
	c.shows("]: count 4000\n")
	c.signal(unix.SIGTERM)
	c.ends(0)
	log := c.console()
	if n := strings.Count(log, "the timer has elapsed"); n != 1 {
		c.t.Errorf("the timer has elapsed %d times", n)
	}
	for i, found := range regexp.MustCompile(`\]: count (\d+)\n`).FindAllStringSubmatch(log, -1) {
		if found[1] != fmt.Sprint(i+1) {
			c.t.Fatalf("line %d of counting.service is %q", i+1, found[0])
		}
	}
}

// TestCrowdIsTakenOver: whatever services were doing when PID 1 was executed anew, by a client's wish or because of a
// bug, they go on doing it, under the same supervision.
func TestCrowdIsTakenOver(t *testing.T) {
	for name, how := range map[string][]string{
		"asked": {"reexec"}, "bug": {"panic"}, "bug on another goroutine": {"panic-aside"}, "twice in a row": {"reexec", "reexec"},
		"after a bug": {"panic", "reexec"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := crowdGathers(t)
			stays := strings.Fields("simple1 simple2 simple3 exec idle forking notify1 notify2 pre1 storing watched stubborn1")
			before := map[string]string{}
			for _, name := range stays {
				before[name] = c.tell("main", name+".service")
			}
			jobs := c.tell("jobs")
			for _, how := range how {
				c.anew(how)
			}
			for _, name := range stays {
				if now := c.tell("main", name+".service"); now != before[name] {
					t.Errorf("%s had processes %s and has %s", name, before[name], now)
				}
			}
			if now := c.tell("jobs"); now != jobs {
				t.Errorf("there were %s jobs and are %s", jobs, now)
			}
			c.crowdGoesOn()
		})
	}
}

// TestEveryFieldOfPID1IsHandedOver finds fields that can neither be handed over nor say that they need not be.
func TestEveryFieldOfPID1IsHandedOver(t *testing.T) {
	c := handover.New()
	for _, v := range []any{&PID1{}, &Tracker{}, &Spawner{}} {
		for _, wrong := range c.Check(v) {
			t.Errorf("%s: say `handover:\"-\"` if it is made again by PID1.inherit", wrong)
		}
	}
}
