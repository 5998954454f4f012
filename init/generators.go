package pid1

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// generatorDirs are searched for generators (systemd.generator(7)); a file of an earlier directory replaces
// one of the same name in a later directory, and a link to /dev/null or an empty file disables it.
var generatorDirs = []string{
	"/run/systemd/system-generators",
	"/etc/systemd/system-generators",
	"/usr/local/lib/systemd/system-generators",
	"/usr/lib/systemd/system-generators",
	"/lib/systemd/system-generators",
}

// generatorOutputs are the three directories that generators write units to, as their arguments: normal,
// early, late.
var generatorOutputs = []string{"/run/systemd/generator", "/run/systemd/generator.early", "/run/systemd/generator.late"}

// generatorTimeout bounds all generators together; they run before any unit is loaded and may not wait for
// one.
const generatorTimeout = 5 * time.Second

// findGenerators lists the executables to run, in the order of their names.
func findGenerators(dirs []string) []string {
	found := map[string]string{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if _, shadowed := found[e.Name()]; shadowed || e.Name()[0] == '.' {
				continue
			}
			info, err := os.Stat(path)
			switch {
			case err != nil || info.IsDir():
				continue
			case !info.Mode().IsRegular() || info.Size() == 0:
				found[e.Name()] = "" // masked
			case info.Mode()&0o111 != 0:
				found[e.Name()] = path
			}
		}
	}
	var paths []string
	for _, path := range found {
		if path != "" {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		return strings.Compare(filepath.Base(a), filepath.Base(b))
	})
	return paths
}

// runGenerators runs every generator at once, with fresh output directories, and waits for them within the
// timeout. It reaps by itself: nothing else has been started yet, or, on a reload, exits of others are
// handed to stray.
func runGenerators(paths []string, env []string, timeout time.Duration, stray func(pid int, status unix.WaitStatus), report func(format string, args ...any)) {
	for _, dir := range generatorOutputs {
		_ = os.RemoveAll(dir)
	}
	if len(paths) == 0 {
		return
	}
	for _, dir := range generatorOutputs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			report("cannot run generators: %v", err)
			return
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		report("cannot run generators: %v", err)
		return
	}
	defer null.Close()
	running := map[int]string{}
	for _, path := range paths {
		argv := append([]string{path}, generatorOutputs...)
		pid, err := forkUnblocked(path, argv, &syscall.ProcAttr{
			Dir: "/", Env: env, Files: []uintptr{null.Fd(), null.Fd(), 2},
			Sys: &syscall.SysProcAttr{Setsid: true},
		})
		if err != nil {
			report("cannot run generator %s: %v", path, err)
			continue
		}
		running[pid] = path
	}
	// The timer's only act is to kill, which ends the wait below.
	var mu sync.Mutex
	killed := make(chan struct{})
	timer := time.AfterFunc(timeout, func() {
		mu.Lock()
		defer mu.Unlock()
		for pid := range running {
			_ = unix.Kill(-pid, unix.SIGKILL)
		}
		close(killed)
	})
	for len(running) > 0 {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			break
		}
		path, ours := running[pid]
		if !ours {
			stray(pid, status)
			continue
		}
		mu.Lock()
		delete(running, pid)
		mu.Unlock()
		if status != 0 {
			report("generator %s failed: %s", path, describeStatus(exitOf(pid, status)))
		}
	}
	if !timer.Stop() {
		<-killed
		report("generators took longer than %v and were killed", timeout)
	}
}

// generatorEnv is what generators get on top of the manager's own environment.
func generatorEnv(base []string, container string) []string {
	return append(slices.Clone(base),
		"SYSTEMD_SCOPE=system", "SYSTEMD_IN_INITRD=0", "SYSTEMD_FIRST_BOOT=0",
		"SYSTEMD_VIRTUALIZATION=container:"+container)
}
