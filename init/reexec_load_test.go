package pid1

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// busy are services that never rest: PID 1 has always something to reap, to start and to read.
const busy = `
-- story.target --
[Unit]
DefaultDependencies=no
Wants=quick@1.service quick@2.service forks.service talks.service notifies.service
-- quick@.service --
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStartPre=/bin/true
ExecStart=/bin/true
ExecStopPost=/bin/true
Restart=always
RestartSec=0
-- forks.service --
[Service]
ExecStart=/bin/sh -c 'while :; do (sleep 0.01 &); sleep 0.005; done'
-- talks.service --
[Service]
ExecStart=/bin/sh -c 'i=0; until test -e /run/enough; do i=$((i+1)); printf "talk "; echo "$i"; done; echo "talked $i"; exec sleep 1000'
-- notifies.service --
[Unit]
StartLimitIntervalSec=0
[Service]
Type=notify
ExecStart=/opt/story/tool send:READY=1 barrier exit:0
Restart=always
RestartSec=0
`

// TestReexecutedUnderLoad executes PID 1 anew again and again while services start, end and talk as fast as they can.
// No end is missed, so that each of them is always started anew; no line is lost or comes twice.
func TestReexecutedUnderLoad(t *testing.T) {
	c := boot(t, story{units: busy})
	c.is("forks.service", "active running")
	restarts := func(unit string) (n int) {
		_, _ = fmt.Sscan(c.tell("restarts", unit), &n)
		return n
	}
	for range 12 {
		before := map[string]int{}
		units := []string{"quick@1.service", "quick@2.service", "notifies.service"}
		for _, unit := range units {
			before[unit] = restarts(unit)
		}
		c.anew("reexec")
		for _, unit := range units {
			for restarts(unit) < before[unit]+3 {
			}
		}
	}
	c.within("touch", "/run/enough")
	c.shows("]: talked ")
	c.signal(unix.SIGTERM)
	c.ends(0)
	log := c.console()
	last := regexp.MustCompile(`\]: talked (\d+)\n`).FindStringSubmatch(log)[1]
	talks := regexp.MustCompile(`\]: talk (\d+)\n`).FindAllStringSubmatch(log, -1)
	for i, found := range talks {
		if found[1] != fmt.Sprint(i+1) {
			t.Fatalf("line %d of talks.service is %q", i+1, found[0])
		}
	}
	if fmt.Sprint(len(talks)) != last {
		t.Errorf("talks.service has written %s lines, and %d were shown", last, len(talks))
	}
}

// TestSignalsAreNotLost: a signal that comes while PID 1 is executed anew is heeded afterwards (but see execute).
func TestSignalsAreNotLost(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	c.anew("reexec")
	for i := range 20 {
		heard := strings.Count(c.console(), "\nState: ")
		if _, err := c.in.WriteString("reexec\n"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rand.N(30 * time.Millisecond)) // any moment will do
		c.signal(unix.SIGUSR2)
		for strings.Count(c.console(), "\nState: ") == heard {
			c.awaitMore()
		}
		for strings.Count(c.console(), "]: executed anew") < i+2 {
			c.awaitMore()
		}
	}
	c.signal(rtMin + 25)
	for strings.Count(c.console(), "]: executed anew") < 22 {
		c.awaitMore()
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// TestBinaryReplaced: what is executed anew is the binary that is there now; if that is none that could take over, it
// is the one that runs.
func TestBinaryReplaced(t *testing.T) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(self, []byte(storyBuild)); n == 0 {
		t.Fatal("cannot make another build of this binary")
	}
	c := boot(t, story{units: sleeper + `
-- /bin2/pintle --
`, env: []string{"STORY_EXECUTE=/bin2/pintle"}})
	c.is("a.service", "active running")
	first := c.tell("pids", "a.service")
	root := fmt.Sprintf("/proc/%d/root", c.cmd.Process.Pid)
	place := filepath.Join(root, "/bin2/pintle")
	replace := func(with []byte) {
		t.Helper()
		if err := os.WriteFile(place+".new", with, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(place+".new", place); err != nil { // as package managers do it
			t.Fatal(err)
		}
	}
	build := func(want string) {
		t.Helper()
		if got := c.tell("build"); got != want {
			t.Fatalf("PID 1 is the build %q, want %q", got, want)
		}
		if now := c.tell("pids", "a.service"); now != first {
			t.Fatalf("a.service has process %s, had %s", now, first)
		}
	}
	build(storyBuild)
	second := strings.Replace(storyBuild, "first", "other", 1)
	replace(bytes.ReplaceAll(self, []byte(storyBuild), []byte(second)))
	c.anew("reexec")
	build(second)

	for name, broken := range map[string][]byte{
		"that is cut off":     self[:len(self)/2],
		"of no program":       []byte("this is no program\n"),
		"that says nothing":   []byte("#!/bin/true\n"),
		"that says otherwise": []byte("#!/bin/echo\n"),
	} {
		t.Run("by a file "+name, func(t *testing.T) {
			replace(broken)
			c.anew("reexec")
			build(second)
			c.shows("/bin2/pintle was replaced, but cannot take over")
		})
	}
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	c.anew("panic")
	build(second)
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// TestBugsInARow: when bugs follow each other PID 1 stays what it is, and goes on.
func TestBugsInARow(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	for range crashesMax {
		c.anew("panic")
	}
	if _, err := c.in.WriteString("panic\n"); err != nil {
		t.Fatal(err)
	}
	c.shows("going on without executing PID 1 anew")
	first := c.tell("pids", "a.service")
	c.tell("kill", first, "9")
	for c.tell("pids", "a.service") == first {
	}
	c.is("a.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// TestStateIsLost: if what the manager knows cannot be written down, processes and sockets tell what was up.
func TestStateIsLost(t *testing.T) {
	c := boot(t, story{units: crowd})
	c.is("notify1.service", "activating start")
	c.is("forking.service", "active running")
	c.is("plain.socket", "active listening")
	simple, forking := c.tell("pids", "simple1.service"), c.tell("pids", "forking.service")
	c.anew("panic-lost")
	c.is("simple1.service", "active running")
	c.is("forking.service", "active running")
	c.is("plain.socket", "active listening")
	if now := c.tell("pids", "simple1.service"); now != simple {
		t.Errorf("simple1.service has process %s, had %s", now, simple)
	}
	if now := c.tell("pids", "forking.service"); now != forking {
		t.Errorf("forking.service has process %s, had %s", now, forking)
	}
	c.within(storyTool, "knock:/run/plain")
	c.is("plain.service", "active running")
	c.tell("kill", c.tell("pids", "simple3.service"), "9")
	c.is("simple3.service", "active running")
	c.is("made.path", "active waiting")
	c.signal(unix.SIGTERM)
	c.ends(0)
}
