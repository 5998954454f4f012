package supervisor

import (
	"slices"
	"strings"

	"pintle/units"
)

// Filter picks units as systemctl list-units does.
type Filter struct {
	// States are load, active or sub-states of which a unit must have one; none for any.
	States []string
	// Patterns are shell patterns of which a unit's name must match one; none for any.
	Patterns []string
}

// Match tells whether the filter lets a unit through.
func (f Filter) Match(u *Unit) bool {
	active, sub := u.State()
	return f.match(u.Name, string(u.Unit.State), string(active), sub)
}

// MatchUnheld is Match for a unit that the manager does not hold: it is down.
func (f Filter) MatchUnheld(u *units.Unit) bool {
	return f.match(u.Name, string(u.State), string(Inactive), "dead")
}

func (f Filter) match(name string, states ...string) bool {
	if len(f.States) > 0 && !slices.ContainsFunc(states, func(s string) bool { return slices.Contains(f.States, s) }) {
		return false
	}
	return len(f.Patterns) == 0 || slices.ContainsFunc(f.Patterns, func(p string) bool { return units.MatchPattern(p, name) })
}

// unitLister is what a Resolver may be besides: it lists the units that are loaded.
type unitLister interface{ Loaded() []*units.Unit }

// Unheld are the units that are loaded because others name them, and about which there is nothing more to tell than
// what their files say, by name. To a client they are units like any other.
func (m *Manager) Unheld() (list []*units.Unit) {
	g, ok := m.graph.(unitLister)
	if !ok {
		return nil
	}
	for _, u := range g.Loaded() {
		if m.units[u.Name] == nil && u.State != units.Stub {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(a, b *units.Unit) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Known is a unit that the manager holds, or that is loaded because others name it; nil for any other.
func (m *Manager) Known(name string) *Unit {
	if u := m.units[name]; u != nil {
		return u
	}
	if m.graph.Get(name) != nil {
		return m.unit(name)
	}
	return nil
}

// processOwner is what a Host may be besides: it tells which unit a process belongs to, "" for none.
type processOwner interface{ UnitOf(pid int) string }

// UnitByPID is the unit that a process belongs to, or nil.
func (m *Manager) UnitByPID(pid int) *Unit {
	if pid == 1 {
		return m.units["init.scope"]
	}
	if u := m.pids[pid]; u != nil {
		return u
	}
	if h, ok := m.host.(processOwner); ok {
		return m.units[h.UnitOf(pid)]
	}
	return nil
}

// UnitByInvocationID is the unit whose present or last run has that id (32 hex digits), or nil.
func (m *Manager) UnitByInvocationID(id string) *Unit {
	if id == "" {
		return nil
	}
	for _, u := range m.units {
		if u.invocationID == id {
			return u
		}
	}
	return nil
}

// UnitByControlGroup is the unit that a control group, or the nearest one above it, stands for, or nil.
func (m *Manager) UnitByControlGroup(path string) *Unit {
	if path == "" || path == "/" {
		return m.units["-.slice"]
	}
	for path = strings.TrimRight(path, "/"); strings.HasPrefix(path, "/"); path = path[:strings.LastIndexByte(path, '/')] {
		if u := m.units[path[strings.LastIndexByte(path, '/')+1:]]; u != nil && u.ControlGroup() == path {
			return u
		}
	}
	return nil
}

// ControlGroup is the path that a unit's control group would have below the one of the container: systemctl
// status shows processes below it, and nothing is there in the file system. A unit that is down has none.
func (u *Unit) ControlGroup() string {
	if u.Resources == nil || u.active.down() {
		return ""
	}
	if u.Name == "-.slice" {
		return "/"
	}
	path := ""
	if TypeOf(u.Name) != "slice" {
		path = "/" + units.EscapeControlGroup(u.Name)
	}
	slice := u.Name
	if TypeOf(slice) != "slice" {
		slice = u.Resources.Slice
	}
	for depth := 0; slice != "" && slice != "-.slice" && depth < 64; depth++ {
		path = "/" + units.EscapeControlGroup(slice) + path
		slice, _ = units.ParentSlice(slice)
	}
	return path
}

// Processes are the processes of a unit, those of the main and the control process among them.
func (u *Unit) Processes() []int { return u.host().Processes(u.Name) }

// JobByID is a job that is queued, or nil.
func (m *Manager) JobByID(id uint32) *Job { return m.jobs[id] }

// Waits are the jobs that a job waits for, or with before those that wait for it, by the order of their units
// (GetJobAfter and GetJobBefore of the Manager interface).
func (m *Manager) Waits(j *Job, before bool) []*Job {
	var list []*Job
	add := func(other *Unit, side int) {
		o := other.job
		if o == nil || o == j || slices.Contains(list, o) {
			return
		}
		if side < 0 == before {
			list = append(list, o)
		}
	}
	if j.ignoreOrder || j.Type == JobNop {
		return nil
	}
	for other := range j.Unit.known(orderBefore) { // this unit comes before the other
		if other.job != nil {
			if side := j.before(other.job); side != 0 {
				add(other, side)
			}
		}
	}
	for other := range j.Unit.known(orderAfter) {
		if other.job != nil {
			if side := other.job.before(j); side != 0 {
				add(other, -side)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Job) int { return int(a.ID) - int(b.ID) })
	return list
}
