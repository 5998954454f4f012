package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// purgeDirs are emptied of what an earlier run of the container left there: PID files that now name other
// processes, sockets nobody listens on, locks.
var purgeDirs = []string{"/run", "/tmp"}

// purgeKept are entries of /run that belong to the engine, not to the container.
var purgeKept = map[string]bool{"/run/secrets": true, "/run/host": true, "/run/credentials": true}

// purgeDepth bounds how deep a tree may be, because each level costs a descriptor.
const purgeDepth = 128

// purger empties directories without following a symlink or entering a mount.
type purger struct {
	report  func(format string, args ...any)
	removed int
}

// purge empties a directory: files and links in it go, and whatever is inside its directories; the
// directories themselves stay (/run/lock must survive), and so do names with a leading dot, which engines
// use (/run/.containerenv).
func (p *purger) purge(dir string) {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err == unix.ENOENT || err == unix.ENOTDIR || err == unix.ELOOP {
		return // nothing there, or a link that leads elsewhere
	}
	if err != nil {
		p.report("cannot purge %s: %v", dir, err)
		return
	}
	p.contents(fd, dir, 0)
}

// contents empties the directory open at fd, and closes it.
func (p *purger) contents(fd int, dir string, depth int) {
	f := os.NewFile(uintptr(fd), dir)
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		p.report("cannot list %s: %v", dir, err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if depth == 0 && strings.HasPrefix(name, ".") || purgeKept[path] {
			continue
		}
		if err := p.entry(fd, name, path, depth); err != nil {
			p.report("cannot purge %s: %v", path, err)
		}
	}
}

func (p *purger) entry(fd int, name, path string, depth int) error {
	var st unix.Statx_t
	err := unix.Statx(fd, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_TYPE, &st)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	if st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return nil
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		p.removed++
		return ignoreMounted(unix.Unlinkat(fd, name, 0))
	}
	if depth == purgeDepth {
		return fmt.Errorf("it is too deep")
	}
	// XDEV keeps older kernels, whose statx does not tell mount points, out of other mounts.
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_SYMLINKS,
	}
	sub, err := unix.Openat2(fd, name, &how)
	if err == unix.EXDEV {
		return nil
	}
	if err == unix.ENOSYS || err == unix.EPERM {
		sub, err = unix.Openat(fd, name, int(how.Flags), 0)
	}
	if err != nil {
		return err
	}
	p.contents(sub, path, depth+1)
	if depth == 0 {
		return nil
	}
	p.removed++
	return ignoreMounted(unix.Unlinkat(fd, name, unix.AT_REMOVEDIR))
}

// ignoreMounted takes the errors of a mount point, and of a directory that contains one, as success.
func ignoreMounted(err error) error {
	if err == unix.EBUSY || err == unix.ENOTEMPTY || err == unix.ENOENT {
		return nil
	}
	return err
}

// ownRoot tells whether the mounts that we see were made for us. Being process 1 says nothing about that, and
// neither does $container: "unshare --pid --mount", or a bench, starts a process 1 over the root that it has
// itself, where /tmp is full of other people's files. But whoever keeps its mounts must put a /proc of the new
// pid namespace over the old one, while an engine, which makes a root, mounts one. Without a /proc of ours,
// or in any doubt, the answer is no.
func ownRoot(mountinfo []byte) bool {
	procs := 0
	for line := range strings.Lines(string(mountinfo)) {
		if f := strings.Fields(line); len(f) > 5 && f[4] == "/proc" {
			procs++
		}
	}
	return procs == 1
}

// madeByEngine tells whether our own root is besides one that an engine speaks for: $container, or the mounts
// that give a container its name and resolver. /.dockerenv is not enough: it stays in exported images.
func madeByEngine(container string, mountinfo []byte) bool {
	if !ownRoot(mountinfo) {
		return false
	}
	if container != "" {
		return true
	}
	for _, file := range []string{"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"} {
		if _, mounted := mountRoot(file, mountinfo); mounted {
			return true
		}
	}
	return false
}

// sharedWithHost tells whether a directory is the host's own, mounted into the container under the same
// name ("docker run -v /tmp:/tmp"): what is there is not ours to remove.
func sharedWithHost(dir string, mountinfo []byte) bool {
	root, mounted := mountRoot(dir, mountinfo)
	return mounted && root == dir
}

// mountRoot is the directory of its file system that is mounted on a path, if the path is a mount point.
func mountRoot(path string, mountinfo []byte) (root string, mounted bool) {
	for line := range strings.Lines(string(mountinfo)) {
		// 36 35 98:0 /root /mount/point options - fstype source options
		f := strings.Fields(line)
		if len(f) > 5 && f[4] == path {
			root, mounted = f[3], true // a later mount covers an earlier one
		}
	}
	return root, mounted
}
