package bus

import (
	"encoding/hex"
	"math"
	"reflect"
	"strconv"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// marshal makes a value of a property one that encodes with the property's signature. The value has the type of
// the setting or state it shows, and what stands for "not set" is a text of its own in some of them: they are
// taken by what they are, and else by what systemctl show prints. What there is none of is the empty value.
func marshal(name, signature string, value any) any {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return unset(name, signature)
		}
		value = v.Elem().Interface()
	}
	switch signature {
	case "s":
		return clean(textOf(value))
	case "b":
		return textOf(value) == "yes"
	case "t":
		return asUint64(name, value)
	case "u":
		return asUint32(value)
	case "i":
		return asInt32(name, value)
	case "x":
		return integer(value)
	case "q":
		return uint16(integer(value))
	case "as":
		return asTexts(value)
	case "ay":
		return asBytes(value)
	}
	if parts := marshalParts(name, signature, value); parts != nil {
		return parts
	}
	return empty(signature)
}

// unset is what stands for a setting that was not made.
func unset(name, signature string) any {
	switch {
	case signature == "q":
		return uint16(math.MaxUint16)
	case signature == "t" && name != "CPUUsageNSec":
		return uint64(math.MaxUint64)
	case signature == "i" && strings.HasSuffix(name, "ActionExitStatus"):
		return int32(-1)
	}
	return empty(signature)
}

// empty is the empty value of a signature: zero, or nothing in it.
func empty(signature string) any {
	switch signature {
	case "s":
		return ""
	case "b":
		return false
	case "t":
		return uint64(0)
	case "u":
		return uint32(0)
	case "i":
		return int32(0)
	case "x":
		return int64(0)
	case "q":
		return uint16(0)
	case "d":
		return float64(0)
	case "y":
		return byte(0)
	case "as":
		return []string{}
	case "ay":
		return []byte{}
	case "(ss)":
		return namedText{}
	case "(uo)":
		return jobRef{0, "/"}
	case "(so)":
		return unitRef{"", "/"}
	case "(bs)":
		return flaggedText{}
	case "(bas)":
		return flaggedTexts{Texts: []string{}}
	case "(aiai)":
		return exitStatuses{[]int32{}, []int32{}}
	}
	return emptyList(signature)
}

// textOf is what systemctl show prints.
func textOf(value any) string {
	return strings.Join(supervisor.Property{Value: value}.Texts(), "\n")
}

// integer is a number of any kind.
func integer(value any) int64 {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(v.Uint())
	case reflect.String:
		n, _ := strconv.ParseInt(v.String(), 10, 64)
		return n
	}
	return 0
}

func asUint64(name string, value any) uint64 {
	switch v := value.(type) {
	case units.CapabilitySet:
		return v.Mask
	case units.NamespaceFilter:
		return namespaceFlags(v)
	case string:
		switch name {
		case "MountFlags":
			return mountFlags(v)
		case "RestrictNamespaces":
			return math.MaxUint64
		}
		n, err := strconv.ParseUint(v, 0, 64)
		if err != nil && v != "" { // "infinity", "[no data]", "[not set]"
			return math.MaxUint64
		}
		return n
	}
	return uint64(integer(value))
}

func asUint32(value any) uint32 {
	return uint32(integer(value)) // NotSet becomes the greatest there is
}

func asInt32(name string, value any) int32 {
	switch v := value.(type) {
	case syscall.Signal:
		return int32(v)
	case string:
		if name == "NUMAPolicy" {
			return numaPolicy(v)
		}
	}
	return int32(integer(value))
}

// asTexts is a list with one text for each element.
func asTexts(value any) []string {
	list := []string{}
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			list = append(list, clean(s))
		}
	case []units.ExecDirectory:
		for _, d := range v {
			list = append(list, d.Path)
		}
	case string:
		list = append(list, strings.Fields(v)...)
	default:
		if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
			for i := range v.Len() {
				list = append(list, clean(textOf(v.Index(i).Interface())))
			}
		}
	}
	return list
}

// asBytes are bytes: those of an id, or a mask with one bit for each number of a set.
func asBytes(value any) []byte {
	switch v := value.(type) {
	case []byte:
		return append([]byte{}, v...)
	case []int:
		return bitMask(v)
	case units.NodeSet:
		if v.All {
			return []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		}
		return bitMask(v.Nodes)
	case string:
		id, _ := hex.DecodeString(v)
		return append([]byte{}, id...)
	}
	return []byte{}
}

func bitMask(numbers []int) []byte {
	mask := []byte{}
	for _, n := range numbers {
		for n/8 >= len(mask) {
			mask = append(mask, 0)
		}
		mask[n/8] |= 1 << (n % 8)
	}
	return mask
}

// namespaceFlags are the kinds of namespaces that may be made, as clone(2) has them; all bits if nothing is
// forbidden.
func namespaceFlags(f units.NamespaceFilter) (flags uint64) {
	if !f.Set {
		return math.MaxUint64
	}
	for _, name := range f.Allowed {
		switch name {
		case "cgroup":
			flags |= syscall.CLONE_NEWCGROUP
		case "ipc":
			flags |= syscall.CLONE_NEWIPC
		case "net":
			flags |= syscall.CLONE_NEWNET
		case "mnt":
			flags |= syscall.CLONE_NEWNS
		case "pid":
			flags |= syscall.CLONE_NEWPID
		case "user":
			flags |= syscall.CLONE_NEWUSER
		case "uts":
			flags |= syscall.CLONE_NEWUTS
		case "time":
			flags |= syscall.CLONE_NEWTIME
		}
	}
	return flags
}

// mountFlags is how mounts propagate, as mount(2) has it.
func mountFlags(name string) uint64 {
	switch name {
	case "shared":
		return syscall.MS_SHARED
	case "slave":
		return syscall.MS_SLAVE
	case "private":
		return syscall.MS_PRIVATE
	}
	return 0
}

// numaPolicy is the policy as set_mempolicy(2) numbers it, -1 for none.
func numaPolicy(name string) int32 {
	for i, word := range [...]string{"default", "preferred", "bind", "interleave", "local"} {
		if word == name {
			return int32(i)
		}
	}
	return -1
}

// specFor makes a property of the bus of a property of a unit.
func specFor(spec supervisor.PropertySpec) Property {
	return Property{Name: spec.Name, Sig: spec.Signature, Emits: spec.Emits, Get: func(c *Call) any {
		return unitValue(c.Unit, spec)
	}}
}

// unitValue is the value of a unit's property, ready to be encoded.
func unitValue(u *supervisor.Unit, spec supervisor.PropertySpec) any {
	value, ok := u.PropertyValue(spec)
	if !ok {
		return empty(spec.Signature)
	}
	return marshal(spec.Name, spec.Signature, value)
}

// variant is a value with the signature that it encodes with.
func variant(signature string, value any) dbus.Variant {
	return dbus.MakeVariantWithSignature(value, dbus.ParseSignatureMust(signature))
}
