package supervisor

import (
	"fmt"
	"slices"

	"pintle/units"
)

// settle makes a transaction consistent, or says why it cannot be.
func (tr *transaction) settle() error {
	tr.markMattering(tr.anchor)
	if tr.mode == units.ModeFail {
		tr.minimizeImpact()
	}
	tr.dropRedundant()
	if err := tr.breakCycles(); err != nil {
		return err
	}
	for {
		dropped, err := tr.dropUnmergeable()
		if err != nil {
			return err
		}
		if !dropped {
			break
		}
		tr.collectGarbage()
	}
	tr.mergeSteps()
	tr.dropRedundant()
	if err := tr.breakCycles(); err != nil {
		return err
	}
	return tr.checkDestructive()
}

// breakCycles drops what nothing asks for and what stands in a circle, until nothing does.
func (tr *transaction) breakCycles() error {
	for {
		tr.collectGarbage()
		if found, err := tr.breakCycle(); !found || err != nil {
			return err
		}
	}
}

// markMattering marks what the anchor cannot do without.
func (tr *transaction) markMattering(anchor *step) {
	anchor.matters = true
	todo := []*step{anchor}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, e := range s.out {
			if e.matters && !e.to.matters {
				e.to.matters = true
				todo = append(todo, e.to)
			}
		}
	}
}

// minimizeImpact drops what mode fail must not do to bystanders.
func (tr *transaction) minimizeImpact() {
	tr.dropAll(func(s *step) bool {
		if s.matters {
			return false
		}
		stopsRunning := s.typ == JobStop && s.unit.active.rising()
		reverses := s.unit.job != nil && conflicting(s.typ, s.unit.job.Type)
		return stopsRunning || reverses
	}, true)
}

// dropAll drops the steps that a test picks. Dropping one never makes another one's test come out
// differently, so that one pass is enough.
func (tr *transaction) dropAll(pick func(*step) bool, withNeeding bool) {
	for _, u := range tr.order {
		for again := true; again; {
			again = false
			for _, s := range tr.steps[u] {
				if pick(s) {
					tr.drop(s, withNeeding)
					again = true
					break
				}
			}
		}
	}
}

// dropRedundant drops the steps of units that are what every one of these would make them.
func (tr *transaction) dropRedundant() {
	for _, u := range tr.order {
		keep := len(tr.steps[u]) == 0
		for _, s := range tr.steps[u] {
			keep = keep || s == tr.anchor || !redundant(s.typ, u.active) ||
				u.job != nil && conflicting(s.typ, u.job.Type)
		}
		for !keep && len(tr.steps[u]) > 0 {
			tr.drop(tr.steps[u][0], false)
		}
	}
}

// collectGarbage drops what nothing asks for any more, and what only that asked for. Isolating keeps it: what
// is not in the transaction would be stopped. Of several steps of one unit only the last that came is looked
// at, as systemd does; one that nothing asks for still counts when they are merged.
func (tr *transaction) collectGarbage() {
	if tr.mode == units.ModeIsolate {
		return
	}
	todo := slices.Clone(tr.order)
	for len(todo) > 0 {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if len(tr.steps[u]) == 0 {
			continue
		}
		s := tr.steps[u][0]
		if s == tr.anchor || len(s.in) > 0 {
			continue
		}
		asked := s.out
		tr.drop(s, false)
		todo = append(todo, u)
		for _, e := range asked {
			todo = append(todo, e.to.unit)
		}
	}
}

func (tr *transaction) has(s *step) bool {
	for _, o := range tr.steps[s.unit] {
		if o == s {
			return true
		}
	}
	return false
}

// drop takes a step out, and with withNeeding every step that cannot do without it.
func (tr *transaction) drop(s *step, withNeeding bool) {
	todo := []*step{s}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !tr.has(s) {
			continue
		}
		tr.steps[s.unit] = without(tr.steps[s.unit], s)
		for _, e := range s.out {
			e.to.in = without(e.to.in, e)
		}
		for _, e := range s.in {
			if e.by == nil {
				continue
			}
			e.by.out = without(e.by.out, e)
			if e.matters && withNeeding {
				todo = append(todo, e.by)
			}
		}
		s.in, s.out = nil, nil
	}
}

// without is a list without one element, its order kept.
func without[T comparable](list []T, x T) []T {
	kept := make([]T, 0, len(list))
	for _, o := range list {
		if o != x {
			kept = append(kept, o)
		}
	}
	return kept
}

// dropUnmergeable finds a unit with two steps that one job cannot do, and drops one of them; false if there
// is no such unit.
func (tr *transaction) dropUnmergeable() (dropped bool, err error) {
	// The last unit that was drawn in first: that is where a contradiction begins. Those before it only feel
	// its consequences, as a stop goes back along what requires the unit.
	for _, u := range slices.Backward(tr.order) {
		list := tr.steps[u]
		if len(list) < 2 || mergesWhole(list) {
			continue
		}
		for i, a := range list {
			for _, b := range list[i+1:] {
				if !conflicting(a.typ, b.typ) {
					continue
				}
				victim := chooseVictim(a, b)
				if victim == nil {
					if a.typ == JobStart && b.typ == JobStop {
						a, b = b, a // which of them came last is no more than chance in systemd
					}
					return false, refuse(ErrTransactionJobsConflict, u.Name, "Transaction contains conflicting "+
						"jobs '%s' and '%s' for %s. Probably contradicting requirement dependencies configured.",
						a.typ, b.typ, u.Name)
				}
				u.log(LevelDebug, "job %s/%s dropped, as it conflicts with another job of the same transaction",
					u.Name, victim.typ)
				tr.drop(victim, true)
				return true, nil
			}
		}
	}
	return false, nil
}

