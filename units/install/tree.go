package install

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// tree is a directory that stands for "/". Every path in this package is an absolute one within it. Whatever a
// path goes through is opened one component after the other and relative to the directory before, so that a
// symbolic link, be it absolute or full of "..", cannot lead out of the tree, also when somebody changes the
// tree meanwhile.
type tree struct {
	root     int // the open directory
	listings map[string]*listing
}

// linksMax is the number of symbolic links that are followed on one path.
const linksMax = 32

func openTree(dir string) (*tree, error) {
	if dir == "" {
		dir = "/"
	}
	fd, err := retry(func() (int, error) { return unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	return &tree{root: fd, listings: map[string]*listing{}}, nil
}

func (t *tree) close() { unix.Close(t.root) }

// place is where a path leads to: a directory that is open, and a name in it.
type place struct {
	t     *tree
	dirs  []openDir
	name  string   // in the last of dirs; empty if the path leads to that directory itself
	rest  []string // components after name, if name does not exist
	there bool
	stat  unix.Stat_t // of what is there
}

type openDir struct {
	fd   int
	name string
}

func (p *place) close() {
	for _, d := range p.dirs {
		unix.Close(d.fd)
	}
}

// fd is the directory that name is in.
func (p *place) fd() int {
	if len(p.dirs) == 0 {
		return p.t.root
	}
	return p.dirs[len(p.dirs)-1].fd
}

// dir is the path of that directory, without any symbolic link.
func (p *place) dir() string {
	if len(p.dirs) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, d := range p.dirs {
		b.WriteString("/" + d.name)
	}
	return b.String()
}

// path is the path, without any symbolic link.
func (p *place) path() string {
	path := p.dir()
	if p.name == "" {
		return path
	}
	return join(path, strings.Join(append([]string{p.name}, p.rest...), "/"))
}

// walk follows a path as far as it exists. The last component, if it is a symbolic link, is followed only if
// last is set. It is no error that something does not exist; the place must be closed.
func (t *tree) walk(path string, last bool) (*place, error) {
	p := &place{t: t}
	if err := p.walk(path, last); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *place) walk(path string, last bool) error {
	todo := strings.Split(path, "/")
	for links := 0; len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			if n := len(p.dirs); n > 0 {
				unix.Close(p.dirs[n-1].fd)
				p.dirs = p.dirs[:n-1]
			}
			continue
		}
		fd, err := retry(func() (int, error) {
			return unix.Openat(p.fd(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		})
		if err == unix.ENOENT {
			p.name, p.rest = name, slices.DeleteFunc(todo, func(s string) bool { return s == "" || s == "." })
			if slices.Contains(p.rest, "..") {
				return unix.ENOENT
			}
			return nil
		}
		if err != nil {
			return err
		}
		if err := unix.Fstat(fd, &p.stat); err != nil {
			unix.Close(fd)
			return err
		}
		final := !slices.ContainsFunc(todo, func(s string) bool { return s != "" })
		switch kind := p.stat.Mode & unix.S_IFMT; {
		case kind == unix.S_IFLNK && (last || !final):
			target, err := readLink(fd, "")
			unix.Close(fd)
			if err != nil {
				return err
			}
			if links++; links > linksMax {
				return unix.ELOOP
			}
			if strings.HasPrefix(target, "/") {
				p.close()
				p.dirs = nil
			}
			todo = append(strings.Split(target, "/"), todo...)
		case kind == unix.S_IFDIR && (last || !final):
			p.dirs = append(p.dirs, openDir{fd, name})
		default:
			unix.Close(fd)
			if !final {
				return unix.ENOTDIR
			}
			p.name, p.there = name, true
			return nil
		}
	}
	p.there = true
	return unix.Fstat(p.fd(), &p.stat)
}

// lstat looks at a path without following it.
func (t *tree) lstat(path string) (st unix.Stat_t, err error) { return t.look(path, false) }

// stat looks at what a path leads to.
func (t *tree) stat(path string) (st unix.Stat_t, err error) { return t.look(path, true) }

func (t *tree) look(path string, last bool) (st unix.Stat_t, err error) {
	p, err := t.walk(path, last)
	if err != nil {
		return st, err
	}
	defer p.close()
	if !p.there {
		return st, unix.ENOENT
	}
	return p.stat, nil
}

// resolve follows all symbolic links of a path, which need not exist. It tells whether it does.
func (t *tree) resolve(path string, last bool) (real string, exists bool, err error) {
	p, err := t.walk(path, last)
	if err != nil {
		return "", false, err
	}
	defer p.close()
	return p.path(), p.there, nil
}

func (t *tree) readlink(path string) (string, error) {
	p, err := t.walk(path, false)
	if err != nil {
		return "", err
	}
	defer p.close()
	if !p.there {
		return "", unix.ENOENT
	}
	return readLink(p.fd(), p.name)
}

// readLink reads a link in a directory, or the link that is open itself if the name is empty.
func readLink(fd int, name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, name, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}

// fileMax is the size of the largest file that is read, in bytes.
const fileMax = 16 << 20

// read reads a regular file; follow says whether the path may be a symbolic link. An empty or character
// device, which masks what it stands for, gives no text and masked.
func (t *tree) read(path string, follow bool) (text []byte, masked bool, err error) {
	p, err := t.walk(path, follow)
	if err != nil {
		return nil, false, err
	}
	defer p.close()
	switch {
	case !p.there:
		return nil, false, unix.ENOENT
	case masks(&p.stat):
		return nil, true, nil
	}
	switch p.stat.Mode & unix.S_IFMT {
	case unix.S_IFREG:
	case unix.S_IFLNK:
		return nil, false, unix.ELOOP
	case unix.S_IFDIR:
		return nil, false, unix.EISDIR
	default:
		return nil, false, unix.EBADFD
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(p.fd(), p.name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, false, err
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if text, err = readUpTo(f, fileMax); err != nil {
		return nil, false, errnoOf(err)
	}
	return text, false, nil
}

func readUpTo(f *os.File, limit int) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, unix.EBADFD
	}
	if info.Size() > int64(limit) {
		return nil, unix.EFBIG
	}
	return io.ReadAll(io.LimitReader(f, int64(limit)))
}

// masks tells whether a file masks the unit, drop-in or preset file that it stands for.
func masks(st *unix.Stat_t) bool {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return st.Size == 0
	case unix.S_IFCHR:
		return true
	}
	return false
}

// listing is what a directory holds, in the order of the names.
type listing struct {
	entries []entry
	index   map[string]int
	err     error
}

// entry is a name in a directory.
type entry struct {
	name   string
	kind   fs.FileMode // its type bits: 0 for a regular file, fs.ModeSymlink, fs.ModeDir, …
	target string      // of a symbolic link
	// template is the template of a name that is one or an instance of one.
	template string
}

func (l *listing) find(name string) (entry, bool) {
	if i, ok := l.index[name]; ok {
		return l.entries[i], true
	}
	return entry{}, false
}

// sortEntries puts a listing in order, so that what is done to its entries comes in one order everywhere.
func sortEntries(l *listing) {
	slices.SortFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	for i, e := range l.entries {
		l.index[e.name] = i
	}
}

// errnoOf is the error number in an error.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	switch {
	case err == nil:
		return 0
	case errors.As(err, &errno):
		return errno
	}
	return unix.EIO
}

// retry repeats a system call that a signal has interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		fd, err := call()
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// join puts a name into a directory.
func join(dir, name string) string {
	return strings.TrimSuffix(dir, "/") + "/" + strings.TrimPrefix(name, "/")
}
