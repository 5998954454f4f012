package units

import (
	"slices"
	"strings"
	"time"
)

// documentation adds URIs to Documentation=.
func documentation(l *line, dst any, value string) error {
	list := dst.(*[]string)
	if value == "" {
		*list = nil
		return nil
	}
	value, err := l.x.Expand(value)
	if err != nil {
		return err
	}
	words, err := SplitWords(value, WordUnquote)
	for _, w := range words {
		scheme, rest, ok := strings.Cut(w, ":")
		if !ok || rest == "" || !slices.Contains([]string{"http", "https", "file", "info", "man"}, scheme) {
			l.warn(malformed("documentation", w, "it must be a URI of http, https, file, info or man"))
			continue
		}
		*list = append(*list, w)
	}
	return err
}

// installList reads the lists of [Install]; enable and disable expand and check them.
func installList(_ *line, dst any, value string) error {
	list := dst.(*[]string)
	if value == "" {
		*list = nil
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	*list = append(*list, words...)
	return err
}

// oneOfOrJobMode reads a job mode, or a boolean for the old OnFailureIsolate=.
func oneOfOrJobMode(l *line, dst any, value string) error {
	if l.key == "OnFailureIsolate" {
		b, err := ParseBool(value)
		if err != nil {
			return err
		}
		*dst.(*JobMode) = map[bool]JobMode{true: ModeIsolate, false: ModeReplace}[b]
		return nil
	}
	return oneOf(wordsOf[JobMode]("job_mode")...)(l, dst, value)
}

// jobTimeout reads JobTimeoutSec=, which stands for JobRunningTimeoutSec=, too, unless that is set.
func jobTimeout(l *line, dst any, value string) error {
	span, err := ParseSpanFix0(value)
	if err != nil {
		return err
	}
	*dst.(*Usec) = span
	if !l.load.saw("JobRunningTimeoutSec") {
		l.unit.JobRunningTimeoutSec = span
	}
	return nil
}

func jobRunningTimeout(l *line, dst any, value string) error {
	return parseWith(ParseSpanFix0)(l, dst, value)
}

// serviceTimeout reads TimeoutStartSec=, and TimeoutSec=, which stands for TimeoutStopSec=, too.
func serviceTimeout(l *line, dst any, value string) error {
	span, err := ParseSpanFix0(value)
	if err != nil {
		return err
	}
	*dst.(*Usec) = span
	if l.key == "TimeoutSec" {
		l.unit.Service.TimeoutStopSec = span
	}
	return nil
}

// parseExitCode reads an exit status for the manager.
func parseExitCode(s string) (int, error) {
	u, err := ParseUint(s, 8)
	return int(u), err
}

// pidFile reads PIDFile=: relative to /run, and /var/run is /run.
func pidFile(l *line, dst any, value string) error {
	path, err := l.x.Expand(value)
	if err != nil {
		return err
	}
	if path != "" {
		if !IsAbsolutePath(path) {
			path = "/run/" + path
		}
		if path, err = ParsePath(path); err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(path, "/var/run/"); ok {
			path = "/run/" + rest
		}
	}
	*dst.(*string) = path
	return nil
}

func exitStatusSet(l *line, dst any, value string) error {
	set := dst.(*ExitStatusSet)
	out, problems := ParseExitStatusSet(*set, value)
	for _, p := range problems {
		l.warn(p)
	}
	*set = out
	return nil
}

// busName checks a well-known D-Bus name.
func busName(s string) (string, error) {
	parts := strings.Split(s, ".")
	ok := len(s) <= 255 && len(parts) > 1
	for _, p := range parts {
		ok = ok && p != "" && (p[0] < '0' || p[0] > '9')
		for _, c := range []byte(p) {
			ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')
		}
	}
	if !ok {
		return "", malformed("D-Bus name", s, "it must be a well-known name such as org.example.Service")
	}
	return s, nil
}

// socketList reads Sockets=.
func socketList(l *line, dst any, value string) error {
	list := dst.(*[]string)
	words, err := SplitWords(value, WordUnquote|WordRetainEscape)
	for _, w := range words {
		name, werr := l.dependencyName(w)
		if werr == nil && NameType(name) != "socket" {
			werr = malformed("socket", w, "it is no socket unit")
		}
		if werr != nil {
			l.warn(werr)
			continue
		}
		*list = append(*list, name)
	}
	return err
}

// relatedUnit reads the name of the unit that a socket, timer or path unit starts.
func relatedUnit(unitType string) valueParser {
	return func(l *line, dst any, value string) error {
		name, err := l.dependencyName(value)
		if err != nil {
			return err
		}
		if unitType != "" && NameType(name) != unitType {
			return malformed("unit", value, "it must be a "+unitType)
		}
		if name == l.unit.Name {
			return malformed("unit", value, "it is the unit itself")
		}
		*dst.(*string) = name
		return nil
	}
}

// openFile reads PATH[:NAME[:OPTION,…]].
func openFile(l *line, dst any, value string) error {
	list := dst.(*[]OpenFile)
	if value == "" {
		*list = nil
		return nil
	}
	parts, err := SplitWordsAt(value, ":", WordUnquote|WordCUnescape|WordDontCoalesce)
	if err != nil {
		return err
	}
	if len(parts) == 0 || len(parts) > 3 {
		return malformed("file to open", value, "write PATH:NAME:OPTIONS")
	}
	f := OpenFile{}
	if f.Path, err = ParsePath(parts[0]); err != nil {
		return err
	}
	f.Name = f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	if len(parts) > 1 && parts[1] != "" {
		if f.Name, err = ParseFDName(parts[1]); err != nil {
			return err
		}
	}
	if len(parts) > 2 {
		for option := range strings.SplitSeq(parts[2], ",") {
			switch option {
			case "read-only":
				f.ReadOnly = true
			case "append":
				f.Append = true
			case "truncate":
				f.Truncate = true
			case "graceful":
				f.Graceful = true
			case "":
			default:
				return malformed("file to open", value, "unknown option "+option)
			}
		}
	}
	if f.ReadOnly && (f.Append || f.Truncate) || f.Append && f.Truncate {
		return malformed("file to open", value, "the options exclude each other")
	}
	*list = append(*list, f)
	return nil
}

// ParseFDName checks the name of a file descriptor (sd_listen_fds_with_names(3)).
func ParseFDName(s string) (string, error) {
	ok := s != "" && len(s) <= 255
	for _, c := range []byte(s) {
		ok = ok && c >= ' ' && c < 0x7f && c != ':'
	}
	if !ok {
		return "", malformed("descriptor name", s, "it must be printable ASCII without colons")
	}
	return s, nil
}

// timerLine reads On…Sec= and OnCalendar=; an empty value resets all of them.
func timerLine(l *line, dst any, value string) error {
	list := dst.(*[]TimerSpec)
	if value == "" {
		*list = nil
		return nil
	}
	v, err := l.x.Expand(value)
	if err != nil {
		return err
	}
	spec := TimerSpec{Base: l.key}
	if l.key == "OnCalendar" {
		spec.Calendar, err = normalCalendar(v)
	} else {
		spec.Span, err = ParseSpan(v)
	}
	if err == nil {
		*list = append(*list, spec)
	}
	return err
}

// pathLine reads PathExists= and its kin; an empty value resets all of them.
func pathLine(l *line, dst any, value string) error {
	list := dst.(*[]PathSpec)
	if value == "" {
		*list = nil
		return nil
	}
	v, err := l.x.Expand(value)
	if err == nil {
		v, err = ParsePath(v)
	}
	if err == nil {
		*list = append(*list, PathSpec{l.key, v})
	}
	return err
}

// sliceName reads Slice=.
func sliceName(l *line, dst any, value string) error {
	name, err := l.x.ExpandName(value)
	if err == nil && (name == "" || !ValidSlice(name)) {
		err = malformed("slice", value, "not a slice")
	}
	if err == nil {
		*dst.(*string) = name
	}
	return err
}

// listenLine reads a Listen…= line; an empty value resets all of them.
func listenLine(l *line, dst any, value string) error {
	list := dst.(*[]Listen)
	if value == "" {
		*list = nil
		return nil
	}
	v, err := l.x.Expand(value)
	if err != nil {
		return err
	}
	kind := strings.TrimPrefix(l.key, "Listen")
	switch kind {
	case "FIFO", "Special", "USBFunction":
		v, err = ParsePath(v)
	case "MessageQueue":
		if len(v) < 2 || v[0] != '/' || strings.IndexByte(v[1:], '/') >= 0 {
			err = malformed("message queue", v, "write /NAME")
		}
	case "Netlink":
		err = checkNetlink(v)
	default:
		var a SocketAddress
		a, err = ParseSocketAddress(v)
		if err == nil && kind == "SequentialPacket" && a.Family != FamilyUnix {
			err = malformed("address", v, "sequential packets need an AF_UNIX socket")
		}
		v = a.String()
	}
	if err == nil {
		*list = append(*list, Listen{kind, v})
	}
	return err
}

// ipTOS reads IPTOS=: a number or a name.
func ipTOS(_ *line, dst any, value string) error {
	switch value {
	case "", "low-delay", "throughput", "reliability", "low-cost":
	default:
		if _, err := ParseUint(value, 8); err != nil {
			return err
		}
	}
	*dst.(*string) = value
	return nil
}

// normalCalendar checks an OnCalendar= expression and gives its normalised form.
func normalCalendar(s string) (string, error) {
	c, err := ParseCalendar(s, time.UTC)
	if err != nil {
		return "", err
	}
	return c.String(), nil
}

// netlinkFamilies are the words of ListenNetlink= for families, with their numbers in linux/netlink.h.
var netlinkFamilies = map[string]int{
	"route": 0, "firewall": 3, "inet-diag": 4, "nflog": 5, "xfrm": 6, "selinux": 7, "iscsi": 8, "audit": 9,
	"fib-lookup": 10, "connector": 11, "netfilter": 12, "ip6-fw": 13, "dnrtmsg": 14, "kobject-uevent": 15,
	"generic": 16, "scsitransport": 18, "ecryptfs": 19, "rdma": 20,
}

// NetlinkFamily is the number of a family of ListenNetlink=, given by name or number.
func NetlinkFamily(s string) (family int, ok bool) {
	if family, ok = netlinkFamilies[s]; ok {
		return family, true
	}
	n, err := ParseUint(s, 8)
	return int(n), err == nil
}

// checkNetlink checks a ListenNetlink= value: FAMILY [GROUP].
func checkNetlink(s string) error {
	words := strings.Fields(s)
	ok := len(words) == 1 || len(words) == 2
	if ok {
		_, ok = NetlinkFamily(words[0])
	}
	if ok && len(words) == 2 {
		_, err := ParseUint(words[1], 32)
		ok = err == nil
	}
	if !ok {
		return malformed("netlink address", s, "write FAMILY and, if need be, a group")
	}
	return nil
}
