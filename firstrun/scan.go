package firstrun

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// StateDir is the directory, in the root of a volume or template, that belongs to pintle.
const StateDir = ".pintle"

// Tree is what a scan has found, in the order of ComparePaths. Its first entry is the tree's root, path "".
type Tree struct {
	Entries []Entry
	index   map[string]int
}

// Get finds an entry; nil if there is none.
func (t *Tree) Get(path string) *Entry {
	if t.index == nil {
		t.index = make(map[string]int, len(t.Entries))
		for i := range t.Entries {
			t.index[t.Entries[i].Path] = i
		}
	}
	if i, ok := t.index[path]; ok {
		return &t.Entries[i]
	}
	return nil
}

// find is Get by binary search, which several goroutines may do at a time.
func (t *Tree) find(path string) *Entry {
	i, ok := slices.BinarySearchFunc(t.Entries, path, func(e Entry, path string) int { return ComparePaths(e.Path, path) })
	if !ok {
		return nil
	}
	return &t.Entries[i]
}

// ScanOptions say what a scan is to find out.
type ScanOptions struct {
	// Known completes what is known of an entry already: digest and extended attributes. What it returns
	// false for is read.
	Known func(*Entry) bool
	// Shallow leaves digests and extended attributes alone.
	Shallow bool
	Workers int // 0: as many as there are processors
}

// Workers is how many goroutines do work on files where nobody says: the kernel's part of it is what costs.
func workers(n int) int {
	if n > 0 {
		return n
	}
	return min(max(runtime.GOMAXPROCS(0), 2), 8)
}

// Scan reads the tree below a directory, without StateDir and without what is mounted in it.
func (s *Sys) Scan(root int, o ScanOptions) (*Tree, error) {
	sc := scanner{sys: s, root: root, options: o, queue: newQueue[*scanNode]()}
	top := &scanNode{}
	var st unix.Stat_t
	if err := s.Stat(root, "", &st); err != nil {
		return nil, fmt.Errorf("cannot read the tree: %w", err)
	}
	sc.device = st.Dev
	top.entry.fill(&st)
	var wait sync.WaitGroup
	sc.queue.push(top)
	for range workers(o.Workers) {
		wait.Go(func() {
			buf := make([]byte, digestBlock)
			for {
				n, ok := sc.queue.pop()
				if !ok {
					return
				}
				if err := sc.directory(n, buf); err != nil {
					sc.queue.fail(err)
				}
				sc.queue.done()
			}
		})
	}
	wait.Wait()
	if sc.queue.err != nil {
		return nil, sc.queue.err
	}
	t := &Tree{}
	t.Entries = top.flatten(make([]Entry, 0, sc.queue.pushed*4))
	t.findHardLinks()
	return t, nil
}

type scanNode struct {
	entry    Entry
	children []Entry
	dirs     map[string]*scanNode
}

// flatten appends a directory and what is below it in order.
func (n *scanNode) flatten(to []Entry) []Entry {
	to = append(to, n.entry)
	for i := range n.children {
		c := &n.children[i]
		if c.Kind != Directory {
			to = append(to, *c)
			continue
		}
		_, name := SplitLast(c.Path)
		if d := n.dirs[name]; d != nil {
			to = d.flatten(to)
		}
	}
	return to
}

type scanner struct {
	sys     *Sys
	root    int
	device  uint64
	options ScanOptions
	queue   *queue[*scanNode]
}

// directory reads one directory.
func (sc *scanner) directory(n *scanNode, buf []byte) error {
	fd, err := sc.sys.OpenBeneath(sc.root, n.entry.Path)
	if err != nil {
		return scanError(n.entry.Path, err)
	}
	defer sc.sys.Close(fd)
	if !sc.options.Shallow && (sc.options.Known == nil || !sc.options.Known(&n.entry)) {
		if n.entry.Xattrs, err = sc.sys.XattrsOf(fd); err != nil {
			return scanError(n.entry.Path, err)
		}
	}
	names, err := sc.sys.Names(fd)
	if err != nil {
		return scanError(n.entry.Path, err)
	}
	slices.Sort(names)
	n.children = make([]Entry, 0, len(names))
	for _, name := range names {
		if n.entry.Path == "" && name == StateDir {
			continue
		}
		e := Entry{Path: joinPath(n.entry.Path, name)}
		err := sc.entry(fd, name, &e, buf)
		if errors.Is(err, unix.ENOENT) {
			continue // gone since the directory was read
		}
		if err != nil {
			return scanError(e.Path, err)
		}
		if e.Kind == Directory {
			if e.device != sc.device {
				continue // something is mounted here: another tree
			}
			d := &scanNode{entry: e}
			if n.dirs == nil {
				n.dirs = map[string]*scanNode{}
			}
			n.dirs[name] = d
			sc.queue.push(d)
		}
		n.children = append(n.children, e)
	}
	return nil
}

func scanError(path string, err error) error {
	return fmt.Errorf("cannot read %s: %w", "/"+path, err)
}

