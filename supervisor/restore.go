package supervisor

import (
	"encoding/json"
	"fmt"
	"slices"

	"pintle/supervisor/handover"
	"pintle/units"
)

// Restore takes over what another manager has saved, and goes on where that was. The manager must be new, and its host
// ready: it is told at once what the units wait for. The unit files are read anew, so that what then happens is what
// would have happened after Reload. damaged says that the other one was stopped in the middle of something by a bug.
//
// What cannot be taken over is left out; the first such thing is the error. After an error of another form nothing
// was taken over at all.
func (m *Manager) Restore(state []byte, damaged bool) error {
	var s savedState
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("cannot read the state of the units that was handed over: %w", err)
	}
	if s.Format != stateFormat {
		return fmt.Errorf("cannot take over the state of the units: it is of form %d, and only %d is known", s.Format, stateFormat)
	}
	r := restorer{m: m, c: m.codec(new([]int))}
	r.units(s.Units)
	r.jobs(s.Jobs)
	r.note(r.c.Read(s.Manager, m))
	r.tie()
	m.reload(m.graph)
	for _, u := range m.sorted() {
		if k, ok := u.kind.(resumer); ok {
			k.resume()
			u.awaitEmpty()
		}
	}
	if damaged {
		m.heal()
	}
	m.run()
	return r.first
}

// restorer reads what one manager saved into another.
type restorer struct {
	m     *Manager
	c     *handover.Codec
	first error
}

func (r *restorer) note(err error) {
	if r.first == nil {
		r.first = err
	}
}

// units makes all units before it reads any of them, as they point to each other.
func (r *restorer) units(list []savedUnit) {
	m := r.m
	for i := range list {
		s := &list[i]
		if s.Settings == nil {
			m.unit(s.Name)
			continue
		}
		loaded := &units.Unit{}
		r.note(r.c.Read(s.Settings, loaded))
		if loaded.Name != s.Name {
			r.note(fmt.Errorf("cannot take over %s: its settings are of %q", s.Name, loaded.Name))
			continue
		}
		state := loaded.State
		if s.Kind != kindName(&unsupported{}) {
			loaded.State = units.Loaded // when it was started; its files may have gone since
		}
		u := m.newUnit(loaded)
		loaded.State = state
		u.active = Inactive // what a perpetual unit is otherwise has been written
		m.units[u.Name] = u
		u.names = []string{u.Name}
		m.unitAdded(u)
	}
	for i := range list {
		s := &list[i]
		u := m.units[s.Name]
		if u == nil || s.Settings == nil {
			continue
		}
		r.note(r.c.Read(s.Unit, u))
		if u.retry != nil {
			u.retry.fire = func() { m.lookAgain(u) }
		}
		if s.Kind != kindName(u.kind) {
			r.note(fmt.Errorf("cannot take over what %s was doing: it was a %s, and is a %s", u.Name, s.Kind, kindName(u.kind)))
			u.active, _ = u.kind.state()
			continue
		}
		r.note(r.c.Read(s.State, u.kind))
	}
}

func (r *restorer) jobs(list []map[string]json.RawMessage) {
	m := r.m
	for _, fields := range list {
		j := &Job{}
		r.note(r.c.Read(fields, j))
		if j.Unit == nil || j.ID == 0 || !j.installed {
			continue
		}
		j.timer.fire = func() { m.jobTimedOut(j) }
		m.jobs[j.ID] = j
		if j.Type == JobNop {
			j.Unit.nop = j
		} else {
			j.Unit.job = j
		}
		m.jobAdded(j)
	}
}

// tie does what is left when everything has been read: lists may have become shorter, and what the manager's own
// timers do cannot be written.
func (r *restorer) tie() {
	m := r.m
	if m.ending != nil {
		m.ending.hurry.fire, m.ending.last.fire = m.hurry, m.outOfTime
	}
	m.changes = slices.DeleteFunc(m.changes, func(c change) bool { return c.unit == nil })
}
