package units

// UnitSettings are the settings of [Unit] (systemd.unit(5)).
type UnitSettings struct {
	// Description is a short name for people.
	Description string `parse:"unit-string-printf" level:"enforced"`
	// Documentation are URIs of documentation.
	Documentation []string `parse:"documentation" level:"enforced"`
	// SourcePath is the file from which a generator made the unit.
	SourcePath string `parse:"unit-path-printf" level:"enforced"`
	// Requires are started together with the unit; if one ordered before it fails, so does the unit, and a stop
	// of one stops it.
	Requires []string `parse:"unit-deps" level:"enforced" obsolete:"RequiresOverridable"`
	// Requisite must be active already, or starting the unit fails.
	Requisite []string `parse:"unit-deps" level:"enforced" obsolete:"RequisiteOverridable"`
	// Wants are started together with the unit; their failure does not matter.
	Wants []string `parse:"unit-deps" level:"enforced"`
	// BindsTo is as Requires=, and the unit stops when one of them leaves the active state for any reason.
	BindsTo []string `parse:"unit-deps" level:"enforced" alias:"BindTo"`
	// Upholds are started again whenever they are found inactive while the unit is active.
	Upholds []string `parse:"unit-deps" level:"enforced"`
	// Conflicts are stopped when the unit starts, and the other way round.
	Conflicts []string `parse:"unit-deps" level:"enforced"`
	// Before are started after the unit, and stopped before it.
	Before []string `parse:"unit-deps" level:"enforced"`
	// After are started before the unit, and stopped after it.
	After []string `parse:"unit-deps" level:"enforced"`
	// OnSuccess are started when the unit becomes inactive without a failure.
	OnSuccess []string `parse:"unit-deps" level:"enforced"`
	// OnFailure are started when the unit fails.
	OnFailure []string `parse:"unit-deps" level:"enforced"`
	// PropagatesReloadTo are reloaded with the unit.
	PropagatesReloadTo []string `parse:"unit-deps" level:"enforced" alias:"PropagateReloadTo"`
	// ReloadPropagatedFrom reload the unit with them.
	ReloadPropagatedFrom []string `parse:"unit-deps" level:"enforced" alias:"PropagateReloadFrom"`
	// PropagatesStopTo are stopped with the unit.
	PropagatesStopTo []string `parse:"unit-deps" level:"enforced"`
	// StopPropagatedFrom stop the unit with them.
	StopPropagatedFrom []string `parse:"unit-deps" level:"enforced"`
	// PartOf stop and restart the unit with them.
	PartOf []string `parse:"unit-deps" level:"enforced"`
	// JoinsNamespaceOf are units whose private /tmp, network and IPC the unit shares.
	JoinsNamespaceOf []string `parse:"unit-deps" level:"if-permitted" why:"namespace"`
	// RequiresMountsFor are paths whose mounts the unit requires and is ordered after.
	RequiresMountsFor []string `parse:"unit-mounts-for" level:"enforced"`
	// WantsMountsFor are paths whose mounts the unit wants and is ordered after.
	WantsMountsFor []string `parse:"unit-mounts-for" level:"enforced"`
	// StopWhenUnneeded stops the unit when nothing active needs it any more.
	StopWhenUnneeded bool `parse:"bool" level:"enforced"`
	// RefuseManualStart lets the unit be started by dependencies only.
	RefuseManualStart bool `parse:"bool" level:"enforced"`
	// RefuseManualStop lets the unit be stopped by dependencies only.
	RefuseManualStop bool `parse:"bool" level:"enforced"`
	// AllowIsolate lets the unit be isolated.
	AllowIsolate bool `parse:"bool" level:"enforced"`
	// DefaultDependencies gives the unit the dependencies usual for its type.
	DefaultDependencies bool `parse:"bool" level:"enforced" default:"yes"`
	// SurviveFinalKillSignal spares the unit's processes in a soft reboot.
	SurviveFinalKillSignal bool `parse:"bool" level:"if-permitted" why:"final-kill"`
	// OnSuccessJobMode is the job mode for OnSuccess=.
	OnSuccessJobMode JobMode `parse:"job-mode" level:"enforced" default:"fail"`
	// OnFailureJobMode is the job mode for OnFailure=.
	OnFailureJobMode JobMode `parse:"job-mode" level:"enforced" alias:"OnFailureIsolate" default:"replace"`
	// IgnoreOnIsolate keeps the unit when another one is isolated.
	IgnoreOnIsolate bool `parse:"bool" level:"enforced"`
	// JobTimeoutSec is how long a job of the unit may exist.
	JobTimeoutSec Usec `parse:"job-timeout-sec" level:"enforced" default:"infinity"`
	// JobRunningTimeoutSec is how long a job of the unit may run.
	JobRunningTimeoutSec Usec `parse:"job-running-timeout-sec" level:"enforced" default:"infinity"`
	// JobTimeoutAction is what is done when a job takes longer.
	JobTimeoutAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none"`
	// JobTimeoutRebootArgument is the argument of a reboot by JobTimeoutAction=.
	JobTimeoutRebootArgument string `parse:"reboot-parameter" level:"if-permitted" why:"reboot"`
	// StartLimitIntervalSec is the window in which StartLimitBurst= starts are allowed; 0 for no limit.
	StartLimitIntervalSec Usec `parse:"sec" level:"enforced" alias:"StartLimitInterval" default:"10" moved:"Service.StartLimitInterval"`
	// StartLimitBurst is how many starts are allowed in one window.
	StartLimitBurst uint `parse:"unsigned" level:"enforced" default:"5" moved:"Service.StartLimitBurst"`
	// StartLimitAction is what is done when the unit starts too often.
	StartLimitAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none" moved:"Service.StartLimitAction"`
	// FailureAction is what is done when the unit fails.
	FailureAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none" moved:"Service.FailureAction"`
	// SuccessAction is what is done when the unit becomes inactive without a failure.
	SuccessAction EmergencyAction `parse:"emergency-action" level:"enforced" default:"none"`
	// FailureActionExitStatus is the manager's exit status after FailureAction=exit; by default that of the
	// main process.
	FailureActionExitStatus *int `parse:"exit-status" level:"enforced"`
	// SuccessActionExitStatus is the manager's exit status after SuccessAction=exit; by default that of the
	// main process.
	SuccessActionExitStatus *int `parse:"exit-status" level:"enforced"`
	// RebootArgument is the argument of a reboot by an action.
	RebootArgument string `parse:"reboot-parameter" level:"if-permitted" moved:"Service.RebootArgument" why:"reboot"`
	// CollectMode says whether a failed unit may be forgotten.
	CollectMode CollectMode `parse:"collect-mode" level:"enforced" default:"inactive"`
	// Conditions are tested when the unit is to start; if they do not hold, it is skipped. With "|" one of
	// several must hold, with "!" it must not. An empty value resets all of them.
	Conditions []Condition `parse:"condition" level:"enforced"`
	// Asserts are like conditions; if they do not hold, the start fails.
	Asserts []Condition `parse:"condition" level:"enforced"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"IgnoreOnSnapshot" obsolete:"IgnoreOnSnapshot" level:"accepted" why:"obsolete"`
}
