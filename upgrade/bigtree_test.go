package upgrade_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pintle/firstrun/faulty"
)

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	out, err := exec.Command("cp", "-a", from, to).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot copy %s: %v: %s", from, err, out)
	}
}

// everyTenth changes, drops or adds something at every tenth file, by turns, as another release of a
// distribution does.
func everyTenth(t *testing.T, root string) {
	t.Helper()
	n := 0
	faulty.Must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		n++
		switch n % 30 {
		case 10:
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("# release two\n")
			return err
		case 20:
			return os.Remove(path)
		case 0:
			return os.WriteFile(path+".new-in-two", []byte("new\n"), 0o644)
		}
		return nil
	}))
}
