// Package upgrade carries a data volume from the image that filled it to another one: it compares build ids,
// decides for every path by three ways (the baseline, the volume, the new image), runs the steps that images
// and packages bring, and takes everything back when one of them fails.
package upgrade

import (
	"cmp"
	"slices"

	"pintle/firstrun"
)

// Policy says which side wins where both the admin and the image have changed a path.
type Policy string

// The policies.
const (
	Keep    Policy = "keep"    // the volume's stays; the image's is put beside it as NAME.pintle-new
	Replace Policy = "replace" // the image's comes into place; the volume's is kept as NAME.pintle-save
)

// Inputs are what a plan is made of. The trees must be complete: digests and attributes where paths overlap.
type Inputs struct {
	Template *firstrun.Tree // of the new image
	Volume   *firstrun.Tree
	Base     *firstrun.Tree // what the last image brought; nil for a volume without manifest
	// Policy is asked for paths that both have changed; nil: Keep.
	Policy func(path string) Policy
	// Own is asked for paths that every container has of its own: what an image once brought there goes, and what
	// took its place stays. nil: there are none.
	Own func(path string) bool
	// Vanilla are digests that images have had at a path, for volumes older than the manifest.
	Vanilla map[string][]string
}

// planner goes through all paths in order.
type planner struct {
	Inputs
	ops      []firstrun.Op
	metas    []firstrun.Op
	drops    []firstrun.Op // of directories
	touched  map[string]bool
	hard     hardLinks
	uids     map[uint32]uint32
	gids     map[uint32]uint32
	skip     string
	skipping bool
}

// Plan decides for every path. It is pure: what it returns is what would be done, and why.
func Plan(in Inputs) []firstrun.Op {
	if in.Base == nil {
		in.Base = &firstrun.Tree{}
	}
	if in.Policy == nil {
		in.Policy = func(string) Policy { return Keep }
	}
	if in.Own == nil {
		in.Own = func(string) bool { return false }
	}
	p := &planner{Inputs: in, touched: map[string]bool{}, hard: linksOf(in)}
	p.uids, p.gids = drift(in)
	for path, row := range firstrun.Join(in.Template, in.Volume, in.Base) {
		if p.skipping && firstrun.Under(path, p.skip) {
			continue
		}
		p.skipping = false
		p.path(path, row[0], row[1], row[2])
	}
	p.links()
	return p.finish()
}

func (p *planner) skipBelow(path string) { p.skip, p.skipping = path, true }

// path decides about one path: t is the new image's, v the volume's, b the baseline's; nil where it has none.
func (p *planner) path(path string, t, v, b *firstrun.Entry) {
	switch {
	case t != nil && t.Left:
		p.ops = append(p.ops, firstrun.Op{Do: firstrun.Check, Path: path, Kind: t.Kind.String(), Result: "left out", Why: "this user may not read it in the image"})
		p.skipBelow(path)
	case t == nil && b == nil:
		p.foreign(v)
	case v != nil && v.Left:
		p.keep(cmp.Or(t, v), v, "this user may not read it on the volume")
	case t == nil:
		p.dropped(path, v, b)
	case v == nil:
		p.missing(t, b)
	case t.Kind == firstrun.Directory && v.Kind == firstrun.Directory:
		p.attributes(t, v, b)
	case t.SameContent(v):
		p.hard.stays(path)
		p.attributes(t, v, b)
	case v.Kind == firstrun.Symlink && v.Dangling && t.Kind != firstrun.Symlink && (b == nil || !b.SameContent(v)):
		p.save(v)
		p.put(t, v, "the symlink on the volume leads nowhere")
	case b == nil:
		p.unknown(t, v)
	case b.SameContent(v):
		p.update(t, v, b)
	case b.SameContent(t):
		p.keep(t, v, "changed on the volume only")
	default:
		p.both(t, v, "changed on the volume and in the image")
	}
}

// missing: the volume lacks what the image has.
func (p *planner) missing(t, b *firstrun.Entry) {
	switch {
	case b == nil:
		p.add(t, false, "new in the image")
		p.skipBelow(t.Path)
	case t.Kind == firstrun.Directory:
		p.add(t, true, "the image expects the directory; what was removed from it stays away")
	case b.SameContent(t):
		p.check(t, nil, "removed on the volume")
	default:
		p.check(t, nil, "removed on the volume, though the image's has changed")
	}
}

