package units

import (
	"math"
	"strconv"
	"strings"
	"syscall"
)

// ParseResourceLimit reads a Limit…= setting (systemd.exec(5), "Process Properties"): one limit, or
// SOFT:HARD. setting is its name, such as "LimitNOFILE", which decides about units: seconds for CPU,
// microseconds for RTTIME, bytes for sizes, nice levels (with sign) for NICE.
func ParseResourceLimit(setting, s string) (ResourceLimit, error) {
	parse := limitParser(setting)
	if parse == nil {
		return ResourceLimit{}, malformed("resource limit", setting, "no such limit")
	}
	soft, hard, both := strings.Cut(s, ":")
	if !both {
		hard = soft
	}
	var l ResourceLimit
	var err error
	if l.Soft, err = parseOneLimit(soft, setting == "LimitNICE", parse); err == nil {
		l.Hard, err = parseOneLimit(hard, setting == "LimitNICE", parse)
	}
	if err == nil && l.Soft > l.Hard {
		err = &ValueError{Value: s, Kind: "resource limit", Why: "the soft limit is above the hard one", Errno: syscall.EILSEQ}
	}
	if err != nil {
		return ResourceLimit{}, err
	}
	return l, nil
}

func parseOneLimit(s string, nice bool, parse func(string) (uint64, error)) (uint64, error) {
	// Nice levels end; parseNiceLimit takes no other words.
	if s == "infinity" && !nice {
		return math.MaxUint64, nil
	}
	v, err := parse(s)
	if err == nil && v == math.MaxUint64 {
		err = outOfRange("resource limit", s)
	}
	if err != nil {
		return 0, err
	}
	return v, nil
}

// limitParser is how a limit is written, nil for a setting that is none.
func limitParser(setting string) func(string) (uint64, error) {
	switch setting {
	case "LimitCPU":
		return func(s string) (uint64, error) {
			v, err := ParseSpan(s)
			if v == Infinity {
				return math.MaxUint64, err
			}
			return (uint64(v) + uint64(Second) - 1) / uint64(Second), err
		}
	case "LimitRTTIME":
		return func(s string) (uint64, error) {
			v, err := ParseSpanIn(s, Microsecond)
			return uint64(v), err
		}
	case "LimitNICE":
		return parseNiceLimit
	case "LimitFSIZE", "LimitDATA", "LimitSTACK", "LimitCORE", "LimitRSS", "LimitMEMLOCK", "LimitAS", "LimitMSGQUEUE":
		return func(s string) (uint64, error) {
			v, err := ParseBytes(s)
			return uint64(v), err
		}
	case "LimitNOFILE", "LimitNPROC", "LimitLOCKS", "LimitSIGPENDING", "LimitRTPRIO":
		return func(s string) (uint64, error) { return ParseUint(s, 64) }
	}
	return nil
}

// parseNiceLimit reads a limit of nice levels: with a sign a nice level, without one the kernel's own number,
// which is 20 minus the level.
func parseNiceLimit(s string) (uint64, error) {
	level, signed := strings.CutPrefix(s, "+")
	negative := false
	if !signed {
		level, negative = strings.CutPrefix(s, "-")
	}
	v, err := ParseUint(level, 64)
	switch {
	case err != nil:
		return 0, err
	case signed && v <= 19:
		return 20 - v, nil
	case negative && v <= 20:
		return 20 + v, nil
	case !signed && !negative && v <= 40:
		return v, nil
	}
	return 0, outOfRange("nice level", s)
}

// String writes the limit as systemctl show does, "infinity" for none.
func (l ResourceLimit) String() string {
	one := func(v uint64) string {
		if v == math.MaxUint64 {
			return "infinity"
		}
		return strconv.FormatUint(v, 10)
	}
	if l.Soft == l.Hard {
		return one(l.Soft)
	}
	return one(l.Soft) + ":" + one(l.Hard)
}
