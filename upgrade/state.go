package upgrade

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"pintle/firstrun"
)

// StateFile is the file of firstrun.StateDir that tells how the last upgrade went, or how far it has come.
const StateFile = "upgrade"

// Phase is how far an upgrade has come.
type Phase string

// The phases. An upgrade that is found in one of the first four at a start was interrupted there: with a full
// backup it is taken back and begun anew, without one it goes on.
const (
	PhaseBackup  Phase = "backup"   // the full backup is being made; nothing has changed
	PhaseSteps   Phase = "steps"    // version steps run
	PhaseFiles   Phase = "files"    // files are being brought up to date
	PhaseScripts Phase = "scripts"  // scriptlets of packages run
	PhaseAfter   Phase = "after"    // units are to finish it, once services run
	PhaseUndo    Phase = "undo"     // it is being taken back
	PhaseFailed  Phase = "failed"   // it has failed, and the volume is as it was before
	PhaseDone    Phase = "done"     // it has succeeded
	PhaseBack    Phase = "rollback" // the user takes it back, which is not finished
	PhaseRolled  Phase = "rolled-back"
)

// State is the state of the last upgrade of a volume.
type State struct {
	ID          string    `json:"id"`             // of the transaction and its backup
	With        string    `json:"with,omitempty"` // the upgrade, of another volume, that this one belongs to
	Phase       Phase     `json:"phase"`
	From        string    `json:"from"` // build ids
	To          string    `json:"to"`
	FromVersion string    `json:"fromVersion,omitempty"`
	ToVersion   string    `json:"toVersion,omitempty"`
	Full        bool      `json:"fullBackup"`
	Running     string    `json:"running,omitempty"` // the program that runs, or failed
	Error       string    `json:"error,omitempty"`
	Log         string    `json:"log,omitempty"` // what programs said
	Attempt     int       `json:"attempt"`
	Begun       time.Time `json:"begun"`
	Ended       time.Time `json:"ended,omitzero"`
}

// ReadState reads the state of a volume; nil if it has never been upgraded.
func ReadState(v *firstrun.Volume) (*State, error) {
	data, err := v.ReadState(StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("cannot read %s/%s/%s: %w", v.Path, firstrun.StateDir, StateFile, err)
	}
	return &s, nil
}

func (s *State) write(v *firstrun.Volume) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return v.WriteState(StateFile, append(data, '\n'))
}

// notDone tells why an upgrade cannot be rolled back; nil if it can.
func (s *State) notDone() error {
	switch s.Phase {
	case PhaseDone, PhaseAfter, PhaseBack:
		return nil
	}
	return fmt.Errorf("cannot roll back: the last upgrade is in phase %q", s.Phase)
}

// enter writes a new phase down, durably, before anything of it is done.
func (s *State) enter(v *firstrun.Volume, phase Phase) error {
	s.Phase = phase
	return s.write(v)
}
