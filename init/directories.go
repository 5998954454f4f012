package pid1

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// execDirectory is one of the five directory settings of systemd.exec(5).
type execDirectory struct {
	setting  string
	base     string
	variable string
	step     step
	list     func(*units.ExecSettings) []units.ExecDirectory
	mode     func(*units.ExecSettings) units.FileMode
}

var execDirectories = []execDirectory{
	{"RuntimeDirectory", "/run", "RUNTIME_DIRECTORY", stepRuntimeDirectory,
		func(x *units.ExecSettings) []units.ExecDirectory { return x.RuntimeDirectory },
		func(x *units.ExecSettings) units.FileMode { return x.RuntimeDirectoryMode }},
	{"StateDirectory", "/var/lib", "STATE_DIRECTORY", stepStateDirectory,
		func(x *units.ExecSettings) []units.ExecDirectory { return x.StateDirectory },
		func(x *units.ExecSettings) units.FileMode { return x.StateDirectoryMode }},
	{"CacheDirectory", "/var/cache", "CACHE_DIRECTORY", stepCacheDirectory,
		func(x *units.ExecSettings) []units.ExecDirectory { return x.CacheDirectory },
		func(x *units.ExecSettings) units.FileMode { return x.CacheDirectoryMode }},
	{"LogsDirectory", "/var/log", "LOGS_DIRECTORY", stepLogsDirectory,
		func(x *units.ExecSettings) []units.ExecDirectory { return x.LogsDirectory },
		func(x *units.ExecSettings) units.FileMode { return x.LogsDirectoryMode }},
	{"ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY", stepConfigDirectory,
		func(x *units.ExecSettings) []units.ExecDirectory { return x.ConfigurationDirectory },
		func(x *units.ExecSettings) units.FileMode { return x.ConfigurationDirectoryMode }},
}

// directories makes the directories of a unit and sets their variables.
func (s *Spawner) directories(p *process) error {
	for _, d := range execDirectories {
		list := d.list(p.exec)
		if len(list) == 0 {
			continue
		}
		mode := d.mode(p.exec)
		if mode == 0 {
			mode = 0o755
		}
		// A user that comes and goes must not leave files that the next one with its number can reach.
		private := p.user.dynamic && d.setting != "ConfigurationDirectory" &&
			(d.setting != "RuntimeDirectory" || keptRuntime(p.exec))
		var paths []string
		for _, entry := range list {
			if err := s.makeDirectory(p, d, entry, mode, private); err != nil {
				return failed(d.step, "cannot make %s=%s: %w", d.setting, entry.Path, err)
			}
			paths = append(paths, d.base+"/"+entry.Path)
		}
		p.vars = append(p.vars, d.variable+"="+strings.Join(paths, ":"))
	}
	return nil
}

func keptRuntime(x *units.ExecSettings) bool {
	return x.RuntimeDirectoryPreserve == units.PreserveYes || x.RuntimeDirectoryPreserve == units.PreserveRestart
}

// makeDirectory makes one directory, its parents, and the links to it.
func (s *Spawner) makeDirectory(p *process, d execDirectory, e units.ExecDirectory, mode units.FileMode, private bool) error {
	base := s.cfg.Root + d.base
	where := e.Path
	if private {
		if err := makePrivate(base); err != nil {
			return err
		}
		where = "private/" + e.Path
	}
	fd, created, err := openTree(base, where)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if d.setting != "ConfigurationDirectory" || created {
		if err := s.handOver(fd, p, mode, d.setting != "RuntimeDirectory" && d.setting != "ConfigurationDirectory"); err != nil {
			return err
		}
	}
	if private {
		if err := link(base, e.Path, strings.Repeat("../", strings.Count(e.Path, "/"))+"private/"+e.Path); err != nil {
			return err
		}
	}
	for _, name := range e.Symlinks {
		if err := link(base, name, strings.Repeat("../", strings.Count(name, "/"))+e.Path); err != nil {
			return err
		}
	}
	return nil
}

