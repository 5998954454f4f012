package supervisor

import (
	"slices"
	"strings"

	"pintle/units"
)

// act takes an emergency action (systemd.unit(5), FailureAction=). status is the exit status that goes with
// it, or -1.
func (m *Manager) act(action units.EmergencyAction, status int, reason string) {
	if action == "" || action == "none" {
		return
	}
	o := Objective{Action: action, Status: max(status, 0), Reason: reason}
	if m.ending != nil && o.Status == 0 {
		o.Status = m.ending.objective.Status
	}
	if base, forced := ordered(action); forced {
		o.Action = base
		m.exit(o)
		return
	}
	m.host.Log(LevelNotice, "", "Shutting down ("+string(action)+"), as "+reason+".")
	m.shutdown(o)
}

// succeeded takes a unit's SuccessAction=. While everything stops that is how the last unit of the order says
// that its work is done (systemd-exit.service); what DefaultDependencies=no kept out of the order still has
// to be stopped then, so that the end is left to checkEnd.
func (m *Manager) succeeded(u *Unit) {
	status := u.exitStatusFor(u.SuccessActionExitStatus)
	if base, forced := ordered(u.SuccessAction); forced && m.ending != nil {
		m.ending.objective.Action = base
		if status > 0 {
			m.ending.objective.Status = status
		}
		return
	}
	m.act(u.SuccessAction, status, "unit "+u.Name+" succeeded")
}

// ordered is the action without its suffix, and whether it had one: "poweroff-force" and the like do not
// wait for units to stop.
func ordered(action units.EmergencyAction) (base units.EmergencyAction, forced bool) {
	for _, suffix := range []string{"-force", "-immediate"} {
		if s, ok := strings.CutSuffix(string(action), suffix); ok {
			return units.EmergencyAction(s), true
		}
	}
	return action, false
}

// checkVital ends everything when a vital unit has failed for good.
func (m *Manager) checkVital(u *Unit, to ActiveState) {
	if to != Failed || m.ending != nil || !slices.Contains(m.config.Vital, u.Name) || u.willRestart() {
		return
	}
	if active, _ := u.kind.state(); active != Failed {
		return // it is on its way up again
	}
	m.vitalFailed(u, "failed with result '"+u.Result()+"'")
}

// checkVitalJob does the same for a vital unit that never got as far as to fail.
func (m *Manager) checkVitalJob(j *Job) {
	u := j.Unit
	switch j.Result {
	case JobFailedDependency, JobTimedOut, JobInvalid, JobAssert, JobUnsupported:
	default:
		return
	}
	if m.ending == nil && j.Type == JobStart && u.active.down() && slices.Contains(m.config.Vital, u.Name) {
		m.vitalFailed(u, "could not be started ("+string(j.Result)+")")
	}
}

func (m *Manager) vitalFailed(u *Unit, how string) {
	status := u.exitStatusFor(nil)
	if status <= 0 {
		status = 1 // killed, or never run: the container has failed all the same
	}
	reason := "vital unit " + u.Name + " " + how
	m.host.Log(LevelError, u.Name, "Vital unit "+how+", stopping everything.")
	m.shutdown(Objective{Action: "exit", Status: status, Reason: reason})
}
