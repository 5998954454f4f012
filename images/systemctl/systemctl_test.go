// Package systemctl holds pintle's systemctl against the genuine one: the same commands, run by both against the same
// manager, must print the same and end with the same status.
package systemctl

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pintle/images/engine"
	"pintle/units"
)

// image has systemd 252 as Debian 12 ships it.
const image = "sysd:12"

func TestMain(m *testing.M) {
	err := engine.Steps([]string{"parity/image", image}, []string{"make", "--no-print-directory", "build"})
	if err != nil {
		fmt.Fprintln(os.Stderr, "systemctl:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Where the two binaries are, in a container.
const (
	genuine = "/bin"
	ours    = "/pintle"
)

// boot starts a container with a manager as PID 1 and the units of testdata/units.sh.
func boot(t *testing.T, manager string) *engine.Container {
	t.Helper()
	c := start(t, manager)
	if out, err := c.Exec("bash", "/testdata/units.sh"); err != nil && !strings.Contains(err.Error(), "exit status") {
		t.Fatalf("cannot make units: %v\n%s", err, out)
	}
	return c
}

func start(t *testing.T, manager string) *engine.Container {
	t.Helper()
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	binary, err := filepath.Abs("../../out/pintle")
	if err != nil {
		t.Fatal(err)
	}
	options := []string{"--hostname", "parity", "--tmpfs", "/run", "--tmpfs", "/tmp", "-v", testdata + ":/testdata:ro", "-v", binary + ":" + ours + "/systemctl:ro"}
	switch manager {
	case "systemd": // with the privileges and the control groups of its own that it cannot do without
		for _, capability := range []string{"SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "SYS_TIME", "MAC_ADMIN", "SYSLOG"} {
			options = append(options, "--cap-add", capability)
		}
		options = append(options, "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--cgroupns=private",
			"-e", "container=docker", "--entrypoint", "/bin/sh")
		c := engine.Boot(t, image, options, "-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && mount --make-rshared / && exec /lib/systemd/systemd")
		await(t, c)
		return c
	case "pintle":
		c := engine.Boot(t, image, append(options, "-v", binary+":/usr/bin/pintle:ro", "--entrypoint", "/usr/bin/pintle"), "init")
		await(t, c)
		return c
	}
	return engine.Boot(t, image, append(options, "--entrypoint", "/bin/sleep"), "infinity") // while an image is made nobody is PID 1
}

// await waits until the manager has booted.
func await(t *testing.T, c *engine.Container) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		out, _ := c.Exec("systemctl", "is-system-running")
		if state := strings.TrimSpace(out); state == "running" || state == "degraded" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the manager has not come up: %s", out)
		}
	}
}

// answer is what one command said, and how it ended.
type answer struct{ command, text string }

// play runs commands of a file with one systemctl.
func play(t *testing.T, c *engine.Container, docker []string, binaries, file string) (list []answer) {
	t.Helper()
	argv := append(append([]string{"docker", "exec"}, docker...), c.ID, "bash", "/testdata/run.sh", binaries, "/testdata/"+file)
	out, err := engine.Command(argv...)
	if err != nil {
		t.Fatalf("cannot run %s: %v\n%s", file, err, out)
	}
	text := ""
	for line := range strings.Lines(out) {
		if command, ok := strings.CutPrefix(line, "\x01"); ok {
			list = append(list, answer{strings.TrimRight(command, "\r\n"), text})
			text = ""
			continue
		}
		text += line
	}
	if len(list) == 0 {
		t.Fatalf("nothing was run:\n%s", out)
	}
	return list
}

// varying is what is another one each time: times, what time it took, numbers of processes and jobs.
var varying = regexp.MustCompile(`\d+(us|ms|s|min|h)?( \d+(us|ms|s|min|h))* (ago|left)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC|@\d{9,}` +
	`|[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d |\b(job|Job=|Main PID:|Process:|PID=|pid=|JOB )\s*\d+|\w+\[\d+\]:|(─|├|└) *\d+ ` +
	`|(CPU|Duration|Memory|Tasks):.*|(Monotonic|NSec|InvocationID|ControlGroupId|Bytes|Operations|RealtimeUSec|Current|Available)=.*|^\d+ ` +
	`|"(job|next|left|last|passed)":\d+|next_elapse=[^ ]+`)

