package install

import (
	"errors"
	"path"
	"strings"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// base is the last component of a path.
func base(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

// search says how a unit is looked for.
type search int

const (
	load         search = 1 << iota // read [Install]
	followConfig                    // follow links in the directories where enable and link make them
)

// aliasesMax is the number of aliases that are followed.
const aliasesMax = 64

// discover finds a unit by its name or by the path of its file, following aliases to the unit itself. A failure is
// recorded.
func (o *operation) discover(s *set, nameOrPath string, how search) (*unit, error) {
	u, err := o.lookup(s, nameOrPath, how)
	if err != nil {
		return nil, o.fail(err, nameOrPath, "")
	}
	return u, nil
}

func (o *operation) lookup(s *set, nameOrPath string, how search) (*unit, error) {
	name, file := nameOrPath, ""
	if path.IsAbs(nameOrPath) {
		name, file = "", nameOrPath
	}
	u, err := s.add(name, file, false)
	if err != nil {
		return nil, err
	}
	return o.traverse(s, u, how)
}

// enableable finds a unit as discover does, and refuses one that is masked, generated or transient.
func (o *operation) enableable(s *set, nameOrPath string, how search) (*unit, error) {
	u, err := o.discover(s, nameOrPath, how)
	switch {
	case err != nil:
		return nil, err
	case u.mode == masked:
		return nil, o.fail(unix.ERFKILL, o.shown(u.path), "")
	case o.generated(u.path) || o.isTransient(u.path):
		return nil, o.fail(unix.EADDRNOTAVAIL, o.shown(u.path), "")
	}
	return u, nil
}

// exists tells whether there is a unit of that name; an error if that cannot be told.
func (o *operation) exists(name string) (bool, error) {
	if !units.ValidName(name, units.AnyName) {
		return false, unix.EINVAL
	}
	if _, _, ok := o.provided(name); ok {
		return true, nil
	}
	_, err := o.lookup(&set{}, name, 0)
	if err == unix.ENOENT {
		return false, nil
	}
	return err == nil, err
}

// traverse looks for the file of a unit and follows links from one name to the next.
func (o *operation) traverse(s *set, u *unit, how search) (*unit, error) {
	if err := o.find(s, u, how); err != nil {
		return nil, err
	}
	for n := 0; u.mode == alias || u.mode == linked; n++ {
		if n == aliasesMax || how&followConfig == 0 && o.configured(u.path) {
			return nil, unix.ELOOP
		}
		if u.mode == linked || base(u.target) == u.name {
			if err := o.follow(s, u, how); err != nil {
				return nil, err
			}
			continue
		}
		name := base(u.target)
		if units.ValidName(u.name, units.InstanceName) && units.ValidName(name, units.TemplateName) {
			instance, err := units.Instantiate(name, units.NameInstance(u.name))
			if err != nil {
				return nil, unix.EINVAL
			}
			if name = instance; name == u.name {
				// An instance that is linked to its template.
				if err := o.follow(s, u, how); err != nil {
					return nil, err
				}
				continue
			}
		}
		next, err := s.add(name, "", false)
		if err != nil {
			return nil, err
		}
		u = next
		if err := o.find(s, u, how); err == unix.ENOENT {
			return nil, unix.ENOLINK
		} else if err != nil {
			return nil, err
		}
	}
	return u, nil
}

// follow goes on with what the unit's link leads to.
func (o *operation) follow(s *set, u *unit, how search) error {
	u.path, u.mode = u.target, unknown
	return o.examine(s, u, u.path, how)
}

// find looks for the file of a unit in the search path, or for that of its template, and reads its drop-ins.
func (o *operation) find(s *set, u *unit, how search) error {
	if u.mode != unknown {
		return nil
	}
	if u.path != "" {
		return o.examine(s, u, u.path, how)
	}
	names := []string{u.name}
	if units.ValidName(u.name, units.InstanceName) {
		template, _ := units.Template(u.name)
		names = append(names, template)
	}
	found := false
	for _, name := range names {
		for _, dir := range o.search {
			if _, there := o.tree.list(dir).find(name); !there {
				continue
			}
			switch err := o.examine(s, u, join(dir, name), how); err {
			case nil:
				u.path = join(dir, name)
				found = true
			case unix.ENOENT, unix.ENOTDIR, unix.EACCES:
				continue
			default:
				return err
			}
			break
		}
		if found {
			break
		}
	}
	if !found {
		file, target, ok := o.provided(u.name)
		if !ok {
			return unix.ENOENT
		}
		u.path, u.target, u.mode = file, target, regular
		if target != "" {
			u.mode = alias
		}
		return nil
	}
	if u.mode == masked || how&load == 0 {
		return nil
	}
	for _, file := range o.dropIns(names) {
		if err := o.loadDropIn(s, u, file); err != nil {
			return err
		}
	}
	return nil
}

// dropIns are the drop-ins of the unit with these names, each file name once, in their order.
func (o *operation) dropIns(names []string) []string {
	var dirs []string
	for _, name := range names {
		for _, dir := range o.search {
			if _, there := o.tree.list(dir).find(name + ".d"); there {
				dirs = append(dirs, join(dir, name+".d"))
			}
		}
	}
	return o.tree.configFiles(dirs, ".conf")
}

// examine finds out what a path is that stands for a unit: a file, which is read if it shall be, or a link.
func (o *operation) examine(s *set, u *unit, file string, how search) error {
	err := o.loadFile(s, u, file, how)
	if err != unix.ELOOP {
		return err
	}
	target, outside, err := o.resolveLink(file)
	if err != nil {
		return err
	}
	u.target = target
	masked_, err := o.isMask(target)
	switch {
	case err != nil && !errors.Is(err, unix.ENOENT):
		return err
	case masked_:
		u.mode = masked
	case outside:
		u.mode = linked
	default:
		u.mode = alias
	}
	return nil
}

// isMask tells whether a path leads to /dev/null, which the root need not have, or to an empty file.
func (o *operation) isMask(file string) (bool, error) {
	if file == "/dev/null" {
		return true, nil
	}
	st, err := o.tree.stat(file)
	return err == nil && masks(&st), err
}

// resolveLink reads the link that stands for a unit. Outside is set if it leads out of the search path; within,
// the names must allow it to be an alias.
func (o *operation) resolveLink(link string) (target string, outside bool, err error) {
	text, err := o.tree.readlink(link)
	if err != nil {
		return "", false, err
	}
	dir, name := path.Dir(link), base(link)
	if !path.IsAbs(text) {
		text = join(dir, text)
	}
	target, _, err = o.tree.resolve(text, false)
	if err != nil {
		o.warn("Failed to resolve symlink %s/%s pointing to %s: %s", o.shown(dir), name, o.shown(text), errnoText(errnoOf(err)))
		return "", false, err
	}
	rest, inside := o.below(target)
	if !inside {
		return target, true, nil
	}
	if why, err := checkAlias(name, base(target)); err != nil {
		if why != "" {
			o.warn("%s", aliasWarning(why, name, o.shown(target)))
		}
		return "", false, err
	}
	if strings.Contains(rest, "/") {
		o.warn("Suspicious symlink %s/%s → %s, treating as alias.", o.shown(dir), name, o.shown(target))
	}
	return target, false, nil
}
