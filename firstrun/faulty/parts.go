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
)

// EachTree runs a test over the tree of -crash-tree, in parts of some hundred entries: a crash at every call
// costs as much as the square of the number of calls. Without the flag it runs once, with "". What a test
// returns is added up and logged.
func EachTree(t *testing.T, test func(t *testing.T, tree string) (crashes int)) {
	t.Helper()
	if *crashTree == "" {
		test(t, "")
		return
	}
	total := 0
	parts := listParts(t, *crashTree)
	for i, part := range parts {
		t.Run(fmt.Sprintf("part-%d-of-%d", i+1, len(parts)), func(t *testing.T) {
			dir := filepath.Join(Scratch(t), "tree")
			copyPart(t, *crashTree, part, dir)
			total += test(t, dir)
		})
	}
	t.Logf("%s: %d crashes over %s in %d parts", t.Name(), total, *crashTree, len(parts))
}

// listParts cuts a tree into lists of paths.
func listParts(t *testing.T, root string) (parts [][]string) {
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
		if part = append(part, rel); len(part) == *partSize {
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
