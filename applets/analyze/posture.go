package analyze

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

// allNamespaces are the kinds of namespaces, with their flags of clone(2).
func allNamespaces() []struct {
	name string
	flag uint64
} {
	return []struct {
		name string
		flag uint64
	}{
		{"cgroup", unix.CLONE_NEWCGROUP}, {"ipc", unix.CLONE_NEWIPC}, {"mnt", unix.CLONE_NEWNS}, {"net", unix.CLONE_NEWNET},
		{"pid", unix.CLONE_NEWPID}, {"user", unix.CLONE_NEWUSER}, {"uts", unix.CLONE_NEWUTS},
	}
}

// postureOf takes what bears on security from a unit's files, with what settings imply.
func postureOf(u *units.Unit) *posture {
	e, r := u.Exec, u.Resources
	p := &posture{id: u.Name, loadState: "loaded", early: !u.DefaultDependencies, user: e.User, home: e.ProtectHome, system: e.ProtectSystem,
		keyring: string(e.KeyringMode), proc: e.ProtectProc, procSubset: e.ProcSubset, notify: string(u.Service.NotifyAccess),
		devices: r.DevicePolicy, root: e.RootDirectory, groups: e.SupplementaryGroups, architectures: e.SystemCallArchitectures,
		bounding: ^uint64(0), ambient: e.AmbientCapabilities.Mask, umask: uint64(e.UMask), allow: r.IPAddressAllow, deny: r.IPAddressDeny,
		programs: len(r.IPIngressFilterPath) > 0 && len(r.IPEgressFilterPath) > 0,
		families: filterList{e.RestrictAddressFamilies.Set && e.RestrictAddressFamilies.Allow, e.RestrictAddressFamilies.Names},
	}
	if image, ok := u.Value("RootImage"); ok {
		p.image, _ = image.(string)
	}
	if e.CapabilityBoundingSet.Set {
		p.bounding = e.CapabilityBoundingSet.Mask
	}
	for _, d := range r.DeviceAllow {
		p.deviceAllow = append(p.deviceAllow, d.Device+":"+d.Access)
	}
	p.on = map[string]bool{
		"DynamicUser": e.DynamicUser, "RemoveIPC": e.RemoveIPC, "NoNewPrivileges": e.NoNewPrivileges, "PrivateDevices": e.PrivateDevices,
		"PrivateMounts": e.PrivateMounts == units.Yes, "PrivateNetwork": e.PrivateNetwork, "PrivateTmp": e.PrivateTmp, "PrivateUsers": e.PrivateUsers,
		"ProtectControlGroups": e.ProtectControlGroups, "ProtectKernelModules": e.ProtectKernelModules, "ProtectKernelTunables": e.ProtectKernelTunables,
		"ProtectKernelLogs": e.ProtectKernelLogs, "ProtectClock": e.ProtectClock, "ProtectHostname": e.ProtectHostname, "LockPersonality": e.LockPersonality,
		"MemoryDenyWriteExecute": e.MemoryDenyWriteExecute, "RestrictRealtime": e.RestrictRealtime, "RestrictSUIDSGID": e.RestrictSUIDSGID,
		"Delegate": r.Delegate.On,
	}
	for _, n := range allNamespaces() {
		if !e.RestrictNamespaces.Set || slices.Contains(e.RestrictNamespaces.Allowed, n.name) {
			p.namespaces = append(p.namespaces, n.name)
		}
	}
	p.calls = filterList{allow: e.SystemCallFilter.Set && e.SystemCallFilter.Allow}
	sets, calls := units.SystemCallSets(), map[string]bool{}
	for _, rule := range e.SystemCallFilter.Rules {
		for call := range units.ExpandSystemCalls(sets, []string{rule.Name}) {
			if rule.Remove {
				delete(calls, call)
			} else {
				calls[call] = true
			}
		}
	}
	p.calls.names = slices.Sorted(maps.Keys(calls))
	p.imply()
	return p
}

