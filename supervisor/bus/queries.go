package bus

import (
	"cmp"
	"slices"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// managerQueries are the methods of the manager's object that change nothing.
func managerQueries() []Method {
	const unitRows = "a(ssssssouso)"
	return []Method{
		{Name: "GetUnit", In: "s", Out: "o", Args: "name unit", Do: getUnit},
		{Name: "GetUnitByPID", In: "u", Out: "o", Args: "pid unit", Do: getUnitByPID},
		{Name: "GetUnitByPIDFD", In: "h", Out: "osay", Args: "pidfd unit unit_id invocation_id", Do: getUnitByPIDFD},
		{Name: "GetUnitByInvocationID", In: "ay", Out: "o", Args: "invocation_id unit", Do: getUnitByInvocationID},
		{Name: "GetUnitByControlGroup", In: "s", Out: "o", Args: "cgroup unit", Do: getUnitByControlGroup},
		{Name: "LoadUnit", In: "s", Out: "o", Args: "name unit", Do: loadUnit},
		{Name: "ListUnits", Out: unitRows, Args: "units", Do: listUnits},
		{Name: "ListUnitsFiltered", In: "as", Out: unitRows, Args: "states units", Do: listUnits},
		{Name: "ListUnitsByPatterns", In: "asas", Out: unitRows, Args: "states patterns units", Do: listUnits},
		{Name: "ListUnitsByNames", In: "as", Out: unitRows, Args: "names units", Do: listUnitsByNames},
		{Name: "ListJobs", Out: jobRows, Args: "jobs", Do: func(c *Call) ([]any, error) { return rowsOf(c.Manager().Jobs()) }},
		{Name: "GetJob", In: "u", Out: "o", Args: "id job", Do: withJob(func(c *Call) ([]any, error) { return []any{JobPath(c.Job.ID)}, nil })},
		{Name: "GetJobAfter", In: "u", Out: jobRows, Args: "id jobs", Do: withJob(jobWaits(false))},
		{Name: "GetJobBefore", In: "u", Out: jobRows, Args: "id jobs", Do: withJob(jobWaits(true))},
		{Name: "GetUnitProcesses", In: "s", Out: processRows, Args: "name processes", Do: named((*Call).held, processes)},
		{Name: "DumpUnitFileDescriptorStore", In: "s", Out: storedRows, Args: "name entries", Do: named((*Call).held, dumpStore)},
		{Name: "Subscribe", Do: subscribe},
		{Name: "Unsubscribe", Do: unsubscribe},
	}
}

// unitInfo is a row of ListUnits.
type unitInfo struct {
	ID, Description, Load, Active, Sub, Following string
	Path                                          dbus.ObjectPath
	JobID                                         uint32
	JobType                                       string
	JobPath                                       dbus.ObjectPath
}

func infoOf(u *supervisor.Unit) unitInfo {
	active, sub := u.State()
	row := unitInfo{ID: u.Name, Description: describe(u.Unit), Load: string(u.Unit.State), Active: string(active), Sub: sub,
		Path: UnitPath(u.Name), JobPath: "/"}
	if j := u.Job(); j != nil {
		row.JobID, row.JobType, row.JobPath = j.ID, string(j.Type), JobPath(j.ID)
	}
	return row
}

func listUnits(c *Call) ([]any, error) {
	var filter supervisor.Filter
	if len(c.Args) > 0 {
		filter.States = c.Texts(0)
	}
	if len(c.Args) > 1 {
		filter.Patterns = c.Texts(1)
	}
	list := []unitInfo{}
	for _, u := range c.Manager().Referenced() {
		if filter.Match(u) {
			list = append(list, infoOf(u))
		}
	}
	for _, u := range c.Manager().Unheld() {
		if filter.MatchUnheld(u) {
			list = append(list, unitInfo{ID: u.Name, Description: describe(u), Load: string(u.State), Active: string(supervisor.Inactive),
				Sub: "dead", Path: UnitPath(u.Name), JobPath: "/"})
		}
	}
	return []any{list}, nil
}

// describe is a unit's description, or its name if it has none.
func describe(u *units.Unit) string {
	if u.Description == "" {
		return u.Name
	}
	return u.Description
}

// listUnitsByNames loads the units; names that are none are passed over.
func listUnitsByNames(c *Call) ([]any, error) {
	list := []unitInfo{}
	for _, name := range c.Texts(0) {
		if units.ValidName(name, units.AnyName) {
			u, err := c.load(name)
			if err != nil {
				return nil, err
			}
			list = append(list, infoOf(u))
		}
	}
	return []any{list}, nil
}

// jobRow is a row of ListJobs.
type jobRow struct {
	ID                uint32
	Unit, Type, State string
	Path, UnitPath    dbus.ObjectPath
}

const jobRows = "a(usssoo)"

func rowsOf(jobs []*supervisor.Job) ([]any, error) {
	rows := []jobRow{}
	for _, j := range jobs {
		rows = append(rows, jobRow{j.ID, j.Unit.Name, string(j.Type), string(j.State), JobPath(j.ID), UnitPath(j.Unit.Name)})
	}
	return []any{rows}, nil
}

// withJob makes a method of the manager's object of one of a job's: its first argument is the job's id.
func withJob(do func(*Call) ([]any, error)) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) {
		if c.Job = c.Manager().JobByID(c.Uint(0)); c.Job == nil {
			return nil, Errorf(supervisor.ErrNoSuchJob, "Job %d does not exist.", c.Uint(0))
		}
		return do(c)
	}
}

// jobWaits answers with the jobs that a job waits for, or that wait for it.
func jobWaits(before bool) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) { return rowsOf(c.Manager().Waits(c.Job, before)) }
}

// processRow is a row of GetUnitProcesses.
type processRow struct {
	ControlGroup string
	PID          uint32
	CommandLine  string
}

const processRows = "a(sus)"

// processes lists the processes of a unit, those of a slice with all that lie in it.
func processes(c *Call) ([]any, error) {
	rows := []processRow{}
	add := func(u *supervisor.Unit) {
		pids := u.Processes()
		if u.Name == "init.scope" {
			pids = []int{1}
		}
		for _, pid := range pids {
			if line, ok := c.Server.config.Host.CommandLine(pid); ok {
				rows = append(rows, processRow{u.ControlGroup(), uint32(pid), line})
			}
		}
	}
	group := c.Unit.ControlGroup()
	switch {
	case group == "":
	case supervisor.TypeOf(c.Unit.Name) == "slice":
		for _, u := range c.Manager().Units() {
			if inner := u.ControlGroup(); inner != "" && supervisor.TypeOf(u.Name) != "slice" && below(inner, group) {
				add(u)
			}
		}
	default:
		add(c.Unit)
	}
	slices.SortStableFunc(rows, func(a, b processRow) int { return cmp.Compare(a.ControlGroup, b.ControlGroup) })
	return []any{rows}, nil
}

// below tells whether a control group lies in another.
func below(group, outer string) bool {
	return outer == "/" || len(group) > len(outer) && group[:len(outer)] == outer && group[len(outer)] == '/'
}
