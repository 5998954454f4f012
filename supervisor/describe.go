package supervisor

import (
	"fmt"
	"strings"
	"time"

	"pintle/units"
)

// Describe tells all that is known of units, for people who look for a fault (systemd-analyze dump). Its form is
// that of systemd, and like that may change.
func (m *Manager) Describe(f Filter) string {
	var b strings.Builder
	if len(f.Patterns) == 0 {
		fmt.Fprintf(&b, "Manager state: %s\nJobs: %d\n", m.State(), len(m.jobs))
	}
	for _, u := range m.sorted() {
		if f.Match(u) {
			u.describe(&b)
		}
	}
	for _, j := range m.sortedJobs() {
		if f.Match(j.Unit) {
			fmt.Fprintf(&b, "-> Job %d:\n\tAction: %s -> %s\n\tState: %s\n\tIrreversible: %s\n", j.ID, j.Unit.Name, j.Type, j.State, units.YesNo(j.irreversible))
		}
	}
	return b.String()
}

func (u *Unit) describe(b *strings.Builder) {
	stamp := func(i Instant) string {
		if i.Realtime == 0 {
			return "n/a"
		}
		return units.FormatTimestamp(i.Realtime, time.Local)
	}
	line := func(what string, value any) { fmt.Fprintf(b, "\t%s: %v\n", what, value) }
	active, sub := u.State()
	description := u.Description
	if description == "" {
		description = u.Name
	}
	fmt.Fprintf(b, "-> Unit %s:\n", u.Name)
	line("Description", description)
	line("Unit Load State", u.Unit.State)
	line("Unit Active State", active)
	line("State Change Timestamp", stamp(u.stamps.StateChange))
	line("Inactive Exit Timestamp", stamp(u.stamps.InactiveExit))
	line("Active Enter Timestamp", stamp(u.stamps.ActiveEnter))
	line("Active Exit Timestamp", stamp(u.stamps.ActiveExit))
	line("Inactive Enter Timestamp", stamp(u.stamps.InactiveEnter))
	line("Transient", units.YesNo(u.Transient()))
	line("Perpetual", units.YesNo(u.perpetual()))
	line("Garbage Collection Mode", u.CollectMode)
	if u.Resources != nil {
		line("Slice", u.Resources.Slice)
		line("CGroup", u.ControlGroup())
	}
	if u.invocationID != "" {
		line("Invocation ID", u.invocationID)
	}
	for _, name := range u.names {
		if name != u.Name {
			line("Name", name)
		}
	}
	if u.Fragment != "" {
		line("Fragment Path", u.Fragment)
	}
	for _, file := range u.DropIns {
		line("DropIn Path", file)
	}
	if u.Err != nil {
		line("Load Error", u.Err)
	}
	line("Condition Timestamp", stamp(u.conditions.At))
	line("Condition Result", units.YesNo(u.conditions.Met))
	line("Assert Timestamp", stamp(u.asserts.At))
	line("Assert Result", units.YesNo(u.asserts.Met))
	for _, kind := range dependencyProperties {
		for _, name := range u.Deps[units.Dependency(kind)].Names() {
			line(kind, name)
		}
	}
	line(strings.ToUpper(TypeOf(u.Name)[:1])+TypeOf(u.Name)[1:]+" State", sub)
	line("Result", u.Result())
	if u.clients > 0 {
		line("References of clients", u.clients)
	}
	if s, ok := u.kind.(*service); ok {
		line("Main PID", s.main.pid)
		line("Control PID", s.control)
		line("Number of Restarts", s.nRestarts)
	}
	if u.Resources != nil && !u.active.down() && TypeOf(u.Name) != "slice" {
		line("Processes", u.Processes())
	}
	if j := u.Job(); j != nil {
		line("Job", fmt.Sprintf("%d %s %s", j.ID, j.Type, j.State))
	}
}
