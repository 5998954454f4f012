package firstrun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Do says what an operation does.
type Do string

// The operations. Each may be done again after it was done, or half done.
const (
	// Put moves what was staged to Path. What is there already is replaced; with a backup it is kept.
	Put Do = "put"
	// Move moves Path to To, where nothing is.
	Move Do = "move"
	// Drop removes Path, into the backup.
	Drop Do = "drop"
	// DropDir removes directory Path if nothing is in it any more.
	DropDir Do = "drop-dir"
	// Meta gives Path, which stays, New as owner, mode, extended attributes and, if it is not 0, time.
	Meta Do = "meta"
	// Hold does nothing but, on the way back, give directory Path, in which other operations change
	// something, its attributes Was. It comes before them.
	Hold Do = "hold"
	// Check says that Path stays as the volume has it, which is not as the image has it.
	Check Do = "check"
)

// Where what is staged comes from.
const (
	FromTemplate = "template" // the same path of the template, with all below it
	FromVolume   = "volume"   // Source, of the volume: a copy
	FromData     = "data"     // Data itself, a file of StateDir
	FromManifest = "manifest" // the list of what the template holds
)

// Op is one operation of a plan.
type Op struct {
	Do     Do     `json:"do"`
	Path   string `json:"path"`
	Kind   string `json:"kind,omitempty"`   // of what is put or was dropped
	Old    string `json:"old,omitempty"`    // kind of what Path was; "" for nothing
	From   string `json:"from,omitempty"`   // of a put
	Source string `json:"source,omitempty"` // path in the template or volume, where it is not Path
	Data   string `json:"data,omitempty"`
	Alone  bool   `json:"alone,omitempty"` // of a directory that is put: without what is in it
	To     string `json:"to,omitempty"`    // of a move
	New    *Attrs `json:"new,omitempty"`
	Was    *Attrs `json:"was,omitempty"` // of a meta or drop-dir, for the way back
	// KeepXattrs leaves extended attributes to a meta as they are.
	KeepXattrs bool `json:"keepXattrs,omitempty"`
	// Result and Why are for people: what happens to the path, and the reason.
	Result string `json:"result,omitempty"`
	Why    string `json:"why,omitempty"`
}

func (o *Op) source() string {
	if o.Source != "" {
		return o.Source
	}
	return o.Path
}

// Journal is a transaction: what is to be done to a volume, written down before any of it is done. The name
// of its file says how far it has come, because a rename needs no space and cannot be torn.
type Journal struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // kindPopulate, or "upgrade"
	From   string `json:"from"` // build ids
	To     string `json:"to"`
	Backup bool   `json:"backup"` // keep what is replaced in BackupDir/ID
	Ops    []Op   `json:"-"`
}

// kindPopulate is the kind of a transaction that fills a volume.
const kindPopulate = "populate"

// The names of a journal, by phase.
const (
	journalStage  = "journal.stage"    // copies are being made; nothing that counts has changed
	journalCommit = "journal.commit"   // they are being moved into place
	journalUndo   = "journal.undo"     // what was done is being taken back
	journalBack   = "journal.rollback" // the same, but what it takes away is kept
	journalKept   = "journal"          // in the backup: done
)

func (j *Journal) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(j); err != nil {
		return nil, err
	}
	for i := range j.Ops {
		if err := e.Encode(safeOp(&j.Ops[i])); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// DecodeJournal reads a journal. name is the file's, for errors.
func DecodeJournal(name string, data []byte) (*Journal, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	var j Journal
	if err := d.Decode(&j); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	for line := 2; d.More(); line++ {
		var op rawOp
		if err := d.Decode(&op); err != nil {
			return nil, fmt.Errorf("cannot read %s:%d: %w", name, line, err)
		}
		o := op.op()
		for _, path := range []string{o.Path, o.Source, o.To} {
			if path == "" {
				continue
			}
			if err := CheckPath(path); err != nil {
				return nil, fmt.Errorf("cannot read %s:%d: %w", name, line, err)
			}
		}
		j.Ops = append(j.Ops, o)
	}
	return &j, nil
}

// rawOp is an Op whose strings may hold any bytes, which JSON strings may not.
type rawOp struct {
	Op
	RawPath   []byte            `json:"path"`
	RawSource []byte            `json:"source,omitempty"`
	RawTo     []byte            `json:"to,omitempty"`
	RawData   []byte            `json:"data,omitempty"`
	NewXattrs map[string][]byte `json:"newXattrs,omitempty"`
	WasXattrs map[string][]byte `json:"wasXattrs,omitempty"`
}

func safeOp(o *Op) rawOp {
	r := rawOp{Op: *o, RawPath: []byte(o.Path), RawSource: []byte(o.Source), RawTo: []byte(o.To), RawData: []byte(o.Data)}
	r.New, r.NewXattrs = withoutXattrs(o.New)
	r.Was, r.WasXattrs = withoutXattrs(o.Was)
	return r
}

func withoutXattrs(a *Attrs) (*Attrs, map[string][]byte) {
	if a == nil || len(a.Xattrs) == 0 {
		return a, nil
	}
	plain := *a
	plain.Xattrs = nil
	raw := map[string][]byte{}
	for name, value := range a.Xattrs {
		raw[name] = []byte(value)
	}
	return &plain, raw
}

func (r *rawOp) op() Op {
	o := r.Op
	o.Path, o.Source, o.To, o.Data = string(r.RawPath), string(r.RawSource), string(r.RawTo), string(r.RawData)
	for _, x := range []struct {
		attrs *Attrs
		raw   map[string][]byte
	}{{o.New, r.NewXattrs}, {o.Was, r.WasXattrs}} {
		for name, value := range x.raw {
			if x.attrs.Xattrs == nil {
				x.attrs.Xattrs = Xattrs{}
			}
			x.attrs.Xattrs[name] = string(value)
		}
	}
	return o
}

// Pending finds a transaction that was interrupted, and its phase; nil if there is none.
func (v *Volume) Pending() (j *Journal, phase string, err error) {
	for _, phase := range []string{journalStage, journalCommit, journalUndo, journalBack} {
		data, err := v.ReadState(phase)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			j, err = DecodeJournal(v.statePath(phase), data)
		}
		return j, phase, err
	}
	return nil, "", nil
}

// Unsettled tells files of StateDir that show that something was interrupted.
func Unsettled(name string) bool {
	switch name {
	case journalStage, journalCommit, journalUndo, journalBack, stageDir:
		return true
	}
	return strings.HasSuffix(name, newSuffix)
}
