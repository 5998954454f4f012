package pid1

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pintle/units"
	"pintle/vectors"
)

// runtimeRow is a scenario that was played under a real systemd.
type runtimeRow struct {
	ID, Name        string
	Units           map[string]string
	Steps           []runtimeStep
	OutputFile      string `json:"output_file"`
	TimingSensitive bool   `json:"timing_sensitive"`
}

type runtimeStep struct {
	Systemctl []string
	Sh        string
	Show      string
	Props     map[string]string
	Sleep     float64

	Exit   int
	Stdout *string
	Stderr string `json:"stderr_first_line"`
}

const (
	// While the table was recorded every single-letter unit name had a prefix, which was taken out of the
	// table; patterns and sed scripts that had it in them need one.
	runtimePrefix = "zq"
	runtimeOut    = "/run/out"
	// What is recorded to be so after a while may come later here, as several rows run at once; never earlier.
	runtimeGrace = 10 * time.Second
)

// TestVectorsRuntime plays the scenarios with pintle as process 1 on a real kernel.
func TestVectorsRuntime(t *testing.T) { vectors.Run(t, "runtime", playRuntime) }

// TestScenarios plays scenarios of our own, of the same form: what the recorded ones do not ask.
func TestScenarios(t *testing.T) {
	data, err := os.ReadFile("testdata/scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []runtimeRow }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, row := range file.Vectors {
		t.Run(row.ID, func(t *testing.T) { playRuntime(t, row) })
	}
}

// playRuntime plays one scenario in a container of its own.
func playRuntime(t *testing.T, row runtimeRow) {
	t.Parallel()
	if why := runtimeNotApplicable(row); why != "" {
		t.Skip(why)
	}
	files := map[string]string{"/units/story.target": "[Unit]\nDefaultDependencies=no\n"}
	for name, text := range row.Units {
		files["/etc/systemd/system/"+prefixUnits(name)] = runtimeText(text)
	}
	helper, err := notifyHelper()
	if err != nil {
		t.Fatal(err)
	}
	c := boot(t, story{files: files, notify: helper, env: []string{"container=vectest", "LANG=C.UTF-8"}})
	r := &runtimeRun{container: c, t: t, row: row, root: fmt.Sprintf("/proc/%d/root", c.cmd.Process.Pid)}
	c.is("story.target", "active")
	r.due = time.Now()
	for i, step := range row.Steps {
		r.step(i, step)
	}
	r.output()
}

// runtimeNotApplicable says why a row cannot be played: it has a unit of a type that pintle does not run.
func runtimeNotApplicable(row runtimeRow) string {
	for name := range row.Units {
		switch kind := units.NameType(name); kind {
		case "service", "target", "socket", "timer", "path", "slice":
		default:
			return "units of type " + kind + " cannot be started yet"
		}
	}
	return ""
}

var (
	runtimeName  = regexp.MustCompile(`\b([a-z])((?:@[\w\\-]*)?\.(?:service|socket|timer|path|target|slice|mount))\b`)
	runtimeSed   = regexp.MustCompile(`(sed s)([/,])[/,]`)
	runtimeMasks = regexp.MustCompile(`(?m)^Sig\w+:\t[0-9a-f]{16}\n`)
)

// prefixUnits puts the prefix before every unit name of one letter.
func prefixUnits(text string) string { return runtimeName.ReplaceAllString(text, runtimePrefix+"$1$2") }

func runtimeText(text string) string {
	text = strings.ReplaceAll(text, "/usr/bin/python3 @HELPER@", storyBin+"/notify")
	text = strings.NewReplacer("@OUT@", runtimeOut, "@HELPER@", storyBin+"/notify").Replace(text)
	text = runtimeSed.ReplaceAllString(text, "${1}${2}"+runtimePrefix+"${2}")
	return prefixUnits(text)
}

// recorded takes out of an output what the recording took out: the prefix, and masks of signals.
func recorded(text string) string {
	text = strings.ReplaceAll(text, runtimePrefix, "")
	text = strings.ReplaceAll(text, " JOURNAL_STREAM ", " ") // there was no journal when it was recorded
	return runtimeMasks.ReplaceAllString(text, "")
}

// runtimeRun is one row being played.
type runtimeRun struct {
	*container
	t    *testing.T
	row  runtimeRow
	root string
	due  time.Time // when the next step was made, going by the recorded sleeps
	// slept: the step before was a sleep.
	slept bool
}

func (r *runtimeRun) step(i int, s runtimeStep) {
	if s.Sleep > 0 {
		if !r.slept {
			r.due = later(r.due, time.Now())
		}
		r.due = r.due.Add(time.Duration(s.Sleep * float64(time.Second)))
		r.slept = true
		return
	}
	r.slept = false
	what := fmt.Sprintf("step %d", i)
	switch {
	case s.Show != "":
		r.show(what, s)
	case s.Sh != "":
		r.wait()
		got := r.shell(runtimeText(s.Sh))
		r.compare(what+" ($ "+s.Sh+")", s, got)
	default:
		r.wait()
		r.pause()
		argv := make([]string, len(s.Systemctl))
		for i, word := range s.Systemctl {
			switch word = prefixUnits(word); {
			case i > 0 && len(word) == 1 && word[0] >= 'a' && word[0] <= 'z', word == "*":
				word = runtimePrefix + word
			}
			argv[i] = word
		}
		what += " ($ systemctl " + strings.Join(s.Systemctl, " ") + ")"
		got := r.systemctl(argv)
		if slices.Contains([]string{"is-active", "is-failed", "status"}, s.Systemctl[0]) {
			// It asks and changes nothing: the answer may come late.
			for end := time.Now().Add(runtimeGrace); got.Exit != s.Exit && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
				got = r.systemctl(argv)
			}
		}
		r.compare(what, s, got)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// wait lets the recorded time pass: whether something happened that must not have can only be told then. On a
// machine that has more to do than it can, processes get the time that they want and did not get besides.
func (r *runtimeRun) wait() {
	left := time.Until(r.due)
	if left <= 0 {
		return
	}
	time.Sleep(left)
	r.calm(runtimeGrace)
}

// calm waits until no process in the container has anything to do.
func (r *runtimeRun) calm(atMost time.Duration) {
	quiet := 0
	for end := time.Now().Add(atMost); quiet < 2 && time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if r.busy() {
			quiet = 0
		} else {
			quiet++
		}
	}
}

