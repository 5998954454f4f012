package sim

import (
	"container/heap"
	"fmt"
	"io"
	"math/rand/v2"

	"pintle/supervisor"
	"pintle/units"
)

const (
	// busyTime is how long clients make their requests.
	busyTime = 30 * sec
	// calmTime is how long the jobs that are left then may take at most: a chain of all units, each
	// using up all of its timeouts.
	calmTime = 8000 * sec
	// stopBudget is what the end of everything may take.
	stopBudget = 9 * sec
	// maxEvents bounds a schedule; a unit that restarts for ever without a limit would go on for ever.
	maxEvents = 4000
)

// schedule is one simulated run.
type schedule struct {
	h      *Host
	m      *supervisor.Manager
	events int
	ending bool
	endBy  units.Usec
	oldest uint32 // the job that was the oldest one when we last looked, and since when
	since  units.Usec
	ended  int // jobs that had ended then

	moments *rand.Rand // when PID 1 is re-executed
	often   int        // once in so many events,
	times   int        // and so many times at most
	busy    bool       // a call of the manager is under way
	bugs    int        // how many there are left in the manager
}

// Run runs the schedule of a seed and returns the first invariant it breaks. With a trace it writes down all
// that happens.
func Run(seed uint64, trace io.Writer) error { return run(seed, trace, faults{}) }

func run(seed uint64, trace io.Writer, f faults) error {
	h := newHost(seed)
	h.faults = f
	h.graph = newGraph(h.rng)
	h.check = newChecker(h)
	s := &schedule{h: h, moments: rand.New(rand.NewPCG(seed, 0x726565786563))}
	if seed%2 == 0 && f == (faults{}) {
		s.often, s.times = 10+s.moments.IntN(100), 3
	}
	if seed%4 == 1 && f == (faults{}) {
		h.bug = s.bug
		s.bugs = 1 + s.moments.IntN(3)
	}
	s.m = s.newManager()
	h.check.m = s.m
	h.send = func(e supervisor.Event) {
		if exits, ok := e.(supervisor.Exits); ok && h.faults.losesExits {
			e = exits[:0]
		}
		h.trace("event %T%+v", e, e)
		s.guard(func() { s.m.Handle(e) })
	}
	if trace != nil {
		h.trace = func(format string, args ...any) {
			fmt.Fprintf(trace, "%s  "+format+"\n", append([]any{h.stamp()}, args...)...)
		}
		h.graph.write(trace)
	}
	s.plan()
	return s.play()
}

func (s *schedule) newManager() *supervisor.Manager {
	return supervisor.New(s.h, s.h.graph.seenBy(s.h.faults), supervisor.Config{Rand: s.h.rng.Uint64, StopBudget: stopBudget})
}

// plan puts the clients' requests on the calendar.
func (s *schedule) plan() {
	h := s.h
	if h.rng.IntN(2) == 0 {
		h.after(0, func() { s.request(supervisor.JobStart, "all.target", units.ModeReplace) })
	}
	for n := 3 + h.rng.IntN(20); n > 0; n-- {
		h.after(units.Usec(h.rng.IntN(int(busyTime))), s.randomRequest)
	}
	for n := h.rng.IntN(6); n > 0; n-- {
		h.after(units.Usec(h.rng.IntN(int(busyTime))), s.randomKill)
	}
	if h.rng.IntN(3) == 0 {
		h.after(units.Usec(h.rng.IntN(int(busyTime))), s.end)
	}
	h.after(busyTime, func() {
		h.trace("calm")
		h.calm = true
	})
}

func (s *schedule) request(t supervisor.JobType, name string, mode units.JobMode) {
	s.guard(func() {
		job, err := s.m.Enqueue(t, name, mode)
		if err != nil {
			s.h.trace("request %s %s %s: %v", t, name, mode, err)
			return
		}
		s.h.trace("request %s %s %s: job %d", t, name, mode, job.ID)
	})
}

func (s *schedule) randomRequest() {
	r := s.h.rng
	if s.ending {
		return
	}
	name := s.h.graph.names[r.IntN(len(s.h.graph.names)-2)] // not the last targets
	mode := pick(r, units.ModeReplace, units.ModeReplace, units.ModeReplace, units.ModeFail)
	switch r.IntN(13) {
	case 0, 1, 2, 3:
		s.request(supervisor.JobStart, name, mode)
	case 4, 5, 6:
		s.request(supervisor.JobStop, name, mode)
	case 7, 8:
		s.request(supervisor.JobRestart, name, mode)
	case 9:
		s.request(supervisor.JobTryRestart, name, mode)
	case 10:
		s.request(supervisor.JobReload, name, mode)
	case 11:
		s.h.trace("request reset-failed %s", name)
		delete(s.h.check.units, name)
		s.guard(func() { _ = s.m.ResetFailed(name) }) // not loaded is no matter
	case 12:
		s.reload()
	}
}

