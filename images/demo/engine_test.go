package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	baseImage = "pintle-test-base"
	image     = "pintle-test-demo"
	project   = "../.."
)

// TestMain has the Makefile make what the tests boot, and Docker import it: the root as base image, and the
// Dockerfile over it.
func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	for _, step := range [][]string{
		{"images/need", "docker"},
		{"make", "--no-print-directory", "build", "out/demo-root.tar", "out/demo-root"},
	} {
		if out, err := command(step...); err != nil {
			return fmt.Errorf("cannot prepare the tests: %w\n%s", err, out)
		}
	}
	tar := filepath.Join(project, "out/demo-root.tar")
	info, err := os.Stat(tar)
	if err != nil {
		return err
	}
	// The import takes seconds; it is done once for each root.
	tag := fmt.Sprintf("%s:%d", baseImage, info.ModTime().Unix())
	if _, err := command("docker", "image", "inspect", tag); err != nil {
		if out, err := command("docker", "import", "out/demo-root.tar", tag); err != nil {
			return fmt.Errorf("cannot import the root: %w\n%s", err, out)
		}
	}
	out, err := command("docker", "build", "--network", "host", "--build-arg", "BASE="+tag, "-t", image, "-f", "images/demo/Dockerfile", ".")
	if err != nil {
		return fmt.Errorf("cannot build the image: %w\n%s", err, out)
	}
	return nil
}

// command runs a command in the project's folder and gives all that it wrote.
func command(argv ...string) (string, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = project
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// container is a running `docker run` of the demo's image.
type container struct {
	t  *testing.T
	id string
}

// boot starts a container; options come before the image, arguments after.
func boot(t *testing.T, options []string, arguments ...string) *container {
	t.Helper()
	argv := append([]string{"docker", "run", "-d"}, options...)
	out, err := command(append(append(argv, image), arguments...)...)
	if err != nil {
		t.Fatalf("cannot run the container: %v\n%s", err, out)
	}
	lines := strings.Fields(out)
	c := &container{t: t, id: lines[len(lines)-1]}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("docker logs:\n%s", c.logs())
		}
		command("docker", "rm", "-f", c.id)
	})
	return c
}

func (c *container) logs() string {
	out, _ := command("docker", "logs", c.id)
	return out
}

// waitLog follows the container's log until a line contains text, for a minute at most.
func (c *container) waitLog(text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	seen := &watcher{text: text, found: cancel}
	cmd := exec.CommandContext(ctx, "docker", "logs", "-f", c.id)
	cmd.Stdout, cmd.Stderr = seen, seen
	cmd.Run()
	if !seen.done {
		c.t.Fatalf("%q did not come up in the container's log", text)
	}
}

// watcher calls found once its text was written.
type watcher struct {
	text  string
	found func()
	done  bool
	all   bytes.Buffer
}

func (w *watcher) Write(p []byte) (int, error) {
	w.all.Write(p)
	if !w.done && strings.Contains(w.all.String(), w.text) {
		w.done = true
		w.found()
	}
	return len(p), nil
}

// exec runs a command inside.
func (c *container) exec(argv ...string) (string, error) {
	return command(append([]string{"docker", "exec", c.id}, argv...)...)
}

// wait gives the exit status of the container.
func (c *container) wait() int {
	c.t.Helper()
	out, err := command("docker", "wait", c.id)
	status := -1
	if _, scan := fmt.Sscan(out, &status); err != nil || scan != nil {
		c.t.Fatalf("cannot wait for the container: %v\n%s", errors.Join(err, scan), out)
	}
	return status
}

// stop is `docker stop`: SIGTERM, and SIGKILL after 10 s.
func (c *container) stop() (status int, took time.Duration) {
	c.t.Helper()
	begin := time.Now()
	if out, err := command("docker", "stop", c.id); err != nil {
		c.t.Fatalf("cannot stop the container: %v\n%s", err, out)
	}
	took = time.Since(begin)
	return c.wait(), took
}

// expect finds each text in the container's log.
func (c *container) expect(texts ...string) {
	c.t.Helper()
	logs := c.logs()
	for _, text := range texts {
		if !strings.Contains(logs, text) {
			c.t.Errorf("the log has no %q", text)
		}
	}
}

// units gives a directory with unit files as a docker option, where the image's own units are overridden.
func units(t *testing.T, files map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	var options []string
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		options = append(options, "-v", path+":/etc/systemd/system/"+name+":ro")
	}
	return options
}
