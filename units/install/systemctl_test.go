package install

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	trees    = flag.Int("trees", 150, "random trees on which systemctl and this package are compared")
	oneTree  = flag.Int64("tree", -1, "compare on the tree of this seed only")
	fromTree = flag.Int("first-tree", 0, "the first seed")
)

// TestAgainstSystemctl has the genuine systemctl and this package do the same to random trees, and compares exit
// status, output and the tree after every command. A failure names its seed: -run TestAgainstSystemctl -tree=SEED.
func TestAgainstSystemctl(t *testing.T) {
	systemctl, err := exec.LookPath("systemctl")
	if err != nil {
		t.Skip("no systemctl is installed to compare with")
	}
	version, err := exec.Command(systemctl, "--version").Output()
	if err != nil || !bytes.HasPrefix(version, []byte("systemd 252 ")) {
		t.Skipf("the differences are known for systemd 252; this is %.20q", version)
	}
	if *oneTree >= 0 {
		compareOnTree(t, systemctl, uint64(*oneTree))
		return
	}
	for seed := *fromTree; seed < *fromTree+*trees; seed++ {
		if !compareOnTree(t, systemctl, uint64(seed)) && !testing.Verbose() {
			return
		}
	}
}

func compareOnTree(t *testing.T, systemctl string, seed uint64) bool {
	r := newRandomTree(seed)
	scope := System
	if seed%8 == 7 {
		scope = Global
		r.files, r.links = ofUsers(r.files), ofUsers(r.links)
	}
	theirs, ours := t.TempDir(), t.TempDir()
	plant(t, theirs, r.files, r.links)
	plant(t, ours, r.files, r.links)
	defer os.RemoveAll(theirs)
	defer os.RemoveAll(ours)
	var story strings.Builder
	tellTree(&story, r)
	for range 1 + r.rnd.IntN(4) {
		args := r.command()
		for i, arg := range args {
			if scope == Global {
				args[i] = users.Replace(arg)
			}
		}
		before := treeOf(t, theirs)
		want := runGenuine(t, systemctl, theirs, args, scope)
		got := withoutNotice(args, runOurs(ours, args, scope))
		fmt.Fprintf(&story, "$ systemctl %s\n%s", strings.Join(args, " "), want)
		wantTree, gotTree := treeOf(t, theirs), treeOf(t, ours)
		want = asNewest(args, want, sameTree(before, wantTree))
		if why := knownDifference(r, args, want, before); why != "" {
			return true
		}
		if want.same(got, args[0]) && sameTree(wantTree, gotTree) {
			continue
		}
		if onlyDanglingLeft(before, wantTree, gotTree) {
			return true
		}
		t.Errorf("seed %d\n%s--- here it is\n%s", seed, &story, got)
		if !sameTree(wantTree, gotTree) {
			t.Errorf("tree is %v\nwant    %v", gotTree, wantTree)
		}
		return false
	}
	return true
}

