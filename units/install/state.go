package install

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// State is how a unit file is installed (systemctl(1), is-enabled).
type State string

// The states. What makes a unit start is a link in a .wants, .requires or .upholds directory, or an alias.
const (
	Enabled        State = "enabled"         // there is one in /etc
	EnabledRuntime State = "enabled-runtime" // there is one in /run
	Linked         State = "linked"          // the file lies elsewhere, and a link in /etc makes it known
	LinkedRuntime  State = "linked-runtime"  // the same in /run
	Alias          State = "alias"           // the name is a link to another unit
	Masked         State = "masked"
	MaskedRuntime  State = "masked-runtime"
	Static         State = "static"   // there is no [Install] section
	Disabled       State = "disabled" // there is one, but no link
	Indirect       State = "indirect" // it names other units only, or the file is known by another name
	Generated      State = "generated"
	Transient      State = "transient"
	Bad            State = "bad" // the file cannot be read
)

// Starts tells whether is-enabled exits with 0: the unit is enabled, or needs no enabling.
func (s State) Starts() bool {
	switch s {
	case Enabled, EnabledRuntime, Static, Alias, Indirect, Generated:
		return true
	}
	return false
}

// ShowsPreset tells whether list-unit-files says what the preset files say.
func (s State) ShowsPreset() bool {
	switch s {
	case Alias, Static, Generated, Transient:
		return false
	}
	return true
}

// StateError says why the state of a unit cannot be told.
type StateError struct {
	Name  string
	Errno syscall.Errno
}

// Error is the message of systemctl.
func (e *StateError) Error() string {
	return fmt.Sprintf("Failed to get unit file state for %s: %s", e.Name, errnoText(e.Errno))
}

// Unwrap gives the error number: ENOENT if there is no such unit.
func (e *StateError) Unwrap() error { return e.Errno }

// State tells how a unit is installed. The warnings are about what was wrong in its file.
func (f *Files) State(name string) (state State, warnings []string, err error) {
	o, err := f.begin()
	if err != nil {
		return "", nil, err
	}
	defer o.close()
	state, err = o.state(name)
	if err != nil {
		return "", o.Warnings, &StateError{name, errnoOf(err)}
	}
	return state, o.Warnings, nil
}

func (o *operation) state(name string) (State, error) {
	if !units.ValidName(name, units.AnyName) {
		return "", unix.EINVAL
	}
	u, err := o.lookup(&set{}, name, load|followConfig)
	if err != nil {
		return "", err
	}
	switch {
	case u.mode == masked && o.isRuntime(path.Dir(u.path)):
		return MaskedRuntime, nil
	case u.mode == masked:
		return Masked, nil
	case name != base(u.path) && !units.ValidName(u.name, units.InstanceName):
		return Alias, nil
	case o.generated(u.path):
		return Generated, nil
	case o.isTransient(u.path):
		return Transient, nil
	}
	// The links that enabling the unit makes, then all others.
	if state := o.linkState(u, true); state != "" {
		return state, nil
	}
	if o.linkState(u, false) != "" {
		return Indirect, nil
	}
	switch {
	case u.hasRules():
		return Disabled, nil
	case len(u.also) > 0:
		return Indirect, nil
	}
	return Static, nil
}

// linkState is the state that links to a unit give it, "" if there are none. With ours, only those count that
// have a name by which the unit says it can be known.
func (o *operation) linkState(u *unit, ours bool) State {
	var runtime, elsewhere, same, sameRuntime, below bool
	for _, dir := range o.search {
		found, sameName := o.links(u, dir, ours, below)
		isRuntime := o.isRuntime(dir)
		switch {
		case found && (dir == o.config || o.Scope == User && dir == "/etc/systemd/user"):
			return Enabled
		case found && isRuntime:
			runtime = true
		case found:
			elsewhere = true
		case sameName && dir == o.config:
			same = true
		case sameName && isRuntime:
			sameRuntime = true
		}
		// Links of the unit's own name in further directories are hidden by it.
		if _, ok := within(u.path, dir); ok {
			below = true
		}
	}
	switch {
	case runtime:
		return EnabledRuntime
	case elsewhere && units.ValidName(u.name, units.InstanceName):
		return Static // a package has instantiated a template
	case same:
		return Linked
	case sameRuntime:
		return LinkedRuntime
	}
	return ""
}

// links tells whether a directory of the search path has links that start a unit: in directories of its
// dependents by their names, and beside it by what they lead to. A link of the unit's own name there is told
// apart.
func (o *operation) links(u *unit, dir string, ours, hidden bool) (found, sameName bool) {
	list := o.tree.list(dir)
	for _, e := range list.entries {
		if e.kind != fs.ModeDir || !isDependencyDir(e.name) {
			continue
		}
		for _, l := range o.tree.list(join(dir, e.name)).entries {
			if l.kind == fs.ModeSymlink && (l.name == u.name || l.template == u.name) && (!ours || u.knownAs(l.name)) {
				return true, sameName
			}
		}
	}
	for _, e := range list.entries {
		if e.kind != fs.ModeSymlink {
			continue
		}
		leads := base(strings.TrimRight(e.target, "/")) == u.name
		named := !hidden && e.name == u.name
		switch {
		case leads && named:
			sameName = true
		case (leads || named) && (!ours || u.knownAs(e.name)):
			return true, sameName
		}
	}
	return false, sameName
}

func isDependencyDir(name string) bool {
	return strings.HasSuffix(name, ".wants") || strings.HasSuffix(name, ".requires") || strings.HasSuffix(name, ".upholds")
}

// knownAs tells whether a name is the unit's own, one of its aliases, or its default instance.
func (u *unit) knownAs(name string) bool {
	if name == u.name || slices.Contains(u.aliases, name) {
		return true
	}
	if u.defaultInstance == "" {
		return false
	}
	instance, err := units.Instantiate(u.name, u.defaultInstance)
	return err == nil && units.ValidName(u.name, units.TemplateName) && instance == name
}

// UnitFile is one entry of ListUnitFiles().
type UnitFile struct {
	Path  string // with the root directory before it
	State State
}

// List gives the unit files of the search path, those whose state and name are asked for, sorted by name.
// Empty lists ask for all.
func (f *Files) List(states, patterns []string) ([]UnitFile, error) {
	o, err := f.begin()
	if err != nil {
		return nil, err
	}
	defer o.close()
	seen := map[string]bool{}
	var files []UnitFile
	for _, dir := range o.search {
		list := o.tree.list(dir)
		switch list.err {
		case nil, unix.ENOENT, unix.ENOTDIR, unix.EACCES:
		default:
			return nil, errnoOf(list.err)
		}
		for _, e := range list.entries {
			if e.kind != 0 && e.kind != fs.ModeSymlink || seen[e.name] || !units.ValidName(e.name, units.AnyName) {
				continue
			}
			if len(patterns) > 0 && !slices.ContainsFunc(patterns, func(p string) bool { return units.MatchPattern(p, e.name) }) {
				continue
			}
			state, err := o.state(e.name)
			if err != nil {
				state = Bad
			}
			if len(states) > 0 && !slices.Contains(states, string(state)) {
				continue
			}
			seen[e.name] = true
			files = append(files, UnitFile{o.shown(join(dir, e.name)), state})
		}
	}
	slices.SortFunc(files, func(a, b UnitFile) int { return strings.Compare(base(a.Path), base(b.Path)) })
	return files, nil
}
