package firstrun

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// SaveSuffix and NewSuffix mark the copy of what had to give way on a volume, and of what did not come into place.
const (
	SaveSuffix = ".pintle-save"
	NewSuffix  = ".pintle-new"
)

// PopulateOptions are what a populate has besides its template.
type PopulateOptions struct {
	BuildID    string // of the image
	Version    string // of the volume's layout, as the image has it; "" for none
	Packages   string // with scriptlets, and their versions; "" for none
	Configured string // how setup has succeeded; "" if it has not
	Workers    int
	Progress   Progress
}

// Facts are the operations that write down what a volume was filled with. They come last.
func (o PopulateOptions) Facts() []Op {
	ops := []Op{{Do: Put, Path: StateDir + "/" + ManifestFile, Kind: File.String(), From: FromManifest}}
	if o.Version != "" {
		ops = append(ops, Op{Do: Put, Path: StateDir + "/" + VersionFile, Kind: File.String(), From: FromData, Data: o.Version + "\n"})
	}
	if o.Configured != "" {
		ops = append(ops, Op{Do: Put, Path: StateDir + "/" + ConfiguredFile, Kind: File.String(), From: FromData, Data: o.Configured + "\n"})
	}
	if o.Packages != "" {
		ops = append(ops, Op{Do: Put, Path: StateDir + "/" + PackagesFile, Kind: File.String(), From: FromData, Data: o.Packages})
	}
	return append(ops, Op{Do: Put, Path: StateDir + "/" + BuildIDFile, Kind: File.String(), From: FromData, Data: o.BuildID + "\n"})
}

// PlanPopulate decides what a template brings to a volume that no image has filled yet. What is on the volume
// stays: a volume that is not empty belongs to somebody. Both trees must be complete where they overlap.
func PlanPopulate(t, v *Tree) []Op {
	var ops, metas []Op
	touched := map[string]bool{}
	skip, skipping := "", false
	for i := range t.Entries {
		e := &t.Entries[i]
		if skipping && Under(e.Path, skip) {
			continue
		}
		skipping = false
		have := v.Get(e.Path)
		switch {
		case e.Left && e.Kind == Directory:
			ops = append(ops, Op{Do: Check, Path: e.Path, Kind: e.Kind.String(), Result: "left out", Why: "this user may not read it in the image"})
			skip, skipping = e.Path, true
		case have != nil && have.Left:
			ops = append(ops, Op{Do: Check, Path: e.Path, Kind: e.Kind.String(), Old: have.Kind.String(), Result: "kept", Why: "this user may not read it on the volume"})
			skip, skipping = e.Path, true
		case have == nil:
			ops = append(ops, putOp(e, nil, "missing"))
			if e.Kind == Directory && e.Mode&0o200 == 0 {
				metas = append(metas, metaOp(e, nil))
			}
			touched[dirOf(e.Path)] = true
			skip, skipping = e.Path, true
		case have.Kind == Symlink && have.Dangling && e.Kind != Symlink,
			have.Kind != Symlink && have.Kind != Directory && e.Kind == Directory:
			why := "a " + have.Kind.String() + " is where the image has a " + e.Kind.String()
			if have.Dangling {
				why = "dangling symlink"
			}
			ops = append(ops, saveOp(have, v), putOp(e, have, why))
			touched[dirOf(e.Path)] = true
			skip, skipping = e.Path, true
		case e.Kind == Directory && have.Kind == Directory:
			if !have.SameOwner(e) {
				metas = append(metas, metaOp(e, have))
			}
		case e.SameContent(have):
			if !have.SameOwner(e) || have.MTime != e.MTime {
				metas = append(metas, metaOp(e, have))
			}
		default:
			ops = append(ops, Op{Do: Check, Path: e.Path, Kind: e.Kind.String(), Old: have.Kind.String(), Result: "kept", Why: "it was on the volume before"})
			skip, skipping = e.Path, true
		}
	}
	return append(ops, finishMetas(metas, touched, t, v)...)
}

// finishMetas orders changes of attributes: directories in which something changed get their times, too, and
// what is deeper comes first.
func finishMetas(metas []Op, touched map[string]bool, t, v *Tree) []Op {
	for i := range metas {
		delete(touched, metas[i].Path)
	}
	for path := range touched {
		if e, have := t.Get(path), v.Get(path); e != nil && have != nil {
			metas = append(metas, metaOp(e, have))
		}
	}
	slices.SortFunc(metas, func(a, b Op) int { return ComparePaths(b.Path, a.Path) })
	return metas
}

func putOp(e, have *Entry, why string) Op {
	op := Op{Do: Put, Path: e.Path, Kind: e.Kind.String(), From: FromTemplate, Result: "added", Why: why}
	if have != nil {
		op.Old, op.Result = have.Kind.String(), "replaced"
	}
	return op
}

func metaOp(e, have *Entry) Op {
	attrs := e.Attrs
	op := Op{Do: Meta, Path: e.Path, Kind: e.Kind.String(), New: &attrs, Result: "attributes", Why: "owner, mode or time as in the image"}
	if have != nil {
		was := have.Attrs
		op.Was = &was
	}
	return op
}

// saveOp copies what has to give way.
func saveOp(have *Entry, v *Tree) Op {
	return Op{Do: Put, Path: FreeName(v, have.Path+SaveSuffix), Kind: have.Kind.String(), From: FromVolume, Source: have.Path,
		Result: "saved", Why: "the volume's " + have.Kind.String()}
}

