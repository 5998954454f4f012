package faulty

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// EachPart runs a test with "", for a small tree, and over the tree of -crash-tree in parts of some entries each:
// a crash at every call that needs a run of its own costs as much as the square of the number of calls. What a
// test returns is added up and logged.
func EachPart(t *testing.T, entries int, test func(t *testing.T, dir, tree string) (crashes int)) {
	t.Helper()
	smallTree(t, test)
	if *crashTree == "" {
		return
	}
	if *partSize > 0 {
		entries = *partSize
	}
	total := 0
	parts := listParts(t, *crashTree, entries)
	begin := time.Now()
	for i, part := range parts {
		t.Run(fmt.Sprintf("part-%d-of-%d", i+1, len(parts)), func(t *testing.T) {
			dir := Scratch(t)
			tree := filepath.Join(dir, "tree")
			copyPart(t, *crashTree, part, tree)
			total += test(t, dir, tree)
		})
	}
	Sum(t, total, "%s in %d parts, in %v", *crashTree, len(parts), time.Since(begin).Round(time.Second))
}

// WholeTree runs a test with "", for a small tree, and over a copy of the whole tree of -crash-tree, in which
// zeros are holes.
func WholeTree(t *testing.T, test func(t *testing.T, dir, tree string) (crashes int)) {
	t.Helper()
	smallTree(t, test)
	if *crashTree == "" {
		return
	}
	dir := Scratch(t)
	tree := filepath.Join(dir, "tree")
	out, err := exec.Command("cp", "-a", "--sparse=always", *crashTree+"/.", tree).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot copy %s: %v: %s", *crashTree, err, out)
	}
	begin := time.Now()
	Sum(t, test(t, dir, tree), "%s as a whole, in %v", *crashTree, time.Since(begin).Round(time.Second))
}

func smallTree(t *testing.T, test func(t *testing.T, dir, tree string) (crashes int)) {
	t.Helper()
	t.Run("small-tree", func(t *testing.T) { Sum(t, test(t, Scratch(t), ""), "a small tree") })
}

// Sum prints how many crashes a test was.
func Sum(t *testing.T, crashes int, format string, args ...any) {
	t.Helper()
	t.Logf("%s: %d crashes over %s", t.Name(), crashes, fmt.Sprintf(format, args...))
}

// listParts cuts a tree into lists of paths.
func listParts(t *testing.T, root string, entries int) (parts [][]string) {
	t.Helper()
	var part []string
	Must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > 4<<20 {
			return err // what is large costs time, and adds no kind of call
		}
		rel, err := filepath.Rel(root, path)
		if part = append(part, rel); len(part) == entries {
			parts, part = append(parts, part), nil
		}
		return err
	}))
	return append(parts, part)
}

func copyPart(t *testing.T, root string, part []string, to string) {
	t.Helper()
	Must(t, os.Mkdir(to, 0o755))
	list := strings.Join(part, "\x00")
	script := `tar -C "$0" --xattrs --acls --no-recursion --null -T - -cf - | tar -C "$1" --xattrs --xattrs-include='*' --acls -xpf -`
	c := exec.Command("bash", "-o", "pipefail", "-c", script, root, to)
	c.Stdin = bytes.NewReader([]byte(list))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("cannot copy a part of %s: %v: %s", root, err, out)
	}
}