// dropped: the new image does not bring any more what the old one had.
func (p *planner) dropped(path string, v, b *firstrun.Entry) {
	switch {
	case v == nil:
	case v.Kind == firstrun.Directory && b.Kind == firstrun.Directory:
		was := v.Attrs
		p.drops = append(p.drops, firstrun.Op{Do: firstrun.DropDir, Path: path, Kind: v.Kind.String(), Was: &was,
			Result: "removed", Why: "not in the image any more; it stays if something else is in it"})
		p.touch(path)
	case v.Kind == firstrun.Directory:
		p.check(v, v, "not in the image any more; the volume has a directory there")
	case v.SameContent(b):
		p.ops = append(p.ops, firstrun.Op{Do: firstrun.Drop, Path: path, Kind: v.Kind.String(), Old: v.Kind.String(),
			Result: "removed", Why: "not in the image any more"})
		p.touch(path)
	case p.Own(path):
		p.check(v, v, "it is this container's own")
	default:
		p.move(v, "not in the image any more, but changed on the volume")
	}
}

// unknown: there is no baseline for what the volume and the image both have.
func (p *planner) unknown(t, v *firstrun.Entry) {
	switch {
	case p.vanilla(v):
		p.put(t, v, "what an earlier image had, as its list of known files says")
	case v.Kind == firstrun.Symlink && t.Kind == firstrun.Directory:
		p.check(t, v, "the volume has a symlink to another place")
		p.skipBelow(t.Path)
	case t.Kind == firstrun.Directory:
		p.save(v)
		p.put(t, v, "the image needs a directory")
	default:
		p.both(t, v, "the volume has its own, and nobody knows what it was before")
	}
}

func (p *planner) vanilla(v *firstrun.Entry) bool {
	return v.Kind == firstrun.File && v.Digest != "" && slices.Contains(p.Vanilla[v.Path], v.Digest)
}

// update: the volume has what the last image brought, and the new image has something else.
func (p *planner) update(t, v, b *firstrun.Entry) {
	if v.Kind == firstrun.Directory && p.inhabited(v.Path) {
		p.move(v, "the image has a "+t.Kind.String()+" where a directory was, and the volume has more in that")
		p.add(t, false, "the image has a "+t.Kind.String()+" now")
		p.skipBelow(t.Path)
		return
	}
	p.put(t, v, "unchanged on the volume, changed in the image")
	if t.Kind == v.Kind {
		p.merge(t, v, b)
	}
}

// inhabited tells whether anything below a directory of the volume is not as the last image brought it.
func (p *planner) inhabited(dir string) bool {
	for v := range p.Volume.Under(dir) {
		if v.Path == dir {
			continue
		}
		b := p.Base.Get(v.Path)
		if b == nil || v.Kind != b.Kind || v.Kind != firstrun.Directory && !v.SameContent(b) {
			return true
		}
	}
	return false
}

// both: the volume's and the image's are at odds.
func (p *planner) both(t, v *firstrun.Entry, why string) {
	if p.Policy(t.Path) == Replace {
		if v.Kind == firstrun.Directory {
			p.move(v, why)
			p.add(t, false, why)
			p.skipBelow(t.Path)
			return
		}
		p.save(v)
		p.put(t, v, why)
		return
	}
	p.keep(t, v, why)
	aside := t.Path + firstrun.NewSuffix
	op := firstrun.Op{Do: firstrun.Put, Path: aside, Source: t.Path, Kind: t.Kind.String(), From: firstrun.FromTemplate, Result: "written beside", Why: why}
	if old := p.Volume.Get(aside); old != nil {
		op.Old = old.Kind.String()
	}
	p.ops = append(p.ops, op)
	p.touch(t.Path)
}

// keep leaves the volume's in place.
func (p *planner) keep(t, v *firstrun.Entry, why string) {
	p.check(t, v, why)
	p.skipBelow(t.Path)
}

// foreign: only the volume has it. If its owner's number means somebody else in the new image it follows.
func (p *planner) foreign(v *firstrun.Entry) {
	if v.Left {
		return
	}
	if p.vanilla(v) {
		p.ops = append(p.ops, firstrun.Op{Do: firstrun.Drop, Path: v.Path, Kind: v.Kind.String(), Old: v.Kind.String(),
			Result: "removed", Why: "what an earlier image had, as its list of known files says"})
		p.touch(v.Path)
		return
	}
	want := v.Attrs
	want.UID, want.GID = mapped(p.uids, v.UID), mapped(p.gids, v.GID)
	if want.UID != v.UID || want.GID != v.GID {
		p.meta(v, want, "the image has another number for its owner")
		p.metas[len(p.metas)-1].KeepXattrs = true
	}
}

