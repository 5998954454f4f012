package units

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// String is the normalized form of the event, as systemd-analyze calendar prints it.
func (c *Calendar) String() string {
	var b strings.Builder
	c.writeWeekdays(&b)
	writeParts(&b, c.year, 4, 1)
	b.WriteByte('-')
	writeParts(&b, c.month, 2, 1)
	if c.fromEnd {
		b.WriteByte('~')
	} else {
		b.WriteByte('-')
	}
	writeParts(&b, c.day, 2, 1)
	b.WriteByte(' ')
	writeParts(&b, c.hour, 2, 1)
	b.WriteByte(':')
	writeParts(&b, c.minute, 2, 1)
	b.WriteByte(':')
	writeParts(&b, c.second, 2, calendarSecond)
	if c.zoneName != "" {
		b.WriteString(" " + c.zoneName)
	}
	return b.String()
}

// writeWeekdays writes the days; three or more in a row are a range.
func (c *Calendar) writeWeekdays(b *strings.Builder) {
	if c.weekdays == 0 {
		return
	}
	has := func(d int) bool { return d < 7 && c.weekdays&(1<<d) != 0 }
	comma := ""
	for d := 0; d < 7; d++ {
		if !has(d) {
			continue
		}
		first := d
		for has(d + 1) {
			d++
		}
		b.WriteString(comma + weekdayNames[first][:3])
		switch {
		case d > first+1:
			b.WriteString("..")
		case d > first:
			b.WriteString(",")
		}
		if d > first {
			b.WriteString(weekdayNames[d][:3])
		}
		comma = ","
	}
	b.WriteByte(' ')
}

func writeParts(b *strings.Builder, parts []calendarPart, width, unit int) {
	if len(parts) == 0 || unit > 1 && slices.Contains(parts, calendarPart{0, -1, unit}) {
		b.WriteByte('*')
		return
	}
	number := func(before string, width, v int) {
		fmt.Fprintf(b, "%s%0*d", before, width, v/unit)
		if v%unit > 0 {
			fmt.Fprintf(b, ".%06d", v%unit)
		}
	}
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(',')
		}
		number("", width, p.start)
		if p.stop > 0 {
			number("..", width, p.stop)
		}
		if p.repeat > 0 && !(p.stop > 0 && p.repeat == unit) {
			number("/", 1, p.repeat)
		}
	}
}

// Next is the first time after the given one, both in microseconds since 1970, at which the event happens;
// ok is false if it never will.
func (c *Calendar) Next(after Usec, local *time.Location) (next Usec, ok bool) {
	loc := c.zone
	if loc == nil {
		loc = local
	}
	after++
	clock := eventClock{loc: loc, dst: c.dst, from: int64(after / Second)}
	at, micro, ok := c.find(civilAt(clock.from, loc), int(after%Second), clock)
	if !ok {
		return 0, false
	}
	next = Usec(clock.unix(at))*Second + Usec(micro)
	return next, next >= after
}

// eventClock is the clock an event goes by, from the second on at which the search for it began.
type eventClock struct {
	loc  *time.Location
	dst  dstRule
	from int64
}

func (k eventClock) unix(at civil) int64 { return at.unix(k.loc, k.dst, k.from) }

// shown is what the clock really shows when it should show at, as on the 32nd of a month.
func (k eventClock) shown(at civil) civil { return civilAt(k.unix(at), k.loc) }

