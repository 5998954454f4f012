package supervisor

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"pintle/units"
)

// timerUnit is the state machine of a timer unit (systemd.timer(5)).
//
//	dead ──start──► waiting ──time──► running (its unit has been started)
//	                   ▲                 │
//	                   └──unit is down───┘
//
// When nothing can elapse any more it is elapsed, or with RemainAfterElapse=no dead.
type timerUnit struct {
	inert
	u   *Unit                `handover:"-"`
	cfg *units.TimerSettings `handover:"-"`
	sub string
	res string

	specs       []timerSpec
	lastTrigger Instant
	next        Instant // next elapse on each clock; zero for none
}

// timerSpec is one On…= line while the timer runs.
type timerSpec struct {
	units.TimerSpec
	calendar *units.Calendar `handover:"-"` // parsed anew
	spent    bool            // relative to something that does not come again, and over
}

// stamper is what a Host may be besides: it keeps the times at which timers of Persistent=yes elapsed.
type stamper interface {
	// ReadStamp is the wall-clock time of the last elapse, in microseconds; 0 if there was none.
	ReadStamp(unit string) units.Usec
	WriteStamp(unit string, at units.Usec)
}

func newTimerUnit(u *Unit) kind {
	return &timerUnit{u: u, cfg: u.Timer, sub: "dead", res: "success"}
}

func (t *timerUnit) state() (ActiveState, string) {
	return ActiveState(units.ActiveOf("timer", t.sub, false)), t.sub
}

// reconfigure has a timer that waits wait for what its file says now. If that is what it has been waiting for, it
// goes on, so that nothing is missed that has just become due.
func (t *timerUnit) reconfigure() {
	before := t.cfg
	t.cfg = t.u.Timer
	specs, err := t.parse()
	if err != nil {
		t.u.log(LevelWarning, "%v; going on as before", err)
		return
	}
	same := reflect.DeepEqual(before, t.cfg) && len(specs) == len(t.specs)
	for i := range t.specs {
		if same {
			specs[i].spent = t.specs[i].spent
		}
	}
	t.specs = specs
	if same {
		return
	}
	if t.sub == "waiting" || t.sub == "elapsed" {
		t.wait(false)
	}
}

func (t *timerUnit) result() string { return t.res }

func (t *timerUnit) enter(sub string) {
	if sub != "waiting" {
		t.u.disarm()
		t.next = Instant{}
	}
	if t.sub != sub {
		t.sub = sub
		t.u.changed()
	}
}

func (t *timerUnit) down(result string) {
	if t.res == "success" {
		t.res = result
	}
	if t.res == "success" {
		t.enter("dead")
	} else {
		t.enter("failed")
	}
}

// target is the unit that the timer starts, or nil.
func (t *timerUnit) target() *Unit {
	for other := range t.u.each(triggers) {
		return other
	}
	return nil
}

func (t *timerUnit) start() error {
	if target := t.target(); target == nil || !target.loaded() {
		return errors.New("cannot wait, as there is no unit to start")
	}
	if !t.u.testStartLimit() {
		t.down("start-limit-hit")
		return errStartLimit
	}
	specs, err := t.parse()
	if err != nil {
		return err
	}
	t.specs = specs
	if k, ok := t.u.host().(stamper); ok && t.cfg.Persistent {
		if t.lastTrigger.Realtime = k.ReadStamp(t.u.Name); t.lastTrigger.Realtime == 0 {
			k.WriteStamp(t.u.Name, t.u.now().Realtime)
		}
	}
	t.res = "success"
	t.u.stamps.InactiveExit = t.u.now() // what OnActiveSec= counts from; changed has not been called yet
	t.wait(true)
	return nil
}

// heal sets a timer that waits if it has gone off and nothing came of it.
func (t *timerUnit) heal() {
	if t.sub == "waiting" && t.u.timer.index == 0 {
		t.rearm(t.u.now())
	}
}

// parse makes what the timer waits for out of its settings.
func (t *timerUnit) parse() ([]timerSpec, error) {
	var specs []timerSpec
	for _, spec := range t.cfg.Triggers {
		s := timerSpec{TimerSpec: spec}
		if spec.Base == "OnCalendar" {
			calendar, err := units.ParseCalendar(spec.Calendar, time.Local)
			if err != nil {
				return nil, fmt.Errorf("cannot wait for %s: %w", spec.Calendar, err)
			}
			s.calendar = calendar
		}
		specs = append(specs, s)
	}
	return specs, nil
}

func (t *timerUnit) stop() error {
	t.down("success")
	return nil
}

func (t *timerUnit) resetFailed() {
	t.res = "success"
	if t.sub == "failed" {
		t.enter("dead")
	}
}

