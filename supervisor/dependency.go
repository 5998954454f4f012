package supervisor

import (
	"iter"

	"pintle/units"
)

// What the manager does because of a dependency, and the kinds of dependency that make it do so. This is
// the one table of it; systemd.unit(5) describes each from the kind's side.
var (
	// When a transaction is built:
	pullsStart       = deps(units.Requires, units.BindsTo)                                        // start it too, or refuse
	pullsStartWeakly = deps(units.Wants, units.Upholds)                                           // start it too if that can be
	pullsVerify      = deps(units.Requisite)                                                      // it must be active already
	pullsStop        = deps(units.Conflicts)                                                      // stop it, or refuse
	pullsStopWeakly  = deps(units.ConflictedBy)                                                   // stop it if that can be
	stopsWith        = deps(units.RequiredBy, units.RequisiteOf, units.BoundBy, units.ConsistsOf) // a stop or restart takes it along
	stopsGracefully  = deps(units.PropagatesStopTo)                                               // the same, decided last
	reloadsWith      = deps(units.PropagatesReloadTo)                                             // a reload takes it along
	triggers         = deps(units.Triggers)
	triggeredBy      = deps(units.TriggeredBy) // what may start it again

	// When a job ends:
	startFailsWith = deps(units.RequiredBy, units.RequisiteOf, units.BoundBy) // its start fails for want of this one
	stopFailsWith  = deps(units.ConflictedBy)                                 // its start fails as this one did not go
	needsActive    = deps(units.RequisiteOf)                                  // fails if the start did not leave this one active

	// When a state changes that no job asked for:
	startsAlong       = deps(units.Requires, units.BindsTo)
	startsAlongWeakly = deps(units.Wants)
	stopsOnStart      = deps(units.Conflicts, units.ConflictedBy)
	stopsAlong        = deps(units.BoundBy, units.PropagatesStopTo)

	// What to look at again when a unit has come up or gone down:
	upholds    = deps(units.Upholds)
	upheldBy   = deps(units.UpheldBy)
	boundTo    = deps(units.BindsTo)
	boundBy    = deps(units.BoundBy)
	needs      = deps(units.Requires, units.Requisite, units.Wants, units.BindsTo, units.Upholds)
	neededBy   = deps(units.RequiredBy, units.RequisiteOf, units.WantedBy, units.BoundBy, units.UpheldBy)
	onFailure  = deps(units.OnFailure)
	onSuccess  = deps(units.OnSuccess)
	reportedBy = deps(units.OnFailureOf, units.OnSuccessOf)

	orderAfter  = deps(units.After)
	orderBefore = deps(units.Before)

	// What keeps a unit that is down from being forgotten.
	referencedBy = deps(units.ReferencedBy)
	references   = deps(units.References)
)

func deps(d ...units.Dependency) []units.Dependency { return d }

// each yields the units that u has dependencies of these kinds on, loading them where that has not been done.
func (u *Unit) each(kinds []units.Dependency) iter.Seq[*Unit] {
	return func(yield func(*Unit) bool) {
		for _, kind := range kinds {
			for _, name := range u.Deps[kind].Names() {
				if other := u.m.unit(name); other != u && !yield(other) {
					return
				}
			}
		}
	}
}

// known is each, but only for units the manager holds: one that it does not is inactive and has no job.
func (u *Unit) known(kinds []units.Dependency) iter.Seq[*Unit] {
	return func(yield func(*Unit) bool) {
		for _, kind := range kinds {
			for _, name := range u.Deps[kind].Names() {
				if other := u.m.units[name]; other != nil && other != u && !yield(other) {
					return
				}
			}
		}
	}
}
