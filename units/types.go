package units

import (
	"math"
	"syscall"
	"time"
)

// Usec is a time span in microseconds (systemd.time(7)).
type Usec uint64

// Infinity is a span that never ends.
const Infinity Usec = math.MaxUint64

// Duration is the span as a time.Duration; ok is false for a span that never ends or does not fit.
func (u Usec) Duration() (d time.Duration, ok bool) {
	if u > math.MaxInt64/1000 {
		return 0, false
	}
	return time.Duration(u) * time.Microsecond, true
}

// Bytes is a size; BytesInfinity means no limit.
type Bytes uint64

// BytesInfinity is the size of "infinity".
const BytesInfinity Bytes = math.MaxUint64

// FileMode is an octal access mode, 0…07777.
type FileMode uint32

// Tristate is a boolean that may be left to the context.
type Tristate int8

// The values of a Tristate.
const (
	Unset Tristate = iota
	No
	Yes
)

// ResourceLimit is a pair of setrlimit(2) limits; math.MaxUint64 is infinity.
type ResourceLimit struct{ Soft, Hard uint64 }

// Command is one line of an Exec…= setting (systemd.service(5), "Command lines").
type Command struct {
	Path          string   // executable: absolute, or a bare name looked up at exec time
	Argv          []string // argv[0] and the arguments, before $-expansion
	IgnoreFailure bool     // "-"
	NoEnvExpand   bool     // ":"
	Privileged    bool     // "+"
	NoSetuid      bool     // "!"
	AmbientMagic  bool     // "!!"
}

// EnvironmentFile is one EnvironmentFile= entry; Optional stands for the "-" prefix.
type EnvironmentFile struct {
	Path     string
	Optional bool
}

// WorkingDirectory is WorkingDirectory=: a path, or the home of User= ("~").
type WorkingDirectory struct {
	Path     string
	Home     bool
	Optional bool // "-": a missing directory is no error
}

// ExecDirectory is one entry of RuntimeDirectory= and its kin: a path relative to the directory's base.
type ExecDirectory struct {
	Path     string
	Symlinks []string // further names, from "PATH:NAME"
	ReadOnly bool
}

// Stdio is StandardInput=, StandardOutput= or StandardError=.
type Stdio struct {
	Kind StdioKind
	Arg  string // the path of file:, append:, truncate:; the name of fd:
}

// StdioKind is the form of a standard stream (systemd.exec(5)).
type StdioKind string

// The kinds of standard streams. The empty kind means that nothing was set.
const (
	StdioNull           StdioKind = "null"
	StdioInherit        StdioKind = "inherit"
	StdioTTY            StdioKind = "tty"
	StdioTTYForce       StdioKind = "tty-force"
	StdioTTYFail        StdioKind = "tty-fail"
	StdioJournal        StdioKind = "journal"
	StdioKmsg           StdioKind = "kmsg"
	StdioJournalConsole StdioKind = "journal+console"
	StdioKmsgConsole    StdioKind = "kmsg+console"
	StdioSocket         StdioKind = "socket"
	StdioFD             StdioKind = "fd"
	StdioFile           StdioKind = "file"
	StdioAppend         StdioKind = "append"
	StdioTruncate       StdioKind = "truncate"
	StdioData           StdioKind = "data"
)

// Credential is one SetCredential= or LoadCredential= entry.
type Credential struct {
	Name  string
	Value []byte // SetCredential=
	Path  string // LoadCredential=: absolute, or a name to look up
}

// OpenFile is one OpenFile= entry.
type OpenFile struct {
	Path     string
	Name     string
	ReadOnly bool
	Append   bool
	Truncate bool
	Graceful bool
}

// CapabilitySet is a bit mask of Linux capabilities (capabilities(7)); Set tells an empty set from none given.
type CapabilitySet struct {
	Mask uint64
	Set  bool
}

// SystemCallFilter is SystemCallFilter= or SystemCallLog=.
type SystemCallFilter struct {
	Set   bool
	Allow bool             // the first entry was no "~" one: what is listed is allowed, else forbidden
	Rules []SystemCallRule // in the order of the files; a later one overrides
}

// SystemCallRule puts a system call or a @group on the list of a SystemCallFilter, or takes it off again.
type SystemCallRule struct {
	Name   string
	Errno  string // the error of a forbidden call, "kill", or empty for the default action
	Remove bool
}

// ExitStatusSet is a set of exit codes and signals.
type ExitStatusSet struct {
	Codes   [4]uint64 // bit set of 0…255
	Signals [2]uint64 // bit set of 1…64
}

// Condition is one Condition…= or Assert…= line.
type Condition struct {
	Type    string // "PathExists", …
	Trigger bool   // "|"
	Negate  bool   // "!"
	Value   string
}

// Listen is one Listen…= line of a socket unit.
type Listen struct {
	Kind    string // "Stream", "Datagram", "SequentialPacket", "FIFO", "Special", "Netlink", "MessageQueue", "USBFunction"
	Address string
}

