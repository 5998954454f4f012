package systemctl

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/table"
	"pintle/units"
)

// now is the time on the clocks that timers go by.
type now struct{ realtime, monotonic units.Usec }

func readClocks() now {
	return now{units.Usec(time.Now().UnixMicro()), clock(unix.CLOCK_MONOTONIC)}
}

func clock(id int32) units.Usec {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return units.Usec(t.Nano() / 1000)
}

// next is when a timer elapses, by whichever of its clocks is first; Infinity if it does not, 0 if nothing says.
func (n now) next(realtime, monotonic units.Usec) units.Usec {
	if monotonic > 0 && monotonic < math.MaxUint64 {
		var converted units.Usec
		if monotonic > n.monotonic {
			converted = n.realtime + (monotonic - n.monotonic)
		} else {
			converted = n.realtime - (n.monotonic - monotonic)
		}
		if realtime > 0 && realtime < math.MaxUint64 {
			return min(converted, realtime)
		}
		return converted
	}
	return realtime
}

// timer is a line of list-timers.
type timer struct {
	unit      client.Unit
	next      units.Usec
	last      units.Usec
	activates string
}

// listTimers is list-timers.
func (c *control) listTimers(patterns []string) error {
	list, err := c.unitsOf("timer", patterns)
	if err != nil {
		return err
	}
	c.openPager()
	at := readClocks()
	var timers []timer
	for _, u := range list {
		timers = append(timers, timer{
			unit:      u,
			next:      c.nextElapse(at, u.Path),
			last:      units.Usec(numberOf(c.get(u.Path, face("timer"), "LastTriggerUSec"))),
			activates: strings.Join(c.triggered(u.Path), ", "),
		})
	}
	slices.SortStableFunc(timers, func(a, b timer) int {
		return cmp.Or(cmp.Compare(a.next-1, b.next-1), strings.Compare(a.unit.ID, b.unit.ID))
	})
	t := table.New("next", "left", "last", "passed", "unit", "activates")
	for _, i := range timers {
		t.Add(
			c.timeCell(i.next, c.formatTime(i.next)), c.timeCell(i.next, relative(i.next, at)),
			c.timeCell(i.last, c.formatTime(i.last)), c.timeCell(i.last, relative(i.last, at)),
			c.unitCell(i.unit), table.Cell{Text: i.activates},
		)
	}
	t.Dash = "-"
	if err := c.table(t); err != nil {
		return err
	}
	c.legendCount(len(t.Rows), "timers", "timers")
	return nil
}

// nextElapse is when a timer elapses next.
func (c *control) nextElapse(at now, path dbus.ObjectPath) units.Usec {
	realtime := numberOf(c.get(path, face("timer"), "NextElapseUSecRealtime"))
	monotonic := numberOf(c.get(path, face("timer"), "NextElapseUSecMonotonic"))
	return at.next(units.Usec(realtime), units.Usec(monotonic))
}

// timeCell is a field with a time; in JSON it is microseconds.
func (c *control) timeCell(t units.Usec, text string) table.Cell {
	if t == units.Infinity {
		return table.Cell{Value: table.Null{}}
	}
	return table.Cell{Text: text, Value: uint64(t)}
}

// relative says how long something is ago, or off; empty for never.
func relative(t units.Usec, at now) string {
	if t == 0 || t == units.Infinity {
		return ""
	}
	return units.FormatRelative(t, at.realtime)
}

// formatTime writes a time as --timestamp= wants it; empty for never.
func (c *control) formatTime(t units.Usec) string {
	switch {
	case t == 0 || t == units.Infinity:
		return ""
	case c.timestamp == "unix":
		return "@" + decimal(uint64(t/units.Second))
	case strings.HasPrefix(c.timestamp, "us") || strings.HasPrefix(c.timestamp, "µs") || strings.HasPrefix(c.timestamp, "μs"):
		return time.UnixMicro(int64(t)).In(c.location()).Format("Mon 2006-01-02 15:04:05.000000 MST")
	}
	return units.FormatTimestamp(t, c.location())
}
