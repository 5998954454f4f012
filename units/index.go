package units

import (
	"os"
	"path"
	"slices"
	"strings"
)

// index is what the directories of the search path hold, read once: which file stands for a unit name, which
// names are aliases, and which directories hold drop-ins.
type index struct {
	root    root
	release Release                  // of the systemd to be like
	dirs    []string                 // the search path as found, highest priority first
	files   map[string]indexed       // by unit name
	subdirs map[string][]string      // foo.service.d, foo.target.wants, …: their paths, highest priority first
	listed  map[string][]os.DirEntry // contents of subdirs
	aliases map[string][]string      // unit name or template: the symlinks that end there
	// problems are directories and links that could not be used.
	problems []Problem
}

// indexed is one name in the search path.
type indexed struct {
	path     string // within the root
	alias    string // the name the link points to, when it is an alias
	template bool   // an instance linked to its own template, which is its file
	plain    bool   // a regular file, which nothing need be followed or checked for
}

// dropInSuffixes are the endings of directories that belong to a unit.
var dropInSuffixes = []string{".d", ".wants", ".requires", ".upholds"}

func newIndex(r root, release Release, searchPath []string) *index {
	x := &index{
		root:    r,
		release: release,
		files:   map[string]indexed{},
		subdirs: map[string][]string{},
		listed:  map[string][]os.DirEntry{},
		aliases: map[string][]string{},
	}
	x.dirs = x.distinct(searchPath)
	var links []string
	unfit := map[string]indexed{} // cannot be read; they count where no other directory has the name
	for _, dir := range x.dirs {
		entries, err := readDir(r.host(dir))
		if err != nil {
			if !os.IsNotExist(err) {
				x.problems = append(x.problems, Problem{File: dir, Text: "cannot read the directory: " + err.Error()})
			}
			continue
		}
		for _, e := range entries {
			name := e.Name()
			if isDropInDir(name) {
				x.subdirs[name] = append(x.subdirs[name], dir+"/"+name)
				continue
			}
			if KindOfName(name) == 0 {
				continue
			}
			if _, taken := x.files[name]; taken {
				continue
			}
			if e.IsDir() {
				unfit[name] = indexed{path: dir + "/" + name}
			} else if e.Type()&os.ModeSymlink == 0 {
				x.files[name] = indexed{path: dir + "/" + name, plain: e.Type().IsRegular()}
			} else if f, why := x.follow(dir, name); why == "" {
				x.files[name] = f
				links = append(links, name)
			} else if f.path != "" {
				unfit[name] = f
			}
		}
	}
	for name, f := range unfit {
		if _, taken := x.files[name]; !taken {
			x.files[name] = f
		}
	}
	for _, name := range links {
		if id := x.canonical(name); id != name {
			x.aliases[id] = append(x.aliases[id], name)
		}
	}
	return x
}

