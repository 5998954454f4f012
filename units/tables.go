package units

import (
	"slices"
	"strings"
)

// UnitTypes are the unit types, in the order in which systemctl --type=help lists them.
var UnitTypes = []string{"service", "mount", "swap", "socket", "target", "device", "automount", "timer", "path", "slice", "scope"}

func words[W ~string](list ...W) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// Enumeration returns the words of one of systemd's string tables in its order, by systemd's name for it, and
// nil for a table that does not exist. These are the only lists of such words; where code decides by a word,
// the list is made of its constants.
func Enumeration(name string) []string {
	if kind, ok := strings.CutSuffix(name, "_state"); ok && slices.Contains(UnitTypes, kind) {
		var list []string
		for _, s := range SubStates(kind) {
			list = append(list, s.Name)
		}
		return list
	}
	for _, table := range [...]func(string) []string{unitEnumeration, jobEnumeration, serviceEnumeration, execEnumeration, kindEnumeration, managerEnumeration, cgroupEnumeration} {
		if list := table(name); list != nil {
			return list
		}
	}
	return nil
}

// wordsOf is an enumeration as values of its type.
func wordsOf[W ~string](enumeration string) []W {
	var list []W
	for _, w := range Enumeration(enumeration) {
		list = append(list, W(w))
	}
	return list
}

func unitEnumeration(name string) []string {
	switch name {
	case "unit_type":
		return UnitTypes
	case "unit_load_state":
		return words(Stub, Loaded, NotFound, BadSetting, LoadError, Merged, Masked)
	case "unit_active_state":
		return words(Active, Reloading, Inactive, Failed, Activating, Deactivating, Maintenance)
	case "freezer_state":
		return []string{"running", "freezing", "freezing-by-parent", "frozen", "frozen-by-parent", "thawing"}
	case "unit_marker":
		return []string{"needs-reload", "needs-restart"}
	case "unit_dependency":
		return words(Requires, Requisite, Wants, BindsTo, PartOf, Upholds, RequiredBy, RequisiteOf, WantedBy, BoundBy,
			UpheldBy, ConsistsOf, Conflicts, ConflictedBy, Before, After, OnSuccess, OnSuccessOf, OnFailure, OnFailureOf,
			Triggers, TriggeredBy, PropagatesReloadTo, ReloadPropagatedFrom, PropagatesStopTo, StopPropagatedFrom,
			JoinsNamespaceOf, References, ReferencedBy, InSlice, SliceOf)
	case "collect_mode":
		return words(CollectInactive, CollectInactiveOrFailed)
	case "unit_mount_dependency_type":
		return []string{"WantsMountsFor", "RequiresMountsFor"}
	case "unit_file_state":
		return []string{"enabled", "enabled-runtime", "linked", "linked-runtime", "alias", "masked", "masked-runtime",
			"static", "disabled", "indirect", "generated", "transient", "bad"}
	case "install_change_type":
		return []string{"symlink", "unlink", "masked", "masked by generator", "dangling", "destination not present", "auxiliary unit failed"}
	case "unit_file_preset_mode":
		return []string{"full", "enable-only", "disable-only"}
	case "condition_type":
		return prefixed("Condition", conditionTypes())
	case "assert_type":
		return prefixed("Assert", conditionTypes())
	case "condition_result":
		return []string{"untested", "succeeded", "failed", "error"}
	}
	return nil
}

// conditionTypes are what can be tested, as Condition.Type has them.
func conditionTypes() []string {
	return []string{"Architecture", "Firmware", "Virtualization", "Host", "KernelCommandLine", "KernelVersion",
		"Credential", "Security", "Capability", "ACPower", "NeedsUpdate", "FirstBoot", "PathExists", "PathExistsGlob",
		"PathIsDirectory", "PathIsSymbolicLink", "PathIsMountPoint", "PathIsReadWrite", "PathIsEncrypted",
		"DirectoryNotEmpty", "FileNotEmpty", "FileIsExecutable", "User", "Group", "ControlGroupController", "CPUs",
		"Memory", "Environment", "CPUFeature", "OSRelease", "MemoryPressure", "CPUPressure", "IOPressure"}
}

func prefixed(prefix string, list []string) []string {
	for i := range list {
		list[i] = prefix + list[i]
	}
	return list
}

