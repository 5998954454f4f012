package install

import (
	"path"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// applying says where links are made, and how.
type applying struct {
	dir   string // for links
	force bool   // replace links that are in the way
	how   search
	// lenient is set for presets: a template without an instance is no error.
	lenient bool
}

// apply makes the links that the units of a set ask for, and those of the units that they name by Also=. It
// returns how many settings there were, whether or not their links were there already.
func (o *operation) apply(s *set, a applying) (int, error) {
	n := 0
	var failed error
	for u := s.take(); u != nil; u = s.take() {
		if _, err := o.traverse(s, u, a.how); err != nil {
			if u.auxiliary {
				o.did(AuxiliaryFailed, u.name, "")
				continue
			}
			return 0, o.fail(err, u.name, "")
		}
		switch u.mode {
		case masked:
			// Named by Also= of another unit. Something could have been enabled here.
			o.did(IsMasked, o.shown(u.path), "")
			n++
		case regular:
			k, err := o.applyUnit(u, a)
			n += k
			first(&failed, err)
		}
	}
	return n, failed
}

// applyUnit makes the links that one unit asks for.
func (o *operation) applyUnit(u *unit, a applying) (int, error) {
	if !o.searched(u.path) {
		// Without its file in the search path, other links would lead nowhere.
		if err := o.link(u.path, join(a.dir, u.name), a.force); err != nil {
			return 0, err
		}
	}
	n, failed := o.linkAliases(u, a)
	for _, by := range []struct {
		names  []string
		suffix string
	}{{u.wantedBy, ".wants"}, {u.requiredBy, ".requires"}, {u.upheldBy, ".upholds"}} {
		k, err := o.linkDependencies(u, by.names, by.suffix, a)
		n += k
		first(&failed, err)
	}
	return n, failed
}

// linkAliases makes the links of Alias=.
func (o *operation) linkAliases(u *unit, a applying) (n int, failed error) {
	for _, given := range u.aliases {
		name, err := o.expand(u, given)
		if err != nil {
			first(&failed, o.fail(err, given, ""))
			continue
		}
		name, err = o.aliasName(u, name)
		if err != nil {
			if err != unix.ELOOP { // a unit may name itself
				first(&failed, err)
			}
			continue
		}
		link, target := join(a.dir, name), u.path
		if !o.searched(u.path) {
			target = join(a.dir, u.name) // the link to it that was made
		}
		_, there, err := o.tree.resolve(link, true)
		if err != nil && err != unix.ENOENT {
			first(&failed, errnoOf(err))
			continue
		}
		if err := o.link(target, link, a.force || err == nil && !there); err != nil {
			first(&failed, err)
			continue
		}
		n++
	}
	return n, failed
}

// linkDependencies makes the links of WantedBy=, RequiredBy= or UpheldBy=.
func (o *operation) linkDependencies(u *unit, names []string, suffix string, a applying) (n int, failed error) {
	if len(names) == 0 {
		return 0, nil
	}
	link, fitting := u.name, units.AnyName
	switch {
	case !units.ValidName(u.name, units.TemplateName):
	case u.defaultInstance != "":
		instance, err := units.Instantiate(u.name, u.defaultInstance)
		if err != nil {
			return 0, unix.EINVAL
		}
		file := &unit{name: instance}
		if err := o.find(&set{}, file, followConfig); err != nil {
			return 0, errnoOf(err)
		}
		if file.mode == masked {
			return 0, o.fail(unix.ERFKILL, o.shown(file.path), "")
		}
		link = instance
	default:
		// The instance comes from the unit in whose directory the link is.
		fitting = units.InstanceName | units.TemplateName
	}
	for _, given := range names {
		name, err := o.expand(u, given)
		switch {
		case err != nil:
			first(&failed, o.fail(err, given, ""))
			continue
		case units.ValidName(name, fitting):
		case a.lenient:
			continue
		case units.ValidName(name, units.AnyName):
			first(&failed, o.fail(unix.EIDRM, name, link))
			continue
		default:
			first(&failed, o.fail(unix.EUCLEAN, name, ""))
			continue
		}
		if err := o.link(u.path, join(a.dir, name+suffix+"/"+link), true); err != nil {
			first(&failed, err)
		} else {
			n++
		}
		if there, err := o.exists(name); err == nil && !there {
			o.did(DestinationMissing, name, o.shown(u.path))
		}
	}
	return n, failed
}

// link makes a link, unless one is there that means the same.
func (o *operation) link(target, link string, force bool) error {
	_ = o.tree.makeDirs(path.Dir(link)) // the link cannot be made either, which says more
	err := o.tree.symlink(target, link)
	if err == nil {
		o.did(Symlink, o.shown(link), target)
		return nil
	}
	if err != unix.EEXIST {
		return o.fail(err, o.shown(link), "")
	}
	old, err := o.tree.readlink(link)
	switch {
	case err == unix.EINVAL: // it is no link
		return o.fail(unix.EEXIST, o.shown(link), "")
	case err != nil:
		return o.fail(err, o.shown(link), "")
	case o.equivalent(link, old, target):
		return nil
	case !force:
		return o.fail(unix.EEXIST, o.shown(link), old)
	}
	if err := o.tree.replace(target, link); err != nil {
		return o.fail(err, o.shown(link), "")
	}
	o.did(Unlink, o.shown(link), "")
	o.did(Symlink, o.shown(link), target)
	return nil
}

// equivalent tells whether two targets of a link mean the same unit: one file, or in the search path files of
// one name.
func (o *operation) equivalent(link, a, b string) bool {
	full := func(target string) string {
		if !path.IsAbs(target) {
			target = join(path.Dir(link), target)
		}
		return units.SimplifyPath(target)
	}
	a, b = full(a), full(b)
	if a == b {
		return true
	}
	x, errX := o.tree.stat(a)
	y, errY := o.tree.stat(b)
	if errX == nil && errY == nil && x.Dev == y.Dev && x.Ino == y.Ino {
		return true
	}
	_, inA := o.below(a)
	_, inB := o.below(b)
	return base(a) == base(b) && inA && inB
}