// readDir is os.ReadDir without the sorting.
func readDir(dir string) ([]os.DirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// distinct leaves out directories that another one of the path leads to, such as /lib on a merged /usr.
func (x *index) distinct(searchPath []string) []string {
	real := make([]string, len(searchPath))
	for i, dir := range searchPath {
		dir = SimplifyPath(dir)
		searchPath[i] = dir
		real[i] = dir
		if to, err := x.root.resolve(dir); err == nil {
			real[i] = to
		}
	}
	// Of several ways to one directory the straight one is taken, else the first.
	splitUsr := x.release.SplitUsr()
	better := func(a, b int) bool {
		straight := real[a] == searchPath[a]
		if other := real[b] == searchPath[b]; splitUsr || straight == other {
			return a < b
		}
		return straight
	}
	var dirs []string
	for i, dir := range searchPath {
		best := i
		for j := range searchPath {
			if real[j] == real[i] && better(j, best) {
				best = j
			}
		}
		if best == i && strings.HasPrefix(dir, "/") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func isDropInDir(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && slices.Contains(dropInSuffixes, name[dot:])
}

// follow finds out whether a symbolic link is an alias. A link out of the search path is a unit file that
// lies elsewhere ("linked"); one to /dev/null is a mask. If the link cannot stand for its name, why tells the
// reason: it is then as if it were not there, and a file of that name in a directory further down counts.
func (x *index) follow(dir, name string) (f indexed, why string) {
	f = indexed{path: dir + "/" + name}
	target, err := os.Readlink(x.root.host(f.path))
	if err != nil {
		return f, ""
	}
	if !path.IsAbs(target) {
		target = dir + "/" + target
	}
	target = path.Clean(target)
	base := path.Base(target)
	if target == f.path {
		return f, "it leads to itself"
	}
	if base == name || target == "/dev/null" || !x.searched(path.Dir(target)) {
		return f, ""
	}
	to, why := aliasTarget(name, base)
	switch {
	case why != "":
		x.problems = append(x.problems, Problem{File: f.path, Text: "link to " + target + " ignored: " + why})
		return indexed{}, why
	case to == name:
		f.template = true
	default:
		f.alias = to
	}
	return f, ""
}

// searched tells whether a directory is one of the search path.
func (x *index) searched(dir string) bool {
	if slices.Contains(x.dirs, dir) {
		return true
	}
	real, err := x.root.resolve(dir)
	if err != nil {
		return false
	}
	for _, d := range x.dirs {
		if r, err := x.root.resolve(d); err == nil && r == real {
			return true
		}
	}
	return false
}

// aliasTarget is the unit that a link named name to a file named target stands for (systemd.unit(5),
// "Description"): both must be of one type and form, but an instance may be an alias of a template.
func aliasTarget(name, target string) (to, why string) {
	kind, other := KindOfName(name), KindOfName(target)
	switch {
	case other == 0:
		return "", "it is no unit name"
	case NameType(name) != NameType(target):
		return "", "it is a unit of another type"
	case kind == InstanceName && other == TemplateName:
		to, err := Instantiate(target, NameInstance(name))
		if err != nil {
			return "", err.Error()
		}
		return to, ""
	case kind == InstanceName && other == InstanceName && NameInstance(name) != NameInstance(target):
		return "", "it is another instance"
	case kind != other:
		return "", "one is a template or an instance, the other is not"
	}
	return target, ""
}

// canonical follows aliases to the name by which a unit is known. A name that leads to no file is its own, as
// is one without an end.
func (x *index) canonical(name string) string {
	id := name
	for range 64 {
		f, ok := x.files[id]
		switch {
		case ok && f.alias != "":
			id = f.alias
			continue
		case ok && !f.template:
			return id
		case KindOfName(id) != InstanceName:
			return x.builtinName(id, name)
		}
		template, err := Template(id)
		if err != nil {
			return name
		}
		t, ok := x.files[template]
		if !ok {
			return x.builtinName(id, name)
		}
		if t.alias == "" {
			return id
		}
		if id, err = Instantiate(t.alias, NameInstance(id)); err != nil {
			return name
		}
	}
	return name
}

// builtinName is canonical for an id without a file: that of the built-in unit, or else the name that led to it.
func (x *index) builtinName(id, name string) string {
	if alias := builtinAlias(id); alias != "" {
		return x.canonical(alias)
	}
	if _, _, ok := Builtin(id); ok {
		return id
	}
	if template, err := Template(id); err == nil {
		if _, _, ok := Builtin(template); ok {
			return id
		}
	}
	return name
}

// names are the other names of a unit known by its canonical one, sorted.
func (x *index) names(id string) []string {
	names := slices.Clone(x.aliases[id])
	if _, own := x.files[id]; !own && KindOfName(id) == InstanceName {
		template, _ := Template(id)
		for _, alias := range x.aliases[template] {
			if name, err := Instantiate(alias, NameInstance(id)); err == nil {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// fragment is the main file of a unit; its path is empty if there is none.
func (x *index) fragment(id string) indexed {
	if f, ok := x.files[id]; ok && !f.template {
		return f
	}
	if KindOfName(id) == InstanceName {
		template, _ := Template(id)
		return x.files[template]
	}
	return indexed{}
}

// dropIn is one file of a unit's drop-in directories.
type dropIn struct {
	path string
	link bool // a symbolic link
}

// dropIns finds the files in the directories of a unit with one of dropInSuffixes, each name once, in the
// order of the names. The unit's own name comes first, then its aliases; among them the search path decides,
// and within one directory of it the more special name; what is for the whole type comes last.
func (x *index) dropIns(id string, aliases []string, suffix string, wanted func(string) bool) []dropIn {
	found := map[string]dropIn{}
	take := func(dirs []string) {
		for _, dir := range dirs {
			for _, e := range x.list(dir) {
				if _, taken := found[e.Name()]; !taken && wanted(e.Name()) {
					found[e.Name()] = dropIn{dir + "/" + e.Name(), e.Type()&os.ModeSymlink != 0}
				}
			}
		}
	}
	for i := -1; i < len(aliases); i++ {
		name := id
		if i >= 0 {
			name = aliases[i]
		}
		take(x.inOrder(nameVariants(name), suffix))
	}
	take(x.subdirs[NameType(id)+suffix])
	if len(found) == 0 {
		return nil
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	files := make([]dropIn, len(names))
	for i, name := range names {
		files[i] = found[name]
	}
	return files
}

// inOrder lists the directories of several names by search path, then by name.
func (x *index) inOrder(names []string, suffix string) []string {
	var all []string
	for _, name := range names {
		all = append(all, x.subdirs[name+suffix]...)
	}
	if len(all) > 1 {
		slices.SortStableFunc(all, func(a, b string) int {
			return slices.Index(x.dirs, path.Dir(a)) - slices.Index(x.dirs, path.Dir(b))
		})
	}
	return all
}

func (x *index) list(dir string) []os.DirEntry {
	entries, ok := x.listed[dir]
	if !ok {
		var err error
		if entries, err = readDir(x.hostDir(dir)); err != nil && !os.IsNotExist(err) {
			x.problems = append(x.problems, Problem{File: dir, Text: "cannot read the directory: " + err.Error()})
		}
		x.listed[dir] = entries
	}
	return entries
}

// hostDir follows links of a directory, as an image may make one .wants directory stand for another.
func (x *index) hostDir(dir string) string {
	if x.root != "" {
		if real, err := x.root.resolve(dir); err == nil {
			return x.root.host(real)
		}
	}
	return x.root.host(dir)
}

// nameVariants are the names whose drop-in directories apply to a unit, the most special one first: its own,
// its template, and prefixes that end in a dash.
func nameVariants(name string) []string {
	names := []string{name}
	if KindOfName(name) == InstanceName {
		if template, err := Template(name); err == nil {
			names = append(names, template)
		}
	}
	at, suffix := strings.IndexByte(name, '@'), "."+NameType(name)
	prefix := NamePrefix(name)
	for {
		prefix = strings.TrimSuffix(prefix, "-")
		dash := strings.LastIndexByte(prefix, '-')
		if dash <= 0 {
			return names
		}
		prefix = prefix[:dash+1]
		if at < 0 {
			names = append(names, prefix+suffix)
			continue
		}
		if instance := NameInstance(name); instance != "" {
			names = append(names, prefix+"@"+instance+suffix)
		}
		names = append(names, prefix+"@"+suffix)
	}
}