// TimerSpec is one On…Sec= or OnCalendar= line of a timer unit.
type TimerSpec struct {
	Base     string // "OnActiveSec", …
	Span     Usec
	Calendar string // normalised expression for OnCalendar
}

// PathSpec is one PathExists=, … line of a path unit.
type PathSpec struct {
	Kind string
	Path string
}

// Enumerations, each with systemd's own words as values.
type (
	ServiceType        string
	ExitType           string
	Restart            string
	RestartMode        string
	KillMode           string
	NotifyAccess       string
	TimeoutFailureMode string
	EmergencyAction    string
	JobMode            string
	CollectMode        string
	OOMPolicy          string
	KeyringMode        string
	PreserveMode       string
)

// The values that code decides by.
const (
	TypeSimple       ServiceType = "simple"
	TypeExec         ServiceType = "exec"
	TypeForking      ServiceType = "forking"
	TypeOneshot      ServiceType = "oneshot"
	TypeNotify       ServiceType = "notify"
	TypeNotifyReload ServiceType = "notify-reload"
	TypeDBus         ServiceType = "dbus"
	TypeIdle         ServiceType = "idle"

	ExitMain   ExitType = "main"
	ExitCgroup ExitType = "cgroup"

	RestartNo         Restart = "no"
	RestartOnSuccess  Restart = "on-success"
	RestartOnFailure  Restart = "on-failure"
	RestartOnAbnormal Restart = "on-abnormal"
	RestartOnWatchdog Restart = "on-watchdog"
	RestartOnAbort    Restart = "on-abort"
	RestartAlways     Restart = "always"

	RestartNormal RestartMode = "normal"
	RestartDirect RestartMode = "direct"

	KillControlGroup KillMode = "control-group"
	KillProcess      KillMode = "process"
	KillMixed        KillMode = "mixed"
	KillNone         KillMode = "none"

	NotifyNone NotifyAccess = "none"
	NotifyMain NotifyAccess = "main"
	NotifyExec NotifyAccess = "exec"
	NotifyAll  NotifyAccess = "all"

	TimeoutTerminate TimeoutFailureMode = "terminate"
	TimeoutAbort     TimeoutFailureMode = "abort"
	TimeoutKill      TimeoutFailureMode = "kill"

	ModeReplace             JobMode = "replace"
	ModeFail                JobMode = "fail"
	ModeReplaceIrreversibly JobMode = "replace-irreversibly"
	ModeIsolate             JobMode = "isolate"
	ModeFlush               JobMode = "flush"
	ModeIgnoreDependencies  JobMode = "ignore-dependencies"
	ModeIgnoreRequirements  JobMode = "ignore-requirements"
	ModeTriggering          JobMode = "triggering"
	ModeRestartDependencies JobMode = "restart-dependencies"

	CollectInactive         CollectMode = "inactive"
	CollectInactiveOrFailed CollectMode = "inactive-or-failed"

	OOMContinue OOMPolicy = "continue"
	OOMStop     OOMPolicy = "stop"
	OOMKill     OOMPolicy = "kill"

	KeyringInherit KeyringMode = "inherit"
	KeyringPrivate KeyringMode = "private"
	KeyringShared  KeyringMode = "shared"

	ActionNone              EmergencyAction = "none"
	ActionExit              EmergencyAction = "exit"
	ActionExitForce         EmergencyAction = "exit-force"
	ActionReboot            EmergencyAction = "reboot"
	ActionRebootForce       EmergencyAction = "reboot-force"
	ActionRebootImmediate   EmergencyAction = "reboot-immediate"
	ActionPoweroff          EmergencyAction = "poweroff"
	ActionPoweroffForce     EmergencyAction = "poweroff-force"
	ActionPoweroffImmediate EmergencyAction = "poweroff-immediate"
	ActionSoftReboot        EmergencyAction = "soft-reboot"
	ActionSoftRebootForce   EmergencyAction = "soft-reboot-force"
	ActionKexec             EmergencyAction = "kexec"
	ActionKexecForce        EmergencyAction = "kexec-force"
	ActionHalt              EmergencyAction = "halt"
	ActionHaltForce         EmergencyAction = "halt-force"
	ActionHaltImmediate     EmergencyAction = "halt-immediate"

	PreserveNo      PreserveMode = "no"
	PreserveYes     PreserveMode = "yes"
	PreserveRestart PreserveMode = "restart"
)

// Has tells whether an exit code is in the set.
func (s *ExitStatusSet) Has(code int) bool {
	return code >= 0 && code < 256 && s.Codes[code/64]&(1<<(code%64)) != 0
}

// HasSignal tells whether a signal is in the set.
func (s *ExitStatusSet) HasSignal(sig syscall.Signal) bool {
	return sig > 0 && sig <= 64 && s.Signals[(sig-1)/64]&(1<<((sig-1)%64)) != 0
}