func tellTree(story *strings.Builder, r *randomTree) {
	for _, file := range sortedKeys(r.files) {
		fmt.Fprintf(story, "%s: %q\n", file, r.files[file])
	}
	for _, link := range sortedKeys(r.links) {
		fmt.Fprintf(story, "%s -> %s\n", link, r.links[link])
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// printed is what a command said, without the name of the root directory.
type printed struct {
	exit           int
	stdout, stderr string
}

func (p printed) String() string {
	return fmt.Sprintf("%s%s[%d]\n", p.stdout, p.stderr, p.exit)
}

// same compares two outputs. Directories are read in no order, so what comes of that is put in order.
func (p printed) same(q printed, verb string) bool {
	return p.exit == q.exit && p.stdout == q.stdout && slices.Equal(inOrder(p.stderr, verb), inOrder(q.stderr, verb))
}

func inOrder(stderr, verb string) []string {
	lines := strings.Split(stderr, "\n")
	if verb == "preset-all" {
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	for i := 0; i < len(lines); i++ {
		end := i
		for end < len(lines) && (strings.HasPrefix(lines[end], "Removed ") || strings.Contains(lines[end], "linked unit file /")) {
			end++
		}
		slices.Sort(lines[i:end])
		i = max(i, end)
	}
	return lines
}

// users puts what is of the system where it is for the managers of users.
var users = strings.NewReplacer("/systemd/system/", "/systemd/user/", "/systemd/system-preset/", "/systemd/user-preset/")

func ofUsers(files map[string]string) map[string]string {
	moved := map[string]string{}
	for file, text := range files {
		moved[users.Replace(file)] = users.Replace(text)
	}
	return moved
}

func runGenuine(t *testing.T, systemctl, root string, args []string, scope Scope) printed {
	if args[0] == "list-unit-files" {
		args = []string{"list-unit-files", "--no-legend", "--full"}
	}
	option := "--system"
	if scope == Global {
		option = "--global"
	}
	cmd := exec.Command(systemctl, append([]string{"--root=" + root, option}, args...)...)
	cmd.Env = []string{"LANG=C.UTF-8", "SYSTEMCTL_SKIP_SYSV=1", "PATH=/usr/bin:/bin"}
	cmd.Dir = root
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if args[0] == "list-unit-files" {
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		for i, line := range lines {
			lines[i] = strings.Join(strings.Fields(line), " ")
		}
		slices.Sort(lines)
		return printed{stdout: strings.Join(lines, "\n")}
	}
	return printed{cmd.ProcessState.ExitCode(), stdout.String(), strings.ReplaceAll(stderr.String(), root, "")}
}

func runOurs(root string, args []string, scope Scope) printed {
	dir, _ := os.Getwd()
	_ = os.Chdir(root)
	defer os.Chdir(dir)
	if args[0] == "list-unit-files" {
		return printed{stdout: strings.Join(listed(root, scope), "\n")}
	}
	out := (&Files{Root: root, Scope: scope}).Run(parseCommand(args))
	return printed{out.Exit, text(out.Stdout), strings.ReplaceAll(text(out.Stderr), root, "")}
}

// has tells whether a file below a directory has a text in it.
func (r *randomTree) has(dir, text string) bool {
	for file, content := range r.files {
		if strings.HasPrefix(file, dir) && strings.Contains(content, text) {
			return true
		}
	}
	return false
}

// onlyDanglingLeft tells whether two trees differ only in links that systemd has left and that now lead nowhere:
// with --root= it does not see that a link leads to one that it has removed.
func onlyDanglingLeft(before, want, got map[string]string) bool {
	left := 0
	for file, target := range want {
		if got[file] == target {
			continue
		}
		to := base(target)
		gone := slices.ContainsFunc(sortedKeys(before), func(f string) bool { return base(f) == to && got[f] == "" })
		if got[file] != "" || !gone {
			return false
		}
		left++
	}
	return left > 0 && len(want) == len(got)+left
}

// listed is what list-unit-files shows of a root directory.
func listed(root string, scope Scope) (lines []string) {
	f := &Files{Root: root, Scope: scope}
	files, err := f.List(nil, nil)
	if err != nil {
		return []string{err.Error()}
	}
	for _, file := range files {
		preset := "-"
		if file.State.ShowsPreset() {
			if preset, err = f.QueryPreset(base(file.Path)); err != nil {
				preset = err.Error()
			}
		}
		lines = append(lines, strings.Join([]string{base(file.Path), string(file.State), preset}, " "))
	}
	slices.Sort(lines)
	return lines
}

var linkFailure = regexp.MustCompile(`(?m)^Failed to .*(not a valid unit name|non-template unit|cannot alias .*|already exists.*)\.$`)

var notFound = regexp.MustCompile(`Failed to get unit file state for .*: No such file or directory`)

// asNewest changes what version 252 said to what the newest one says.
func asNewest(args []string, want printed, unchanged bool) printed {
	// Since 256 it is an error to disable what is not there, unless something was left of it.
	if args[0] == "disable" && strings.Contains(want.stderr, " does not exist.\n") && unchanged {
		want.exit = 1
	}
	// Since 256 an error is not forgotten because of a link that was made before.
	if linkFailure.MatchString(want.stderr) {
		want.exit = 1
	}
	return want
}

// withoutNotice leaves out what disable says since 253 about units without an [Install] section.
func withoutNotice(args []string, got printed) printed {
	if args[0] == "disable" {
		got.stderr = strings.TrimSuffix(got.stderr, NoInstallInfo+"\n")
	}
	return got
}

// knownDifference tells why the genuine systemctl of version 252 and this package may differ on a command; ""
// if they may not. What follows on that tree is not compared.
func knownDifference(r *randomTree, args []string, want printed, before map[string]string) string {
	switch verb := args[0]; {
	case verb == "is-enabled" && notFound.MatchString(want.stderr):
		return "since 254 is-enabled prints not-found and exits with 4"
	case verb == "preset-all" && strings.Contains(want.stderr, "Failed to preset unit, file "):
		return "since 257 preset-all goes on after a bad unit"
	case verb == "preset-all" && r.has("", "Also="):
		return "what Also= names comes before or after it in the directory"
	case strings.Contains(want.stderr, " → /opt/") && r.has("/opt/", "Alias="):
		return "since 255 an alias of a linked unit leads to the link"
	case strings.Contains(want.stderr, "unit /opt/") && strings.Contains(want.stderr, " is masked"):
		return "with --root= systemd sees only at the end of a link that the file there is empty"
	case verb == "reenable" && slices.ContainsFunc(args, func(name string) bool { return strings.Contains(name, "@") && !strings.Contains(name, "@.") }):
		return "since 255 reenable leaves an instance an instance, and reads its file once less"
	case verb == "revert" && slices.ContainsFunc(args, func(name string) bool { return before["/run/systemd/generator/"+name] == "file" }):
		return "with --root= systemd does not know a generated unit for one that need not be overridden"
	}
	return ""
}
