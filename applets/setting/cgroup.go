package setting

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

func cgroupKinds() []kind {
	return []kind{
		{text, "DevicePolicy Slice ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMPreference MemoryPressureWatch"},
		{boolean, "CPUAccounting MemoryAccounting IOAccounting BlockIOAccounting TasksAccounting IPAccounting CoredumpReceive MemoryZSwapWriteback"},
		{weight, "CPUWeight StartupCPUWeight IOWeight StartupIOWeight CPUShares StartupCPUShares BlockIOWeight StartupBlockIOWeight"},
		{cpuSet, "AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes"},
		{words(units.WordUnquote), "DisableControllers"},
		{delegate, "Delegate"},
		{text, "DelegateSubgroup"},
		{bytes, `MemoryMin DefaultMemoryLow DefaultMemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax MemoryLimit
			StartupMemoryLow StartupMemoryHigh StartupMemoryMax StartupMemorySwapMax StartupMemoryZSwapMax`},
		{tasks, "TasksMax"},
		{quota, "CPUQuota"},
		{quotaPeriod, "CPUQuotaPeriodSec"},
		{deviceAllow, "DeviceAllow"},
		{device(func(s string) (uint64, error) { n, err := units.ParseSize(s, 1000); return uint64(n), err }),
			"IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax BlockIOReadBandwidth BlockIOWriteBandwidth"},
		{device(func(s string) (uint64, error) { return units.ParseUint(s, 64) }), "IODeviceWeight BlockIODeviceWeight"},
		{latency, "IODeviceLatencyTargetSec"},
		{addresses, "IPAddressAllow IPAddressDeny"},
		{single, "IPIngressFilterPath IPEgressFilterPath"},
		{program, "BPFProgram"},
		{pressure, "ManagedOOMMemoryPressureLimit"},
		{span, "MemoryPressureThresholdSec ManagedOOMMemoryPressureDurationSec"},
		{socketBind, "SocketBindAllow SocketBindDeny"},
		{interfaces, "RestrictNetworkInterfaces"},
	}
}

func weight(name, value string) ([]Property, error) {
	switch {
	case value == "":
		return one(name, uint64(math.MaxUint64))
	case value == "idle" && strings.HasSuffix(name, "CPUWeight"):
		return one(name, uint64(0))
	}
	n, err := units.ParseUint(value, 64)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, n)
}

func delegate(name, value string) ([]Property, error) {
	if b, err := units.ParseBool(value); err == nil {
		return one(name, b)
	}
	return words(units.WordUnquote)("DelegateControllers", value)
}

// scale makes a share of the whole of one in ten thousand parts.
func scale(parts int) uint32 { return uint32((uint64(parts)*math.MaxUint32 + 9999) / 10000) }

func bytes(name, value string) ([]Property, error) {
	if value == "infinity" {
		return one(name, uint64(math.MaxUint64))
	}
	if parts, err := units.ParsePermyriad(value); err == nil {
		return one(name+"Scale", scale(parts))
	}
	return size(1024)(name, value)
}

func tasks(name, value string) ([]Property, error) {
	if value == "infinity" {
		return one(name, uint64(math.MaxUint64))
	}
	if parts, err := units.ParsePermyriad(value); err == nil {
		return one(name+"Scale", scale(parts))
	}
	n, err := units.ParseUint(value, 64)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, n)
}

func quota(name, value string) ([]Property, error) {
	if value == "" {
		return one("CPUQuotaPerSecUSec", uint64(math.MaxUint64))
	}
	parts, err := units.ParsePermyriadUnbounded(value)
	switch {
	case err != nil:
		return nil, command.Failf("CPU quota '%s' invalid.", value)
	case parts == 0:
		return nil, command.Failf("CPU quota too small.")
	}
	return one("CPUQuotaPerSecUSec", uint64(parts)*uint64(units.Second)/10000)
}

func quotaPeriod(name, value string) ([]Property, error) {
	if value == "" {
		return one(inMicroseconds(name), uint64(math.MaxUint64))
	}
	return span(name, value)
}

func deviceAllow(name, value string) ([]Property, error) {
	if value == "" {
		return one(name, []pair{})
	}
	path, rights, _ := strings.Cut(value, " ")
	return one(name, []pair{{path, rights}})
}

