package supervisor

import (
	"hash/fnv"

	"pintle/units"
)

// A service has one timer for its state and one for its watchdog; the unit has one alarm, set to the nearer.

func (s *service) rearm() { s.u.arm(min(s.timer, s.watchdogAt)) }

// armAfter gives the state a time limit; 0 and Infinity are none.
func (s *service) armAfter(d units.Usec) {
	s.timer = units.Infinity
	if d != 0 {
		s.timer = later(s.u.now().Monotonic, d)
	}
}

// armStop limits one phase of going down to TimeoutStopSec=, or to less if the container's end is near.
func (s *service) armStop() { s.armAfter(s.u.stopBudget(never(s.cfg.TimeoutStopSec))) }

// armAbort limits the phase in which a process may write its core.
func (s *service) armAbort() {
	d := s.cfg.TimeoutStopSec
	if s.cfg.TimeoutAbortSec != nil {
		d = *s.cfg.TimeoutAbortSec
	}
	s.armAfter(s.u.stopBudget(never(d)))
}

// never turns the 0 that stands for "no limit" into the span that means it.
func never(d units.Usec) units.Usec {
	if d == 0 {
		return units.Infinity
	}
	return d
}

// armRuntimeMax limits the time a service is up, counted from when it became active: RuntimeMaxSec= and a
// part of RuntimeRandomizedExtraSec=. The part is drawn from the invocation id, which is random already and
// does not change when the limit is looked at again after a reload.
func (s *service) armRuntimeMax() {
	s.timer = units.Infinity
	d := s.cfg.RuntimeMaxSec
	if d == 0 || d == units.Infinity {
		return
	}
	if extra := s.cfg.RuntimeRandomizedExtraSec; extra != 0 && extra != units.Infinity {
		h := fnv.New64a()
		h.Write([]byte(s.u.invocationID))
		d = later(d, units.Usec(h.Sum64()%uint64(extra)))
	}
	since := s.u.now().Monotonic
	if s.u.active.up() { // else the stamp is that of an earlier run: it becomes active now
		since = s.u.stamps.ActiveEnter.Monotonic
	}
	s.timer = later(since, d)
}

// stopBudgetChanged cuts the running phase short: the container's end has come nearer.
func (s *service) stopBudgetChanged() {
	if serviceStates[s.sub].active != Deactivating {
		return
	}
	s.timer = min(s.timer, later(s.u.now().Monotonic, s.u.stopBudget(units.Infinity)))
	s.rearm()
}

// extendTimeout is EXTEND_TIMEOUT_USEC=: never nearer than it was, and never beyond the container's end.
func (s *service) extendTimeout(d units.Usec) {
	now := s.u.now().Monotonic
	if serviceStates[s.sub].active == Deactivating {
		d = s.u.stopBudget(d)
	}
	if s.timer != units.Infinity {
		s.timer = max(s.timer, later(now, d))
	}
	if s.watchdogAt != units.Infinity {
		s.watchdogAt = max(s.watchdogAt, later(now, d))
	}
	s.rearm()
}

// timeout: the alarm has gone off.
func (s *service) timeout() {
	now := s.u.now().Monotonic
	if now >= s.watchdogAt {
		s.watchdogAt = units.Infinity
		limit, _ := s.watchdogSpan().Duration()
		if s.u.m.watchdogsOff {
			s.u.log(LevelWarning, "Watchdog disabled! Ignoring watchdog timeout (limit %v)!", limit)
			return
		}
		s.u.log(LevelError, "Watchdog timeout (limit %v)!", limit)
		s.step(watchdogBit, ResultSuccess)
		return
	}
	if now >= s.timer {
		s.timer = units.Infinity
		s.step(timedOut, ResultSuccess)
		return
	}
	s.rearm()
}

// watchdogSpan is WatchdogSec=, or what the service itself has asked for by WATCHDOG_USEC=; 0 is none.
func (s *service) watchdogSpan() units.Usec {
	d := s.cfg.WatchdogSec
	if s.notify.watchdogSet {
		d = s.notify.watchdog
	}
	if d == units.Infinity {
		return 0
	}
	return d
}

// startWatchdog begins to wait for the next WATCHDOG=1.
func (s *service) startWatchdog() {
	s.watchdogAt = units.Infinity
	if d := s.watchdogSpan(); d != 0 {
		s.watchdogAt = later(s.u.now().Monotonic, d)
	}
}
