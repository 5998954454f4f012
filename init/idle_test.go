package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// idleTime is how long fifty idle services must not wake PID 1 once.
const idleTime = 10 * time.Second

// PID 1 of fifty idle services sleeps. The Go runtime has duties of its own every minute or two, so one of
// several stretches of time has to be without a wakeup: whatever wakes PID 1 regularly is in each of them.
func TestIdlePID1Sleeps(t *testing.T) {
	var u strings.Builder
	u.WriteString("-- story.target --\n[Unit]\nWants=")
	for i := range 50 {
		fmt.Fprintf(&u, "s%d.service ", i)
	}
	for i := range 50 {
		fmt.Fprintf(&u, "\n-- s%d.service --\n[Service]\nExecStart=/bin/sleep 1000\n", i)
	}
	c := boot(t, story{units: u.String()})
	c.shows("boot finished")
	pid := c.cmd.Process.Pid
	var woken []int
	for range 5 {
		before := voluntarySwitches(t, pid)
		time.Sleep(idleTime)
		n := voluntarySwitches(t, pid) - before
		if woken = append(woken, n); n == 0 {
			break
		}
	}
	if woken[len(woken)-1] != 0 {
		t.Errorf("in stretches of %v it was woken %d times", idleTime, woken)
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// voluntarySwitches counts the voluntary context switches of all threads.
func voluntarySwitches(t *testing.T, pid int) (sum int) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if len(files) == 0 {
		t.Fatalf("process %d has no threads", pid)
	}
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for line := range strings.Lines(string(b)) {
			var n int
			if k, _ := fmt.Sscanf(line, "voluntary_ctxt_switches: %d", &n); k == 1 {
				sum += n
			}
		}
	}
	return sum
}

func TestReadOnlyMapping(t *testing.T) {
	const file = "/usr/bin/pintle"
	for line, want := range map[string]bool{
		"00400000-006d4000 r-xp 00000000 fe:00 9980248 /usr/bin/pintle\n":           false, // code
		"006d4000-009db000 r--p 002d4000 fe:00 9980248    /usr/bin/pintle\n":        true,
		"009db000-00a02000 rw-p 005db000 fe:00 9980248 /usr/bin/pintle\n":           false, // data
		"00400000-006d4000 r-xs 00000000 fe:00 9980248 /usr/bin/pintle\n":           false,
		"00400000-006d4000 r-xp 00000000 fe:00 9980248 /usr/bin/other\n":            false,
		"00400000-006d4000 r-xp 00000000 fe:00 9980248 /usr/bin/pintle (deleted)\n": false,
		"201bfcc00000-201bfd400000 rw-p 00000000 00:00 0\n":                         false,
		"zz-00400000 r-xp 00000000 fe:00 9980248 /usr/bin/pintle\n":                 false,
		"": false,
	} {
		if _, _, got := readOnlyMapping(line, file); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
	if from, size, _ := readOnlyMapping("00400000-006d4000 r--p 0 fe:00 1 /usr/bin/pintle", file); from != 0x400000 || size != 0x2d4000 {
		t.Errorf("got %#x %#x", from, size)
	}
}
