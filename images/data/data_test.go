// Package data tests a volume through the builds of an image, as its users run them.
package data

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pintle/images/engine"
)

const (
	baseImage = "pintle-test-base"
	image     = "pintle-test-data"
)

// TestMain has the Makefile make the demo's root, and Docker the builds over it.
func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "data:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	err := engine.Steps(
		[]string{"images/need", "docker"},
		[]string{"make", "--no-print-directory", "build", "out/demo-root.tar"},
	)
	if err != nil {
		return err
	}
	base, err := engine.Import("out/demo-root.tar", baseImage)
	if err != nil {
		return err
	}
	for build := 1; build <= 5; build++ {
		_, err := engine.Command("docker", "build", "--network", "none", "-q", "-t", tag(build), "--build-arg", "BASE="+base,
			"--build-arg", fmt.Sprint("BUILD=", build), "-f", "images/data/Dockerfile", ".")
		if err != nil {
			return err
		}
	}
	return nil
}

func tag(build int) string { return fmt.Sprint(image, ":", build) }

// volume is a named volume, and its directory on the host.
type volume struct {
	t         *testing.T
	name, dir string
}

func newVolume(t *testing.T) volume {
	t.Helper()
	out, err := exec.Command("docker", "volume", "create").Output()
	if err != nil {
		t.Fatal(err)
	}
	v := volume{t: t, name: strings.TrimSpace(string(out))}
	t.Cleanup(func() { _ = exec.Command("docker", "volume", "rm", "-f", v.name).Run() })
	out, err = exec.Command("docker", "volume", "inspect", "-f", "{{.Mountpoint}}", v.name).Output()
	if err != nil {
		t.Fatal(err)
	}
	v.dir = strings.TrimSpace(string(out))
	return v
}

