package sim

import (
	"errors"
	"fmt"
	"strings"

	"pintle/supervisor"
	"pintle/units"
)

// checker holds the invariants. The first one that breaks ends the schedule.
//
//   - One main process a unit: none is spawned while the last one lives.
//   - A job ends once, and none is left when everything has had time to end.
//   - After=: nothing starts while a unit it is ordered after has a start job, and nothing stops while one
//     that is ordered after it has a stop job; a stop goes before a start in either direction.
//   - Going down ends within the timeouts of its phases.
//   - No process is left of a unit that is down, unless KillMode= or SendSIGKILL= says so.
//   - No more starts than StartLimitBurst= allows.
//   - No descriptor is lost: each is in some unit's store, or listens for a socket that is up, or was closed,
//     once.
//   - The end of everything comes within the stop budget.
type checker struct {
	h   *Host
	m   *supervisor.Manager
	err error

	jobs     map[uint32]bool         // jobs that have ended
	starts   map[string][]units.Usec // instants of the starts of a unit
	sinking  map[string]units.Usec   // units going down, since when
	extended map[string]bool         // asked for more time while going down
	units    map[string]*supervisor.Unit
}

func newChecker(h *Host) *checker {
	return &checker{h: h, jobs: map[uint32]bool{}, starts: map[string][]units.Usec{},
		sinking: map[string]units.Usec{}, extended: map[string]bool{}, units: map[string]*supervisor.Unit{}}
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = errors.New(fmt.Sprintf("at %s: ", c.h.stamp()) + fmt.Sprintf(format, args...))
	}
}

// killsAll tells whether a unit that is down can have no process.
func killsAll(u *units.Unit) bool {
	return u.Kill != nil && u.Kill.SendSIGKILL && (u.Kill.KillMode == units.KillControlGroup || u.Kill.KillMode == units.KillMixed)
}

// left counts the processes of a unit. When the stop budget has run out, those do not count that have their
// SIGKILL already.
func (c *checker) left(unit string) int {
	n := 0
	for pid := range c.h.live[unit] {
		if !c.h.procs[pid].doomed || c.m.State() != supervisor.Stopping {
			n++
		}
	}
	return n
}

// spawning: a process is about to be spawned.
func (c *checker) spawning(sp *supervisor.Spawn) {
	u := sp.Unit
	if c.h.over {
		c.fail("%s of %s is spawned after the end", sp.Role, u.Name)
	}
	if sp.Role != supervisor.RoleStart || !killsAll(u) || c.h.unkillable[u.Name] {
		return
	}
	for pid := range c.h.live[u.Name] {
		if p := c.h.procs[pid]; p.main {
			c.fail("%s gets a second main process while %d lives", u.Name, pid)
		}
	}
}

// changed: a unit has changed its state.
func (c *checker) changed(u *supervisor.Unit, from, to supervisor.ActiveState) {
	_, sub := u.State()
	switch {
	case to == supervisor.Deactivating && from != to:
		c.sinking[u.Name] = c.h.now
	case to != supervisor.Deactivating:
		delete(c.sinking, u.Name)
		delete(c.extended, u.Name)
	}
	if to == supervisor.Inactive || to == supervisor.Failed {
		if n := c.left(u.Name); n > 0 && killsAll(u.Unit) && !c.h.unkillable[u.Name] {
			c.fail("%s is %s and has %d processes left", u.Name, sub, n)
		}
	}
	isDown := func(s supervisor.ActiveState) bool {
		return s == supervisor.Inactive || s == supervisor.Failed
	}
	switch sub {
	case "condition", "start-pre", "start", "start-post", "running", "listening", "waiting", "active":
		if isDown(from) || c.h.restarting[u.Name] {
			c.started(u)
		}
	}
	c.h.restarting[u.Name] = sub == "auto-restart-queued"
	if to == supervisor.Deactivating && from == supervisor.Active && u.Job() != nil {
		c.stopped(u)
	}
}

