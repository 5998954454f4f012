package upgrade

import (
	"pintle/firstrun"
)

// attributes decides about owner, mode and extended attributes of what stays, each by three ways; what was
// not touched on the volume also gets the image's time.
func (p *planner) attributes(t, v, b *firstrun.Entry) {
	want := p.merged(t, v, b)
	if t.Kind == firstrun.Directory {
		want.MTime = v.MTime
	} else {
		want.MTime = t.MTime
	}
	if t.Kind == firstrun.Symlink {
		return // a symlink has nothing but its owner, and nobody asks for that
	}
	if want.MTime != v.MTime || !v.SameOwner(&firstrun.Entry{Attrs: want}) {
		p.meta(v, want, "owner, mode or time as in the image")
	}
}

// merge gives what is put in place of a file what the admin has changed about its owner and mode.
func (p *planner) merge(t, v, b *firstrun.Entry) {
	if t.Kind == firstrun.Symlink {
		return
	}
	want := p.merged(t, v, b)
	want.MTime = t.MTime
	if t.SameOwner(&firstrun.Entry{Attrs: want}) {
		return
	}
	p.metas = append(p.metas, firstrun.Op{Do: firstrun.Meta, Path: t.Path, Kind: t.Kind.String(), New: &want,
		Result: "attributes", Why: "owner or mode were changed on the volume"})
}

func (p *planner) meta(v *firstrun.Entry, want firstrun.Attrs, why string) {
	was := v.Attrs
	p.metas = append(p.metas, firstrun.Op{Do: firstrun.Meta, Path: v.Path, Kind: v.Kind.String(), New: &want, Was: &was,
		Result: "attributes", Why: why})
}

// merged is the three-way answer for each attribute. Without a baseline it is the image's.
func (p *planner) merged(t, v, b *firstrun.Entry) firstrun.Attrs {
	if b == nil || b.Kind != v.Kind {
		return t.Attrs
	}
	replace := p.Policy(t.Path) == Replace
	a := t.Attrs
	a.UID = threeWay(t.UID, v.UID, b.UID, replace)
	a.GID = threeWay(t.GID, v.GID, b.GID, replace)
	a.Mode = threeWay(t.Mode, v.Mode, b.Mode, replace)
	a.Xattrs = firstrun.Xattrs{}
	for _, attrs := range []firstrun.Xattrs{t.Xattrs, v.Xattrs, b.Xattrs} {
		for name := range attrs {
			if value := threeWay(xattr(t, name), xattr(v, name), xattr(b, name), replace); value.there {
				a.Xattrs[name] = value.text
			}
		}
	}
	return a
}

type value struct {
	text  string
	there bool
}

func xattr(e *firstrun.Entry, name string) value {
	text, there := e.Xattrs[name]
	return value{text, there}
}

func threeWay[T comparable](t, v, b T, replace bool) T {
	if v == b || replace && t != b {
		return t
	}
	return v
}

// drift finds users and groups whose number is another one in the new image: everything that the old image
// gave to the one belongs to the other now.
func drift(in Inputs) (uids, gids map[uint32]uint32) {
	uids, gids = map[uint32]uint32{}, map[uint32]uint32{}
	for _, row := range firstrun.Join(in.Template, in.Base) {
		if t, b := row[0], row[1]; t != nil && b != nil {
			note(uids, b.UID, t.UID)
			note(gids, b.GID, t.GID)
		}
	}
	for _, ids := range []map[uint32]uint32{uids, gids} {
		for from, to := range ids {
			// What became root's, or was, says nothing about what else the user has.
			if from == to || to == ambiguous || from == 0 || to == 0 {
				delete(ids, from)
			}
		}
	}
	return uids, gids
}

// ambiguous is the number of nobody: what belonged to one belongs to several now.
const ambiguous = ^uint32(0)

func note(ids map[uint32]uint32, from, to uint32) {
	if old, ok := ids[from]; ok && old != to {
		to = ambiguous
	}
	ids[from] = to
}
