package supervisor

import (
	"math"
	"slices"
	"strings"
	"sync"

	"pintle/units"
)

// stateOf are the properties that tell what has become of a unit, or that are more than one setting. A nil
// value means that for units of this type the property is a setting, or none at all.
var stateOf = sync.OnceValue(func() map[string]func(*Unit) any {
	stateOf := map[string]func(*Unit) any{
		"Id":    func(u *Unit) any { return u.Name },
		"Names": func(u *Unit) any { return slices.Clone(u.names) },
		"Description": func(u *Unit) any {
			if u.Description == "" {
				return u.Name
			}
			return u.Description
		},
		"LoadState":        func(u *Unit) any { return string(u.Unit.State) },
		"ActiveState":      func(u *Unit) any { active, _ := u.State(); return string(active) },
		"SubState":         func(u *Unit) any { _, sub := u.State(); return sub },
		"FragmentPath":     func(u *Unit) any { return u.Fragment },
		"DropInPaths":      func(u *Unit) any { return u.DropIns },
		"UnitFileState":    func(u *Unit) any { return u.FileState() },
		"UnitFilePreset":   func(u *Unit) any { return u.FilePreset() },
		"NeedDaemonReload": func(u *Unit) any { return u.NeedDaemonReload() },
		"FreezerState":     func(u *Unit) any { return u.freezerState() },
		"CanFreeze":        func(u *Unit) any { return u.canFreeze() },

		"StateChangeTimestamp":            func(u *Unit) any { return Wall(u.stamps.StateChange.Realtime) },
		"StateChangeTimestampMonotonic":   func(u *Unit) any { return Monotonic(u.stamps.StateChange.Monotonic) },
		"InactiveExitTimestamp":           func(u *Unit) any { return Wall(u.stamps.InactiveExit.Realtime) },
		"InactiveExitTimestampMonotonic":  func(u *Unit) any { return Monotonic(u.stamps.InactiveExit.Monotonic) },
		"ActiveEnterTimestamp":            func(u *Unit) any { return Wall(u.stamps.ActiveEnter.Realtime) },
		"ActiveEnterTimestampMonotonic":   func(u *Unit) any { return Monotonic(u.stamps.ActiveEnter.Monotonic) },
		"ActiveExitTimestamp":             func(u *Unit) any { return Wall(u.stamps.ActiveExit.Realtime) },
		"ActiveExitTimestampMonotonic":    func(u *Unit) any { return Monotonic(u.stamps.ActiveExit.Monotonic) },
		"InactiveEnterTimestamp":          func(u *Unit) any { return Wall(u.stamps.InactiveEnter.Realtime) },
		"InactiveEnterTimestampMonotonic": func(u *Unit) any { return Monotonic(u.stamps.InactiveEnter.Monotonic) },
		"ConditionResult":                 func(u *Unit) any { return u.conditions.Met },
		"ConditionTimestamp":              func(u *Unit) any { return Wall(u.conditions.At.Realtime) },
		"ConditionTimestampMonotonic":     func(u *Unit) any { return Monotonic(u.conditions.At.Monotonic) },
		"AssertResult":                    func(u *Unit) any { return u.asserts.Met },
		"AssertTimestamp":                 func(u *Unit) any { return Wall(u.asserts.At.Realtime) },
		"AssertTimestampMonotonic":        func(u *Unit) any { return Monotonic(u.asserts.At.Monotonic) },

		"CanStart":     func(u *Unit) any { return u.canStart() },
		"CanStop":      func(u *Unit) any { return !u.RefuseManualStop && applicable(JobStop, u) },
		"CanReload":    func(u *Unit) any { return u.canReload() },
		"CanIsolate":   func(u *Unit) any { return u.AllowIsolate && u.canStart() },
		"Perpetual":    func(u *Unit) any { return u.perpetual() },
		"InvocationID": func(u *Unit) any { return u.invocationID },
		"CanClean":     func(u *Unit) any { return u.CanClean() },
		"Markers":      func(u *Unit) any { return u.Markers() },
		"Transient":    func(u *Unit) any { return u.Transient() },
		"ControlGroup": func(u *Unit) any { return u.ControlGroup() },
		"Job": func(u *Unit) any {
			if j := u.Job(); j != nil {
				return JobID(j.ID)
			}
			return JobID(0)
		},
		"Conditions": func(u *Unit) any { return u.conditions.outcomes("Condition", u.Unit.Conditions) },
		"Asserts":    func(u *Unit) any { return u.asserts.outcomes("Assert", u.Unit.Asserts) },
		"LoadError": func(u *Unit) any {
			if e := loadProblem(u.Unit); e != nil {
				return LoadFailure{e.Name, e.Message}
			}
			return LoadFailure{}
		},

		"SyslogPriority": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any { return x.SyslogFacility<<3 | x.SyslogLevel })
		},
		"LogLevelMax": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any {
				if x.LogLevelMax >= 7 {
					return int32(-1)
				}
				return int32(x.LogLevelMax)
			})
		},
		"CapabilityBoundingSet": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any {
				if !x.CapabilityBoundingSet.Set {
					return units.CapabilitySet{Mask: units.AllCapabilities, Set: true}
				}
				return x.CapabilityBoundingSet
			})
		},
		"StandardInputFileDescriptorName": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any { return fdName(x.StandardInput) })
		},
		"StandardOutputFileDescriptorName": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any { return fdName(x.StandardOutput) })
		},
		"StandardErrorFileDescriptorName": func(u *Unit) any {
			return perExec(u, func(x *units.ExecSettings) any { return fdName(x.StandardError) })
		},
		"RestartKillSignal": func(u *Unit) any {
			if u.Kill == nil || u.Kill.RestartKillSignal != 0 {
				return nil
			}
			return u.Kill.KillSignal
		},
		"CPUQuotaPerSecUSec": func(u *Unit) any {
			if u.Resources == nil {
				return nil
			}
			if u.Resources.CPUQuota == nil {
				return units.Infinity
			}
			return units.Usec(*u.Resources.CPUQuota) * 100
		},
		"ManagedOOMMemoryPressureLimit": func(u *Unit) any {
			if u.Resources == nil || u.Resources.ManagedOOMMemoryPressureLimit == nil {
				return nil
			}
			// As a share of all that the property's type can hold.
			return uint32((uint64(*u.Resources.ManagedOOMMemoryPressureLimit)*math.MaxUint32 + 5000) / 10000)
		},
		"MemoryPressureThresholdUSec": func(u *Unit) any {
			if u.Resources == nil || u.Resources.MemoryPressureThresholdSec != 0 {
				return nil
			}
			return 200 * units.Millisecond
		},
		"TimeoutAbortUSec": func(u *Unit) any {
			if u.Service == nil || u.Service.TimeoutAbortSec != nil {
				return nil
			}
			return u.Service.TimeoutStopSec
		},
		"CPUAccounting":    func(u *Unit) any { return false },
		"MemoryAccounting": func(u *Unit) any { return false },
		"TasksAccounting":  func(u *Unit) any { return false },
		"Result":           (*Unit).resultProperty,
	}
	for _, name := range dependencyProperties {
		stateOf[name] = func(u *Unit) any { return u.Deps[units.Dependency(name)].Names() }
	}
	for name, value := range stateOfService() {
		stateOf[name] = func(u *Unit) any {
			if s := u.ServiceStatus(); s != nil {
				return value(u, s)
			}
			return nil
		}
	}
	for name, value := range stateOfTrigger() {
		stateOf[name] = value
	}
	for _, role := range []Role{RoleCondition, RoleStartPre, RoleStart, RoleStartPost, RoleReload, RoleStop, RoleStopPost} {
		stateOf[string(role)] = func(u *Unit) any { return u.commandRuns(role, false) }
		stateOf[string(role)+"Ex"] = func(u *Unit) any { return u.commandRuns(role, true) }
	}
	return stateOf
})

