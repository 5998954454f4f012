package setting

import (
	"strings"

	"pintle/applets/command"
	"pintle/units"
)

func monotonic(name, value string) ([]Property, error) {
	type timer struct {
		Base string
		USec uint64
	}
	if value == "" {
		return one("TimersMonotonic", []timer{})
	}
	t, err := units.ParseSpan(value)
	if err != nil {
		return failed(name, value, err)
	}
	return one("TimersMonotonic", []timer{{name, uint64(t)}})
}

func calendar(name, value string) ([]Property, error) {
	if value == "" {
		return one("TimersCalendar", []pair{})
	}
	return one("TimersCalendar", []pair{{name, value}})
}

func watched(name, value string) ([]Property, error) {
	if value == "" {
		return one("Paths", []pair{})
	}
	return one("Paths", []pair{{name, value}})
}

func listen(name, value string) ([]Property, error) {
	if value == "" {
		return one("Listen", []pair{})
	}
	return one("Listen", []pair{{strings.TrimPrefix(name, "Listen"), value}})
}

// exitStatusSet is a list of exit statuses and signals.
func exitStatusSet(name, value string) ([]Property, error) {
	type set struct{ Codes, Signals []int32 }
	s := set{[]int32{}, []int32{}}
	list, err := units.SplitWords(value, units.WordUnquote)
	if err != nil {
		return nil, command.Failf("Invalid syntax in %s: %s", name, command.Reason(err))
	}
	for _, word := range list {
		if code, err := units.ParseExitStatus(word); err == nil {
			s.Codes = append(s.Codes, int32(code))
			continue
		}
		sig, err := units.ParseSignal(word)
		if err != nil {
			return nil, command.Failf("Invalid status or signal %s in %s: Invalid argument", word, name)
		}
		s.Signals = append(s.Signals, int32(sig))
	}
	return one(name, s)
}
