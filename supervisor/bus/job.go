package bus

// JobName is the interface of a job's object.
const JobName = "org.freedesktop.systemd1.Job"

var jobTable table

func jobInterface() *Interface {
	return jobTable.get(func() *Interface { return &Interface{Name: JobName} })
}
