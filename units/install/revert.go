package install

import (
	"io/fs"
	"slices"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// Revert removes what the administrator changed of units: drop-ins, masks, and files that stand in the place of
// those of a package, in /etc and in /run.
func (f *Files) Revert(names []string) Result {
	return f.run(func(o *operation) (int, error) {
		var todo []string
		for _, name := range names {
			if !units.ValidName(name, units.AnyName) {
				return 0, unix.EINVAL
			}
			files, err := o.overrides(name)
			if err != nil {
				return 0, err
			}
			for _, file := range files {
				if !slices.Contains(todo, file) {
					todo = append(todo, file)
				}
			}
		}
		var failed error
		r := removal{}
		for _, file := range todo {
			o.remove(file, &failed)
			r[file] = true
		}
		first(&failed, o.removeLinks(r, o.runtimeConfig, false))
		first(&failed, o.removeLinks(r, o.config, false))
		return 0, failed
	})
}

// overrides are the files and drop-in directories of a unit that revert removes.
func (o *operation) overrides(name string) (files []string, err error) {
	vendor := false
	var own []string
	for _, dir := range o.search {
		file := join(dir, name)
		kind, err := o.kind(file)
		if err != nil {
			return nil, o.fail(err, o.shown(file), "")
		}
		if kind == unix.S_IFREG && o.vendor(file) {
			vendor = true
		}
		if (kind == unix.S_IFREG || kind == unix.S_IFLNK) && o.configured(file) {
			own = append(own, file)
		}
		dropIns := file + ".d"
		if kind, err = o.kind(dropIns); err != nil {
			return nil, o.fail(err, o.shown(dropIns), "")
		}
		if kind == unix.S_IFDIR && (o.configured(dropIns) || o.controlled(dropIns) || o.isTransient(dropIns)) {
			files = append(files, dropIns)
		}
	}
	if vendor {
		files = append(files, own...)
	}
	return files, nil
}

// kind is the type bits of a file's mode, 0 if it is not there.
func (o *operation) kind(file string) (uint32, error) {
	st, err := o.tree.lstat(file)
	if err == unix.ENOENT {
		return 0, nil
	}
	return st.Mode & unix.S_IFMT, err
}

// remove removes a file, or a directory with what is in it.
func (o *operation) remove(file string, failed *error) {
	var inside []string
	for _, e := range o.tree.list(file).entries {
		if e.kind == 0 || e.kind == fs.ModeSymlink {
			inside = append(inside, e.name)
		}
	}
	if err := o.tree.removeAll(file); err != nil && err != unix.ENOENT {
		first(failed, errnoOf(err))
		return
	}
	for _, name := range inside {
		o.did(Unlink, o.shown(join(file, name)), "")
	}
	o.did(Unlink, o.shown(file), "")
}
