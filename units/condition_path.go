package units

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

func (f *Facts) stat(p string) (os.FileInfo, bool) {
	st, err := os.Stat(f.path(p))
	return st, err == nil
}

func (f *Facts) pathExists(p string) (bool, error) {
	_, ok := f.stat(p)
	return ok, nil
}

func (f *Facts) pathExistsGlob(pattern string) (bool, error) {
	for _, p := range expandBraces(pattern) {
		found, err := filepath.Glob(f.Root + p)
		if err != nil {
			return false, err
		}
		if len(found) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// expandBraces writes out {a,b} as the shell does, up to a bound that no honest pattern reaches.
func expandBraces(pattern string) []string {
	done, queue := []string(nil), []string{pattern}
	for len(queue) > 0 && len(done)+len(queue) < 4096 {
		p := queue[0]
		queue = queue[1:]
		from, to, parts := cutBraces(p)
		if parts == nil {
			done = append(done, p)
			continue
		}
		for _, part := range parts {
			queue = append(queue, p[:from]+part+p[to:])
		}
	}
	return append(done, queue...)
}

// cutBraces finds the first balanced {…,…} and its alternatives.
func cutBraces(p string) (from, to int, parts []string) {
	from = strings.IndexByte(p, '{')
	if from < 0 {
		return 0, 0, nil
	}
	depth, start := 0, from+1
	for i := from; i < len(p); i++ {
		switch {
		case p[i] == '{':
			depth++
		case p[i] == ',' && depth == 1:
			parts = append(parts, p[start:i])
			start = i + 1
		case p[i] == '}':
			if depth--; depth == 0 {
				return from, i + 1, append(parts, p[start:i])
			}
		}
	}
	return 0, 0, nil
}

func (f *Facts) pathIsDirectory(p string) (bool, error) {
	st, ok := f.stat(p)
	return ok && st.IsDir(), nil
}

func (f *Facts) pathIsSymbolicLink(p string) (bool, error) {
	st, err := os.Lstat(f.unfollowed(p))
	return err == nil && st.Mode()&os.ModeSymlink != 0, nil
}

func (f *Facts) pathIsMountPoint(p string) (bool, error) {
	if p == "/" {
		return true, nil
	}
	real, err := filepath.EvalSymlinks(f.path(p))
	if err != nil {
		return false, nil
	}
	for line := range strings.Lines(readHost("/proc/self/mountinfo")) {
		if fields := strings.Fields(line); len(fields) > 4 && unescapeMount(fields[4]) == real {
			return true, nil
		}
	}
	return false, nil
}

// unescapeMount undoes the octal escapes of /proc/self/mountinfo (proc_pid_mountinfo(5)).
func unescapeMount(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

func (f *Facts) pathIsReadWrite(p string) (bool, error) {
	var st syscall.Statfs_t
	const readOnly = 1
	switch err := syscall.Statfs(f.path(p), &st); {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case err != nil:
		return true, nil
	}
	return st.Flags&readOnly == 0, nil
}

// directoryNotEmpty does not count hidden files and backups.
func (f *Facts) directoryNotEmpty(p string) (bool, error) {
	entries, err := readDir(f.path(p))
	if err != nil {
		return false, nil
	}
	for _, e := range entries {
		if name := e.Name(); name[0] != '.' && !strings.HasSuffix(name, "~") {
			return true, nil
		}
	}
	return false, nil
}

func (f *Facts) fileNotEmpty(p string) (bool, error) {
	st, ok := f.stat(p)
	return ok && st.Mode().IsRegular() && st.Size() > 0, nil
}

func (f *Facts) fileIsExecutable(p string) (bool, error) {
	st, ok := f.stat(p)
	return ok && st.Mode().IsRegular() && st.Mode()&0o111 != 0, nil
}

// needsUpdate compares /usr with the stamp that systemd-update-done leaves in /etc or /var.
func (f *Facts) needsUpdate(p string) (bool, error) {
	if writable, _ := f.pathIsReadWrite(p); !writable {
		return false, nil
	}
	usr, ok := f.stat("/usr")
	if !ok {
		return true, nil
	}
	stamp, ok := f.stat(p + "/.updated")
	return !ok || usr.ModTime().After(stamp.ModTime()), nil
}