// reload is a daemon-reload with other settings in the file of one service, perhaps in the midst of its work.
func (s *schedule) reload() {
	r := s.h.rng
	g := s.h.graph
	name := g.names[r.IntN(len(g.names))]
	s.h.trace("request daemon-reload, %s has changed", name)
	if old := g.units[name]; old.Service != nil {
		u := *old
		u.Service = randomService(r, name).Service
		g.units[name] = &u
		s.h.check.extended[name] = true // its stop may have begun with other timeouts
	}
	s.guard(func() { s.m.Reload(g.seenBy(s.h.faults)) })
}

// randomKill: somebody outside kills a process.
func (s *schedule) randomKill() {
	for _, unit := range sortedKeys(s.h.live) {
		for _, pid := range s.h.Processes(unit) {
			if s.h.rng.IntN(4) == 0 {
				s.h.die(s.h.procs[pid], supervisor.CodeKilled, 9)
				return
			}
		}
	}
}

// end stops everything.
func (s *schedule) end() {
	if s.ending {
		return
	}
	s.ending = true
	s.h.trace("the end")
	s.endBy = s.h.now + stopBudget + 1*sec
	s.guard(func() { s.m.Shutdown(supervisor.Objective{Action: "exit"}, stopBudget) })
}

// play lets time pass until everything has ended.
func (s *schedule) play() error {
	h := s.h
	for h.check.err == nil && !h.over {
		s.events++
		if h.calm && !s.ending {
			s.awaitJobs()
		}
		if s.ending && h.now > s.endBy && !h.over {
			h.check.fail("the end does not come within the stop budget")
		}
		if !s.step() && !h.over {
			if jobs := s.m.Jobs(); len(jobs) > 0 {
				h.check.fail("job %d, %s of %s, is left and nothing can finish it", jobs[0].ID, jobs[0].Type, jobs[0].Unit.Name)
			} else if s.ending {
				h.check.fail("everything is over but the manager does not end")
			} else {
				s.end()
			}
		}
		h.check.after()
		if s.times > 0 && s.moments.IntN(s.often) == 0 && !h.over {
			s.times--
			s.reexec(false)
			h.check.after()
		}
	}
	return h.check.err
}

// awaitJobs ends the schedule when no job is left, or when there always are new ones (of a timer, say); but the
// oldest job must end some time.
func (s *schedule) awaitJobs() {
	jobs := s.m.Jobs()
	if len(jobs) == 0 || s.events > maxEvents {
		s.end()
		return
	}
	oldest := jobs[0]
	if oldest.ID != s.oldest {
		s.oldest, s.since, s.ended = oldest.ID, s.h.now, len(s.h.check.jobs)
	}
	service := s.h.graph.units[oldest.Unit.Name].Service
	switch {
	case s.h.now <= s.since+calmTime:
	case service != nil && service.RestartMode == units.RestartDirect:
		s.end() // its start job lasts for as long as it fails and tries again
	case oldest.State == supervisor.JobWaiting && len(s.h.check.jobs) > s.ended:
		s.end() // it waits for a unit that a timer always gives another job
	default:
		s.h.check.fail("job %d, %s of %s, does not end", oldest.ID, oldest.Type, oldest.Unit.Name)
	}
}

// step lets the next thing happen, on the host or by the manager's clock; false if there is nothing.
func (s *schedule) step() bool {
	h := s.h
	at, timed := s.m.Deadline()
	timed = timed && !h.faults.losesTimers
	switch {
	case timed && (len(h.calendar) == 0 || at < h.calendar[0].at || at == h.calendar[0].at && h.rng.IntN(2) == 0):
		h.now = max(h.now, at)
		if h.rng.IntN(10) == 0 {
			h.now += units.Usec(h.rng.IntN(30)) * ms // the machine is busy
		}
		s.guard(s.m.Tick)
	case len(h.calendar) > 0:
		e := heap.Pop(&h.calendar).(entry)
		h.now = max(h.now, e.at)
		e.do()
	default:
		return false
	}
	return true
}

// write shows the units of a graph, for a trace.
func (g *graph) write(w io.Writer) {
	for _, name := range g.names {
		u := g.units[name]
		fmt.Fprintf(w, "%s:", name)
		for _, kind := range sortedDeps(u.Deps) {
			fmt.Fprintf(w, " %s=%v", kind, u.Deps[kind].Names())
		}
		if u.Service != nil {
			fmt.Fprintf(w, "\n\t%+v\n\t%+v", *u.Service, *u.Kill)
		}
		fmt.Fprintln(w)
	}
}

func sortedDeps(deps map[units.Dependency]units.Set) []units.Dependency {
	byName := make(map[string]bool, len(deps))
	for kind := range deps {
		byName[string(kind)] = true
	}
	var list []units.Dependency
	for _, name := range sortedKeys(byName) {
		list = append(list, units.Dependency(name))
	}
	return list
}
