// Package systemctl is what systemctl(1) says and ends with: exit statuses and messages as functions of what
// the manager answered. It reaches nobody; whoever talks to a manager uses it, be it over the bus or in a test.
package systemctl

import (
	"fmt"
	"strings"

	"pintle/supervisor"
)

// Exit statuses (systemctl(1), "Exit status", and those of LSB init scripts).
const (
	Success        = 0
	Failure        = 1
	NotFailed      = 1 // is-failed: no unit has failed
	NotImplemented = 3 // the unit does not know such jobs
	NoPermission   = 4 // refused by the unit's own settings
	NotInstalled   = 5 // there is no such unit
	NotConfigured  = 6 // its files cannot be read
	NotRunning     = 3 // is-active, status: it is not active
	UnknownUnit    = 4 // is-active, is-failed, status: there is none of these units
)

// ErrorStatus is the exit status for a request that the manager refused with a D-Bus error of some name.
func ErrorStatus(name string) int {
	switch name {
	case "org.freedesktop.DBus.Error.AccessDenied", supervisor.ErrOnlyByDependency, supervisor.ErrNoIsolation,
		supervisor.ErrTransactionIsDestructive:
		return NoPermission
	case supervisor.ErrNoSuchUnit:
		return NotInstalled
	case supervisor.ErrJobTypeNotApplicable, "org.freedesktop.DBus.Error.NotSupported":
		return NotImplemented
	case supervisor.ErrLoadFailed:
		return NotConfigured
	}
	return Failure
}

// Refused is the message for a job that the manager would not queue; verb is the word the user gave.
func Refused(verb, unit, message string) string {
	return fmt.Sprintf("Failed to %s %s: %s", verb, unit, message)
}

// NotKilled is the message for a unit that could not be sent a signal.
func NotKilled(unit, message string) string {
	return fmt.Sprintf("Failed to kill unit %s: %s", unit, message)
}

// NotReset is the message for a unit whose failure could not be forgotten.
func NotReset(unit, message string) string {
	return fmt.Sprintf("Failed to reset failed state of unit %s: %s", unit, message)
}

// becauses is why a service's job has failed, by the service's Result.
var becauses = map[string]string{
	"resources": "of unavailable resources or another system error",
	"protocol":  "the service did not take the steps required by its unit configuration",
	"timeout":   "a timeout was exceeded",
	"exit-code": "the control process exited with error code",
	"signal":    "a fatal signal was delivered to the control process",
	"core-dump": "a fatal signal was delivered causing the control process to dump core",
	"watchdog":  "the service failed to send watchdog ping",
}

// JobMessage is the message for a job that was waited for, empty if it went well. serviceResult is the Result
// property of a service at the end of the job.
func JobMessage(unit string, result supervisor.JobResult, serviceResult string) string {
	switch result {
	case supervisor.JobDone, supervisor.JobSkipped:
		return ""
	case supervisor.JobCanceled:
		return fmt.Sprintf("Job for %s canceled.", unit)
	case supervisor.JobTimedOut:
		return fmt.Sprintf("Job for %s timed out.", unit)
	case supervisor.JobFailedDependency:
		return fmt.Sprintf("A dependency job for %s failed. See 'journalctl -xe' for details.", unit)
	case supervisor.JobInvalid:
		return fmt.Sprintf("%s is not active, cannot reload.", unit)
	case supervisor.JobAssert:
		return fmt.Sprintf("Assertion failed on job for %s.", unit)
	case supervisor.JobUnsupported:
		return fmt.Sprintf("Operation on or unit type of %s not supported on this system.", unit)
	case supervisor.JobCollected:
		return fmt.Sprintf("Queued job for %s was garbage collected.", unit)
	case supervisor.JobOnce:
		return fmt.Sprintf("Unit %s was started already once and can't be started again.", unit)
	}
	switch because := becauses[serviceResult]; {
	case !strings.HasSuffix(unit, ".service"):
		return `Job failed. See "journalctl -xe" for details.`
	case because != "":
		return fmt.Sprintf("Job for %s failed because %s.", unit, because)
	}
	return fmt.Sprintf("Job for %s failed.", unit)
}

// State is what is-active, is-failed and status look at.
type State struct {
	Active  string // ActiveState
	Load    string // LoadState
	PIDFile bool   // the unit is a service with a PIDFile=, and that exists
}

// IsActive is the exit status of is-active.
func IsActive(states []State) int { return anyOf(states, NotRunning, "active", "reloading") }

// IsFailed is the exit status of is-failed.
func IsFailed(states []State) int { return anyOf(states, NotFailed, "failed") }

// anyOf is success if one unit is in one of the states; otherwise is for none, but some unit exists.
func anyOf(states []State, otherwise int, active ...string) int {
	status := UnknownUnit
	for _, s := range states {
		for _, a := range active {
			if s.Active == a {
				return Success
			}
		}
		if s.Load != "not-found" {
			status = otherwise
		}
	}
	return status
}

// Status is the exit status of status: that of the first unit that is not well.
func Status(states []State) int {
	for _, s := range states {
		switch {
		case s.Active == "active" || s.Active == "reloading":
		case s.Load == "not-found" && s.Active == "inactive":
			return UnknownUnit
		case s.PIDFile:
			return Failure
		default:
			return NotRunning
		}
	}
	return Success
}

// IsEnabled is the exit status of is-enabled: success if one unit is in a state that is as good as enabled.
func IsEnabled(states []string) int {
	status := UnknownUnit
	for _, s := range states {
		switch s {
		case "enabled", "enabled-runtime", "static", "alias", "indirect", "generated":
			return Success
		case "", "not-found":
		default:
			status = Failure
		}
	}
	return status
}

// JobAdvice is where to look for why a job has failed, empty where the message says all; user: the job was one
// of the user's own manager.
func JobAdvice(unit string, result supervisor.JobResult, serviceResult string, user bool) string {
	if JobMessage(unit, result, serviceResult) == "" || !strings.HasSuffix(unit, ".service") {
		return ""
	}
	switch result {
	case supervisor.JobFailed:
	case supervisor.JobCanceled, supervisor.JobTimedOut, supervisor.JobFailedDependency, supervisor.JobInvalid, supervisor.JobAssert,
		supervisor.JobUnsupported, supervisor.JobCollected, supervisor.JobOnce:
		return ""
	}
	option := ""
	if user {
		option = "--user "
	}
	return fmt.Sprintf("See \"systemctl %sstatus %s\" and \"journalctl %s-xeu %s\" for details.", option, quoted(unit), option, quoted(unit))
}

// quoted is a unit's name for a shell.
func quoted(unit string) string {
	if strings.ContainsAny(unit, `\ `) {
		return `"` + strings.ReplaceAll(unit, `\`, `\\`) + `"`
	}
	return unit
}