type deviceValue struct {
	Path  string
	Value uint64
}

// device is a setting for one device: its path and a number.
func device(parse func(string) (uint64, error)) encoder {
	return func(name, value string) ([]Property, error) {
		if value == "" {
			return one(name, []deviceValue{})
		}
		path, number, ok := strings.Cut(value, " ")
		if !ok {
			return nil, command.Failf("Failed to parse %s value %s.", name, value)
		}
		n := uint64(math.MaxUint64)
		if number != "infinity" {
			var err error
			if n, err = parse(number); err != nil {
				return nil, command.Failf("Failed to parse %s value %s: %s", name, number, command.Reason(err))
			}
		}
		return one(name, []deviceValue{{path, n}})
	}
}

func latency(name, value string) ([]Property, error) {
	parse := func(s string) (uint64, error) {
		t, err := units.ParseSpan(s)
		return uint64(t), err
	}
	return device(parse)(inMicroseconds(name), value)
}

func addresses(name, value string) ([]Property, error) {
	type address struct {
		Family int32
		Bytes  []byte
		Length uint32
	}
	list := []address{}
	add := func(prefixes ...string) error {
		for _, s := range prefixes {
			p, err := netip.ParsePrefix(s)
			if a, single := netip.ParseAddr(s); single == nil {
				p, err = netip.PrefixFrom(a, a.BitLen()), nil
			}
			if err != nil {
				return command.Failf("Failed to parse IP address prefix: %s", s)
			}
			family := int32(unix.AF_INET6)
			if p.Addr().Is4() {
				family = unix.AF_INET
			}
			list = append(list, address{family, p.Addr().AsSlice(), uint32(p.Bits())})
		}
		return nil
	}
	var err error
	switch value {
	case "":
	case "any":
		err = add("0.0.0.0/0", "::/0")
	case "localhost":
		err = add("127.0.0.0/8", "::1/128")
	case "link-local":
		err = add("169.254.0.0/16", "fe80::/64")
	case "multicast":
		err = add("224.0.0.0/4", "ff00::/8")
	default:
		err = add(strings.Fields(value)...)
	}
	if err != nil {
		return nil, err
	}
	return one(name, list)
}

func program(name, value string) ([]Property, error) {
	if value == "" {
		return one(name, []pair{})
	}
	kind, path, ok := strings.Cut(value, ":")
	if !ok {
		return nil, command.Failf("Failed to parse BPF foreign program: %s", value)
	}
	return one(name, []pair{{kind, path}})
}

func pressure(name, value string) ([]Property, error) {
	if value == "" {
		return one(name, uint32(0))
	}
	parts, err := units.ParsePermyriad(value)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, scale(parts))
}

// socketBind reads [ipv4:|ipv6:][tcp:|udp:]PORT[-PORT], or any.
func socketBind(name, value string) ([]Property, error) {
	type rule struct {
		Family, Protocol int32
		Ports, First     uint16
	}
	if value == "" {
		return one(name, []rule{})
	}
	r, rest := rule{}, value
	for {
		word, after, more := strings.Cut(rest, ":")
		known := true
		switch word {
		case "ipv4":
			r.Family = unix.AF_INET
		case "ipv6":
			r.Family = unix.AF_INET6
		case "tcp":
			r.Protocol = unix.IPPROTO_TCP
		case "udp":
			r.Protocol = unix.IPPROTO_UDP
		case "any":
		default:
			known = false
		}
		if !known {
			break
		}
		if rest = after; !more {
			break
		}
	}
	if rest != "" {
		first, last, ranged := strings.Cut(rest, "-")
		if !ranged {
			last = first
		}
		low, err := strconv.ParseUint(first, 10, 16)
		high, err2 := strconv.ParseUint(last, 10, 16)
		if err != nil || err2 != nil || low == 0 || low > high {
			return nil, command.Failf("Unable to parse %s=%s: Invalid argument", name, value)
		}
		r.First, r.Ports = uint16(low), uint16(high-low+1)
	}
	return one(name, []rule{r})
}

func interfaces(name, value string) ([]Property, error) {
	rest, invert := inverted(value)
	return one(name, struct {
		Allow bool
		Names []string
	}{!invert, append([]string{}, strings.Fields(rest)...)})
}
