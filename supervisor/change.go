package supervisor

import "pintle/units"

// change is one transition of a unit, between active states or below them.
type change struct {
	unit     *Unit
	from, to ActiveState
}

// follow does what a transition makes necessary.
func (m *Manager) follow(c change) {
	u := c.unit
	expected := false
	if u.job != nil {
		if u.job.State == JobWaiting {
			// It may have been put off until the unit's state changed.
			m.queueJob(u.job)
		} else {
			expected = m.progress(u.job, c.to)
		}
	}
	if !expected && c.from != c.to {
		m.retroactive(u, c)
	}
	if c.from != c.to {
		switch {
		case c.to == Failed:
			m.startHandlers(u, onFailure)
			m.act(u.FailureAction, u.exitStatusFor(u.FailureActionExitStatus), "unit "+u.Name+" failed")
		case c.to == Inactive && !c.from.down() && c.from != Maintenance:
			m.startHandlers(u, onSuccess)
			m.succeeded(u)
		}
		if c.to.down() {
			u.slotEnd, u.clipped = 0, false
		}
		m.checkVital(u, c.to)
	}
	m.tellTriggers(u)
	m.recheck(u)
}

// progress compares a unit's new state with what its running job is for, and ends the job if the state
// settles it. It tells whether the job accounts for the change.
func (m *Manager) progress(j *Job, to ActiveState) (expected bool) {
	switch j.Type {
	case JobStart, JobVerifyActive:
		switch {
		case to.up():
			m.finish(j, JobDone, true)
			return true
		case to == Activating:
			return true
		case to == Failed:
			m.finish(j, JobFailed, true)
		case to == Inactive:
			m.finish(j, JobDone, true)
		}
	case JobReload:
		switch {
		case to == Active:
			result := JobDone
			if r, ok := j.Unit.kind.(reloader); ok && !r.reloaded() {
				result = JobFailed
			}
			m.finish(j, result, true)
			return true
		case to == Activating || to == Reloading:
			return true
		case to.down():
			m.finish(j, JobFailed, true)
		}
	case JobStop, JobRestart:
		switch {
		case to.down():
			m.finish(j, JobDone, true)
			return true
		case to == Deactivating:
			return true
		default:
			m.finish(j, JobFailed, true)
		}
	}
	return false
}

// retroactive does for a change that no job asked for what a transaction would have done for a job.
func (m *Manager) retroactive(u *Unit, c change) {
	switch {
	case !c.from.rising() && c.to.rising():
		for other := range u.each(startsAlong) {
			// With After= it would have had to come first, and it is too late for that.
			if !u.Deps[units.After].Has(other.Name) && !other.active.rising() {
				m.along(u, other, JobStart, units.ModeReplace)
			}
		}
		for other := range u.each(startsAlongWeakly) {
			if !u.Deps[units.After].Has(other.Name) && !other.active.rising() {
				m.along(u, other, JobStart, units.ModeFail)
			}
		}
		for other := range u.known(stopsOnStart) {
			if !other.active.falling() {
				m.along(u, other, JobStop, units.ModeReplace)
			}
		}
	case c.from.rising() && c.to.falling():
		for other := range u.known(stopsAlong) {
			if !other.active.falling() {
				m.along(u, other, JobStop, units.ModeReplace)
			}
		}
	}
}

func (m *Manager) along(u, other *Unit, t JobType, mode units.JobMode) {
	if _, err := m.enqueue(t, other, mode, nil); err != nil {
		u.log(LevelDebug, "cannot %s %s along: %v", t, other.Name, err)
	}
}

// startHandlers starts what OnFailure= or OnSuccess= names.
func (m *Manager) startHandlers(u *Unit, kinds []units.Dependency) {
	mode := u.OnFailureJobMode
	if kinds[0] == units.OnSuccess {
		if mode = u.OnSuccessJobMode; mode == "" {
			mode = units.ModeFail
		}
	} else if mode == "" {
		mode = units.ModeReplace
	}
	names := u.Deps[kinds[0]]
	if names.Len() == 0 {
		return
	}
	if names.Len() > 1 && mode == units.ModeIsolate {
		u.log(LevelError, "More than one %s= unit with job mode isolate, starting none.", kinds[0])
		return
	}
	u.log(LevelInfo, "Triggering %s= dependencies.", kinds[0])
	for other := range u.each(kinds) {
		if _, err := m.enqueue(JobStart, other, mode, nil); err != nil {
			u.log(LevelWarning, "cannot start %s for %s=, going on without: %v", other.Name, kinds[0], err)
		}
	}
}

// tellTriggers tells sockets, timers and paths that their unit has changed.
func (m *Manager) tellTriggers(u *Unit) {
	for other := range u.known(triggeredBy) {
		if f, ok := other.kind.(follower); ok {
			f.triggered(u)
			other.awaitEmpty()
		}
	}
}
