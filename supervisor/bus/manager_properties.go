package bus

import (
	"math"
	"slices"
	"strings"

	"pintle/supervisor"
	"pintle/units"
)

// Facts are what PID 1 knows of itself and of where it runs.
type Facts struct {
	Version        string // of systemd, as whose manager clients take us; they read the number at its beginning
	Virtualization string // what runs the container
	ControlGroup   string // PID 1's own
	UnitPath       []string
	Manager        *units.ManagerSettings // system.conf
}

// managerProperties are those of the manager's object.
func managerProperties() []Property {
	return slices.Concat([]Property{
		{Name: "Version", Sig: "s", Get: fact(func(f Facts) any { return f.Version })},
		{Name: "Features", Sig: "s", Get: always("")},
		{Name: "Virtualization", Sig: "s", Get: fact(func(f Facts) any { return f.Virtualization })},
		{Name: "Architecture", Sig: "s", Get: func(*Call) any { return units.Architecture() }},
		{Name: "Tainted", Sig: "s", Get: always("")},
	}, milestones(), managerLogging(), managerCounts(), managerEnvironment(), managerWatchdogs(), managerStates(), managerDefaults())
}

// always is the getter of a property with one value.
func always(value any) func(*Call) any { return func(*Call) any { return value } }

// fact is the getter of a property that is one of PID 1's facts.
func fact(of func(Facts) any) func(*Call) any {
	return func(c *Call) any { return of(c.Server.config.Host.Facts()) }
}

// milestones are instants of the boot, each on both clocks.
func milestones() (list []Property) {
	for _, name := range strings.Fields(`Firmware Loader Kernel InitRD Userspace Finish SecurityStart SecurityFinish
		GeneratorsStart GeneratorsFinish UnitsLoadStart UnitsLoadFinish UnitsLoad InitRDSecurityStart InitRDSecurityFinish
		InitRDGeneratorsStart InitRDGeneratorsFinish InitRDUnitsLoadStart InitRDUnitsLoadFinish`) {
		at := func(c *Call) supervisor.Instant { return c.Server.config.Host.Milestone(name) }
		list = append(list,
			Property{Name: name + "Timestamp", Sig: "t", Get: func(c *Call) any { return uint64(at(c).Realtime) }},
			Property{Name: name + "TimestampMonotonic", Sig: "t", Get: func(c *Call) any { return uint64(at(c).Monotonic) }})
	}
	return list
}

var logTable table

// logInterface is how daemons let their logging be changed (org.freedesktop.LogControl1(5)).
func logInterface() *Interface {
	return logTable.get(func() *Interface {
		return &Interface{Name: "org.freedesktop.LogControl1", Properties: append(managerLogging(),
			Property{Name: "SyslogIdentifier", Sig: "s", Get: always("pintle")})}
	})
}

// logLevels are the words for levels (syslog(3)), the most urgent first.
var logLevels = [...]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

func managerLogging() []Property {
	return []Property{
		{Name: "LogLevel", Sig: "s", Emits: supervisor.EmitsFalse, Get: logLevel, Set: setLogLevel},
		{Name: "LogTarget", Sig: "s", Emits: supervisor.EmitsFalse, Get: always("console"), Set: setLogTarget},
	}
}

func logLevel(c *Call) any {
	level := int(c.Server.config.Host.LogLevel())
	return logLevels[min(max(level, 0), len(logLevels)-1)]
}

// setLogLevel takes a word, or an empty one for the configured level.
func setLogLevel(c *Call, value any) error {
	word := value.(string)
	level := slices.Index(logLevels[:], word)
	if level < 0 && word != "" {
		return Errorf(ErrInvalidArgs, "Invalid log level '%s'", word)
	}
	c.Server.config.Host.SetLogLevel(supervisor.Level(level))
	return nil
}

// setLogTarget knows one target: what is said is said on the console, and to the syslog daemon when there is one.
func setLogTarget(_ *Call, value any) error {
	switch value.(string) {
	case "", "auto", "console":
		return nil
	}
	return Errorf(ErrNotSupported, "cannot log to %s: a container's messages go to its console", value)
}

func managerCounts() []Property {
	count := func(name string, of func(*supervisor.Manager) uint32) Property {
		return Property{Name: name, Sig: "u", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return of(c.Manager()) }}
	}
	failed := count("NFailedUnits", (*supervisor.Manager).FailedUnits)
	failed.Emits = supervisor.EmitsChange
	return []Property{
		count("NNames", func(m *supervisor.Manager) uint32 { return uint32(m.Names()) }),
		failed,
		count("NJobs", func(m *supervisor.Manager) uint32 { n, _, _ := m.JobCounts(); return n }),
		count("NInstalledJobs", func(m *supervisor.Manager) uint32 { _, n, _ := m.JobCounts(); return n }),
		count("NFailedJobs", func(m *supervisor.Manager) uint32 { _, _, n := m.JobCounts(); return n }),
		{Name: "Progress", Sig: "d", Emits: supervisor.EmitsFalse, Get: progress},
	}
}

// progress is the share of the boot's jobs that have ended.
func progress(c *Call) any {
	queued, installed, _ := c.Manager().JobCounts()
	switch c.Manager().State() {
	case supervisor.Initializing, supervisor.Starting:
		return 1 - float64(queued)/float64(max(installed, queued, 1))
	}
	return float64(1)
}

