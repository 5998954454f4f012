package pid1

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// What a story's container has besides the host's programs: the test binary as systemctl, and testdata/notify.
const (
	storyBin    = "/opt/story"
	storySocket = "/run/story-systemctl"
)

func storyTools(story, root string, bind func(from, to string, flags uintptr) error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, storyBin)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	binary := filepath.Join(dir, "binary")
	if err := os.WriteFile(binary, nil, 0o755); err != nil {
		return err
	}
	if err := bind(self, binary, unix.MS_RDONLY); err != nil {
		return err
	}
	for _, name := range []string{"systemctl", "tool"} {
		if err := os.Symlink("binary", filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if helper, err := os.ReadFile(filepath.Join(story, "notify")); err == nil {
		return os.WriteFile(filepath.Join(dir, "notify"), helper, 0o755)
	}
	return nil
}

// notifyHelper is testdata/notify, built once.
var notifyHelper = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "pintle-notify")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "notify")
	build := exec.Command("go", "build", "-o", file, "./testdata/notify")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cannot build testdata/notify: %w\n%s", err, out)
	}
	return os.ReadFile(file)
})

// answer is what a client of the manager prints and ends with.
type answer struct {
	Exit           int
	Stdout, Stderr string
}

// ask has systemctl run in the container whose root is given.
func ask(root string, argv []string) (a answer, err error) {
	conn, err := net.Dial("unix", filepath.Join(root, storySocket))
	if err != nil {
		return a, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(argv); err != nil {
		return a, err
	}
	return a, json.NewDecoder(conn).Decode(&a)
}

// storySystemctl is systemctl for the shell commands of a story.
func storySystemctl(args []string) int {
	a, err := ask("/", args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot reach the manager:", err)
		return 1
	}
	fmt.Print(a.Stdout)
	fmt.Fprint(os.Stderr, a.Stderr)
	return a.Exit
}
