package upgrade

import (
	"pintle/firstrun"
)

// Image is what an image says about the volume that it wants.
type Image struct {
	ID         BuildID
	Version    string // of the volume's layout; "" for none
	Steps      []VersionStep
	Scriptlets []Scriptlet
	Vanilla    map[string][]string
	After      []string // units that finish an upgrade once services run
}

// Options are what the user chooses.
type Options struct {
	Policy    func(path string) Policy
	Downgrade bool   // to an older image is allowed
	Backup    Backup // "": BackupAuto
	Workers   int
	Progress  firstrun.Progress
	Log       func(format string, args ...any)
	Env       []string               // of the programs that are run
	Own       func(path string) bool // what every container has of its own, and no image brings; nil: nothing
	With      string                 // the upgrade of another volume that this one belongs to
}

// Backup says what is kept before an upgrade changes it.
type Backup string

// The kinds of backups.
const (
	BackupAuto    Backup = "auto"    // full if programs are run, else changed
	BackupFull    Backup = "full"    // a copy of the whole volume
	BackupChanged Backup = "changed" // only what the upgrade itself replaces
)

// Proposal is what an upgrade would do.
type Proposal struct {
	Relation    Relation      `json:"relation"`
	From        string        `json:"from"`
	To          string        `json:"to"`
	FromVersion string        `json:"fromVersion,omitempty"`
	ToVersion   string        `json:"toVersion,omitempty"`
	Refused     string        `json:"refused,omitempty"` // why nothing of it is done
	Steps       []VersionStep `json:"steps,omitempty"`
	Ops         []firstrun.Op `json:"operations,omitempty"`
	Scriptlets  []Scriptlet   `json:"scriptlets,omitempty"`
	After       []string      `json:"after,omitempty"`
	Full        bool          `json:"fullBackup"`

	foreign bool // it was not pintle that filled the volume
}

// programs tells whether anything runs that may change the volume in ways of its own.
func (p *Proposal) programs() bool { return len(p.Steps)+len(p.Scriptlets) > 0 }

// Propose compares and, where something is to be done, plans. Nothing is written.
func Propose(v *firstrun.Volume, t *firstrun.Template, image Image, o Options) (*Proposal, error) {
	p, err := compare(v, image, o)
	if err != nil || p.Relation == Missing || p.Refused != "" || p.Relation == Equal && len(p.Steps) == 0 {
		return p, err
	}
	if p.Relation == Equal {
		return p, nil
	}
	p.Ops, err = planFiles(v, t, image, o)
	return p, err
}

// compare does the part of a proposal that costs nothing.
func compare(v *firstrun.Volume, image Image, o Options) (*Proposal, error) {
	text, version, foreign, err := v.Origin()
	if err != nil {
		return nil, err
	}
	from, err := ParseBuildID(text)
	if err != nil {
		return nil, err
	}
	p := &Proposal{Relation: Compare(from, image.ID), From: from.String(), To: image.ID.String(), FromVersion: version, ToVersion: image.Version, foreign: foreign}
	if p.Relation == Missing {
		return p, nil
	}
	if foreign {
		p.Relation = Unknown // also of the same build: there is no baseline yet
	}
	if p.Relation == Older && !o.Downgrade {
		p.Refused = "the volume was last used by a newer image; [upgrade] downgrade = true allows to go back"
		return p, nil
	}
	if p.Steps, err = Chain(image.Steps, p.FromVersion, image.Version); err != nil {
		p.Refused = err.Error()
		return p, nil
	}
	if p.Relation != Equal {
		if p.Scriptlets, err = changedPackages(v, image.Scriptlets); err != nil {
			return nil, err
		}
		p.After = image.After
	}
	p.Full = o.Backup == BackupFull || o.Backup != BackupChanged && p.programs()
	return p, nil
}

// planFiles reads what the decisions need and makes them.
func planFiles(v *firstrun.Volume, t *firstrun.Template, image Image, o Options) ([]firstrun.Op, error) {
	tree, base, err := v.ScanAgainst(t, func(path string) bool { return image.Vanilla[path] != nil }, o.Workers)
	if err != nil {
		return nil, err
	}
	var compared []*firstrun.Entry
	for _, row := range firstrun.Join(t.Tree, tree, base) {
		if row[0] != nil && (row[1] != nil || row[2] != nil) {
			compared = append(compared, row[0])
		}
	}
	if err := t.Complete(compared); err != nil {
		return nil, err
	}
	return Plan(Inputs{Template: t.Tree, Volume: tree, Base: base, Policy: o.Policy, Own: o.Own, Vanilla: image.Vanilla}), nil
}
