package analyze

import (
	"net/netip"
	"slices"
	"strings"

	"pintle/units"
)

// posture is what of a service's settings bears on security.
type posture struct {
	id, loadState  string
	oneshot, early bool // early: without default dependencies
	aspects        []aspect
	exposure       uint64

	on                                            map[string]bool // switches by their names
	user, home, system, keyring, proc, procSubset string
	notify, devices, root, image                  string
	groups, architectures, deviceAllow            []string
	bounding, ambient, umask                      uint64
	namespaces                                    []string // that are allowed
	families, calls                               filterList
	allow, deny                                   []netip.Prefix
	programs                                      bool // that filter packets
}

// filterList is a list of what is allowed, or forbidden.
type filterList struct {
	allow bool
	names []string
}

func (p *posture) privileged() bool {
	return p.user == "root" || p.user == "0" || p.user == "" && !p.on["DynamicUser"]
}

// judge looks at one aspect: how bad it is, what to say if that is special, and whether it applies.
func (p *posture) judge(a aspect) (badness uint64, text string, applies bool) {
	setting, what, _ := strings.Cut(a.name, "=")
	what = strings.TrimPrefix(what, "~")
	bad := func(is bool) (uint64, string, bool) {
		if is {
			return a.scale, "", true
		}
		return 0, "", true
	}
	switch setting {
	case "User":
		return p.judgeUser()
	case "SupplementaryGroups":
		if p.privileged() {
			return 0, "", false
		}
		return bad(len(p.groups) > 0)
	case "RemoveIPC":
		if p.privileged() {
			return 0, "", false
		}
		return bad(!p.on[setting])
	case "ProtectHome":
		return p.judgeHome()
	case "ProtectSystem":
		return p.judgeSystem()
	case "RootDirectory":
		return bad(strings.Trim(p.root, "/") == "" && strings.Trim(p.image, "/") == "")
	case "CapabilityBoundingSet":
		return bad(p.bounding&capabilitiesIn(what) != 0)
	case "AmbientCapabilities":
		return bad(p.ambient != 0)
	case "UMask":
		return p.judgeMask()
	case "KeyringMode":
		return bad(p.keyring != "private")
	case "ProtectProc":
		switch p.proc {
		case "noaccess":
			return 1, "", true
		case "invisible", "ptraceable":
			return 0, "", true
		}
		return 3, "", true
	case "ProcSubset":
		return bad(p.procSubset != "pid")
	case "NotifyAccess":
		return bad(p.notify == "all")
	case "Delegate":
		return bad(p.on[setting])
	case "RestrictNamespaces":
		return bad(slices.Contains(p.namespaces, what))
	case "RestrictAddressFamilies":
		return bad(!p.restricts(what))
	case "SystemCallArchitectures":
		switch {
		case len(p.architectures) == 0:
			return 10, "Service may execute system calls with all ABIs", true
		case slices.Contains(p.architectures, "native"):
			return 0, "Service may execute system calls only with native ABI", true
		}
		return 8, "Service may execute system calls with multiple ABIs", true
	case "SystemCallFilter":
		return p.judgeCalls(what)
	case "IPAddressDeny":
		return p.judgeAddresses()
	case "DeviceAllow":
		switch {
		case p.devices != "strict" && p.devices != "closed":
			return 10, "Service has no device ACL", true
		case len(p.deviceAllow) > 0:
			return 5, "Service has a device ACL with some special devices: " + strings.Join(p.deviceAllow, " "), true
		}
		return 0, "Service has a minimal device ACL", true
	}
	return bad(!p.on[setting])
}

func (p *posture) judgeUser() (uint64, string, bool) {
	switch {
	case p.user == "nobody":
		return 9, "Service runs under as 'nobody' user, which should not be used for services", true
	case p.privileged():
		return 10, "", true
	case p.on["DynamicUser"]:
		return 0, "Service runs under a transient non-root user identity", true
	}
	return 0, "Service runs under a static non-root user identity", true
}

func (p *posture) judgeHome() (uint64, string, bool) {
	switch p.home {
	case "yes":
		return 0, "Service has no access to home directories", true
	case "read-only":
		return 5, "Service has read-only access to home directories", true
	case "tmpfs":
		return 1, "Service has access to fake empty home directories", true
	}
	return 10, "Service has full access to home directories", true
}

func (p *posture) judgeSystem() (uint64, string, bool) {
	switch p.system {
	case "yes":
		return 5, "Service has limited write access to the OS file hierarchy", true
	case "full":
		return 3, "Service has very limited write access to the OS file hierarchy", true
	case "strict":
		return 0, "Service has strict read-only access to the OS file hierarchy", true
	}
	return 10, "Service has full access to the OS file hierarchy", true
}

