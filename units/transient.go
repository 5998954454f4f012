package units

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// transient is a unit that was made by a client: its text, and the file which holds that.
type transient struct {
	text []byte
	path string
}

// Transient tells whether the unit was made by a client, and goes when it is not needed any more. Its file lies in
// the directory for such (systemd.unit(5), "Unit File Load Path").
func (u *Unit) Transient() bool { return path.Base(path.Dir(u.Fragment)) == "transient" }

// Add gives a unit a text of its own, above every file (a transient unit). file is where the text lies, too. It must
// be called before the unit is loaded, or after Unload.
func (g *Graph) Add(name, file, text string) error {
	if !ValidName(name, PlainName|InstanceName) {
		return badName(name, "a transient unit needs a plain name or an instance")
	}
	if g.units[name] != nil {
		return fmt.Errorf("cannot add %s: it is loaded already", name)
	}
	g.transient[name] = transient{[]byte(text), file}
	return nil
}

// Discard takes the text of a unit and its drop-ins away again, whose files are there no longer.
func (g *Graph) Discard(name string) {
	delete(g.transient, name)
	if path.Base(path.Dir(g.index.files[name].path)) == "transient" {
		delete(g.index.files, name)
	}
	dir := name + ".d"
	g.index.subdirs[dir] = slices.DeleteFunc(g.index.subdirs[dir], func(d string) bool {
		gone := path.Base(path.Dir(d)) == "transient"
		if gone {
			delete(g.index.listed, d)
		}
		return gone
	})
}

// Check tells what is wrong with a text as one of a unit's files, without loading anything.
func (g *Graph) Check(name, text string) []Problem {
	u := &Unit{Name: name, State: Stub, Deps: map[Dependency]Set{}}
	l := &loading{g: g, unit: u, x: Specifiers{Unit: name, Host: g.opts.Host}}
	l.start()
	_ = l.apply(name, lexAll([]lexText{{[]byte(text), sectionsOf(u)}})[0]) // what ends the reading is a problem, too
	return u.Problems
}

// Amend applies a drop-in that has been written to a unit which is loaded (systemctl set-property). The unit that it
// returns takes the place of the one before; what that was made of stays as it is, though its files may have changed.
func (g *Graph) Amend(name, file, text string) *Unit {
	old := g.units[name]
	if old == nil || old.State != Loaded {
		return old
	}
	u := *old
	u.Problems = slices.Clone(old.Problems)
	for _, p := range sectionParts[typeSections[NameType(u.Name)]] {
		switch p { // no other part has settings that change while the unit is loaded
		case partResources:
			r := *u.Resources
			u.Resources = &r
		}
	}
	l := &loading{g: g, unit: &u, x: Specifiers{Unit: u.Name, Host: g.opts.Host}}
	_ = l.apply(file, lexAll([]lexText{{[]byte(text), sectionsOf(&u)}})[0])
	dir := path.Dir(file)
	if key := u.Name + ".d"; !slices.Contains(g.index.subdirs[key], dir) {
		g.index.subdirs[key] = append(g.index.subdirs[key], dir)
		slices.SortStableFunc(g.index.subdirs[key], func(a, b string) int {
			return slices.Index(g.index.dirs, path.Dir(a)) - slices.Index(g.index.dirs, path.Dir(b))
		})
	}
	delete(g.index.listed, dir)
	u.DropIns, u.stamps = nil, []stamp{old.stampAt(0)}
	for _, d := range g.index.dropIns(u.Name, u.Aliases, ".d", isConf) {
		at, _ := g.stampNow(d.path)
		if i := slices.Index(old.DropIns, d.path); i >= 0 && d.path != file {
			at = old.stampAt(i + 1) // it may have changed
		}
		u.DropIns, u.stamps = append(u.DropIns, d.path), append(u.stamps, at)
	}
	for n, have := range g.units {
		if have == old {
			g.units[n] = &u
		}
	}
	return &u
}

// SettingText is an assignment as a line of a unit file; false if the value cannot stand in one.
func SettingText(name, value string) (line string, ok bool) {
	if strings.ContainsAny(value, "\n\r\x00") {
		return "", false
	}
	if endsEscaped([]byte(value)) {
		value += " " // or the next line would belong to it
	}
	return name + "=" + value + "\n", true
}
