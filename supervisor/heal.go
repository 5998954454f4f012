package supervisor

// witness is what a Host may be besides: it knows whether the exit of a process is still to come.
type witness interface {
	// Awaited tells whether a process is the manager's own child that has not been reaped, running or not.
	Awaited(pid int) bool
}

// Heal finds the way on after a bug (a panic) has ended some call of the manager in the middle. Whatever that was
// doing is lost, but what it was to lead to is not: each unit's state says what it waits for, and each job's type what
// it is to bring about. What waits for something that has happened already, or that nobody will bring about any more,
// is moved on.
func (m *Manager) Heal() {
	m.heal()
	m.run()
}

func (m *Manager) heal() {
	m.recallExit()
	m.emptying = nil
	list := m.sorted()
	for _, u := range list {
		u.waiting = false
		if active, _ := u.kind.state(); active != u.active {
			u.changed() // it did not come to telling
		}
		if k, ok := u.kind.(healer); ok {
			k.heal()
		}
	}
	m.exits(nil)
	for _, j := range m.sortedJobs() {
		m.healJob(j)
	}
	for _, u := range list {
		u.awaitEmpty()
		m.tellTriggers(u)
		m.recheck(u)
	}
	if e := m.ending; e != nil {
		m.setDeadline(e.deadline)
		if e.round > 0 {
			m.timers.clear(&e.hurry)
		}
	}
}

// recallExit has the exit told once more that was being told, if its unit has not got as far as to note it; but not a
// third time.
func (m *Manager) recallExit() {
	if len(m.untold) == 0 {
		return
	}
	pid := m.untold[0].PID
	if pid == m.retold {
		m.untold = m.untold[1:]
		return
	}
	m.retold = pid
	for _, u := range m.units {
		if k, ok := u.kind.(killable); ok {
			if main, control := k.processes(); pid == main || pid == control {
				m.pids[pid] = u
			}
		}
	}
}

// healJob has a job begin anew that its unit has not begun to follow, and end if its unit is where it was to be.
func (m *Manager) healJob(j *Job) {
	u := j.Unit
	m.armJob(j)
	if j.State == JobRunning {
		begun := false
		switch j.Type {
		case JobStart, JobVerifyActive:
			begun = !u.active.down()
		case JobStop, JobRestart:
			begun = u.active.falling()
		case JobReload:
			begun = u.active == Reloading
		}
		if begun {
			m.changes = append(m.changes, change{u, u.active, u.active})
		} else {
			j.State, j.started = JobWaiting, 0
			m.armJob(j)
			m.jobChanged(j)
		}
	}
	m.queueJob(j)
}

// awaited tells whether the exit of a process of ours is still to come.
func (u *Unit) awaited(pid int) bool {
	w, ok := u.m.host.(witness)
	return !ok || w.Awaited(pid)
}