// find moves a clock forward, field by field from the year down, until all of it matches. A field that has no
// match left advances the one above; the clock's own jumps (summer time, lengths of months) start the search
// again from where it jumped to. A repetition that leads out of its field, as 24/7 on to the 31st of February,
// advances the field above, too; but out of the year, it goes on from where it leads.
func (c *Calendar) find(at civil, micro int, clock eventClock) (civil, int, bool) {
	const patience = 1000 // more rounds than any event needs
	var moved bool
	var ok bool
	for range patience {
		at = clock.shown(at)

		if at.year, moved, ok = c.match(c.year, at.year, nil); !ok || at.year > lastYear {
			return at, 0, false
		}
		if moved {
			at, micro = civil{at.year, 1, 1, 0, 0, 0}, 0
		}
		if clock.jumped(&at) {
			// Only possible when the event names summer or winter time and the clock has the other.
			return at, 0, false
		}

		at.month, moved, ok = c.match(c.month, at.month, nil)
		if moved {
			at, micro = civil{at.year, at.month, 1, 0, 0, 0}, 0
		}
		if !ok || at.month > 12 {
			at, micro = civil{at.year + 1, 1, 1, 0, 0, 0}, 0
			continue
		}
		if clock.jumped(&at) {
			continue
		}

		at.day, moved, ok = c.match(c.day, at.day, &at)
		if moved {
			at, micro = at.midnight(), 0
		}
		if !ok || at.day > daysIn(at.year, at.month) && at.month < 12 {
			at, micro = civil{at.year, at.month + 1, 1, 0, 0, 0}, 0
			continue
		}
		if clock.jumped(&at) {
			continue
		}
		if c.weekdays != 0 && c.weekdays&(1<<at.weekday()) == 0 {
			at, micro = civil{at.year, at.month, at.day + 1, 0, 0, 0}, 0
			continue
		}

		at.hour, moved, ok = c.match(c.hour, at.hour, nil)
		if moved {
			at.min, at.sec, micro = 0, 0, 0
		}
		newYear := at.month == 12 && at.day == 31
		if !ok || at.hour > 23 && !newYear {
			at, micro = civil{at.year, at.month, at.day + 1, 0, 0, 0}, 0
			continue
		}
		if clock.jumped(&at) {
			continue
		}

		at.min, moved, ok = c.match(c.minute, at.min, nil)
		if moved {
			at.sec, micro = 0, 0
		}
		newYear = newYear && at.hour == 23
		if !ok || at.min > 59 && !newYear {
			at, micro = civil{at.year, at.month, at.day, at.hour + 1, 0, 0}, 0
			continue
		}
		if clock.jumped(&at) {
			continue
		}

		var sec int
		sec, _, ok = c.match(c.second, at.sec*calendarSecond+micro, nil)
		newYear = newYear && at.min == 59
		if !ok || sec >= 60*calendarSecond && !newYear {
			at, micro = civil{at.year, at.month, at.day, at.hour, at.min + 1, 0}, 0
			continue
		}
		at.sec, micro = sec/calendarSecond, sec%calendarSecond
		if clock.jumped(&at) {
			continue
		}
		return at, micro, true
	}
	return at, 0, false
}

// daysIn is the length of a month.
func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// jumped tells whether no clock shows at; then at becomes what it shows instead, if that is later.
func (k eventClock) jumped(at *civil) bool {
	shown := k.shown(*at)
	order := shown.compare(*at)
	if order > 0 {
		*at = shown
	}
	return order != 0
}

// match finds the smallest value not below v that a field allows. month is set for days, which may count from
// the end of it.
func (c *Calendar) match(parts []calendarPart, v int, month *civil) (best int, moved, ok bool) {
	if len(parts) == 0 {
		return v, false, true
	}
	for _, p := range parts {
		start, stop := p.start, p.stop
		if month != nil && c.fromEnd {
			last := daysIn(month.year, month.month)
			start = last + 1 - start
			if stop > 0 {
				start, stop = last+1-stop, start
			}
		}
		candidate := start
		if start < v {
			if p.repeat == 0 {
				continue
			}
			candidate += (v - start + p.repeat - 1) / p.repeat * p.repeat
			if stop >= 0 && candidate > stop {
				continue
			}
		}
		if !ok || candidate < best {
			best, ok = candidate, true
		}
	}
	if !ok {
		return v, false, false
	}
	return best, best != v, true
}
