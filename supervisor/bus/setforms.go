package bus

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// form is the lines of properties that are no plain value of their setting; known is false for all others.
func (s *settings) form(p propertyValue) (lines []line, known bool, err error) {
	name, value := p.name, p.value.Value()
	sig := p.value.Signature().String()
	one := func(name, text string) ([]line, bool, error) { return []line{{name, text}}, true, nil }
	want := func(signature string) bool { return sig == signature }
	switch name {
	case "Description":
		if want("s") {
			return one(name, escapeSpecifiers(strings.Map(blankControl, value.(string))))
		}
	case "ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost",
		"ExecConditionEx", "ExecStartPreEx", "ExecStartEx", "ExecStartPostEx", "ExecReloadEx", "ExecStopEx", "ExecStopPostEx",
		"ExecStopPre", "ExecStopPreEx":
		if want("a(sasb)") || want("a(sasas)") {
			lines, err = commands(strings.TrimSuffix(name, "Ex"), value.([][]any))
			return lines, true, err
		}
	case "EnvironmentFiles":
		if want("a(sb)") {
			return eachRow("EnvironmentFile", value.([][]any), true, func(r []any) string {
				return minus(r[1]) + escapeSpecifiers(r[0].(string))
			})
		}
	case "LogExtraFields":
		if want("aay") {
			for _, field := range value.([][]byte) {
				lines = append(lines, line{name, quoteAtNeed(string(field))})
			}
			return lines, true, nil
		}
	case "SuccessExitStatus", "RestartPreventExitStatus", "RestartForceExitStatus":
		if want("(aiai)") {
			return statusLines(name, value.([]any))
		}
	case "SystemCallFilter", "SystemCallLog", "RestrictAddressFamilies", "RestrictFileSystems", "RestrictNetworkInterfaces":
		if want("(bas)") {
			list := value.([]any)
			words := strings.Join(list[1].([]string), " ")
			if !list[0].(bool) {
				words = "~" + words
			}
			return one(name, words)
		}
	case "CapabilityBoundingSet", "AmbientCapabilities":
		if want("t") {
			set := units.CapabilitySet{Mask: value.(uint64) & units.AllCapabilities, Set: true}
			return one(name, strings.Join(set.Names(), " "))
		}
	case "RestrictNamespaces":
		if want("t") {
			return one(name, namespaceWords(value.(uint64)))
		}
	case "MountFlags":
		if want("t") {
			return one(name, propagation(value.(uint64)))
		}
	case "CPUAffinity", "NUMAMask", "AllowedCPUs", "StartupAllowedCPUs", "AllowedMemoryNodes", "StartupAllowedMemoryNodes":
		if want("ay") {
			list := units.FormatCPUSet(bitNumbers(value.([]byte)))
			if strings.HasPrefix(name, "CPU") || list == "" {
				return one(name, list)
			}
			return []line{{name, ""}, {name, list}}, true, nil
		}
	case "CPUSchedulingPolicy", "IOSchedulingClass", "NUMAPolicy", "SecureBits":
		if want("i") {
			return numbered(name, value.(int32))
		}
	case "LogLevelMax", "SyslogLevel", "SyslogFacility", "SystemCallErrorNumber", "OOMScoreAdjust", "Nice":
		if want("i") {
			return one(name, strconv.Itoa(int(value.(int32))))
		}
	case "TimerSlackNSec":
		if want("t") {
			return one(name, strconv.FormatUint(value.(uint64), 10))
		}
	case "RootHash", "RootHashSignature":
		if want("ay") {
			text := hex.EncodeToString(value.([]byte))
			if name == "RootHashSignature" {
				text = "base64:" + base64.StdEncoding.EncodeToString(value.([]byte))
			}
			return one(name, text)
		}
	case "StandardInputData":
		if want("ay") {
			return one(name, base64.StdEncoding.EncodeToString(value.([]byte)))
		}
	case "StandardInputFile", "StandardOutputFile", "StandardErrorFile":
		if want("s") {
			return one(strings.TrimSuffix(name, "File"), "file:"+escapeSpecifiers(value.(string)))
		}
	case "StandardOutputFileToAppend", "StandardErrorFileToAppend":
		if want("s") {
			return one(strings.TrimSuffix(name, "FileToAppend"), "append:"+escapeSpecifiers(value.(string)))
		}
	case "StandardOutputFileToTruncate", "StandardErrorFileToTruncate":
		if want("s") {
			return one(strings.TrimSuffix(name, "FileToTruncate"), "truncate:"+escapeSpecifiers(value.(string)))
		}
	case "StandardInputFileDescriptorName", "StandardOutputFileDescriptorName", "StandardErrorFileDescriptorName":
		if want("s") {
			text := "fd"
			if value.(string) != "" {
				text += ":" + value.(string)
			}
			return one(strings.TrimSuffix(name, "FileDescriptorName"), text)
		}
	case "RuntimeDirectorySymlink", "StateDirectorySymlink", "CacheDirectorySymlink", "LogsDirectorySymlink":
		if want("a(sst)") {
			return eachRow(strings.TrimSuffix(name, "Symlink"), value.([][]any), false, func(r []any) string {
				return quoteAtNeed(r[0].(string) + ":" + r[1].(string))
			})
		}
	case "SetCredential", "SetCredentialEncrypted":
		if want("a(say)") {
			return eachRow(name, value.([][]any), false, func(r []any) string {
				data := r[1].([]byte)
				if name == "SetCredentialEncrypted" {
					return r[0].(string) + ":" + base64.StdEncoding.EncodeToString(data)
				}
				text := quote(string(data))
				return r[0].(string) + ":" + text[1:len(text)-1]
			})
		}
	case "LoadCredential", "LoadCredentialEncrypted", "BPFProgram", "TemporaryFileSystem":
		if want("a(ss)") {
			return eachRow(name, value.([][]any), false, func(r []any) string {
				if r[1].(string) == "" {
					return escapeSpecifiers(r[0].(string))
				}
				return escapeSpecifiers(r[0].(string) + ":" + r[1].(string))
			})
		}
	case "BindPaths", "BindReadOnlyPaths":
		if want("a(ssbt)") {
			return eachRow(name, value.([][]any), false, func(r []any) string {
				option := "norbind"
				if r[3].(uint64)&unix.MS_REC != 0 {
					option = "rbind"
				}
				return minus(r[2]) + escapeSpecifiers(r[0].(string)+":"+r[1].(string)) + ":" + option
			})
		}
	case "RootImageOptions":
		if want("a(ss)") {
			return eachRow(name, value.([][]any), true, func(r []any) string { return quote(r[0].(string) + ":" + r[1].(string)) })
		}
	case "MountImages":
		if want("a(ssba(ss))") {
			return eachRow(name, value.([][]any), true, func(r []any) string {
				return minus(r[2]) + quote(r[0].(string)+":"+r[1].(string)+partitionText(r[3]))
			})
		}
	case "ExtensionImages":
		if want("a(sba(ss))") {
			return eachRow(name, value.([][]any), true, func(r []any) string { return minus(r[1]) + quote(r[0].(string)+partitionText(r[2])) })
		}
	case "OpenFile":
		if want("a(sst)") {
			return eachRow(name, value.([][]any), false, openFileText)
		}
	case "TimersMonotonic":
		if want("a(st)") {
			return s.triggers(value.([][]any), func(r []any) string { return units.FormatSpan(units.Usec(r[1].(uint64)), 1) })
		}
	case "TimersCalendar":
		if want("a(ss)") {
			return s.triggers(value.([][]any), func(r []any) string { return r[1].(string) })
		}
	case "Paths":
		if want("a(ss)") {
			return s.triggers(value.([][]any), func(r []any) string { return escapeSpecifiers(r[1].(string)) })
		}
	case "Listen":
		if want("a(ss)") {
			return s.listens(value.([][]any))
		}
	case "Conditions", "Asserts":
		if want("a(sbbs)") {
			for _, r := range value.([][]any) {
				prefix := ""
				if r[1].(bool) {
					prefix = "|"
				}
				if r[2].(bool) {
					prefix += "!"
				}
				lines = append(lines, line{r[0].(string), prefix + escapeSpecifiers(r[3].(string))})
			}
			return lines, true, nil
		}
	case "DelegateControllers":
		if want("as") {
			return one("Delegate", strings.Join(value.([]string), " "))
		}
	default:
		return s.resource(p)
	}
	return nil, false, mistyped()
}

