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

// PID 1 of fifty idle services does nothing, and is small. Ten seconds are what is asked for, so ten seconds
// are what is waited.
func TestIdlePID1SleepsAndIsSmall(t *testing.T) {
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
	before := settled(t, pid)
	time.Sleep(10 * time.Second)
	if n := switches(t, pid) - before; n > 0 {
		t.Errorf("%d voluntary wakeups in 10 idle seconds", n)
	}
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rollup)) {
		var kib int
		if n, _ := fmt.Sscanf(line, "Pss: %d kB", &kib); n == 1 {
			t.Logf("PSS of PID 1 with 50 services: %d KiB (in the test binary)", kib)
		}
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// settled waits until the runtime has put its threads to rest after the boot.
func settled(t *testing.T, pid int) int {
	t.Helper()
	for end, last := time.Now().Add(storyWait), -1; time.Now().Before(end); {
		now := switches(t, pid)
		if now == last {
			return now
		}
		last = now
		time.Sleep(time.Second)
	}
	t.Fatal("PID 1 never comes to rest")
	return 0
}

// switches counts the voluntary context switches of all threads.
func switches(t *testing.T, pid int) (sum int) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
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