func (p *posture) judgeMask() (uint64, string, bool) {
	const files = "Files created by service are "
	switch {
	case p.umask&0o002 == 0:
		return 10, files + "world-writable by default", true
	case p.umask&0o004 == 0:
		return 5, files + "world-readable by default", true
	case p.umask&0o020 == 0:
		return 2, files + "group-writable by default", true
	case p.umask&0o040 == 0:
		return 1, files + "group-readable by default", true
	}
	return 0, files + "accessible only by service's own user by default", true
}

// capabilitiesIn reads the pattern of a capability: CAP_X, CAP_X_*, CAP_SET(UID|GID).
func capabilitiesIn(pattern string) (mask uint64) {
	before, rest, several := strings.Cut(pattern, "(")
	words := []string{pattern}
	if several {
		words = words[:0]
		for word := range strings.SplitSeq(strings.TrimSuffix(rest, ")"), "|") {
			words = append(words, before+word)
		}
	}
	for number := range uint(64) {
		name := strings.ToUpper(units.CapabilityName(number))
		for _, word := range words {
			prefix, open := strings.CutSuffix(word, "*")
			if name != "" && (name == word || open && strings.HasPrefix(name, prefix)) {
				mask |= 1 << number
			}
		}
	}
	return mask
}

// restricts tells whether sockets of a family cannot be made; "…" are those with which nobody reckons.
func (p *posture) restricts(what string) bool {
	usual := []string{"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET"}
	listed := false
	switch what {
	case "…":
		listed = slices.ContainsFunc(p.families.names, func(n string) bool { return !slices.Contains(usual, n) && n != "none" })
	case "AF_(INET|INET6)":
		listed = slices.Contains(p.families.names, "AF_INET") || slices.Contains(p.families.names, "AF_INET6")
	default:
		listed = slices.Contains(p.families.names, what)
	}
	return listed != p.families.allow
}

// foreign are system calls of the sets that are looked at which 64-bit machines do not have.
const foreign = ` bdflush break chown32 clock_adjtime64 clock_settime64 fchown32 ftime gtty idle lchown32 lock mpx nice
	pciconfig_iobase pciconfig_read pciconfig_write prof profil rtas s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr
	setfsuid32 setgroups32 setresuid32 setreuid32 setuid32 sgetmask ssetmask stime stty subpage_prot switch_endian
	sys_debug_setcontext ulimit umount vm86 vm86old `

func (p *posture) judgeCalls(set string) (uint64, string, bool) {
	if !p.calls.allow && len(p.calls.names) == 0 {
		return 10, "Service does not filter system calls", true
	}
	sets := units.SystemCallSets()
	listed := units.ExpandSystemCalls(sets, p.calls.names)
	offender := allowed(sets, set, func(call string) bool { return listed[call] == p.calls.allow })
	list, kind, worst := "deny", "included", uint64(10)
	if p.calls.allow {
		list, kind, worst = "allow", "not included", 9
	}
	if offender == "" {
		return 0, "System call " + list + " list defined for service, and " + set + " is " + kind, true
	}
	if p.calls.allow {
		kind = "included"
	} else {
		kind = "not included"
	}
	return worst, "System call " + list + " list defined for service, and " + set + " is " + kind + " (e.g. " + offender + " is allowed)", true
}

// allowed finds a system call of a set that is allowed.
func allowed(sets []units.SystemCallSet, name string, is func(string) bool) string {
	set, _ := units.SystemCallSetIn(sets, name)
	for _, call := range set.Calls {
		switch {
		case call[0] == '@':
			if offender := allowed(sets, call, is); offender != "" {
				return offender
			}
		case slices.Contains(strings.Fields(foreign), call):
		case is(call):
			return call
		}
	}
	return ""
}

func (p *posture) judgeAddresses() (uint64, string, bool) {
	any4, any6 := false, false
	for _, prefix := range p.deny {
		any4 = any4 || prefix.Bits() == 0 && prefix.Addr().Is4()
		any6 = any6 || prefix.Bits() == 0 && prefix.Addr().Is6()
	}
	other := slices.ContainsFunc(p.allow, func(prefix netip.Prefix) bool { return !prefix.Addr().IsLoopback() })
	switch {
	case p.programs:
		return 0, "Service defines custom ingress/egress IP filters with BPF programs", true
	case !any4 || !any6:
		return 10, "Service does not define an IP address allow list", true
	case other:
		return 5, "Service defines IP address allow list with non-localhost entries", true
	case len(p.allow) > 0:
		return 2, "Service defines IP address allow list with only localhost entries", true
	}
	return 0, "Service blocks all IP address ranges", true
}
