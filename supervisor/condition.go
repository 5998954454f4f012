package supervisor

import (
	"strings"

	"pintle/units"
)

// Check is the outcome of a unit's conditions or assertions when they were last tested.
type Check struct {
	At   Instant // zero: never
	Met  bool
	each []Held // how each came out, in their order
}

// outcomes are conditions with how they came out.
func (c *Check) outcomes(word string, list []units.Condition) Outcomes {
	all := Outcomes{Word: word}
	for i := range list {
		o := Outcome{Condition: list[i]}
		if len(c.each) == len(list) {
			o.Result = c.each[i]
		}
		all.List = append(all.List, o)
	}
	return all
}

// testAll tests a unit's conditions or assertions (systemd.unit(5), "Conditions and Asserts"): all plain
// ones must hold, and of those with "|" at least one.
//
// word is what the settings begin with: "Condition" or "Assert".
func (m *Manager) testAll(u *Unit, word string, list []units.Condition, outcome *Check) bool {
	*outcome = Check{At: m.host.Now(), Met: true}
	m.touch(u)
	if len(list) == 0 {
		return true
	}
	outcome.each = make([]Held, len(list))
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
			u.log(LevelWarning, "cannot evaluate %s, taking it as not met: %v", describe(word, *c), err)
			held = false
		}
		if outcome.each[i] = HeldNot; held {
			outcome.each[i] = HeldTrue
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
			logUnmet(u, word, describe(word, *c))
			return false
		}
	}
	if triggers && !opened {
		outcome.Met = false
		logUnmet(u, word, "none of its triggers was met, the last was "+describe(word, *unmet))
		return false
	}
	return true
}

func logUnmet(u *Unit, word, what string) {
	if word == "Assert" {
		u.log(LevelError, "Starting requested but asserts failed (%s).", what)
		return
	}
	u.log(LevelInfo, "Skipped because of an unmet condition check (%s).", what)
}

func describe(word string, c units.Condition) string {
	var b strings.Builder
	b.WriteString(word)
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