// started: a unit leaves the ground.
func (c *checker) started(u *supervisor.Unit) {
	cfg := c.h.graph.units[u.Name]
	for _, name := range cfg.Deps[units.After].Names() {
		if j := c.job(name); j != nil && j.Type != supervisor.JobNop && j.Type != supervisor.JobReload {
			c.fail("%s starts while %s, which it is ordered after, has a %s job", u.Name, name, j.Type)
		}
	}
	for _, name := range cfg.Deps[units.Before].Names() {
		if j := c.job(name); j != nil && j.Type == supervisor.JobStop {
			c.fail("%s starts while %s has still to stop", u.Name, name)
		}
	}
	if cfg.StartLimitIntervalSec == 0 || cfg.StartLimitBurst == 0 {
		return
	}
	if c.units[u.Name] != u {
		// It was forgotten meanwhile, and its count with it, or it was told to forget.
		c.units[u.Name] = u
		c.starts[u.Name] = nil
	}
	// The limit counts in fixed windows, of which two can touch.
	begin := units.Usec(0)
	if c.h.now > cfg.StartLimitIntervalSec {
		begin = c.h.now - cfg.StartLimitIntervalSec
	}
	recent := c.starts[u.Name][:0]
	for _, at := range c.starts[u.Name] {
		if at > begin {
			recent = append(recent, at)
		}
	}
	c.starts[u.Name] = append(recent, c.h.now)
	if n := uint(len(c.starts[u.Name])); n > 2*cfg.StartLimitBurst {
		c.fail("%s is started %d times in its start limit's interval", u.Name, n)
	}
}

// stopped: a unit begins to go down, for a job.
func (c *checker) stopped(u *supervisor.Unit) {
	if t := u.Job().Type; t != supervisor.JobStop && t != supervisor.JobRestart || u.Job().State != supervisor.JobRunning {
		return
	}
	for _, name := range c.h.graph.units[u.Name].Deps[units.Before].Names() {
		if j := c.job(name); j != nil && (j.Type == supervisor.JobStop || j.Type == supervisor.JobRestart) {
			c.fail("%s stops while %s, which is ordered after it, has still to stop", u.Name, name)
		}
	}
}

func (c *checker) job(name string) *supervisor.Job {
	if u := c.m.Unit(name); u != nil {
		return u.Job()
	}
	return nil
}

func (c *checker) jobDone(j *supervisor.Job) {
	if c.jobs[j.ID] {
		c.fail("job %d of %s ends twice", j.ID, j.Unit.Name)
	}
	c.jobs[j.ID] = true
	if j.Result == "" {
		c.fail("job %d of %s ends without a result", j.ID, j.Unit.Name)
	}
}

// stopBound is the longest that going down may take.
func stopBound(u *units.Unit) units.Usec {
	s := u.Service
	stop, abort := s.TimeoutStopSec, s.TimeoutStopSec
	if s.TimeoutAbortSec != nil {
		abort = *s.TimeoutAbortSec
	}
	commands := units.Usec(len(s.ExecStop) + len(s.ExecStopPost))
	return (commands+4)*stop + 2*abort + 1*sec
}

// connections: each is some service's that is up or on its way.
func (c *checker) connections() {
	serving := 0
	for _, u := range c.m.Units() {
		active, _ := u.State()
		if strings.HasPrefix(u.Name, "conn@") && (active != supervisor.Inactive && active != supervisor.Failed || u.Job() != nil) {
			serving++
		}
	}
	if len(c.h.conns) > serving {
		c.fail("%d connections are open and %d served", len(c.h.conns), serving)
	}
}

// after looks at everything once an event has been dealt with.
func (c *checker) after() {
	for name, since := range c.sinking {
		u := c.h.graph.units[name]
		if u.Service != nil && !c.extended[name] && c.h.now > since+stopBound(u) {
			c.fail("%s has been going down for %v µs, longer than its timeouts allow", name, c.h.now-since)
		}
	}
	for _, j := range c.m.Jobs() {
		if c.jobs[j.ID] {
			c.fail("job %d of %s has ended and is still there", j.ID, j.Unit.Name)
		}
		if u := j.Unit; u.Job() != j && j.Type != supervisor.JobNop {
			c.fail("job %d of %s is not the job of its unit", j.ID, u.Name)
		}
	}
	if len(c.h.conns) > 0 {
		c.connections()
	}
	stored := 0
	defer func() {
		if stored != len(c.h.fds) {
			c.fail("%d descriptors are open and %d stored", len(c.h.fds), stored)
		}
	}()
	for _, name := range c.h.graph.names {
		u := c.m.Unit(name)
		if u == nil {
			continue
		}
		if active, _ := u.State(); u.Unit.Socket != nil && active == supervisor.Active {
			stored += len(u.Unit.Socket.Listens)
		}
		if u.Unit.Service == nil {
			continue
		}
		st := u.ServiceStatus()
		stored += st.NFileDescriptorStore
		if p := c.h.procs[st.MainPID]; st.MainPID != 0 && p == nil {
			c.fail("%s has a main process %d that never was", name, st.MainPID)
		}
		if active, sub := u.State(); (active == supervisor.Inactive || active == supervisor.Failed) && (st.MainPID != 0 || st.ControlPID != 0) {
			c.fail("%s is %s and holds on to process %d, %d", name, sub, st.MainPID, st.ControlPID)
		}
	}
}
