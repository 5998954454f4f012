package install

import (
	"path"
	"slices"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// Mask links units to /dev/null, so that they cannot be started.
func (f *Files) Mask(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		var failed error
		for _, name := range names {
			if !units.ValidName(name, units.AnyName) {
				first(&failed, unix.EINVAL)
				continue
			}
			first(&failed, o.link("/dev/null", join(o.target(opts), name), opts.Force))
		}
		return 0, failed
	})
}

// Unmask removes the links to /dev/null and empty files that mask units, and the links to those.
func (f *Files) Unmask(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		var todo []string
		for _, name := range names {
			if !units.ValidName(name, units.AnyName) {
				return 0, unix.EINVAL
			}
			if o.Root == "" {
				u := &unit{name: name}
				if o.find(&set{}, u, 0) == nil && u.mode == masked && o.generated(u.path) {
					o.did(MaskedByGenerator, name, u.path)
				}
			}
			file := join(o.target(opts), name)
			mask, err := o.maskFile(file)
			if err == unix.ENOENT {
				continue
			}
			if err != nil {
				return 0, errnoOf(err)
			}
			if mask && !slices.Contains(todo, file) {
				todo = append(todo, file)
			}
		}
		var failed error
		r := removal{}
		for _, file := range todo {
			if !opts.DryRun {
				if err := o.tree.unlink(file); err != nil {
					if err != unix.ENOENT {
						first(&failed, o.fail(err, o.shown(file), ""))
					}
					continue
				}
			}
			o.did(Unlink, o.shown(file), "")
			r[file] = true
		}
		first(&failed, o.removeLinks(r, o.target(opts), opts.DryRun))
		return 0, failed
	})
}

// maskFile tells whether a file of the configuration is a mask.
func (o *operation) maskFile(file string) (bool, error) {
	if target, err := o.tree.readlink(file); err == nil && target == "/dev/null" {
		return true, nil // which the root need not have
	}
	return o.isMask(file)
}

// Link makes files that lie elsewhere known as units.
func (f *Files) Link(files []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		var todo []string
		for _, file := range files {
			if slices.Contains(todo, file) {
				continue
			}
			switch name := base(file); {
			case !path.IsAbs(file):
				return 0, o.fail(unix.EINVAL, file, "")
			case !units.ValidName(name, units.AnyName):
				return 0, o.fail(unix.EUCLEAN, file, "")
			}
			if err := o.regularFile(file); err != nil {
				return 0, o.fail(err, file, "")
			}
			// With another root, systemd compares with paths that have the root before them: no file is there.
			if o.Root == "" {
				if o.searched(file) {
					continue
				}
				if _, below := o.below(file); below {
					return 0, o.fail(unix.ETXTBSY, file, "")
				}
			}
			todo = append(todo, file)
		}
		var failed error
		for _, file := range todo {
			first(&failed, o.link(file, join(o.target(opts), base(file)), opts.Force))
		}
		return 0, failed
	})
}

// regularFile returns nil for a regular file.
func (o *operation) regularFile(file string) error {
	st, err := o.tree.lstat(file)
	if err != nil {
		return err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return nil
	case unix.S_IFDIR:
		return unix.EISDIR
	case unix.S_IFLNK:
		return unix.ELOOP
	}
	return unix.EBADFD
}
