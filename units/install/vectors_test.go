package install

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pintle/vectors"
)

// TestVectorsInstall plays commands on small trees, and compares exit status, output, and the tree after each.
// The wording of what goes to standard error differs between versions of systemd; of it, the files that are
// named are compared.
func TestVectorsInstall(t *testing.T) {
	vectors.Run(t, "install", func(t *testing.T, row struct {
		Files    map[string]string
		Symlinks map[string]string
		Steps    []struct {
			Command        []string
			Exit           int
			Stdout, Stderr string
			Tree           map[string]string
		}
	}) {
		root := t.TempDir()
		plant(t, root, row.Files, row.Symlinks)
		t.Chdir(root)
		for _, step := range row.Steps {
			c := parseCommand(step.Command)
			out := (&Files{Root: root}).Run(c)
			stdout, stderr := text(out.Stdout), strings.ReplaceAll(text(out.Stderr), root, "")
			if out.Exit != step.Exit || stdout != step.Stdout {
				t.Errorf("%v: exit status %d, stdout %q, want %d, %q\nstderr %s", step.Command, out.Exit, stdout, step.Exit, step.Stdout, stderr)
			}
			if got, want := changesIn(stderr), changesIn(step.Stderr); !slices.Equal(got, want) {
				t.Errorf("%v: told of %q, want %q", step.Command, got, want)
			}
			if got := treeOf(t, root); !sameTree(got, step.Tree) {
				t.Errorf("%v: tree is %v, want %v", step.Command, got, step.Tree)
			}
		}
	})
}

func text(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// parseCommand reads the arguments of systemctl that the tests use.
func parseCommand(args []string) (c Command) {
	for _, arg := range args {
		switch value := strings.TrimPrefix(arg, "--preset-mode="); {
		case value != arg:
			c.Mode = PresetMode(value)
		case arg == "--runtime":
			c.Runtime = true
		case arg == "--force":
			c.Force = true
		case arg == "--quiet":
			c.Quiet = true
		case c.Verb == "":
			c.Verb = arg
		default:
			c.Names = append(c.Names, arg)
		}
	}
	return c
}

var madeOrRemoved = regexp.MustCompile(`^(Created symlink|Removed) ['"]?([^'" ]*)['"]?(?: (?:->|→) '?([^']*?)'?)?\.$`)

// changesIn are the files that messages tell of as made or removed, in no order.
func changesIn(stderr string) (changes []string) {
	for line := range strings.Lines(stderr) {
		if m := madeOrRemoved.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			changes = append(changes, strings.Join(m[1:], " "))
		}
	}
	slices.Sort(changes)
	return changes
}

// plant makes files and links in a root directory, and the directories of the search path.
func plant(t testing.TB, root string, files, links map[string]string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"/etc", "/usr/lib", "/run"} {
		must(os.MkdirAll(root+dir+"/systemd/system", 0o755))
	}
	for file, text := range files {
		must(os.MkdirAll(filepath.Dir(root+file), 0o755))
		must(os.WriteFile(root+file, []byte(text), 0o644))
	}
	for link, target := range links {
		must(os.MkdirAll(filepath.Dir(root+link), 0o755))
		must(os.Symlink(target, root+link))
	}
}

// treeOf lists what /etc/systemd and /run/systemd hold: "file", or "-> " and the target of a link.
func treeOf(t testing.TB, root string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	for _, top := range []string{"/etc/systemd", "/run/systemd"} {
		err := filepath.WalkDir(root+top, func(path string, d os.DirEntry, err error) error {
			name := strings.TrimPrefix(path, root)
			switch {
			case err != nil:
				return err
			case d.Type()&os.ModeSymlink != 0:
				target, _ := os.Readlink(path)
				tree[name] = "-> " + target
			case !d.IsDir():
				tree[name] = "file"
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return tree
}

func sameTree(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}
