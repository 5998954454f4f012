package systemctl

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"pintle/applets/client"
	"pintle/units"
)

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// structText writes a property whose value is a structure.
func (c *control) structText(p client.Property, v []any) ([]string, bool) {
	switch p.Value.Signature().String() {
	case "(uo)": // Job
		id := numberOf(v[0])
		if id == 0 {
			return one("")
		}
		return one(decimal(id))
	case "(so)": // a job's unit
		return one(stringOf(v[0]))
	case "(ss)":
		if p.Name != "LoadError" {
			break
		}
		name, message := stringOf(v[0]), stringOf(v[1])
		if name == "" && message == "" {
			return one("")
		}
		return one(fmt.Sprintf("%s %q", name, message))
	case "(bs)": // SELinuxContext and its like
		text := stringOf(v[1])
		if boolOf(v[0]) {
			text = "-" + text
		}
		return one(text)
	case "(bas)":
		list, _ := v[1].([]string)
		text := strings.Join(list, " ")
		if !boolOf(v[0]) {
			text = "~" + text
		}
		return one(text)
	case "(aiai)":
		return one(exitStatusText(v))
	}
	return nil, false
}

// exitStatusText writes a set of exit statuses and signals.
func exitStatusText(v []any) string {
	codes, _ := v[0].([]int32)
	signals, _ := v[1].([]int32)
	var words []string
	for _, code := range codes {
		words = append(words, strconv.Itoa(int(code)))
	}
	for _, signal := range signals {
		words = append(words, units.SignalName(syscall.Signal(signal)))
	}
	return strings.Join(words, " ")
}

// rowsText writes a property whose value is a list of structures: in a line each, or all in one.
func (c *control) rowsText(p client.Property, rows [][]any) ([]string, bool) {
	signature := p.Value.Signature().String()
	if strings.HasPrefix(p.Name, "Exec") && (signature == "a(sasbttttuii)" || signature == "a(sasasttttuii)") {
		return c.each(rows, func(r []any) string { return c.commandText(r) }), true
	}
	switch p.Name {
	case "EnvironmentFiles":
		return c.each(rows, func(r []any) string {
			return fmt.Sprintf("%s (ignore_errors=%s)", stringOf(r[0]), units.YesNo(boolOf(r[1])))
		}), true
	case "Paths", "Listen":
		return c.each(rows, func(r []any) string { return fmt.Sprintf("%s (%s)", stringOf(r[1]), stringOf(r[0])) }), true
	case "TimersMonotonic":
		return c.each(rows, func(r []any) string {
			return fmt.Sprintf("{ %s=%s ; next_elapse=%s }", stringOf(r[0]), units.FormatSpan(units.Usec(numberOf(r[1])), 1),
				units.FormatSpan(units.Usec(numberOf(r[2])), 1))
		}), true
	case "TimersCalendar":
		return c.each(rows, func(r []any) string {
			return fmt.Sprintf("{ %s=%s ; next_elapse=%s }", stringOf(r[0]), stringOf(r[1]), c.timeOrNone(r[2], "(null)"))
		}), true
	case "DeviceAllow":
		return c.each(rows, func(r []any) string { return stringOf(r[0]) + " " + stringOf(r[1]) }), true
	case "BPFProgram", "RestrictFileSystems":
		return c.each(rows, func(r []any) string { return stringOf(r[0]) + ":" + stringOf(r[1]) }), true
	case "IPAddressAllow", "IPAddressDeny":
		return one(joined(rows, func(r []any) string { return prefixText(r) }))
	case "BindPaths", "BindReadOnlyPaths":
		return one(joined(rows, func(r []any) string {
			text := stringOf(r[0])
			if target := stringOf(r[1]); target != "" {
				text += ":" + target
			}
			if numberOf(r[3]) == 0 {
				text += ":norbind"
			} else {
				text += ":rbind"
			}
			if boolOf(r[2]) {
				text = "-" + text
			}
			return text
		}))
	case "TemporaryFileSystem":
		return one(joined(rows, func(r []any) string {
			if options := stringOf(r[1]); options != "" {
				return stringOf(r[0]) + ":" + options
			}
			return stringOf(r[0])
		}))
	case "OpenFile":
		return c.each(rows, openFileText), true
	case "RuntimeDirectorySymlink", "StateDirectorySymlink", "CacheDirectorySymlink", "LogsDirectorySymlink":
		return c.each(rows, func(r []any) string { return stringOf(r[0]) + ":" + stringOf(r[1]) }), true
	case "LogFilterPatterns":
		return c.each(rows, func(r []any) string {
			if boolOf(r[0]) {
				return stringOf(r[1])
			}
			return "~" + stringOf(r[1])
		}), true
	case "ExtensionImages", "MountImages":
		if len(rows) == 0 {
			return one("")
		}
	case "RootImageOptions":
		return c.each(rows, func(r []any) string { return stringOf(r[0]) + ":" + stringOf(r[1]) }), true
	case "SocketBindAllow", "SocketBindDeny":
		return c.each(rows, socketBindText), true
	}
	if signature == "a(st)" && (strings.HasPrefix(p.Name, "IO") || strings.HasPrefix(p.Name, "BlockIO")) {
		return c.each(rows, func(r []any) string {
			if strings.HasSuffix(p.Name, "USec") {
				return stringOf(r[0]) + " " + units.FormatSpan(units.Usec(numberOf(r[1])), 1)
			}
			return stringOf(r[0]) + " " + decimal(numberOf(r[1]))
		}), true
	}
	return nil, false
}

