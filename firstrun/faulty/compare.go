package faulty

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Want is what a volume is to look like. It compares what Snapshot does, and fast.
type Want struct {
	t       testing.TB
	root    string // to tell differences, if it is still there
	entries map[string]*look
}

// look is all of an entry that is to be kept.
type look struct {
	mode, uid, gid uint32
	device         uint64
	mtime          unix.Timespec
	links          uint64 // names of a file
	size           int64
	sparse         bool
	target         string
	xattrs         map[string]string
	content        []byte
	inode          uint64
	known          bool // content and extended attributes are as they are to be
}

// Seen remembers files that were as they are to be, by what changes whenever a file does: the number of the
// inode and the time of its last change.
type Seen map[seenFile]string

type seenFile struct {
	inode uint64
	ctime unix.Timespec
}

// ReadWant reads what is wanted.
func ReadWant(t testing.TB, root string) *Want {
	t.Helper()
	w := &Want{t: t, root: root, entries: map[string]*look{}}
	c := comparison{want: w, each: func(rel string, l *look, fd int) error {
		if l.mode&unix.S_IFMT == unix.S_IFREG {
			l.content = make([]byte, l.size)
			if n, err := unix.Pread(fd, l.content, 0); err != nil || n < len(l.content) {
				return fmt.Errorf("cannot read %s: %d of %d bytes: %v", rel, n, l.size, err)
			}
		}
		w.entries[rel] = l
		return nil
	}}
	Must(t, c.walk(root))
	return w
}

// Compare tells how a tree differs; nil if it does not. What was seen as it is to be is not read again.
func (w *Want) Compare(root string, seen Seen) error {
	buf := make([]byte, 1<<20)
	found := 0
	inodes, names := map[uint64]uint64{}, map[uint64]uint64{}
	c := comparison{want: w, seen: seen, each: func(rel string, have *look, fd int) error {
		found++
		want := w.entries[rel]
		if want == nil {
			return fmt.Errorf("%q is too much", rel)
		}
		if err := want.compare(have, fd, inState(rel), buf); err != nil {
			return fmt.Errorf("%q: %w", rel, err)
		}
		if want.links > 1 && want.mode&unix.S_IFMT == unix.S_IFREG {
			if other, ok := inodes[want.inode]; ok && other != have.inode {
				return fmt.Errorf("%q is not the same file as its other names", rel)
			}
			if other, ok := names[have.inode]; ok && other != want.inode {
				return fmt.Errorf("%q is the same file as others that it should not be", rel)
			}
			inodes[want.inode], names[have.inode] = have.inode, want.inode
		}
		return nil
	}}
	err := c.walk(root)
	if err == nil && found != len(w.entries) {
		err = fmt.Errorf("%d entries are missing", len(w.entries)-found)
	}
	if _, gone := os.Lstat(w.root); err == nil || gone != nil {
		return err
	}
	return fmt.Errorf("%w\n%s", err, Differences(Snapshot(w.t, w.root), Snapshot(w.t, root)))
}

func (l *look) compare(have *look, fd int, inState bool, buf []byte) error {
	switch {
	case have.mode != l.mode, have.uid != l.uid, have.gid != l.gid, have.device != l.device:
		return fmt.Errorf("mode or owner: %o %d:%d", have.mode, have.uid, have.gid)
	case !inState && have.mtime != l.mtime:
		return fmt.Errorf("time")
	case have.target != l.target:
		return fmt.Errorf("target")
	case !maps.Equal(have.xattrs, l.xattrs):
		return fmt.Errorf("extended attributes: %q", have.xattrs)
	}
	if l.mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	if have.size != l.size || !inState && have.links != l.links || l.size > 1<<20 && have.sparse != l.sparse {
		return fmt.Errorf("size, names or holes: %d bytes, %d names", have.size, have.links)
	}
	for rest := l.content; len(rest) > 0 && !have.known; {
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 || n > len(rest) || !bytes.Equal(rest[:n], buf[:n]) {
			return fmt.Errorf("content (%v)", err)
		}
		rest = rest[n:]
	}
	return nil
}

// comparison walks over a tree.
type comparison struct {
	want *Want
	seen Seen
	each func(rel string, l *look, fd int) error // fd is that of a regular file, and -1 of others
}

func (c *comparison) walk(root string) error {
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	l := lookOf(&st)
	l.xattrs = attributesOf(fd)
	if err := c.each(".", l, -1); err != nil {
		return err
	}
	return c.directory(fd, root, "")
}

func (c *comparison) directory(fd int, root, rel string) error {
	var names []string
	buf := make([]byte, 16<<10)
	for {
		n, err := unix.ReadDirent(fd, buf)
		if err != nil {
			return err
		}
		if n <= 0 {
			break
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
	for _, name := range names {
		if err := c.entry(fd, name, root, filepath.Join(rel, name)); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) entry(dir int, name, root, rel string) error {
	if leftOut(rel) {
		return nil
	}
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	l := lookOf(&st)
	kind := st.Mode & unix.S_IFMT
	key := seenFile{st.Ino, st.Ctim}
	if c.seen != nil && kind == unix.S_IFREG && c.seen[key] == rel && c.want.entries[rel] != nil {
		l.known, l.xattrs = true, c.want.entries[rel].xattrs
		return c.each(rel, l, -1)
	}
	fd := -1
	switch kind {
	case unix.S_IFREG, unix.S_IFDIR:
		var err error
		if fd, err = unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
			return err
		}
		defer unix.Close(fd)
		l.xattrs = attributesOf(fd)
	case unix.S_IFLNK:
		target := make([]byte, unix.PathMax)
		n, err := unix.Readlinkat(dir, name, target)
		if err != nil {
			return err
		}
		l.target = string(target[:n])
		l.xattrs = attributes(filepath.Join(root, rel))
	default:
		l.xattrs = attributes(filepath.Join(root, rel))
	}
	if err := c.each(rel, l, fd); err != nil {
		return err
	}
	if kind == unix.S_IFDIR {
		return c.directory(fd, root, rel)
	}
	if kind == unix.S_IFREG && c.seen != nil {
		c.seen[key] = rel
	}
	return nil
}

func lookOf(st *unix.Stat_t) *look {
	return &look{mode: st.Mode, uid: st.Uid, gid: st.Gid, device: st.Rdev, mtime: st.Mtim, links: uint64(st.Nlink),
		size: st.Size, sparse: st.Blocks*512 < st.Size, inode: st.Ino}
}

// attributesOf gives the extended attributes of an open file.
func attributesOf(fd int) map[string]string {
	return listAttributes(func(b []byte) (int, error) { return unix.Flistxattr(fd, b) },
		func(name string, b []byte) (int, error) { return unix.Fgetxattr(fd, name, b) })
}

// attributes gives those of a path.
func attributes(path string) map[string]string {
	return listAttributes(func(b []byte) (int, error) { return unix.Llistxattr(path, b) },
		func(name string, b []byte) (int, error) { return unix.Lgetxattr(path, name, b) })
}

func listAttributes(list func([]byte) (int, error), get func(string, []byte) (int, error)) map[string]string {
	var buf [4096]byte
	n, err := list(buf[:])
	if err != nil || n == 0 {
		return nil
	}
	all := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(buf[:n]), "\x00"), "\x00") {
		value := make([]byte, 4096)
		n, err := get(name, value)
		all[name] = string(value[:max(n, 0)])
		if err != nil {
			all[name] = err.Error()
		}
	}
	return all
}
