package supervisor

import (
	"pintle/units"
)

// A transaction is a request thought through to its end before anything is touched: the job asked for (the
// anchor), the jobs that one needs, those that these need, and so on. It is either carried out whole or not
// at all, and what is refused is refused before the first process has noticed.
//
// The jobs are the nodes of a graph. An edge says "this one is here because of that one" and whether that
// one can do without (Wants=) or not (Requires=: the edge matters). A job matters if it can be reached from
// the anchor over edges that matter. Whatever stands in the way of the rest may be dropped if it does not
// matter; if it does, the request is refused. Dropping a job drops what cannot do without it, too, and
// what was there only because of it.
//
// Building is a walk from the anchor over the dependencies (add). Then, in this order:
//
//  1. mark what matters;
//  2. mode fail only: drop what would stop a running unit or reverse a queued job, if it does not matter;
//  3. drop jobs for units that are already what the job would make them;
//  4. drop what nothing asks for any more, and break cycles of the order: of each cycle, the first job
//     that does not matter; begin again until there is none;
//  5. make one job of all jobs of a unit, dropping one of two that cannot be merged;
//  6. drop once more what has become redundant, and break the cycles of what has come of the merge: a unit that
//     was to be stopped, too, stood elsewhere in the order;
//  7. refuse the request if it would replace a job that must not be replaced;
//  8. install the jobs.
//
// A unit may have several jobs until step 5, each of another type. The order of units is the order in
// which they came in, and of a unit's jobs the last one is first, so that the same request always gives the same result.
type transaction struct {
	m      *Manager
	mode   units.JobMode
	anchor *step
	steps  map[*Unit][]*step // the last that was added comes first
	order  []*Unit           // every unit that ever had a step, in the order of the first
	cycles []Cycle
}

// step is a job that may become part of the manager's queue.
type step struct {
	unit        *Unit
	typ         JobType
	ignoreOrder bool
	matters     bool
	in, out     []*edge // in: who asked for this; out: what this asked for
}

// edge: by asks for step to.
type edge struct {
	by, to    *step // by is nil for the anchor
	matters   bool  // by cannot do without
	conflicts bool  // to is a stop because by conflicts with its unit
}

// how a step is asked for.
type how struct {
	matters, conflicts           bool
	ignoreRequirements, anyOrder bool
	restartsDependencies         bool
}

// enqueue queues a job and all that it takes. It is what every start and stop goes through, whoever asks.
func (m *Manager) enqueue(t JobType, u *Unit, mode units.JobMode, trigger []string) (*Job, error) {
	tr, err := m.transact(t, u, mode)
	if err != nil {
		return nil, err
	}
	anchor, _ := tr.install(trigger)
	return anchor, nil
}

// transact builds the transaction of a job; installing it cannot fail.
func (m *Manager) transact(t JobType, u *Unit, mode units.JobMode) (*transaction, error) {
	if err := checkMode(t, u, mode); err != nil {
		return nil, err
	}
	tr := &transaction{m: m, mode: mode, steps: map[*Unit][]*step{}}
	h := how{
		matters:              true,
		ignoreRequirements:   mode == units.ModeIgnoreDependencies || mode == units.ModeIgnoreRequirements,
		anyOrder:             mode == units.ModeIgnoreDependencies,
		restartsDependencies: mode == units.ModeRestartDependencies,
	}
	if err := tr.add(collapse(t, u.active), u, nil, h); err != nil {
		return nil, err
	}
	if !h.ignoreRequirements {
		if err := tr.addGraceful(h); err != nil {
			return nil, err
		}
	}
	switch mode {
	case units.ModeIsolate:
		tr.addIsolated()
	case units.ModeTriggering:
		tr.addTriggering(u)
	}
	if err := tr.settle(); err != nil {
		return nil, err
	}
	return tr, nil
}

// checkMode refuses job modes that make no sense for a job type.
func checkMode(t JobType, u *Unit, mode units.JobMode) error {
	switch {
	case mode == units.ModeIsolate && t != JobStart:
		return refuse(ErrInvalidArgs, u.Name, "Isolate is only valid for start.")
	case mode == units.ModeIsolate && !u.AllowIsolate:
		return refuse(ErrNoIsolation, u.Name, "Operation refused, unit may not be isolated.")
	case mode == units.ModeTriggering && t != JobStop,
		mode == units.ModeRestartDependencies && t != JobStart:
		only := map[units.JobMode]JobType{units.ModeTriggering: JobStop, units.ModeRestartDependencies: JobStart}
		return refuse(ErrInvalidArgs, u.Name, "--job-mode=%s is only valid for %s.", mode, only[mode])
	}
	return nil
}

// add adds a job and, if it is new, all that it takes.
func (tr *transaction) add(t JobType, u *Unit, by *step, h how) error {
	if t != JobStop {
		if err := loadProblem(u.Unit); err != nil {
			return err
		}
	}
	if !applicable(t, u) {
		return refuse(ErrJobTypeNotApplicable, u.Name, "Job type %s is not applicable for unit %s.", t, u.Name)
	}
	s, isNew := tr.step(t, u)
	s.ignoreOrder = s.ignoreOrder || h.anyOrder
	e := &edge{by: by, to: s, matters: h.matters, conflicts: h.conflicts}
	s.in = append(s.in, e)
	if by == nil {
		tr.anchor = s
	} else {
		by.out = append(by.out, e)
	}
	if !isNew || h.ignoreRequirements || t == JobNop {
		return nil
	}
	switch t {
	case JobStart:
		if err := tr.addPulled(s, h); err != nil {
			return err
		}
		if by == nil && h.restartsDependencies {
			return tr.addAll(stopsWith, JobTryRestart, s, how{matters: true, anyOrder: h.anyOrder})
		}
	case JobStop:
		return tr.addAll(stopsWith, JobStop, s, how{matters: true, anyOrder: h.anyOrder})
	case JobRestart:
		if err := tr.addPulled(s, h); err != nil {
			return err
		}
		return tr.addAll(stopsWith, JobTryRestart, s, how{matters: true, anyOrder: h.anyOrder})
	case JobReload:
		tr.addWeakly(reloadsWith, JobTryReload, s, how{anyOrder: h.anyOrder})
	}
	return nil
}

