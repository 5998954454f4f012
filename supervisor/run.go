package supervisor

import (
	"errors"

	"pintle/units"
)

// runnable tells whether nothing that j is ordered after has a job left.
func (m *Manager) runnable(j *Job) bool {
	if j.ignoreOrder || j.Type == JobNop {
		return true
	}
	for other := range j.Unit.known(orderAfter) {
		if other.job != nil && other.job.before(j) < 0 {
			return false
		}
	}
	for other := range j.Unit.known(orderBefore) {
		if other.job != nil && j.before(other.job) > 0 {
			return false
		}
	}
	return true
}

// runJob has the unit's kind begin what the job asks for.
func (m *Manager) runJob(j *Job) {
	u := j.Unit
	j.State = JobRunning
	j.started = m.now()
	m.armJob(j)
	m.jobChanged(j)

	var err error
	switch j.Type {
	case JobVerifyActive:
		switch {
		case u.active.up():
			err = errAlready
		case u.active == Activating:
			err = errAgain
		default:
			err = errInapplic
		}
	case JobStart:
		u.trigger = j.trigger
		u.markers = 0
		err = m.startUnit(u)
	case JobStop, JobRestart:
		err = m.stopUnit(u)
	case JobReload:
		u.markers &^= needsReload
		err = m.reloadUnit(u)
	case JobNop:
		err = errAlready
	}
	u.awaitEmpty()
	if !j.installed || j.State != JobRunning || err == nil {
		return
	}
	if errors.Is(err, errAgain) {
		j.State = JobWaiting
		j.started = 0
		m.armJob(j)
		m.jobChanged(j)
		return
	}
	result, known := resultOf(err)
	if !known {
		u.log(LevelError, "%v", err)
	}
	m.finish(j, result, true)
}

// resultOf is the result of a job whose unit refused it; known is false for a reason of the kind's own.
func resultOf(err error) (result JobResult, known bool) {
	switch {
	case errors.Is(err, errAlready), errors.Is(err, errCondition):
		return JobDone, true
	case errors.Is(err, errInapplic):
		return JobSkipped, true
	case errors.Is(err, errInvalid):
		return JobInvalid, true
	case errors.Is(err, errAssert):
		return JobAssert, true
	case errors.Is(err, errUnsupported):
		return JobUnsupported, true
	case errors.Is(err, errDependency):
		return JobFailedDependency, true
	}
	return JobFailed, errors.Is(err, errStartLimit)
}

// startUnit checks what is to be checked at the very moment of a start, and starts.
func (m *Manager) startUnit(u *Unit) error {
	switch {
	case u.active.up():
		return errAlready
	case u.active == Maintenance:
		return errAgain
	case !u.loaded():
		return errInvalid
	}
	// A unit on its way up is only to be hurried; its conditions were met when it set out.
	if u.active != Activating {
		if !m.testAll(u, "Condition", u.Unit.Conditions, &u.conditions) {
			return errCondition
		}
		if !m.testAll(u, "Assert", u.Unit.Asserts, &u.asserts) {
			return errAssert
		}
	}
	for other := range u.each(boundTo) {
		if u.Deps[units.After].Has(other.Name) && !other.active.up() {
			u.log(LevelNotice, "Bound to unit %s, but unit isn't active.", other.Name)
			return errDependency
		}
	}
	if u.active.down() {
		u.invocationID = m.newID()
	}
	return u.kind.start()
}

func (m *Manager) stopUnit(u *Unit) error {
	if u.active.down() {
		return errAlready
	}
	return u.kind.stop()
}

func (m *Manager) reloadUnit(u *Unit) error {
	switch {
	case !u.canReload():
		return errInapplic
	case u.active == Reloading:
		return errAgain
	case u.active != Active:
		u.log(LevelWarning, "Unit cannot be reloaded because it is inactive.")
		return errInvalid
	}
	// What the reload is propagated to has jobs of its own.
	return u.kind.reload()
}

const hexDigits = "0123456789abcdef"

// newID is 128 random bits as 32 hex digits.
func (m *Manager) newID() string {
	var id [32]byte
	for half := range 2 {
		bits := m.config.Rand()
		for i := range 16 {
			id[16*half+i] = hexDigits[bits>>(4*i)&15]
		}
	}
	return string(id[:])
}

