package units

import "fmt"

// FormatRelative says how long before or after now a point in time is, as "3h 5min ago", with two units at
// most; "now" for now itself, and empty for 0 and Infinity, which stand for never.
func FormatRelative(t, now Usec) string {
	if t == 0 || t == Infinity {
		return ""
	}
	span, when := t-now, " left"
	if t <= now {
		span, when = now-t, " ago"
	}
	many := func(n Usec, word string) string {
		if n == 1 {
			return "1 " + word
		}
		return fmt.Sprintf("%d %ss", n, word)
	}
	var text string
	switch {
	case span >= Year:
		text = many(span/Year, "year") + " " + many(span%Year/Month, "month")
	case span >= Month:
		text = many(span/Month, "month") + " " + many(span%Month/Day, "day")
	case span >= Week:
		text = many(span/Week, "week") + " " + many(span%Week/Day, "day")
	case span >= 2*Day:
		text = many(span/Day, "day")
	case span >= 25*Hour:
		text = fmt.Sprintf("1 day %dh", (span-Day)/Hour)
	case span >= 6*Hour:
		text = fmt.Sprintf("%dh", span/Hour)
	case span >= Hour:
		text = fmt.Sprintf("%dh %dmin", span/Hour, span%Hour/Minute)
	case span >= 5*Minute:
		text = fmt.Sprintf("%dmin", span/Minute)
	case span >= Minute:
		text = fmt.Sprintf("%dmin %ds", span/Minute, span%Minute/Second)
	case span >= Second:
		text = fmt.Sprintf("%ds", span/Second)
	case span >= Millisecond:
		text = fmt.Sprintf("%dms", span/Millisecond)
	case span > 0:
		text = fmt.Sprintf("%dus", span)
	default:
		return "now"
	}
	return text + when
}
