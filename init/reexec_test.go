package pid1

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor/handover"
)

// anew has PID 1 executed anew, and waits until it is.
func (c *container) anew(how string) {
	c.t.Helper()
	before := strings.Count(c.console(), "executed anew")
	if _, err := c.in.WriteString(how + "\n"); err != nil {
		c.t.Fatal(err)
	}
	for strings.Count(c.console(), "executed anew") == before {
		c.awaitMore()
	}
}

func TestReexecuted(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	first := c.tell("pids", "a.service")
	c.anew("reexec")
	c.is("a.service", "active running")
	if now := c.tell("pids", "a.service"); now != first {
		t.Errorf("its process was %s and is %s", first, now)
	}
	c.anew("panic")
	if now := c.tell("pids", "a.service"); now != first {
		t.Errorf("its process was %s and is %s", first, now)
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
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