// FreeName finds a name that the volume does not have yet.
func FreeName(v *Tree, path string) string {
	for n := 1; ; n++ {
		name := path
		if n > 1 {
			name = fmt.Sprintf("%s.%d", path, n)
		}
		if v.Get(name) == nil {
			return name
		}
	}
}

// Scan lists the volume, without digests.
func (v *Volume) Scan(workers int) (*Tree, error) {
	tree, err := v.Sys.Scan(v.Root, ScanOptions{Shallow: true, Workers: workers})
	if err != nil {
		return nil, fmt.Errorf("cannot list volume %s: %w", v.Path, err)
	}
	return tree, v.findDangling(tree)
}

func (v *Volume) findDangling(tree *Tree) (err error) {
	for i := range tree.Entries {
		e := &tree.Entries[i]
		if e.Kind != Symlink {
			continue
		}
		if e.Dangling, err = v.dangling(e.Path); err != nil {
			return fmt.Errorf("cannot list volume %s: %w", v.Path, err)
		}
	}
	return nil
}

// ScanAgainst lists the template and the volume, reads its baseline (an empty one if it has none), and reads digests
// and extended attributes of what template or baseline have, too, or is wanted. What has the size and time of the
// baseline, and has not been changed since the volume was known to be clean, is not read.
func (v *Volume) ScanAgainst(t *Template, want func(path string) bool, workers int) (tree, base *Tree, err error) {
	clean := v.CleanTime()
	err = atOnce(workers, t.List,
		func() (err error) {
			base, err = v.Manifest()
			return err
		},
		func() (err error) {
			tree, err = v.Scan(workers)
			return err
		})
	if err != nil {
		return nil, nil, err
	}
	if base == nil {
		base = &Tree{}
	}
	var unknown []*Entry
	for path, row := range Join(tree, base, t.Tree) {
		e, b := row[0], row[1]
		switch {
		case e == nil:
		case b != nil && !b.Kept && e.CTime < clean && b.Kind == e.Kind && b.Size == e.Size && b.MTime == e.MTime:
			e.Digest, e.Xattrs, e.complete = b.Digest, b.Xattrs, true
		case b != nil || row[2] != nil || want(path):
			unknown = append(unknown, e)
		}
	}
	if err := v.Sys.complete(v.Root, unknown, workers); err != nil {
		return nil, nil, fmt.Errorf("cannot read volume %s: %w", v.Path, err)
	}
	v.noteLeft(tree, t.Tree)
	return tree, base, nil
}

// noteLeft notes what this user may not read.
func (v *Volume) noteLeft(tree, template *Tree) {
	for i := range template.Entries {
		if e := &template.Entries[i]; e.Left {
			v.Notes.Add(leftOut, e.Path)
		}
	}
	for i := range tree.Entries {
		if e := &tree.Entries[i]; e.Left {
			v.Notes.Add("left alone what this user may not read on the volume", e.Path)
		}
	}
}

// leftOut is the note about what does not come to the volume.
const leftOut = "left out what this user may not read in the image"

// dangling tells whether a symlink leads nowhere, as seen from here.
func (v *Volume) dangling(path string) (bool, error) {
	dir, name, err := v.parent(path)
	if err != nil {
		return false, err
	}
	defer v.Sys.Close(dir)
	if err := v.Sys.before("fstatat", false); err != nil {
		return false, err
	}
	var st unix.Stat_t
	switch err := unix.Fstatat(dir, name, &st, 0); err {
	case unix.ENOENT, unix.ELOOP, unix.ENOTDIR:
		return true, nil
	default:
		return false, nil // there, or for others to see
	}
}

// PreparePopulate looks at both trees and plans.
func (v *Volume) PreparePopulate(t *Template, o PopulateOptions) (*Journal, error) {
	if err := t.List(); err != nil {
		return nil, err
	}
	tree, err := v.Scan(o.Workers)
	if err != nil {
		return nil, err
	}
	var ours, theirs []*Entry
	for _, row := range Join(tree, t.Tree) {
		if row[0] != nil && row[1] != nil {
			ours, theirs = append(ours, row[0]), append(theirs, row[1])
		}
	}
	if err := t.Complete(theirs); err != nil {
		return nil, err
	}
	if err := v.Sys.complete(v.Root, ours, o.Workers); err != nil {
		return nil, fmt.Errorf("cannot read volume %s: %w", v.Path, err)
	}
	v.noteLeft(tree, t.Tree)
	return &Journal{ID: NewID(), Kind: kindPopulate, To: o.BuildID, Ops: append(PlanPopulate(t.Tree, tree), o.Facts()...)}, nil
}

// Populate fills a volume from a template, or goes on with what an earlier start began. It gives what was done.
func (v *Volume) Populate(t *Template, o PopulateOptions) (*Journal, error) {
	if o.Progress == nil {
		o.Progress = Silent{}
	}
	j, phase, err := v.Pending()
	if err != nil {
		return nil, err
	}
	if j != nil && phase == journalStage && (j.Kind != kindPopulate || j.To != o.BuildID) {
		if err := v.Discard(); err != nil {
			return nil, err
		}
		j = nil
	}
	if j != nil {
		return j, v.Resume(j, phase, t, o.Progress, o.Workers)
	}
	if v.State >= 0 {
		if err := v.CleanUp(); err != nil {
			return nil, err
		}
	}
	if j, err = v.PreparePopulate(t, o); err != nil {
		return nil, err
	}
	return j, v.Run(j, t, o.Progress, o.Workers)
}

// NewID names a transaction and its backup.
func NewID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return time.Now().UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b[:])
}