func blankControl(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

func minus(optional any) string {
	if optional.(bool) {
		return "-"
	}
	return ""
}

// eachRow makes a line of each row; with reset, after one that empties the list, and none else empties it.
func eachRow(name string, rows [][]any, reset bool, text func([]any) string) (lines []line, known bool, err error) {
	if reset || len(rows) == 0 {
		lines = append(lines, line{name, ""})
	}
	for _, r := range rows {
		lines = append(lines, line{name, text(r)})
	}
	return lines, true, nil
}

// triggers are lines whose names come in the rows: On…Sec=, PathExists=, ….
func (s *settings) triggers(rows [][]any, text func([]any) string) (lines []line, known bool, err error) {
	for _, r := range rows {
		name := r[0].(string)
		if base, ok := strings.CutSuffix(name, "USec"); ok {
			name = base + "Sec"
		}
		if _, ok := units.SettingFor(s.unitType, name); !ok {
			return nil, true, Errorf(ErrInvalidArgs, "Invalid timer base: %s", name)
		}
		lines = append(lines, line{name, text(r)})
	}
	return lines, true, nil
}

func (s *settings) listens(rows [][]any) (lines []line, known bool, err error) {
	for _, r := range rows {
		name := "Listen" + r[0].(string)
		if _, ok := units.SettingFor(s.unitType, name); !ok {
			return nil, true, Errorf(ErrInvalidArgs, "Unknown Listen type: %s", r[0])
		}
		lines = append(lines, line{name, escapeSpecifiers(r[1].(string))})
	}
	return lines, true, nil
}

// commands are the lines of an Exec…= setting.
func commands(name string, rows [][]any) ([]line, error) {
	lines := []line{{name, ""}}
	for _, r := range rows {
		path, argv := r[0].(string), r[1].([]string)
		if path == "" || path[0] != '/' && strings.Contains(path, "/") {
			return nil, Errorf(ErrInvalidArgs, "Path %s is not absolute.", path)
		}
		if len(argv) == 0 {
			return nil, Errorf(ErrInvalidArgs, "Invalid argument")
		}
		prefix := ""
		switch how := r[2].(type) {
		case bool:
			prefix = minus(how)
		case []string:
			for _, flag := range how {
				char := map[string]string{"ignore-failure": "-", "privileged": "+", "no-setuid": "!", "ambient": "!!", "no-env-expand": ":"}[flag]
				if char == "" {
					return nil, Errorf(ErrInvalidArgs, "Invalid argument")
				}
				prefix += char
			}
		}
		text := prefix + quoteAll(argv)
		if path != argv[0] {
			text = prefix + "@" + quoteAtNeed(path) + " " + quoteAll(argv)
		}
		lines = append(lines, line{name, text})
	}
	return lines, nil
}

func statusLines(name string, lists []any) (lines []line, known bool, err error) {
	for _, status := range lists[0].([]int32) {
		lines = append(lines, line{name, strconv.Itoa(int(status))})
	}
	for _, sig := range lists[1].([]int32) {
		lines = append(lines, line{name, units.SignalName(syscall.Signal(sig))})
	}
	if len(lines) == 0 {
		lines = []line{{name, ""}}
	}
	return lines, true, nil
}

// namespaceWords are the namespaces that are allowed, by their CLONE_NEW… bits.
func namespaceWords(flags uint64) string {
	var words []string
	for _, ns := range []struct {
		flag uint64
		word string
	}{
		{unix.CLONE_NEWCGROUP, "cgroup"}, {unix.CLONE_NEWIPC, "ipc"}, {unix.CLONE_NEWNET, "net"}, {unix.CLONE_NEWNS, "mnt"},
		{unix.CLONE_NEWPID, "pid"}, {unix.CLONE_NEWUSER, "user"}, {unix.CLONE_NEWUTS, "uts"},
	} {
		if flags&ns.flag != 0 {
			words = append(words, ns.word)
		}
	}
	switch len(words) {
	case 0:
		return "yes"
	case 7:
		return "no"
	}
	return strings.Join(words, " ")
}

func propagation(flags uint64) string {
	switch {
	case flags&unix.MS_SHARED != 0:
		return "shared"
	case flags&unix.MS_SLAVE != 0:
		return "slave"
	case flags&unix.MS_PRIVATE != 0:
		return "private"
	}
	return ""
}

// bitNumbers are the numbers of the bits that are set in a mask of bytes.
func bitNumbers(mask []byte) (list []int) {
	for i, b := range mask {
		for ; b != 0; b &= b - 1 {
			list = append(list, 8*i+bits.TrailingZeros8(b))
		}
	}
	return list
}

// numbered turns the number of a word in one of the kernel's lists into the word.
func numbered(name string, n int32) (lines []line, known bool, err error) {
	var words []string
	switch name {
	case "CPUSchedulingPolicy":
		words = []string{"other", "fifo", "rr", "batch", "", "idle"}
	case "IOSchedulingClass":
		words = []string{"none", "realtime", "best-effort", "idle"}
	case "NUMAPolicy":
		words = []string{"default", "preferred", "bind", "interleave", "local"}
	case "SecureBits":
		var set []string
		for bit, word := range []string{"noroot", "noroot-locked", "no-setuid-fixup", "no-setuid-fixup-locked", "keep-caps", "keep-caps-locked"} {
			if n&(1<<bit) != 0 {
				set = append(set, word)
			}
		}
		return []line{{name, strings.Join(set, " ")}}, true, nil
	}
	if n < 0 || int(n) >= len(words) || words[n] == "" {
		return nil, true, invalidSetting(name, strconv.Itoa(int(n)))
	}
	return []line{{name, words[n]}}, true, nil
}

func partitionText(list any) string {
	text := ""
	rows, _ := list.([][]any)
	for _, r := range rows {
		text += ":" + r[0].(string) + ":" + r[1].(string)
	}
	return text
}

func openFileText(r []any) string {
	flags := r[2].(uint64)
	var options []string
	for bit, word := range []string{"read-only", "append", "truncate", "graceful"} {
		if flags&(1<<bit) != 0 {
			options = append(options, word)
		}
	}
	text := r[0].(string) + ":" + r[1].(string)
	if len(options) > 0 {
		text += ":" + strings.Join(options, ",")
	}
	return escapeSpecifiers(text)
}

// resource is form for limits and shares.
func (s *settings) resource(p propertyValue) (lines []line, known bool, err error) {
	name, value := p.name, p.value.Value()
	sig := p.value.Signature().String()
	one := func(name, text string) ([]line, bool, error) { return []line{{name, text}}, true, nil }
	if limit, ok := strings.CutPrefix(name, "Limit"); ok && limit != "" {
		return s.limit(p)
	}
	want := ""
	switch name {
	case "CPUQuotaPerSecUSec":
		if want = "t"; sig == want {
			if value.(uint64) == math.MaxUint64 {
				return one("CPUQuota", "")
			}
			return one("CPUQuota", strconv.FormatFloat(float64(value.(uint64))/1e4, 'f', -1, 64)+"%")
		}
	case "MemoryMinScale", "MemoryLowScale", "MemoryHighScale", "MemoryMaxScale", "MemorySwapMaxScale", "MemoryZSwapMaxScale",
		"MemoryLimitScale", "DefaultMemoryMinScale", "DefaultMemoryLowScale":
		if want = "u"; sig == want {
			return one(strings.TrimSuffix(name, "Scale"), fmt.Sprintf("%.2f%%", float64(value.(uint32))/math.MaxUint32*100))
		}
	case "TasksMaxScale":
		if want = "u"; sig == want {
			return one("TasksMax", fmt.Sprintf("%.2f%%", float64(value.(uint32))/math.MaxUint32*100))
		}
	case "ManagedOOMMemoryPressureLimit":
		if want = "u"; sig == want {
			return one(name, fmt.Sprintf("%.2f%%", float64(value.(uint32))/math.MaxUint32*100))
		}
	case "IODeviceWeight", "IOReadBandwidthMax", "IOWriteBandwidthMax", "IOReadIOPSMax", "IOWriteIOPSMax",
		"BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWriteBandwidth":
		if want = "a(st)"; sig == want {
			return eachRow(name, value.([][]any), true, func(r []any) string { return quoteAtNeed(r[0].(string)) + " " + bytesText(r[1].(uint64)) })
		}
	case "IODeviceLatencyTargetUSec":
		if want = "a(st)"; sig == want {
			return eachRow("IODeviceLatencyTargetSec", value.([][]any), true, func(r []any) string {
				return quoteAtNeed(r[0].(string)) + " " + units.FormatSpan(units.Usec(r[1].(uint64)), 1)
			})
		}
	case "DeviceAllow":
		if want = "a(ss)"; sig == want {
			return eachRow(name, value.([][]any), true, func(r []any) string { return escapeSpecifiers(r[0].(string)) + " " + r[1].(string) })
		}
	case "IPAddressAllow", "IPAddressDeny":
		if want = "a(iayu)"; sig == want {
			return eachRow(name, value.([][]any), true, func(r []any) string {
				address, _ := netip.AddrFromSlice(r[1].([]byte))
				return fmt.Sprintf("%s/%d", address, r[2].(uint32))
			})
		}
	case "SocketBindAllow", "SocketBindDeny":
		if want = "a(iiqq)"; sig == want {
			return eachRow(name, value.([][]any), false, socketBindText)
		}
	default:
		return nil, false, nil
	}
	return nil, false, mistyped()
}

func bytesText(n uint64) string {
	if n == math.MaxUint64 {
		return "infinity"
	}
	return strconv.FormatUint(n, 10)
}

func socketBindText(r []any) string {
	family, protocol, ports, first := r[0].(int32), r[1].(int32), r[2].(uint16), r[3].(uint16)
	var words []string
	switch family {
	case unix.AF_INET:
		words = append(words, "ipv4")
	case unix.AF_INET6:
		words = append(words, "ipv6")
	}
	switch protocol {
	case unix.IPPROTO_TCP:
		words = append(words, "tcp")
	case unix.IPPROTO_UDP:
		words = append(words, "udp")
	}
	switch {
	case ports == 0:
		if len(words) == 0 {
			words = []string{"any"}
		}
	case ports == 1:
		words = append(words, strconv.Itoa(int(first)))
	default:
		words = append(words, fmt.Sprintf("%d-%d", first, int(first)+int(ports)-1))
	}
	return strings.Join(words, ":")
}

// limit is a resource limit. Soft and hard come one by one; the first to come sets both.
func (s *settings) limit(p propertyValue) (lines []line, known bool, err error) {
	name, soft := strings.CutSuffix(p.name, "Soft")
	if _, ok := units.SettingFor(s.unitType, name); !ok {
		return nil, false, nil
	}
	n, ok := p.value.Value().(uint64)
	if !ok {
		return nil, false, mistyped()
	}
	l, set := s.limits[name]
	switch {
	case !set:
		l = units.ResourceLimit{Soft: n, Hard: n}
	case soft:
		l.Soft = n
	default:
		l.Hard = n
	}
	s.limits[name] = l
	softText, hardText := l.Texts()
	text := softText
	if softText != hardText {
		text += ":" + hardText
	}
	return []line{{name, text}}, true, nil
}
