package units

import (
	"slices"
	"strings"
	"time"
)

// civil is a date and time of day as a wall clock shows it, month and day from 1. Fields may run over, as in
// the 32nd of a month, until they are put right by normal.
type civil struct{ year, month, day, hour, min, sec int }

// dstRule says how a wall clock time is to be understood that may be summer or winter time.
type dstRule int

const (
	dstAny dstRule = iota
	dstOff
	dstOn
)

// unix is the second at which a clock in loc shows c. Where the clock is put forward and never shows c, it is
// as if the clock had not been touched; where it shows c twice, it is the first time that is not before from.
func (c civil) unix(loc *time.Location, dst dstRule, from int64) int64 {
	wall := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.min, c.sec, 0, time.UTC).Unix()
	if loc == time.UTC {
		return wall
	}
	offset := func(at int64) (int64, bool) {
		t := time.Unix(at, 0).In(loc)
		_, o := t.Zone()
		return int64(o), t.IsDST()
	}
	const day = 24 * 60 * 60
	before, beforeDST := offset(wall - day)
	after, afterDST := offset(wall + day)
	if dst != dstAny {
		// The caller knows which of the two the clock showed, whether it did then or not.
		want := dst == dstOn
		switch {
		case beforeDST == want:
			return wall - before
		case afterDST == want:
			return wall - after
		}
		for back := int64(1); back <= 12; back++ {
			if o, d := offset(wall - back*30*day); d == want {
				return wall - o
			}
		}
	}
	first, _ := offset(wall - before)
	second, _ := offset(wall - after)
	if second == after && (first != before || wall-before < from) {
		return wall - after
	}
	return wall - before
}

// civilAt is what a clock in loc shows.
func civilAt(unix int64, loc *time.Location) civil {
	t := time.Unix(unix, 0).In(loc)
	return civil{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()}
}

// weekday counts from Monday, 0.
func (c civil) weekday() int {
	return (int(time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
}

// midnight is the start of c's day.
func (c civil) midnight() civil { return civil{c.year, c.month, c.day, 0, 0, 0} }

func (c civil) compare(d civil) int {
	return slices.Compare([]int{c.year, c.month, c.day, c.hour, c.min, c.sec}, []int{d.year, d.month, d.day, d.hour, d.min, d.sec})
}

// weekdayNames in full and short; short ones come after the names they begin.
var weekdayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// cutWeekday takes the name of a day of the week, long or short, from the start of s.
func cutWeekday(s string) (weekday int, rest string, ok bool) {
	for i, name := range &weekdayNames {
		for _, n := range [...]string{name, name[:3]} {
			if len(s) >= len(n) && strings.EqualFold(s[:len(n)], n) {
				return i, s[len(n):], true
			}
		}
	}
	return 0, s, false
}

// zone finds the time zone a word names, in the zone database.
func zone(name string) (*time.Location, bool) {
	if name == "" || name == "Local" || !isAlphanumeric(name[0]) || name[0] <= '9' || !onlyNameBytes(name, "/+") || strings.IndexByte(name, '\\') >= 0 {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// zoneAbbreviation tells whether a word is what loc calls its winter or its summer time.
func zoneAbbreviation(loc *time.Location, word string, now time.Time) (dstRule, bool) {
	for month := range 12 {
		t := time.Date(now.Year(), time.Month(month+1), 1, 0, 0, 0, 0, loc)
		if name, _ := t.Zone(); name == word {
			if t.IsDST() {
				return dstOn, true
			}
			return dstOff, true
		}
	}
	return dstAny, false
}

// fraction reads decimals after a point as millionths, rounded.
func fraction(s string) (millionths int, rest string, ok bool) {
	digits, rest := cutDigits(s)
	for i := range 6 {
		millionths *= 10
		if i < len(digits) {
			millionths += int(digits[i] - '0')
		}
	}
	if len(digits) > 6 && digits[6] >= '5' {
		millionths++
	}
	return millionths, rest, digits != ""
}
