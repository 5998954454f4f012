package pid1

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The exit statuses of a command that could not be run, as shells have them.
const (
	statusNotFound      = 127
	statusNotExecutable = 126
)

// foreground is the command after "--": it has the container's own standard streams and environment, and the
// container ends with it.
type foreground struct {
	argv []string
	env  []string
	dir  string // working directory; it goes back to "/" if that is gone
	pid  int    // while it runs
}

// start runs the command. status is what the container ends with if that fails.
func (f *foreground) start() (status int, err error) {
	path, err := lookPath(f.argv[0], f.env)
	if err != nil {
		status = statusNotFound
		if errors.Is(err, fs.ErrPermission) {
			status = statusNotExecutable
		}
		return status, fmt.Errorf("cannot run %s: %w", f.argv[0], err)
	}
	sys := &syscall.SysProcAttr{Setsid: true}
	if group, err := unix.IoctlGetInt(0, unix.TIOCGPGRP); err == nil && group > 0 {
		// The terminal is PID 1's controlling terminal, which a new session could not take from it: the
		// command becomes the foreground group of this one, and Ctrl-C is for it alone.
		sys = &syscall.SysProcAttr{Foreground: true, Ctty: 0}
	} else if _, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil {
		sys.Setctty = true
	}
	attr := &syscall.ProcAttr{Dir: f.dir, Env: f.env, Files: []uintptr{0, 1, 2}, Sys: sys}
	f.pid, err = forkUnblocked(path, f.argv, attr)
	if err != nil && sys.Setctty {
		attr.Sys = &syscall.SysProcAttr{Setsid: true} // the terminal belongs to another session
		f.pid, err = forkUnblocked(path, f.argv, attr)
	}
	if err != nil {
		f.pid = 0
		return statusNotExecutable, fmt.Errorf("cannot run %s: %w", path, err)
	}
	return 0, nil
}

// lookPath finds a command as execvp(3) does, in the PATH it will have.
func lookPath(name string, env []string) (string, error) {
	if name == "" {
		return "", fs.ErrNotExist
	}
	if strings.Contains(name, "/") {
		return name, executable(name)
	}
	path := DefaultPath
	for _, e := range env {
		if p, ok := strings.CutPrefix(e, "PATH="); ok {
			path = p
		}
	}
	found := error(fs.ErrNotExist)
	for _, dir := range filepath.SplitList(path) {
		candidate := filepath.Join(dir, name)
		if !filepath.IsAbs(candidate) {
			candidate = "./" + candidate
		}
		switch err := executable(candidate); {
		case err == nil:
			return candidate, nil
		case errors.Is(err, fs.ErrPermission):
			found = err
		}
	}
	return "", found
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return cause(err)
	case info.IsDir() || info.Mode()&0o111 == 0:
		return fs.ErrPermission
	}
	return nil
}
