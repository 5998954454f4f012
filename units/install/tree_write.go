package install

import (
	"crypto/rand"
	"os"
	"path"
	"strings"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// list reads a directory, following links to it. Directories are read once, until something in them changes.
// Files that editors and package managers leave behind are not in it.
func (t *tree) list(dir string) *listing {
	if l, ok := t.listings[dir]; ok {
		return l
	}
	l := &listing{index: map[string]int{}}
	l.err = t.fill(l, dir)
	t.listings[dir] = l
	return l
}

func (t *tree) fill(l *listing, dir string) error {
	p, err := t.walk(dir, true)
	if err != nil {
		return err
	}
	defer p.close()
	switch {
	case !p.there:
		return unix.ENOENT
	case p.name != "":
		return unix.ENOTDIR
	}
	d, names, err := readDir(p.fd(), ".")
	if err != nil {
		return err
	}
	defer d.Close()
	fd := int(d.Fd())
	for _, name := range names {
		if leftOver(name) {
			continue
		}
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
			continue // gone since
		}
		e := entry{name: name}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
		case unix.S_IFDIR:
			e.kind = os.ModeDir
		case unix.S_IFLNK:
			e.kind = os.ModeSymlink
			if e.target, err = readLink(fd, name); err != nil {
				continue
			}
		default:
			e.kind = os.ModeIrregular
		}
		e.template, _ = units.Template(name)
		l.entries = append(l.entries, e)
	}
	sortEntries(l)
	return nil
}

// readDir opens a directory, but not by a link in its last part, and gives the names in it.
func readDir(at int, name string) (*os.File, []string, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, nil, err
	}
	d := os.NewFile(uintptr(fd), name)
	names, err := d.Readdirnames(-1)
	if err != nil {
		d.Close()
		return nil, nil, errnoOf(err)
	}
	return d, names, nil
}

// changed forgets what directories hold: several paths may lead to the one that was changed.
func (t *tree) changed() { clear(t.listings) }

// makeDirs makes a directory and those above it, mode 0755.
func (t *tree) makeDirs(dir string) error {
	p, err := t.walk(dir, true)
	if err != nil {
		return err
	}
	defer p.close()
	if p.there {
		return nil
	}
	at := p.fd()
	for _, name := range append([]string{p.name}, p.rest...) {
		if err := unix.Mkdirat(at, name, 0o755); err != nil && err != unix.EEXIST {
			return err
		}
		next, err := retry(func() (int, error) {
			return unix.Openat(at, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		})
		if err != nil {
			return err
		}
		p.dirs = append(p.dirs, openDir{next, name})
		at = next
	}
	t.changed()
	return nil
}

// symlink makes a symbolic link, and the directories above it. It does not replace anything.
func (t *tree) symlink(target, link string) error {
	return t.inDir(link, func(fd int, name string) error { return unix.Symlinkat(target, fd, name) })
}

// replace makes a symbolic link in the place of what is there, at once.
func (t *tree) replace(target, link string) error {
	return t.inDir(link, func(fd int, name string) error {
		temporary := ".#" + name[:min(len(name), 200)] + rand.Text()[:16]
		if err := unix.Symlinkat(target, fd, temporary); err != nil {
			return err
		}
		err := unix.Renameat(fd, temporary, fd, name)
		if err != nil {
			unix.Unlinkat(fd, temporary, 0)
		}
		return err
	})
}

// unlink removes a file or link.
func (t *tree) unlink(file string) error {
	return t.inDir(file, func(fd int, name string) error { return unix.Unlinkat(fd, name, 0) })
}

// removeEmpty removes the directory of a file, if nothing is in it, and those above it, up to but not
// including top.
func (t *tree) removeEmpty(file, top string) {
	for dir := path.Dir(file); strings.HasPrefix(dir, top+"/"); dir = path.Dir(dir) {
		if t.inDir(dir, func(fd int, name string) error { return unix.Unlinkat(fd, name, unix.AT_REMOVEDIR) }) != nil {
			return
		}
	}
}

// removeAll removes a file or a directory with all in it.
func (t *tree) removeAll(file string) error {
	return t.inDir(file, removeAllAt)
}

func removeAllAt(at int, name string) error {
	err := unix.Unlinkat(at, name, 0)
	if err != unix.EISDIR && err != unix.EPERM {
		return err
	}
	d, names, err := readDir(at, name)
	if err != nil {
		return err
	}
	defer d.Close()
	for _, inner := range names {
		if err := removeAllAt(int(d.Fd()), inner); err != nil && err != unix.ENOENT {
			return err
		}
	}
	return unix.Unlinkat(at, name, unix.AT_REMOVEDIR)
}

// inDir does something with a name in its directory.
func (t *tree) inDir(file string, do func(dir int, name string) error) error {
	p, err := t.walk(path.Dir(file), true)
	if err != nil {
		return err
	}
	defer p.close()
	switch {
	case !p.there:
		return unix.ENOENT
	case p.name != "":
		return unix.ENOTDIR
	}
	defer t.changed()
	return do(p.fd(), path.Base(file))
}

// leftOver tells whether a name is hidden, or what editors and package managers leave behind. A unit's name may
// begin with a dot.
func leftOver(name string) bool {
	if strings.HasPrefix(name, ".") && !units.ValidName(name, units.AnyName) && !isDependencyDir(name) || strings.HasSuffix(name, "~") {
		return true
	}
	switch name {
	case "lost+found", "aquota.user", "aquota.group":
		return true
	}
	switch path.Ext(name) {
	case ".rpmnew", ".rpmsave", ".rpmorig", ".dpkg-old", ".dpkg-new", ".dpkg-tmp", ".dpkg-dist", ".dpkg-bak",
		".dpkg-backup", ".dpkg-remove", ".ucf-new", ".ucf-old", ".ucf-dist", ".swp", ".bak", ".old", ".new":
		return true
	}
	return false
}
