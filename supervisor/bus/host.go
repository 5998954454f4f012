package bus

import (
	"pintle/supervisor"
	"pintle/units"
)

// Host is what a server asks of PID 1 itself: what is about no unit. Its methods are called on the goroutine that
// owns the manager and do not wait.
type Host interface {
	// Environment is what every process of a unit starts with; Environ changes it: first what is named in unset
	// goes (variables, or exact assignments), then what is assigned in set comes.
	Environment() []string
	Environ(unset, set []string)

	// Reload has the generators run and all unit files read anew. What Reexecute begins ends this server.
	Reload() error
	Reexecute() error
	// Shutdown stops all units in order and ends PID 1, or with an action of the "-force" kind ends it without that.
	Shutdown(supervisor.Objective)
	// ExitCode is the status that PID 1 ends with, unless what ends it says another.
	ExitCode() uint8
	SetExitCode(uint8)

	// ShowStatus tells whether the console shows units that start and stop; the modes are those of
	// systemd.show_status= (systemd(1)), and empty for what the configuration says.
	ShowStatus() bool
	SetShowStatus(mode string)
	// LogLevel is the level up to which PID 1 logs; -1 sets the configured one.
	LogLevel() supervisor.Level
	SetLogLevel(supervisor.Level)

	// Facts are what PID 1 knows of itself, Milestone an instant of the boot (the properties named …Timestamp of the
	// Manager interface; zero for what has not happened), Limit a resource limit that processes inherit.
	Facts() Facts
	Milestone(name string) supervisor.Instant
	Limit(setting string) (units.ResourceLimit, bool)

	// CommandLine is that of a process, as a shell would have it; ok is false if there is no such process.
	CommandLine(pid int) (line string, ok bool)
	// DynamicUsers are the users that there are because of DynamicUser=.
	DynamicUsers() []DynamicUser
}

// DynamicUser is a user that lives as long as a service does.
type DynamicUser struct {
	UID  uint32
	Name string
}
