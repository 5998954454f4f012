package pid1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxPIDLine bounds what is read of a PID file: a pid, with room for blanks.
const maxPIDLine = 128

// readPIDFile reads the pid in the first line of a file (systemd.service(5), PIDFile=). The rest of the file
// may be anything: rsyslogd of old appended to its own. trusted means that root alone may have written it.
//
// The path may go through directories that an unprivileged service owns, so no symlink of another user than
// root is followed: a service could otherwise have PID 1 kill a process of its choice.
func readPIDFile(path string) (pid int, trusted bool, err error) {
	fd, err := openTrusted(path)
	if err != nil {
		return 0, false, fmt.Errorf("cannot open PID file %s: %w", path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return 0, false, fmt.Errorf("cannot inspect PID file %s: %w", path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0, false, fmt.Errorf("cannot use PID file %s: it is no regular file", path)
	}
	line, err := io.ReadAll(io.LimitReader(f, maxPIDLine))
	if err != nil {
		return 0, false, fmt.Errorf("cannot read PID file %s: %w", path, err)
	}
	line, _, _ = bytes.Cut(line, []byte{'\n'})
	text := strings.TrimSpace(string(line))
	pid, err = strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return 0, false, fmt.Errorf("cannot use PID file %s: %q is no process id", path, text)
	}
	return pid, st.Uid == 0 && st.Mode&0o022 == 0, nil
}

// openTrusted opens a file for reading. Symlinks on the way are followed only where root, or whoever PID 1
// runs as, made them.
func openTrusted(path string) (int, error) {
	const flags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	const linksMax = 32
	for range linksMax {
		fd, err := unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_NO_SYMLINKS})
		switch {
		case err == nil:
			return fd, nil
		case errors.Is(err, unix.ELOOP):
			if path, err = resolveFirstLink(path); err != nil {
				return -1, err
			}
		case errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM):
			// An old kernel, or a seccomp filter that does not know the call: check the last part only.
			return unix.Open(path, flags|unix.O_NOFOLLOW, 0)
		default:
			return -1, err
		}
	}
	return -1, unix.ELOOP
}

// resolveFirstLink replaces the first symlink in a path by what it points to, if its owner is trusted.
func resolveFirstLink(path string) (string, error) {
	rest := strings.Split(strings.Trim(path, "/"), "/")
	done := "/"
	for i, part := range rest {
		next := filepath.Join(done, part)
		var st unix.Stat_t
		if err := unix.Lstat(next, &st); err != nil {
			return "", err
		}
		if st.Mode&unix.S_IFMT != unix.S_IFLNK {
			done = next
			continue
		}
		if st.Uid != 0 && int(st.Uid) != os.Geteuid() {
			return "", fmt.Errorf("%s is a symlink of user %d: %w", next, st.Uid, unix.ELOOP)
		}
		target, err := os.Readlink(next)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(done, target)
		}
		return filepath.Join(append([]string{target}, rest[i+1:]...)...), nil
	}
	return path, nil
}
