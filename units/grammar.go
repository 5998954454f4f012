package units

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// line is the assignment being parsed: what a value's grammar may need to know.
type line struct {
	load    *loading
	x       *Specifiers
	section string
	key     string // as written
	set     *Setting
	unit    *Unit
}

// warn records a problem that costs only a part of the value.
func (l *line) warn(err error) { l.load.problem(l.key + "=: " + err.Error()) }

// valueParser reads a value into a field; dst is a pointer to it. An error costs the line, and the field keeps
// its value, unless it unwraps to ENOEXEC, which costs the unit (or the rest of a drop-in).
type valueParser func(l *line, dst any, value string) error

// fatal makes an error one that costs the unit.
func fatal(err error) error { return fmt.Errorf("%w (%w)", err, syscall.ENOEXEC) }

// parseWith makes a valueParser of a function for values without specifiers.
func parseWith[T any](parse func(string) (T, error)) valueParser {
	return func(_ *line, dst any, value string) error {
		v, err := parse(value)
		if err == nil {
			*dst.(*T) = v
		}
		return err
	}
}

// parseOptional is parseWith for fields that tell unset from any value; an empty value unsets them.
func parseOptional[T any](parse func(string) (T, error)) valueParser {
	return func(_ *line, dst any, value string) error {
		if value == "" {
			*dst.(**T) = nil
			return nil
		}
		v, err := parse(value)
		if err == nil {
			*dst.(**T) = &v
		}
		return err
	}
}

// oneOf accepts systemd's own words for an enumeration.
func oneOf[T ~string](words ...T) valueParser {
	return parseWith(func(s string) (T, error) {
		if slices.Contains(words, T(s)) {
			return T(s), nil
		}
		return "", malformed("value", s, "it must be one of "+joinWords(words))
	})
}

func joinWords[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}

// oneOfOrBool is oneOf for settings that were booleans once; yes and no say what those stand for.
func oneOfOrBool[T ~string](yes, no T, words ...T) valueParser {
	word := oneOf(words...)
	return func(l *line, dst any, value string) error {
		if slices.Contains(words, T(value)) {
			return word(l, dst, value)
		}
		if b, err := ParseBool(value); err == nil && b {
			value = string(yes)
		} else if err == nil {
			value = string(no)
		}
		return word(l, dst, value)
	}
}

// verbatim keeps a value as it is written; for settings that are only shown.
func verbatim(_ *line, dst any, value string) error {
	*dst.(*string) = value
	return nil
}

// text expands specifiers; an empty value resets.
func text(l *line, dst any, value string) error {
	v, err := l.x.Expand(value)
	if err == nil {
		*dst.(*string) = v
	}
	return err
}

// checkedText is text with a check of the expanded value.
func checkedText(check func(string) (string, error)) valueParser {
	return func(l *line, dst any, value string) error {
		v, err := l.x.Expand(value)
		if err == nil && v != "" {
			v, err = check(v)
		}
		if err == nil {
			*dst.(*string) = v
		}
		return err
	}
}

// wordList adds words to a list; an empty value resets it. each turns a word, its specifiers expanded, into
// an entry; words it refuses are skipped.
func wordList(flags WordFlags, expand bool, each func(string) (string, error)) valueParser {
	return func(l *line, dst any, value string) error {
		list := dst.(*[]string)
		if value == "" {
			*list = nil
			return nil
		}
		words, err := SplitWords(value, flags)
		for _, w := range words {
			var werr error
			if expand {
				w, werr = l.x.Expand(w)
			}
			if werr == nil && each != nil {
				w, werr = each(w)
			}
			if werr != nil {
				l.warn(werr)
				continue
			}
			if !slices.Contains(*list, w) {
				*list = append(*list, w)
			}
		}
		return err
	}
}

// dependencyList reads names of other units; an empty value does not reset it.
func dependencyList(l *line, dst any, value string) error {
	list := dst.(*[]string)
	words, err := SplitWords(value, WordUnquote|WordRetainEscape)
	for _, w := range words {
		name, werr := l.dependencyName(w)
		if werr != nil {
			l.warn(werr)
			continue
		}
		if name != l.unit.Name {
			*list = append(*list, name)
		}
	}
	return err
}

// dependencyName expands the name of another unit. A template gets the instance of this unit, or its prefix.
func (l *line) dependencyName(word string) (string, error) {
	name, err := l.x.ExpandName(word)
	if err != nil {
		return "", err
	}
	switch KindOfName(name) {
	case 0:
		return "", badName(name, "not a unit name")
	case TemplateName:
		return Instantiate(name, instanceFor(l.unit.Name))
	}
	return name, nil
}

// instanceFor is what stands for the instance when a unit names a template.
func instanceFor(name string) string {
	if i := NameInstance(name); i != "" {
		return i
	}
	return NamePrefix(name)
}

func isFatal(err error) bool { return errors.Is(err, syscall.ENOEXEC) }
