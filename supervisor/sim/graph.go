package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"pintle/units"
)

// graph is a random set of units; it is its own resolver.
type graph struct {
	names []string
	units map[string]*units.Unit

	template *units.Unit // the service of conn.socket's connections, if there is that socket
	refuses  bool        // and it can never start
}

// Load implements units.Resolver. An instance is like its template.
func (g *graph) Load(name string) *units.Unit {
	if u := g.units[name]; u != nil {
		return u
	}
	if g.template != nil && strings.HasPrefix(name, "conn@") {
		u := *g.template
		u.Name = name
		u.Deps = map[units.Dependency]units.Set{}
		g.units[name] = &u
		if g.refuses {
			var missing units.Set
			missing.Add("missing.service")
			u.Deps[units.Requires] = missing
		}
		g.linkNames(name, units.After, "conn.socket")
		g.linkNames(name, units.Before, "shutdown.target")
		g.linkNames(name, units.Conflicts, "shutdown.target")
		return &u
	}
	return &units.Unit{Name: name, State: units.NotFound}
}

// Get implements units.Resolver.
func (g *graph) Get(name string) *units.Unit { return g.units[name] }

// Unload implements units.Resolver: the files have not changed, so the unit stays as it is.
func (g *graph) Unload(string) {}

// newGraph draws up to seven services, sockets and timers for some of them, and a target over them all.
// Dependencies go from a later unit to an earlier one; in some graphs the order also goes back, in cycles.
func newGraph(r *rand.Rand) *graph {
	g := &graph{units: map[string]*units.Unit{}}
	n := 2 + r.IntN(6)
	cyclic := r.IntN(4) == 0
	for i := range n {
		g.add(randomService(r, fmt.Sprintf("u%d.service", i)))
	}
	kinds := []units.Dependency{units.Requires, units.Wants, units.BindsTo, units.PartOf, units.Requisite,
		units.Conflicts, units.Upholds, units.OnFailure, units.OnSuccess, units.PropagatesStopTo, units.PropagatesReloadTo}
	for i := 1; i < n; i++ {
		for j := range i {
			if r.IntN(3) == 0 {
				g.link(i, units.After, j)
			}
			if r.IntN(4) == 0 {
				g.link(i, kinds[r.IntN(len(kinds))], j)
			}
			if cyclic && r.IntN(5) == 0 {
				g.link(j, units.After, i)
			}
		}
	}
	for i := range n {
		if r.IntN(5) == 0 {
			g.link(g.add(randomSocket(r, fmt.Sprintf("u%d.socket", i))), units.Triggers, i)
			g.link(len(g.names)-1, units.Before, i)
		}
		if r.IntN(5) == 0 {
			g.link(g.add(randomTimer(r, fmt.Sprintf("u%d.timer", i))), units.Triggers, i)
			g.link(len(g.names)-1, units.Before, i)
		}
	}
	if r.IntN(6) == 0 {
		u := randomSocket(r, "conn.socket")
		u.Socket.Accept = true
		u.Socket.MaxConnections = pick[uint](r, 1, 3)
		g.add(u)
		g.template, g.refuses = randomService(r, "conn@.service"), r.IntN(4) == 0
		g.template.Service.FileDescriptorStoreMax = 0
		g.template.Service.PIDFile = ""
	}
	all := g.add(target("all.target"))
	for i := range all {
		if r.IntN(3) != 0 {
			g.link(all, units.Wants, i)
			g.link(all, units.After, i)
		}
	}
	shutdown := g.add(target("shutdown.target"))
	for i := range shutdown {
		g.link(i, units.Conflicts, shutdown)
		g.link(i, units.Before, shutdown)
	}
	exit := g.add(target("exit.target"))
	g.link(exit, units.Requires, shutdown)
	g.link(exit, units.After, shutdown)
	return g
}

// seenBy is the graph as a manager sees it that is broken in some way.
func (g *graph) seenBy(f faults) *graph {
	if !f.hidesOrder && !f.noStartLimit {
		return g
	}
	seen := &graph{names: g.names, units: map[string]*units.Unit{}}
	for name, u := range g.units {
		c := *u
		if f.hidesOrder {
			c.Deps = map[units.Dependency]units.Set{}
			for kind, set := range u.Deps {
				if kind != units.After && kind != units.Before {
					c.Deps[kind] = set
				}
			}
		}
		if f.noStartLimit {
			c.StartLimitBurst = 0
		}
		seen.units[name] = &c
	}
	return seen
}

// add returns the unit's index.
func (g *graph) add(u *units.Unit) int {
	g.names = append(g.names, u.Name)
	g.units[u.Name] = u
	return len(g.names) - 1
}

// inverse are the pairs of dependencies that the graph draws.
var inverse = map[units.Dependency]units.Dependency{
	units.After: units.Before, units.Before: units.After, units.Requires: units.RequiredBy,
	units.Wants: units.WantedBy, units.BindsTo: units.BoundBy, units.PartOf: units.ConsistsOf,
	units.Requisite: units.RequisiteOf, units.Conflicts: units.ConflictedBy, units.Upholds: units.UpheldBy,
	units.OnFailure: units.OnFailureOf, units.OnSuccess: units.OnSuccessOf,
	units.PropagatesStopTo: units.StopPropagatedFrom, units.PropagatesReloadTo: units.ReloadPropagatedFrom,
	units.Triggers: units.TriggeredBy,
}

func (g *graph) link(from int, kind units.Dependency, to int) {
	g.linkNames(g.names[from], kind, g.names[to])
}

func (g *graph) linkNames(from string, kind units.Dependency, to string) {
	one := func(u *units.Unit, kind units.Dependency, name string) {
		set := u.Deps[kind]
		set.Add(name)
		u.Deps[kind] = set
	}
	one(g.units[from], kind, to)
	one(g.units[to], inverse[kind], from)
}
