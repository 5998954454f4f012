package upgrade

import (
	"cmp"
	"slices"

	"pintle/firstrun"
)

// Whether names are hard links of one file is decided by the same three ways as everything else. Names of one
// file have one content, owner and mode, so the question is only about names that all are, or become, as the image has
// them. Where the volume's have to change, all of them are put in place anew, as the image has them: a transaction knows
// how to do that, and to take it back.

// fileOf names the file that an entry is a name of.
func fileOf(e *firstrun.Entry) string { return cmp.Or(e.Hard, e.Path) }

// sameFile tells whether entries are names of one file.
func sameFile(entries []*firstrun.Entry) bool {
	return !slices.ContainsFunc(entries, func(e *firstrun.Entry) bool { return fileOf(e) != fileOf(entries[0]) })
}

// groups are the names of each file of a tree that has several, in order.
func groups(t *firstrun.Tree) [][]*firstrun.Entry {
	var order []string
	names := map[string][]*firstrun.Entry{}
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Kind != firstrun.File || e.Hard == "" {
			continue
		}
		if names[e.Hard] == nil {
			order = append(order, e.Hard)
			if first := t.Get(e.Hard); first != nil {
				names[e.Hard] = append(names[e.Hard], first)
			}
		}
		names[e.Hard] = append(names[e.Hard], e)
	}
	var list [][]*firstrun.Entry
	for _, first := range order {
		list = append(list, names[first])
	}
	return list
}

// hardLinks are the names of files with several names, and what has been found out about them.
type hardLinks struct {
	template, volume [][]*firstrun.Entry
	same             map[string]bool // of all of them: whether it has the image's content, and stays
}

func linksOf(in Inputs) hardLinks {
	l := hardLinks{groups(in.Template), groups(in.Volume), map[string]bool{}}
	for _, names := range slices.Concat(l.template, l.volume) {
		for _, e := range names {
			l.same[e.Path] = false
		}
	}
	return l
}

// stays notes that a path has the image's content, and stays.
func (l *hardLinks) stays(path string) {
	if _, of := l.same[path]; of {
		l.same[path] = true
	}
}

// links joins and separates names.
func (p *planner) links() {
	for _, names := range p.hard.template {
		if p.toJoin(names) {
			for _, t := range names {
				p.putSame(t, "one file with others in the image")
			}
		}
	}
	for _, names := range p.hard.volume {
		for i, v := range names {
			t := p.Template.Get(v.Path)
			if p.hard.same[v.Path] && slices.ContainsFunc(names[:i], func(other *firstrun.Entry) bool { return p.toSeparate(t, other) }) {
				p.putSame(t, "a file of its own in the image")
			}
		}
	}
}

// putSame puts the image's in the place of what has the same content.
func (p *planner) putSame(t *firstrun.Entry, why string) {
	if !p.hard.same[t.Path] {
		return
	}
	p.hard.same[t.Path] = false
	p.put(t, p.Volume.Get(t.Path), why)
	p.metas = slices.DeleteFunc(p.metas, func(op firstrun.Op) bool { return op.Path == t.Path })
}

// toJoin tells whether names that are of one file in the image are to be of one file on the volume: each of them is,
// or will be, as in the image, and they are no such names yet, or not with all of these.
func (p *planner) toJoin(names []*firstrun.Entry) bool {
	var there, before []*firstrun.Entry
	same := 0
	for _, t := range names {
		v, b := p.Volume.Get(t.Path), p.Base.Get(t.Path)
		if v != nil {
			if want := p.merged(t, v, b); !t.SameOwner(&firstrun.Entry{Attrs: want}) {
				return false // a file has one owner and mode, and here the volume has its own
			}
			there = append(there, v)
		}
		if b != nil {
			before = append(before, b)
		}
		if p.hard.same[t.Path] {
			same++
		} else if !p.puts(t.Path) {
			return false
		}
	}
	if same == 0 || same == len(names) && sameFile(there) {
		return false
	}
	// If they were one file before, somebody has separated them on the volume.
	return len(before) < len(names) || !sameFile(before) || sameFile(there)
}

// puts tells whether a path comes from the image.
func (p *planner) puts(path string) bool {
	return slices.ContainsFunc(p.ops, func(op firstrun.Op) bool {
		return op.Do == firstrun.Put && op.Source == "" && (op.Path == path || !op.Alone && firstrun.Under(path, op.Path))
	})
}

// toSeparate tells whether a name of the image, t, is to be no name of the same file as another one of the volume any
// more: the image has two files there, which nobody has joined on the volume.
func (p *planner) toSeparate(t, other *firstrun.Entry) bool {
	o := p.Template.Get(other.Path)
	if o == nil || !p.hard.same[other.Path] || fileOf(o) == fileOf(t) {
		return false
	}
	b, ob := p.Base.Get(t.Path), p.Base.Get(other.Path)
	return b == nil || ob == nil || fileOf(b) == fileOf(ob)
}
