package analyze

import (
	"fmt"
	"strings"
	"time"

	"pintle/applets/command"
	"pintle/units"
)

// lines are names and values, printed below each other with the names aligned to the right.
type lines [][2]string

func (l *lines) add(name, value string) { *l = append(*l, [2]string{name, value}) }

func (l lines) String() string {
	width := 0
	for _, line := range l {
		width = max(width, len([]rune(line[0])))
	}
	var b strings.Builder
	for _, line := range l {
		fmt.Fprintf(&b, "%*s: %s\n", width, line[0], line[1])
	}
	return b.String()
}

// addTime adds a point in time, in UTC as well where the local clock shows something else.
func (l *lines) addTime(name string, t units.Usec) {
	l.add(name, units.FormatTimestamp(t, time.Local))
	if !localIsUTC() {
		l.add("(in UTC)", units.FormatTimestamp(t, time.UTC))
	}
}

// localIsUTC tells whether clocks here always show UTC.
func localIsUTC() bool {
	for _, month := range []time.Month{time.January, time.July} {
		if _, offset := time.Date(time.Now().Year(), month, 1, 0, 0, 0, 0, time.Local).Zone(); offset != 0 {
			return false
		}
	}
	return true
}

func now() units.Usec { return units.Usec(time.Now().UnixMicro()) }

func (o *options) calendar(args []string) error {
	base := o.base
	if base == 0 {
		base = now()
	}
	return o.each(args, func(s string) error {
		spec, err := units.ParseCalendar(s, time.Local)
		if err != nil {
			return command.Failf("Failed to parse calendar specification '%s': %s", s, command.Reason(err))
		}
		var l lines
		normal := spec.String()
		if normal != s || true {
			l.add("Original form", s)
		}
		l.add("Normalized form", normal)
		after := base
		for n := range o.iterations {
			next, ok := spec.Next(after, time.Local)
			if !ok {
				if n == 0 {
					l.add("Next elapse", "never")
				}
				break
			}
			name := "Next elapse"
			if n > 0 {
				name = fmt.Sprintf("Iter. #%d", n+1)
			}
			l.addTime(name, next)
			l.add("From now", units.FormatRelative(next, now()))
			after = next
		}
		fmt.Fprint(o.out, l)
		return nil
	})
}

func (o *options) timestamp(args []string) error {
	return o.each(args, func(s string) error {
		t, err := units.ParseTimestamp(s, time.Now())
		if err != nil {
			return command.Failf("Failed to parse \"%s\": %s", s, command.Reason(err))
		}
		var l lines
		l.add("Original form", s)
		l.addTime("Normalized form", t)
		seconds := fmt.Sprintf("@%d", t/units.Second)
		if t%units.Second != 0 {
			seconds += fmt.Sprintf(".%06d", t%units.Second)
		}
		l.add("UNIX seconds", seconds)
		l.add("From now", units.FormatRelative(t, now()))
		fmt.Fprint(o.out, l)
		return nil
	})
}

// timespan ends at the first span that is none.
func (o *options) timespan(args []string) error {
	for i, s := range args {
		span, err := units.ParseSpan(s)
		if err != nil {
			return command.Failf("Failed to parse time span '%s': %s", s, command.Reason(err))
		}
		var l lines
		l.add("Original", s)
		l.add("μs", fmt.Sprint(uint64(span)))
		l.add("Human", units.FormatSpan(span, 1))
		fmt.Fprint(o.out, l)
		if i+1 < len(args) {
			fmt.Fprintln(o.out)
		}
	}
	return nil
}

// compareVersions tells by its exit status how two versions stand, or whether a comparison holds.
func (o *options) compareVersions(args []string) error {
	a, b := args[0], args[len(args)-1]
	order := units.CompareVersions(a, b)
	if len(args) == 3 {
		holds, ok := ordered(args[1], order)
		switch {
		case !ok:
			return command.Failf("Unknown operator \"%s\".", args[1])
		case !holds:
			return command.Silent(1)
		}
		return nil
	}
	quoted := func(s string) string {
		if s == "" {
			return "''"
		}
		return s
	}
	fmt.Fprintf(o.out, "%s %s %s\n", quoted(a), [...]string{"<", "==", ">"}[order+1], quoted(b))
	switch order {
	case -1:
		return command.Silent(12)
	case 1:
		return command.Silent(11)
	}
	return nil
}

// ordered tells whether an operator holds for an order.
func ordered(operator string, order int) (holds, known bool) {
	switch operator {
	case "lt", "<":
		return order < 0, true
	case "le", "<=":
		return order <= 0, true
	case "eq", "=", "==":
		return order == 0, true
	case "ne", "<>", "!=":
		return order != 0, true
	case "ge", ">=":
		return order >= 0, true
	case "gt", ">":
		return order > 0, true
	}
	return false, false
}
