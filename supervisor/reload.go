package supervisor

import (
	"fmt"
	"strings"

	"pintle/units"
)

// Reload has all unit files read anew (systemctl daemon-reload): graph sees the files as they are now. What
// runs goes on running, by its new settings from its next step on.
func (m *Manager) Reload(graph units.Resolver) {
	m.reload(graph)
	m.run()
}

func (m *Manager) reload(graph units.Resolver) {
	m.graph, m.filesChanged = graph, false
	held := m.sorted()
	clear(m.units)
	for _, u := range held {
		loaded := graph.Load(u.Name)
		switch {
		case loaded.Name != u.Name:
			// The name now belongs to another unit. One that is down can go; one that is up stays what it was.
			if !u.inUse() {
				continue
			}
		case loaded.State == units.Loaded:
			u.Unit = loaded
			if _, ok := u.kind.(*unsupported); ok {
				u.kind = newKind(u)
				u.active, _ = u.kind.state()
			}
		case !u.inUse():
			// Forgotten unless others refer to it.
			u.silence()
			u.Unit, u.kind, u.active = loaded, &unsupported{}, Inactive
		default:
			// The files have gone while the unit is up: it must still be possible to stop it.
			gone := *u.Unit
			gone.State, gone.Err, gone.Deps = loaded.State, loaded.Err, loaded.Deps
			u.Unit = &gone
		}
		u.names = nil
		m.name(u, u.Name)
	}
	for _, u := range held {
		for _, alias := range u.Aliases {
			if m.units[u.Name] == u {
				m.name(u, alias)
			}
		}
	}
	for _, u := range held {
		if m.units[u.Name] != u {
			u.silence()
			m.unitRemoved(u)
			continue
		}
		if c, ok := u.kind.(configured); ok {
			c.reconfigure()
		}
		m.touch(u)
		m.garbage.add(u, queuedGarbage)
		m.recheck(u) // by the dependencies that it has now
		if u.job != nil {
			m.queueJob(u.job)
		}
	}
}

// Dump is a table of all units that are up, failed, or have a job, for tests and for people.
func (m *Manager) Dump() string {
	var b strings.Builder
	for _, u := range m.sorted() {
		active, sub := u.State()
		if u.Job() == nil && active == Inactive {
			continue
		}
		fmt.Fprintf(&b, "%s %s %s", u.Name, active, sub)
		if j := u.Job(); j != nil {
			fmt.Fprintf(&b, " job %d %s %s", j.ID, j.Type, j.State)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
