package install

import (
	"io/fs"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// removal is what links are to be removed: all that have one of these names, or lead to one of these names or
// paths.
type removal map[string]bool

// mark finds the units of a set, and those that they name by Also=, and marks their names.
func (o *operation) mark(s *set, r removal) error {
	for u := s.take(); u != nil; u = s.take() {
		_, err := o.traverse(s, u, load|followConfig)
		known := u.name
		if u.path != "" {
			known = o.shown(u.path)
		}
		switch {
		case err == unix.ENOLINK:
			o.did(IsDangling, known, "")
		case err == unix.ENOENT:
			// Links that the unit left behind are removed all the same.
			if !u.auxiliary {
				_ = o.fail(err, known, "")
			}
		case err != nil:
			_ = o.fail(err, known, "")
		case u.mode == masked:
			o.did(IsMasked, known, "")
			continue
		case u.mode != regular:
			continue // an alias; what it leads to is in the set
		}
		r[u.name] = true
	}
	return nil
}

// removeLinks removes the links of a directory, and of those in it, that are marked. What leads to a link that
// was removed is removed, too.
func (o *operation) removeLinks(r removal, dir string, dryRun bool) error {
	if len(r) == 0 {
		return nil
	}
	switch err := o.tree.list(dir).err; err {
	case nil:
	case unix.ENOENT:
		return nil
	default:
		return errnoOf(err)
	}
	var failed error
	for {
		again, err := o.removeIn(r, dir, dir, dryRun)
		first(&failed, err)
		if !again {
			return failed
		}
	}
}

func (o *operation) removeIn(r removal, dir, top string, dryRun bool) (again bool, failed error) {
	for _, e := range o.tree.list(dir).entries {
		file := join(dir, e.name)
		if e.kind == fs.ModeDir {
			more, err := o.removeIn(r, file, top, dryRun)
			again = again || more
			first(&failed, err)
			continue
		}
		if e.kind != fs.ModeSymlink || !units.ValidName(e.name, units.AnyName) {
			continue
		}
		if !r[e.name] && !r[e.template] {
			target, _, err := o.tree.resolve(file, true)
			if err == unix.ENOENT {
				continue
			}
			if err != nil {
				first(&failed, o.fail(err, o.shown(file), ""))
				continue
			}
			if !r[target] && !r[base(target)] {
				continue
			}
		}
		if !dryRun {
			if err := o.tree.unlink(file); err != nil && err != unix.ENOENT {
				first(&failed, o.fail(err, o.shown(file), ""))
				continue
			}
			o.tree.removeEmpty(file, top)
		}
		o.did(Unlink, o.shown(file), "")
		if !r[file] {
			r[file] = true
			again = !dryRun || again
		}
	}
	return again, failed
}
