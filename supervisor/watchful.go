package supervisor

import "pintle/units"

// What the manager starts and stops by itself because of a state is limited to automaticBurst times an
// automaticInterval for each unit.
const automaticInterval units.Usec = 10_000_000
const automaticBurst = 16

// mayActOn counts an automatic start or stop. When there have been too many it has the unit looked at again
// later, from all sides: by then another rule may be the one that applies.
func (m *Manager) mayActOn(u *Unit, why string) bool {
	now := m.now()
	if u.automatic.allow(now, automaticInterval, automaticBurst) {
		return true
	}
	if u.retry == nil {
		u.log(LevelWarning, "%s, but not doing so since we tried this too often recently.", why)
		u.retry = &timer{fire: func() { m.lookAgain(u) }}
		m.timers.set(u.retry, later(u.automatic.begin, automaticInterval+1))
	}
	return false
}

func (m *Manager) lookAgain(u *Unit) {
	u.retry = nil
	m.upheld.add(u, queuedUpheld)
	m.bound.add(u, queuedBound)
	m.unneeded.add(u, queuedUnneeded)
}

// startIfUpheld starts a unit that is down and that an active one upholds.
func (m *Manager) startIfUpheld(u *Unit) {
	if !u.active.down() || u.job != nil || !u.loaded() || u.willRestart() || m.ending != nil {
		return
	}
	for other := range u.known(upheldBy) {
		if other.job != nil || !other.active.up() {
			continue
		}
		if m.mayActOn(u, "Unit needs to be started because active unit "+other.Name+" upholds it") {
			m.along(other, u, JobStart, units.ModeFail)
		}
		return
	}
}

// stopIfBound stops a unit that is up and bound to one that is down.
func (m *Manager) stopIfBound(u *Unit) {
	if u.active != Active || u.job != nil {
		return
	}
	for other := range u.each(boundTo) {
		if other.job != nil || !other.active.down() || other.willRestart() {
			continue
		}
		if m.mayActOn(u, "Unit needs to be stopped because it is bound to inactive unit "+other.Name) {
			u.log(LevelDebug, "Unit %s is bound to inactive unit %s. Stopping, too.", u.Name, other.Name)
			m.along(other, u, JobStop, units.ModeReplace)
		}
		return
	}
}

// stopIfUnneeded stops a unit of StopWhenUnneeded= that no other needs.
func (m *Manager) stopIfUnneeded(u *Unit) {
	if !u.StopWhenUnneeded || u.active != Active || u.job != nil {
		return
	}
	for other := range u.known(neededBy) {
		if other.job != nil || !other.active.down() || other.willRestart() {
			return
		}
	}
	if m.mayActOn(u, "Unit not needed anymore") {
		u.log(LevelInfo, "Unit not needed anymore. Stopping.")
		m.along(u, u, JobStop, units.ModeFail)
	}
}
