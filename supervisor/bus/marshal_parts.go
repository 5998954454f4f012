package bus

import (
	"strings"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// The structs of properties that have parts, each with the signature it encodes with.
type (
	namedText   struct{ Name, Text string } // (ss)
	flaggedText struct {                    // (bs)
		Flag bool
		Text string
	}
	flaggedTexts struct { // (bas)
		Flag  bool
		Texts []string
	}
	markedText struct { // (sb)
		Text string
		Flag bool
	}
	namedNumber struct { // (st)
		Name  string
		Value uint64
	}
	namedBytes struct { // (say)
		Name  string
		Value []byte
	}
	namesAndFlags struct { // (sst)
		First, Second string
		Flags         uint64
	}
	namedNumbers struct { // (stt)
		Name        string
		Value, Next uint64
	}
	exitStatuses struct{ Codes, Signals []int32 } // (aiai)
	jobRef       struct {                         // (uo)
		ID   uint32
		Path dbus.ObjectPath
	}
	unitRef struct { // (so)
		Name string
		Path dbus.ObjectPath
	}
	commandRun struct { // (sasbttttuii)
		Path                 string
		Argv                 []string
		IgnoreFailure        bool
		StartReal, StartMono uint64
		ExitReal, ExitMono   uint64
		PID                  uint32
		Code, Status         int32
	}
	commandRunEx struct { // (sasasttttuii)
		Path                 string
		Argv                 []string
		Flags                []string
		StartReal, StartMono uint64
		ExitReal, ExitMono   uint64
		PID                  uint32
		Code, Status         int32
	}
	outcome struct { // (sbbsi)
		Name            string
		Trigger, Negate bool
		Value           string
		Result          int32
	}
	addressPrefix struct { // (iayu)
		Family int32
		Addr   []byte
		Bits   uint32
	}
	bindRule struct { // (iiqq)
		Family, Protocol int32
		Count, First     uint16
	}
	bindMount struct { // (ssbt)
		Source, Destination string
		IgnoreMissing       bool
		Flags               uint64
	}
	extensionImage struct { // (sba(ss))
		Source        string
		IgnoreMissing bool
		Options       []namedText
	}
	mountImage struct { // (ssba(ss))
		Source, Destination string
		IgnoreMissing       bool
		Options             []namedText
	}
	nftSet struct { // (iiss)
		Source, Family int32
		Table, Set     string
	}
)

// marshalParts is marshal for what has parts; nil for what it does not know.
func marshalParts(name, signature string, value any) any {
	switch v := value.(type) {
	case supervisor.CommandRuns:
		return commandRuns(signature, v)
	case supervisor.Outcomes:
		return outcomes(v)
	case supervisor.LoadFailure:
		return namedText{v.Name, clean(v.Message)}
	case supervisor.JobID:
		if v != 0 {
			return jobRef{uint32(v), JobPath(uint32(v))}
		}
	case units.ExitStatusSet:
		return statusSet(&v)
	case units.SystemCallFilter:
		return filter(textOf(v), v.Allow)
	case units.NameFilter:
		return flaggedTexts{v.Allow, asTexts(v.Names)}
	case string:
		if signature == "(bs)" {
			text, ignore := strings.CutPrefix(v, "-")
			return flaggedText{ignore, clean(text)}
		}
	}
	return marshalList(name, signature, value)
}

// marshalList is marshalParts for lists.
func marshalList(name, signature string, value any) any {
	switch v := value.(type) {
	case supervisor.Listening:
		return each(v, func(l units.Listen) namedText { return namedText{l.Kind, l.Address} })
	case supervisor.WatchedPaths:
		return each(v, func(p units.PathSpec) namedText { return namedText{p.Kind, p.Path} })
	case supervisor.TimerRuns:
		if signature == "a(sst)" {
			return each(v, func(r supervisor.TimerRun) namesAndFlags { return namesAndFlags{r.Base, r.Calendar, uint64(r.Next)} })
		}
		return each(v, func(r supervisor.TimerRun) namedNumbers {
			return namedNumbers{r.PropertyBase(), uint64(r.Span), uint64(r.Next)}
		})
	case []units.EnvironmentFile:
		return each(v, func(f units.EnvironmentFile) markedText { return markedText{f.Path, f.Optional} })
	case []units.OpenFile:
		return each(v, func(f units.OpenFile) namesAndFlags { return namesAndFlags{f.Path, f.Name, openFlags(f)} })
	case []units.Credential:
		if signature == "a(say)" {
			return each(v, func(c units.Credential) namedBytes { return namedBytes{c.Name, append([]byte{}, c.Value...)} })
		}
		return each(v, func(c units.Credential) namedText { return namedText{c.Name, c.Path} })
	case []units.DeviceValue:
		return each(v, func(d units.DeviceValue) namedNumber { return namedNumber{d.Device, d.Value} })
	case []units.DeviceAccess:
		return each(v, func(d units.DeviceAccess) namedText { return namedText{d.Device, d.Access} })
	case []units.BPFProgram:
		return each(v, func(p units.BPFProgram) namedText { return namedText{p.Attach, p.Path} })
	case []units.TemporaryFileSystem:
		return each(v, func(t units.TemporaryFileSystem) namedText { return namedText{t.Path, t.Options} })
	case []units.PartitionOptions:
		return partitions(v)
	case []units.BindMount:
		return each(v, bindMountOf)
	case []units.DiskImage:
		if signature == "a(sba(ss))" {
			return each(v, func(d units.DiskImage) extensionImage {
				return extensionImage{d.Source, d.IgnoreMissing, partitions(d.Options)}
			})
		}
		return each(v, func(d units.DiskImage) mountImage {
			return mountImage{d.Source, d.Destination, d.IgnoreMissing, partitions(d.Options)}
		})
	case []string:
		return marshalTexts(signature, v)
	}
	return marshalNetwork(value)
}

// marshalTexts is marshalList for lists of texts whose elements are more than texts on the bus.
func marshalTexts(signature string, list []string) any {
	switch signature {
	case "aay":
		return each(list, func(s string) []byte { return []byte(s) })
	case "a(bs)":
		return each(list, func(s string) flaggedText {
			pattern, deny := strings.CutPrefix(s, "~")
			return flaggedText{!deny, clean(pattern)}
		})
	}
	return nil
}

// each makes a list of another. It is never nil, which would have no type.
func each[T, V any](list []T, make func(T) V) []V {
	all := []V{}
	for _, v := range list {
		all = append(all, make(v))
	}
	return all
}

// emptyList is a list of each signature without an element.
func emptyList(signature string) any {
	switch signature {
	case "a(ss)":
		return []namedText{}
	case "a(sb)":
		return []markedText{}
	case "a(bs)":
		return []flaggedText{}
	case "a(st)":
		return []namedNumber{}
	case "a(sst)":
		return []namesAndFlags{}
	case "a(stt)":
		return []namedNumbers{}
	case "a(say)":
		return []namedBytes{}
	case "a(sbbsi)":
		return []outcome{}
	case "a(iayu)":
		return []addressPrefix{}
	case "a(iiqq)":
		return []bindRule{}
	case "a(ssbt)":
		return []bindMount{}
	case "a(sba(ss))":
		return []extensionImage{}
	case "a(ssba(ss))":
		return []mountImage{}
	case "a(iiss)":
		return []nftSet{}
	case "aay":
		return [][]byte{}
	case "a(sasbttttuii)":
		return []commandRun{}
	case "a(sasasttttuii)":
		return []commandRunEx{}
	}
	return nil
}

// filter is a list of names of which a leading "~" says that they are forbidden.
func filter(text string, allow bool) flaggedTexts {
	return flaggedTexts{allow, asTexts(strings.TrimPrefix(text, "~"))}
}

func statusSet(s *units.ExitStatusSet) exitStatuses {
	set := exitStatuses{[]int32{}, []int32{}}
	for code := range 256 {
		if s.Has(code) {
			set.Codes = append(set.Codes, int32(code))
		}
	}
	for sig := unix.Signal(1); sig <= 64; sig++ {
		if s.HasSignal(sig) {
			set.Signals = append(set.Signals, int32(sig))
		}
	}
	return set
}

// openFlags are the options of OpenFile= as systemd numbers them.
func openFlags(f units.OpenFile) (flags uint64) {
	for i, on := range [...]bool{f.ReadOnly, f.Append, f.Truncate, f.Graceful} {
		if on {
			flags |= 1 << i
		}
	}
	return flags
}

func bindMountOf(b units.BindMount) bindMount {
	flags := uint64(unix.MS_REC)
	if b.NonRecursive {
		flags = 0
	}
	return bindMount{b.Source, b.Destination, b.IgnoreMissing, flags}
}

func partitions(list []units.PartitionOptions) []namedText {
	return each(list, func(o units.PartitionOptions) namedText { return namedText{o.Partition, o.Options} })
}
