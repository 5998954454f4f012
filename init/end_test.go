package pid1

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const customCtrlAltDel = `
-- story.target --
[Unit]
-- ctrl-alt-del.target --
[Unit]
Wants=fingers.service
-- fingers.service --
[Service]
Type=oneshot
ExecStart=/bin/echo three fingers
`

// SIGINT starts ctrl-alt-del.target: what the image means by it, and a reboot only if it says nothing.
func TestSIGINTStartsTheImagesCtrlAltDel(t *testing.T) {
	c := boot(t, story{units: customCtrlAltDel})
	c.shows("boot finished")
	c.signal(unix.SIGINT)
	c.shows("]: three fingers")
	c.is("ctrl-alt-del.target", "active")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// Whoever presses on gets out, whatever the image has made of it.
func TestManySIGINTsEndAtOnce(t *testing.T) {
	c := boot(t, story{units: customCtrlAltDel})
	c.shows("boot finished")
	c.signal(rtMin + 22) // log level debug: every signal is shown, so that none is sent before the last was seen
	for !strings.Contains(c.console(), "received SIGUSR1") && !c.over() {
		c.signal(unix.SIGUSR1)
		time.Sleep(time.Millisecond)
	}
	deadline := time.Now().Add(storyWait)
	for n := 1; ; n++ {
		if err := c.cmd.Process.Signal(unix.SIGINT); err != nil {
			break
		}
		for strings.Count(c.console(), "received SIGINT") < n && !c.over() && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if c.over() || time.Now().After(deadline) {
			break
		}
	}
	c.ends(0)
	if !strings.Contains(c.console(), "Ctrl-Alt-Del was pressed 7 times within 2s") {
		t.Error("the console does not say why it ended")
	}
}

func TestCrashSignalsEndWith255(t *testing.T) {
	for _, sig := range []syscall.Signal{unix.SIGQUIT, unix.SIGSEGV, unix.SIGABRT} {
		t.Run(signalName(sig), func(t *testing.T) {
			c := boot(t, story{units: sleeper})
			c.is("a.service", "active running")
			c.signal(sig)
			c.ends(255)
		})
	}
}

// The runtime would die of these.
func TestSignalsThatPID1Survives(t *testing.T) {
	c := boot(t, story{units: sleeper})
	c.is("a.service", "active running")
	for _, sig := range []syscall.Signal{unix.SIGTRAP, unix.SIGXCPU, unix.SIGXFSZ, unix.SIGSTKFLT, unix.SIGPIPE, unix.SIGHUP, rtMin, rtMin + 18, rtMin + 30} {
		c.signal(sig)
	}
	c.shows("reloaded")
	c.is("a.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// A process that no unit stops is asked to end, and then made to, within the budget.
func TestLeftoversAreEndedWithinTheBudget(t *testing.T) {
	c := boot(t, story{budget: 2 * time.Second, units: `
-- story.target --
[Unit]
Wants=polite.service stubborn.service
-- polite.service --
[Service]
KillMode=none
ExecStart=/bin/sh -c 'trap "echo polite ends; exit 0" TERM; echo polite; while :; do sleep 0.01; done'
-- stubborn.service --
[Service]
KillMode=none
ExecStart=/bin/sh -c 'trap "" TERM; echo stubborn; while :; do sleep 1000; done'
`})
	c.shows("]: polite")
	c.shows("]: stubborn")
	c.shows("boot finished")
	begin := time.Now()
	c.signal(unix.SIGTERM)
	c.ends(0)
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("the stop took %v", took)
	}
	for _, text := range []string{"sending SIGTERM to what is left", "]: polite ends", "sending SIGKILL to what is left"} {
		if !strings.Contains(c.console(), text) {
			t.Errorf("the console does not show %q", text)
		}
	}
}
