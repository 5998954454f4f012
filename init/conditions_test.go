package pid1

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// storyConditions makes the container harder to live in, as its story asks for.
func storyConditions() error {
	if os.Getenv("STORY_RDONLY") != "" {
		for _, dir := range []string{"/run", "/tmp"} {
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=1777"); err != nil {
				return err
			}
		}
		if err := unix.Mount("", "/", "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return err
		}
	}
	if os.Getenv("STORY_CLOSED") != "" {
		for fd := range 3 {
			unix.Close(fd)
		}
	}
	return nil
}

// docker run --read-only --tmpfs /run --tmpfs /tmp
func TestReadOnlyRoot(t *testing.T) {
	c := boot(t, story{rdonly: true, units: sleeper + `
-- n.service --
[Service]
Type=notify
ExecStart=` + storyTool + ` send:READY=1 sleep
`})
	c.is("a.service", "active running")
	c.shows("cannot write a machine id") // named, and no more than that
	c.shows("up and running")
	c.tell("start", "n.service")
	c.is("n.service", "active running")
	c.stops()
}

// docker run --user 12345, where no other user exists at all.
func TestUserNamespace(t *testing.T) {
	c := boot(t, story{userNS: true, units: sleeper + `
-- other.service --
[Service]
User=root
ExecStart=/bin/sleep 1000
-- n.service --
[Service]
Type=notify
NotifyAccess=all
ExecStart=` + storyTool + ` send:READY=1 sleep
`})
	c.shows("running as user 12345")
	c.is("a.service", "active running")
	c.tell("start", "n.service")
	c.is("n.service", "active running")
	c.tell("start", "other.service")
	c.is("other.service", "failed failed exit-code")
	c.shows("other.service: cannot execute: step 216 (Group)") // what could not be done is named
	c.stops()
}

// A container without standard streams runs its services all the same, and their files are nobody's console.
func TestClosedStandardStreams(t *testing.T) {
	c := boot(t, story{closed: true, units: sleeper + `
-- out.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo to nobody; ls -l /proc/1/fd/0 /proc/1/fd/1 /proc/1/fd/2 >/tmp/fds; test $(grep -c /dev/null /tmp/fds) = 3'
`})
	c.is("a.service", "active running")
	c.tell("start", "out.service")
	c.is("out.service", "active exited success")
	c.stops()
}

// A reader that comes back is told how much it has missed, and gets what comes then.
func TestReaderOfTheConsoleComesBack(t *testing.T) {
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
-- later.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/echo heard again
`})
	w.Close()
	c.is("spew.service", "active exited")
	go c.read(r)
	c.shows("messages dropped here, because nobody was reading the console")
	c.tell("start", "later.service")
	c.shows("]: heard again")
	log := c.console()
	dropped := 0
	if at := strings.Index(log, "pintle: "); at >= 0 {
		fmt.Sscanf(log[at:], "pintle: %d messages dropped", &dropped)
	}
	shown := strings.Count(log, "some text that nobody reads")
	const lines = 8000000 / len("some text that nobody reads\n")
	if dropped == 0 || shown == 0 || shown+dropped > lines+100 {
		t.Errorf("%d of %d lines shown, %d said to be dropped", shown, lines, dropped)
	}
	c.stops()
}

// What programs send to /dev/log is shown, and handed to the syslog daemon of the container once there is one.
func TestDevLogReachesConsoleAndSyslogDaemon(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=logger.service
-- logger.service --
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo "link is $(readlink /dev/log)"'
ExecStart=` + storyTool + ` syslog:<13>early:_before_the_daemon
-- rsyslog.service --
[Service]
Type=notify
ExecStart=` + storyTool + ` syslogd
-- late.service --
[Unit]
StartLimitIntervalSec=0
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=` + storyTool + ` syslog:<13>late:_to_the_daemon
`})
	c.shows("]: link is /run/systemd/journal/dev-log")
	c.shows("]: before_the_daemon")
	c.tell("start", "rsyslog.service")
	c.is("rsyslog.service", "active running")
	// PID 1 does not ask an absent daemon again at once.
	for end := time.Now().Add(storyWait); !strings.Contains(c.console(), `]: daemon got "<13>late: to_the_daemon"`); {
		if time.Now().After(end) {
			t.Fatal("the daemon never got a message")
		}
		c.tell("restart", "late.service")
		c.is("late.service", "active exited")
	}
	c.shows("]: to_the_daemon")
	c.stops()
}