// entry reads one entry of the directory open at fd.
func (sc *scanner) entry(fd int, name string, e *Entry, buf []byte) error {
	var st unix.Stat_t
	if err := sc.sys.Stat(fd, name, &st); err != nil {
		return err
	}
	e.fill(&st)
	var err error
	switch {
	case e.Kind == Symlink:
		e.Target, err = sc.sys.Readlink(fd, name)
		return err
	case e.Kind == Directory || sc.options.Shallow:
		return nil
	case sc.options.Known != nil && sc.options.Known(e):
		return nil
	case e.Kind != File:
		e.Xattrs, err = sc.sys.XattrsAt(fd, name)
		return err
	}
	file, err := sc.sys.Open(fd, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer sc.sys.Close(file)
	if e.Xattrs, err = sc.sys.XattrsOf(file); err != nil {
		return err
	}
	e.Digest, err = sc.sys.DigestFile(file, e, buf)
	return err
}

// findHardLinks gives all names of one file the first of them.
func (t *Tree) findHardLinks() {
	type file struct{ device, inode uint64 }
	var first map[file]string
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Kind != File || e.links < 2 {
			continue
		}
		if first == nil {
			first = map[file]string{}
		}
		id := file{e.device, e.inode}
		if path, ok := first[id]; ok {
			e.Hard = path
		} else {
			first[id] = e.Path
		}
	}
}

// under walks over an entry and all that is below it.
func (t *Tree) under(path string) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		first, _ := slices.BinarySearchFunc(t.Entries, path, func(e Entry, path string) int { return ComparePaths(e.Path, path) })
		for i := first; i < len(t.Entries) && Under(t.Entries[i].Path, path); i++ {
			if !yield(&t.Entries[i]) {
				return
			}
		}
	}
}

// entryAt reads one entry of a tree, without its digest and extended attributes.
func (s *Sys) entryAt(root int, path string) (*Entry, error) {
	dir, name := SplitLast(path)
	fd, err := s.OpenBeneath(root, dir)
	if err != nil {
		return nil, err
	}
	defer s.Close(fd)
	e := &Entry{Path: path}
	var st unix.Stat_t
	if err := s.Stat(fd, name, &st); err != nil {
		return nil, err
	}
	e.fill(&st)
	if e.Kind == Symlink {
		e.Target, err = s.Readlink(fd, name)
	}
	return e, err
}

// complete reads digests and extended attributes of the entries of a tree that are wanted.
func (s *Sys) complete(root int, t *Tree, want func(*Entry) bool, n int) error {
	q := newQueue[[]*Entry]()
	var batch []*Entry
	flush := func() {
		if len(batch) > 0 {
			q.push(batch)
			batch = nil
		}
	}
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.complete && (e.Kind != File || e.Digest != "") || !want(e) {
			continue
		}
		if len(batch) == stageBatch || len(batch) > 0 && dirOf(batch[0].Path) != dirOf(e.Path) {
			flush()
		}
		batch = append(batch, e)
	}
	flush()
	var wait sync.WaitGroup
	for range min(workers(n), q.pushed) {
		wait.Go(func() {
			buf := make([]byte, digestBlock)
			for {
				batch, ok := q.pop()
				if !ok {
					return
				}
				if err := s.completeBatch(root, batch, buf); err != nil {
					q.fail(err)
				}
				q.done()
			}
		})
	}
	wait.Wait()
	return q.err
}

func dirOf(path string) string {
	dir, _ := SplitLast(path)
	return dir
}

// completeBatch completes entries of one directory.
func (s *Sys) completeBatch(root int, batch []*Entry, buf []byte) error {
	dir, err := s.OpenBeneath(root, dirOf(batch[0].Path))
	if err != nil {
		return scanError(dirOf(batch[0].Path), err)
	}
	defer s.Close(dir)
	for _, e := range batch {
		if err := s.completeEntry(dir, e, buf); err != nil {
			return scanError(e.Path, err)
		}
	}
	return nil
}

func (s *Sys) completeEntry(dir int, e *Entry, buf []byte) (err error) {
	_, name := SplitLast(e.Path)
	e.read = true
	switch e.Kind {
	case Symlink:
		return nil
	case File, Directory:
		if name == "" {
			name = "."
		}
		fd, err := s.Open(dir, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
		if err == unix.EACCES {
			e.left = true
			return nil
		}
		if err != nil {
			return err
		}
		defer s.Close(fd)
		if !e.complete {
			if e.Xattrs, err = s.XattrsOf(fd); err != nil {
				return err
			}
		}
		if e.Kind == File && e.Digest == "" {
			e.Digest, err = s.DigestFile(fd, e, buf)
		}
		return err
	default:
		if !e.complete {
			e.Xattrs, err = s.XattrsAt(dir, name)
		}
		return err
	}
}

// Under tells whether path is dir or below it.
func Under(path, dir string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, dir) && path[len(dir)] == '/'
}
