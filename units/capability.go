package units

import (
	"slices"
	"strings"
)

// capabilityNames are the capabilities of Linux, in the order of their numbers (capabilities(7)).
var capabilityNames = []string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
	"linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
	"sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
	"checkpoint_restore",
}

// AllCapabilities is the mask of every capability that has a name.
const AllCapabilities = 1<<41 - 1

// CapabilityNumber finds a capability by its name, such as CAP_CHOWN, in any case.
func CapabilityNumber(name string) (number uint, ok bool) {
	i := -1
	if rest, found := strings.CutPrefix(strings.ToLower(name), "cap_"); found {
		i = slices.Index(capabilityNames, rest)
	}
	return uint(max(i, 0)), i >= 0
}

// CapabilityName is the name of a capability in lower case, as systemctl shows it.
func CapabilityName(number uint) string {
	if number < uint(len(capabilityNames)) {
		return "cap_" + capabilityNames[number]
	}
	return ""
}
