package supervisor

import (
	"fmt"
	"strings"
	"time"

	"pintle/units"
)

// stateOfTrigger are the properties of sockets and timers that are no settings.
var stateOfTrigger = map[string]func(*Unit) any{
	"NAccepted":    func(u *Unit) any { return perSocket(u, func(s *SocketStatus) any { return uint32(s.NAccepted) }) },
	"NConnections": func(u *Unit) any { return perSocket(u, func(s *SocketStatus) any { return uint32(s.NConnections) }) },
	"Listen": func(u *Unit) any {
		if u.Socket == nil {
			return nil
		}
		lines := Lines{}
		for _, l := range u.Socket.Listens {
			lines = append(lines, fmt.Sprintf("%s (%s)", l.Address, l.Kind))
		}
		return lines
	},
	"FileDescriptorName": func(u *Unit) any {
		if u.Socket == nil || u.Socket.FileDescriptorName != "" {
			return nil
		}
		return u.Name
	},
	"Backlog": func(u *Unit) any {
		if u.Socket == nil {
			return nil
		}
		return uint32(min(u.Socket.Backlog, 1<<31-1)) // what listen(2) takes
	},
	"Unit": func(u *Unit) any {
		if names := u.Deps[units.Triggers].Names(); len(names) > 0 {
			return names[0]
		}
		return ""
	},
	"Paths": func(u *Unit) any {
		if p, ok := u.kind.(*pathUnit); ok {
			return p.lines()
		}
		return nil
	},
	"TimersMonotonic": func(u *Unit) any {
		return perTimer(u, func(t *timerUnit) any { return t.lines(false) })
	},
	"TimersCalendar": func(u *Unit) any {
		return perTimer(u, func(t *timerUnit) any { return t.lines(true) })
	},
	"NextElapseUSecRealtime":   func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return Wall(t.next.Realtime) }) },
	"NextElapseUSecMonotonic":  func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return orInfinity(t.next.Monotonic) }) },
	"LastTriggerUSec":          func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return Wall(t.lastTrigger.Realtime) }) },
	"LastTriggerUSecMonotonic": func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return t.lastTrigger.Monotonic }) },
}

func perSocket(u *Unit, value func(*SocketStatus) any) any {
	if s := u.SocketStatus(); s != nil {
		return value(s)
	}
	return nil
}

func perTimer(u *Unit, value func(*timerUnit) any) any {
	if t, ok := u.kind.(*timerUnit); ok {
		return value(t)
	}
	return nil
}

func orInfinity(at units.Usec) units.Usec {
	if at == 0 {
		return units.Infinity
	}
	return at
}

// lines are the timer's triggers of one clock, each with its next elapse.
func (t *timerUnit) lines(calendar bool) Lines {
	lines := Lines{}
	for _, spec := range t.cfg.Triggers {
		switch {
		case calendar && spec.Base == "OnCalendar":
			next := "(null)"
			if t.next.Realtime != 0 {
				next = units.FormatTimestamp(t.next.Realtime, time.Local)
			}
			lines = append(lines, fmt.Sprintf("{ OnCalendar=%s ; next_elapse=%s }", spec.Calendar, next))
		case !calendar && spec.Base != "OnCalendar":
			next := units.Usec(0)
			if base, ok := t.base(spec.Base); ok && t.sub != "dead" {
				next = later(base, spec.Span)
			}
			lines = append(lines, fmt.Sprintf("{ %sUSec=%s ; next_elapse=%s }", strings.TrimSuffix(spec.Base, "Sec"),
				units.FormatSpan(spec.Span, 1), units.FormatSpan(next, 1)))
		}
	}
	return lines
}
