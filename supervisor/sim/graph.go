package sim

import (
	"fmt"
	"math/rand/v2"
	"syscall"

	"pintle/units"
)

// graph is a random set of units; it is its own resolver.
type graph struct {
	names []string
	units map[string]*units.Unit
}

// Load implements units.Resolver.
func (g *graph) Load(name string) *units.Unit {
	if u := g.units[name]; u != nil {
		return u
	}
	return &units.Unit{Name: name, State: units.NotFound}
}

// Get implements units.Resolver.
func (g *graph) Get(name string) *units.Unit { return g.units[name] }

// Unload implements units.Resolver: the files have not changed, so the unit stays as it is.
func (g *graph) Unload(string) {}

// newGraph draws up to seven services and a target over them. Dependencies go from a later unit to an
// earlier one, so that the order has no cycle; breaking those is another test's matter.
func newGraph(r *rand.Rand) *graph {
	g := &graph{units: map[string]*units.Unit{}}
	n := 2 + r.IntN(6)
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
		}
	}
	t := &units.Unit{Name: "all.target", State: units.Loaded, Deps: map[units.Dependency]units.Set{}}
	t.StopWhenUnneeded = false
	g.add(t)
	for i := range n {
		if r.IntN(3) != 0 {
			g.link(n, units.Wants, i)
			g.link(n, units.After, i)
		}
	}
	shutdown := &units.Unit{Name: "shutdown.target", State: units.Loaded, Deps: map[units.Dependency]units.Set{}}
	g.add(shutdown)
	for i := range n + 1 {
		g.link(i, units.Conflicts, n+1)
		g.link(i, units.Before, n+1)
	}
	g.add(&units.Unit{Name: "exit.target", State: units.Loaded, Deps: map[units.Dependency]units.Set{}})
	g.link(n+2, units.Requires, n+1)
	g.link(n+2, units.After, n+1)
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

func (g *graph) add(u *units.Unit) {
	g.names = append(g.names, u.Name)
	g.units[u.Name] = u
}

// inverse are the pairs of dependencies that the graph draws.
var inverse = map[units.Dependency]units.Dependency{
	units.After: units.Before, units.Before: units.After, units.Requires: units.RequiredBy,
	units.Wants: units.WantedBy, units.BindsTo: units.BoundBy, units.PartOf: units.ConsistsOf,
	units.Requisite: units.RequisiteOf, units.Conflicts: units.ConflictedBy, units.Upholds: units.UpheldBy,
	units.OnFailure: units.OnFailureOf, units.OnSuccess: units.OnSuccessOf,
	units.PropagatesStopTo: units.StopPropagatedFrom, units.PropagatesReloadTo: units.ReloadPropagatedFrom,
}

func (g *graph) link(from int, kind units.Dependency, to int) {
	one := func(u *units.Unit, kind units.Dependency, name string) {
		set := u.Deps[kind]
		set.Add(name)
		u.Deps[kind] = set
	}
	one(g.units[g.names[from]], kind, g.names[to])
	one(g.units[g.names[to]], inverse[kind], g.names[from])
}