func (v volume) write(name, text string) {
	v.t.Helper()
	if err := os.WriteFile(filepath.Join(v.dir, name), []byte(text+"\n"), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// has compares what files hold; "" is no file.
func (v volume) has(files map[string]string) {
	v.t.Helper()
	for name, want := range files {
		data, _ := os.ReadFile(filepath.Join(v.dir, name))
		if got := strings.TrimSpace(string(data)); got != want {
			v.t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

// await waits for a file.
func (v volume) await(name string) {
	v.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(v.dir, name)); err == nil {
			return
		}
	}
	v.t.Fatalf("%s does not come", name)
}

// boot starts a build on the volume.
func (v volume) boot(build int, options ...string) *engine.Container {
	v.t.Helper()
	options = append([]string{"-v", v.name + ":/data", "-e", "REALM=EXAMPLE.ORG", "-e", "ADMIN_PASSWORD=hunter2"}, options...)
	return engine.Boot(v.t, tag(build), options, "--", "the admin")
}

// up boots a build, sees it run, sees that nothing was written outside of volumes, and stops it.
func (v volume) up(build int, options ...string) *engine.Container {
	v.t.Helper()
	c := v.boot(build, options...)
	c.WaitLog(fmt.Sprintf("build %d runs on version", build))
	c.WaitLog("boot finished in")
	if out, err := exec.Command("docker", "diff", c.ID).CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
		v.t.Errorf("docker diff of build %d: %v\n%s", build, err, out)
	}
	if status, _ := c.Stop(); status != 0 {
		v.t.Errorf("build %d ended with %d", build, status)
	}
	return c
}

// A volume is filled, set up, changed by its admin, upgraded, upgraded again; a build whose upgrade fails ends
// with the documented status and leaves it as it was, and the one before runs on it again.
func TestAVolumeThroughFourBuilds(t *testing.T) {
	v := newVolume(t)
	c := v.boot(1)
	if status := c.Wait(); status != 33 {
		t.Errorf("a setup that failed ended the container with %d, not 33", status)
	}
	c.Expect("populated /data from /data-template (build build-1", "the password is ***", "ended with status 33; what it said is in /data/.pintle/log/setup.log")
	if strings.Contains(c.Logs(), "hunter2") {
		t.Error("the log tells the password")
	}
	v.has(map[string]string{".pintle/configured": "", "var/lib/app/database": "made by the admin for EXAMPLE.ORG"})

	v.write("allow-setup", "now")
	v.write("var/lib/app/database", "changed between the attempts")
	v.up(1)
	v.has(map[string]string{"var/lib/app/database": "changed between the attempts"}) // what had succeeded was not done again
	v.has(map[string]string{"var/log/app/log": "up\nup"})                            // a directory that only the list knows
	id, err := os.ReadFile(filepath.Join(v.dir, "etc/machine-id"))
	if err != nil || len(id) != 33 {
		t.Errorf("the machine id is %q, %v", id, err)
	}
	if c := v.up(1); strings.Contains(c.Logs(), "setup") {
		t.Error("a volume that is set up is set up again")
	}

	v.write("etc/app/edited.conf", "mine")
	v.write("etc/app/both.conf", "mine too")
	v.up(2)
	v.has(map[string]string{
		"etc/app/plain.conf": "plain of build 2", "etc/app/steady.conf": "steady", "etc/app/edited.conf": "mine",
		"etc/app/both.conf": "mine too", "etc/app/both.conf.pintle-new": "both of build 2", "etc/app/gone.conf": "",
		"etc/app/conf.d/new.conf": "since build 2", "var/lib/app/history": "from 1 to 2", ".pintle/version": "2",
	})
	v.up(3, "--read-only")
	v.has(map[string]string{"etc/machine-id": strings.TrimSpace(string(id)), "etc/app/plain.conf": "plain of build 3", "var/lib/app/history": "from 1 to 2\nfrom 2 to 3"})

	c = v.boot(4)
	if status := c.Wait(); status != 70 {
		t.Errorf("an upgrade that failed ended the container with %d, not 70", status)
	}
	c.Expect("cannot convert the database", "which is as it was before", "what it said is in /data/.pintle/log/upgrade-")
	v.has(map[string]string{
		"etc/app/plain.conf": "plain of build 3", "etc/app/edited.conf": "mine", "var/lib/app/history": "from 1 to 2\nfrom 2 to 3",
		"var/lib/app/database": "changed between the attempts", ".pintle/version": "3", ".pintle/build-id": "build-3 2026-03-01T00:00:00Z",
	})
	v.up(3).Expect("build 3 runs on version 3")
	if status := v.boot(2).Wait(); status != 72 {
		t.Errorf("a downgrade ended with %d, not 72", status)
	}
}

// A volume is not upgraded under the services of another container. Once that has ended nothing is in the way.
func TestTwoContainers(t *testing.T) {
	v := newVolume(t)
	v.write("allow-setup", "now")
	v.up(1)
	first := v.boot(1)
	first.WaitLog("boot finished in")
	c := v.boot(2, "-e", "PINTLE_FIRSTRUN_LOCK=refuse")
	if status := c.Wait(); status != 75 {
		t.Errorf("the second container ended with %d, not 75", status)
	}
	c.Expect("cannot lock volume /data: container", "its services run")
	waits := v.boot(2)
	waits.WaitLog("waiting for container")
	first.Stop()
	waits.WaitLog("build 2 runs on version 2")
}

// A unit that is to finish an upgrade does so once; where it fails the container ends, and the next start takes
// the upgrade back, whichever build that is.
func TestUnitsFinishAnUpgrade(t *testing.T) {
	v := newVolume(t)
	v.write("allow-setup", "now")
	v.up(1)
	v.up(3)
	v.up(3)
	v.has(map[string]string{"var/lib/app/finished": "finished 3", "etc/app/plain.conf": "plain of build 3"})
	c := v.boot(5)
	if status := c.Wait(); status != 70 {
		t.Errorf("an upgrade that could not be finished ended the container with %d, not 70", status)
	}
	c.Expect("Failed to start app-upgrade.service", "the next start takes it back")
	v.up(3)
	v.has(map[string]string{".pintle/build-id": "build-3 2026-03-01T00:00:00Z", "etc/app/plain.conf": "plain of build 3"})
}

// A build that was left out does not matter: its version step is part of the chain.
func TestABuildIsSkipped(t *testing.T) {
	v := newVolume(t)
	v.write("allow-setup", "now")
	v.up(1)
	v.up(3)
	v.has(map[string]string{"var/lib/app/history": "from 1 to 2\nfrom 2 to 3", "etc/app/plain.conf": "plain of build 3", "etc/app/gone.conf": ""})
}

// A unit sets the volume up, with what it is given; it, too, ends the container with its status where it fails.
func TestAUnitSetsUp(t *testing.T) {
	v := newVolume(t)
	unit := []string{"-e", "PINTLE_SETUP_COMMANDS=", "-e", "PINTLE_SETUP_UNIT=app-first.service"}
	if status := v.boot(1, unit...).Wait(); status != 44 {
		t.Errorf("a unit that failed ended the container with %d, not 44", status)
	}
	v.write("allow-setup", "now")
	v.boot(1, unit...).WaitLog("boot finished in")
	v.await(".pintle/configured")
	v.has(map[string]string{"var/lib/app/database": "EXAMPLE.ORG\nHUNTER2\nthe admin"})
}

// Where a failure of setup is no reason to end, the container goes on, and the next one tries again.
func TestSetupMayFail(t *testing.T) {
	v := newVolume(t)
	for range 2 {
		c := v.boot(1, "-e", "PINTLE_SETUP_ON_FAILURE=keep")
		c.WaitLog("ended with status 33; what it said is in /data/.pintle/log/setup.log")
		c.WaitLog("build 1 runs on version")
		if status, _ := c.Stop(); status != 0 {
			t.Errorf("it ended with %d", status)
		}
	}
	v.has(map[string]string{".pintle/configured": ""})
}

// Genuine postinst scripts of packages, which the volume has seen in older versions, run to their end: with all that
// dpkg would tell them, and without starting anything.
func TestScriptletsOfPackages(t *testing.T) {
	v := newVolume(t)
	v.write("allow-setup", "now")
	v.up(1)
	now, err := os.ReadFile(filepath.Join(v.dir, ".pintle/packages"))
	if err != nil {
		t.Fatal(err)
	}
	v.write(".pintle/packages", "rsyslog 8.0\ncron 3.0pl1-100\ndnsmasq 2.80")
	c := v.boot(2)
	c.WaitLog("build 2 runs on version 2")
	c.Expect("scriptlet of rsyslog", "scriptlet of cron", "scriptlet of dnsmasq")
	v.has(map[string]string{".pintle/packages": strings.TrimSpace(string(now))})
	logs, err := filepath.Glob(filepath.Join(v.dir, ".pintle/log/upgrade-*.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("the logs are %v, %v", logs, err)
	}
	text, err := os.ReadFile(logs[0])
	if err != nil || !strings.Contains(string(text), "001-rsyslog.deb configure 8.0\n") {
		t.Errorf("the log is %q, %v", text, err)
	}
}

// A user without privileges owns the volume, and all that is in it.
func TestOtherUser(t *testing.T) {
	v := newVolume(t)
	v.write("allow-setup", "now")
	if err := os.Chmod(v.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	c := v.boot(1, "--user", "12345", "--tmpfs", "/run:uid=12345", "--tmpfs", "/tmp:uid=12345")
	c.WaitLog("build 1 runs on version")
	c.WaitLog("boot finished in")
	c.Expect("cannot keep owners (not running as root")
	if status, _ := c.Stop(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	// So he does after an upgrade, and without a root that he could write to.
	c = v.boot(2, "--user", "12345", "--tmpfs", "/run:uid=12345", "--tmpfs", "/tmp:uid=12345", "--read-only")
	c.WaitLog("build 2 runs on version 2")
	if status, _ := c.Stop(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}
