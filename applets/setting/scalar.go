package setting

import (
	"strconv"
	"strings"

	"pintle/applets/command"
	"pintle/units"
)

func one(name string, value any) ([]Property, error) { return []Property{New(name, value)}, nil }

// failed is the error for a value that cannot be read.
func failed(name, value string, err error) ([]Property, error) {
	return nil, command.Failf("Failed to parse %s=%s: %s", name, value, command.Reason(err))
}

// wrong is failed for a word that is none of those that there are.
func wrong(name, value string) ([]Property, error) {
	return nil, command.Failf("Failed to parse %s: %s", name, value)
}

func text(name, value string) ([]Property, error) { return one(name, value) }

func boolean(name, value string) ([]Property, error) {
	b, err := units.ParseBool(value)
	if err != nil {
		return wrong(name, value)
	}
	return one(name, b)
}

func signed(name, value string) ([]Property, error) {
	n, err := units.ParseInt(value, 32)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, int32(n))
}

func unsigned(name, value string) ([]Property, error) {
	n, err := units.ParseUint(value, 32)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, uint32(n))
}

func octal(name, value string) ([]Property, error) {
	mode, err := units.ParseMode(value)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, uint32(mode))
}

func signal(name, value string) ([]Property, error) {
	sig, err := units.ParseSignal(value)
	if err != nil {
		return wrong(name, value)
	}
	return one(name, int32(sig))
}

// number is a setting whose numbers have words.
func number(parse func(string) (int, error)) encoder {
	return func(name, value string) ([]Property, error) {
		n, err := parse(value)
		if err != nil {
			return wrong(name, value)
		}
		return one(name, int32(n))
	}
}

// within is a number between bounds.
func within(parse func(string) (int, error)) encoder {
	return func(name, value string) ([]Property, error) {
		n, err := parse(value)
		if err != nil {
			return failed(name, value, err)
		}
		return one(name, int32(n))
	}
}

// wordIn numbers words; a number stands for itself.
func wordIn(list string) func(string) (int, error) {
	return func(s string) (int, error) {
		for i, word := range strings.Split(list, " ") {
			if word == s && word != "-" {
				return i, nil
			}
		}
		n, err := units.ParseUint(s, 8)
		return int(n), err
	}
}

// inMicroseconds is the name of a property for a setting in seconds.
func inMicroseconds(name string) string { return strings.TrimSuffix(name, "Sec") + "USec" }

func span(name, value string) ([]Property, error) {
	t, err := units.ParseSpan(value)
	if err != nil {
		return failed(name, value, err)
	}
	return one(inMicroseconds(name), uint64(t))
}

// timeouts is TimeoutSec= of a service: for the start and for the stop.
func timeouts(name, value string) ([]Property, error) {
	t, err := units.ParseSpan(value)
	if err != nil {
		return failed(name, value, err)
	}
	return []Property{New("TimeoutStartUSec", uint64(t)), New("TimeoutStopUSec", uint64(t))}, nil
}

func nanoseconds(name, value string) ([]Property, error) {
	t, err := units.ParseNanoseconds(value)
	if err != nil {
		return failed(name, value, err)
	}
	return one(name, t)
}

func size(base uint64) encoder {
	return func(name, value string) ([]Property, error) {
		n, err := units.ParseSize(value, base)
		if err != nil {
			return failed(name, value, err)
		}
		return one(name, uint64(n))
	}
}

// words is a list.
func words(flags units.WordFlags) encoder {
	return func(name, value string) ([]Property, error) {
		list, err := units.SplitWords(value, flags)
		if err != nil {
			return nil, command.Failf("Invalid syntax: %s", command.Reason(err))
		}
		return one(name, append([]string{}, list...))
	}
}

// single is a list of one element.
func single(name, value string) ([]Property, error) { return one(name, []string{value}) }

// labelled is a text that may be marked by "-" as one that may be missing.
func labelled(name, value string) ([]Property, error) {
	label, optional := strings.CutPrefix(value, "-")
	return one(name, struct {
		Optional bool
		Label    string
	}{optional, label})
}

func exitStatus(name, value string) ([]Property, error) {
	if value == "" {
		return one(name, int32(-1))
	}
	n, err := strconv.ParseUint(value, 10, 8)
	if err != nil {
		return nil, command.Failf("Invalid exit status in %s: %s", name, value)
	}
	return one(name, int32(n))
}

func condition(name, value string) ([]Property, error) {
	type entry struct {
		Type            string
		Trigger, Negate bool
		Parameter       string
	}
	list := "Conditions"
	if strings.HasPrefix(name, "Assert") {
		list = "Asserts"
	}
	if value == "" {
		return one(list, []entry{})
	}
	value, trigger := strings.CutPrefix(value, "|")
	value, negate := strings.CutPrefix(value, "!")
	return one(list, []entry{{name, trigger, negate, value}})
}

func limit(name, value string) ([]Property, error) {
	l, err := units.ParseResourceLimit(name, value)
	if err != nil {
		return nil, command.Failf("Failed to parse resource limit: %s", value)
	}
	return []Property{New(name, l.Hard), New(name+"Soft", l.Soft)}, nil
}
