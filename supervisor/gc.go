package supervisor

// collect forgets units that are down and that nothing refers to, so that what they count (start limits,
// restarts) begins anew with the next start and their files are read again. It returns false when there was
// nothing to look at.
func (m *Manager) collect() bool {
	if len(m.garbage.units) == 0 {
		return false
	}
	verdicts := map[*Unit]bool{}
	for m.garbage.do(func(u *Unit) {
		if m.units[u.Name] == u && m.ending == nil && !m.needed(u, verdicts) {
			m.forget(u)
		}
	}) {
	}
	return true
}

// needed tells whether a unit, or any that refers to it, is more than a loaded file. verdicts remembers the
// answers of one sweep; a unit that is being looked at counts as not needed, so that circles can go.
func (m *Manager) needed(u *Unit, verdicts map[*Unit]bool) bool {
	if verdict, ok := verdicts[u]; ok {
		return verdict
	}
	verdicts[u] = false
	if u.inUse() {
		verdicts[u] = true
		return true
	}
	for other := range u.known(referencedBy) {
		if m.needed(other, verdicts) {
			verdicts[u] = true
			return true
		}
	}
	return false
}

// inUse tells whether a unit must be kept for its own sake.
func (u *Unit) inUse() bool {
	if u.job != nil || u.nop != nil || u.refs > 0 || u.clients > 0 || u.perpetual() || u.willRestart() {
		return true
	}
	switch u.active {
	case Inactive:
		k, ok := u.kind.(keeper)
		return ok && k.keeps()
	case Failed:
		return u.CollectMode != "inactive-or-failed"
	}
	return true
}

// keeper is a kind that may hold something while it is inactive (a service's fd store).
type keeper interface{ keeps() bool }

func (m *Manager) forget(u *Unit) {
	m.unitRemoved(u) // first: who is told may still look at it
	u.silence()
	for _, name := range u.names {
		delete(m.units, name)
	}
	for other := range u.known(references) {
		m.garbage.add(other, queuedGarbage) // perhaps that was all that needed it
	}
	m.graph.Unload(u.Name)
	m.dropTransient(u)
}

// silence clears what would still wake a unit that the manager does not hold any more.
func (u *Unit) silence() {
	u.disarm()
	if u.retry != nil {
		u.m.timers.clear(u.retry)
		u.retry = nil
	}
}

// Ref has the manager keep a unit although it is down and nothing refers to it; Unref ends that.
func (m *Manager) Ref(u *Unit) { u.refs++ }

// Unref takes one Ref back.
func (m *Manager) Unref(u *Unit) {
	if u.refs--; u.refs == 0 {
		m.garbage.add(u, queuedGarbage)
		m.run()
	}
}

// Hold is Ref for a client of the bus: who takes over from this manager knows nothing of it, as the client's connection
// ends.
func (m *Manager) Hold(u *Unit) { u.clients++ }

// Release takes one Hold back.
func (m *Manager) Release(u *Unit) {
	if u.clients--; u.clients == 0 {
		m.garbage.add(u, queuedGarbage)
	}
}
