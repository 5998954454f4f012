package firstrun

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// staging copies entries of a tree into the stage directory of a volume.
type staging struct {
	*copier
	from     int // descriptor of the tree
	stage    int // of the stage directory
	fresh    bool
	whole    bool // nothing may be left out
	workers  int
	progress Progress
	items    []stageItem
}

// stageItem is an entry, and where it is to be below the stage directory.
type stageItem struct {
	e     *Entry
	to    string
	aside bool // it gets another name than it has in the tree: it is a file of its own
}

// stageBatch bounds how many files one worker takes at a time.
const stageBatch = 256

// run copies all items; a directory comes before what is in it. What an earlier run that was interrupted has
// copied whole is kept. Whoever counts on the copies brings them to the disk.
func (s *staging) run() error {
	var dirs, links []stageItem
	batches := map[string][]stageItem{}
	var order []string
	for _, it := range s.items {
		switch {
		case it.e.Kind == Directory:
			dirs = append(dirs, it)
			if err := s.directory(it); err != nil {
				return stageError(it.e, err)
			}
		case it.e.Hard != "" && !it.aside:
			links = append(links, it)
		default:
			dir, _ := SplitLast(it.to)
			if batches[dir] == nil {
				order = append(order, dir)
			}
			batches[dir] = append(batches[dir], it)
		}
	}
	if err := s.files(order, batches); err != nil {
		return err
	}
	if err := s.links(links); err != nil {
		return err
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		if err := s.finishDirectory(dirs[i]); err != nil {
			return stageError(dirs[i].e, err)
		}
	}
	return nil
}

func stageError(e *Entry, err error) error {
	return fmt.Errorf("cannot copy /%s: %w%s", e.Path, err, hint(err))
}

