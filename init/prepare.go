package pid1

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// prepared are the directories that programs count on and an image need not bring along.
var prepared = []struct {
	path string
	mode fs.FileMode
}{
	{"/run", 0o755},
	{"/tmp", 0o777 | fs.ModeSticky},
	{"/run/lock", 0o777 | fs.ModeSticky}, // as Debian has it: services of any user lock there
	{"/run/systemd", 0o755},
	{"/run/systemd/system", 0o755}, // sd_booted(3)
	{"/run/systemd/journal", 0o755},
	{"/run/systemd/ask-password", 0o755},
	{"/run/log", 0o755},
	{"/run/user", 0o755},
	{"/dev/shm", 0o777 | fs.ModeSticky},
}

// preparedLinks are the links that every /dev has.
var preparedLinks = []struct{ path, target string }{
	{"/dev/fd", "/proc/self/fd"},
	{"/dev/stdin", "/proc/self/fd/0"},
	{"/dev/stdout", "/proc/self/fd/1"},
	{"/dev/stderr", "/proc/self/fd/2"},
}

// devLog is where syslog(3) writes; its target is the journal's socket.
const devLog = "/dev/log"

// prepare creates what is missing. What cannot be created is said in one line each, and the boot goes on.
func prepare(report func(format string, args ...any)) {
	for _, d := range prepared {
		err := os.Mkdir(d.path, d.mode.Perm())
		if err == nil {
			err = os.Chmod(d.path, d.mode) // whatever the umask
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			report("cannot create directory %s: %v", d.path, cause(err))
		}
	}
	for _, l := range preparedLinks {
		if err := os.Symlink(l.target, l.path); err != nil && !errors.Is(err, fs.ErrExist) {
			report("cannot link %s to %s: %v", l.path, l.target, causeOfLink(err))
		}
	}
}

func causeOfLink(err error) error {
	var e *os.LinkError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// linkDevLog lets syslog(3) reach the journal. A socket that an engine mounted there stays, and
// so does whatever is there when the root is not our own (replace is not set).
func linkDevLog(target string, replace bool, report func(format string, args ...any)) {
	var st unix.Stat_t
	if unix.Lstat(devLog, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
		if to, err := os.Readlink(devLog); err == nil && to == target {
			return
		}
	}
	err := os.Symlink(target, devLog)
	if errors.Is(err, fs.ErrExist) && replace {
		// What is left there from an earlier run is a socket nobody listens on, or an old link.
		if err = os.Remove(devLog); err == nil {
			err = os.Symlink(target, devLog)
		}
	}
	if err != nil {
		report("cannot link %s to %s, messages sent there are lost: %v", devLog, target, causeOfLink(cause(err)))
	}
}

// containerName is what runs the container, as /run/systemd/container and $container name it.
func containerName(environ []string, exists func(path string) bool) string {
	for _, e := range environ {
		if name, ok := strings.CutPrefix(e, "container="); ok && name != "" {
			return name
		}
	}
	if text, err := readLimited("/run/host/container-manager", 64); err == nil && strings.TrimSpace(text) != "" {
		return strings.TrimSpace(text)
	}
	switch {
	case exists("/run/.containerenv"):
		return "podman"
	case exists("/.dockerenv"):
		return "docker"
	}
	return "container-other" // systemd-detect-virt(1)
}

// writeContainerName tells programs that they run in a container.
func writeContainerName(name string) error {
	const path = "/run/systemd/container"
	if err := os.WriteFile(path, []byte(name+"\n"), 0o644); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, cause(err))
	}
	return nil
}
