package upgrade

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pintle/firstrun"
)

// The exit statuses of an upgrade, and of a container that ends because of one.
const (
	StatusFailed       = 70 // it has failed, and the volume is as it was before
	StatusStuck        = 71 // it has failed, and could not be taken back yet; the next start tries again
	StatusRefused      = 72 // the image is older than the volume
	StatusIncompatible = 73 // no version steps lead from the volume's version to the image's
	StatusLocked       = 75 // another container writes to the volume
)

// Error is why an upgrade did not come about.
type Error struct {
	Status int // the exit status that tells of it
	Err    error
}

// Error says why.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// runner is one upgrade at work.
type runner struct {
	Options
	volume   *firstrun.Volume
	template *firstrun.Template
	image    Image
	state    *State
	log      *logFile
}

// Run brings a volume up to date with an image. First it finishes, or takes back, what an earlier start was
// interrupted in. An error leaves the volume as it was before, unless its status is StatusStuck.
func Run(v *firstrun.Volume, t *firstrun.Template, image Image, o Options) (*Proposal, error) {
	if o.Progress == nil {
		o.Progress = firstrun.Silent{}
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	r := &runner{Options: o, volume: v, template: t, image: image}
	if err := r.recover(); err != nil {
		if e := (*Error)(nil); errors.As(err, &e) {
			return nil, e
		}
		return nil, &Error{StatusStuck, err}
	}
	p, err := compare(v, image, o)
	if err != nil {
		return nil, &Error{StatusFailed, err}
	}
	switch {
	case p.Refused != "" && p.Relation == Older:
		return p, &Error{StatusRefused, fmt.Errorf("cannot use volume %s: %s", v.Path, p.Refused)}
	case p.Refused != "":
		return p, &Error{StatusIncompatible, errors.New(p.Refused)}
	case p.Relation == Missing, p.Relation == Equal && len(p.Steps) == 0:
		return p, nil
	}
	return p, r.run(p)
}

// recover deals with what an earlier start did not finish.
func (r *runner) recover() (err error) {
	if r.volume.State < 0 {
		return nil
	}
	if r.state, err = ReadState(r.volume); err != nil {
		return err
	}
	if s := r.state; s != nil {
		switch s.Phase {
		case PhaseBackup, PhaseSteps, PhaseFiles, PhaseScripts:
			r.Log("an upgrade from build %s to %s was interrupted (%s)", s.From, s.To, s.Phase)
			if s.Full {
				return r.undo(errors.New("it was interrupted"))
			}
		case PhaseUndo:
			return r.undo(nil)
		case PhaseBack:
			return r.rollBack()
		}
	}
	j, phase, err := r.volume.Pending()
	if err != nil {
		return err
	}
	if j != nil {
		r.Log("finishing what was interrupted on %s", r.volume.Path)
		if j.To == r.image.ID.String() {
			err = r.volume.Resume(j, phase, r.template, r.Progress, r.Workers)
		} else {
			err = r.volume.Settle(j, phase)
		}
		if err != nil {
			return err
		}
	}
	if err := r.volume.CleanUp(); err != nil {
		return err
	}
	return r.afterFiles()
}

// afterFiles goes on where files were brought up to date before, and what comes after them was not done.
func (r *runner) afterFiles() error {
	s := r.state
	if s == nil || s.Phase != PhaseFiles && s.Phase != PhaseScripts || s.To != r.image.ID.String() {
		return nil
	}
	id, err := r.volume.Fact(firstrun.BuildIDFile)
	if err != nil || id != s.To {
		return err
	}
	scriptlets, err := changedPackages(r.volume, r.image.Scriptlets)
	if err != nil {
		return err
	}
	if err := r.scripts(scriptlets); err != nil {
		return r.fail(err)
	}
	return r.finish()
}

// run does what is proposed.
func (r *runner) run(p *Proposal) error {
	attempt := 1
	if s := r.state; s != nil && s.Phase == PhaseFailed && s.To == p.To {
		attempt = s.Attempt + 1
	}
	r.state = &State{ID: firstrun.NewID(), With: r.With, From: p.From, To: p.To, FromVersion: p.FromVersion, ToVersion: p.ToVersion,
		Full: p.Full, Attempt: attempt, Begun: time.Now().UTC()}
	if err := r.volume.MakeState(); err != nil {
		return &Error{StatusFailed, err}
	}
	if err := r.volume.RemoveBackups(""); err != nil {
		return &Error{StatusFailed, err}
	}
	r.Log("upgrading %s from build %s to %s (%s)", r.volume.Path, p.From, p.To, p.Relation)
	err := r.work(p)
	if err == nil {
		err = r.finish()
	}
	if err != nil {
		return r.fail(err)
	}
	return nil
}

func (r *runner) work(p *Proposal) error {
	if p.Full {
		if err := r.state.enter(r.volume, PhaseBackup); err != nil {
			return err
		}
		if err := r.volume.CheckSpace(r.Workers); err != nil {
			return err
		}
		if err := r.volume.Snapshot(r.state.ID, r.Progress, r.Workers); err != nil {
			return err
		}
	}
	if len(p.Steps) > 0 {
		if err := r.state.enter(r.volume, PhaseSteps); err != nil {
			return err
		}
		if err := r.steps(p.Steps); err != nil {
			return err
		}
	}
	if p.Relation == Equal {
		return nil
	}
	if err := r.state.enter(r.volume, PhaseFiles); err != nil {
		return err
	}
	if err := r.files(p); err != nil {
		return err
	}
	return r.scripts(p.Scriptlets)
}

// files plans and does what is to be done about files.
func (r *runner) files(p *Proposal) (err error) {
	if p.Ops, err = planFiles(r.volume, r.template, r.image, r.Options); err != nil {
		return err
	}
	if r.Own != nil && slices.ContainsFunc(p.Ops, func(op firstrun.Op) bool { return op.Do == firstrun.Drop && r.Own(op.Path) }) {
		// What goes has to be made anew, by the commands of a first run.
		if err := r.volume.RemoveState(firstrun.PreparedFile); err != nil {
			return err
		}
	}
	facts, err := r.facts(p.foreign && p.FromVersion != "")
	if err != nil {
		return err
	}
	j := &firstrun.Journal{ID: r.state.ID, Kind: "upgrade", From: p.From, To: p.To, Backup: !p.Full, Ops: append(p.Ops, facts...)}
	return r.volume.Run(j, r.template, r.Progress, r.Workers)
}

// facts are the operations that write down what the volume has now. A volume of somebody else was set up by him if it
// has a version.
func (r *runner) facts(configured bool) ([]firstrun.Op, error) {
	o := firstrun.PopulateOptions{BuildID: r.image.ID.String(), Version: r.image.Version}
	if configured {
		o.Configured = "by build " + r.state.From + ", before pintle"
	}
	ops := o.Facts()
	for i := range ops {
		_, name := firstrun.SplitLast(ops[i].Path)
		there, err := r.volume.Sys.Exists(r.volume.State, name)
		if err != nil {
			return nil, err
		}
		if there {
			ops[i].Old = firstrun.File.String()
		}
	}
	return ops, nil
}

// finish writes down that it is done, or that units are to finish it.
func (r *runner) finish() error {
	r.state.Running, r.state.Error = "", ""
	if len(r.image.After) > 0 {
		return r.state.enter(r.volume, PhaseAfter)
	}
	r.state.Ended = time.Now().UTC()
	return r.state.enter(r.volume, PhaseDone)
}

// fail takes back what was done, and tells what to make of it.
func (r *runner) fail(cause error) error {
	where := ""
	if r.state.Log != "" {
		where = "; what it said is in " + r.state.Log
	}
	if err := r.undo(cause); err != nil {
		return &Error{StatusStuck, fmt.Errorf("cannot upgrade %s: %w%s; it could not be taken back, which the next start tries again: %w", r.volume.Path, cause, where, err)}
	}
	return &Error{StatusFailed, fmt.Errorf("cannot upgrade %s, which is as it was before: %w%s", r.volume.Path, cause, where)}
}

// undo makes the volume what it was before the upgrade. It can be interrupted and done again.
func (r *runner) undo(cause error) error {
	s := r.state
	if cause != nil {
		s.Error = cause.Error()
	}
	switch {
	case s.Phase == PhaseBackup: // nothing has changed
	case s.Full:
		if err := s.enter(r.volume, PhaseUndo); err != nil {
			return err
		}
		if err := r.volume.Restore(s.ID); err != nil {
			return err
		}
	default: // the journal knows how far it is taken back
		if err := r.volume.TakeBack(s.ID); err != nil {
			return err
		}
	}
	s.Ended = time.Now().UTC()
	return s.enter(r.volume, PhaseFailed)
}
