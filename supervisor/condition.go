package supervisor

import (
	"strings"

	"pintle/units"
)

// Check is the outcome of a unit's conditions or assertions when they were last tested.
type Check struct {
	At  Instant // zero: never
	Met bool
}

// testAll tests a unit's conditions or assertions (systemd.unit(5), "Conditions and Asserts"): all plain
// ones must hold, and of those with "|" at least one.
func (m *Manager) testAll(u *Unit, list []units.Condition, outcome *Check) bool {
	*outcome = Check{At: m.host.Now(), Met: true}
	if len(list) == 0 {
		return true
	}
	var (
		unmet            *units.Condition
		triggers, opened bool
	)
	for i := range list {
		c := &list[i]
		if c.Trigger && opened {
			continue
		}
		held, err := m.host.Test(*c)
		if err != nil {
			u.log(LevelWarning, "cannot evaluate %s, taking it as not met: %v", describe(*c), err)
			held = false
		}
		switch {
		case c.Trigger:
			triggers = true
			opened = held
			if !held {
				unmet = c
			}
		case !held:
			outcome.Met = false
			u.log(LevelInfo, "%s was skipped because of an unmet condition check (%s).", u.Name, describe(*c))
			return false
		}
	}
	if triggers && !opened {
		outcome.Met = false
		u.log(LevelInfo, "%s was skipped because no trigger condition checks were met (%s).", u.Name, describe(*unmet))
		return false
	}
	return true
}

func describe(c units.Condition) string {
	var b strings.Builder
	b.WriteString("Condition")
	b.WriteString(c.Type)
	b.WriteByte('=')
	if c.Trigger {
		b.WriteByte('|')
	}
	if c.Negate {
		b.WriteByte('!')
	}
	b.WriteString(c.Value)
	return b.String()
}