func suffixed(list []string, suffix string) []string {
	for i := range list {
		list[i] += suffix
	}
	return list
}

func jobEnumeration(name string) []string {
	switch name {
	case "job_state":
		return []string{"waiting", "running"}
	case "job_type":
		return []string{"start", "verify-active", "stop", "reload", "reload-or-start", "restart", "try-restart", "try-reload", "nop"}
	case "job_mode":
		return words(ModeFail, ModeReplace, ModeReplaceIrreversibly, ModeIsolate, ModeFlush, ModeIgnoreDependencies,
			ModeIgnoreRequirements, ModeTriggering, ModeRestartDependencies)
	case "job_result":
		return []string{"done", "canceled", "timeout", "failed", "dependency", "skipped", "invalid", "assert",
			"unsupported", "collected", "once", "frozen"}
	case "kill_mode":
		return words(KillControlGroup, KillProcess, KillMixed, KillNone)
	case "kill_who":
		return []string{"main", "control", "all", "main-fail", "control-fail", "all-fail"}
	}
	return nil
}

func serviceEnumeration(name string) []string {
	switch name {
	case "service_type":
		return words(TypeSimple, TypeForking, TypeOneshot, TypeDBus, TypeNotify, TypeNotifyReload, TypeIdle, TypeExec)
	case "service_exit_type":
		return words(ExitMain, ExitCgroup)
	case "service_restart":
		return words(RestartNo, RestartOnSuccess, RestartOnFailure, RestartOnAbnormal, RestartOnWatchdog, RestartOnAbort, RestartAlways)
	case "service_restart_mode":
		return words(RestartNormal, RestartDirect)
	case "service_exec_command":
		return serviceCommands()
	case "service_exec_ex_command":
		return suffixed(serviceCommands(), "Ex")
	case "service_result":
		return []string{"success", "resources", "protocol", "timeout", "exit-code", "signal", "core-dump", "watchdog",
			"start-limit-hit", "oom-kill", "exec-condition"}
	case "service_timeout_failure_mode":
		return words(TimeoutTerminate, TimeoutAbort, TimeoutKill)
	case "notify_access":
		return words(NotifyNone, NotifyMain, NotifyExec, NotifyAll)
	case "notify_state":
		return []string{"unknown", "ready", "reloading", "stopping"}
	}
	return nil
}

func serviceCommands() []string {
	return []string{"ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"}
}

func execEnumeration(name string) []string {
	switch name {
	case "exec_input":
		return words(StdioNull, StdioTTY, StdioTTYForce, StdioTTYFail, StdioSocket, StdioFD, StdioData, StdioFile)
	case "exec_output":
		return words(StdioInherit, StdioNull, StdioTTY, StdioKmsg, StdioKmsgConsole, StdioJournal, StdioJournalConsole,
			StdioSocket, StdioFD, StdioFile, StdioAppend, StdioTruncate)
	case "exec_utmp_mode":
		return []string{"init", "login", "user"}
	case "exec_preserve_mode":
		return words(PreserveNo, PreserveYes, PreserveRestart)
	case "exec_keyring_mode":
		return words(KeyringInherit, KeyringPrivate, KeyringShared)
	case "exec_directory_type":
		return directoryTypes()
	case "exec_directory_type_symlink":
		return suffixed(directoryTypes(), "Symlink")
	case "exec_directory_type_mode":
		return suffixed(directoryTypes(), "Mode")
	case "exec_resource_type":
		return []string{"runtime", "state", "cache", "logs", "configuration"}
	case "namespace_type":
		return []string{"mnt", "cgroup", "uts", "ipc", "user", "pid", "net", "time"}
	case "protect_proc":
		return []string{"default", "noaccess", "invisible", "ptraceable"}
	case "proc_subset":
		return []string{"all", "pid"}
	}
	return nil
}

func directoryTypes() []string {
	return []string{"RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory"}
}