// busy tells whether a process in the container, other than process 1, has something to do.
func (r *runtimeRun) busy() bool {
	entries, _ := os.ReadDir(r.root + "/proc")
	for _, e := range entries {
		stat, err := os.ReadFile(r.root + "/proc/" + e.Name() + "/stat")
		if err != nil || e.Name() == "1" || e.Name() == "self" || e.Name() == "thread-self" {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if strings.HasPrefix(rest, "R") || strings.HasPrefix(rest, "D") {
			return true
		}
	}
	return false
}

// pause lets what is about to happen happen: the recorded client was a process that took its time to start, in
// which services wrote what they had to, and short jobs ended.
func (r *runtimeRun) pause() {
	r.calm(time.Second)
	for end := time.Now().Add(50 * time.Millisecond); r.tell("jobs") != "0" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// show compares a unit's properties. A state that a unit only passes through is awaited from the beginning of
// the sleep before it on, because it may be over at its end; any other must be so when the recorded time has
// passed.
func (r *runtimeRun) show(what string, s runtimeStep) {
	passing := map[string]bool{"activating": true, "deactivating": true, "reloading": true}[s.Props["ActiveState"]]
	if !passing {
		r.wait()
	}
	end := later(r.due, time.Now()).Add(runtimeGrace)
	names := slices.Sorted(maps.Keys(s.Props))
	for {
		wrong := ""
		got := map[string]string{}
		a := r.systemctl([]string{"show", "-p", strings.Join(names, ","), prefixUnits(s.Show)})
		for _, line := range strings.Split(a.Stdout, "\n") {
			name, value, _ := strings.Cut(line, "=")
			got[name] = recorded(value)
		}
		for _, name := range names {
			if got[name] != s.Props[name] {
				wrong += fmt.Sprintf(" %s=%q, want %q;", name, got[name], s.Props[name])
			}
		}
		if wrong == "" {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("%s (%s): %s:%s", what, r.row.Name, s.Show, wrong)
		}
		time.Sleep(5 * time.Millisecond) // states are told to nobody outside yet
	}
}

func (r *runtimeRun) systemctl(argv []string) answer {
	a, err := ask(r.root, argv)
	if err != nil {
		r.t.Fatalf("systemctl %q: %v", argv, err)
	}
	return a
}

// shell runs a command within the container.
func (r *runtimeRun) shell(script string) (a answer) {
	cmd := exec.Command("nsenter", "--target", fmt.Sprint(r.cmd.Process.Pid), "--mount", "--pid", "--", "/bin/sh", "-c", script)
	cmd.Env = []string{"PATH=" + storyBin + ":" + DefaultPath}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	a.Stdout, a.Stderr = stdout.String(), stderr.String()
	if cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	a.Exit = cmd.ProcessState.ExitCode()
	return a
}

func (r *runtimeRun) compare(what string, s runtimeStep, got answer) {
	r.t.Helper()
	if got.Exit != s.Exit {
		r.t.Fatalf("%s: %s: exit status %d, want %d\n%s", r.row.Name, what, got.Exit, s.Exit, got.Stderr)
	}
	if first, _, _ := strings.Cut(recorded(got.Stderr), "\n"); s.Stderr != "" && first != s.Stderr {
		r.t.Errorf("%s: %s: says\n%s\nwant\n%s", r.row.Name, what, first, s.Stderr)
	}
	if s.Stdout != nil {
		if got, want := comparable(recorded(got.Stdout)), comparable(*s.Stdout); got != want {
			r.t.Errorf("%s: %s: prints\n%s\nwant\n%s\n%s", r.row.Name, what, got, want, r.console())
		}
	}
}

// comparable sorts lists of units, whose order means nothing (systemd's is that of a hash table).
func comparable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if name, list, ok := strings.Cut(line, "="); ok && (name == "After" || name == "Before" || name == "Wants" || name == "Requires") {
			words := strings.Fields(list)
			sort.Strings(words)
			lines[i] = name + "=" + strings.Join(words, " ")
		}
	}
	return strings.Join(lines, "\n")
}

// output compares what services wrote.
func (r *runtimeRun) output() {
	r.wait()
	want := r.row.OutputFile
	// These two come with a control group, which pintle's container has none of.
	want = strings.ReplaceAll(want, "MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE ", "")
	got := ""
	for end := time.Now().Add(runtimeGrace); ; time.Sleep(5 * time.Millisecond) {
		got = recorded(r.shell("cat " + runtimeOut + " 2>/dev/null").Stdout)
		if r.row.TimingSensitive {
			got, want = sortedLines(got), sortedLines(want)
		}
		if got == want {
			return
		}
		if time.Now().After(end) {
			break
		}
	}
	r.t.Errorf("%s: services wrote\n%q\nwant\n%q", r.row.Name, got, want)
}

func sortedLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "")
}
