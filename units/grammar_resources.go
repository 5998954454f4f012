package units

import (
	"math"
	"slices"
	"strings"
)

// controllers are the control group controllers that settings may name, those of BPF included.
var controllers = []string{
	"cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids",
	"bpf-firewall", "bpf-devices", "bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces",
}

func controllerName(s string) (string, error) {
	if !slices.Contains(controllers, s) {
		return "", malformed("control group controller", s, "it must be one of "+joinWords(controllers))
	}
	return s, nil
}

// subgroupName checks DelegateSubgroup=, the name of one directory.
func subgroupName(s string) (string, error) {
	if !ValidFileName(s) || strings.HasPrefix(s, "_") && len(s) == 1 {
		return "", malformed("control group", s, "it must be the name of one directory")
	}
	return s, nil
}

// delegation reads Delegate=: a boolean, or the controllers that are delegated; an empty value delegates none.
func delegation(l *line, dst any, value string) error {
	d := dst.(*Delegation)
	if t := NameType(l.unit.Name); t != "service" && t != "scope" {
		return malformed("delegation", value, "only services and scopes have one")
	}
	if value == "" {
		*d = Delegation{On: true}
		return nil
	}
	if on, err := ParseBool(value); err == nil {
		*d = Delegation{On: on, All: on}
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	d.On = true
	for _, w := range words {
		name, err := controllerName(w)
		if err != nil {
			l.warn(err)
		} else if !slices.Contains(d.Controllers, name) {
			d.Controllers = append(slices.Clip(d.Controllers), name)
		}
	}
	return nil
}

// cpuWeight reads CPUWeight=: 1…10000, or "idle".
func cpuWeight(s string) (CPUWeight, error) {
	if s == "idle" {
		return CPUWeightIdle, nil
	}
	w, err := parseWeight(s)
	return CPUWeight(w), err
}

// weightWithin reads a weight of the old hierarchy.
func weightWithin(low, high uint64) func(string) (uint64, error) {
	return func(s string) (uint64, error) {
		u, err := ParseUint(s, 64)
		if err == nil && (u < low || u > high) {
			err = outOfRange("weight", s)
		}
		return u, err
	}
}

func parseWeight(s string) (uint64, error) { return weightWithin(1, 10000)(s) }

// cpuQuota reads CPUQuota=, a share of one CPU that may exceed it.
func cpuQuota(s string) (Permyriad, error) {
	v, err := ParsePermyriadUnbounded(s)
	if err == nil && v == 0 {
		err = outOfRange("CPU quota", s)
	}
	return Permyriad(v), err
}

func pressureLimit(s string) (Permyriad, error) {
	v, err := ParsePermyriad(s)
	return Permyriad(v), err
}

// protections are the memory settings that are 0 and not unlimited when nothing is said.
var protections = []string{
	"MemoryMin", "DefaultMemoryMin", "MemoryLow", "StartupMemoryLow", "DefaultMemoryLow", "DefaultStartupMemoryLow",
}

// mayBeZero are the limits that may forbid altogether.
var mayBeZero = []string{"MemorySwapMax", "StartupMemorySwapMax", "MemoryZSwapMax", "StartupMemoryZSwapMax"}

// memoryLimit reads a size, "infinity", or a share of the memory that the container has.
func memoryLimit(l *line, dst any, value string) error {
	limit := dst.(*Bytes)
	protects := slices.Contains(protections, l.key)
	switch {
	case value == "" && protects:
		*limit = 0
		return nil
	case value == "" || value == "infinity":
		*limit = BytesInfinity
		return nil
	}
	b, err := l.memorySize(value)
	if err == nil && (b == BytesInfinity || b == 0 && !protects && !slices.Contains(mayBeZero, l.key)) {
		err = outOfRange("memory limit", value)
	}
	if err == nil {
		*limit = b
	}
	return err
}

func (l *line) memorySize(value string) (Bytes, error) {
	share, err := ParsePermyriad(value)
	if err != nil {
		return ParseBytes(value)
	}
	c, ok := l.x.Host.(Capacity)
	if !ok {
		return 0, malformed("memory limit", value, "how much memory there is, is not known; write a size")
	}
	return Bytes(scale(c.Memory(), uint64(share))), nil
}

// tasksMax reads a number, "infinity", or a share of how many processes the container may have.
func tasksMax(l *line, dst any, value string) error {
	limit := dst.(*Tasks)
	if value == "" || value == "infinity" {
		*limit = TasksInfinity
		return nil
	}
	n, err := uint64(0), error(nil)
	if share, serr := ParsePermyriad(value); serr != nil {
		n, err = ParseUint(value, 64)
	} else if c, ok := l.x.Host.(Capacity); ok {
		n = scale(c.Tasks(), uint64(share))
	} else {
		err = malformed("number of tasks", value, "how many there may be, is not known; write a number")
	}
	if err == nil && (n == 0 || n == math.MaxUint64) {
		err = outOfRange("number of tasks", value)
	}
	if err == nil {
		*limit = Tasks(n)
	}
	return err
}

// scale is a share of a whole without overflow.
func scale(whole, permyriad uint64) uint64 {
	return whole/10000*permyriad + whole%10000*permyriad/10000
}

// listOfWords reads a list whose entries are made of single words.
func listOfWords[T any](parse func(l *line, word string) ([]T, error)) valueParser {
	return func(l *line, dst any, value string) error {
		list := dst.(*[]T)
		if value == "" {
			*list = nil
			return nil
		}
		words, err := SplitWords(value, WordUnquote)
		for _, w := range words {
			entries, werr := parse(l, w)
			if werr != nil {
				l.warn(werr)
				continue
			}
			*list = append(slices.Clip(*list), entries...)
		}
		return err
	}
}

// devicePath checks the path of a device node, or of a file on the file system that is meant.
func (l *line) devicePath(word string) (string, error) {
	p, err := l.x.Expand(word)
	if err == nil {
		p, err = ParsePath(p)
	}
	return p, err
}

// deviceValues reads DEVICE VALUE; an empty line resets, and so does no value for one device.
func deviceValues(parse func(string) (uint64, error)) valueParser {
	return func(l *line, dst any, value string) error {
		list := dst.(*[]DeviceValue)
		if value == "" {
			*list = nil
			return nil
		}
		words, err := SplitWords(value, WordUnquote)
		if err != nil {
			return err
		}
		if len(words) != 2 {
			return malformed("limit of a device", value, "write the path of a device and a value")
		}
		var d DeviceValue
		if d.Device, err = l.devicePath(words[0]); err != nil {
			return err
		}
		if d.Value, err = parse(words[1]); err != nil {
			return err
		}
		*list = append(slices.DeleteFunc(slices.Clone(*list), func(o DeviceValue) bool { return o.Device == d.Device }), d)
		return nil
	}
}

// ioLimit reads bytes or operations a second, to the base of 1000.
func ioLimit(s string) (uint64, error) {
	if s == "infinity" {
		return math.MaxUint64, nil
	}
	b, err := ParseSize(s, 1000)
	if err == nil && b == 0 {
		err = outOfRange("limit", s)
	}
	return uint64(b), err
}

func ioLatency(s string) (uint64, error) {
	span, err := ParseSpan(s)
	return uint64(span), err
}

// deviceAllow reads DEVICE [ACCESS]: a node, or a class "char-NAME" or "block-NAME" with "*" in it.
func deviceAllow(l *line, dst any, value string) error {
	list := dst.(*[]DeviceAccess)
	if value == "" {
		*list = nil
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	d := DeviceAccess{Access: "rwm"}
	if len(words) == 2 {
		d.Access = words[1]
	}
	if len(words) < 1 || len(words) > 2 || d.Access == "" || strings.Trim(d.Access, "rwm") != "" {
		return malformed("device", value, "write the path of a device and some of the letters r, w and m")
	}
	if d.Device, err = l.x.Expand(words[0]); err != nil {
		return err
	}
	if !strings.HasPrefix(d.Device, "char-") && !strings.HasPrefix(d.Device, "block-") {
		if d.Device, err = ParsePath(d.Device); err != nil {
			return err
		}
		if !strings.HasPrefix(d.Device, "/dev/") && !strings.HasPrefix(d.Device, "/run/systemd/inaccessible/") {
			return malformed("device", value, "it must lie below /dev, or be char-NAME or block-NAME")
		}
	}
	*list = append(slices.Clip(*list), d)
	return nil
}

// nodeSet adds to NUMAMask=; "all" stands for every node.
func nodeSet(_ *line, dst any, value string) error {
	set := dst.(*NodeSet)
	switch value {
	case "":
		*set = NodeSet{}
		return nil
	case "all":
		set.All = true
		return nil
	}
	nodes, err := ParseCPUSet(value)
	if err == nil {
		nodes = append(nodes, set.Nodes...)
		slices.Sort(nodes)
		set.Nodes = slices.Compact(nodes)
	}
	return err
}