// kindEnumeration has the tables of the unit types but services.
func kindEnumeration(name string) []string {
	switch name {
	case "socket_exec_command":
		return []string{"ExecStartPre", "ExecStartChown", "ExecStartPost", "ExecStopPre", "ExecStopPost"}
	case "socket_result":
		return []string{"success", "resources", "timeout", "exit-code", "signal", "core-dump", "start-limit-hit", "trigger-limit-hit", "service-start-limit-hit"}
	case "socket_timestamping":
		return []string{"off", "us", "ns"}
	case "timer_base":
		return []string{"OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnCalendar"}
	case "timer_result":
		return []string{"success", "resources", "start-limit-hit"}
	case "path_type":
		return []string{"PathExists", "PathExistsGlob", "DirectoryNotEmpty", "PathChanged", "PathModified"}
	case "path_result":
		return []string{"success", "resources", "start-limit-hit", "unit-start-limit-hit", "trigger-limit-hit"}
	case "mount_exec_command":
		return []string{"ExecMount", "ExecUnmount", "ExecRemount"}
	case "mount_result":
		return []string{"success", "resources", "timeout", "exit-code", "signal", "core-dump", "start-limit-hit", "protocol"}
	case "swap_exec_command":
		return []string{"ExecActivate", "ExecDeactivate"}
	case "swap_result":
		return []string{"success", "resources", "timeout", "exit-code", "signal", "core-dump", "start-limit-hit"}
	case "automount_result":
		return []string{"success", "resources", "start-limit-hit", "mount-start-limit-hit", "unmounted"}
	}
	return nil
}

func managerEnumeration(name string) []string {
	switch name {
	case "manager_state":
		return []string{"initializing", "starting", "running", "degraded", "maintenance", "stopping"}
	case "manager_objective":
		return []string{"ok", "exit", "reload", "reexecute", "reboot", "soft-reboot", "poweroff", "halt", "kexec", "switch-root"}
	case "manager_timestamp":
		return []string{"firmware", "loader", "kernel", "initrd", "userspace", "finish", "security-start",
			"security-finish", "generators-start", "generators-finish", "units-load-start", "units-load-finish", "units-load",
			"initrd-security-start", "initrd-security-finish", "initrd-generators-start", "initrd-generators-finish",
			"initrd-units-load-start", "initrd-units-load-finish", "shutdown-start"}
	case "oom_policy":
		return words(OOMContinue, OOMStop, OOMKill)
	case "emergency_action":
		return words(ActionNone, ActionExit, ActionExitForce, ActionReboot, ActionRebootForce, ActionRebootImmediate,
			ActionPoweroff, ActionPoweroffForce, ActionPoweroffImmediate, ActionSoftReboot, ActionSoftRebootForce,
			ActionKexec, ActionKexecForce, ActionHalt, ActionHaltForce, ActionHaltImmediate)
	case "show_status":
		return []string{"no", "error", "auto", "temporary", "yes"}
	case "status_unit_format":
		return []string{"name", "description", "combined"}
	}
	return nil
}

// cgroupEnumeration has the names of what control groups account for.
func cgroupEnumeration(name string) []string {
	switch name {
	case "attributes":
		return []string{"memory.peak", "memory.swap.current", "memory.swap.peak", "memory.zswap.current", "rbytes=",
			"wbytes=", "rios=", "wios=", "ip-accounting-ingress-bytes", "ip-accounting-ingress-packets",
			"ip-accounting-egress-bytes", "ip-accounting-egress-packets"}
	case "io_accounting_metric_field_base":
		return suffixed(ioAccounting(), "-base")
	case "io_accounting_metric_field_last":
		return suffixed(ioAccounting(), "-last")
	case "memory_accounting_metric_field_last":
		return []string{"memory-accounting-peak", "memory-accounting-swap-peak"}
	case "cgroup_device_policy":
		return []string{"auto", "closed", "strict"}
	case "cgroup_pressure_watch":
		return []string{"off", "auto", "on", "skip"}
	case "cgroup_ip_accounting_metric":
		return []string{"IPIngressBytes", "IPEgressBytes", "IPIngressPackets", "IPEgressPackets"}
	case "cgroup_io_accounting_metric":
		return []string{"IOReadBytes", "IOWriteBytes", "IOReadOperations", "IOWriteOperations"}
	case "cgroup_memory_accounting_metric":
		return []string{"MemoryPeak", "MemorySwapCurrent", "MemorySwapPeak", "MemoryZSwapCurrent"}
	}
	return nil
}

func ioAccounting() []string {
	return []string{"io-accounting-read-bytes", "io-accounting-write-bytes", "io-accounting-read-operations", "io-accounting-write-operations"}
}
