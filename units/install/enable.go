package install

import (
	"path"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// Enable makes the links that the [Install] sections of units ask for. A unit is given by its name or by the
// path of its file, which is then linked into the search path.
func (f *Files) Enable(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) { return o.enable(names, opts) })
}

func (o *operation) enable(names []string, opts Options) (int, error) {
	var s set
	for _, name := range names {
		if _, err := o.enableable(&s, name, load|followConfig); err != nil {
			return 0, err
		}
	}
	return o.apply(&s, applying{dir: o.target(opts), force: opts.Force, how: load})
}

// Disable removes all links to units and by their names. With DryRun it only tells which.
func (f *Files) Disable(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) { return o.disable(names, opts) })
}

func (o *operation) disable(names []string, opts Options) (int, error) {
	var s set
	r := removal{}
	for _, name := range names {
		if !units.ValidName(name, units.AnyName) {
			return 0, o.fail(unix.EUCLEAN, name, "")
		}
		if _, err := s.add(name, "", false); err != nil {
			return 0, o.fail(err, name, "")
		}
	}
	if err := o.mark(&s, r); err != nil {
		return 0, err
	}
	if err := o.removeLinks(r, o.target(opts), opts.DryRun); err != nil {
		return 0, err
	}
	n := 0
	for _, u := range s.units {
		if u.hasRules() || len(u.also) > 0 {
			n++
		}
	}
	if !o.Changed() {
		for _, c := range o.Changes {
			if c.Errno == unix.ENOENT {
				return 0, c.Errno // there was no such unit, and nothing left of it
			}
		}
	}
	return n, nil
}

// Reenable disables units and enables them again. A unit that is linked into the search path stays so.
func (f *Files) Reenable(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		files, bare := make([]string, len(names)), make([]string, len(names))
		for i, name := range names {
			files[i], bare[i] = name, base(name)
			if bare[i] == "" {
				return 0, unix.EISDIR
			}
			if path.Base(name) != name || units.ValidName(name, units.InstanceName) {
				continue
			}
			// Its link is about to be removed, so the file must be known.
			if u, err := o.lookup(&set{}, name, load|followConfig); err == nil {
				if _, _, ours := o.provided(name); !ours {
					files[i] = u.path
				}
			}
		}
		if _, err := o.disable(bare, opts); err != nil && err != unix.ENOENT {
			return 0, err
		}
		return o.enable(files, opts)
	})
}

// AddDependency makes units be wanted or required by another one; kind is units.Wants or units.Requires.
func (f *Files) AddDependency(names []string, target string, kind units.Dependency, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		if !units.ValidName(target, units.AnyName) {
			return 0, o.fail(unix.EUCLEAN, target, "")
		}
		var s set
		to, err := o.enableable(&s, target, followConfig)
		if err != nil {
			return 0, err
		}
		for _, name := range names {
			u, err := o.enableable(&s, name, followConfig)
			if err != nil {
				return 0, err
			}
			switch kind {
			case units.Wants:
				u.wantedBy = []string{to.name}
			case units.Requires:
				u.requiredBy = []string{to.name}
			default:
				return 0, unix.EINVAL
			}
		}
		return o.apply(&s, applying{dir: o.target(opts), force: opts.Force, how: followConfig})
	})
}
