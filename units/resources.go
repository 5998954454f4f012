package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// CPUWeight is a share of CPU time among siblings, 1…10000 (systemd.resource-control(5), CPUWeight=).
type CPUWeight uint64

// CPUWeightIdle is CPUWeight=idle: only what nobody else wants.
const CPUWeightIdle CPUWeight = 0

func (w CPUWeight) text() string {
	if w == CPUWeightIdle {
		return "idle"
	}
	return strconv.FormatUint(uint64(w), 10)
}

// Tasks is a number of processes and threads; TasksInfinity means no limit.
type Tasks uint64

// TasksInfinity is the number of "infinity".
const TasksInfinity Tasks = math.MaxUint64

func (n Tasks) text() string { return limitText(uint64(n)) }

// Permyriad is a share in units of 1/10000. That of CPUQuota= is of one CPU and may exceed the whole.
type Permyriad uint32

// Delegation is Delegate=: whether the subtree of the control group is the service's own, and with which
// controllers; none listed with On set by a boolean means all of them.
type Delegation struct {
	On          bool
	All         bool
	Controllers []string
}

func (d Delegation) text() string { return YesNo(d.On) }

// DeviceValue is a limit, weight or latency for one device or mount point.
type DeviceValue struct {
	Device string
	Value  uint64 // a weight, bytes or operations a second (math.MaxUint64 for no limit), or microseconds
}

func (d DeviceValue) text() string { return d.Device + " " + limitText(d.Value) }

// DeviceAccess is one DeviceAllow= entry; Access is some of "rwm".
type DeviceAccess struct{ Device, Access string }

func (d DeviceAccess) text() string { return d.Device + " " + d.Access }

// SocketBindRule is one SocketBindAllow= or SocketBindDeny= entry. Empty words and a Last of 0 stand for any.
type SocketBindRule struct {
	Family      string // "ipv4", "ipv6"
	Protocol    string // "tcp", "udp"
	First, Last uint16 // ports
}

func (r SocketBindRule) text() string {
	words := make([]string, 0, 3)
	for _, w := range []string{r.Family, r.Protocol} {
		if w != "" {
			words = append(words, w)
		}
	}
	switch {
	case r.Last == 0:
		words = append(words, "any")
	case r.First == r.Last:
		words = append(words, strconv.Itoa(int(r.First)))
	default:
		words = append(words, fmt.Sprintf("%d-%d", r.First, r.Last))
	}
	return strings.Join(words, ":")
}

// BPFProgram is one BPFProgram= entry: where it is attached, and its path below /sys/fs/bpf.
type BPFProgram struct{ Attach, Path string }

func (p BPFProgram) text() string { return p.Attach + ":" + p.Path }

// NFTSet is one NFTSet= entry.
type NFTSet struct{ Source, Family, Table, Set string }

func (s NFTSet) text() string { return strings.Join([]string{s.Source, s.Family, s.Table, s.Set}, ":") }

// NameFilter is a list of names that alone are allowed, or that are forbidden: RestrictAddressFamilies= and its kin.
type NameFilter struct {
	Set   bool
	Allow bool // the first line had no "~": what is listed is allowed, all else forbidden
	Names []string
}

func (f NameFilter) text() string {
	text := ListText(f.Names)
	if f.Set && !f.Allow {
		text = "~" + text
	}
	return text
}

// NodeSet is a set of memory nodes; All stands for every one of the machine.
type NodeSet struct {
	All   bool
	Nodes []int
}

func (s NodeSet) text() string {
	if s.All {
		return "all"
	}
	return rangesText(s.Nodes)
}
