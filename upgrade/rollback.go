package upgrade

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"pintle/firstrun"
)

// RollBack takes back the last upgrade of a volume, at the user's wish. What has changed since then is kept
// in the backup.
func RollBack(v *firstrun.Volume, log func(format string, args ...any)) (*State, error) {
	s, err := ReadState(v)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, fmt.Errorf("cannot roll back: volume %s has never been upgraded", v.Path)
	}
	if err := s.notDone(); err != nil {
		return s, fmt.Errorf("volume %s: %w", v.Path, err)
	}
	r := &runner{Options: Options{Log: log, Progress: firstrun.Silent{}}, volume: v, state: s}
	return s, r.rollBack()
}

func (r *runner) rollBack() error {
	s := r.state
	again := s.Phase == PhaseBack
	if err := s.enter(r.volume, PhaseBack); err != nil {
		return err
	}
	j, phase, err := r.volume.Pending()
	if err != nil {
		return err
	}
	switch {
	case s.Full:
		err = r.volume.Restore(s.ID)
	case j != nil:
		err = r.volume.Resume(j, phase, nil, r.Progress, r.Workers)
	default:
		err = r.volume.RollBack(s.ID)
		if again && errors.Is(err, fs.ErrNotExist) {
			err = nil // it had come as far as that
		}
	}
	if err != nil {
		return err
	}
	s.Ended = time.Now().UTC()
	r.Log("%s is what it was before the upgrade from build %s to %s", r.volume.Path, s.From, s.To)
	return s.enter(r.volume, PhaseRolled)
}

// FinishAfter writes down how the units have ended that finish an upgrade. A failure is taken back at the next
// start, before any service runs.
func FinishAfter(v *firstrun.Volume, failure error) error {
	s, err := ReadState(v)
	if err != nil {
		return err
	}
	if s == nil || s.Phase != PhaseAfter {
		return nil
	}
	if failure != nil {
		s.Error = failure.Error()
		return s.enter(v, PhaseUndo)
	}
	s.Ended = time.Now().UTC()
	return s.enter(v, PhaseDone)
}
