package bus

import (
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// request is a job as methods ask for it.
type request struct {
	typ    supervisor.JobType
	reload bool // if the unit can do that
}

// The requests of the methods that are named for them.
var (
	start              = request{typ: supervisor.JobStart}
	stop               = request{typ: supervisor.JobStop}
	reload             = request{typ: supervisor.JobReload}
	restart            = request{typ: supervisor.JobRestart}
	tryRestart         = request{typ: supervisor.JobTryRestart}
	reloadOrRestart    = request{typ: supervisor.JobRestart, reload: true}
	reloadOrTryRestart = request{typ: supervisor.JobTryRestart, reload: true}
)

const enqueueOut = "uosos" + "a(uosos)"

// managerJobs are the methods of the manager's object that make and end jobs.
func managerJobs() []Method {
	method := func(name string, r request) Method {
		return Method{Name: name, In: "ss", Out: "o", Args: "name mode job", Privileged: true, Do: named((*Call).load, enqueue(r))}
	}
	return []Method{
		method("StartUnit", start),
		{Name: "StartUnitWithFlags", In: "sst", Out: "o", Args: "name mode flags job", Privileged: true, Do: startWithFlags},
		{Name: "StartUnitReplace", In: "sss", Out: "o", Args: "old_unit new_unit mode job", Privileged: true, Do: startReplace},
		method("StopUnit", stop),
		method("ReloadUnit", reload),
		method("RestartUnit", restart),
		method("TryRestartUnit", tryRestart),
		method("ReloadOrRestartUnit", reloadOrRestart),
		method("ReloadOrTryRestartUnit", reloadOrTryRestart),
		{Name: "EnqueueUnitJob", In: "sss", Out: enqueueOut, Privileged: true, Do: named((*Call).load, enqueueJob),
			Args: "name job_type job_mode job_id job_path unit_id unit_path job_type affected_jobs"},
		{Name: "EnqueueMarkedJobs", Out: "ao", Args: "jobs", Privileged: true, Do: enqueueMarked},
		{Name: "CancelJob", In: "u", Args: "id", Privileged: true, Do: withJob(cancelJob)},
		{Name: "ClearJobs", Privileged: true, Do: func(c *Call) ([]any, error) { c.Manager().ClearJobs(); return nil, nil }},
	}
}

// unitJobs are the same of a unit's object.
func unitJobs() []Method {
	method := func(name string, r request) Method {
		return Method{Name: name, In: "s", Out: "o", Args: "mode job", Privileged: true, Do: enqueue(r)}
	}
	return []Method{
		method("Start", start), method("Stop", stop), method("Reload", reload), method("Restart", restart),
		method("TryRestart", tryRestart), method("ReloadOrRestart", reloadOrRestart),
		method("ReloadOrTryRestart", reloadOrTryRestart),
		{Name: "EnqueueJob", In: "ss", Out: enqueueOut, Privileged: true, Do: enqueueJob,
			Args: "job_type job_mode job_id job_path unit_id unit_path job_type affected_jobs"},
	}
}

// enqueue makes the handler of a method that queues a job of one type; its argument is the mode.
func enqueue(r request) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) {
		jobs, err := c.request(r, c.Text(0))
		if err != nil {
			return nil, err
		}
		return []any{JobPath(jobs[0].ID)}, nil
	}
}

// request queues a job for the unit of a call.
func (c *Call) request(r request, mode string) ([]supervisor.Requested, error) {
	if mode == "" {
		return nil, Errorf(ErrInvalidArgs, "Job mode %s invalid", mode)
	}
	if jobs := c.end(r, mode); jobs != nil {
		return jobs, nil
	}
	return c.Manager().Request(supervisor.Request{Type: r.typ, Unit: c.Unit.Name, Mode: units.JobMode(mode), ReloadIfPossible: r.reload})
}

// end is what a start of one of the targets that end everything does: PID 1 then knows how long it may take, and
// what is to come after it. It is nil for any other request.
func (c *Call) end(r request, mode string) []supervisor.Requested {
	action, target := strings.CutSuffix(c.Unit.Name, ".target")
	switch action {
	case "exit", "halt", "poweroff", "reboot", "kexec", "soft-reboot":
	default:
		return nil
	}
	if !target || r.typ != supervisor.JobStart || c.Unit.LoadProblem() != nil || c.Unit.RefuseManualStart || mode == string(units.ModeFail) {
		return nil
	}
	c.Server.config.Host.Shutdown(supervisor.Objective{Action: units.EmergencyAction(action), Reason: "a client has asked for " + c.Unit.Name})
	if j := c.Unit.Job(); j != nil {
		return []supervisor.Requested{{Job: j, Type: j.Type}}
	}
	return nil
}

func startWithFlags(c *Call) ([]any, error) {
	if flags := c.Args[2].(uint64); flags != 0 {
		return nil, Errorf(ErrInvalidArgs, "Invalid 'flags' parameter '%d'", flags)
	}
	return named((*Call).load, enqueue(start))(c)
}

// startReplace starts a unit in place of another one's start.
func startReplace(c *Call) ([]any, error) {
	if _, err := c.held(c.Text(0)); err != nil {
		return nil, err
	}
	jobs, err := c.Manager().ReplaceJob(c.Text(0), supervisor.Request{Type: supervisor.JobStart, Unit: c.Text(1), Mode: units.JobMode(c.Text(2))})
	if err != nil {
		return nil, err
	}
	return []any{JobPath(jobs[0].ID)}, nil
}

// affected is one of the jobs that a request has queued besides.
type affected struct {
	ID       uint32
	Path     dbus.ObjectPath
	Unit     string
	UnitPath dbus.ObjectPath
	Type     string
}

// enqueueJob answers with all jobs that the request has queued.
func enqueueJob(c *Call) ([]any, error) {
	r := request{typ: supervisor.JobType(c.Text(0))}
	switch c.Text(0) {
	case "reload-or-restart":
		r = reloadOrRestart
	case "reload-or-try-restart":
		r = reloadOrTryRestart
	}
	jobs, err := c.request(r, c.Text(1))
	if err != nil {
		return nil, err
	}
	first := jobs[0]
	others := []affected{}
	for _, j := range jobs[1:] {
		others = append(others, affected{j.ID, JobPath(j.ID), j.Unit.Name, UnitPath(j.Unit.Name), string(j.Type)})
	}
	return []any{first.ID, JobPath(first.ID), first.Unit.Name, UnitPath(first.Unit.Name), string(first.Type), others}, nil
}

// enqueueMarked restarts and reloads what was marked for it (systemctl reload-or-restart --marked).
func enqueueMarked(c *Call) ([]any, error) {
	jobs, err := c.Manager().RequestMarked()
	paths := []dbus.ObjectPath{}
	for _, j := range jobs {
		paths = append(paths, JobPath(j.ID))
	}
	if err != nil {
		return nil, err
	}
	return []any{paths}, nil
}

func cancelJob(c *Call) ([]any, error) { return nil, c.Manager().Cancel(c.Job.ID) }