// wait finds out what comes next. At the first time what should have happened since the manager's start
// happens at once.
func (t *timerUnit) wait(first bool) {
	now := t.u.now()
	var next Instant
	repeats := false
	for i := range t.specs {
		s := &t.specs[i]
		if s.spent {
			continue
		}
		if s.calendar != nil {
			if at, ok := t.nextCalendar(s, now); ok && (next.Realtime == 0 || at < next.Realtime) {
				next.Realtime = at
			}
			continue
		}
		base, ok := t.base(s.Base)
		if s.Base == "OnUnitActiveSec" || s.Base == "OnUnitInactiveSec" {
			repeats = true
		}
		if !ok {
			continue
		}
		at := later(base, s.Span)
		if at <= now.Monotonic && !first && !repeating(s.Base) {
			s.spent = true
			continue
		}
		if next.Monotonic == 0 || at < next.Monotonic {
			next.Monotonic = max(at, 1)
		}
	}
	if next == (Instant{}) {
		if t.cfg.RemainAfterElapse || repeats {
			t.enter("elapsed")
		} else {
			t.down("success")
		}
		return
	}
	delay := t.delay()
	if next.Realtime != 0 {
		next.Realtime = later(max(next.Realtime, t.u.m.booted.Realtime), delay)
	}
	if next.Monotonic != 0 {
		next.Monotonic = later(max(next.Monotonic, t.u.m.booted.Monotonic), delay)
	}
	t.next = next
	t.rearm(now)
	t.enter("waiting")
}

func repeating(base string) bool { return base == "OnUnitActiveSec" || base == "OnUnitInactiveSec" }

// nextCalendar is when a calendar event is next due: after the last time that the timer elapsed, so that an
// event which was missed counts as due, or else after the timer was started.
func (t *timerUnit) nextCalendar(s *timerSpec, now Instant) (units.Usec, bool) {
	after := t.lastTrigger.Realtime
	if after == 0 {
		after = t.u.stamps.InactiveExit.Realtime
	}
	if after == 0 {
		after = now.Realtime
	}
	return s.calendar.Next(after, time.Local)
}

// base is the instant that a span counts from; ok is false if it has not been yet.
func (t *timerUnit) base(setting string) (at units.Usec, ok bool) {
	switch setting {
	case "OnBootSec", "OnStartupSec":
		return t.u.m.booted.Monotonic, true
	case "OnActiveSec":
		return t.u.stamps.InactiveExit.Monotonic, true
	case "OnUnitActiveSec":
		at = max(t.target().stamps.InactiveExit.Monotonic, t.lastTrigger.Monotonic)
	case "OnUnitInactiveSec":
		at = max(t.target().stamps.InactiveEnter.Monotonic, t.lastTrigger.Monotonic)
	}
	return at, at != 0
}

// delay is RandomizedDelaySec=; with FixedRandomDelay= it is the same each time, by the unit's name.
func (t *timerUnit) delay() units.Usec {
	most := t.cfg.RandomizedDelaySec
	if most == 0 || most == units.Infinity {
		return 0
	}
	if !t.cfg.FixedRandomDelay {
		return units.Usec(t.u.m.config.Rand()) % most
	}
	hash := uint64(14695981039346656037) // FNV-1a
	for _, c := range []byte(t.u.Name) {
		hash = (hash ^ uint64(c)) * 1099511628211
	}
	return units.Usec(hash) % most
}

// rearm sets the unit's timer for the nearer of the two clocks.
func (t *timerUnit) rearm(now Instant) {
	at := units.Infinity
	if t.next.Monotonic != 0 {
		at = t.next.Monotonic
	}
	if r := t.next.Realtime; r != 0 {
		left := units.Usec(0)
		if r > now.Realtime {
			left = r - now.Realtime
		}
		at = min(at, later(now.Monotonic, left))
	}
	t.u.arm(at)
}

// timeout: the time has come, unless the wall clock was set back in between.
func (t *timerUnit) timeout() {
	now := t.u.now()
	switch {
	case t.sub != "waiting":
		return
	case !t.due(now):
		t.rearm(now)
		return
	case t.u.stopPending() || t.u.m.ending != nil:
		return
	}
	target := t.target()
	_, err := t.u.m.enqueue(JobStart, target, units.ModeReplace, []string{
		"TRIGGER_UNIT=" + t.u.Name,
		fmt.Sprintf("TRIGGER_TIMER_REALTIME_USEC=%d", now.Realtime),
		fmt.Sprintf("TRIGGER_TIMER_MONOTONIC_USEC=%d", now.Monotonic),
	})
	if err != nil {
		t.u.log(LevelWarning, "cannot start %s: %v", target.Name, err)
		t.down("resources")
		return
	}
	t.lastTrigger = now
	if k, ok := t.u.host().(stamper); ok && t.cfg.Persistent {
		k.WriteStamp(t.u.Name, now.Realtime)
	}
	t.enter("running")
}

// due tells whether what the timer waits for has come.
func (t *timerUnit) due(now Instant) bool {
	return t.next.Monotonic != 0 && t.next.Monotonic <= now.Monotonic ||
		t.next.Realtime != 0 && t.next.Realtime <= now.Realtime
}

// triggered: the unit has changed, and with it perhaps what OnUnitActiveSec= counts from. What has become due and has
// not gone off yet is left to the timeout that is about to come: to look again would pass it over.
func (t *timerUnit) triggered(target *Unit) {
	switch {
	case t.sub == "waiting" && t.due(t.u.now()):
	case t.sub == "waiting" || t.sub == "elapsed":
		t.wait(false)
	case t.sub == "running" && target.active.down() && target.job == nil:
		t.wait(false)
	}
}

// TimerStatus is what systemctl list-timers tells of a timer.
type TimerStatus struct {
	Next        Instant // on each clock; zero for never
	LastTrigger Instant
}

// TimerStatus is a copy of a timer's status, or nil for a unit of another type.
func (u *Unit) TimerStatus() *TimerStatus {
	t, ok := u.kind.(*timerUnit)
	if !ok {
		return nil
	}
	return &TimerStatus{Next: t.next, LastTrigger: t.lastTrigger}
}