// pick is one of some values.
func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomService(r *rand.Rand, name string) *units.Unit {
	s := &units.ServiceSettings{
		Type: pick(r, units.TypeSimple, units.TypeSimple, units.TypeExec, units.TypeForking, units.TypeOneshot,
			units.TypeNotify, units.TypeNotifyReload, units.TypeDBus, units.TypeIdle),
		Restart: pick(r, units.RestartNo, units.RestartNo, units.RestartAlways, units.RestartOnFailure,
			units.RestartOnSuccess, units.RestartOnAbnormal, units.RestartOnAbort, units.RestartOnWatchdog),
		RestartMode:                 pick(r, units.RestartNormal, units.RestartNormal, units.RestartDirect),
		RestartSec:                  pick(r, 0, 100*ms, 100*ms, 2*sec),
		RestartSteps:                pick[uint](r, 0, 0, 3),
		RestartMaxDelaySec:          pick(r, units.Infinity, 5*sec),
		TimeoutStartSec:             pick(r, 1*sec, 5*sec, 90*sec),
		TimeoutStopSec:              pick(r, 500*ms, 2*sec, 90*sec),
		TimeoutStartFailureMode:     pick(r, units.TimeoutTerminate, units.TimeoutTerminate, units.TimeoutAbort, units.TimeoutKill),
		TimeoutStopFailureMode:      pick(r, units.TimeoutTerminate, units.TimeoutTerminate, units.TimeoutAbort, units.TimeoutKill),
		RuntimeMaxSec:               pick(r, units.Infinity, units.Infinity, units.Infinity, 3*sec),
		RuntimeRandomizedExtraSec:   pick(r, 0, 2*sec),
		WatchdogSec:                 pick(r, 0, 0, 0, 1*sec),
		NotifyAccess:                pick(r, units.NotifyNone, units.NotifyMain, units.NotifyExec, units.NotifyAll),
		RemainAfterExit:             r.IntN(4) == 0,
		GuessMainPID:                r.IntN(5) != 0,
		ReloadSignal:                syscall.SIGHUP,
		FileDescriptorStoreMax:      pick[uint](r, 0, 0, 2),
		FileDescriptorStorePreserve: pick(r, units.PreserveRestart, units.PreserveNo, units.PreserveYes),
		BusName:                     "org.example.Test",
	}
	if r.IntN(3) == 0 {
		abort := pick(r, 1*sec, 30*sec)
		s.TimeoutAbortSec = &abort
	}
	if s.Type == units.TypeForking && r.IntN(2) == 0 {
		s.PIDFile = "/run/" + name + ".pid"
	}
	if s.Type == units.TypeOneshot {
		if s.Restart == units.RestartAlways || s.Restart == units.RestartOnSuccess {
			s.Restart = units.RestartNo
		}
	} else if r.IntN(6) == 0 {
		s.ExitType = units.ExitCgroup
	}
	if r.IntN(6) == 0 {
		s.RestartPreventExitStatus.Codes[0] |= 1 << 1
		s.RestartForceExitStatus.Codes[0] |= 1 << 2
		s.SuccessExitStatus.Codes[0] |= 1 << 3
	}
	commands := func(least, chance int) []units.Command {
		var list []units.Command
		n := least
		if r.IntN(chance) == 0 {
			n += 1 + r.IntN(2)
		}
		for range n {
			list = append(list, units.Command{Path: "/bin/x", Argv: []string{"x"}, IgnoreFailure: r.IntN(5) == 0})
		}
		return list
	}
	s.ExecStart = commands(1, 100)[:1]
	if s.Type == units.TypeOneshot {
		s.ExecStart = commands(1, 3)
	}
	s.ExecCondition = commands(0, 8)
	s.ExecStartPre = commands(0, 4)
	s.ExecStartPost = commands(0, 4)
	s.ExecReload = commands(0, 3)
	s.ExecStop = commands(0, 4)
	s.ExecStopPost = commands(0, 4)

	u := &units.Unit{Name: name, State: units.Loaded, Service: s, Exec: &units.ExecSettings{},
		Deps: map[units.Dependency]units.Set{},
		Kill: &units.KillSettings{
			SendSIGKILL: r.IntN(8) != 0, SendSIGHUP: r.IntN(6) == 0,
			KillMode: pick(r, units.KillControlGroup, units.KillControlGroup, units.KillControlGroup,
				units.KillMixed, units.KillProcess, units.KillNone),
			KillSignal: syscall.SIGTERM, FinalKillSignal: syscall.SIGKILL, WatchdogSignal: syscall.SIGABRT,
		}}
	if r.IntN(5) == 0 {
		u.Kill.RestartKillSignal = syscall.SIGINT
	}
	u.StartLimitIntervalSec = pick(r, 10*sec, 10*sec, 0, 1*sec)
	u.StartLimitBurst = pick[uint](r, 5, 5, 2, 1)
	u.JobTimeoutSec, u.JobRunningTimeoutSec = units.Infinity, units.Infinity
	if r.IntN(8) == 0 {
		u.JobTimeoutSec = 3 * sec
	}
	u.StopWhenUnneeded = r.IntN(10) == 0
	u.OnFailureJobMode, u.OnSuccessJobMode = units.ModeReplace, units.ModeFail
	if r.IntN(12) == 0 {
		u.Conditions = []units.Condition{{Type: "PathExists", Value: pick(r, "yes", "no")}}
	}
	return u
}