// finish ends a job. told has what depends on it fail along, if it did not go well.
func (m *Manager) finish(j *Job, result JobResult, told bool) {
	u := j.Unit
	m.timers.clear(&j.timer)
	if result == JobDone && j.Type == JobRestart {
		// Half of it is done. The other half waits in the queue like any start.
		j.Type, j.State, j.started, j.depth = JobStart, JobWaiting, 0, 0
		m.armJob(j)
		m.jobChanged(j)
		m.queueJob(j)
		m.queueNeighbours(u)
		return
	}
	t := j.Type
	j.Result = result
	j.installed = false
	delete(m.jobs, j.ID)
	if u.nop == j {
		u.nop = nil
	} else if u.job == j {
		u.job = nil
	}
	if result == JobFailed || result == JobInvalid {
		m.failed++
	}
	m.host.JobDone(j)
	m.touch(u)
	if k, ok := u.kind.(waiter); ok && result != JobDone {
		k.jobDropped()
	}

	if result != JobDone && told {
		switch t {
		case JobStart, JobVerifyActive:
			m.failAlong(u, startFailsWith)
		case JobStop:
			m.failAlong(u, stopFailsWith)
		}
	}
	if t == JobStart && result == JobDone && !u.active.up() {
		// A start can be done and the unit not be up: a condition was not met, or it was a oneshot. A
		// Requisite= that was merged into this job was not satisfied then.
		m.failAlong(u, needsActive)
	}
	switch result {
	case JobTimedOut, JobFailedDependency:
		// The unit has not failed, it never got that far; who waits for its failure is to be told all the same.
		m.startHandlers(u, onFailure)
	}
	m.checkVitalJob(j)
	m.tellTriggers(u)
	m.queueNeighbours(u)
	m.recheck(u)
}

// failAlong dooms the jobs of units whose start depended on u.
func (m *Manager) failAlong(u *Unit, kinds []units.Dependency) {
	for other := range u.known(kinds) {
		if j := other.job; j != nil && (j.Type == JobStart || j.Type == JobVerifyActive) {
			m.doomed = append(m.doomed, j)
		}
	}
}

// failNext ends the next doomed job; false if there is none.
func (m *Manager) failNext() bool {
	if len(m.doomed) == 0 {
		return false
	}
	j := m.doomed[0]
	m.doomed = m.doomed[1:]
	if j.installed {
		j.Unit.log(LevelWarning, "Dependency failed for %s.", j.Unit.Name)
		m.finish(j, JobFailedDependency, true)
	}
	return true
}

// queueNeighbours has the jobs looked at that may have waited for one of u.
func (m *Manager) queueNeighbours(u *Unit) {
	for other := range u.known(orderAfter) {
		if other.job != nil {
			m.queueJob(other.job)
		}
	}
	for other := range u.known(orderBefore) {
		if other.job != nil {
			m.queueJob(other.job)
		}
	}
}

// recheck has the queues that look at states look at a unit and at those that its job may have kept them
// from looking at.
func (m *Manager) recheck(u *Unit) {
	if u.active.down() {
		m.upheld.add(u, queuedUpheld)
		m.garbage.add(u, queuedGarbage)
		for other := range u.known(boundBy) {
			m.bound.add(other, queuedBound)
		}
		for other := range u.known(needs) {
			m.unneeded.add(other, queuedUnneeded)
		}
	} else {
		m.bound.add(u, queuedBound)
		m.unneeded.add(u, queuedUnneeded)
		for other := range u.each(upholds) {
			m.upheld.add(other, queuedUpheld)
		}
	}
}

// armJob sets a job's timer: JobTimeoutSec= counts from when it was queued, JobRunningTimeoutSec= from when
// it ran.
func (m *Manager) armJob(j *Job) {
	at := units.Infinity
	if span := j.Unit.JobTimeoutSec; span != 0 {
		at = later(j.begin, span)
	}
	if span := j.Unit.JobRunningTimeoutSec; span != 0 && j.State == JobRunning {
		at = min(at, later(j.started, span))
	}
	m.timers.set(&j.timer, at)
}

// jobTimedOut gives a job up. Its unit goes on.
func (m *Manager) jobTimedOut(j *Job) {
	u := j.Unit
	u.log(LevelWarning, "Timed out waiting for job %s/%s.", u.Name, j.Type)
	m.finish(j, JobTimedOut, true)
	m.act(u.JobTimeoutAction, -1, "job of unit "+u.Name+" timed out")
}
