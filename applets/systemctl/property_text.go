package systemctl

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/units"
)

// propertyText writes a property as show does, a line for each of several values; not ok if no way to write it is
// known. What a number means is in the property's name: the types of D-Bus do not say.
func propertyText(p client.Property, c *control) (lines []string, ok bool) {
	switch v := p.Value.Value().(type) {
	case string:
		return one(singleLine(v))
	case dbus.ObjectPath:
		return nil, false
	case bool:
		return one(units.YesNo(v))
	case uint64:
		return one(c.uint64Text(p.Name, v))
	case int64:
		return one(strconv.FormatInt(v, 10))
	case uint32:
		return one(uint32Text(p.Name, v))
	case int32:
		return c.int32Text(p.Name, v)
	case float64:
		return one(strconv.FormatFloat(v, 'g', 6, 64))
	case []string:
		return one(wordsText(v))
	case []byte:
		return bytesText(p.Name, v)
	case []uint32:
		words := make([]string, 0, len(v))
		for _, n := range v {
			words = append(words, strconv.FormatUint(uint64(n), 10))
		}
		return one(strings.Join(words, " "))
	case []any:
		return c.structText(p, v)
	case [][]any:
		return c.rowsText(p, v)
	case [][]byte:
		if p.Name == "LogExtraFields" {
			for _, field := range v {
				lines = append(lines, string(field))
			}
			if len(lines) == 0 {
				lines = []string{""}
			}
			return lines, true
		}
	}
	return nil, false
}

func one(text string) ([]string, bool) { return []string{text}, true }

// singleLine keeps a value in its line.
func singleLine(s string) string {
	if strings.ContainsRune(s, '\n') {
		return "[unprintable]"
	}
	return s
}

func wordsText(list []string) string {
	words := make([]string, 0, len(list))
	for _, w := range list {
		words = append(words, units.QuoteForShell(w))
	}
	return strings.Join(words, " ")
}

func bytesText(name string, v []byte) ([]string, bool) {
	switch name {
	case "CPUAffinity", "NUMAMask", "AllowedCPUs", "AllowedMemoryNodes", "EffectiveCPUs", "EffectiveMemoryNodes", "StartupAllowedCPUs", "StartupAllowedMemoryNodes":
		var set []int
		for i := range 8 * len(v) {
			if v[i/8]&(1<<(i%8)) != 0 {
				set = append(set, i)
			}
		}
		return one(units.FormatCPUSet(set))
	case "StandardInputData", "RootHashSignature":
		return one(base64Text(v))
	}
	return one(hex.EncodeToString(v))
}

func uint32Text(name string, v uint32) string {
	switch {
	case strings.Contains(name, "UMask"), strings.Contains(name, "Mode"):
		return fmt.Sprintf("%04o", v)
	case (name == "UID" || name == "GID") && v == math.MaxUint32:
		return "[not set]"
	}
	return strconv.FormatUint(uint64(v), 10)
}

func (c *control) int32Text(name string, v int32) ([]string, bool) {
	switch {
	case v < 0 && strings.HasSuffix(name, "ActionExitStatus"):
		if !c.all {
			return one("")
		}
		return one("[not set]")
	case name == "NUMAPolicy":
		policies := []string{"default", "preferred", "bind", "interleave", "local"}
		if v < 0 || int(v) >= len(policies) {
			return one("n/a")
		}
		return one(policies[v])
	}
	return one(strconv.FormatInt(int64(v), 10))
}

// uint64Text writes a number by what it stands for.
func (c *control) uint64Text(name string, v uint64) string {
	const unset = math.MaxUint64
	switch {
	case isTimestamp(name):
		return c.formatTime(units.Usec(v))
	case strings.Contains(name, "USec"):
		return units.FormatSpan(units.Usec(v), 1)
	case name == "CoredumpFilter":
		return fmt.Sprintf("0x%x", v)
	case name == "RestrictNamespaces":
		return namespacesText(v)
	case name == "MountFlags":
		return mountFlagsText(v)
	case name == "CapabilityBoundingSet", name == "AmbientCapabilities":
		return strings.Join(units.CapabilitySet{Mask: v}.Names(), " ")
	case v == unset && isUnset(name):
		return "[not set]"
	case v == unset && isLimit(name), name == "CPUQuotaPerSecUSec" && v == unset:
		return "infinity"
	case v == unset && strings.HasPrefix(name, "IP") && (strings.HasSuffix(name, "Bytes") || strings.HasSuffix(name, "Packets")):
		return "[no data]"
	}
	return strconv.FormatUint(v, 10)
}

// isTimestamp says whether a number is a point in time.
func isTimestamp(name string) bool {
	switch name {
	case "NextElapseUSecRealtime", "LastTriggerUSec", "TimeUSec", "RTCTimeUSec":
		return true
	}
	return strings.HasSuffix(name, "Timestamp")
}

// isUnset says whether the greatest number stands for nothing.
func isUnset(name string) bool {
	switch name {
	case "CPUWeight", "StartupCPUWeight", "IOWeight", "StartupIOWeight", "CPUShares", "StartupCPUShares", "BlockIOWeight",
		"StartupBlockIOWeight", "MemoryCurrent", "MemoryPeak", "MemorySwapCurrent", "MemorySwapPeak", "MemoryZSwapCurrent",
		"TasksCurrent":
		return true
	}
	return strings.HasSuffix(name, "NSec")
}

// isLimit says whether the greatest number stands for no limit.
func isLimit(name string) bool {
	switch name {
	case "DefaultMemoryLow", "DefaultMemoryMin", "MemoryLow", "MemoryMin", "MemoryHigh", "MemoryMax", "MemorySwapMax", "MemoryLimit",
		"MemoryAvailable", "MemoryZSwapMax", "StartupMemoryLow", "StartupMemoryHigh", "StartupMemoryMax", "StartupMemorySwapMax",
		"StartupMemoryZSwapMax", "DefaultStartupMemoryLow", "EffectiveMemoryMax", "EffectiveMemoryHigh", "EffectiveTasksMax":
		return true
	}
	return strings.HasPrefix(name, "Limit") || strings.HasPrefix(name, "DefaultLimit") || strings.HasSuffix(name, "TasksMax")
}

// namespacesText is a set of CLONE_NEW* flags as the setting has it: which of them may be made.
func namespacesText(v uint64) string {
	all := []struct {
		flag uint64
		name string
	}{{0x02000000, "cgroup"}, {0x08000000, "ipc"}, {0x40000000, "net"}, {0x00020000, "mnt"}, {0x20000000, "pid"},
		{0x10000000, "user"}, {0x04000000, "uts"}}
	var names []string
	for _, n := range all {
		if v&n.flag != 0 {
			names = append(names, n.name)
		}
	}
	switch {
	case len(names) == len(all):
		return "no"
	case len(names) == 0:
		return "yes"
	}
	return strings.Join(names, " ")
}

// mountFlagsText is the propagation of mounts.
func mountFlagsText(v uint64) string {
	switch v & (1<<20 | 1<<19 | 1<<18) {
	case 1 << 20:
		return "shared"
	case 1 << 19:
		return "slave"
	case 1 << 18:
		return "private"
	}
	return ""
}
