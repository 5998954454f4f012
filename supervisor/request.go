package supervisor

import (
	"fmt"
	"slices"

	"pintle/units"
)

// Request is a job that a client asks for.
type Request struct {
	Type JobType
	Unit string
	Mode units.JobMode // empty for ModeReplace
	// ReloadIfPossible has a restart or try-restart be a reload for units that can do that (systemctl
	// reload-or-restart, try-reload-or-restart).
	ReloadIfPossible bool
}

// Requested is a job that a request has queued or changed. Type is what it was then: a restart whose first half is
// done goes on as a start.
type Requested struct {
	*Job
	Type JobType
}

// Request queues a job and all that it takes (systemctl(1): start, stop, reload, restart, try-restart, isolate, …).
// The job of the unit itself comes first. Any of them may have ended already; its Result says how. Errors are of type
// *Error.
func (m *Manager) Request(r Request) ([]Requested, error) {
	if err := CheckName(r.Unit); err != nil {
		return nil, err
	}
	u := m.unit(r.Unit)
	jobs, err := m.request(u, r)
	m.run()
	return jobs, err
}

func (m *Manager) request(u *Unit, r Request) ([]Requested, error) {
	if r.ReloadIfPossible && u.canReload() {
		switch r.Type {
		case JobRestart:
			r.Type = JobReloadOrStart
		case JobTryRestart:
			r.Type = JobTryReload
		}
	}
	if r.Mode == "" {
		r.Mode = units.ModeReplace
	}
	if err := m.checkRequest(r); err != nil {
		return nil, err
	}
	if err := mayRequest(r.Type, u); err != nil {
		return nil, err
	}
	tr, err := m.transact(r.Type, u, r.Mode)
	if err != nil {
		return nil, err
	}
	anchor, all := tr.install(nil)
	jobs := []Requested{{anchor, anchor.Type}}
	for _, j := range all {
		if j != anchor {
			jobs = append(jobs, Requested{j, j.Type})
		}
	}
	return jobs, nil
}

// checkRequest refuses types and modes of jobs that there are not.
func (m *Manager) checkRequest(r Request) error {
	switch r.Type {
	case JobStart, JobVerifyActive, JobStop, JobReload, JobRestart, JobNop, JobTryRestart, JobTryReload, JobReloadOrStart:
	default:
		return refuse(ErrInvalidArgs, r.Unit, "Job type %s invalid", r.Type)
	}
	known := slices.Contains(units.Enumeration("job_mode"), string(r.Mode))
	if !known || r.Mode == units.ModeRestartDependencies && m.before(254) {
		return refuse(ErrInvalidArgs, r.Unit, "Job mode %s invalid", r.Mode)
	}
	return nil
}

// Enqueue is Request of which only the job of the unit itself is of interest.
func (m *Manager) Enqueue(t JobType, name string, mode units.JobMode) (*Job, error) {
	return firstOf(m.Request(Request{Type: t, Unit: name, Mode: mode}))
}

// EnqueueReloadOr is Enqueue with ReloadIfPossible.
func (m *Manager) EnqueueReloadOr(t JobType, name string, mode units.JobMode) (*Job, error) {
	return firstOf(m.Request(Request{Type: t, Unit: name, Mode: mode, ReloadIfPossible: true}))
}

func firstOf(jobs []Requested, err error) (*Job, error) {
	if err != nil {
		return nil, err
	}
	return jobs[0].Job, nil
}

// ReplaceJob is Request for a unit in place of the start that is queued for another one (StartUnitReplace of the
// Manager interface).
func (m *Manager) ReplaceJob(old string, r Request) ([]Requested, error) {
	if u := m.units[old]; u == nil || u.job == nil || u.job.Type != JobStart {
		return nil, refuse(ErrNoSuchJob, old, "No job queued for unit %s", old)
	}
	return m.Request(r)
}

// CheckName refuses what is no name of a unit that could be loaded.
func CheckName(name string) error {
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
	starts := t == JobStart || t == JobRestart || t == JobTryRestart || t == JobReloadOrStart && collapse(t, u.active) == JobStart
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