func (s *staging) directory(it stageItem) error {
	dir, name := SplitLast(it.to)
	fd, err := s.sys.OpenBeneath(s.stage, dir)
	if err != nil {
		return err
	}
	defer s.sys.Close(fd)
	err = s.sys.Mkdir(fd, name, 0o700)
	if err == unix.EEXIST && !s.fresh {
		sub, err := s.sys.Open(fd, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err == unix.EACCES { // finished already, and we are not root
			err = s.sys.ChmodAt(fd, name, 0o700)
			if err != nil {
				return err
			}
			sub, err = s.sys.Open(fd, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		}
		if err != nil {
			return err
		}
		defer s.sys.Close(sub)
		// A default ACL that it has already would go on to what is made in it.
		if err := s.sys.RemoveXattr(sub, "", "system.posix_acl_default"); err != nil {
			return err
		}
		return s.sys.Chmod(sub, 0o700)
	}
	return err
}

func (s *staging) finishDirectory(it stageItem) error {
	fd, err := s.sys.OpenBeneath(s.stage, it.to)
	if err != nil {
		return err
	}
	defer s.sys.Close(fd)
	if !it.e.complete {
		from, err := s.sys.OpenBeneath(s.from, it.e.Path)
		if err != nil {
			return err
		}
		defer s.sys.Close(from)
		if it.e.Xattrs, err = s.sys.XattrsOf(from); err != nil {
			return err
		}
	}
	it.e.read = true
	var st unix.Stat_t
	if err := s.sys.Stat(fd, "", &st); err != nil {
		return err
	}
	s.progress.Add(1, 0)
	return s.attrs(fd, "", it.e, st.Uid, st.Gid, st.Mode&0o7777)
}

// files copies what is in the directories, several at a time.
func (s *staging) files(order []string, batches map[string][]stageItem) error {
	q := newQueue[[]stageItem]()
	for i := len(order) - 1; i >= 0; i-- { // the queue gives the last first
		items := batches[order[i]]
		for len(items) > stageBatch {
			q.push(items[:stageBatch])
			items = items[stageBatch:]
		}
		q.push(items)
	}
	var wait sync.WaitGroup
	for range min(workers(s.workers), q.pushed) {
		wait.Go(func() {
			block := blocks.Get().(*[digestBlock]byte)
			defer blocks.Put(block)
			for {
				items, ok := q.pop()
				if !ok {
					return
				}
				if err := s.batch(items, block[:]); err != nil {
					q.fail(err)
				}
				q.done()
			}
		})
	}
	wait.Wait()
	return q.err
}

// batch copies files of one directory.
func (s *staging) batch(items []stageItem, buf []byte) error {
	fromDir, _ := SplitLast(items[0].e.Path)
	toDir, _ := SplitLast(items[0].to)
	from, err := s.sys.OpenBeneath(s.from, fromDir)
	if err != nil {
		return fmt.Errorf("cannot read /%s: %w", fromDir, err)
	}
	defer s.sys.Close(from)
	to, err := s.sys.OpenBeneath(s.stage, toDir)
	if err != nil {
		return fmt.Errorf("cannot open what was prepared for /%s: %w", fromDir, err)
	}
	defer s.sys.Close(to)
	for _, it := range items {
		_, name := SplitLast(it.e.Path)
		_, as := SplitLast(it.to)
		if dir, _ := SplitLast(it.e.Path); dir != fromDir { // files of several places, staged side by side
			err = s.batch([]stageItem{it}, buf)
		} else {
			err = s.entry(from, name, to, as, it.e, buf)
		}
		if errors.Is(err, unix.EACCES) && !s.whole && !s.readable(from, name, it.e) {
			s.notes.Add(leftOut, it.e.Path)
			it.e.Left = true
			err = nil
		}
		if err != nil {
			return stageError(it.e, err)
		}
		s.progress.Add(1, it.e.Size)
	}
	return nil
}

func (s *staging) readable(from int, name string, e *Entry) bool {
	if e.Kind != File {
		return true
	}
	fd, err := s.sys.Open(from, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err == nil {
		s.sys.Close(fd)
	}
	return err != unix.EACCES
}

func (s *staging) entry(from int, name string, to int, as string, e *Entry, buf []byte) error {
	if !s.fresh {
		var st unix.Stat_t
		err := s.sys.Stat(to, as, &st)
		if err == nil {
			var done bool
			if done, err = s.done(from, to, as, e, &st, buf); done || err != nil {
				return err
			}
			err = s.sys.RemoveAll(to, as)
		}
		if err != nil && err != unix.ENOENT {
			return err
		}
	}
	if e.Kind == File {
		return s.file(from, name, to, as, e, buf)
	}
	return s.special(from, name, to, as, e)
}

// done tells whether an earlier run has copied a file whole. Its time is what was set last; what it holds is
// compared nevertheless, because a power failure may have kept the one and lost the other.
func (s *staging) done(from, to int, as string, e *Entry, st *unix.Stat_t, buf []byte) (bool, error) {
	var have Entry
	have.fill(st)
	if e.Kind != File || have.Kind != File || have.Size != e.Size || have.MTime != e.MTime || have.Mode != e.Mode || have.UID != e.UID || have.GID != e.GID {
		return false, nil
	}
	if !e.known() {
		if err := s.sys.completeEntry(from, e, buf); err != nil || e.Left {
			return false, err
		}
	}
	out, err := s.sys.Open(to, as, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer s.sys.Close(out)
	attrs, err := s.sys.XattrsOf(out)
	if err != nil || !equalXattrs(attrs, e.Xattrs) {
		return false, err
	}
	got, err := s.sys.DigestFile(out, &have, buf)
	return err == nil && got == e.Digest, err
}

// links gives files their further names, where the first one was staged; where it was not they are copied.
func (s *staging) links(links []stageItem) error {
	if len(links) == 0 {
		return nil
	}
	staged := make(map[string]stageItem, len(s.items))
	for _, it := range s.items {
		if !it.aside {
			staged[it.e.Path] = it
		}
	}
	block := blocks.Get().(*[digestBlock]byte)
	defer blocks.Put(block)
	for _, it := range links {
		first, ok := staged[it.e.Hard]
		var err error
		if ok && !first.e.Left {
			err = s.link(first, it)
			it.e.Digest, it.e.Xattrs, it.e.read = first.e.Digest, first.e.Xattrs, true
			s.progress.Add(1, 0)
		}
		if !ok || errors.Is(err, unix.EMLINK) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EOPNOTSUPP) {
			// The next name of the same file is linked to this one.
			staged[it.e.Hard] = it
			err = s.batch([]stageItem{it}, block[:])
		}
		if err != nil {
			return stageError(it.e, err)
		}
	}
	return nil
}

func (s *staging) link(first, it stageItem) error {
	fromDir, from := SplitLast(first.to)
	toDir, to := SplitLast(it.to)
	a, err := s.sys.OpenBeneath(s.stage, fromDir)
	if err != nil {
		return err
	}
	defer s.sys.Close(a)
	b, err := s.sys.OpenBeneath(s.stage, toDir)
	if err != nil {
		return err
	}
	defer s.sys.Close(b)
	if !s.fresh {
		if err := s.sys.RemoveAll(b, to); err != nil {
			return err
		}
	}
	return s.sys.Link(a, from, b, to)
}