// handOver gives a directory its mode and owner; with tree, also what is below, if the top belongs to somebody else.
func (s *Spawner) handOver(fd int, p *process, mode units.FileMode, tree bool) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Uid != p.user.uid || st.Gid != p.user.gid {
		err := unix.Fchown(fd, int(p.user.uid), int(p.user.gid))
		if err == nil && tree {
			err = chownTree(fd, p.user.uid, p.user.gid, 0)
		}
		// An unprivileged PID 1 cannot leave a group that a set-group-ID parent has given.
		if err != nil && !(errors.Is(err, unix.EPERM) && st.Uid == p.user.uid) {
			return err
		}
	}
	if units.FileMode(st.Mode&0o7777) != mode {
		return unix.Fchmod(fd, uint32(mode))
	}
	return nil
}

// chownTree gives everything below a directory to a user, following no symlink.
func chownTree(dir int, uid, gid uint32, depth int) error {
	const deep = 256
	if depth > deep {
		return unix.ELOOP
	}
	again, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	list := os.NewFile(uintptr(again), "directory")
	defer list.Close()
	names, err := list.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := unix.Fchownat(dir, name, int(uid), int(gid), unix.AT_SYMLINK_NOFOLLOW); err != nil {
			if err == unix.ENOENT {
				continue
			}
			return err
		}
		sub, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue // no directory
		}
		err = chownTree(sub, uid, gid, depth+1)
		unix.Close(sub)
		if err != nil {
			return err
		}
	}
	return nil
}

// makePrivate makes BASE/private, in which only root may look around.
func makePrivate(base string) error {
	fd, _, err := openTree(base, "private")
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	// Without a mount namespace, the service itself goes through it: others may, too, but see nothing there that they
	// do not know of.
	return unix.Fchmod(fd, 0o711)
}

// openTree opens the directory at a path below base, making what is missing with mode 0755. Below base no
// symlink is followed: what lies there may belong to a service.
func openTree(base, path string) (fd int, created bool, err error) {
	if err := os.MkdirAll(base, 0o755); err != nil {
		return -1, false, err
	}
	fd, err = unix.Open(base, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, false, err
	}
	for _, name := range strings.Split(filepath.Clean(path), "/") {
		if name == "" || name == "." || name == ".." {
			unix.Close(fd)
			return -1, false, fmt.Errorf("%q is no relative path", path)
		}
		err := unix.Mkdirat(fd, name, 0o755)
		created = err == nil
		if err != nil && err != unix.EEXIST && err != unix.EROFS {
			unix.Close(fd)
			return -1, false, err
		}
		next, err := unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		unix.Close(fd)
		if err != nil {
			return -1, false, fmt.Errorf("%s: %w", name, err)
		}
		fd = next
	}
	return fd, created, nil
}

// link makes a symlink below base. One that is there already is set right; anything else in its place is an
// error, but a directory that a service without DynamicUser= has left is moved to be the target.
func link(base, path, target string) error {
	parent, name := base, path
	dir, err := unix.Open(parent, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if i := strings.LastIndexByte(path, '/'); i >= 0 && err == nil {
		unix.Close(dir)
		dir, _, err = openTree(base, path[:i])
		name = path[i+1:]
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	err = unix.Symlinkat(target, dir, name)
	if err != unix.EEXIST {
		return err
	}
	buf := make([]byte, 4096)
	n, err := unix.Readlinkat(dir, name, buf)
	if err == nil && string(buf[:n]) == target {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s/%s is in the way of a link to %s", base, path, target)
	}
	if err := unix.Unlinkat(dir, name, 0); err != nil {
		return err
	}
	return unix.Symlinkat(target, dir, name)
}

// Cleanup removes what a unit has only while it runs: its credentials and, unless they are kept, its runtime
// directories. Of their parents none is removed.
func (s *Spawner) Cleanup(u *units.Unit, keepRuntime bool) {
	if u.Exec == nil {
		return
	}
	s.removeCredentials(u)
	if keepRuntime || u.Exec.RuntimeDirectoryPreserve == units.PreserveYes {
		return
	}
	for _, e := range u.Exec.RuntimeDirectory {
		base := s.cfg.Root + "/run"
		for _, path := range append([]string{e.Path}, e.Symlinks...) {
			if err := removeBelow(base, path); err != nil {
				s.note(u.Name, fmt.Sprintf("cannot remove %s/%s: %v", base, path, err))
			}
		}
	}
}

// removeBelow removes a tree below base; os.Root keeps symlinks from leading out of base.
func removeBelow(base, path string) error {
	root, err := os.OpenRoot(base)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	defer root.Close()
	return root.RemoveAll(path)
}
