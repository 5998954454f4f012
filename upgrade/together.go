package upgrade

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"

	"pintle/firstrun"
)

// Volumes of one container are upgraded one after the other, and belong together: an image runs on all of them or on
// none. Upgrades of one start have one name, that of the first of them (State.With), and what fails for one volume is taken
// back for all.

// group names what an upgrade belongs to.
func (s *State) group() string { return cmp.Or(s.With, s.ID) }

// noteUpgraded notes what this start has upgraded, or an earlier one whose services have not finished it.
func (c *Config) noteUpgraded(v *firstrun.Volume, before *State) error {
	s, err := ReadState(v)
	if err != nil || s == nil {
		return err
	}
	if s.Phase == PhaseAfter || s.Phase == PhaseDone && (before == nil || before.ID != s.ID || before.Phase != s.Phase) {
		c.together = cmp.Or(c.together, s.group())
	}
	return nil
}

// GiveUp takes back what this start has upgraded on other volumes, because it cannot go on with one.
func (c *Config) GiveUp(cause error, log func(format string, args ...any)) error {
	if c.together == "" {
		return cause
	}
	if _, err := c.takeBack(c.together, log); err != nil {
		return &Error{StatusStuck, errors.Join(cause, err)}
	}
	return cause
}

// RecoverOthers takes back other volumes where units were to finish an upgrade of the main one, and have failed. That of
// the main volume itself comes after them, in Run: so nothing is forgotten if this is interrupted.
func (c *Config) RecoverOthers(log func(format string, args ...any)) error {
	main, ok := c.Main()
	if !ok {
		return nil
	}
	s, err := stateOf(main)
	if err != nil || s == nil || s.Phase != PhaseUndo {
		return err
	}
	_, err = c.takeBack(s.group(), log)
	return err
}

// RollBackLast takes back the last upgrade, on all volumes that it was about.
func (c *Config) RollBackLast(log func(format string, args ...any)) ([]*State, error) {
	var last *State
	for _, p := range c.Pairs {
		s, err := stateOf(p)
		if err != nil {
			return nil, err
		}
		if s != nil && !p.EachBoot && (last == nil || s.Begun.After(last.Begun)) {
			last = s
		}
	}
	if last == nil {
		return nil, errors.New("cannot roll back: no volume has ever been upgraded")
	}
	states, err := c.takeBack(last.group(), log)
	if err == nil && len(states) == 0 {
		err = last.notDone()
	}
	return states, err
}

// takeBack takes back the upgrades that belong together, those that have succeeded: the last one first.
func (c *Config) takeBack(group string, log func(format string, args ...any)) (states []*State, err error) {
	for _, p := range slices.Backward(c.Pairs) {
		s, err := stateOf(p)
		if err != nil {
			return states, err
		}
		if s == nil || p.EachBoot || s.group() != group || s.notDone() != nil {
			continue
		}
		j, err := c.Open(p, Alone, "rolling back", log)
		if err != nil {
			return states, err
		}
		s, err = RollBack(j.Volume, log)
		j.Close()
		if s != nil {
			states = append(states, s)
		}
		if err != nil {
			return states, err
		}
	}
	return states, nil
}

// stateOf reads the state of a volume; nil if it is not there, or has never been upgraded.
func stateOf(p firstrun.Pair) (*State, error) {
	if _, err := os.Lstat(p.Volume); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	v, err := firstrun.OpenVolume(&firstrun.Sys{}, p.Volume)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	return ReadState(v)
}