// imply completes what settings bring along.
func (p *posture) imply() {
	without := func(setting string, names ...string) {
		for _, name := range names {
			if number, ok := units.CapabilityNumber(name); ok && p.on[setting] {
				p.bounding &^= 1 << number
			}
		}
	}
	if p.on["DynamicUser"] {
		for _, setting := range []string{"PrivateTmp", "RemoveIPC", "NoNewPrivileges", "RestrictSUIDSGID"} {
			p.on[setting] = true
		}
		if p.system == "" || p.system == "no" {
			p.system = "strict"
		}
		if p.home == "" || p.home == "no" {
			p.home = "read-only"
		}
	}
	without("PrivateDevices", "CAP_MKNOD", "CAP_SYS_RAWIO")
	without("ProtectKernelModules", "CAP_SYS_MODULE")
	without("ProtectKernelLogs", "CAP_SYSLOG")
	without("ProtectClock", "CAP_SYS_TIME", "CAP_WAKE_ALARM")
	if (p.on["PrivateDevices"] || p.on["ProtectClock"]) && (p.devices == "" || p.devices == "auto") {
		p.devices = "closed"
	}
	if p.on["ProtectClock"] {
		p.deviceAllow = append(p.deviceAllow, "char-rtc:r")
	}
}

// askPosture takes the same from the properties of a loaded unit, which have what is implied already.
func askPosture(conn *client.Conn, name string) (*posture, error) {
	path := client.UnitPath(name)
	p := &posture{id: name, on: map[string]bool{}}
	for _, face := range []string{client.UnitFace, client.Destination + ".Service"} {
		list, err := conn.GetAll(path, face)
		if err != nil {
			return nil, command.Failf("Failed to get unit properties: %s", client.Reason(err))
		}
		for _, property := range list {
			p.take(property.Name, property.Value)
		}
	}
	// What needs mounts of its own has a name space for them, which the manager does not tell.
	for _, setting := range []string{"PrivateDevices", "PrivateTmp", "ProtectControlGroups", "ProtectKernelTunables", "ProtectKernelModules"} {
		p.on["PrivateMounts"] = p.on["PrivateMounts"] || p.on[setting]
	}
	if p.home != "no" || p.system != "no" || p.image != "" {
		p.on["PrivateMounts"] = true
	}
	return p, nil
}

func (p *posture) take(name string, v dbus.Variant) {
	switch value := v.Value().(type) {
	case bool:
		p.on[name] = value
		if name == "DefaultDependencies" {
			p.early = !value
		}
	case string:
		for _, text := range []struct {
			name string
			into *string
		}{
			{"Id", &p.id}, {"LoadState", &p.loadState}, {"User", &p.user}, {"ProtectHome", &p.home}, {"ProtectSystem", &p.system},
			{"KeyringMode", &p.keyring}, {"ProtectProc", &p.proc}, {"ProcSubset", &p.procSubset}, {"NotifyAccess", &p.notify},
			{"DevicePolicy", &p.devices}, {"RootDirectory", &p.root}, {"RootImage", &p.image},
		} {
			if text.name == name {
				*text.into = value
			}
		}
		p.oneshot = p.oneshot || name == "Type" && value == "oneshot"
	case []string:
		switch name {
		case "SupplementaryGroups":
			p.groups = value
		case "SystemCallArchitectures":
			p.architectures = value
		case "IPIngressFilterPath", "IPEgressFilterPath":
			p.programs = p.programs || len(value) > 0
		}
	case uint64:
		switch name {
		case "CapabilityBoundingSet":
			p.bounding = value
		case "AmbientCapabilities":
			p.ambient = value
		case "RestrictNamespaces":
			for _, n := range allNamespaces() {
				if value&n.flag != 0 {
					p.namespaces = append(p.namespaces, n.name)
				}
			}
		}
	case uint32:
		if name == "UMask" {
			p.umask = uint64(value)
		}
	case []any: // a structure: whether the list allows, and the list
		if len(value) != 2 {
			return
		}
		allow, _ := value[0].(bool)
		names, _ := value[1].([]string)
		switch name {
		case "SystemCallFilter":
			p.calls = filterList{allow, names}
		case "RestrictAddressFamilies":
			p.families = filterList{allow, names}
		}
	case [][]any:
		p.takeList(name, value)
	}
}

func (p *posture) takeList(name string, list [][]any) {
	for _, entry := range list {
		switch {
		case name == "DeviceAllow" && len(entry) == 2:
			p.deviceAllow = append(p.deviceAllow, fmt.Sprint(entry[0], ":", entry[1]))
		case (name == "IPAddressAllow" || name == "IPAddressDeny") && len(entry) == 3:
			bytes, _ := entry[1].([]byte)
			bits, _ := entry[2].(uint32)
			addr, ok := netip.AddrFromSlice(bytes)
			if !ok {
				continue
			}
			into := &p.deny
			if strings.HasSuffix(name, "Allow") {
				into = &p.allow
			}
			*into = append(*into, netip.PrefixFrom(addr, int(bits)))
		}
	}
}
