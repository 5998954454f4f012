package units

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Calendar is an OnCalendar= expression (systemd.time(7), "Calendar Events"): the moments at which every part
// of the clock is one of those listed.
type Calendar struct {
	weekdays         uint8 // bit 0 is Monday; 0 is any day
	year, month, day []calendarPart
	fromEnd          bool // days count back from the end of the month
	hour, minute     []calendarPart
	second           []calendarPart // in microseconds
	zone             *time.Location // nil: the local one
	zoneName         string
	dst              dstRule // the local zone's summer or winter time, named by zoneName
}

// calendarPart is one start[..stop][/repeat]; stop is -1 if there is none.
type calendarPart struct{ start, stop, repeat int }

const (
	calendarSecond   = 1_000_000 // microseconds
	calendarMaxParts = 240       // more than anyone needs in one list
	firstYear        = 1970
	lastYear         = 2199
)

// errCalendarRange is a number that nothing could hold, or a repetition that never moves.
var errCalendarRange = errors.New("out of range")

func badCalendar(s, why string) error { return malformed("calendar event", s, why) }

// ParseCalendar reads a calendar event. Its times are those of the local zone unless it names another one.
func ParseCalendar(s string, local *time.Location) (*Calendar, error) {
	c := &Calendar{}
	p := c.cutZone(s, local)
	if p == "" {
		return nil, badCalendar(s, "empty")
	}
	full := calendarShortcut(p)
	if full == "" {
		full = p
	}
	rest, err := c.parseWeekdays(full)
	if err == nil {
		var timeless bool
		rest, timeless, err = c.parseDate(rest)
		if err == nil && !timeless {
			rest, err = c.parseTime(rest)
		}
	}
	switch {
	case errors.Is(err, errCalendarRange):
		return nil, outOfRange("calendar event", s)
	case err != nil:
		return nil, badCalendar(s, err.Error())
	case rest != "":
		return nil, badCalendar(s, fmt.Sprintf("%q is left over", rest))
	}
	c.normalize()
	if why := c.wrong(); why != "" {
		return nil, badCalendar(s, why)
	}
	return c, nil
}

// cutZone takes the time zone from the end.
func (c *Calendar) cutZone(s string, local *time.Location) string {
	before, word, ok := cutLast(s, ' ')
	if !ok {
		return s
	}
	if strings.EqualFold(word, "UTC") {
		c.zone, c.zoneName = time.UTC, "UTC"
	} else if dst, ok := zoneAbbreviation(local, word, time.Now()); ok {
		c.dst, c.zoneName = dst, word
	} else if loc, ok := zone(word); ok {
		c.zone, c.zoneName = loc, word
	} else {
		return s
	}
	return before
}

func calendarShortcut(s string) string {
	switch strings.ToLower(s) {
	case "minutely":
		return "*:*:00"
	case "hourly":
		return "*:00:00"
	case "daily":
		return "*-*-* 00:00:00"
	case "weekly":
		return "Mon 00:00:00"
	case "monthly":
		return "*-01 00:00:00"
	case "quarterly":
		return "01,04,07,10-01 00:00:00"
	case "semiannually", "semi-annually", "biannually", "bi-annually":
		return "01,07-01 00:00:00"
	case "yearly", "annually", "anually":
		return "01-01 00:00:00"
	}
	return ""
}

// parseWeekdays reads a list of days and ranges of them, if there is one.
func (c *Calendar) parseWeekdays(s string) (rest string, err error) {
	from := -1 // where an open range begins
	for first := true; ; first = false {
		day, after, ok := cutWeekday(s)
		if !ok && first {
			return s, nil
		}
		if !ok || after != "" && strings.IndexByte("-., ", after[0]) < 0 {
			return s, errors.New("a day of the week is missing")
		}
		if from > day {
			return s, errors.New("a range of days must run forward")
		}
		ranged := from >= 0
		if !ranged {
			from = day
		}
		for d := from; d <= day; d++ {
			c.weekdays |= 1 << d
		}
		from = -1
		switch {
		case after == "" || after[0] == ' ':
			return strings.TrimLeft(after, " "), nil
		case after[0] == ',':
			s = after[1:]
		case ranged:
			return s, errors.New("a range has two ends")
		case strings.HasPrefix(after, ".."):
			s, from = after[2:], day
		case after[0] == '-':
			s, from = after[1:], day
		default:
			return s, errors.New(`a range is written ".."`)
		}
		if s == "" || s[0] == ' ' {
			if from >= 0 {
				return s, errors.New("the end of the range is missing")
			}
			return strings.TrimLeft(s, " "), nil
		}
	}
}

