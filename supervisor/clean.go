package supervisor

import (
	"slices"

	"pintle/units"
)

// resources are what systemctl clean can remove of a unit: the directories of systemd.exec(5) and the fd store.
func resources() []string {
	return []string{"runtime", "state", "cache", "logs", "configuration", "fdstore"}
}

// cleanable is a kind with something that can be removed while the unit is down.
type cleanable interface {
	// canClean lists what there is to remove, of resources.
	canClean() []string
	// clean removes some of that; errAgain if the unit is busy.
	clean(what []string) error
}

// cleaner is what a Host may be besides: it removes directories.
type cleaner interface {
	// Clean begins to remove directories of a unit, and reports Cleaned when that is done.
	Clean(u *units.Unit, what []string) error
	// RemoveStamp removes what is kept of a timer of Persistent=yes.
	RemoveStamp(unit string)
}

// CanClean lists what systemctl clean could remove of a unit.
func (u *Unit) CanClean() []string {
	if k, ok := u.kind.(cleanable); ok {
		return k.canClean()
	}
	return nil
}

// Clean removes directories and other things that a unit keeps (systemctl clean). mask names them: some of resources,
// or "all".
func (m *Manager) Clean(u *Unit, mask []string) error {
	var what []string
	for _, word := range mask {
		switch {
		case word == "all":
			what = append(what, resources()...)
		case slices.Contains(resources(), word):
			what = append(what, word)
		default:
			return refuse(ErrInvalidArgs, u.Name, "Invalid resource type: %s", word)
		}
	}
	k, ok := u.kind.(cleanable)
	if !ok {
		return refuse(ErrNotSupported, u.Name, "Unit '%s' does not support cleaning.", u.Name)
	}
	busy := refuse("org.freedesktop.systemd1.UnitBusy", u.Name, "Unit is not inactive or has pending job.")
	if !u.loaded() || u.job != nil || u.active != Inactive {
		return busy
	}
	has := k.canClean()
	what = slices.DeleteFunc(what, func(w string) bool { return !slices.Contains(has, w) })
	if len(what) == 0 {
		return refuse("org.freedesktop.systemd1.NothingToClean", u.Name, "No matching resources found.")
	}
	if err := k.clean(what); err == errAgain {
		return busy
	} else if err != nil {
		return err
	}
	m.run()
	return nil
}

func (s *service) canClean() (list []string) {
	x := s.u.Exec
	for i, dirs := range [][]units.ExecDirectory{x.RuntimeDirectory, x.StateDirectory, x.CacheDirectory, x.LogsDirectory, x.ConfigurationDirectory} {
		if len(dirs) > 0 {
			list = append(list, resources()[i])
		}
	}
	if s.cfg.FileDescriptorStoreMax > 0 {
		list = append(list, "fdstore")
	}
	return list
}

// clean has the host remove directories, while the service is in a state of its own.
func (s *service) clean(what []string) error {
	if s.sub != ServiceDead && s.sub != ServiceDeadResourcesPinned {
		return errAgain
	}
	s.cleanRes = ResultSuccess
	if i := slices.Index(what, "fdstore"); i >= 0 {
		what = slices.Delete(slices.Clone(what), i, i+1)
		s.dropStore(func(FD) bool { return true })
	}
	if len(what) == 0 {
		return nil
	}
	h, ok := s.u.host().(cleaner)
	if !ok {
		return refuse(ErrNotSupported, s.u.Name, "Unit '%s' does not support cleaning.", s.u.Name)
	}
	if err := h.Clean(s.u.Unit, what); err != nil {
		return err
	}
	s.cleaning = what
	s.armAfter(s.u.Exec.TimeoutCleanSec)
	s.enter(ServiceCleaning)
	return nil
}

// cleaned: the directories are gone, or could not be removed, or it takes too long.
func (s *service) cleaned(r Result) {
	if s.sub != ServiceCleaning {
		return
	}
	s.cleanRes = r
	s.enter(s.deadState())
}

// canClean: a timer keeps the time at which it last elapsed.
func (t *timerUnit) canClean() []string {
	if t.cfg.Persistent {
		return []string{"state"}
	}
	return nil
}

func (t *timerUnit) clean([]string) error {
	if t.sub != "dead" {
		return errAgain
	}
	if h, ok := t.u.host().(cleaner); ok {
		h.RemoveStamp(t.u.Name)
	}
	return nil
}
