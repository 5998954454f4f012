package units

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// lastSecond is the last that is read and written: 9999-12-30 23:59:59 UTC.
const lastSecond = 253402214399

const timestampKind = "timestamp"

// ParseTimestamp reads a point in time (systemd.time(7), "Parsing Timestamps") as microseconds since 1970.
// now is the present, with the local time zone.
func ParseTimestamp(s string, now time.Time) (Usec, error) {
	if v, ok, err := relativeTimestamp(s, now); ok || err != nil {
		return v, err
	}
	in := timestampReader{now: now, loc: now.Location()}
	if body, ok := strings.CutSuffix(s, "Z"); ok && len(s) > 2 {
		utc := timestampReader{now: now, loc: time.UTC}
		if v, err := utc.parse(s, body); err == nil {
			return v, nil
		}
	}
	if n := len(s); n > 7 && s[n-7] != ' ' {
		if offset, ok := zoneOffset(s[n-6:]); ok && s[n-3] == ':' {
			return timestampReader{now: now, loc: time.UTC, offset: offset}.parse(s, s[:n-6])
		}
	}
	body, word, ok := cutLast(s, ' ')
	if !ok {
		return in.parse(s, s)
	}
	if offset, ok := zoneOffset(word); ok {
		return timestampReader{now: now, loc: time.UTC, offset: offset}.parse(s, body)
	}
	if word == "UTC" {
		in.loc = time.UTC
	} else if dst, ok := zoneAbbreviation(in.loc, word, now); ok {
		in.dst = dst
	} else if loc, ok := zone(word); ok {
		in.loc = loc
	} else {
		body = s
	}
	return in.parse(s, body)
}

// relativeTimestamp reads the forms that count from now or from 1970.
func relativeTimestamp(s string, now time.Time) (Usec, bool, error) {
	present := Usec(now.UnixMicro())
	span, forward, found := "", false, true
	switch {
	case s == "now":
		return present, true, nil
	case strings.HasPrefix(s, "@"):
		v, err := ParseSpan(s[1:])
		return v, err == nil, err
	case strings.HasPrefix(s, "+"):
		span, forward = s[1:], true
	case strings.HasPrefix(s, "-"):
		span = s[1:]
	default:
		if span, found = strings.CutSuffix(s, " ago"); !found {
			span, found = strings.CutSuffix(s, " left")
			forward = found
		}
	}
	if !found {
		return 0, false, nil
	}
	v, err := ParseSpan(span)
	switch {
	case err != nil:
		return 0, false, err
	case forward && v < Infinity-present:
		return present + v, true, nil
	case !forward && v <= present:
		return present - v, true, nil
	case !forward:
		return 0, true, nil
	}
	return 0, false, outOfRange(timestampKind, s)
}