func mapped(ids map[uint32]uint32, id uint32) uint32 {
	if to, ok := ids[id]; ok {
		return to
	}
	return id
}

func (p *planner) check(t, v *firstrun.Entry, why string) {
	op := firstrun.Op{Do: firstrun.Check, Path: t.Path, Kind: t.Kind.String(), Result: "kept", Why: why}
	if v != nil {
		op.Old = v.Kind.String()
	}
	p.ops = append(p.ops, op)
}

func (p *planner) add(t *firstrun.Entry, alone bool, why string) {
	p.ops = append(p.ops, firstrun.Op{Do: firstrun.Put, Path: t.Path, Kind: t.Kind.String(), From: firstrun.FromTemplate, Alone: alone, Result: "added", Why: why})
	if t.Kind == firstrun.Directory && (alone || t.Mode&0o200 == 0) {
		attrs := t.Attrs
		p.metas = append(p.metas, firstrun.Op{Do: firstrun.Meta, Path: t.Path, Kind: t.Kind.String(), New: &attrs})
	}
	p.touch(t.Path)
}

func (p *planner) put(t, v *firstrun.Entry, why string) {
	p.ops = append(p.ops, firstrun.Op{Do: firstrun.Put, Path: t.Path, Kind: t.Kind.String(), Old: v.Kind.String(), From: firstrun.FromTemplate, Result: "updated", Why: why})
	p.touch(t.Path)
	if t.Kind == firstrun.Directory || v.Kind == firstrun.Directory {
		p.skipBelow(t.Path)
	}
}

// save copies what has to give way.
func (p *planner) save(v *firstrun.Entry) {
	p.ops = append(p.ops, firstrun.Op{Do: firstrun.Put, Path: firstrun.FreeName(p.Volume, v.Path+firstrun.SaveSuffix), Source: v.Path,
		Kind: v.Kind.String(), From: firstrun.FromVolume, Result: "saved", Why: "the volume's"})
	p.touch(v.Path)
}

// move gives what has to give way another name.
func (p *planner) move(v *firstrun.Entry, why string) {
	p.ops = append(p.ops, firstrun.Op{Do: firstrun.Move, Path: v.Path, Kind: v.Kind.String(), Old: v.Kind.String(),
		To: firstrun.FreeName(p.Volume, v.Path+firstrun.SaveSuffix), Result: "saved", Why: why})
	p.touch(v.Path)
	p.skipBelow(v.Path)
}

func (p *planner) touch(path string) {
	dir, _ := firstrun.SplitLast(path)
	p.touched[dir] = true
}

// finish puts everything in order: on the way back directories get their attributes last, so they come first.
func (p *planner) finish() []firstrun.Op {
	var holds []firstrun.Op
	done := map[string]bool{}
	for _, m := range p.metas {
		done[m.Path] = true
		t := p.Template.Get(m.Path)
		if m.Kind == firstrun.Directory.String() && p.touched[m.Path] && t != nil {
			m.New.MTime = t.MTime
		}
	}
	for path := range p.touched {
		v := p.Volume.Get(path)
		if v == nil || v.Kind != firstrun.Directory {
			continue
		}
		was := v.Attrs
		holds = append(holds, firstrun.Op{Do: firstrun.Hold, Path: path, Was: &was})
		if !done[path] {
			now := v.Attrs
			if t := p.Template.Get(path); t != nil {
				now.MTime = t.MTime
			}
			p.metas = append(p.metas, firstrun.Op{Do: firstrun.Meta, Path: path, Kind: v.Kind.String(), New: &now, Was: &was})
		}
	}
	byPath := func(a, b firstrun.Op) int { return firstrun.ComparePaths(a.Path, b.Path) }
	backwards := func(a, b firstrun.Op) int {
		return cmp.Or(firstrun.ComparePaths(b.Path, a.Path), cmp.Compare(a.Why, b.Why))
	}
	slices.SortFunc(holds, byPath)
	slices.SortFunc(p.metas, backwards)
	slices.SortFunc(p.drops, backwards)
	return slices.Concat(holds, p.ops, p.drops, p.metas)
}
