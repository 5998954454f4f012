package supervisor

import (
	"strings"

	"pintle/units"
)

// ending is the manager on its way out.
//
// Stopping is a transaction like any other: the start of poweroff.target (or exit.target, …) with
// shutdown.target conflicting with nearly everything. What is new is the clock. A container's engine kills
// after a time of its own, whatever TimeoutStopSec= says, so the stops share a budget. When a unit begins
// to stop it gets the time that is left, divided by the length of the chain of units that wait for it, and
// must be down within: each phase of its stop (the command, the signal, the final signal) gets three
// quarters of what then is left. So a stubborn unit costs those behind it some of their time, but never
// their signal.
//
// A unit that shutdown.target does not conflict with (DefaultDependencies=no) is not stopped by that
// transaction. It may be what others log to until the end, so it is stopped in a second round. That begins
// when no job of the first is left, or when only an eighth of the budget is.
type ending struct {
	objective Objective
	deadline  units.Usec // Infinity: no budget
	round     int
	hurry     timer // the second round must begin
	last      timer // the budget is spent
	cut       []string
}

// Shutdown stops everything in order and then has Host.Exit called with the objective. budget is the time
// for it, 0 for as long as it takes. Called again it may bring the end nearer, and change the objective.
func (m *Manager) Shutdown(o Objective, budget units.Usec) {
	if budget != 0 {
		m.config.StopBudget = budget
	}
	if base, forced := ordered(o.Action); forced {
		o.Action = base
		m.exit(o)
		return
	}
	m.shutdown(o)
	m.run()
}

// CutShort names the units that did not get the time they asked for to stop.
func (m *Manager) CutShort() []string {
	if m.ending == nil {
		return nil
	}
	return m.ending.cut
}

func (m *Manager) shutdown(o Objective) {
	if m.finished {
		return
	}
	deadline := units.Infinity
	if m.config.StopBudget != 0 {
		deadline = later(m.now(), m.config.StopBudget)
	}
	if m.ending != nil {
		m.ending.objective = o
		if deadline < m.ending.deadline {
			m.setDeadline(deadline)
		}
		return
	}
	m.state = Stopping
	m.ending = &ending{objective: o}
	m.ending.hurry.fire = m.hurry
	m.ending.last.fire = m.outOfTime
	m.setDeadline(deadline)

	target := string(o.Action) + ".target"
	if u := m.unit(target); u.loaded() {
		_, err := m.enqueue(JobStart, u, units.ModeReplaceIrreversibly, nil)
		m.cancelRest()
		if err == nil {
			return
		}
		m.host.Log(LevelError, target, "cannot start it, stopping all units without: "+err.Error())
	}
	m.cancelRest()
	m.stopAll(func(*Unit) bool { return true })
}

// cancelRest gives up all jobs that would bring something up: it would only have to go again, and one that
// hangs must not hold up the end.
func (m *Manager) cancelRest() {
	for _, j := range m.sortedJobs() {
		if j.installed && !j.irreversible && j.Type != JobStop {
			m.finish(j, JobCanceled, false)
		}
	}
}

// setDeadline says when the end is, and tells those that are stopping already.
func (m *Manager) setDeadline(at units.Usec) {
	e := m.ending
	e.deadline = at
	m.timers.set(&e.last, at)
	if at != units.Infinity {
		m.timers.set(&e.hurry, at-(at-min(at, m.now()))/8)
	}
	for _, u := range m.sorted() {
		if u.active != Deactivating {
			continue
		}
		u.slotEnd = 0
		if b, ok := u.kind.(budgeted); ok {
			b.stopBudgetChanged()
		}
	}
}

// stopAll queues a stop for all that is still there and picked. It tells whether there was anything.
func (m *Manager) stopAll(pick func(*Unit) bool) bool {
	any := false
	for _, u := range m.sorted() {
		if u.active.down() || u.perpetual() || TypeOf(u.Name) == "slice" || u.stopPending() || !pick(u) {
			continue
		}
		if _, err := m.enqueue(JobStop, u, units.ModeReplaceIrreversibly, nil); err != nil {
			u.log(LevelWarning, "cannot stop it: %v", err)
			continue
		}
		any = true
	}
	return any
}

