package supervisor

import (
	"strings"
	"sync"
	"time"

	"pintle/units"
)

// Property is one property of a unit (org.freedesktop.systemd1(5)). The type of its value is that of the
// setting it shows (see units.Value), or one of bool, string, []string, int32, uint32, uint64, units.Usec for
// a span, Wall and Monotonic for instants, Number for what may not be known,
// and the types of property_values.go.
type Property struct {
	Name  string
	Value any
}

type (
	// Wall is an instant of the wall clock, Monotonic one of the monotonic clock; 0 is never.
	Wall      units.Usec
	Monotonic units.Usec
	// Number is a count that is not known ("[not set]") if it is the greatest there is.
	Number uint64
	// Lines are what systemctl show prints of a value that has parts, one line an element.
	Lines []string
)

// NotSet is the Number that stands for none.
const NotSet = ^Number(0)

// Properties are all properties of the unit, in the order of systemctl show.
func (u *Unit) Properties() []Property {
	specs := propertiesOf(TypeOf(u.Name))
	all := make([]Property, 0, len(specs))
	for _, spec := range specs {
		if v, ok := u.property(spec.Name); ok {
			all = append(all, Property{spec.Name, v})
		}
	}
	return all
}

// Property is one of them; ok is false if units of this type do not have it.
func (u *Unit) Property(name string) (p Property, ok bool) {
	for _, spec := range propertiesOf(TypeOf(u.Name)) {
		if spec.Name == name {
			v, ok := u.property(name)
			return Property{name, v}, ok
		}
	}
	return Property{}, false
}

// PropertyValue is the value of a property of the unit's type; ok is false if the unit has none.
func (u *Unit) PropertyValue(spec PropertySpec) (value any, ok bool) { return u.property(spec.Name) }

// property finds a value: what has become of the unit, else what its files say, else what a container has
// none of.
func (u *Unit) property(name string) (any, bool) {
	if state := stateOf()[name]; state != nil {
		if v := state(u); v != nil {
			return v, true
		}
	}
	setting := SettingOf(name)
	if limit, ok := u.limit(setting); ok {
		soft, hard := limit.Texts()
		if strings.HasSuffix(name, "Soft") {
			return soft, true
		}
		return hard, true
	}
	v, ok := u.Value(setting)
	text := ""
	if ok {
		text = units.ValueText(v)
	}
	if instead, found := absent()[name]; found && text == "" {
		return instead, true
	}
	return v, ok
}

// SettingOf is the setting that a property shows. Spans are named for their unit: TimeoutStopUSec is
// TimeoutStopSec=.
func SettingOf(property string) string {
	if name, ok := renamed[property]; ok {
		return name
	}
	if name, ok := strings.CutSuffix(property, "USec"); ok {
		return name + "Sec"
	}
	return strings.TrimSuffix(property, "Soft")
}

// renamed are the properties that have another name than their setting beyond that.
var renamed = map[string]string{
	"EnvironmentFiles": "EnvironmentFile",
	"TimerSlackNSec":   "TimerSlackNSec",
}

// limiter is what a Host may be besides: it tells the resource limits that a process inherits.
type limiter interface {
	Limit(setting string) (units.ResourceLimit, bool)
}

// limit is a resource limit as processes of the unit get it; ok is false for other settings.
func (u *Unit) limit(setting string) (l units.ResourceLimit, ok bool) {
	if !strings.HasPrefix(setting, "Limit") {
		return l, false
	}
	v, ok := u.Value(setting)
	if !ok {
		return l, false
	}
	set, ok := v.(*units.ResourceLimit)
	if !ok {
		return l, false
	}
	if set != nil {
		return *set, true
	}
	if h, ok := u.host().(limiter); ok {
		return h.Limit(setting)
	}
	return units.ResourceLimit{Soft: uint64(units.BytesInfinity), Hard: uint64(units.BytesInfinity)}, true
}

