package units

import (
	"errors"
	"os"
	"path"
	"slices"
	"syscall"
)

// stamp tells one state of a file from the next: a file that was written to has another time, and one that was put
// in its place is another inode.
type stamp struct {
	ino   uint64
	mtime syscall.Timespec
}

func stampOf(st *syscall.Stat_t) stamp { return stamp{st.Ino, st.Mtim} }

// Outdated tells whether the files of a loaded unit are others than those that it was loaded from, so that reading
// them anew could change it (systemctl daemon-reload): the main file or a drop-in was changed or removed, or there
// is another drop-in.
func (g *Graph) Outdated(name string) bool {
	u := g.units[name]
	if u == nil || u.Fragment == "" && len(u.DropIns) == 0 {
		return false
	}
	if _, own := g.transient[u.Name]; !own && u.Fragment != "" && g.fileChanged(u.Fragment, u.stampAt(0), u.State == Masked) {
		return true
	}
	if u.State == Masked {
		return false
	}
	for i, file := range u.DropIns {
		if g.fileChanged(file, u.stampAt(i+1), false) {
			return true
		}
	}
	return !slices.Equal(u.DropIns, g.dropInsNow(u))
}

// stampAt is the stamp of the main file (0) or of a drop-in (from 1).
func (u *Unit) stampAt(i int) stamp {
	if i < len(u.stamps) {
		return u.stamps[i]
	}
	return stamp{}
}

// fileChanged tells whether a file is another one than it was, or cannot be looked at any more. Of a mask it
// matters only whether it still is one.
func (g *Graph) fileChanged(file string, was stamp, mask bool) bool {
	now, err := g.stampNow(file)
	if mask {
		return !errors.Is(err, errMasked)
	}
	return was != now
}

// stampNow is the stamp of a file as it is now, none if it cannot be looked at; errMasked if it is /dev/null or
// empty.
func (g *Graph) stampNow(file string) (stamp, error) {
	r := g.index.root
	if r != "" {
		real, err := r.resolve(file)
		if err != nil {
			return stamp{}, err
		}
		file = real
	}
	if file == "/dev/null" {
		return stamp{}, errMasked
	}
	var st syscall.Stat_t
	if err := syscall.Stat(r.host(file), &st); err != nil {
		return stamp{}, err
	}
	return stampOf(&st), regular(file, &st)
}

// dropInsNow are the drop-ins that a unit would be loaded with now. Older releases see none whose directory is new.
func (g *Graph) dropInsNow(u *Unit) (files []string) {
	x := &index{root: g.index.root, dirs: g.index.dirs, subdirs: map[string][]string{}, listed: map[string][]os.DirEntry{}}
	names := []string{NameType(u.Name)}
	for _, name := range append([]string{u.Name}, u.Aliases...) {
		names = append(names, nameVariants(name)...)
	}
	for _, name := range names {
		sub := name + ".d"
		if _, known := x.subdirs[sub]; known {
			continue
		}
		x.subdirs[sub] = nil
		for _, dir := range x.dirs {
			var st syscall.Stat_t
			at := dir + "/" + sub
			if g.index.release.Version < 256 && !slices.Contains(g.index.subdirs[sub], at) &&
				!slices.ContainsFunc(u.DropIns, func(file string) bool { return path.Dir(file) == at }) {
				continue
			}
			if syscall.Stat(x.hostDir(at), &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
				x.subdirs[sub] = append(x.subdirs[sub], at)
			}
		}
	}
	for _, d := range x.dropIns(u.Name, u.Aliases, ".d", isConf) {
		files = append(files, d.path)
	}
	return files
}