func managerEnvironment() []Property {
	return []Property{
		{Name: "Environment", Sig: "as", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return asTexts(c.Server.config.Host.Environment()) }},
		{Name: "ConfirmSpawn", Sig: "b", Get: always(false)},
		{Name: "ShowStatus", Sig: "b", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return c.Server.config.Host.ShowStatus() }},
		{Name: "UnitPath", Sig: "as", Get: fact(func(f Facts) any { return asTexts(f.UnitPath) })},
		{Name: "DefaultStandardOutput", Sig: "s", Get: fact(func(f Facts) any { return string(f.Manager.DefaultStandardOutput.Kind) })},
		{Name: "DefaultStandardError", Sig: "s", Get: fact(func(f Facts) any { return string(f.Manager.DefaultStandardError.Kind) })},
	}
}

// managerWatchdogs are about watchdogs of the hardware: a container has none.
func managerWatchdogs() []Property {
	none := func(name, signature string, value any) Property {
		return Property{Name: name, Sig: signature, Emits: supervisor.EmitsFalse, Get: always(value), Set: func(*Call, any) error {
			return Errorf(ErrNotSupported, "cannot set %s: a container has no watchdog of its own", name)
		}}
	}
	return []Property{
		{Name: "WatchdogDevice", Sig: "s", Get: always("")},
		{Name: "WatchdogLastPingTimestamp", Sig: "t", Emits: supervisor.EmitsFalse, Get: always(uint64(0))},
		{Name: "WatchdogLastPingTimestampMonotonic", Sig: "t", Emits: supervisor.EmitsFalse, Get: always(uint64(math.MaxUint64))},
		none("RuntimeWatchdogUSec", "t", uint64(0)),
		none("RuntimeWatchdogPreUSec", "t", uint64(0)),
		none("RuntimeWatchdogPreGovernor", "s", ""),
		none("RebootWatchdogUSec", "t", uint64(0)),
		none("KExecWatchdogUSec", "t", uint64(0)),
		{Name: "ServiceWatchdogs", Sig: "b", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return c.Manager().Watchdogs() }, Set: func(c *Call, value any) error {
			c.Manager().SetWatchdogs(value.(bool))
			return nil
		}},
	}
}

func managerStates() []Property {
	return []Property{
		{Name: "ControlGroup", Sig: "s", Emits: supervisor.EmitsFalse, Get: fact(func(f Facts) any { return f.ControlGroup })},
		{Name: "SystemState", Sig: "s", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return string(c.Manager().State()) }},
		{Name: "ExitCode", Sig: "y", Emits: supervisor.EmitsFalse, Get: func(c *Call) any { return c.Server.config.Host.ExitCode() }},
	}
}

// managerDefaults are what units have that do not set something themselves.
func managerDefaults() []Property {
	of := func(name, signature string, value func(*units.ManagerSettings) any) Property {
		return Property{Name: name, Sig: signature, Get: fact(func(f Facts) any { return value(f.Manager) })}
	}
	span := func(name string, value func(*units.ManagerSettings) units.Usec) Property {
		return of(name, "t", func(m *units.ManagerSettings) any { return uint64(value(m)) })
	}
	list := []Property{
		span("DefaultTimerAccuracyUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultTimerAccuracySec }),
		span("DefaultTimeoutStartUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultTimeoutStartSec }),
		span("DefaultTimeoutStopUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultTimeoutStopSec }),
		span("DefaultTimeoutAbortUSec", func(m *units.ManagerSettings) units.Usec {
			if m.DefaultTimeoutAbortSec != nil {
				return *m.DefaultTimeoutAbortSec
			}
			return m.DefaultTimeoutStopSec
		}),
		span("DefaultDeviceTimeoutUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultTimeoutStartSec }),
		span("DefaultRestartUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultRestartSec }),
		span("DefaultStartLimitIntervalUSec", func(m *units.ManagerSettings) units.Usec { return m.DefaultStartLimitIntervalSec }),
		of("DefaultStartLimitBurst", "u", func(m *units.ManagerSettings) any { return uint32(m.DefaultStartLimitBurst) }),
	}
	list[3].Emits = supervisor.EmitsFalse
	for _, what := range []string{"CPU", "BlockIO", "Memory", "Tasks"} {
		list = append(list, Property{Name: "Default" + what + "Accounting", Sig: "b", Get: always(false)})
	}
	for _, name := range strings.Fields("CPU FSIZE DATA STACK CORE RSS NOFILE AS NPROC MEMLOCK LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME") {
		limit := func(c *Call) units.ResourceLimit {
			l, ok := c.Server.config.Host.Limit("Limit" + name)
			if !ok {
				return units.ResourceLimit{Soft: math.MaxUint64, Hard: math.MaxUint64}
			}
			return l
		}
		list = append(list,
			Property{Name: "DefaultLimit" + name, Sig: "t", Get: func(c *Call) any { return limit(c).Hard }},
			Property{Name: "DefaultLimit" + name + "Soft", Sig: "t", Get: func(c *Call) any { return limit(c).Soft }})
	}
	return append(list,
		Property{Name: "DefaultTasksMax", Sig: "t", Emits: supervisor.EmitsFalse, Get: always(uint64(math.MaxUint64))},
		Property{Name: "TimerSlackNSec", Sig: "t", Get: always(uint64(50000))},
		Property{Name: "DefaultOOMPolicy", Sig: "s", Get: fact(func(f Facts) any { return string(f.Manager.DefaultOOMPolicy) })},
		Property{Name: "DefaultOOMScoreAdjust", Sig: "i", Get: always(int32(0))},
		Property{Name: "CtrlAltDelBurstAction", Sig: "s", Get: always(string(units.ActionRebootForce))},
	)
}