// checkEnd goes on when no job is left: to the second round, or to the end.
func (m *Manager) checkEnd() bool {
	e := m.ending
	m.timers.clear(&e.hurry)
	if e.round++; e.round <= 2 && m.stopAll(notTarget) {
		return true
	}
	m.exit(e.objective)
	return true
}

// notTarget picks what can have something to stop. The order that targets give to others has been kept.
func notTarget(u *Unit) bool { return TypeOf(u.Name) != "target" }

// hurry begins the second round while jobs of the first are left: something hangs.
func (m *Manager) hurry() {
	e := m.ending
	if e.round > 0 {
		return
	}
	e.round = 1
	for _, j := range m.sortedJobs() {
		if j.installed && j.Type != JobStop {
			m.finish(j, JobCanceled, false)
		}
	}
	m.stopAll(notTarget)
}

// outOfTime: the budget is spent. What is left is the host's to kill.
func (m *Manager) outOfTime() {
	var left []string
	for _, u := range m.sorted() {
		if notTarget(u) && TypeOf(u.Name) != "slice" && !u.perpetual() && !u.active.down() {
			left = append(left, u.Name)
			m.cutShort(u)
		}
	}
	m.host.Log(LevelWarning, "", "The time for stopping is up, with these left: "+strings.Join(left, " "))
	m.exit(m.ending.objective)
}

func (m *Manager) exit(o Objective) {
	if m.finished {
		return
	}
	m.finished = true
	if m.ending != nil {
		m.timers.clear(&m.ending.last)
		m.timers.clear(&m.ending.hurry)
		if len(m.ending.cut) > 0 {
			m.host.Log(LevelWarning, "", "Cut short, to be down in time: "+strings.Join(m.ending.cut, " "))
		}
		if o.Reason == "" {
			o.Reason = m.ending.objective.Reason
		}
	}
	m.host.Exit(o)
}

// stopBudget is the time that one phase of a unit's stop gets: what it asks for, or what the end of the
// manager allows. A kind asks at the beginning of each phase.
func (u *Unit) stopBudget(asked units.Usec) units.Usec {
	e := u.m.ending
	if e == nil || e.deadline == units.Infinity {
		return asked
	}
	now := u.m.now()
	if u.slotEnd == 0 {
		left := units.Usec(0)
		if e.deadline > now {
			left = e.deadline - now
		}
		u.slotEnd = now + left/units.Usec(max(1, u.chain()+u.m.secondRound()))
	}
	slot := units.Usec(1)
	if u.slotEnd > now {
		slot = max(slot, (u.slotEnd-now)/4*3)
	}
	u.clipped = slot < asked
	return min(slot, asked)
}

// chain is the number of units in the longest chain of those that are to stop one after the other,
// beginning with this one. Units that stop in no time do not count.
func (u *Unit) chain() int {
	longest := 0
	for other := range u.known(orderAfter) { // what this one was started after stops after it
		if other.job == nil || other.job.Type != JobStop || other.job.State == JobRunning {
			continue
		}
		if other.job.depth == 0 {
			other.job.depth = 1 // a circle would have been broken, but jobs may come that were not asked
			other.job.depth = 1 + other.chain()
		}
		longest = max(longest, other.job.depth-1)
	}
	if TypeOf(u.Name) == "service" {
		longest++
	}
	return longest
}

// secondRound is 1 if units will be left when all that stops now has stopped.
func (m *Manager) secondRound() int {
	if m.ending.round > 0 {
		return 0
	}
	for _, u := range m.units {
		if TypeOf(u.Name) == "service" && !u.active.down() && !u.stopPending() {
			return 1
		}
	}
	return 0
}

// noteCutShort records that a unit's time is up before it would have been without the budget.
func (m *Manager) noteCutShort(u *Unit) {
	if u.clipped && u.active == Deactivating {
		m.cutShort(u)
	}
}

func (m *Manager) cutShort(u *Unit) {
	e := m.ending
	for _, name := range e.cut {
		if name == u.Name {
			return
		}
	}
	e.cut = append(e.cut, u.Name)
	u.log(LevelWarning, "Cut short: it did not stop in its share of the time left.")
}