// Texts are the lines that systemctl show prints for the property, without its name; a property that is empty
// has one line that is.
func (p Property) Texts() []string {
	switch v := p.Value.(type) {
	case liner:
		if lines := v.lines(); len(lines) > 0 {
			return lines
		}
		return []string{""}
	case []units.EnvironmentFile:
		return strings.Split(units.ValueText(v), "\n")
	case Wall:
		return []string{units.FormatTimestamp(units.Usec(v), time.Local)}
	case Number:
		if v == NotSet {
			return []string{"[not set]"}
		}
	}
	return []string{units.ValueText(p.Value)}
}

// absent is what stands for a setting that is not set, and for what a container does not know of its units.
var absent = sync.OnceValue(func() map[string]any {
	return map[string]any{
		"UID": NotSet, "GID": NotSet, "CleanResult": "success", "OOMPolicy": "stop",
		"Slice": "system.slice", "MemoryCurrent": NotSet, "MemoryPeak": NotSet, "MemorySwapCurrent": NotSet,
		"MemorySwapPeak": NotSet, "MemoryZSwapCurrent": NotSet, "MemoryAvailable": NotSet,
		"EffectiveMemoryMax": "infinity", "EffectiveMemoryHigh": "infinity", "CPUUsageNSec": NotSet,
		"TasksCurrent": NotSet, "EffectiveTasksMax": "infinity",
		"IPIngressBytes": "[no data]", "IPIngressPackets": "[no data]", "IPEgressBytes": "[no data]", "IPEgressPackets": "[no data]",
		"IOReadBytes": NotSet, "IOReadOperations": NotSet, "IOWriteBytes": NotSet, "IOWriteOperations": NotSet,
		"Delegate": "no", "CPUWeight": NotSet, "StartupCPUWeight": NotSet, "CPUShares": NotSet, "StartupCPUShares": NotSet,
		"IOWeight": NotSet, "StartupIOWeight": NotSet, "BlockIOWeight": NotSet, "StartupBlockIOWeight": NotSet,
		"TasksMax": "infinity", "ManagedOOMSwap": "auto", "ManagedOOMMemoryPressure": "auto",
		"ManagedOOMMemoryPressureLimit": "0", "ManagedOOMPreference": "none", "MemoryPressureWatch": "auto",
		"OOMScoreAdjust": int32(0), "CoredumpFilter": "0x33", "Nice": int32(0), "IOSchedulingClass": int32(2),
		"IOSchedulingPriority": int32(4), "CPUSchedulingPolicy": int32(0), "CPUSchedulingPriority": int32(0),
		"CPUAffinityFromNUMA": false, "NUMAPolicy": "n/a", "TimerSlackNSec": uint64(50000),
		"ProtectHome": "no", "ProtectSystem": "no", "SameProcessGroup": false, "UtmpMode": "init",
		"SystemCallErrorNumber": "2147483646", "RuntimeDirectoryPreserve": "no", "TimeoutCleanUSec": units.Infinity,
		"RestrictNamespaces": "no", "MountAPIVFS": false, "ProtectProc": "default", "ProcSubset": "all", "MemoryKSM": false,
		"RootImagePolicy": anyImage, "MountImagePolicy": anyImage, "ExtensionImagePolicy": anyImage,
		"NonBlocking": false, "Priority": int32(-1), "IPTOS": int32(-1), "IPTTL": int32(-1), "Mark": int32(-1), "SocketProtocol": int32(0),
		"Timestamping": "off", "NRefused": uint32(0), "CanClean": []string(nil),
		"Following": "", "Transient": false, "ControlPID": uint32(0), "Result": "success",
	}
})

// anyImage is the policy that allows every kind of disk image, which none of them is checked against here.
const anyImage = "root=verity+signed+encrypted+unprotected+absent:usr=verity+signed+encrypted+unprotected+absent:" +
	"home=encrypted+unprotected+absent:srv=encrypted+unprotected+absent:tmp=encrypted+unprotected+absent:" +
	"var=encrypted+unprotected+absent"
