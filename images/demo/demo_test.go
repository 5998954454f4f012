// Package demo tests the demo's image as its users run it.
package demo

import (
	"os"
	"strings"
	"testing"
	"time"

	"pintle/images/engine"
)

// up is what the console says when the boot is done.
const up = "boot finished in"

// The demo's own check, inside of a container with Docker's default capabilities: rsyslog, dnsmasq and cron
// are active, and their messages arrive. The container ends with the check's status.
func TestDefaultCapabilities(t *testing.T) {
	check, err := os.ReadFile("check")
	if err != nil {
		t.Fatal(err)
	}
	c := boot(t, nil, "--", "sh", "-c", string(check))
	if status := c.Wait(); status != 0 {
		t.Errorf("the check ended with %d", status)
	}
	c.Expect("rsyslog", "dnsmasq", "cron", "their messages are in /var/log/syslog")
}

// `docker stop` ends everything in order, with status 0, and long before Docker would kill.
func TestStop(t *testing.T) {
	c := boot(t, nil)
	c.WaitLog(up)
	status, took := c.Stop()
	if status != 0 {
		t.Errorf("the container ended with %d", status)
	}
	if took > 9*time.Second {
		t.Errorf("the stop took %s", took)
	}
	c.Expect("cron.service", "dnsmasq.service", "rsyslog.service")
}

// A service that ignores SIGTERM and asks for 90 s to stop is cut short within the budget, and named.
func TestStopStubborn(t *testing.T) {
	options := units(t, map[string]string{
		"stubborn.service": `[Service]
ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
TimeoutStopSec=90
`,
		"stubborn.target": "[Unit]\nWants=stubborn.service cron.service\nAfter=stubborn.service\n",
	})
	c := boot(t, options, "--unit=stubborn.target")
	c.WaitLog(up)
	status, took := c.Stop()
	if status != 0 {
		t.Errorf("the container ended with %d", status)
	}
	if took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
	c.Expect("stubborn.service")
}

// With a read-only root everything boots that does not need to write elsewhere than /run and /tmp.
func TestReadOnly(t *testing.T) {
	c := boot(t, []string{"--read-only", "--tmpfs", "/run", "--tmpfs", "/tmp"})
	c.WaitLog(up)
	for _, comm := range []string{"cron", "rsyslogd", "dnsmasq"} {
		expectProcess(t, c, comm)
	}
	if status, _ := c.Stop(); status != 0 {
		t.Errorf("the container ended with %d", status)
	}
}

// Without root, what cannot work fails and says why; the rest boots, and the container stops in order.
func TestOtherUser(t *testing.T) {
	options := units(t, map[string]string{
		"plain.service": "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
		"other.service": "[Service]\nUser=nobody\nExecStart=/bin/sleep infinity\n",
		"other.target":  "[Unit]\nWants=plain.service other.service cron.service rsyslog.service dnsmasq.service\nAfter=plain.service other.service\n",
	})
	c := boot(t, append(options, "--user", "12345"), "--unit=other.target")
	c.WaitLog(up)
	expectProcess(t, c, "sleep")
	c.Expect("other.service", "cannot")
	if status, _ := c.Stop(); status != 0 {
		t.Errorf("the container ended with %d", status)
	}
}

// The status of the container: that of its command, or of a vital unit that failed for good.
func TestExitStatus(t *testing.T) {
	t.Run("command", func(t *testing.T) {
		if status := boot(t, nil, "--", "sh", "-c", "exit 7").Wait(); status != 7 {
			t.Errorf("the container ended with %d, not 7", status)
		}
	})
	t.Run("vital unit", func(t *testing.T) {
		options := units(t, map[string]string{"vital.service": "[Service]\nExecStart=/bin/sh -c 'exit 42'\n"})
		options = append(options, "-e", "PINTLE_BOOT_VITAL=vital.service")
		if status := boot(t, options, "--unit=vital.service").Wait(); status != 42 {
			t.Errorf("the container ended with %d, not 42", status)
		}
	})
}

// expectProcess finds a process by its name.
func expectProcess(t *testing.T, c *engine.Container, comm string) {
	t.Helper()
	out, err := c.Exec("sh", "-c", "cat /proc/[0-9]*/comm")
	if err != nil {
		t.Fatalf("cannot list processes: %v\n%s", err, out)
	}
	if !strings.Contains("\n"+out, "\n"+comm+"\n") {
		t.Errorf("no process %s runs, only %q", comm, strings.Fields(out))
	}
}
