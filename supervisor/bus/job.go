package bus

import (
	"pintle/supervisor"
)

// JobName is the interface of a job's object.
const JobName = busName + ".Job"

var jobTable table

func jobInterface() *Interface {
	return jobTable.get(func() *Interface {
		return &Interface{Name: JobName, Methods: jobMethods(), Properties: []Property{
			{Name: "Id", Sig: "u", Get: func(c *Call) any { return c.Job.ID }},
			{Name: "Unit", Sig: "(so)", Get: func(c *Call) any { return unitRef{c.Job.Unit.Name, UnitPath(c.Job.Unit.Name)} }},
			{Name: "JobType", Sig: "s", Get: func(c *Call) any { return string(c.Job.Type) }},
			{Name: "State", Sig: "s", Emits: supervisor.EmitsChange, Get: func(c *Call) any { return string(c.Job.State) }},
			{Name: "ActivationDetails", Sig: "a(ss)", Get: func(c *Call) any { return []namedText{} }},
		}}
	})
}

// jobMethods are the methods of every job.
func jobMethods() []Method {
	return []Method{
		{Name: "Cancel", Privileged: true, Do: cancelJob},
		{Name: "GetAfter", Out: jobRows, Args: "jobs", Do: jobWaits(false)},
		{Name: "GetBefore", Out: jobRows, Args: "jobs", Do: jobWaits(true)},
	}
}