// parseDate reads [[YEAR-]MONTH-]DAY, if there is a date; timeless tells that no time of day may follow.
func (c *Calendar) parseDate(s string) (rest string, timeless bool, err error) {
	if s == "" {
		return s, false, nil
	}
	if s[0] == '@' {
		rest, err = c.parseEpoch(s[1:])
		return rest, true, err
	}
	var parts [3][]calendarPart
	rest = s
	for n := 0; ; n++ {
		if parts[n], rest, err = parseCalendarParts(rest, 1); err != nil {
			return s, false, err
		}
		switch {
		case n == 0 && (rest == "" || rest[0] == ':'):
			return s, false, nil // it was a time, after all
		case n > 0 && (rest == "" || rest[0] == ' '):
			c.month, c.day = parts[n-1], parts[n]
			if n == 2 {
				c.year = parts[0]
			}
			return strings.TrimLeft(rest, " "), false, nil
		case n == 2 || c.fromEnd || rest[0] != '-' && rest[0] != '~':
			return s, false, errors.New("a date is written YEAR-MONTH-DAY")
		}
		c.fromEnd = rest[0] == '~'
		rest = rest[1:]
	}
}

// parseEpoch reads seconds since 1970.
func (c *Calendar) parseEpoch(s string) (rest string, err error) {
	digits, rest := cutDigits(s)
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case digits == "" || rest != "" && rest[0] != ' ':
		return s, errors.New("seconds since 1970 must follow the @")
	case err != nil || n > lastSecond:
		return s, errCalendarRange
	}
	at := civilAt(n, time.UTC)
	one := func(v int) []calendarPart { return []calendarPart{{v, -1, 0}} }
	c.year, c.month, c.day = one(at.year), one(at.month), one(at.day)
	c.hour, c.minute, c.second = one(at.hour), one(at.min), one(at.sec*calendarSecond)
	c.zone, c.zoneName = time.UTC, "UTC"
	return strings.TrimLeft(rest, " "), nil
}

// parseTime reads HOUR:MINUTE[:SECOND]; without it midnight is meant.
func (c *Calendar) parseTime(s string) (rest string, err error) {
	zero := []calendarPart{{0, -1, 0}}
	if s == "" {
		c.hour, c.minute, c.second = zero, zero, zero
		return "", nil
	}
	if c.hour, rest, err = parseCalendarParts(s, 1); err != nil {
		return s, err
	}
	if !strings.HasPrefix(rest, ":") {
		return s, errors.New("a time is written HOUR:MINUTE or HOUR:MINUTE:SECOND")
	}
	if c.minute, rest, err = parseCalendarParts(rest[1:], 1); err != nil {
		return s, err
	}
	if rest == "" {
		c.second = zero
		return "", nil
	}
	if rest[0] != ':' {
		return s, errors.New("a time is written HOUR:MINUTE:SECOND")
	}
	c.second, rest, err = parseCalendarParts(rest[1:], calendarSecond)
	return rest, err
}

