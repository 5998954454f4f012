package firstrun

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// StateDir is the directory, in the root of a volume or template, that belongs to pintle.
const StateDir = ".pintle"

// ScanOptions say what a scan is to find out.
type ScanOptions struct {
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
			var buf []byte
			if !o.Shallow {
				block := blocks.Get().(*[digestBlock]byte)
				defer blocks.Put(block)
				buf = block[:]
			}
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
	t := &Tree{Entries: top.flatten(make([]Entry, 0, 1+sc.entries.Load()))}
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
	entries atomic.Int64
}

// directory reads one directory. One that is closed to us is known as such, where nothing but a list is wanted.
func (sc *scanner) directory(n *scanNode, buf []byte) error {
	err := sc.list(n, buf)
	if errors.Is(err, unix.EACCES) && sc.options.Shallow && n.entry.Path != "" {
		n.entry.Left, n.children, n.dirs = true, nil, nil
		return nil
	}
	sc.entries.Add(int64(len(n.children)))
	return err
}

func (sc *scanner) list(n *scanNode, buf []byte) error {
	fd, err := sc.sys.OpenBeneath(sc.root, n.entry.Path)
	if err != nil {
		return scanError(n.entry.Path, err)
	}
	defer sc.sys.Close(fd)
	if !sc.options.Shallow {
		if n.entry.Xattrs, err = sc.sys.XattrsOf(fd); err != nil {
			return scanError(n.entry.Path, err)
		}
	}
	names, err := sc.sys.names(fd)
	if err != nil {
		return scanError(n.entry.Path, err)
	}
	slices.Sort(names)
	n.children = make([]Entry, 0, len(names))
	var dirs []*scanNode
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
			dirs = append(dirs, d)
		}
		n.children = append(n.children, e)
	}
	for _, d := range dirs {
		sc.queue.push(d)
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

// complete reads digests and extended attributes of entries of a tree, where they are not known yet. The
// entries are in order.
func (s *Sys) complete(root int, entries []*Entry, n int) error {
	q := newQueue[[]*Entry]()
	var batch []*Entry
	flush := func() {
		if len(batch) > 0 {
			q.push(batch)
			batch = nil
		}
	}
	for _, e := range entries {
		if e.known() {
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
			block := blocks.Get().(*[digestBlock]byte)
			defer blocks.Put(block)
			for {
				batch, ok := q.pop()
				if !ok {
					return
				}
				if err := s.completeBatch(root, batch, block[:]); err != nil {
					q.fail(err)
				}
				q.done()
			}
		})
	}
	wait.Wait()
	return q.err
}

// known tells that there is nothing more to find out about an entry.
func (e *Entry) known() bool { return e.complete && (e.Kind != File || e.Digest != "") }

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
		if err == unix.EACCES || err == unix.ENOENT { // not for us, or gone since it was listed
			e.Left = true
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
