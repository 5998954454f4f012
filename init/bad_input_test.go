package pid1

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Whatever lies where unit files should, the boot goes on with what can be read, and each bad file is named: a
// warning with its file and line, or a unit that fails to load.
func TestBootAmongBadInput(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=good.service latin1.service long.service nul.service loop.service self.service section.service empty.service
Wants=fatal.service fifo/like.service ../outside.service dropped.service masked.service nowhere.service directory.service
After=good.service nul.service dropped.service
-- good.service --
[Unit]
Colour=blue
[Service]
ExecStart=/bin/sleep 1000
no setting at all
Restart=perhaps
MemoryMax=lots
-- latin1.service --
[Unit]
Description=caf` + "\xe9" + `
[Service]
ExecStart=/bin/sleep 1000
-- nul.service --
[Service]
ExecStart=/bin/sleep 1000` + "\x00" + `Nice=5
-- long.service --
[Unit]
Description=` + strings.Repeat("x", 1<<20) + `
[Service]
ExecStart=/bin/sleep 1000
-- section.service --
[Service
ExecStart=/bin/sleep 1000
-- empty.service --
-- fatal.service --
[Service]
ExecStart=relative/path
User=-1
-- dropped.service --
[Service]
ExecStart=/bin/sleep 1000
-- dropped.service.d/good.conf --
[Unit]
Description=Dropped
-- directory.service/file --
not a unit
`, links: map[string]string{
		"loop.service": "loop2.service", "loop2.service": "loop.service", "self.service": "self.service",
		"masked.service": "/dev/null", "nowhere.service": "/nowhere/nowhere.service",
		"dropped.service.d/loop.conf": "loop.conf", "story.target.wants/../escape.conf": "/etc/passwd",
		"story.target.wants/no-unit": "good.service",
	}})
	for _, unit := range []string{"good.service", "nul.service", "dropped.service"} {
		c.is(unit, "active running")
	}
	for _, line := range []string{
		"good.service:2: unknown setting Colour", "good.service:5: ", "good.service:6: Restart=: ", "good.service:7: MemoryMax=: ",
		"latin1.service:2: ", "long.service:2: ", "section.service:1: ", "fatal.service:2: ExecStart=: ",
		`"fifo/like.service"`, `"../outside.service"`, "cannot read /units/loop.service: ", "cannot read /units/self.service: ", "dropped.service.d/loop.conf: ",
	} {
		c.shows(line)
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}
