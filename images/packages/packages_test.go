// Package packages tests that packages are installed and removed in a running container as on a machine with
// systemd: their own maintainer scripts enable, start, stop and forget their services.
package packages

import (
	"fmt"
	"os"
	"slices"
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

// installed are the packages of the story, and the units that they bring up.
var installed = []struct{ pkg, unit string }{
	{"nginx", "nginx.service"},
	{"postgresql", "postgresql.service"},
	{"postgresql", "postgresql@15-main.service"},
	{"redis-server", "redis-server.service"},
	{"openssh-server", "ssh.service"},
	{"cron", "cron.service"},
}

// apt runs apt-get with every package of the story. The debs lie in its cache, so it needs no network.
func apt(t *testing.T, c *engine.Container, verb string) {
	t.Helper()
	argv := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", verb, "-y"}
	for _, i := range installed {
		if !slices.Contains(argv, i.pkg) {
			argv = append(argv, i.pkg)
		}
	}
	if out, err := c.Exec(argv...); err != nil {
		t.Fatalf("apt-get %s: %v\n%s", verb, err, out)
	}
}

func TestInstallAndPurge(t *testing.T) {
	c := engine.Boot(t, image, nil)
	c.WaitLog("boot finished in")
	apt(t, c, "install")
	for _, i := range installed {
		if out, err := c.Exec("systemctl", "is-active", i.unit); err != nil {
			status, _ := c.Exec("systemctl", "status", "--no-pager", i.unit)
			t.Errorf("%s of package %s is %s\n%s", i.unit, i.pkg, strings.TrimSpace(out), status)
		}
		if out, err := c.Exec("systemctl", "is-enabled", i.unit); err != nil {
			t.Errorf("%s of package %s is %s", i.unit, i.pkg, strings.TrimSpace(out))
		}
	}
	if out, _ := c.Exec("systemctl", "is-system-running"); strings.TrimSpace(out) != "running" {
		failed, _ := c.Exec("systemctl", "list-units", "--failed", "--no-pager")
		t.Errorf("the system is %s\n%s", out, failed)
	}
	apt(t, c, "remove")
	for _, i := range installed {
		if out, err := c.Exec("systemctl", "is-active", i.unit); err == nil {
			t.Errorf("%s is still %s after its package was removed", i.unit, strings.TrimSpace(out))
		}
	}
	apt(t, c, "purge")
	if out, err := c.Exec("sh", "-c", "apt-get purge -y '?config-files' && apt-get autoremove --purge -y"); err != nil {
		t.Fatalf("cannot purge what was left: %v\n%s", err, out)
	}
	units, err := c.Exec("systemctl", "list-units", "--all", "--no-pager", "--no-legend", "--plain")
	if err != nil {
		t.Fatalf("cannot list units: %v\n%s", err, units)
	}
	files, err := c.Exec("systemctl", "list-unit-files", "--no-pager", "--no-legend")
	if err != nil {
		t.Fatalf("cannot list unit files: %v\n%s", err, files)
	}
	for _, i := range installed {
		for _, list := range []string{units, files} {
			if strings.Contains(list, i.unit) {
				t.Errorf("%s is not forgotten:\n%s", i.unit, list)
			}
		}
	}
}