// same compares what both said to each command; known are the commands that are answered otherwise on purpose.
func same(t *testing.T, theirs, mine []answer, known map[string]string) {
	t.Helper()
	if len(theirs) != len(mine) {
		t.Fatalf("%d commands were run by systemd's, %d by ours", len(theirs), len(mine))
	}
	for i := range theirs {
		t.Run(theirs[i].command, func(t *testing.T) {
			want, got := settle(theirs[i].text), settle(mine[i].text)
			reason := known[theirs[i].command]
			switch {
			case want != got && reason == "":
				t.Errorf("systemd's systemctl (-) and ours (+) said\n%s", difference(want, got))
			case want == got && reason != "":
				t.Errorf("there is no difference any more (%s)", reason)
			}
		})
	}
}

// difference shows the lines that only one of two texts has; all, if the lines are the same in another order.
func difference(want, got string) string {
	var b strings.Builder
	a, c := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range a {
		if !slices.Contains(c, line) {
			fmt.Fprintf(&b, "- %q\n", line)
		}
	}
	for _, line := range c {
		if !slices.Contains(a, line) {
			fmt.Fprintf(&b, "+ %q\n", line)
		}
	}
	if b.Len() == 0 {
		return "- " + want + "\n+ " + got
	}
	return b.String()
}

func settle(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, varying.ReplaceAllString(sortUnits(strings.TrimRight(line, " \r\n")), "~"))
	}
	sortChanges(lines)
	return strings.Join(lines, "\n")
}

// sortUnits orders the units of a property such as After=: they have no order, another one whenever they are loaded.
func sortUnits(line string) string {
	name, value, ok := strings.Cut(line, "=")
	words := strings.Fields(value)
	unit := func(word string) bool { return units.ValidName(word, units.AnyName) }
	if !ok || len(words) < 2 || slices.ContainsFunc(words, func(w string) bool { return !unit(w) }) {
		return line
	}
	slices.Sort(words)
	return name + "=" + strings.Join(words, " ")
}

// sortChanges orders lines about links, which come in the order in which a directory has them.
func sortChanges(lines []string) {
	change := func(line string) bool {
		return strings.HasPrefix(line, "2> Removed ") || strings.HasPrefix(line, "2> Created symlink ")
	}
	for i := 0; i < len(lines); i++ {
		j := i
		for j < len(lines) && change(lines[j]) {
			j++
		}
		slices.Sort(lines[i:j])
		i = j
	}
}

// What changes nothing, against systemd as PID 1.
func TestLook(t *testing.T) {
	t.Parallel()
	c := boot(t, "systemd")
	same(t, play(t, c, nil, genuine, "look.txt"), play(t, c, nil, ours, "look.txt"), map[string]string{})
}

// At a terminal, with colours, links, underlined lines and columns that are cut.
func TestTerminal(t *testing.T) {
	t.Parallel()
	c := boot(t, "systemd")
	tty := []string{"-t", "-e", "TERM=xterm-256color", "-e", "COLUMNS=100", "-e", "TTY=1"}
	same(t, play(t, c, tty, genuine, "terminal.txt"), play(t, c, tty, ours, "terminal.txt"), map[string]string{})
}

// What changes something, each in a container of its own.
func TestAct(t *testing.T) {
	t.Parallel()
	theirs, mine := boot(t, "systemd"), boot(t, "systemd")
	same(t, play(t, theirs, nil, genuine, "act.txt"), play(t, mine, nil, ours, "act.txt"), map[string]string{})
}

// Both systemctls against pintle as PID 1.
func TestAgainstPintle(t *testing.T) {
	t.Parallel()
	c := boot(t, "pintle")
	same(t, play(t, c, nil, genuine, "pintle.txt"), play(t, c, nil, ours, "pintle.txt"), map[string]string{})
}

// While an image is made nobody is there to be asked. daemon-reload, which scripts of packages run, says nothing and
// ends well.
func TestOffline(t *testing.T) {
	t.Parallel()
	theirs, mine := start(t, "none"), start(t, "none")
	same(t, play(t, theirs, nil, genuine, "offline.txt"), play(t, mine, nil, ours, "offline.txt"), map[string]string{
		"daemon-reload":                 "there is nothing to be reloaded while an image is made",
		"daemon-reexec":                 "there is nothing to be executed again while an image is made",
		"enable --now systemd-networkd": "newer releases say what cannot be done, not why",
	})
	if out, err := mine.Exec("ls", "/run/systemd/system"); err == nil {
		t.Errorf("somebody has made /run/systemd/system: %s", out)
	}
}
