package bus

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// A client gives properties of a new unit as values of D-Bus. They become lines of a unit file, and what reads unit
// files finds out what they mean and whether they are good: there is no other way to set anything.

// settings are properties that clients set, on their way to a unit file.
type settings struct {
	unit     string // its name
	unitType string
	text     strings.Builder
	section  string // that was last begun
	limits   map[string]units.ResourceLimit
	// check is what the reader of unit files has against a text (supervisor.Manager.CheckText).
	check func(unit, text string) []units.Problem
}

// propertyValue is one property of a call, of type (sv).
type propertyValue struct {
	name  string
	value dbus.Variant
}

// propertyValues reads an argument of type a(sv).
func propertyValues(arg any) (list []propertyValue) {
	rows, _ := arg.([][]any)
	for _, row := range rows {
		if len(row) == 2 {
			name, _ := row[0].(string)
			value, _ := row[1].(dbus.Variant)
			list = append(list, propertyValue{name, value})
		}
	}
	return list
}

func newSettings(unit string, check func(unit, text string) []units.Problem) *settings {
	return &settings{unit: unit, unitType: supervisor.TypeOf(unit), check: check, limits: map[string]units.ResourceLimit{}}
}

// add turns a property into lines and appends them.
func (s *settings) add(p propertyValue) error {
	section, lines, err := s.lines(p)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, l := range lines {
		line, ok := units.SettingText(l.name, l.value)
		if !ok {
			return invalidSetting(p.name, l.value)
		}
		text.WriteString(line)
	}
	if len(lines) == 0 {
		return nil
	}
	if len(s.check(s.unit, "["+section+"]\n"+text.String())) > 0 {
		if setting, _ := units.SettingFor(s.unitType, lines[0].name); strings.HasPrefix(setting.Field(), "ResourceSettings.") && p.value.Signature().String() == "t" {
			return Errorf(ErrInvalidArgs, "Value specified in %s is out of range", p.name)
		}
		return invalidSetting(p.name, lines[len(lines)-1].value)
	}
	if section != s.section {
		if s.section != "" {
			s.text.WriteString("\n")
		}
		s.text.WriteString("[" + section + "]\n")
		s.section = section
	}
	s.text.WriteString(text.String())
	return nil
}

// line is one assignment of a unit file.
type line struct{ name, value string }

func invalidSetting(name, value string) error {
	return Errorf(ErrInvalidArgs, "Invalid %s setting: %s", name, value)
}

func unknownProperty(name string) error {
	return Errorf(errReadOnly, "Cannot set property %s, or unknown property.", name)
}

// mistyped is systemd's answer to a value of another type than the property's.
func mistyped() error {
	return Errorf("System.Error.ENXIO", "Failed to set unit properties: Unexpected message contents")
}

// lines are the assignments that say what a property does.
func (s *settings) lines(p propertyValue) (section string, lines []line, err error) {
	own, _ := units.SettingFor(s.unitType, firstSettingOf(s.unitType))
	if lines, known, err := s.form(p); known || err != nil {
		section = own.Section
		if len(lines) > 0 {
			if setting, ok := units.SettingFor(s.unitType, lines[0].name); ok {
				section = setting.Section
			}
		}
		return section, lines, err
	}
	setting, ok := units.SettingFor(s.unitType, supervisor.SettingOf(p.name))
	if !ok {
		return "", nil, unknownProperty(p.name)
	}
	lines, err = plain(p.name, setting, p.value.Value())
	return setting.Section, lines, err
}

// firstSettingOf is any setting of a type's section, by which the section is found.
func firstSettingOf(unitType string) string {
	switch unitType {
	case "timer":
		return "OnCalendar"
	case "path":
		return "PathExists"
	case "automount":
		return "Where"
	}
	return "Slice"
}

// plain are the lines for a value that a setting takes as it is: what it looks like follows from the types of both.
func plain(property string, s units.Setting, value any) ([]line, error) {
	one := func(text string) ([]line, error) { return []line{{s.Name, text}}, nil }
	kind := s.Type()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch v := value.(type) {
	case string:
		switch kind.Kind() {
		case reflect.Bool, reflect.Uint, reflect.Uint64, reflect.Int64, reflect.Slice:
			return nil, mistyped()
		}
		if s.Parser == "string" {
			return one(v)
		}
		return one(escapeSpecifiers(v))
	case bool:
		if kind.Kind() != reflect.Bool && kind != reflect.TypeFor[units.Tristate]() && s.Parser != "delegate" {
			return nil, mistyped()
		}
		return one(units.YesNo(v))
	case []string:
		if kind.Kind() != reflect.Slice {
			return nil, mistyped()
		}
		return wordLines(s, v)
	case uint64:
		return numberLine(property, s, kind, v)
	case uint32:
		return numberLine(property, s, kind, uint64(v))
	case int32:
		if kind == reflect.TypeFor[string]() || kind.Kind() == reflect.Bool {
			return nil, mistyped()
		}
		if s.Parser == "signal" && v > 0 {
			return one(strings.TrimPrefix(units.SignalName(syscall.Signal(v)), "SIG"))
		}
		return one(strconv.Itoa(int(v)))
	}
	return nil, mistyped()
}

// numberLine writes a number as the setting has it.
func numberLine(property string, s units.Setting, kind reflect.Type, n uint64) ([]line, error) {
	one := func(text string) ([]line, error) { return []line{{s.Name, text}}, nil }
	switch {
	case kind.Kind() == reflect.String || kind.Kind() == reflect.Bool || kind.Kind() == reflect.Slice:
		return nil, mistyped()
	case s.Parser == "mode":
		return one(fmt.Sprintf("%04o", n))
	case strings.HasSuffix(property, "USec") || kind == reflect.TypeFor[units.Usec]():
		return one(units.FormatSpan(units.Usec(n), 1))
	case s.Parser == "exec-coredump-filter":
		return one(fmt.Sprintf("0x%x", n))
	case n == math.MaxUint64 && optional(s):
		return one("")
	case n == math.MaxUint64:
		return one("infinity")
	case kind == reflect.TypeFor[units.CPUWeight]() && n == 0:
		return one("idle")
	}
	return one(strconv.FormatUint(n, 10))
}

// optional tells whether a setting can be unset, which a client writes as the greatest number.
func optional(s units.Setting) bool { return s.Type().Kind() == reflect.Pointer }

// wordLines writes a list: other units and documents one a line, all else quoted in one.
func wordLines(s units.Setting, words []string) (lines []line, err error) {
	switch s.Parser {
	case "unit-deps":
		for _, w := range words {
			if units.KindOfName(w)&(units.PlainName|units.InstanceName) == 0 {
				return nil, Errorf(ErrInvalidArgs, "Invalid unit name %s", w)
			}
			lines = append(lines, line{s.Name, w})
		}
		return lines, nil
	case "documentation", "unit-mounts-for":
		for _, w := range words {
			lines = append(lines, line{s.Name, escapeSpecifiers(w)})
		}
		if len(words) == 0 {
			lines = []line{{s.Name, ""}}
		}
		return lines, nil
	case "colon-separated-paths":
		return []line{{s.Name, strings.Join(words, ":")}}, nil
	}
	return []line{{s.Name, quoteAll(words)}}, nil
}

// escapeSpecifiers keeps percent signs from being taken for specifiers: what a client sends is meant as it is.
func escapeSpecifiers(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// quote makes one word of a text, as unit files have it.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '%':
			b.WriteString("%%")
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quoteAtNeed is quote for what is not one word as it is.
func quoteAtNeed(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("\"'\\", r) }) {
		return quote(s)
	}
	return escapeSpecifiers(s)
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}
