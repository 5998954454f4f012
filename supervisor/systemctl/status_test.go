package systemctl

import (
	"testing"

	"pintle/supervisor"
)

func TestErrorStatus(t *testing.T) {
	for name, want := range map[string]int{
		supervisor.ErrNoSuchUnit:               5,
		supervisor.ErrUnitMasked:               1,
		supervisor.ErrBadUnitSetting:           1,
		supervisor.ErrLoadFailed:               6,
		supervisor.ErrOnlyByDependency:         4,
		supervisor.ErrNoIsolation:              4,
		supervisor.ErrTransactionIsDestructive: 4,
		supervisor.ErrJobTypeNotApplicable:     3,
		supervisor.ErrInvalidArgs:              1,
		supervisor.ErrShuttingDown:             1,
	} {
		if got := ErrorStatus(name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

func TestJobMessage(t *testing.T) {
	for _, c := range []struct {
		unit          string
		job           supervisor.JobResult
		result, wants string
	}{
		{"a.service", supervisor.JobDone, "exit-code", ""},
		{"a.service", supervisor.JobSkipped, "success", ""},
		{"a.service", supervisor.JobCanceled, "success", "Job for a.service canceled."},
		{"a.service", supervisor.JobTimedOut, "success", "Job for a.service timed out."},
		{"a.service", supervisor.JobFailedDependency, "success", "A dependency job for a.service failed. See 'journalctl -xe' for details."},
		{"a.service", supervisor.JobInvalid, "success", "a.service is not active, cannot reload."},
		{"a.service", supervisor.JobAssert, "success", "Assertion failed on job for a.service."},
		{"a.mount", supervisor.JobUnsupported, "success", "Operation on or unit type of a.mount not supported on this system."},
		{"a.service", supervisor.JobFailed, "core-dump", "Job for a.service failed because a fatal signal was delivered causing the control process to dump core."},
		{"a.service", supervisor.JobFailed, "start-limit-hit", "Job for a.service failed."},
		{"a.socket", supervisor.JobFailed, "resources", `Job failed. See "journalctl -xe" for details.`},
	} {
		if got := JobMessage(c.unit, c.job, c.result); got != c.wants {
			t.Errorf("%s %s %s: %q, want %q", c.unit, c.job, c.result, got, c.wants)
		}
	}
}

func TestStatusOfSeveralUnits(t *testing.T) {
	active, inactive := State{Active: "active", Load: "loaded"}, State{Active: "inactive", Load: "loaded"}
	failed, missing := State{Active: "failed", Load: "loaded"}, State{Active: "inactive", Load: "not-found"}
	reloading, activating := State{Active: "reloading", Load: "loaded"}, State{Active: "activating", Load: "loaded"}
	stale := State{Active: "failed", Load: "loaded", PIDFile: true}
	for _, c := range []struct {
		name                     string
		units                    []State
		isActive, isFailed, show int
	}{
		{"one is up", []State{active}, 0, 1, 0},
		{"one of two is up", []State{inactive, active}, 0, 1, 3},
		{"none is", []State{inactive}, 3, 1, 3},
		{"reloading is up", []State{reloading}, 0, 1, 0},
		{"on its way is not", []State{activating}, 3, 1, 3},
		{"one has failed", []State{active, failed}, 0, 0, 3},
		{"there is none", []State{missing}, 4, 4, 4},
		{"one there, one not", []State{missing, inactive}, 3, 1, 4},
		{"dead with its PID file left", []State{stale}, 3, 0, 1},
		{"no pattern matched", nil, 4, 4, 0},
	} {
		if got := IsActive(c.units); got != c.isActive {
			t.Errorf("%s: is-active %d, want %d", c.name, got, c.isActive)
		}
		if got := IsFailed(c.units); got != c.isFailed {
			t.Errorf("%s: is-failed %d, want %d", c.name, got, c.isFailed)
		}
		if got := Status(c.units); got != c.show {
			t.Errorf("%s: status %d, want %d", c.name, got, c.show)
		}
	}
}

func TestIsEnabled(t *testing.T) {
	for _, c := range []struct {
		states []string
		want   int
	}{
		{[]string{"enabled"}, 0}, {[]string{"static"}, 0}, {[]string{"disabled"}, 1}, {[]string{"masked"}, 1},
		{[]string{"disabled", "enabled-runtime"}, 0}, {[]string{"not-found"}, 4}, {[]string{"linked"}, 1},
	} {
		if got := IsEnabled(c.states); got != c.want {
			t.Errorf("%v: %d, want %d", c.states, got, c.want)
		}
	}
}
