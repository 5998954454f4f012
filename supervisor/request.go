package supervisor

import (
	"fmt"

	"pintle/units"
)

// Enqueue queues a job as a client asks for it (systemctl(1): start, stop, reload, restart, try-restart,
// isolate, …). The job returned may have ended already; its Result says how. Errors are of type *Error.
func (m *Manager) Enqueue(t JobType, name string, mode units.JobMode) (*Job, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	u := m.unit(name)
	if err := mayRequest(t, u); err != nil {
		m.run()
		return nil, err
	}
	if mode == "" {
		mode = units.ModeReplace
	}
	j, err := m.enqueue(t, u, mode, nil)
	m.run()
	return j, err
}

// EnqueueReloadOr is Enqueue of a restart or try-restart that is a reload for units that can do that
// (systemctl reload-or-restart, try-reload-or-restart).
func (m *Manager) EnqueueReloadOr(t JobType, name string, mode units.JobMode) (*Job, error) {
	if checkName(name) == nil && m.unit(name).canReload() {
		switch t {
		case JobRestart:
			t = JobReloadOrStart
		case JobTryRestart:
			t = JobTryReload
		}
	}
	return m.Enqueue(t, name, mode)
}

// checkName refuses what is no name of a unit that could have a job.
func checkName(name string) error {
	switch kind := units.KindOfName(name); {
	case kind&units.TemplateName != 0:
		return refuse(ErrInvalidArgs, name, "Unit name %s is missing the instance name.", name)
	case kind == 0:
		return refuse(ErrInvalidArgs, name, "Unit name %s is not valid.", name)
	}
	return nil
}

// mayRequest refuses what may be asked for by dependencies only, and what there is not.
func mayRequest(t JobType, u *Unit) error {
	if t == JobStop && !u.loaded() && u.active.down() && u.Unit.State != units.Masked {
		return refuse(ErrNoSuchUnit, u.Name, "Unit %s not loaded.", u.Name)
	}
	starts := t == JobStart || t == JobRestart || t == JobTryRestart || t == JobReloadOrStart
	stops := t == JobStop || t == JobRestart || t == JobTryRestart
	if starts && u.RefuseManualStart || stops && u.RefuseManualStop {
		return refuse(ErrOnlyByDependency, u.Name, "Operation refused, unit %s may be requested by dependency only "+
			"(it is configured to refuse manual start/stop).", u.Name)
	}
	return nil
}

// Cancel ends a job before its time (systemctl cancel).
func (m *Manager) Cancel(id uint32) error {
	j := m.jobs[id]
	if j == nil {
		return refuse(ErrNoSuchJob, "", "Job %d does not exist.", id)
	}
	m.finish(j, JobCanceled, true)
	m.run()
	return nil
}

// ClearJobs cancels every job (ClearJobs of the Manager interface).
func (m *Manager) ClearJobs() {
	for _, j := range m.sortedJobs() {
		if j.installed {
			m.finish(j, JobCanceled, false)
		}
	}
	m.run()
}

// ResetFailed forgets that a unit has failed, and how often it was started; "" means all units.
func (m *Manager) ResetFailed(name string) error {
	list := m.sorted()
	if name != "" {
		u := m.units[name]
		if u == nil {
			return refuse(ErrNoSuchUnit, name, "Unit %s not loaded.", name)
		}
		list = []*Unit{u}
	}
	for _, u := range list {
		u.kind.resetFailed()
		u.starts, u.automatic, u.limitHit = rateLimit{}, rateLimit{}, false
		m.touch(u)
		m.garbage.add(u, queuedGarbage)
	}
	m.run()
	return nil
}

// Boot starts the unit that everything else follows from. The boot is over when no job is left; a failure
// to even begin is returned.
func (m *Manager) Boot(target string) error {
	m.state = Starting
	for _, name := range []string{"-.slice", "init.scope"} {
		m.unit(name)
	}
	u := m.unit(target)
	mode := units.ModeReplace
	if u.AllowIsolate {
		mode = units.ModeIsolate
	}
	_, err := m.enqueue(JobStart, u, mode, nil)
	m.run()
	if err != nil {
		return fmt.Errorf("cannot start %s: %w", target, err)
	}
	return nil
}

// checkIdle does what waits for the end of all jobs; false if there is nothing of that.
func (m *Manager) checkIdle() bool {
	if len(m.jobs) > 0 {
		return false
	}
	if m.ending != nil {
		return m.checkEnd()
	}
	idlers := m.idlers
	m.idlers = nil
	for _, u := range idlers {
		if i, ok := u.kind.(idler); ok {
			i.queueIdle()
			u.awaitEmpty()
		}
	}
	if m.state == Starting {
		m.state = Running
		if o, ok := m.host.(StartupObserver); ok {
			o.StartupFinished()
		}
		return true
	}
	return len(idlers) > 0
}
