// Package firstrun fills a data volume from the template that an image brings, and does what a first run has
// to do besides: locks, setup, host names. Package upgrade carries a volume to another image by the same means.
//
// Whatever is written to a volume goes through a transaction (see txn.go): it is prepared aside, made durable,
// and then moved into place, so that a crash at any instant leaves something that the next start finishes.
package firstrun

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Kind says what an entry is, with the letters of find(1).
type Kind byte

// The kinds of entries. None is an entry that is not there.
const (
	None      Kind = 0
	File      Kind = 'f'
	Directory Kind = 'd'
	Symlink   Kind = 'l'
	FIFO      Kind = 'p'
	Socket    Kind = 's'
	CharDev   Kind = 'c'
	BlockDev  Kind = 'b'
)

// String names a kind for messages.
func (k Kind) String() string {
	switch k {
	case File:
		return "file"
	case Directory:
		return "directory"
	case Symlink:
		return "symlink"
	case FIFO:
		return "FIFO"
	case Socket:
		return "socket"
	case CharDev, BlockDev:
		return "device"
	}
	return "nothing"
}

func kindOf(mode uint32) Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return File
	case unix.S_IFDIR:
		return Directory
	case unix.S_IFLNK:
		return Symlink
	case unix.S_IFIFO:
		return FIFO
	case unix.S_IFSOCK:
		return Socket
	case unix.S_IFCHR:
		return CharDev
	}
	return BlockDev
}

func (k Kind) format() uint32 {
	switch k {
	case File:
		return unix.S_IFREG
	case Directory:
		return unix.S_IFDIR
	case Symlink:
		return unix.S_IFLNK
	case FIFO:
		return unix.S_IFIFO
	case Socket:
		return unix.S_IFSOCK
	case CharDev:
		return unix.S_IFCHR
	}
	return unix.S_IFBLK
}

// Attrs are what an entry has besides its content.
type Attrs struct {
	Mode   uint32 `json:"mode"` // permissions with setuid, setgid and sticky; 0777 for symlinks
	UID    uint32 `json:"uid"`
	GID    uint32 `json:"gid"`
	MTime  int64  `json:"mtime"` // nanoseconds since 1970
	Xattrs Xattrs `json:"xattrs,omitempty"`
}

// Entry is one file, directory or other thing of a tree. There are many of them, so the fields are in an order that
// leaves no gaps.
type Entry struct {
	Path   string // relative to its tree, without a leading slash; "" is the tree itself
	Target string // of a symlink
	Digest string // of a file, if it is known; see digest.go
	Hard   string // the first path, in order, of the same file; "" if it has one name only
	Attrs
	Size   int64
	Device uint64 // of a device
	CTime  int64  // when it was changed last, nanoseconds; of a scan
	inode  uint64
	device uint64 // that it is on
	blocks int64
	links  uint32
	Kind   Kind

	// Kept is set in a manifest for what the volume has otherwise than the image: it is never taken for
	// unchanged by its size and time.
	Kept bool

	// Dangling is set of a symlink that leads nowhere, where that was looked at.
	Dangling bool

	// Left is set of what this user may not read: nobody knows what it holds, or, of a directory, what is in it.
	Left bool

	read     bool // extended attributes have been read
	complete bool // attributes and digest come from a manifest, not from the file system
}

func (e *Entry) fill(st *unix.Stat_t) {
	e.Kind = kindOf(st.Mode)
	e.Mode, e.UID, e.GID = st.Mode&0o7777, st.Uid, st.Gid
	e.MTime, e.CTime = st.Mtim.Nano(), st.Ctim.Nano()
	e.Size, e.inode, e.device, e.blocks, e.links = st.Size, st.Ino, st.Dev, st.Blocks, uint32(st.Nlink)
	switch e.Kind {
	case CharDev, BlockDev:
		e.Device = st.Rdev
		e.Size = 0
	case File:
	default:
		e.Size = 0
	}
}

// SameContent tells whether two entries are of one kind and hold the same; digests must be known for files.
func (e *Entry) SameContent(o *Entry) bool {
	return e.Kind == o.Kind && e.Size == o.Size && e.Target == o.Target && e.Device == o.Device && e.Digest == o.Digest
}

// SameOwner tells whether owner, mode and extended attributes are the same.
func (e *Entry) SameOwner(o *Entry) bool {
	return e.UID == o.UID && e.GID == o.GID && e.Mode == o.Mode && equalXattrs(e.Xattrs, o.Xattrs)
}

func equalXattrs(a, b Xattrs) bool {
	if len(a) != len(b) {
		return false
	}
	for name, value := range a {
		if other, ok := b[name]; !ok || other != value {
			return false
		}
	}
	return true
}

// ComparePaths orders paths so that a directory comes before what is in it, and that before what follows.
func ComparePaths(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			x, y := a[i], b[i]
			if x == '/' {
				x = 0
			}
			if y == '/' {
				y = 0
			}
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func splitPath(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" || s == "." })
}

// SplitLast separates the directory of a path from its last name.
func SplitLast(path string) (dir, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// CheckPath refuses paths that are not plain ones below a tree.
func CheckPath(path string) error {
	if path == "" || strings.HasPrefix(path, "/") || strings.ContainsRune(path, 0) {
		return fmt.Errorf("cannot use path %q: it must be relative and not empty", path)
	}
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." || name == ".." {
			return fmt.Errorf("cannot use path %q: it is not in its plain form", path)
		}
	}
	return nil
}
