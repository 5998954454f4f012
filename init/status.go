package pid1

import (
	"fmt"

	"pintle/supervisor"
	"pintle/units"
)

// statusKind is what stands in the brackets of a status line.
type statusKind int

const (
	statusOK statusKind = iota
	statusFailed
	statusDepend
	statusTime
	statusInfo
)

var statusWords = [...]struct{ word, colour string }{
	statusOK:     {"  OK  ", "\x1b[0;32m"},
	statusFailed: {"FAILED", "\x1b[0;1;31m"},
	statusDepend: {"DEPEND", "\x1b[0;1;33m"},
	statusTime:   {" TIME ", "\x1b[0;1;31m"},
	statusInfo:   {" INFO ", "\x1b[0;1;34m"},
}

const colourOff = "\x1b[0m"

// appendStatus appends a status line as systemd shows it while booting.
func appendStatus(b []byte, kind statusKind, text string, colour bool) []byte {
	w := statusWords[kind]
	if colour {
		return fmt.Appendf(b, "[%s%s%s] %s\n", w.colour, w.word, colourOff, text)
	}
	return fmt.Appendf(b, "[%s] %s\n", w.word, text)
}

// jobStatus is the status line for a job that has ended, or "" if it is worth none.
func jobStatus(j *supervisor.Job) (statusKind, string) {
	u := j.Unit
	name := unitTitle(u.Unit)
	if j.Type == supervisor.JobStart || j.Type == supervisor.JobRestart {
		switch j.Result {
		case supervisor.JobDone:
			if active, _ := u.State(); active == supervisor.Inactive && supervisor.TypeOf(u.Name) != "service" {
				return statusOK, ""
			}
			return statusOK, startedWord(u) + " " + name + "."
		case supervisor.JobTimedOut:
			return statusTime, "Timed out starting " + name + "."
		case supervisor.JobFailedDependency:
			return statusDepend, "Dependency failed for " + name + "."
		case supervisor.JobFailed:
			return statusFailed, "Failed to start " + name + failureOf(u)
		case supervisor.JobAssert:
			return statusFailed, "Assertion failed for " + name + "."
		case supervisor.JobUnsupported:
			return statusFailed, "Starting of " + name + " unsupported."
		case supervisor.JobInvalid:
			return statusFailed, "Cannot start " + name + failureOf(u)
		}
		return statusOK, ""
	}
	if j.Type == supervisor.JobStop {
		switch j.Result {
		case supervisor.JobDone:
			return statusOK, stoppedWord(u.Name) + " " + name + "."
		case supervisor.JobTimedOut:
			return statusTime, "Timed out stopping " + name + "."
		case supervisor.JobFailed:
			return statusFailed, "Failed stopping " + name + "."
		}
	}
	return statusOK, ""
}

// failureOf says in brackets why a unit failed.
func failureOf(u *supervisor.Unit) string {
	if u.Err != nil {
		return fmt.Sprintf(" (%v).", u.Err)
	}
	if r := u.Result(); r != "" && r != "success" {
		return " (" + r + ")."
	}
	return "."
}

// unitTitle names a unit with its description.
func unitTitle(u *units.Unit) string {
	if u.Description == "" || u.Description == u.Name {
		return u.Name
	}
	return u.Name + " - " + u.Description
}

func startedWord(u *supervisor.Unit) string {
	switch supervisor.TypeOf(u.Name) {
	case "target":
		return "Reached target"
	case "socket":
		return "Listening on"
	case "mount":
		return "Mounted"
	case "slice":
		return "Created slice"
	case "service":
		if u.Service != nil && u.Service.Type == units.TypeOneshot {
			return "Finished"
		}
	}
	return "Started"
}

func stoppedWord(name string) string {
	switch supervisor.TypeOf(name) {
	case "target":
		return "Stopped target"
	case "socket":
		return "Closed"
	case "mount":
		return "Unmounted"
	case "slice":
		return "Removed slice"
	}
	return "Stopped"
}
