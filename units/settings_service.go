package units

import "syscall"

// ServiceSettings are the settings of [Service] that are not shared with other sections (systemd.service(5)).
type ServiceSettings struct {
	// PIDFile is the file in which a forking service leaves the pid of its main process.
	PIDFile string `parse:"pid-file" level:"enforced"`
	// ExecCondition are run first; exit status 1 to 254 skips the start without a failure.
	ExecCondition []Command `parse:"exec" level:"enforced"`
	// ExecStartPre are run one after the other before ExecStart=.
	ExecStartPre []Command `parse:"exec" level:"enforced"`
	// ExecStart is the main command; Type=oneshot may have any number of them.
	ExecStart []Command `parse:"exec" level:"enforced"`
	// ExecStartPost are run when the service has started, as Type= has it.
	ExecStartPost []Command `parse:"exec" level:"enforced"`
	// ExecReload are run to reload the service.
	ExecReload []Command `parse:"exec" level:"enforced"`
	// ExecStop are run to stop a service that had started.
	ExecStop []Command `parse:"exec" level:"enforced"`
	// ExecStopPost are run at the end of every stop, also after a failure.
	ExecStopPost []Command `parse:"exec" level:"enforced"`
	// RestartSec is the pause before an automatic restart.
	RestartSec Usec `parse:"sec" level:"enforced" default:"100ms"`
	// RestartSteps is in how many steps the pause grows from RestartSec= to RestartMaxDelaySec=.
	RestartSteps uint `parse:"unsigned" level:"enforced"`
	// RestartMaxDelaySec is the longest pause before an automatic restart.
	RestartMaxDelaySec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// TimeoutStartSec is how long the start may take; oneshot services have no limit unless it is set.
	TimeoutStartSec Usec `parse:"service-timeout" level:"enforced" alias:"TimeoutSec" default:"90"`
	// TimeoutStopSec is how long each phase of the stop may take.
	TimeoutStopSec Usec `parse:"sec-fix-0" level:"enforced" default:"90"`
	// TimeoutAbortSec is how long a service may take to end after the watchdog's signal; TimeoutStopSec= if not
	// set.
	TimeoutAbortSec *Usec `parse:"service-timeout-abort" level:"enforced"`
	// TimeoutStartFailureMode says how a service is ended whose start takes too long.
	TimeoutStartFailureMode TimeoutFailureMode `parse:"service-timeout-failure-mode" level:"enforced" default:"terminate"`
	// TimeoutStopFailureMode says how a service is ended whose stop takes too long.
	TimeoutStopFailureMode TimeoutFailureMode `parse:"service-timeout-failure-mode" level:"enforced" default:"terminate"`
	// RuntimeMaxSec is how long the service may be active.
	RuntimeMaxSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// RuntimeRandomizedExtraSec is a random time added to it, at most.
	RuntimeRandomizedExtraSec Usec `parse:"sec" level:"enforced"`
	// WatchdogSec is how often the service must say that it is alive; 0 for never.
	WatchdogSec Usec `parse:"sec" level:"enforced"`
	// Type says when the service counts as started.
	Type ServiceType `parse:"service-type" level:"enforced"`
	// ExitType says whether the service ends with its main process or with its last one.
	ExitType ExitType `parse:"service-exit-type" level:"if-permitted" default:"main" why:"tracking"`
	// Restart says after which ends the service is started again.
	Restart Restart `parse:"service-restart" level:"enforced" default:"no"`
	// RestartMode says whether the service passes through the failed or inactive state between restarts.
	RestartMode RestartMode `parse:"service-restart-mode" level:"enforced" default:"normal"`
	// PermissionsStartOnly applies User= and its kin to ExecStart= only.
	PermissionsStartOnly bool `parse:"bool" level:"enforced"`
	// RootDirectoryStartOnly applies RootDirectory= to ExecStart= only.
	RootDirectoryStartOnly bool `parse:"bool" level:"enforced"`
	// RemainAfterExit keeps the service active after its processes have ended well.
	RemainAfterExit bool `parse:"bool" level:"enforced"`
	// GuessMainPID lets the manager guess the main process of a forking service without PIDFile=.
	GuessMainPID bool `parse:"bool" level:"enforced" default:"yes"`
	// RestartPreventExitStatus are exits of the main process after which there is no automatic restart.
	RestartPreventExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// RestartForceExitStatus are exits of the main process after which there always is one.
	RestartForceExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// SuccessExitStatus are exits that count as success, beside 0 and the usual signals.
	SuccessExitStatus ExitStatusSet `parse:"set-status" level:"enforced"`
	// NonBlocking sets O_NONBLOCK on the sockets that are passed.
	NonBlocking bool `parse:"bool" level:"enforced"`
	// BusName is the D-Bus name that a service of Type=dbus takes.
	BusName string `parse:"bus-name" level:"if-permitted" why:"bus"`
	// FileDescriptorStoreMax is how many descriptors the manager keeps for the service.
	FileDescriptorStoreMax uint `parse:"unsigned" level:"enforced"`
	// FileDescriptorStorePreserve says whether they are kept after a stop.
	FileDescriptorStorePreserve PreserveMode `parse:"exec-preserve-mode" level:"enforced" default:"restart"`
	// NotifyAccess says which processes may send notifications.
	NotifyAccess NotifyAccess `parse:"notify-access" level:"enforced" `
	// Sockets are socket units whose descriptors are passed, beside the one of the same name.
	Sockets []string `parse:"service-sockets" level:"enforced"`
	// USBFunctionDescriptors is a file with USB descriptors.
	USBFunctionDescriptors string `parse:"unit-path-printf" level:"accepted" why:"usb"`
	// USBFunctionStrings is a file with USB strings.
	USBFunctionStrings string `parse:"unit-path-printf" level:"accepted" why:"usb"`
	// OOMPolicy says what happens when the kernel kills a process for want of memory.
	OOMPolicy OOMPolicy `parse:"oom-policy" level:"accepted" why:"cgroup"`
	// OpenFile are files that the manager opens and passes.
	OpenFile []OpenFile `parse:"open-file" level:"enforced"`
	// ReloadSignal is the signal that reloads a service of Type=notify-reload.
	ReloadSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGHUP"`
	// What older releases had; the names are known and do nothing.
	_ struct{} `parse:"ignored" names:"SysVStartPriority,BusPolicy" obsolete:"SysVStartPriority,BusPolicy" level:"accepted" why:"obsolete"`
}
