// Package scale holds pintle against genuine systemd with a thousand units loaded, and against many clients.
package scale

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"pintle/images/engine"
)

// image is Debian 12 with genuine systemd; its clients are what the tests call, whatever is PID 1.
const image = "sysd:12"

const loaded = 1000

func TestMain(m *testing.M) {
	err := engine.Steps(
		[]string{"images/need", "docker"},
		[]string{"make", "--no-print-directory", "build"},
		[]string{"parity/image"},
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// thousand is a directory of units: a target, and services that it loads and a condition keeps from running.
func thousand(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var target strings.Builder
	target.WriteString("[Unit]\n")
	for i := range loaded {
		name := fmt.Sprintf("scale-%d.service", i)
		fmt.Fprintf(&target, "Wants=%s\n", name)
		text := fmt.Sprintf("[Unit]\nDescription=Number %d of many\nConditionPathExists=!/\n[Service]\nExecStart=/bin/sleep infinity\n", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "scale.target"), []byte(target.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// systemd and pintle start containers that differ in nothing but their PID 1, and load the units. The privileges
// are what genuine systemd needs to run at all.
func systemd(t *testing.T, units string) *engine.Container {
	t.Helper()
	c := engine.Boot(t, image, append(common(units),
		"--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--cgroupns=private",
		"-e", "container=docker", "--entrypoint=/bin/sh"),
		"-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd")
	load(t, c)
	return c
}

func pintle(t *testing.T, units string) *engine.Container {
	t.Helper()
	binary, err := filepath.Abs("../../out/pintle")
	if err != nil {
		t.Fatal(err)
	}
	c := engine.Boot(t, image, append(common(units), "-v", binary+":/usr/bin/pintle:ro", "--entrypoint=/usr/bin/pintle"), "init")
	load(t, c)
	return c
}

func common(units string) []string {
	return []string{"--tmpfs=/run", "--tmpfs=/tmp", "-v", units + ":/usr/local/lib/systemd/system:ro"}
}

func load(t *testing.T, c *engine.Container) {
	t.Helper()
	script := `until systemctl is-system-running --wait >/dev/null 2>&1 || [ "$(systemctl is-system-running)" = degraded ]; do read -t 0.1 <> <(:) || :; done; systemctl start scale.target`
	if out, err := c.Exec("timeout", "60", "bash", "-c", script); err != nil {
		t.Fatalf("cannot load the units: %v\n%s\n%s", err, out, c.Logs())
	}
}

// listing is how long one `systemctl list-units` takes in a container.
func listing(t *testing.T, c *engine.Container) time.Duration {
	t.Helper()
	out, err := c.Exec("bash", "-c", `b=${EPOCHREALTIME/./}; systemctl list-units --all --no-pager | grep -c '^  *scale-'; echo $((${EPOCHREALTIME/./} - b))`)
	fields := strings.Fields(out)
	if err != nil || len(fields) != 2 || fields[0] != strconv.Itoa(loaded) {
		t.Fatalf("cannot list the units: %v\n%s", err, out)
	}
	us, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(us) * time.Microsecond
}

// Both take turns, so that a noisy moment costs both; the medians are compared.
func TestListUnits(t *testing.T) {
	const rounds, limit = 15, 1.5
	units := thousand(t)
	genuine, ours := systemd(t, units), pintle(t, units)
	var a, b []time.Duration
	for range rounds {
		a, b = append(a, listing(t, genuine)), append(b, listing(t, ours))
	}
	slices.Sort(a)
	slices.Sort(b)
	ratio := float64(b[rounds/2]) / float64(a[rounds/2])
	t.Logf("systemctl list-units of %d units: %s with systemd, %s with pintle, ratio %.2f", loaded, a[rounds/2], b[rounds/2], ratio)
	if ratio > limit {
		t.Errorf("the ratio is above %.1f", limit)
	}
}

// Two hundred clients at once are all answered.
func TestManyClients(t *testing.T) {
	const clients = 200
	c := pintle(t, thousand(t))
	script := fmt.Sprintf(`for i in {1..%d}; do systemctl list-units --all --no-pager >/tmp/list.$i 2>&1 & done; wait; grep -c '^  *scale-' /tmp/list.* | sed 's/.*://' | sort | uniq -c`, clients)
	out, err := c.Exec("timeout", "120", "bash", "-c", script)
	if want := fmt.Sprintf("%d %d", clients, loaded); err != nil || strings.Join(strings.Fields(out), " ") != want {
		t.Errorf("of %d clients were answered (count, lines): %v\n%s", clients, err, out)
	}
}

// PID 1 does not grow with what it is asked, nor with clients that come and go.
func TestFlatMemory(t *testing.T) {
	const calls, connections, samples = 100_000, 100, 20
	c := pintle(t, thousand(t))
	out, err := engine.Command("docker", "inspect", "-f", "{{.State.Pid}}", c.ID)
	if err != nil {
		t.Fatal(err)
	}
	proc := "/proc/" + strings.TrimSpace(out)
	var memory []int
	for i := range connections {
		ask(t, proc+"/root/run/systemd/private", calls/connections)
		if (i+1)%(connections/samples) == 0 {
			memory = append(memory, resident(t, proc))
		}
	}
	half := len(memory) / 2
	first, second := slices.Max(memory[:half]), slices.Max(memory[half:])
	t.Logf("%d calls: at most %d KiB in the first half, %d KiB in the second; %v", calls, first, second, memory)
	if float64(second) > 1.1*float64(first) {
		t.Errorf("PID 1 grows: %v KiB", memory)
	}
}

// ask makes calls of several kinds over a connection of its own, many at a time.
func ask(t *testing.T, socket string, calls int) {
	t.Helper()
	conn, err := dbus.Dial("unix:path=" + socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Auth([]dbus.Auth{dbus.AuthExternal("0")}); err != nil {
		t.Fatal(err)
	}
	manager := conn.Object("org.freedesktop.systemd1", "/org/freedesktop/systemd1")
	unit := conn.Object("org.freedesktop.systemd1", "/org/freedesktop/systemd1/unit/scale_2d7_2eservice")
	const at = "org.freedesktop.systemd1."
	var wait sync.WaitGroup
	const lanes = 8
	for lane := range lanes {
		wait.Go(func() {
			for i := lane; i < calls; i += lanes {
				var err error
				switch name := fmt.Sprintf("scale-%d.service", i%loaded); {
				case i%20 == 0:
					err = unit.Call("org.freedesktop.DBus.Properties.GetAll", 0, at+"Service").Err
				case i%20 == 1:
					err = manager.Call(at+"Manager.ListUnitsByPatterns", 0, []string{}, []string{"scale-1?.service"}).Err
				case i%2 == 0:
					err = manager.Call(at+"Manager.GetUnit", 0, name).Err
				default:
					_, err = unit.GetProperty(at + "Unit.ActiveState")
				}
				if err != nil {
					t.Errorf("call %d: %v", i, err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// resident is how much of its memory PID 1 has, in KiB.
func resident(t *testing.T, proc string) int {
	t.Helper()
	text, err := os.ReadFile(proc + "/smaps_rollup")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\nRss:")
	kib := 0
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatalf("cannot read the memory of PID 1: %v\n%s", err, text)
	}
	return kib
}
