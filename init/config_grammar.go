package pid1

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pintle/units"
)

// These four stand in for the value grammars of package units until those are merged.

func parseSpan(s string) (units.Usec, error) {
	if s == "infinity" {
		return units.Infinity, nil
	}
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return units.Usec(n) * 1_000_000, nil
	}
	d, err := time.ParseDuration(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "min", "m"))
	if err != nil || d < 0 {
		return 0, fmt.Errorf("not a time span")
	}
	return units.Usec(d.Microseconds()), nil
}

func formatSpan(u units.Usec) string {
	if u == units.Infinity {
		return "infinity"
	}
	d, _ := u.Duration()
	return d.String()
}

func parseSize(s string) (units.Bytes, error) {
	shift := strings.Index("KMG", s[max(len(s)-1, 0):]) + 1
	if s == "" || shift > 0 && len(s) == 1 {
		return 0, fmt.Errorf("not a size")
	}
	if shift > 0 {
		s = s[:len(s)-1]
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return units.Bytes(n) << (10 * shift), err
}

func formatSize(b units.Bytes) string {
	for i, suffix := range []string{"", "K", "M", "G"} {
		if b>>(10*i)%1024 != 0 {
			return strconv.FormatUint(uint64(b>>(10*i)), 10) + suffix
		}
	}
	return strconv.FormatUint(uint64(b), 10)
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "1", "yes", "y", "true", "t", "on":
		return true, true
	case "0", "no", "n", "false", "f", "off":
		return false, true
	}
	return false, false
}
