// Package setting turns assignments of unit files, as -p and set-property take them on the command line, into the
// properties that the service manager takes over D-Bus (StartTransientUnit, SetUnitProperties).
package setting

import (
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/command"
	"pintle/units"
)

// Property is one property of a unit with its value, as it travels: (sv).
type Property struct {
	Name  string
	Value dbus.Variant
}

// New makes a property.
func New(name string, value any) Property { return Property{name, dbus.MakeVariant(value)} }

// Parse reads NAME=VALUE for a type of units ("service", "timer", …). An assignment may make several properties,
// or none. Errors are worded as systemd's tools word them.
func Parse(unitType, assignment string) ([]Property, error) {
	name, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return nil, command.Failf("Not an assignment: %s", assignment)
	}
	for _, section := range sections(unitType) {
		if encode := find(section, name); encode != nil {
			return encode(name, value)
		}
	}
	return nil, command.Failf("Unknown assignment: %s", assignment)
}

// ParseAll reads several assignments.
func ParseAll(unitType string, assignments []string) (all []Property, err error) {
	for _, a := range assignments {
		p, err := Parse(unitType, a)
		if err != nil {
			return nil, err
		}
		all = append(all, p...)
	}
	return all, nil
}

// sections are the parts of a unit of some type.
func sections(unitType string) []string {
	switch unitType {
	case "service", "socket", "mount", "swap":
		return []string{"cgroup", "exec", "kill", unitType, "unit"}
	case "scope":
		return []string{"cgroup", "kill", "scope", "unit"}
	case "slice":
		return []string{"cgroup", "unit"}
	}
	return []string{unitType, "unit"}
}

// encoder makes properties of the value of a setting.
type encoder func(name, value string) ([]Property, error)

// kind is how the values of some settings are written.
type kind struct {
	encode encoder
	names  string // of the settings, between blanks
}

func find(section, name string) encoder {
	var kinds []kind
	switch section {
	case "cgroup":
		kinds = cgroupKinds()
	case "exec":
		if strings.HasPrefix(name, "Limit") {
			return limit
		}
		kinds = execKinds()
	case "kill":
		kinds = []kind{{text, "KillMode"}, {boolean, "SendSIGHUP SendSIGKILL"}, {signal, "KillSignal RestartKillSignal FinalKillSignal WatchdogSignal"}}
	case "service":
		kinds = serviceKinds()
	case "socket":
		kinds = socketKinds()
	case "timer":
		kinds = timerKinds()
	case "path":
		kinds = pathKinds()
	case "scope":
		kinds = []kind{{span, "RuntimeMaxSec RuntimeRandomizedExtraSec TimeoutStopSec"}, {text, "OOMPolicy User Group"}}
	case "mount":
		kinds = []kind{{text, "What Where Options Type"}, {span, "TimeoutSec"}, {octal, "DirectoryMode"}, {boolean, "SloppyOptions LazyUnmount ForceUnmount ReadwriteOnly"}}
	case "unit":
		if strings.HasPrefix(name, "Condition") || strings.HasPrefix(name, "Assert") {
			return condition
		}
		kinds = unitKinds()
	}
	for _, k := range kinds {
		for listed := range strings.FieldsSeq(k.names) {
			if listed == name {
				return k.encode
			}
		}
	}
	return nil
}

func unitKinds() []kind {
	return []kind{
		{text, "Description SourcePath OnFailureJobMode OnSuccessJobMode JobTimeoutAction JobTimeoutRebootArgument StartLimitAction FailureAction SuccessAction RebootArgument CollectMode"},
		{boolean, "StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate IgnoreOnIsolate SurviveFinalKillSignal DefaultDependencies"},
		{span, "JobTimeoutSec JobRunningTimeoutSec StartLimitIntervalSec"},
		{unsigned, "StartLimitBurst"},
		{exitStatus, "SuccessActionExitStatus FailureActionExitStatus"},
		{words(units.WordUnquote), dependencies() + " Documentation Markers"},
		{words(units.WordUnquote), "RequiresMountsFor WantsMountsFor"},
	}
}

// dependencies are the settings that name other units.
func dependencies() string {
	return "Requires Requisite Wants BindsTo PartOf Upholds Conflicts Before After OnFailure OnSuccess PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf"
}

func serviceKinds() []kind {
	return []kind{
		{text, "PIDFile Type ExitType Restart RestartMode BusName NotifyAccess USBFunctionDescriptors USBFunctionStrings OOMPolicy TimeoutStartFailureMode TimeoutStopFailureMode FileDescriptorStorePreserve"},
		{boolean, "PermissionsStartOnly RootDirectoryStartOnly RemainAfterExit GuessMainPID"},
		{unsigned, "RestartSteps FileDescriptorStoreMax"},
		{span, "RestartSec RestartMaxDelaySec TimeoutStartSec TimeoutStopSec TimeoutAbortSec RuntimeMaxSec RuntimeRandomizedExtraSec WatchdogSec"},
		{timeouts, "TimeoutSec"},
		{signal, "ReloadSignal"},
		{execCommand, "ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost ExecConditionEx ExecStartPreEx ExecStartEx ExecStartPostEx ExecReloadEx ExecStopEx ExecStopPostEx"},
		{exitStatusSet, "RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus"},
		{openFiles, "OpenFile"},
	}
}

func socketKinds() []kind {
	return []kind{
		{boolean, "Accept FlushPending Writable KeepAlive NoDelay FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo ReusePort RemoveOnStop SELinuxContextFromNet"},
		{signed, "Priority IPTTL Mark"},
		{unsigned, "Backlog MaxConnections MaxConnectionsPerSource KeepAliveProbes TriggerLimitBurst PollLimitBurst"},
		{octal, "SocketMode DirectoryMode"},
		{size(1024), "MessageQueueMaxMessages MessageQueueMessageSize ReceiveBuffer SendBuffer PipeSize"},
		{span, "TimeoutSec KeepAliveTimeSec KeepAliveIntervalSec DeferAcceptSec TriggerLimitIntervalSec PollLimitIntervalSec"},
		{text, "FileDescriptorName SocketUser SocketGroup BindToDevice TCPCongestion FileDescriptorStorePreserve SmackLabel SmackLabelIPIn SmackLabelIPOut SocketProtocol BindIPv6Only IPTOS Timestamping"},
		{words(units.WordUnquote), "Symlinks Service"},
		{execCommand, "ExecStartPre ExecStartPost ExecStopPre ExecStopPost"},
		{listen, "ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction"},
	}
}

func timerKinds() []kind {
	return []kind{
		{boolean, "WakeSystem RemainAfterElapse Persistent OnTimezoneChange OnClockChange FixedRandomDelay"},
		{span, "AccuracySec RandomizedDelaySec"},
		{text, "Unit"},
		{monotonic, "OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec"},
		{calendar, "OnCalendar"},
	}
}

func pathKinds() []kind {
	return []kind{
		{boolean, "MakeDirectory"},
		{octal, "DirectoryMode"},
		{text, "Unit"},
		{span, "TriggerLimitIntervalSec"},
		{unsigned, "TriggerLimitBurst"},
		{watched, "PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty"},
	}
}
