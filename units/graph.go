package units

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Options say where a Graph finds unit files.
type Options struct {
	// Root is a directory that stands for "/", empty for the real one.
	Root string
	// Path is the search path within Root, highest priority first; see SystemPath and UserPath.
	Path []string
	// NoBuiltin leaves out the units that pintle brings along.
	NoBuiltin bool
	// NoProvided loads the units that mean nothing in a container as their files say.
	NoProvided bool
	// Host gives the values of specifiers that do not depend on the unit; nil for none.
	Host HostFacts
	// Systemd is the release of systemd to be like; 0 for the one that the root has, else the newest.
	Systemd int
	// SystemConf has the defaults of settings read from system.conf; without it they are the built-in ones.
	SystemConf bool
	// User is set for the manager of a user: no system-wide default dependencies.
	User bool
}

// Graph loads units from the search path and keeps their dependencies. It is a Resolver. It reads the
// directories of the search path once; a new Graph sees what has changed since.
type Graph struct {
	opts      Options
	index     *index
	units     map[string]*Unit       // by every name
	transient map[string]transient   // Add
	edges     map[string][]edge      // by the unit they come from
	dropped   map[string]bool        // names that were unloaded: others may still refer to them
	queue     []*Unit                // named by a dependency, not loaded yet
	ahead     map[*Unit]*source      // main files of queued units that are being read
	busNames  map[string]string      // the service that has a bus name, by that name
	manager   *ManagerSettings       // what system.conf says; nil if nothing
	conf      []Problem              // what is wrong in it
	defaults  map[part]reflect.Value // settings structs with its defaults
	targets   []*Unit                // loaded, default dependencies with targets not looked at yet
	busy      bool
}

// edge is a dependency as the unit that it comes from states it. Its inverse and the References that it makes
// follow from it.
type edge struct {
	from string
	kind Dependency
	to   string
}

// NewGraph reads the directories of the search path.
func NewGraph(opts Options) *Graph {
	r := root(strings.TrimSuffix(opts.Root, "/"))
	g := &Graph{
		opts:      opts,
		index:     newIndex(r, opts.release(r), slices.Clone(opts.Path)),
		units:     map[string]*Unit{},
		transient: map[string]transient{},
		edges:     map[string][]edge{},
		dropped:   map[string]bool{},
		busNames:  map[string]string{},
	}
	if opts.SystemConf {
		g.manager, g.conf = readManagerSettings(r, opts.Host)
		g.defaults = g.manager.presets()
	}
	return g
}

// Manager is what holds for the manager: what system.conf says, and the defaults.
func (g *Graph) Manager() *ManagerSettings {
	if g.manager == nil {
		g.manager = defaultManagerSettings()
	}
	return g.manager
}

// Problems are what was wrong with the search path itself: directories that cannot be read, links that are
// no aliases; and in system.conf. What is wrong in a unit's files is in the unit's Problems.
func (g *Graph) Problems() []Problem { return slices.Concat(g.conf, g.index.problems) }