// parseCalendarParts reads a list for one field, nil for "*"; unit is what a whole number counts.
func parseCalendarParts(s string, unit int) (parts []calendarPart, rest string, err error) {
	if after, ok := strings.CutPrefix(s, "*"); ok {
		if unit > 1 {
			return []calendarPart{{0, -1, unit}}, after, nil
		}
		return nil, after, nil
	}
	for {
		part := calendarPart{stop: -1}
		if part.start, s, err = parseCalendarNumber(s, unit); err != nil {
			return nil, s, err
		}
		if after, ok := strings.CutPrefix(s, ".."); ok {
			if part.stop, s, err = parseCalendarNumber(after, unit); err != nil {
				return nil, s, err
			}
			part.repeat = unit
		}
		if after, ok := strings.CutPrefix(s, "/"); ok {
			if part.repeat, s, err = parseCalendarNumber(after, unit); err != nil {
				return nil, s, err
			}
			if part.repeat == 0 {
				return nil, s, errCalendarRange
			}
		} else if unit > 1 && part.stop >= 0 && part.start+part.repeat > part.stop {
			return nil, s, errors.New("a range below a second needs a repetition")
		}
		if s != "" && strings.IndexByte(" ,-~:", s[0]) < 0 {
			return nil, s, fmt.Errorf("%q is not expected there", s[:1])
		}
		if parts = append(parts, part); len(parts) > calendarMaxParts {
			return nil, s, errors.New("too many values in a list")
		}
		if !strings.HasPrefix(s, ",") {
			return parts, s, nil
		}
		s = s[1:]
	}
}

func parseCalendarNumber(s string, unit int) (n int, rest string, err error) {
	digits, rest := cutDigits(s)
	if digits == "" {
		return 0, s, errors.New("a number is missing")
	}
	v, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0, s, errCalendarRange
	}
	v *= int64(unit)
	if unit > 1 && len(rest) > 0 && rest[0] == '.' && !strings.HasPrefix(rest, "..") {
		part, after, ok := fraction(rest[1:])
		if !ok {
			return 0, s, errors.New("decimals are missing")
		}
		v, rest = v+int64(part), after
	}
	if v > math.MaxInt32 {
		return 0, s, errCalendarRange
	}
	return int(v), rest, nil
}

// normalize brings what means the same to the same form.
func (c *Calendar) normalize() {
	if c.weekdays == 1<<7-1 {
		c.weekdays = 0
	}
	if c.day == nil {
		c.fromEnd = false
	}
	century := func(y *int) {
		if *y >= 0 && *y < 70 {
			*y += 2000
		} else if *y >= 70 && *y < 100 {
			*y += 1900
		}
	}
	for i := range c.year {
		century(&c.year[i].start)
		century(&c.year[i].stop)
	}
	for _, list := range []*[]calendarPart{&c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second} {
		for i := range *list {
			p := &(*list)[i]
			if p.stop > p.start && p.repeat > 0 {
				p.stop -= (p.stop - p.start) % p.repeat
			}
			if p.stop > p.start && p.repeat > 0 && p.start+p.repeat > p.stop || p.start == p.stop {
				p.repeat, p.stop = 0, -1
			}
		}
		slices.SortFunc(*list, func(a, b calendarPart) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.stop, b.stop), cmp.Compare(a.repeat, b.repeat))
		})
		*list = slices.Compact(*list)
	}
}

// wrong says what can never be.
func (c *Calendar) wrong() string {
	for _, f := range [...]struct {
		name      string
		parts     []calendarPart
		low, high int
	}{
		{"year", c.year, firstYear, lastYear}, {"month", c.month, 1, 12}, {"day", c.day, 1, 31},
		{"hour", c.hour, 0, 23}, {"minute", c.minute, 0, 59}, {"second", c.second, 0, 60*calendarSecond - 1},
	} {
		back := f.name == "day" && c.fromEnd
		if back {
			f.high = 28 // so many days every month has
		}
		for _, p := range f.parts {
			ok := p.start >= f.low && p.start <= f.high && p.repeat <= f.high-f.low
			switch {
			case p.stop >= 0:
				ok = ok && p.stop >= f.low && p.stop <= f.high && p.start+p.repeat <= p.stop
			case back:
				ok = ok && p.start-p.repeat >= f.low
			default:
				ok = ok && p.start+p.repeat <= f.high
			}
			if !ok {
				return "the " + f.name + " is out of range"
			}
		}
	}
	return ""
}
