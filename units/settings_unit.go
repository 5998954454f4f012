package units

// UnitSettings are the settings of [Unit] (systemd.unit(5)).
type UnitSettings struct {
	// Description: free text, specifiers expanded (%n,%i..); shown by status/show/list-units
	Description string `parse:"unit-string-printf" level:"enforced"`
	// Documentation: space list of URIs (http/https/file/info/man); empty resets; display only
	Documentation []string `parse:"documentation" level:"enforced"`
	// SourcePath: path string only (generators); display
	SourcePath string `parse:"unit-path-printf" level:"enforced"`
	// Requires: pull in + fail start job if dep job fails AND After= is set; stop/restart propagates back from dep
	Requires []string `parse:"unit-deps" level:"enforced" obsolete:"RequiresOverridable"`
	// Requisite: verify-active job on dep; start fails if dep not active; stop/restart propagates
	Requisite []string `parse:"unit-deps" level:"enforced" obsolete:"RequisiteOverridable"`
	// Wants: pull in, failures ignored
	Wants []string `parse:"unit-deps" level:"enforced"`
	// BindsTo: as Requires + unit is stopped whenever dep leaves active (even by itself); with After= dep must be active at job run
	BindsTo []string `parse:"unit-deps" level:"enforced" alias:"BindTo"`
	// Upholds: continuously restart dep while this unit is active (v249; retried on a rate-limited queue)
	Upholds []string `parse:"unit-deps" level:"enforced"`
	// Conflicts: stop job on other unit when started (both directions)
	Conflicts []string `parse:"unit-deps" level:"enforced"`
	// Before: ordering only; reversed for stop, stop-before-start
	Before []string `parse:"unit-deps" level:"enforced"`
	// After: ordering only; reversed for stop, stop-before-start
	After []string `parse:"unit-deps" level:"enforced"`
	// OnSuccess: enqueue units when result success / failed state entered, with On*JobMode
	OnSuccess []string `parse:"unit-deps" level:"enforced"`
	// OnFailure: enqueue units when result success / failed state entered, with On*JobMode
	OnFailure []string `parse:"unit-deps" level:"enforced"`
	// PropagatesReloadTo: propagate reload jobs
	PropagatesReloadTo []string `parse:"unit-deps" level:"enforced" alias:"PropagateReloadTo"`
	// ReloadPropagatedFrom: propagate reload jobs
	ReloadPropagatedFrom []string `parse:"unit-deps" level:"enforced" alias:"PropagateReloadFrom"`
	// PropagatesStopTo: propagate stop jobs (not restart)
	PropagatesStopTo []string `parse:"unit-deps" level:"enforced"`
	// StopPropagatedFrom: propagate stop jobs (not restart)
	StopPropagatedFrom []string `parse:"unit-deps" level:"enforced"`
	// PartOf: stop and restart (as try-restart) propagate from listed unit to this one; never start
	PartOf []string `parse:"unit-deps" level:"enforced"`
	// JoinsNamespaceOf: only meaningful with PrivateTmp/PrivateNetwork/PrivateIPC namespaces; keep as dependency for display
	JoinsNamespaceOf []string `parse:"unit-deps" level:"if-permitted" why:"namespace"`
	// RequiresMountsFor: adds Requires+After (WantsMountsFor: Wants+After) on .mount units of the path prefixes if such unit files exist / are mounted
	RequiresMountsFor []string `parse:"unit-mounts-for" level:"enforced"`
	// WantsMountsFor: adds Requires+After (WantsMountsFor: Wants+After) on .mount units of the path prefixes if such unit files exist / are mounted
	WantsMountsFor []string `parse:"unit-mounts-for" level:"enforced"`
	// StopWhenUnneeded: stop when no active unit requires/wants it (checked from a queue)
	StopWhenUnneeded bool `parse:"bool" level:"enforced"`
	// RefuseManualStart: deny start/stop requested directly by user (systemctl exit 4), deps still may
	RefuseManualStart bool `parse:"bool" level:"enforced"`
	// RefuseManualStop: deny start/stop requested directly by user (systemctl exit 4), deps still may
	RefuseManualStop bool `parse:"bool" level:"enforced"`
	// AllowIsolate: needed for isolate; else NoIsolation error
	AllowIsolate bool `parse:"bool" level:"enforced"`
	// DefaultDependencies: no => skip sysinit/basic/shutdown (etc) default deps
	DefaultDependencies bool `parse:"bool" level:"enforced" default:"yes"`
	// SurviveFinalKillSignal: skip unit in final kill (soft-reboot/shutdown kill spree)
	SurviveFinalKillSignal bool `parse:"bool" level:"if-permitted" why:"final-kill"`
	// OnSuccessJobMode: job mode for OnSuccess/OnFailure (default: OnFailure replace, OnSuccess fail)
	OnSuccessJobMode JobMode `parse:"job-mode" level:"enforced" default:"fail"`
	// OnFailureJobMode: job mode for OnSuccess/OnFailure (default: OnFailure replace, OnSuccess fail)
	OnFailureJobMode JobMode `parse:"job-mode" level:"enforced" alias:"OnFailureIsolate" default:"replace"`
	// IgnoreOnIsolate: keep unit running through isolate (services default no; others yes)
	IgnoreOnIsolate bool `parse:"bool" level:"enforced"`
	// JobTimeoutSec: job timeouts: start at install / at run of the job; result "timeout" then JobTimeoutAction
	JobTimeoutSec Usec `parse:"job-timeout-sec" level:"enforced" default:"infinity"`
	// JobRunningTimeoutSec: job timeouts: start at install / at run of the job; result "timeout" then JobTimeoutAction
	JobRunningTimeoutSec Usec `parse:"job-running-timeout-sec" level:"enforced" default:"infinity"`
	// JobTimeoutAction: job timeouts: start at install / at run of the job; result "timeout" then JobTimeoutAction
	JobTimeoutAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none"`
	// JobTimeoutRebootArgument: reboot() argument: only stored (reboot of container = exit)
	JobTimeoutRebootArgument string `parse:"reboot-parameter" level:"if-permitted" why:"reboot"`
	// StartLimitIntervalSec: start rate limit (default 10s/5 from manager); counted per start, also manual ones; 0 disables
	StartLimitIntervalSec Usec `parse:"sec" level:"enforced" alias:"StartLimitInterval" default:"10" moved:"Service.StartLimitInterval"`
	// StartLimitBurst: start rate limit (default 10s/5 from manager); counted per start, also manual ones; 0 disables
	StartLimitBurst uint `parse:"unsigned" level:"enforced" default:"5" moved:"Service.StartLimitBurst"`
	// StartLimitAction: emergency action enum none,reboot[-force|-immediate],poweroff*,exit[-force],soft-reboot*,kexec*,halt*: map to container exit
	StartLimitAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none" moved:"Service.StartLimitAction"`
	// FailureAction: emergency action enum none,reboot[-force|-immediate],poweroff*,exit[-force],soft-reboot*,kexec*,halt*: map to container exit
	FailureAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none" moved:"Service.FailureAction"`
	// SuccessAction: emergency action enum none,reboot[-force|-immediate],poweroff*,exit[-force],soft-reboot*,kexec*,halt*: map to container exit
	SuccessAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none"`
	// FailureActionExitStatus: exit code handed to exit action (else main process status)
	FailureActionExitStatus *int `parse:"exit-status" level:"enforced"`
	// SuccessActionExitStatus: exit code handed to exit action (else main process status)
	SuccessActionExitStatus *int `parse:"exit-status" level:"enforced"`
	// RebootArgument: reboot() argument: only stored (reboot of container = exit)
	RebootArgument string `parse:"reboot-parameter" level:"if-permitted" moved:"Service.RebootArgument" why:"reboot"`
	// CollectMode: inactive (default) or inactive-or-failed: GC/unload rule
	CollectMode CollectMode `parse:"collect-mode" level:"enforced" default:"inactive"`
	// Conditions and Asserts are the Condition…= and Assert…= settings in the order of the file.
	// An empty value resets all of a kind.
	Conditions []Condition `parse:"condition" level:"enforced"`
	Asserts    []Condition `parse:"condition" level:"enforced"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"IgnoreOnSnapshot" obsolete:"IgnoreOnSnapshot" level:"accepted" why:"obsolete"`
}