// Names lists every unit name with a file in the search path, sorted; templates, too.
func (g *Graph) Names() []string {
	names := make([]string, 0, len(g.index.files))
	for name := range g.index.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Find tells by which name a unit is known that has a file under some name, and which file that is; it is
// empty for a name without one. Nothing is loaded.
func (g *Graph) Find(name string) (id, file string) {
	id = g.index.canonical(name)
	return id, g.index.fragment(id).path
}

// Get returns the unit if it is loaded, or nil.
func (g *Graph) Get(name string) *Unit { return g.units[name] }

// Loaded lists the loaded units, each once, in no certain order.
func (g *Graph) Loaded() []*Unit {
	all := make([]*Unit, 0, len(g.units))
	for name, u := range g.units {
		if name == u.Name {
			all = append(all, u)
		}
	}
	return all
}

// Load returns a unit, loading it and everything it refers to if need be. It never returns nil.
func (g *Graph) Load(name string) *Unit {
	u := g.named(name)
	g.settle()
	return u
}

// settle loads all units that are named but not loaded yet.
func (g *Graph) settle() {
	if g.busy {
		return
	}
	g.busy = true
	for len(g.queue) > 0 || len(g.targets) > 0 {
		if len(g.queue) > 0 {
			u := g.queue[0]
			if _, read := g.ahead[u]; !read {
				g.readAhead()
			}
			g.queue = g.queue[1:]
			g.load(u)
			g.targets = append(g.targets, u)
			continue
		}
		u := g.targets[0]
		g.targets = g.targets[1:]
		g.targetDefaults(u)
	}
	g.busy = false
}

// named returns the unit of a name, making a stub and queueing it if need be.
func (g *Graph) named(name string) *Unit {
	if u := g.units[name]; u != nil {
		return u
	}
	id := g.canonical(name)
	if u := g.units[id]; u != nil {
		g.units[name] = u
		return u
	}
	u := &Unit{Name: id, State: Stub, Deps: map[Dependency]Set{}, UnitSettings: UnitSettings{DefaultDependencies: true}}
	if !ValidName(id, PlainName|InstanceName) {
		u.fail(LoadError, fmt.Errorf("cannot load %q: %w", name, invalidName(id)))
	}
	g.units[id], g.units[name] = u, u
	if u.State == Stub {
		g.queue = append(g.queue, u)
	}
	if g.dropped[id] {
		g.rejoin(u)
	}
	return u
}

func (g *Graph) canonical(name string) string {
	if _, ok := g.transient[name]; ok || KindOfName(name) == 0 {
		return name
	}
	id := g.index.canonical(name)
	if g.opts.NoBuiltin && id != name && g.index.files[name].path == "" && g.index.fragment(name).path == "" {
		return name
	}
	return id
}

func invalidName(name string) error {
	if KindOfName(name) == TemplateName {
		return malformed("unit name", name, "the instance is missing")
	}
	return badName(name, "not a unit name")
}

func (u *Unit) fail(state LoadState, err error) { u.State, u.Err = state, err }

// load reads the files of a stub.
func (g *Graph) load(u *Unit) {
	l := &loading{g: g, unit: u, x: Specifiers{Unit: u.Name, Host: g.opts.Host}}
	l.start()
	l.perpetual()
	u.Aliases = slices.DeleteFunc(g.index.names(u.Name), func(n string) bool { _, own := g.transient[n]; return own })
	if !g.opts.NoBuiltin {
		u.Aliases = append(u.Aliases, g.builtinNames(u.Name)...)
	}
	for _, alias := range u.Aliases {
		if g.units[alias] == nil {
			g.units[alias] = u
		}
	}
	if !l.fragment() {
		return
	}
	l.dropIns()
	l.unenforced()
	l.extras()
	if err := l.claimBusName(); err != nil {
		u.fail(LoadError, err)
		return
	}
	if err := verify(u); err != nil {
		u.fail(BadSetting, err)
		return
	}
	u.State = Loaded
	l.lateExtras()
	if NameType(u.Name) == "target" {
		for _, name := range u.Deps[PartOf].Names() {
			g.orderTarget(u, g.units[name])
		}
	}
}

// builtinNames are the built-in aliases that stand for a unit, because no file has their name.
func (g *Graph) builtinNames(id string) (names []string) {
	if NameType(id) != "target" {
		return nil // none of them is of another type
	}
	for _, b := range builtinAliases {
		if g.canonical(b.alias) == id && g.index.files[b.alias].path == "" && g.index.files[b.alias].alias == "" {
			names = append(names, b.alias)
		}
	}
	return names
}

// fragment applies the main file; false if the unit is done with.
func (l *loading) fragment() bool {
	u, g := l.unit, l.g
	src := g.ahead[u]
	<-src.ready
	delete(g.ahead, u)
	u.Fragment, l.x.Fragment = src.path, g.realPath(src.path)
	u.stamps = append(u.stamps[:0], src.stamp)
	switch err := src.err; {
	case errors.Is(err, errMasked):
		u.State = Masked
		return false
	case errors.Is(err, os.ErrNotExist):
		u.Fragment = ""
		if l.withoutFile() {
			return true
		}
		u.fail(NotFound, fmt.Errorf("cannot find %s", u.Name))
		return false
	case err != nil:
		l.file = src.path
		l.problem(err.Error())
		u.fail(LoadError, err)
		return false
	}
	switch err := l.apply(src.path, src.lexed); {
	case err == nil:
		return true
	case isFatal(err):
		u.fail(BadSetting, err)
	default:
		u.fail(LoadError, err)
	}
	return false
}

// fragmentText finds and reads the main file of a unit. An error for a missing one is os.ErrNotExist.
func (g *Graph) fragmentText(id string) (text []byte, path string, at stamp, err error) {
	if t, ok := g.transient[id]; ok {
		return t.text, t.path, stamp{}, nil
	}
	if f := g.index.fragment(id); f.path != "" {
		if f.plain {
			text, at, err = readRegular(g.index.root.host(f.path), f.path)
			return text, f.path, at, err
		}
		text, at, err = g.index.root.readFile(f.path)
		return text, f.path, at, err
	}
	if !g.opts.NoBuiltin {
		name := id
		if text, _, ok := Builtin(name); ok && len(text) > 0 {
			return text, "", stamp{}, nil
		}
		if template, err := Template(id); err == nil {
			if text, _, ok := Builtin(template); ok {
				return text, "", stamp{}, nil
			}
		}
	}
	return nil, "", stamp{}, os.ErrNotExist
}

// realPath is where a main file lies, which for a linked unit is not where it is known by (%y).
func (g *Graph) realPath(file string) string {
	if file == "" || g.index.files[path.Base(file)].plain {
		return file
	}
	if real, err := g.index.root.resolve(file); err == nil {
		return real
	}
	return file
}

// dropIns reads .wants, .requires and .upholds directories and the drop-in files.
func (l *loading) dropIns() {
	u, x := l.unit, l.g.index
	for _, links := range []struct {
		suffix string
		list   *[]string
	}{{".wants", &u.Wants}, {".requires", &u.Requires}, {".upholds", &u.Upholds}} {
		for _, d := range x.dropIns(u.Name, u.Aliases, links.suffix, func(name string) bool { return KindOfName(name) != 0 }) {
			if name := l.linkedName(d); name != "" && name != u.Name && !slices.Contains(*links.list, name) {
				*links.list = append(*links.list, name)
			}
		}
	}
	for _, d := range x.dropIns(u.Name, u.Aliases, ".d", isConf) {
		u.DropIns = append(u.DropIns, d.path)
		l.file, l.line = d.path, 0
		text, at, err := x.root.readFile(d.path)
		u.stamps = append(u.stamps, at)
		switch {
		case errors.Is(err, errMasked):
		case err != nil:
			l.problem(err.Error())
		default:
			// What ends the reading of a drop-in costs its rest, not the unit; the problem is told already.
			_ = l.apply(d.path, lexAll([]lexText{{text, sectionsOf(u)}})[0])
		}
	}
}

func isConf(name string) bool {
	return strings.HasSuffix(name, ".conf") && !strings.HasPrefix(name, ".")
}

// linkedName is the unit that an entry of a .wants directory names: its own name counts, not where it leads.
func (l *loading) linkedName(d dropIn) string {
	l.file, l.line = d.path, 0
	if !d.link {
		l.problem("not a symbolic link, ignored")
		return ""
	}
	if l.g.index.root.masked(d.path) {
		return ""
	}
	name := filepath.Base(d.path)
	if KindOfName(name) == TemplateName {
		instance, err := Instantiate(name, instanceFor(l.unit.Name))
		if err != nil {
			l.problem(err.Error())
			return ""
		}
		name = instance
	}
	return name
}

// Unload forgets a unit that nothing needs any more, so that the next Load reads its files again.
func (g *Graph) Unload(name string) {
	u := g.units[name]
	if u == nil {
		return
	}
	for n, have := range g.units {
		if have == u {
			delete(g.units, n)
		}
	}
	for _, e := range g.edges[u.Name] {
		if other := g.units[e.to]; other != nil {
			g.unlink(other, u.Name)
		}
	}
	delete(g.edges, u.Name)
	if u.Service != nil && g.busNames[u.Service.BusName] == u.Name {
		delete(g.busNames, u.Service.BusName)
	}
	g.dropped[u.Name] = true
}
