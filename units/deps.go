package units

// inverses pairs every dependency kind with what it is seen from the other unit.
var inverses = map[Dependency]Dependency{
	Requires: RequiredBy, Requisite: RequisiteOf, Wants: WantedBy, BindsTo: BoundBy, PartOf: ConsistsOf,
	Upholds: UpheldBy, Conflicts: ConflictedBy, Before: After, OnSuccess: OnSuccessOf, OnFailure: OnFailureOf,
	Triggers: TriggeredBy, PropagatesReloadTo: ReloadPropagatedFrom, PropagatesStopTo: StopPropagatedFrom,
	JoinsNamespaceOf: JoinsNamespaceOf, References: ReferencedBy, InSlice: SliceOf,
	RequiredBy: Requires, RequisiteOf: Requisite, WantedBy: Wants, BoundBy: BindsTo, ConsistsOf: PartOf,
	UpheldBy: Upholds, ConflictedBy: Conflicts, After: Before, OnSuccessOf: OnSuccess, OnFailureOf: OnFailure,
	TriggeredBy: Triggers, ReloadPropagatedFrom: PropagatesReloadTo, StopPropagatedFrom: PropagatesStopTo,
	ReferencedBy: References, SliceOf: InSlice,
}

// Inverse is the kind of the same dependency seen from the other unit: RequiredBy for Requires.
func (d Dependency) Inverse() Dependency { return inverses[d] }

// depend makes a unit depend on another one, which is loaded in its turn. A unit does not depend on itself.
func (g *Graph) depend(u *Unit, to string, kinds ...Dependency) {
	other := g.named(to)
	if other == u {
		return
	}
	for _, kind := range kinds {
		g.connect(edge{u.Name, kind, other.Name})
	}
}

func (g *Graph) connect(e edge) {
	edges := g.edges[e.from]
	if edges == nil {
		edges = make([]edge, 0, 8) // as few units have less
	}
	g.edges[e.from] = append(edges, e)
	g.link(e)
}

// link writes an edge to the units at both of its ends that are there.
func (g *Graph) link(e edge) {
	from, to := g.units[e.from], g.units[e.to]
	if from != nil {
		from.link(e.kind, e.to)
		from.link(References, e.to)
	}
	if to != nil {
		to.link(inverses[e.kind], e.from)
		to.link(ReferencedBy, e.from)
	}
}

func (u *Unit) link(kind Dependency, name string) {
	s := u.Deps[kind]
	if s.Add(name) {
		u.Deps[kind] = s
	}
}

// unlink removes from a unit all that another one, which is gone, said about the two. What the unit itself
// says stays.
func (g *Graph) unlink(u *Unit, gone string) {
	for kind, s := range u.Deps {
		if s.Remove(gone) {
			u.Deps[kind] = s
		}
		if s.Len() == 0 {
			delete(u.Deps, kind)
		}
	}
	for _, e := range g.edges[u.Name] {
		if e.to == gone {
			g.link(e)
		}
	}
}

// rejoin gives a unit that was unloaded and is back what other units say about it.
func (g *Graph) rejoin(u *Unit) {
	delete(g.dropped, u.Name)
	for _, edges := range g.edges {
		for _, e := range edges {
			if e.to == u.Name {
				g.link(e)
			}
		}
	}
}

// declaration is what one setting of [Unit] says of dependencies.
type declaration struct {
	kind  Dependency
	names []string
}

// declared is every dependency list of [Unit].
func (u *Unit) declared() [16]declaration {
	return [...]declaration{
		{Requires, u.Requires}, {Requisite, u.Requisite}, {Wants, u.Wants}, {BindsTo, u.BindsTo},
		{Upholds, u.Upholds}, {Conflicts, u.Conflicts}, {Before, u.Before}, {After, u.After},
		{OnSuccess, u.OnSuccess}, {OnFailure, u.OnFailure}, {PropagatesReloadTo, u.PropagatesReloadTo},
		{ReloadPropagatedFrom, u.ReloadPropagatedFrom}, {PropagatesStopTo, u.PropagatesStopTo},
		{StopPropagatedFrom, u.StopPropagatedFrom}, {PartOf, u.PartOf}, {JoinsNamespaceOf, u.JoinsNamespaceOf},
	}
}

// pulledByTargets are the dependencies of a target that order it after the other unit by default.
var pulledByTargets = []Dependency{RequiredBy, RequisiteOf, WantedBy, BoundBy, UpheldBy}

// targetDefaults orders targets after the units they pull in, unless an order is given or one of the two
// wants no default dependencies. It is called for every unit once its files are read; whichever of the two
// comes last finds the other.
//
// What a target is PartOf= comes before it only if it was loaded earlier: so it is with systemd.
func (g *Graph) targetDefaults(u *Unit) {
	if u.State != Loaded {
		return
	}
	for _, kind := range pulledByTargets {
		for _, name := range u.Deps[kind].Names() {
			g.orderTarget(g.units[name], u)
		}
		if NameType(u.Name) == "target" {
			for _, name := range u.Deps[inverses[kind]].Names() {
				g.orderTarget(u, g.units[name])
			}
		}
	}
}

func (g *Graph) orderTarget(target, u *Unit) {
	if target == nil || u == nil || NameType(target.Name) != "target" || target.State != Loaded || u.State != Loaded ||
		!target.DefaultDependencies || !u.DefaultDependencies ||
		target.Deps[Before].Has(u.Name) || target.Deps[After].Has(u.Name) {
		return
	}
	g.connect(edge{target.Name, After, u.Name})
}
