// Package engine has tests make images with Docker and run containers of them.
package engine

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

// Command runs a command in the project's folder and gives all that it wrote.
func Command(argv ...string) (string, error) {
	dir, err := project()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// project is the folder that go.mod is in: tests run in the folder of their package.
func project() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("cannot find the project's folder: no go.mod above the working directory")
}

// Steps runs commands one after the other, until one fails.
func Steps(steps ...[]string) error {
	for _, step := range steps {
		if out, err := Command(step...); err != nil {
			return fmt.Errorf("cannot prepare the tests: %s: %w\n%s", strings.Join(step, " "), err, out)
		}
	}
	return nil
}

// Import makes a base image of a root that a command above has put into a tar file. It takes seconds, and is done once for
// each root: the image's tag, which is returned, is the file's time.
func Import(tar, image string) (string, error) {
	dir, err := project()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(filepath.Join(dir, tar))
	if err != nil {
		return "", fmt.Errorf("cannot import the root: %w", err)
	}
	tag := fmt.Sprintf("%s:%d", image, info.ModTime().Unix())
	if _, err := Command("docker", "image", "inspect", tag); err != nil {
		if out, err := Command("docker", "import", tar, tag); err != nil {
			return "", fmt.Errorf("cannot import the root: %w\n%s", err, out)
		}
	}
	return tag, nil
}

// Build makes an image from a Dockerfile of the project, over a base image.
func Build(image, base, dockerfile string) error {
	return Steps([]string{"docker", "build", "--network", "host", "--build-arg", "BASE=" + base, "-t", image, "-f", dockerfile, "."})
}

// Container is a running `docker run`.
type Container struct {
	t  *testing.T
	ID string
}

// Boot starts a container; options come before the image, arguments after. The test removes it at its end.
func Boot(t *testing.T, image string, options []string, arguments ...string) *Container {
	t.Helper()
	argv := append([]string{"docker", "run", "-d"}, options...)
	out, err := Command(append(append(argv, image), arguments...)...)
	if err != nil {
		t.Fatalf("cannot run the container: %v\n%s", err, out)
	}
	lines := strings.Fields(out)
	c := &Container{t: t, ID: lines[len(lines)-1]}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("docker logs:\n%s", c.Logs())
		}
		Command("docker", "rm", "-f", c.ID)
	})
	return c
}

// Logs is what the container has written so far.
func (c *Container) Logs() string {
	out, _ := Command("docker", "logs", c.ID)
	return out
}

// WaitLog follows the container's log until a line contains text, for a minute at most.
func (c *Container) WaitLog(text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	seen := &watcher{text: text, found: cancel}
	cmd := exec.CommandContext(ctx, "docker", "logs", "-f", c.ID)
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

// Exec runs a command inside.
func (c *Container) Exec(argv ...string) (string, error) {
	return Command(append([]string{"docker", "exec", c.ID}, argv...)...)
}

// Wait gives the exit status of the container.
func (c *Container) Wait() int {
	c.t.Helper()
	out, err := Command("docker", "wait", c.ID)
	status := -1
	if _, scan := fmt.Sscan(out, &status); err != nil || scan != nil {
		c.t.Fatalf("cannot wait for the container: %v\n%s", errors.Join(err, scan), out)
	}
	return status
}

// Stop is `docker stop`: SIGTERM, and SIGKILL after 10 s.
func (c *Container) Stop() (status int, took time.Duration) {
	c.t.Helper()
	begin := time.Now()
	if out, err := Command("docker", "stop", c.ID); err != nil {
		c.t.Fatalf("cannot stop the container: %v\n%s", err, out)
	}
	took = time.Since(begin)
	return c.Wait(), took
}

// Expect finds each text in the container's log.
func (c *Container) Expect(texts ...string) {
	c.t.Helper()
	logs := c.Logs()
	for _, text := range texts {
		if !strings.Contains(logs, text) {
			c.t.Errorf("the log has no %q", text)
		}
	}
}
