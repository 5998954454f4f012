package sim

import (
	"math/rand/v2"
	"syscall"

	"pintle/units"
)

// pick is one of some values.
func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func target(name string) *units.Unit {
	return &units.Unit{Name: name, State: units.Loaded, Deps: map[units.Dependency]units.Set{}}
}

func randomSocket(r *rand.Rand, name string) *units.Unit {
	u := target(name)
	u.Socket = &units.SocketSettings{TriggerLimitIntervalSec: pick(r, 0, 2*sec), TriggerLimitBurst: pick[uint](r, 2, 20)}
	for range 1 + r.IntN(2) {
		u.Socket.Listens = append(u.Socket.Listens, units.Listen{})
	}
	return u
}

func randomTimer(r *rand.Rand, name string) *units.Unit {
	u := target(name)
	u.Timer = &units.TimerSettings{RemainAfterElapse: r.IntN(3) != 0, RandomizedDelaySec: pick(r, 0, 0, 1*sec)}
	for range 1 + r.IntN(2) {
		u.Timer.Triggers = append(u.Timer.Triggers, units.TimerSpec{
			Base: pick(r, "OnActiveSec", "OnBootSec", "OnUnitActiveSec", "OnUnitInactiveSec"),
			Span: pick(r, 500*ms, 2*sec, 10*sec)})
	}
	return u
}

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