// step finds the job of a type for a unit, or makes it.
func (tr *transaction) step(t JobType, u *Unit) (s *step, isNew bool) {
	list, known := tr.steps[u]
	for _, s := range list {
		if s.typ == t {
			return s, false
		}
	}
	if !known {
		tr.order = append(tr.order, u)
	}
	s = &step{unit: u, typ: t}
	tr.steps[u] = append([]*step{s}, list...)
	return s, true
}

// addPulled adds what a start needs.
func (tr *transaction) addPulled(s *step, h how) error {
	hard := how{matters: true, anyOrder: h.anyOrder}
	soft := how{anyOrder: h.anyOrder}
	if err := tr.addAll(pullsStart, JobStart, s, hard); err != nil {
		return err
	}
	tr.addWeakly(pullsStartWeakly, JobStart, s, soft)
	if err := tr.addAll(pullsVerify, JobVerifyActive, s, hard); err != nil {
		return err
	}
	hard.conflicts = true
	if err := tr.addAll(pullsStop, JobStop, s, hard); err != nil {
		return err
	}
	tr.addWeakly(pullsStopWeakly, JobStop, s, soft)
	return nil
}

// addGraceful follows PropagatesStopTo= from all that is to stop. That comes last, as it must see what else
// is to happen: it stops a unit, but one that is to be up afterwards is restarted instead.
func (tr *transaction) addGraceful(h how) error {
	for i := 0; i < len(tr.order); i++ { // grows on the way
		for _, s := range tr.steps[tr.order[i]] {
			if s.typ != JobStop && s.typ != JobRestart {
				continue
			}
			for other := range s.unit.each(stopsGracefully) {
				t := JobStop
				for _, o := range tr.steps[other] {
					if o.typ == JobStart || o.typ == JobRestart {
						t = JobTryRestart
					}
				}
				if t = collapse(t, other.active); t == JobNop {
					continue
				}
				err := tr.add(t, other, s, how{matters: true, anyOrder: h.anyOrder})
				if err != nil && !isInapplicable(err) {
					return err
				}
			}
		}
	}
	return nil
}

// addAll adds a job for every unit that s has dependencies of some kinds on. One that the unit cannot have
// is left out; anything else is the end of the transaction.
func (tr *transaction) addAll(kinds []units.Dependency, t JobType, s *step, h how) error {
	for other := range s.unit.each(kinds) {
		t := collapse(t, other.active)
		if t == JobNop {
			continue
		}
		if err := tr.add(t, other, s, h); err != nil && !isInapplicable(err) {
			return err
		}
	}
	return nil
}

// addWeakly is addAll for jobs that the transaction can do without.
func (tr *transaction) addWeakly(kinds []units.Dependency, t JobType, s *step, h how) {
	for other := range s.unit.each(kinds) {
		t := collapse(t, other.active)
		if t == JobNop {
			continue
		}
		if err := tr.add(t, other, s, h); err != nil {
			level := LevelWarning
			if other.Unit.State == units.NotFound || other.Unit.State == units.Masked || isInapplicable(err) {
				level = LevelDebug // a wish for what is not installed here is no news
			}
			tr.m.host.Log(level, s.unit.Name, "cannot add job "+string(t)+" for "+other.Name+", going on without: "+err.Error())
		}
	}
}

// addIsolated adds a stop for everything that the transaction does not name.
func (tr *transaction) addIsolated() {
	for _, u := range tr.m.sorted() {
		if u.active.down() && u.job == nil || !tr.stopsOnIsolate(u, 0) {
			continue
		}
		if err := tr.add(JobStop, u, tr.anchor, how{matters: true}); err != nil && !isInapplicable(err) {
			tr.m.host.Log(LevelWarning, u.Name, "cannot add job stop for isolate, going on without: "+err.Error())
		}
	}
}

// stopsOnIsolate spares units that want to be spared, and those that something which stays may trigger.
func (tr *transaction) stopsOnIsolate(u *Unit, depth int) bool {
	if u.IgnoreOnIsolate || len(tr.steps[u]) > 0 {
		return false
	}
	if depth < 16 { // units that trigger each other in a circle
		for other := range u.known(triggeredBy) {
			if !tr.stopsOnIsolate(other, depth+1) {
				return false
			}
		}
	}
	return true
}

// addTriggering adds a stop for what would start the unit again.
func (tr *transaction) addTriggering(u *Unit) {
	for other := range u.known(triggeredBy) {
		if other.active.down() || len(tr.steps[other]) > 0 {
			continue
		}
		if err := tr.add(JobStop, other, tr.anchor, how{matters: true}); err != nil {
			other.log(LevelWarning, "cannot add job stop, going on without: %v", err)
		}
	}
}
