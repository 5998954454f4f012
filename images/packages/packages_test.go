// Package packages tests that packages are installed and removed in a running container as on a machine with
// systemd: their own maintainer scripts enable, start, stop and forget their services.
package packages

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"pintle/images/engine"
)

const image = "pintle-test-packages"

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "packages:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	err := engine.Steps(
		[]string{"images/need", "docker"},
		[]string{"make", "--no-print-directory", "build", "out/debian-root.tar"},
	)
	if err != nil {
		return err
	}
	base, err := engine.Import("out/debian-root.tar", "pintle-test-debian")
	if err != nil {
		return err
	}
	return engine.Build(image, base, "images/packages/Dockerfile")
}

// units are what the packages of the story bring up.
var units = []string{"nginx.service", "postgresql.service", "postgresql@15-main.service", "redis-server.service", "ssh.service", "cron.service"}

// The packages that are asked for, and those behind them: postgresql is a package without files, and apt never removes
// a database by itself.
const (
	asked  = "nginx postgresql redis-server openssh-server cron"
	behind = "nginx-common postgresql-15 postgresql-common redis-tools cron-daemon-common"
)

// apt runs apt-get. The debs lie in its cache, so it needs no network.
func apt(t *testing.T, c *engine.Container, verb, packages string) {
	t.Helper()
	argv := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", verb, "-y"}
	if out, err := c.Exec(append(argv, strings.Fields(packages)...)...); err != nil {
		t.Fatalf("apt-get %s: %v\n%s", verb, err, out)
	}
}

// state is one property of a unit.
func state(t *testing.T, c *engine.Container, unit, property string) string {
	t.Helper()
	out, err := c.Exec("systemctl", "show", "--value", "-p", property, unit)
	if err != nil {
		t.Fatalf("cannot ask for %s: %v\n%s", unit, err, out)
	}
	return strings.TrimSpace(out)
}

func TestInstallAndPurge(t *testing.T) {
	c := engine.Boot(t, image, nil)
	c.WaitLog("boot finished in")
	apt(t, c, "install", asked)
	for _, unit := range units {
		if active := state(t, c, unit, "ActiveState"); active != "active" {
			status, _ := c.Exec("systemctl", "status", "--no-pager", unit)
			t.Errorf("%s is %s\n%s", unit, active, status)
		}
		if enabled := state(t, c, unit, "UnitFileState"); !strings.HasPrefix(enabled, "enabled") {
			t.Errorf("%s is %s", unit, enabled)
		}
	}
	if out, _ := c.Exec("systemctl", "is-system-running"); strings.TrimSpace(out) != "running" {
		failed, _ := c.Exec("systemctl", "list-units", "--failed", "--no-pager")
		t.Errorf("the system is %s\n%s", out, failed)
	}
	apt(t, c, "remove", asked+" "+behind)
	for _, unit := range units {
		if active := state(t, c, unit, "ActiveState"); active != "inactive" {
			t.Errorf("%s is %s after its package was removed", unit, active)
		}
	}
	apt(t, c, "purge", asked+" "+behind)
	files, err := c.Exec("systemctl", "list-unit-files", "--no-pager", "--no-legend")
	if err != nil {
		t.Fatalf("cannot list unit files: %v\n%s", err, files)
	}
	for _, unit := range units {
		if loaded := state(t, c, unit, "LoadState"); loaded != "not-found" {
			t.Errorf("%s is %s after its package was purged", unit, loaded)
		}
		if strings.Contains(files, unit) {
			t.Errorf("%s is not forgotten:\n%s", unit, files)
		}
	}
}
