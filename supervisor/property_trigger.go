package supervisor

import (
	"pintle/units"
)

// stateOfTrigger are the properties of sockets and timers that are no settings.
func stateOfTrigger() map[string]func(*Unit) any {
	return map[string]func(*Unit) any{
		"NAccepted":    func(u *Unit) any { return perSocket(u, func(s *SocketStatus) any { return uint32(s.NAccepted) }) },
		"NConnections": func(u *Unit) any { return perSocket(u, func(s *SocketStatus) any { return uint32(s.NConnections) }) },
		"Listen": func(u *Unit) any {
			if u.Socket == nil {
				return nil
			}
			return Listening(u.Socket.Listens)
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
				return WatchedPaths(p.cfg.Specs)
			}
			return nil
		},
		"TimersMonotonic": func(u *Unit) any {
			return perTimer(u, func(t *timerUnit) any { return t.runs(false) })
		},
		"TimersCalendar": func(u *Unit) any {
			return perTimer(u, func(t *timerUnit) any { return t.runs(true) })
		},
		"NextElapseUSecRealtime":   func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return Wall(t.next.Realtime) }) },
		"NextElapseUSecMonotonic":  func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return orInfinity(t.next.Monotonic) }) },
		"LastTriggerUSec":          func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return Wall(t.lastTrigger.Realtime) }) },
		"LastTriggerUSecMonotonic": func(u *Unit) any { return perTimer(u, func(t *timerUnit) any { return t.lastTrigger.Monotonic }) },
	}
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

// runs are the timer's triggers of one clock, each with its next elapse.
func (t *timerUnit) runs(calendar bool) TimerRuns {
	list := TimerRuns{}
	for _, spec := range t.cfg.Triggers {
		run := TimerRun{TimerSpec: spec}
		switch {
		case (spec.Base == "OnCalendar") != calendar:
			continue
		case calendar:
			run.Next = t.next.Realtime
		default:
			if base, ok := t.base(spec.Base); ok && t.sub != "dead" {
				run.Next = later(base, spec.Span)
			}
		}
		list = append(list, run)
	}
	return list
}