// zoneOffset reads ±HH, ±HHMM or ±HH:MM as seconds east of Greenwich.
func zoneOffset(s string) (seconds int, ok bool) {
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digits := s[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = digits[:2] + digits[3:]
	}
	if d, rest := cutDigits(digits); rest != "" || len(d) != 2 && len(d) != 4 {
		return 0, false
	}
	n := 0
	for _, c := range []byte((digits + "00")[:4]) {
		n = n*10 + int(c-'0')
	}
	if n%100 > 59 || n > 1400 {
		return 0, false
	}
	seconds = n/100*3600 + n%100*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// timestampReader reads a date and time as a clock in a known zone shows them.
type timestampReader struct {
	now    time.Time
	loc    *time.Location
	dst    dstRule
	offset int // seconds by which the clock is ahead of loc
}

func (in timestampReader) parse(whole, s string) (Usec, error) {
	c, micro, err := in.read(s)
	if err != nil {
		return 0, malformed(timestampKind, whole, err.Error())
	}
	sec := c.unix(in.loc, in.dst, 0) - int64(in.offset)
	if sec < 0 {
		return 0, malformed(timestampKind, whole, "before 1970")
	}
	if sec > lastSecond {
		return 0, malformed(timestampKind, whole, "too far in the future")
	}
	return Usec(sec)*Second + Usec(micro), nil
}

func (in timestampReader) read(s string) (c civil, micro int, err error) {
	today := civilAt(in.now.Unix()+int64(in.offset), in.loc)
	switch s {
	case "today":
		return today.midnight(), 0, nil
	case "yesterday":
		today.day--
		return today.midnight(), 0, nil
	case "tomorrow":
		today.day++
		return today.midnight(), 0, nil
	}
	day, rest, named := cutWeekday(s)
	if named = named && strings.HasPrefix(rest, " "); named {
		s = rest[1:]
	}
	for _, layout := range [...]string{
		"y-m-d H:M:S", "Y-m-d H:M:S", "y-m-dTH:M:S", "Y-m-dTH:M:S",
		"y-m-d H:M", "Y-m-d H:M", "y-m-dTH:M", "Y-m-dTH:M", "y-m-d", "Y-m-d", "H:M:S", "H:M",
	} {
		c, rest, ok := scanClock(s, layout, today)
		if !ok {
			continue
		}
		if strings.HasSuffix(layout, "S") && strings.HasPrefix(rest, ".") {
			if micro, rest, ok = fraction(rest[1:]); !ok || rest != "" {
				return c, 0, errors.New("the decimals are not valid")
			}
		}
		if rest != "" {
			continue
		}
		if named && c.weekday() != day {
			return c, 0, errors.New("the date falls on another day of the week")
		}
		return c, micro, nil
	}
	return c, 0, errors.New("a timestamp is written YYYY-MM-DD HH:MM:SS, with an optional time zone")
}

// scanClock reads fields as a layout names them; what it does not name is that of today, or 0.
func scanClock(s, layout string, today civil) (c civil, rest string, ok bool) {
	c = today.midnight()
	for _, f := range []byte(layout) {
		switch f {
		case ' ':
			s = strings.TrimLeft(s, whitespace)
			continue
		case '-', ':', 'T':
			if s == "" || s[0] != f {
				return c, s, false
			}
			s = s[1:]
			continue
		}
		width, low, high, into := 2, 0, 59, &c.min
		switch f {
		case 'y':
			high, into = 99, &c.year
		case 'Y':
			width, high, into = 4, 9999, &c.year
		case 'm':
			low, high, into = 1, 12, &c.month
		case 'd':
			low, high, into = 1, 31, &c.day
		case 'H':
			high, into = 23, &c.hour
		case 'S':
			high, into = 61, &c.sec // leap seconds can be written
		}
		s = strings.TrimLeft(s, " ")
		digits, _ := cutDigits(s)
		digits = digits[:min(len(digits), width)]
		v := 0
		for i := range len(digits) {
			v = v*10 + int(digits[i]-'0')
		}
		if digits == "" || v < low || v > high {
			return c, s, false
		}
		if f == 'y' && v < 69 {
			v += 2000
		} else if f == 'y' {
			v += 1900
		}
		*into, s = v, s[len(digits):]
	}
	return c, s, true
}

// FormatTimestamp writes a point in time as systemctl show does: "Thu 1970-01-01 00:00:00 UTC". It is empty
// for 0 and Infinity, which stand for never.
func FormatTimestamp(u Usec, loc *time.Location) string {
	switch {
	case u == 0 || u == Infinity:
		return ""
	case u/Second > lastSecond:
		return "--- XXXX-XX-XX XX:XX:XX"
	}
	return time.UnixMicro(int64(u)).In(loc).Format("Mon 2006-01-02 15:04:05 MST")
}

// FormatRelative writes how far a time is from another one: "3min 29s ago", "11min left"; the farther, the less
// exactly.
func FormatRelative(t, now Usec) string {
	d, suffix := now-t, " ago"
	if t > now {
		d, suffix = t-now, " left"
	}
	part := func(unit Usec, word string) string {
		n := d / unit
		d %= unit
		text := strconv.FormatUint(uint64(n), 10) + word
		if len(word) > 2 && word[0] == ' ' && n != 1 {
			text += "s"
		}
		return text
	}
	switch {
	case d >= Year:
		return part(Year, " year") + " " + part(Month, " month") + suffix
	case d >= Month:
		return part(Month, " month") + " " + part(Day, " day") + suffix
	case d >= Week:
		return part(Week, " week") + " " + part(Day, " day") + suffix
	case d >= 2*Day:
		return part(Day, " day") + suffix
	case d >= 25*Hour:
		return part(Day, " day") + " " + part(Hour, "h") + suffix
	case d >= 6*Hour:
		return part(Hour, "h") + suffix
	case d >= Hour:
		return part(Hour, "h") + " " + part(Minute, "min") + suffix
	case d >= 5*Minute:
		return part(Minute, "min") + suffix
	case d >= Minute:
		return part(Minute, "min") + " " + part(Second, "s") + suffix
	case d >= Second:
		return part(Second, "s") + suffix
	case d >= Millisecond:
		return part(Millisecond, "ms") + suffix
	case d > 0:
		return part(Microsecond, "us") + suffix
	}
	return "now"
}