func (c *control) each(rows [][]any, text func(r []any) string) (lines []string) {
	for _, r := range rows {
		lines = append(lines, text(r))
	}
	return lines
}

func joined(rows [][]any, text func(r []any) string) string {
	words := make([]string, 0, len(rows))
	for _, r := range rows {
		words = append(words, text(r))
	}
	return strings.Join(words, " ")
}

// timeOrNone is a time, or what stands for one that is not set.
func (c *control) timeOrNone(v any, none string) string {
	if text := c.formatTime(units.Usec(numberOf(v))); text != "" {
		return text
	}
	return none
}

// commandText writes a command line and what became of it.
func (c *control) commandText(r []any) string {
	e := readCommand(r)
	flags := "ignore_errors=" + units.YesNo(e.ignore)
	if e.flags != nil {
		flags = "flags=" + strings.Join(e.flags, " ")
	}
	end := decimal(uint64(e.status))
	if e.code != 1 { // not CLD_EXITED
		end += "/" + units.SignalName(syscall.Signal(e.status))
	}
	return fmt.Sprintf("{ path=%s ; argv[]=%s ; %s ; start_time=[%s] ; stop_time=[%s] ; pid=%d ; code=%s ; status=%s }",
		e.path, strings.Join(e.argv, " "), flags, c.timeOrNone(uint64(e.start), "n/a"), c.timeOrNone(uint64(e.stop), "n/a"), e.pid, codeText(e.code), end)
}

// execution is a command line of a unit and what became of it, as the manager tells.
type execution struct {
	path         string
	argv         []string
	ignore       bool
	flags        []string // nil: the older form, without them
	start, stop  units.Usec
	pid          uint32
	code, status int32
}

func readCommand(r []any) execution {
	e := execution{path: stringOf(r[0])}
	e.argv, _ = r[1].([]string)
	if flags, ok := r[2].([]string); ok {
		e.flags = append([]string{}, flags...)
		e.ignore = slices.Contains(flags, "ignore-failure")
	} else {
		e.ignore = boolOf(r[2])
	}
	e.start, e.stop = units.Usec(numberOf(r[3])), units.Usec(numberOf(r[5]))
	e.pid = uint32(numberOf(r[7]))
	e.code, _ = r[8].(int32)
	e.status, _ = r[9].(int32)
	return e
}

// codeText names a way to end, as siginfo's si_code tells it.
func codeText(code int32) string {
	switch code {
	case 1:
		return "exited"
	case 2:
		return "killed"
	case 3:
		return "dumped"
	case 4:
		return "trapped"
	case 5:
		return "stopped"
	case 6:
		return "continued"
	}
	return "(null)"
}

// prefixText writes a network as (family, address, length).
func prefixText(r []any) string {
	b, _ := r[1].([]byte)
	address, ok := netip.AddrFromSlice(b)
	if !ok {
		return ""
	}
	return netip.PrefixFrom(address, int(numberOf(r[2]))).String()
}

// openFileText writes (path, name, flags).
func openFileText(r []any) string {
	flags := numberOf(r[2])
	return units.OpenFile{Path: stringOf(r[0]), Name: stringOf(r[1]), ReadOnly: flags&1 != 0, Append: flags&2 != 0,
		Truncate: flags&4 != 0, Graceful: flags&8 != 0}.String()
}

// socketBindText writes (family, protocol, number of ports, first port) as the setting has it.
func socketBindText(r []any) string {
	var parts []string
	switch numberOf(r[0]) {
	case syscall.AF_INET:
		parts = append(parts, "ipv4")
	case syscall.AF_INET6:
		parts = append(parts, "ipv6")
	}
	switch numberOf(r[1]) {
	case syscall.IPPROTO_TCP:
		parts = append(parts, "tcp")
	case syscall.IPPROTO_UDP:
		parts = append(parts, "udp")
	}
	switch count, first := numberOf(r[2]), numberOf(r[3]); {
	case count == 0:
		parts = append(parts, "any")
	case count == 1:
		parts = append(parts, decimal(first))
	default:
		parts = append(parts, decimal(first)+"-"+decimal(first+count-1))
	}
	return strings.Join(parts, ":")
}
