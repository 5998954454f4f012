package firstrun

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Call is one system call that is about to be made on a volume or a template.
type Call struct {
	Name    string // as section 2 of the manual has it
	Changes bool   // it may change what is stored
	Len     int    // write: how many bytes; Before may lower it, and that much is written: the rest is the same Call again
}

// Sys makes the system calls of this package and of package upgrade. All of them name a directory by
// descriptor and an entry in it by name, and none follows a symlink. The zero value is the kernel as it is.
type Sys struct {
	// Before, if set, is called ahead of each system call; its error is what the call fails with. Tests
	// count, fail and interrupt calls here.
	Before func(*Call) error
}

func (s *Sys) before(name string, changes bool) error {
	if s.Before == nil {
		return nil
	}
	return s.Before(&Call{Name: name, Changes: changes})
}

const openAlways = unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NOCTTY

// Open opens an entry of a directory. With O_CREAT it changes the volume.
func (s *Sys) Open(dir int, name string, flags int, mode uint32) (int, error) {
	if err := s.before("openat", flags&(unix.O_CREAT|unix.O_TRUNC) != 0); err != nil {
		return -1, err
	}
	for {
		fd, err := unix.Openat(dir, name, flags|openAlways, mode)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// OpenBeneath opens a directory by its path below another one, through directories only: a symlink on the
// way is an error.
func (s *Sys) OpenBeneath(dir int, path string) (int, error) {
	if path == "" {
		path = "."
	}
	if err := s.before("openat2", false); err != nil {
		return -1, err
	}
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | openAlways,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	}
	for {
		fd, err := unix.Openat2(dir, path, &how)
		switch err {
		case unix.EINTR, unix.EAGAIN:
			continue
		case unix.ENOSYS, unix.EPERM: // an old kernel, or a seccomp filter that does not know the call
			return s.openSteps(dir, path)
		}
		return fd, err
	}
}

// openSteps is OpenBeneath one component after the other.
func (s *Sys) openSteps(dir int, path string) (int, error) {
	at, opened := dir, false
	for _, name := range splitPath(path) {
		if name == ".." {
			if opened {
				unix.Close(at)
			}
			return -1, unix.EXDEV
		}
		fd, err := s.Open(at, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if opened {
			unix.Close(at)
		}
		if err != nil {
			return -1, err
		}
		at, opened = fd, true
	}
	if !opened {
		return s.Open(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	}
	return at, nil
}

// Close closes a descriptor. Its error is that of what was written before, which a sync tells as well.
func (s *Sys) Close(fd int) { _ = unix.Close(fd) }

// Read reads at an offset.
func (s *Sys) Read(fd int, p []byte, offset int64) (int, error) {
	if err := s.before("pread", false); err != nil {
		return 0, err
	}
	for {
		n, err := unix.Pread(fd, p, offset)
		if err != unix.EINTR {
			return n, err
		}
	}
}

// Write writes all of p at an offset.
func (s *Sys) Write(fd int, p []byte, offset int64) error {
	c := Call{Name: "pwrite", Changes: true}
	for len(p) > 0 {
		part := p
		if s.Before != nil {
			c.Len = len(p)
			if err := s.Before(&c); err != nil {
				return err
			}
			part = p[:c.Len]
		}
		n, err := unix.Pwrite(fd, part, offset)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		p, offset = p[n:], offset+int64(n)
	}
	return nil
}

// CopyRange copies n bytes at the same offset of two files within the kernel, or as many as it likes.
func (s *Sys) CopyRange(from, to int, offset int64, n int) (int, error) {
	if err := s.before("copy_file_range", true); err != nil {
		return 0, err
	}
	in, out := offset, offset
	for {
		n, err := unix.CopyFileRange(from, &in, to, &out, n, 0)
		if err != unix.EINTR {
			return n, err
		}
	}
}

// Clone makes a file share the blocks of another one (a reflink).
func (s *Sys) Clone(from, to int) error {
	if err := s.before("ioctl", true); err != nil {
		return err
	}
	return unix.IoctlFileClone(to, from)
}

// Seek finds data or a hole.
func (s *Sys) Seek(fd int, offset int64, whence int) (int64, error) {
	if err := s.before("lseek", false); err != nil {
		return 0, err
	}
	return unix.Seek(fd, offset, whence)
}

// Truncate sets the size of a file.
func (s *Sys) Truncate(fd int, size int64) error {
	if err := s.before("ftruncate", true); err != nil {
		return err
	}
	return unix.Ftruncate(fd, size)
}

// Stat tells of an entry, or of the directory itself where name is "".
func (s *Sys) Stat(dir int, name string, st *unix.Stat_t) error {
	if err := s.before("fstatat", false); err != nil {
		return err
	}
	if name == "" {
		return unix.Fstat(dir, st)
	}
	return unix.Fstatat(dir, name, st, unix.AT_SYMLINK_NOFOLLOW)
}

// Exists tells whether there is an entry of that name.
func (s *Sys) Exists(dir int, name string) (bool, error) {
	var st unix.Stat_t
	switch err := s.Stat(dir, name, &st); err {
	case nil:
		return true, nil
	case unix.ENOENT, unix.ENOTDIR:
		return false, nil
	default:
		return false, err
	}
}

// Names lists a directory, in no order.
func (s *Sys) Names(dir int) ([]string, error) {
	fd, err := s.Open(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0) // with an offset of its own
	if err != nil {
		return nil, err
	}
	defer s.Close(fd)
	return s.names(fd)
}

// direntBufs are the buffers of names.
var direntBufs = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// names lists a directory that has just been opened.
func (s *Sys) names(fd int) ([]string, error) {
	buf := direntBufs.Get().(*[32 << 10]byte)
	defer direntBufs.Put(buf)
	var names []string
	for {
		if err := s.before("getdents64", false); err != nil {
			return nil, err
		}
		n, err := unix.ReadDirent(fd, buf[:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// Readlink reads where a symlink leads.
func (s *Sys) Readlink(dir int, name string) (string, error) {
	if err := s.before("readlinkat", false); err != nil {
		return "", err
	}
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(dir, name, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}

// Mkdir makes a directory.
func (s *Sys) Mkdir(dir int, name string, mode uint32) error {
	if err := s.before("mkdirat", true); err != nil {
		return err
	}
	return unix.Mkdirat(dir, name, mode)
}

// Symlink makes a symlink.
func (s *Sys) Symlink(target string, dir int, name string) error {
	if err := s.before("symlinkat", true); err != nil {
		return err
	}
	return unix.Symlinkat(target, dir, name)
}

// Link gives a file another name.
func (s *Sys) Link(from int, name string, to int, other string) error {
	if err := s.before("linkat", true); err != nil {
		return err
	}
	return unix.Linkat(from, name, to, other, 0)
}

// Mknod makes a FIFO, socket or device.
func (s *Sys) Mknod(dir int, name string, mode uint32, device uint64) error {
	if err := s.before("mknodat", true); err != nil {
		return err
	}
	return unix.Mknodat(dir, name, mode, int(device))
}

// Rename moves an entry; what is in the way is replaced.
func (s *Sys) Rename(from int, name string, to int, other string) error {
	if err := s.before("renameat", true); err != nil {
		return err
	}
	return unix.Renameat(from, name, to, other)
}

// Unlink removes an entry; flags may be AT_REMOVEDIR.
func (s *Sys) Unlink(dir int, name string, flags int) error {
	if err := s.before("unlinkat", true); err != nil {
		return err
	}
	return unix.Unlinkat(dir, name, flags)
}

// Chown sets the owner of an entry, or of the descriptor where name is "".
func (s *Sys) Chown(dir int, name string, uid, gid uint32) error {
	if err := s.before("fchownat", true); err != nil {
		return err
	}
	return unix.Fchownat(dir, name, int(uid), int(gid), unix.AT_SYMLINK_NOFOLLOW|unix.AT_EMPTY_PATH)
}

// Chmod sets the mode of what is open at fd.
func (s *Sys) Chmod(fd int, mode uint32) error {
	if err := s.before("fchmod", true); err != nil {
		return err
	}
	return unix.Fchmod(fd, mode)
}

// ChmodAt sets the mode of an entry that is no symlink and that one does not want to open (a FIFO, a socket,
// a device).
func (s *Sys) ChmodAt(dir int, name string, mode uint32) error {
	if err := s.before("fchmodat", true); err != nil {
		return err
	}
	return unix.Fchmodat(dir, name, mode, 0)
}

// Times sets the time of modification, in nanoseconds, of an entry, or of the descriptor where name is "".
func (s *Sys) Times(dir int, name string, mtime int64) error {
	if err := s.before("utimensat", true); err != nil {
		return err
	}
	ts := []unix.Timespec{unix.NsecToTimespec(mtime), unix.NsecToTimespec(mtime)}
	if name == "" {
		return futimens(dir, ts)
	}
	return unix.UtimesNanoAt(dir, name, ts, unix.AT_SYMLINK_NOFOLLOW)
}

// Sync waits until a file or directory is on the disk.
func (s *Sys) Sync(fd int) error {
	if err := s.before("fsync", false); err != nil {
		return err
	}
	return unix.Fsync(fd)
}

// SyncAll waits until the whole file system that holds fd is on the disk.
func (s *Sys) SyncAll(fd int) error {
	if err := s.before("syncfs", false); err != nil {
		return err
	}
	return unix.Syncfs(fd)
}

// Lock takes or leaves a lock (flock(2)).
func (s *Sys) Lock(fd, how int) error {
	if err := s.before("flock", false); err != nil {
		return err
	}
	for {
		if err := unix.Flock(fd, how); err != unix.EINTR {
			return err
		}
	}
}
