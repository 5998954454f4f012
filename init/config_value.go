package pid1

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"pintle/units"
)

// assign gives a key the value that a file or a variable has for it; name is the key as written there.
func (l *configLoader) assign(file string, line int, name string, k ConfigKey, value any) {
	field := reflect.ValueOf(&l.config).Elem().FieldByIndex(k.index)
	old := formatValue(field.Interface())
	if err := setField(field, k, value); err != nil {
		l.problem(file, line, "cannot use %s = %s: %v; %s stays", name, formatValue(value), err, old)
	}
}

// setField converts a TOML value, or the string that an environment variable has.
func setField(field reflect.Value, k ConfigKey, value any) error {
	text, isText := value.(string)
	switch field.Interface().(type) {
	case string:
		if !isText {
			return fmt.Errorf("it must be a string")
		}
		if len(k.OneOf) > 0 && !slices.Contains(k.OneOf, text) {
			return fmt.Errorf("it must be one of %s", strings.Join(k.OneOf, ", "))
		}
		field.SetString(text)
	case bool:
		b, ok := value.(bool)
		if isText {
			parsed, err := units.ParseBool(text)
			b, ok = parsed, err == nil
		}
		if !ok {
			return fmt.Errorf("it must be true or false")
		}
		field.SetBool(b)
	case []string:
		list, ok := stringList(value)
		if !ok {
			return fmt.Errorf("it must be a list of strings")
		}
		field.Set(reflect.ValueOf(list))
	case units.Usec:
		if n, ok := value.(int64); ok {
			text, isText = strconv.FormatInt(n, 10), true
		}
		span, err := units.ParseSpan(text)
		if !isText || err != nil {
			return fmt.Errorf("it must be a time span such as \"9s\" or \"1min 30s\"")
		}
		field.SetUint(uint64(span))
	case units.Bytes:
		if n, ok := value.(int64); ok {
			text, isText = strconv.FormatInt(n, 10), true
		}
		size, err := units.ParseBytes(text)
		if !isText || err != nil {
			return fmt.Errorf("it must be a size such as \"512K\" or \"1M\"")
		}
		field.SetUint(uint64(size))
	default:
		return fmt.Errorf("keys of type %s cannot be set", field.Type())
	}
	return nil
}

// stringList takes an array of strings, or one string with blanks or commas between its words (as a
// variable has it).
func stringList(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }), true
	case []any:
		list := make([]string, len(v))
		for i, element := range v {
			s, ok := element.(string)
			if !ok {
				return nil, false
			}
			list[i] = s
		}
		return list, true
	}
	return nil, false
}

// formatValue writes a value as TOML has it, for messages and documentation.
func formatValue(v any) string {
	switch value := v.(type) {
	case string:
		return strconv.Quote(value)
	case []string:
		return formatList(value)
	case []VolumeConfig:
		return formatList(value)
	case VolumeConfig:
		return formatTable(value)
	case []map[string]any:
		return formatList(value)
	case map[string]any:
		return formatMap(value)
	case []any:
		return formatList(value)
	case units.Usec:
		return strconv.Quote(units.FormatSpan(value, 1))
	case units.Bytes:
		return strconv.Quote(formatBytes(value))
	default:
		return fmt.Sprint(value)
	}
}

// formatTable writes the keys of a struct that are set as an inline table.
func formatTable(table any) string {
	v := reflect.ValueOf(table)
	var parts []string
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			parts = append(parts, v.Type().Field(i).Tag.Get("toml")+" = "+formatValue(v.Field(i).Interface()))
		}
	}
	return inlineTable(parts)
}

func formatMap(table map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		parts = append(parts, name+" = "+formatValue(table[name]))
	}
	return inlineTable(parts)
}

func inlineTable(parts []string) string {
	if len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// formatBytes writes a size with the largest suffix that leaves a whole number.
func formatBytes(b units.Bytes) string {
	suffix := ""
	for _, larger := range []string{"K", "M", "G", "T", "P", "E"} {
		if b == 0 || b%1024 != 0 {
			break
		}
		b, suffix = b/1024, larger
	}
	return strconv.FormatUint(uint64(b), 10) + suffix
}

func formatList[T any](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = formatValue(v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// closest finds the key whose text (as of gives it) needs the fewest edits to become name.
func closest(name string, keys []ConfigKey, of func(ConfigKey) string) (best string, distance int) {
	distance = -1
	for _, k := range keys {
		if d := units.EditDistance(name, of(k)); distance < 0 || d < distance {
			best, distance = of(k), d
		}
	}
	return best, distance
}