// dependencyProperties are the properties that are lists of other units.
var dependencyProperties = strings.Fields(`Requires Requisite Wants BindsTo PartOf Upholds RequiredBy RequisiteOf
	WantedBy BoundBy UpheldBy ConsistsOf Conflicts ConflictedBy Before After OnSuccess OnSuccessOf OnFailure
	OnFailureOf Triggers TriggeredBy PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom
	JoinsNamespaceOf SliceOf`)

// resultProperty is why a unit's last run ended; targets, slices and scopes have no such property.
func (u *Unit) resultProperty() any { return u.Result() }

func perExec(u *Unit, value func(*units.ExecSettings) any) any {
	if u.Exec == nil {
		return nil
	}
	return value(u.Exec)
}

func fdName(s units.Stdio) string {
	if s.Kind == units.StdioFD {
		return s.Arg
	}
	return ""
}

func (u *Unit) canStart() bool { return u.loaded() && !u.RefuseManualStart }

// stateOfService are the properties of a service at run time.
func stateOfService() map[string]func(*Unit, *ServiceStatus) any {
	return map[string]func(*Unit, *ServiceStatus) any{
		"CleanResult":          func(_ *Unit, s *ServiceStatus) any { return string(s.CleanResult) },
		"ReloadResult":         func(_ *Unit, s *ServiceStatus) any { return string(s.ReloadResult) },
		"NotifyAccess":         func(_ *Unit, s *ServiceStatus) any { return string(s.NotifyAccess) },
		"RestartUSecNext":      func(_ *Unit, s *ServiceStatus) any { return s.RestartUSecNext },
		"MainPID":              func(_ *Unit, s *ServiceStatus) any { return uint32(s.MainPID) },
		"ControlPID":           func(_ *Unit, s *ServiceStatus) any { return uint32(s.ControlPID) },
		"NFileDescriptorStore": func(_ *Unit, s *ServiceStatus) any { return uint32(s.NFileDescriptorStore) },
		"StatusText":           func(_ *Unit, s *ServiceStatus) any { return s.StatusText },
		"StatusErrno":          func(_ *Unit, s *ServiceStatus) any { return int32(s.StatusErrno) },
		"StatusBusError":       func(_ *Unit, s *ServiceStatus) any { return s.StatusBusError },
		"NRestarts":            func(_ *Unit, s *ServiceStatus) any { return uint32(s.NRestarts) },
		"WatchdogUSec":         func(_ *Unit, s *ServiceStatus) any { return s.WatchdogUSec },
		"WatchdogTimestamp":    func(u *Unit, _ *ServiceStatus) any { return Wall(u.watchdogFed().Realtime) },
		"WatchdogTimestampMonotonic": func(u *Unit, _ *ServiceStatus) any {
			return Monotonic(u.watchdogFed().Monotonic)
		},
		"ExecMainStartTimestamp":            func(_ *Unit, s *ServiceStatus) any { return Wall(s.ExecMain.Start.Realtime) },
		"ExecMainStartTimestampMonotonic":   func(_ *Unit, s *ServiceStatus) any { return Monotonic(s.ExecMain.Start.Monotonic) },
		"ExecMainExitTimestamp":             func(_ *Unit, s *ServiceStatus) any { return Wall(s.ExecMain.Exit.Realtime) },
		"ExecMainExitTimestampMonotonic":    func(_ *Unit, s *ServiceStatus) any { return Monotonic(s.ExecMain.Exit.Monotonic) },
		"ExecMainHandoffTimestamp":          func(_ *Unit, s *ServiceStatus) any { return Wall(s.ExecMain.Start.Realtime) },
		"ExecMainHandoffTimestampMonotonic": func(_ *Unit, s *ServiceStatus) any { return Monotonic(s.ExecMain.Start.Monotonic) },
		"ExecMainPID":                       func(_ *Unit, s *ServiceStatus) any { return uint32(s.ExecMain.PID) },
		"ExecMainCode":                      func(_ *Unit, s *ServiceStatus) any { return int32(s.ExecMain.Code) },
		"ExecMainStatus":                    func(_ *Unit, s *ServiceStatus) any { return int32(s.ExecMain.Status) },
	}
}

// watchdogFed is when a service whose watchdog runs last gave a sign of life.
func (u *Unit) watchdogFed() Instant {
	s, ok := u.kind.(*service)
	if !ok || s.watchdogAt == units.Infinity || s.watchdogAt < s.watchdogSpan() {
		return Instant{}
	}
	now := u.now()
	fed := s.watchdogAt - s.watchdogSpan()
	return Instant{Monotonic: fed, Realtime: now.Realtime - (now.Monotonic - fed)}
}

// commandRuns are the commands of a list with how each ran last.
func (u *Unit) commandRuns(role Role, extended bool) any {
	s, ok := u.kind.(*service)
	if !ok {
		return nil
	}
	list := CommandRuns{Extended: extended}
	for i, c := range s.commandsOf(role) {
		r := CommandRun{Command: c}
		if runs := s.commands[role]; i < len(runs) {
			r.Last = runs[i]
		}
		list.Runs = append(list.Runs, r)
	}
	return list
}
