package pid1

import (
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// Clean removes directories of a unit beside the loop, as there may be much in them, and reports Cleaned.
func (p *PID1) Clean(u *units.Unit, what []string) error {
	p.do(func() { p.post(supervisor.Cleaned{Unit: u.Name, Err: p.spawner.clean(u, what)}) })
	return nil
}

// clean removes the directories of a unit that are named (systemctl clean), wherever DynamicUser= has put them.
func (s *Spawner) clean(u *units.Unit, what []string) (err error) {
	for _, d := range execDirectories {
		if !slices.Contains(what, resourceOf(d)) {
			continue
		}
		base := s.cfg.Root + d.base
		for _, e := range d.list(u.Exec) {
			for _, path := range append([]string{"private/" + e.Path, e.Path}, e.Symlinks...) {
				err = errors.Join(err, removeBelow(base, path))
			}
		}
	}
	return err
}

// RemoveStamp forgets when a timer elapsed last.
func (p *PID1) RemoveStamp(unit string) {
	if err := os.Remove(stampFile(unit)); err != nil && !errors.Is(err, unix.ENOENT) {
		p.Log(supervisor.LevelWarning, unit, "cannot forget when it elapsed: "+err.Error())
	}
}
