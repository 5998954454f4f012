package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"pintle/supervisor/handover"
	"pintle/units"
)

// stateFormat is the form of what Save writes. It changes only when a program that knows the old one could not make
// anything of the new: fields that come and go are no such case (see package handover).
const stateFormat = 1

// savedState is all that a manager knows and could not find out again.
type savedState struct {
	Format  int                          `json:"format"`
	Manager map[string]json.RawMessage   `json:"manager"`
	Units   []savedUnit                  `json:"units"`
	Jobs    []map[string]json.RawMessage `json:"jobs"`
}

// savedUnit is one unit. Of one about which nothing is to be said but that it is loaded there is only the name.
type savedUnit struct {
	Name string `json:"name"`
	// Settings are what its files said. They are read anew; but what runs was started by these, and they are what
	// is left of a unit whose files have gone.
	Settings map[string]json.RawMessage `json:"settings,omitempty"`
	Unit     map[string]json.RawMessage `json:"unit,omitempty"`
	Kind     string                     `json:"kind,omitempty"` // the type of its state machine
	State    map[string]json.RawMessage `json:"state,omitempty"`
}

// Save writes down all that the manager knows, for Restore of the program that takes its place, which must have the
// descriptors under their numbers. Settle should come before it, unless nothing more can be expected of the manager.
func (m *Manager) Save() (state []byte, fds []int, err error) {
	c := m.codec(&fds)
	s := savedState{Format: stateFormat, Manager: c.Fields(m)}
	fresh := c.Fields(&Unit{active: Inactive})
	for _, u := range m.sorted() {
		s.Units = append(s.Units, m.saveUnit(c, u, fresh))
	}
	for _, j := range m.sortedJobs() {
		s.Jobs = append(s.Jobs, c.Fields(j))
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot write down the state of the units: %w", err)
	}
	return text, fds, nil
}

// saveUnit writes a unit down, as far as it is other than one that was just loaded, whose fields are given.
func (m *Manager) saveUnit(c *handover.Codec, u *Unit, fresh map[string]json.RawMessage) savedUnit {
	loaded := *u.Unit
	loaded.State = units.Loaded
	kind := newKind(&Unit{Unit: &loaded, m: m})
	s := savedUnit{Name: u.Name, Kind: kindName(u.kind)}
	s.Unit = handover.Difference(c.Fields(u), fresh)
	s.State = c.Fields(u.kind)
	if kindName(kind) == s.Kind {
		s.State = handover.Difference(s.State, c.Fields(kind))
	}
	if len(s.Unit) == 0 && len(s.State) == 0 && u.job == nil && u.nop == nil {
		return savedUnit{Name: u.Name}
	}
	s.Settings = c.Sparse(u.Unit)
	return s
}

// kindName names the state machine of a unit: two builds that mean the same by it hand over to each other.
func kindName(k kind) string { return strings.TrimPrefix(fmt.Sprintf("%T", k), "*supervisor.") }

// codec knows how to write what units, jobs and timers are to each other: by name, number and instant. It notes the
// descriptors that it writes.
func (m *Manager) codec(fds *[]int) *handover.Codec {
	c := handover.New()
	handover.Register(c, func(fd *FD) (json.RawMessage, bool) {
		*fds = append(*fds, fd.FD)
		return marshal(*fd), true
	}, func(text json.RawMessage, fd *FD) error { return json.Unmarshal(text, fd) })
	handover.Register(c, func(s *Streams) (json.RawMessage, bool) {
		for _, fd := range s {
			if fd >= 0 {
				*fds = append(*fds, fd)
			}
		}
		return marshal(*s), true
	}, func(text json.RawMessage, s *Streams) error { return json.Unmarshal(text, s) })
	handover.Register(c, func(fd *descriptor) (json.RawMessage, bool) {
		if *fd >= 0 {
			*fds = append(*fds, int(*fd))
		}
		return marshal(*fd), true
	}, func(text json.RawMessage, fd *descriptor) error { return json.Unmarshal(text, fd) })
	handover.Register(c, func(u **Unit) (json.RawMessage, bool) {
		if *u == nil || m.units[(*u).Name] != *u {
			return nil, false // forgotten: what still points there looks at nothing
		}
		return marshal((*u).Name), true
	}, func(text json.RawMessage, u **Unit) error {
		var name string
		err := json.Unmarshal(text, &name)
		*u = m.units[name]
		return err
	})
	handover.Register(c, func(j **Job) (json.RawMessage, bool) {
		if *j == nil || m.jobs[(*j).ID] != *j {
			return nil, false
		}
		return marshal((*j).ID), true
	}, func(text json.RawMessage, j **Job) error {
		var id uint32
		err := json.Unmarshal(text, &id)
		*j = m.jobs[id]
		return err
	})
	handover.Register(c, func(t *timer) (json.RawMessage, bool) {
		return marshal(t.at), t.index != 0
	}, func(text json.RawMessage, t *timer) error {
		at := units.Infinity
		err := json.Unmarshal(text, &at) // null: not set
		m.timers.set(t, at)
		return err
	})
	handover.Register(c, func(e *error) (json.RawMessage, bool) {
		if *e == nil {
			return nil, false
		}
		return marshal((*e).Error()), true
	}, func(text json.RawMessage, e *error) error {
		var message string
		err := json.Unmarshal(text, &message)
		*e = errors.New(message)
		return err
	})
	// The dependencies are those of the files that there are.
	handover.Register(c, func(*map[units.Dependency]units.Set) (json.RawMessage, bool) { return nil, false },
		func(json.RawMessage, *map[units.Dependency]units.Set) error { return nil })
	return c
}

// marshal writes a string or number, which cannot fail.
func marshal(v any) json.RawMessage {
	text, _ := json.Marshal(v)
	return text
}
