package upgrade_test

import (
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun/faulty"
)

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	out, err := exec.Command("cp", "-a", from, to).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot copy %s: %v: %s", from, err, out)
	}
}

// change is what becomes of a file of a tree in another release of the distribution, or by an admin.
type change struct {
	path                     string
	edited, dropped, another bool // by the release
	mine, removed            bool // by the admin
}

// changes lists the files of a tree with which something happens: in the release to five in so many, to two of
// them and two others on the volume. Which ones depends on their paths alone.
func changes(t testing.TB, root string, of uint32) (list []change) {
	t.Helper()
	faulty.Must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		h := fnv.New32a()
		h.Write([]byte(rel))
		n := h.Sum32() % of
		if n < 7 {
			list = append(list, change{rel, n == 0 || n == 1, n == 2 || n == 3, n == 4, n == 1 || n == 3 || n == 5, n == 6})
		}
		return err
	}))
	return list
}

// release makes another release of a tree.
func release(t testing.TB, root string, list []change) {
	t.Helper()
	for _, c := range list {
		path := filepath.Join(root, c.path)
		switch {
		case c.edited:
			appendLine(t, path, "# release two\n")
		case c.dropped:
			faulty.Must(t, os.Remove(path))
		case c.another:
			faulty.Must(t, os.WriteFile(path+".new-in-two", []byte("new\n"), 0o644))
		}
	}
}

// administer does to a volume what its admin does.
func administer(t testing.TB, volume string, list []change) {
	t.Helper()
	at := unix.NsecToTimespec(1_640_000_000_000_000_000)
	times := []unix.Timespec{at, at}
	for _, c := range list {
		path := filepath.Join(volume, c.path)
		switch {
		case c.mine:
			appendLine(t, path, "# mine\n")
			faulty.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW))
		case c.removed:
			faulty.Must(t, os.Remove(path))
			faulty.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Dir(path), times, 0))
		}
	}
}

func appendLine(t testing.TB, path, line string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	faulty.Must(t, err)
	defer f.Close()
	_, err = f.WriteString(line)
	faulty.Must(t, err)
}
