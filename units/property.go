package units

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Value is what the unit's files say for a setting, as the type its struct has; ok is false for a setting that
// units of this type do not have.
func (u *Unit) Value(setting string) (value any, ok bool) {
	for _, section := range []string{typeSections[NameType(u.Name)], "Unit"} {
		s := find(section, setting)
		if s == nil || s.Obsolete {
			continue
		}
		field := partTypes[s.part].Field(s.index).Name
		if field != setting && len(fieldNames(field, tagOf(partTypes[s.part].Field(s.index)))) > 1 {
			continue
		}
		part := u.part(s.part)
		if part.IsNil() {
			continue
		}
		return part.Elem().Field(s.index).Interface(), true
	}
	return nil, false
}

// texter is a type of a setting that knows how systemctl show writes it.
type texter interface{ text() string }

// ValueText writes a value of a setting as systemctl show does, empty for one that is not set.
func ValueText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return YesNo(v)
	case Usec:
		return FormatSpan(v, 1)
	case Bytes:
		return limitText(uint64(v))
	case FileMode:
		return fmt.Sprintf("%04o", uint32(v))
	case syscall.Signal:
		return strconv.Itoa(int(v))
	case Tristate:
		return YesNo(v == Yes)
	case []byte:
		return string(v)
	case []string:
		return ListText(v)
	case []int:
		return rangesText(v)
	case ExitStatusSet:
		return v.String()
	case CapabilitySet:
		return strings.Join(v.Names(), " ")
	case WorkingDirectory:
		path := v.Path
		if v.Home {
			path = "~"
		}
		if v.Optional && path != "" {
			path = "!" + path
		}
		return path
	case Stdio:
		return string(v.Kind)
	case []ExecDirectory:
		return listOf(v, func(d ExecDirectory) string { return d.Path })
	case []EnvironmentFile:
		lines := make([]string, 0, len(v))
		for _, f := range v {
			lines = append(lines, fmt.Sprintf("%s (ignore_errors=%s)", f.Path, YesNo(f.Optional)))
		}
		return strings.Join(lines, "\n")
	case []Credential:
		return listOf(v, func(c Credential) string {
			if c.Path != "" {
				return c.Name + ":" + c.Path
			}
			return c.Name
		})
	case []OpenFile:
		return listOf(v, OpenFile.String)
	case []netip.Prefix:
		return listOf(v, netip.Prefix.String)
	}
	v := reflect.ValueOf(value)
	if t, ok := value.(texter); ok && v.Kind() != reflect.Pointer {
		return t.text()
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Slice:
		words := make([]string, 0, v.Len())
		for i := range v.Len() {
			words = append(words, ValueText(v.Index(i).Interface()))
		}
		return strings.Join(words, " ")
	case reflect.Pointer:
		if !v.IsNil() {
			return ValueText(v.Elem().Interface())
		}
	}
	return ""
}

// YesNo is a boolean as systemctl show has it.
func YesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// limitText is a limit; the greatest number means that there is none.
func limitText(v uint64) string {
	if v == math.MaxUint64 {
		return "infinity"
	}
	return strconv.FormatUint(v, 10)
}

// Texts are the two limits as systemctl show has them.
func (l ResourceLimit) Texts() (soft, hard string) { return limitText(l.Soft), limitText(l.Hard) }

// ListText writes a list in one line that a shell would take apart again.
func ListText(list []string) string {
	return listOf(list, func(s string) string { return s })
}

func listOf[T any](list []T, text func(T) string) string {
	words := make([]string, 0, len(list))
	for _, item := range list {
		words = append(words, QuoteForShell(text(item)))
	}
	return strings.Join(words, " ")
}

// QuoteForShell puts a word in quotes if a shell would make more of it than the word.
func QuoteForShell(s string) string {
	if s != "" && !strings.ContainsAny(s, " \"\\`$*?['()<>|&;!") && !strings.ContainsFunc(s, isControl) {
		return s
	}
	b := []byte{'"'}
	for _, c := range []byte(s) {
		switch i := strings.IndexByte("\a\b\t\n\v\f\r", c); {
		case i >= 0:
			b = append(b, '\\', "abtnvfr"[i])
		case isControl(rune(c)):
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case strings.IndexByte("\"\\`$", c) >= 0:
			b = append(b, '\\', c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// rangesText writes numbers as ranges: "0-3 7".
func rangesText(list []int) string {
	list = slices.Sorted(slices.Values(list))
	var b strings.Builder
	for i := 0; i < len(list); {
		last := i
		for last+1 < len(list) && list[last+1] <= list[last]+1 {
			last++
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(list[i]))
		if last > i {
			b.WriteString("-" + strconv.Itoa(list[last]))
		}
		i = last + 1
	}
	return b.String()
}

// Names are the capabilities of a set by their names, in the order of their numbers.
func (s CapabilitySet) Names() (names []string) {
	for number := range uint(64) {
		if s.Mask&(1<<number) != 0 {
			if name := CapabilityName(number); name != "" {
				names = append(names, strings.ToLower(name))
			}
		}
	}
	return names
}

// text is the list of a filter as systemctl show has it: what is forbidden is marked by "~".
func (f SystemCallFilter) text() string {
	if !f.Set {
		return ""
	}
	on := map[string]bool{}
	for _, rule := range f.Rules {
		if rule.Remove {
			delete(on, rule.Name)
			continue
		}
		on[rule.Name] = true
	}
	names := make([]string, 0, len(on))
	for name := range on {
		names = append(names, name)
	}
	slices.Sort(names)
	text := strings.Join(names, " ")
	if !f.Allow {
		text = "~" + text
	}
	return text
}

// String writes the entry as the setting has it.
func (f OpenFile) String() string {
	var options []string
	for _, o := range []struct {
		on   bool
		word string
	}{{f.ReadOnly, "read-only"}, {f.Append, "append"}, {f.Truncate, "truncate"}, {f.Graceful, "graceful"}} {
		if o.on {
			options = append(options, o.word)
		}
	}
	text := f.Path
	if f.Name != "" || len(options) > 0 {
		text += ":" + f.Name
	}
	if len(options) > 0 {
		text += ":" + strings.Join(options, ",")
	}
	return text
}
