package supervisor

// Observer is what a Host may be besides: it is told of what clients of the bus are told, beyond UnitChanged and
// JobDone. Like these its methods must not call back into the manager.
type Observer interface {
	// UnitAdded and UnitRemoved tell of units that the manager holds from now on, or no longer.
	UnitAdded(*Unit)
	UnitRemoved(*Unit)
	// JobAdded and JobChanged tell of a job that was queued, and of one that has got another type or state.
	JobAdded(*Job)
	JobChanged(*Job)
	// StopRequested tells that a scope was asked to stop (RequestStop of the Scope interface): who has made it is to
	// end its processes in good order.
	StopRequested(*Unit)
}

// touch notes that properties of a unit may have other values than before.
func (m *Manager) touch(u *Unit) {
	if m.observer != nil && u.queued&queuedTouched == 0 {
		u.queued |= queuedTouched
		m.touched = append(m.touched, u)
	}
}

// Touched takes the units whose properties may have changed since the last call, in the order in which they did.
func (m *Manager) Touched() []*Unit {
	list := m.touched
	m.touched = nil
	held := list[:0]
	for _, u := range list {
		u.queued &^= queuedTouched
		if m.units[u.Name] == u {
			held = append(held, u)
		}
	}
	return held
}

// Changed tells whether Touched would name the unit.
func (u *Unit) Changed() bool { return u.queued&queuedTouched != 0 }

func (m *Manager) unitAdded(u *Unit) {
	if m.observer != nil {
		m.observer.UnitAdded(u)
	}
}

func (m *Manager) unitRemoved(u *Unit) {
	if m.observer != nil {
		m.observer.UnitRemoved(u)
	}
}

func (m *Manager) jobAdded(j *Job) {
	if m.observer != nil {
		m.observer.JobAdded(j)
	}
	m.touch(j.Unit)
}

func (m *Manager) jobChanged(j *Job) {
	if m.observer != nil {
		m.observer.JobChanged(j)
	}
	m.touch(j.Unit)
}

// JobCounts are how many jobs are queued, how many ever were, and how many of these have failed (NJobs,
// NInstalledJobs and NFailedJobs of the Manager interface).
func (m *Manager) JobCounts() (queued, installed, failed uint32) {
	return uint32(len(m.jobs)), m.lastJob, m.failed
}

// Watchdogs tells whether a service that misses its watchdog is ended, and SetWatchdogs changes that (systemctl
// service-watchdogs).
func (m *Manager) Watchdogs() bool      { return !m.watchdogsOff }
func (m *Manager) SetWatchdogs(on bool) { m.watchdogsOff = !on }

// Names is how many names of units the manager knows (NNames).
func (m *Manager) Names() int { return len(m.units) }

// FailedUnits is how many units have failed (NFailedUnits).
func (m *Manager) FailedUnits() (n uint32) {
	for name, u := range m.units {
		if name == u.Name && u.active == Failed {
			n++
		}
	}
	return n
}
