package units

import (
	"math"
	"strconv"
	"strings"
)

// Spans in microseconds. A month is 30.44 days and a year 365.25 days (systemd.time(7)).
const (
	Microsecond Usec = 1
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
	Day              = 24 * Hour
	Week             = 7 * Day
	Month            = 2629800 * Second
	Year             = 31557600 * Second
)

// timeUnit is a word for a span; words that begin with another one stand before it.
type timeUnit struct {
	word string
	span uint64
}

var timeUnits = [...]timeUnit{
	{"seconds", uint64(Second)}, {"second", uint64(Second)}, {"sec", uint64(Second)}, {"s", uint64(Second)},
	{"minutes", uint64(Minute)}, {"minute", uint64(Minute)}, {"min", uint64(Minute)},
	{"months", uint64(Month)}, {"month", uint64(Month)}, {"M", uint64(Month)},
	{"msec", uint64(Millisecond)}, {"ms", uint64(Millisecond)}, {"m", uint64(Minute)},
	{"hours", uint64(Hour)}, {"hour", uint64(Hour)}, {"hr", uint64(Hour)}, {"h", uint64(Hour)},
	{"days", uint64(Day)}, {"day", uint64(Day)}, {"d", uint64(Day)},
	{"weeks", uint64(Week)}, {"week", uint64(Week)}, {"w", uint64(Week)},
	{"years", uint64(Year)}, {"year", uint64(Year)}, {"y", uint64(Year)},
	{"usec", 1}, {"us", 1}, {"\u03bcs", 1}, {"\u00b5s", 1},
}

// ParseSpan reads a time span (systemd.time(7), "Parsing Time Spans"); a number without unit counts seconds.
func ParseSpan(s string) (Usec, error) { return ParseSpanIn(s, Second) }

// ParseSpanIn is ParseSpan with another unit for bare numbers.
func ParseSpanIn(s string, unit Usec) (Usec, error) {
	v, err := parseSpan(s, uint64(unit), 1)
	return Usec(v), err
}

// ParseSpanFix0 is ParseSpan for settings where 0 means never.
func ParseSpanFix0(s string) (Usec, error) {
	v, err := ParseSpan(s)
	if v == 0 && err == nil {
		return Infinity, nil
	}
	return v, err
}

// ParseSpanDefInfinity is ParseSpan for settings where an empty value means never.
func ParseSpanDefInfinity(s string) (Usec, error) {
	if strings.Trim(s, whitespace) == "" {
		return Infinity, nil
	}
	return ParseSpan(s)
}

// ParseNanoseconds reads a span in nanoseconds, the unit of bare numbers (TimerSlackNSec=);
// math.MaxUint64 is infinity.
func ParseNanoseconds(s string) (uint64, error) { return parseSpan(s, 1, 1000) }

// parseSpan reads a span in units of which usec make a microsecond; bare is what a number without unit
// counts.
func parseSpan(s string, bare, usec uint64) (uint64, error) {
	const kind = "time span"
	rest := strings.TrimLeft(s, whitespace)
	if strings.TrimRight(rest, whitespace) == "infinity" {
		return math.MaxUint64, nil
	}
	var sum uint64
	add := func(n, unit uint64) bool {
		if n >= math.MaxUint64/unit || n*unit >= math.MaxUint64-sum {
			return false
		}
		sum += n * unit
		return true
	}
	if rest == "" {
		return 0, malformed(kind, s, "empty")
	}
	for ; rest != ""; rest = strings.TrimLeft(rest, whitespace) {
		if rest[0] == '-' {
			return 0, outOfRange(kind, s)
		}
		digits, after := cutDigits(strings.TrimPrefix(rest, "+"))
		if digits == "" && rest[0] != '.' {
			return 0, malformed(kind, s, "a number is missing")
		}
		number := uint64(0)
		if digits != "" {
			n, err := strconv.ParseInt(digits, 10, 64)
			if err != nil {
				return 0, outOfRange(kind, s)
			}
			number = uint64(n)
		}
		fraction := ""
		if strings.HasPrefix(after, ".") {
			if fraction, after = cutDigits(after[1:]); fraction == "" {
				return 0, malformed(kind, s, "no digits after the decimal point")
			}
		}
		unit, left := cutTimeUnit(strings.TrimLeft(after, whitespace), bare, usec)
		if left == after && left != "" {
			return 0, malformed(kind, s, "unknown unit")
		}
		rest = left
		ok := add(number, unit)
		for i, part := 0, unit/10; ok && part > 0 && i < len(fraction); i, part = i+1, part/10 {
			ok = add(uint64(fraction[i]-'0'), part)
		}
		if !ok {
			return 0, outOfRange(kind, s)
		}
	}
	return sum, nil
}

func cutDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}

func cutTimeUnit(s string, bare, usec uint64) (unit uint64, rest string) {
	if usec > 1 { // counting nanoseconds
		for _, word := range [...]string{"nsec", "ns"} {
			if rest, ok := strings.CutPrefix(s, word); ok {
				return 1, rest
			}
		}
	}
	for _, u := range &timeUnits {
		if rest, ok := strings.CutPrefix(s, u.word); ok {
			return u.span * usec, rest
		}
	}
	return bare, s
}

// FormatSpan writes a span as systemctl show does: "1min 30s"; what is below accuracy is left out.
func FormatSpan(t, accuracy Usec) string {
	switch t {
	case Infinity:
		return "infinity"
	case 0:
		return "0"
	}
	var b strings.Builder
	for _, u := range [...]struct {
		word string
		span Usec
	}{
		{"y", Year}, {"month", Month}, {"w", Week}, {"d", Day}, {"h", Hour}, {"min", Minute}, {"s", Second},
		{"ms", Millisecond}, {"us", Microsecond},
	} {
		if t == 0 || t < accuracy && b.Len() > 0 {
			break
		}
		if t < u.span {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatUint(uint64(t/u.span), 10))
		left := t % u.span
		if left > 0 && t < Minute {
			// Below a minute one number with decimals says it all.
			places := 0
			for c := u.span; c > 1; c /= 10 {
				places++
			}
			fraction := left
			for c := accuracy; c > 1; c /= 10 {
				fraction /= 10
				places--
			}
			if places > 0 {
				digits := strconv.FormatUint(uint64(fraction), 10)
				b.WriteString("." + strings.Repeat("0", max(0, places-len(digits))) + digits)
				left = 0
			}
		}
		b.WriteString(u.word)
		t = left
	}
	return b.String()
}