func mergesWhole(list []*step) bool {
	t, ok := list[0].typ, true
	for _, s := range list[1:] {
		if t, ok = mergeFor(t, s.typ, s.unit); !ok {
			return false
		}
	}
	return true
}

// chooseVictim picks the one of two conflicting steps that the transaction can do without, or nil. If it
// can do without either, the stop goes: what was wanted is rather kept up. But a stop that is there for a
// conflict (Conflicts=) was wanted more than the start.
func chooseVictim(a, b *step) *step {
	switch {
	case a.matters && b.matters:
		return nil
	case a.matters:
		return b
	case b.matters:
		return a
	}
	if b.typ == JobStop {
		a, b = b, a
	}
	if a.typ == JobStop {
		for _, e := range a.in {
			if e.conflicts {
				return b
			}
		}
	}
	return a
}

// mergeSteps leaves every unit with one step.
func (tr *transaction) mergeSteps() {
	for _, u := range tr.order {
		list := tr.steps[u]
		if len(list) < 2 {
			continue
		}
		keep := list[0]
		for _, s := range list {
			if s == tr.anchor {
				keep = s
			}
		}
		t := list[0].typ
		for _, s := range list[1:] {
			t, _ = mergeFor(t, s.typ, u)
		}
		for _, s := range list {
			if s == keep {
				continue
			}
			keep.matters = keep.matters || s.matters
			keep.ignoreOrder = keep.ignoreOrder || s.ignoreOrder
			for _, e := range s.in {
				e.to = keep
			}
			for _, e := range s.out {
				e.by = keep
			}
			keep.in = append(keep.in, s.in...)
			keep.out = append(keep.out, s.out...)
		}
		keep.typ = t
		tr.steps[u] = []*step{keep}
	}
}

// checkDestructive refuses to replace jobs that must stay.
func (tr *transaction) checkDestructive() error {
	for _, u := range tr.order {
		for _, s := range tr.steps[u] {
			j := u.job
			if j == nil || tr.mode != units.ModeFail && !j.irreversible || !conflicting(j.Type, s.typ) {
				continue
			}
			a := tr.anchor
			return refuse(ErrTransactionIsDestructive, u.Name,
				"Transaction for %s/%s is destructive (%s has '%s' job queued, but '%s' is included in transaction).",
				a.unit.Name, a.typ, u.Name, j.Type, s.typ)
		}
	}
	return nil
}

// install makes the steps jobs of the manager and returns the anchor's, and all of them.
func (tr *transaction) install(trigger []string) (anchor *Job, all []*Job) {
	m := tr.m
	if tr.mode == units.ModeIsolate || tr.mode == units.ModeFlush {
		// Not told to dependents: nothing has failed, and nothing is to be done about it.
		for _, j := range m.sortedJobs() {
			if !j.irreversible && len(tr.steps[j.Unit]) == 0 {
				m.finish(j, JobCanceled, false)
			}
		}
	}
	for _, u := range tr.order {
		for _, s := range tr.steps[u] {
			j := m.install(s, tr.mode == units.ModeReplaceIrreversibly)
			all = append(all, j)
			if s == tr.anchor {
				anchor = j
				if j.trigger == nil { // of several that have asked for it the first counts
					j.trigger = trigger
				}
			}
		}
	}
	for _, c := range tr.cycles {
		m.cycles = append(m.cycles, c)
		m.host.Log(LevelWarning, c.Starting, c.String())
	}
	return anchor, all
}

// install queues one job, or merges it into the one that its unit has.
func (m *Manager) install(s *step, irreversible bool) *Job {
	u := s.unit
	if s.typ == JobNop {
		if u.nop != nil {
			return u.nop
		}
	} else if old := u.job; old != nil {
		if !conflicting(old.Type, s.typ) {
			return m.mergeInto(old, s, irreversible)
		}
		defer m.finish(old, JobCanceled, false) // with the new one in its place
	}
	m.lastJob++
	j := &Job{ID: m.lastJob, Unit: u, Type: s.typ, State: JobWaiting, installed: true,
		irreversible: irreversible, ignoreOrder: s.ignoreOrder, begin: m.now()}
	j.timer.fire = func() { m.jobTimedOut(j) }
	m.jobs[j.ID] = j
	if s.typ == JobNop {
		u.nop = j
	} else {
		u.job = j
	}
	m.armJob(j)
	m.queueJob(j)
	m.jobAdded(j)
	return j
}

// mergeInto lets a queued job do what a step asks for, too. A reload that is under way may have read its
// files before they were changed again: a second one must follow, so that the job runs anew.
func (m *Manager) mergeInto(j *Job, s *step, irreversible bool) *Job {
	late := s.typ != JobReload && includes(j.Type, s.typ)
	if j.State == JobRunning && !late {
		j.State = JobWaiting
		j.started = 0
	}
	j.Type, _ = mergeFor(j.Type, s.typ, j.Unit)
	j.irreversible = j.irreversible || irreversible
	j.ignoreOrder = j.ignoreOrder || s.ignoreOrder
	m.armJob(j)
	m.queueJob(j)
	m.jobChanged(j)
	return j
}

// Cycle is a circle in the order of jobs, and what was dropped to break it.
type Cycle struct {
	Starting string   // unit of the job that the circle was found from
	Units    []string // the jobs as "unit/type", each waiting for the next and the last for the first
	Dropped  string   // the unit whose jobs were dropped; empty if the transaction was refused
}

func (c Cycle) String() string {
	text := fmt.Sprintf("ordering cycle: %s", c.Units[0])
	for _, name := range c.Units[1:] {
		text += " after " + name
	}
	text += " after " + c.Units[0]
	if c.Dropped == "" {
		return text + "; every one of them is required"
	}
	return text + "; dropped the job of " + c.Dropped + " to break it"
}
