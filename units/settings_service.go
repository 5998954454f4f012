package units

import "syscall"

// ServiceSettings are the settings of [Service] that are not shared with other sections (systemd.service(5)).
type ServiceSettings struct {
	// PIDFile: relative => below /run; read after forking start and on main exit; must be owned by root/unit user, pid in unit; removed on stop
	PIDFile string `parse:"pid-file" level:"enforced"`
	// ExecCondition: exit 1..254 = skip (inactive, result exec-condition, no failure), 255/signal = failure
	ExecCondition []Command `parse:"exec" level:"enforced"`
	// ExecStartPre: sequential; failure (no "-") aborts start, goes to stop-post
	ExecStartPre []Command `parse:"exec" level:"enforced"`
	// ExecStart: required unless oneshot w/ ExecStop or SuccessAction; >1 only for oneshot
	ExecStart []Command `parse:"exec" level:"enforced"`
	// ExecStartPost: after start condition of Type= met; failure => stop
	ExecStartPost []Command `parse:"exec" level:"enforced"`
	// ExecReload: synchronous; failure leaves service running (ReloadResult)
	ExecReload []Command `parse:"exec" level:"enforced"`
	// ExecStop: only after successful start; skipped when main failed
	ExecStop []Command `parse:"exec" level:"enforced"`
	// ExecStopPost: always on the way down, with $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS
	ExecStopPost []Command `parse:"exec" level:"enforced"`
	// RestartSec: default 100ms (manager)
	RestartSec Usec `parse:"sec" level:"enforced" default:"100ms"`
	// RestartSteps: exponential steps to RestartMaxDelaySec (v254)
	RestartSteps uint `parse:"unsigned" level:"enforced"`
	// RestartMaxDelaySec: exponential steps to RestartMaxDelaySec (v254)
	RestartMaxDelaySec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// TimeoutStartSec: sets start+stop; 0/infinity = none; oneshot start default infinity
	TimeoutStartSec Usec `parse:"service-timeout" level:"enforced" alias:"TimeoutSec" default:"90"`
	// TimeoutStopSec: per phase stop timeout, 0 = infinity
	TimeoutStopSec Usec `parse:"sec-fix-0" level:"enforced" default:"90"`
	// TimeoutAbortSec: watchdog/abort phase; empty/unset = TimeoutStopSec
	TimeoutAbortSec *Usec `parse:"service-timeout-abort" level:"enforced"`
	// TimeoutStartFailureMode: terminate|abort|kill
	TimeoutStartFailureMode TimeoutFailureMode `parse:"service-timeout-failure-mode" level:"enforced" default:"terminate"`
	// TimeoutStopFailureMode: terminate|abort|kill
	TimeoutStopFailureMode TimeoutFailureMode `parse:"service-timeout-failure-mode" level:"enforced" default:"terminate"`
	// RuntimeMaxSec: max active time -> result timeout
	RuntimeMaxSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// RuntimeRandomizedExtraSec: max active time -> result timeout
	RuntimeRandomizedExtraSec Usec `parse:"sec" level:"enforced"`
	// WatchdogSec: WATCHDOG_USEC/WATCHDOG_PID env; no ping => WatchdogSignal(SIGABRT), result watchdog; sets NotifyAccess=main if none
	WatchdogSec Usec `parse:"sec" level:"enforced"`
	// Type: simple exec forking oneshot dbus notify notify-reload idle; dbus needs a bus (S)
	Type ServiceType `parse:"service-type" level:"enforced"`
	// ExitType: cgroup: wait until cgroup empty; without cgroup write use child-subreaper descendant tracking
	ExitType ExitType `parse:"service-exit-type" level:"if-permitted" default:"main" why:"tracking"`
	// Restart: no always on-success on-failure on-abnormal on-abort on-watchdog; oneshot refuses always/on-success
	Restart Restart `parse:"service-restart" level:"enforced" default:"no"`
	// RestartMode: normal|direct|debug(v257): direct skips failed/inactive state between restarts so OnFailure= not fired
	RestartMode RestartMode `parse:"service-restart-mode" level:"enforced" default:"normal"`
	// PermissionsStartOnly: deprecated: credentials/root apply only to ExecStart
	PermissionsStartOnly bool `parse:"bool" level:"enforced"`
	// RootDirectoryStartOnly: deprecated: credentials/root apply only to ExecStart
	RootDirectoryStartOnly bool `parse:"bool" level:"enforced"`
	// RemainAfterExit: active(exited) after main exits 0
	RemainAfterExit bool `parse:"bool" level:"enforced"`
	// GuessMainPID: guess main pid for forking w/o PIDFile: only if exactly one process remains
	GuessMainPID bool `parse:"bool" level:"enforced" default:"yes"`
	// RestartPreventExitStatus: list of codes/signal names, appended, empty resets
	RestartPreventExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// RestartForceExitStatus: list of codes/signal names, appended, empty resets
	RestartForceExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// SuccessExitStatus: list of codes/signal names, appended, empty resets
	SuccessExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// NonBlocking: O_NONBLOCK on passed socket fds
	NonBlocking bool `parse:"bool" level:"enforced"`
	// BusName: Type=dbus readiness: needs connection to dbus-daemon in the container
	BusName string `parse:"bus-name" level:"if-permitted" why:"bus"`
	// FileDescriptorStoreMax: fd store via FDSTORE=1; passed back as LISTEN_FDS after sockets
	FileDescriptorStoreMax uint `parse:"unsigned" level:"enforced"`
	// FileDescriptorStorePreserve: fd store via FDSTORE=1; passed back as LISTEN_FDS after sockets
	FileDescriptorStorePreserve PreserveMode `parse:"exec-preserve-mode" level:"enforced" default:"restart"`
	// NotifyAccess: none main exec all; sender pid by SO_PASSCRED must map to unit
	NotifyAccess NotifyAccess `parse:"notify-access" level:"enforced" `
	// Sockets: extra sockets passed; adds Wants+After & TriggeredBy
	Sockets []string `parse:"service-sockets" level:"enforced"`
	// USBFunctionDescriptors: USB gadget
	USBFunctionDescriptors string `parse:"unit-path-printf" level:"accepted" why:"usb"`
	// USBFunctionStrings: USB gadget
	USBFunctionStrings string `parse:"unit-path-printf" level:"accepted" why:"usb"`
	// OOMPolicy: needs memory.events of unit cgroup; else only detect main SIGKILL
	OOMPolicy OOMPolicy `parse:"oom-policy" level:"if-permitted" why:"cgroup"`
	// OpenFile: PATH[:fdname[:read-only|append|truncate|graceful,..]] opened by manager, passed in LISTEN_FDS
	OpenFile []OpenFile `parse:"open-file" level:"enforced"`
	// ReloadSignal: notify-reload signal (SIGHUP)
	ReloadSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGHUP"`
	// What older releases had; the names are known and do nothing.
	_ struct{} `parse:"ignored" names:"SysVStartPriority,BusPolicy" obsolete:"SysVStartPriority,BusPolicy" level:"accepted" why:"obsolete"`
}
