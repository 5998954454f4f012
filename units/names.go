package units

import (
	"slices"
	"strings"
)

// NameKind is a set of the forms a unit name can have (systemd.unit(5), "Description").
type NameKind uint

// The forms of unit names.
const (
	PlainName    NameKind = 1 << iota // foo.service
	TemplateName                      // foo@.service
	InstanceName                      // foo@bar.service

	AnyName = PlainName | TemplateName | InstanceName
)

// unitNameMax is the number of bytes a unit name may have.
const unitNameMax = 255

// validNameByte tells whether a byte may stand in a unit name; "@" is told apart by the callers.
func validNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == ':' || c == '-' || c == '_' || c == '.' || c == '\\'
}

func onlyNameBytes(s, more string) bool {
	for i := range len(s) {
		if !validNameByte(s[i]) && strings.IndexByte(more, s[i]) < 0 {
			return false
		}
	}
	return true
}

// KindOfName returns the form of a unit name, 0 if it is not a valid one.
func KindOfName(name string) NameKind {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 || len(name) > unitNameMax || !ValidUnitType(name[dot+1:]) || !onlyNameBytes(name[:dot], "@") {
		return 0
	}
	switch at := strings.IndexByte(name, '@'); {
	case at < 0:
		return PlainName
	case at == 0:
		return 0
	case at+1 == dot:
		return TemplateName
	default:
		return InstanceName
	}
}

// ValidName tells whether a name is a unit name of one of the given forms.
func ValidName(name string, kinds NameKind) bool { return KindOfName(name)&kinds != 0 }

// ValidUnitType tells whether a word is a unit type, such as "service".
func ValidUnitType(s string) bool { return slices.Contains(UnitTypes, s) }

// ValidInstance tells whether a string can be an instance, the part after "@".
func ValidInstance(s string) bool {
	return s != "" && len(s) <= unitNameMax && onlyNameBytes(s, "@")
}

func validPrefix(s string) bool { return s != "" && len(s) <= unitNameMax && onlyNameBytes(s, "") }

func validSuffix(s string) bool { return strings.HasPrefix(s, ".") && ValidUnitType(s[1:]) }

// NameType is the type of a unit, "service" for foo.service; empty for a name that is not valid.
func NameType(name string) string {
	if KindOfName(name) == 0 {
		return ""
	}
	return name[strings.LastIndexByte(name, '.')+1:]
}

// NamePrefix is what stands before "@" or the type: "foo" for foo@bar.service and foo.service.
func NamePrefix(name string) string {
	prefix, _, _ := splitName(name)
	return prefix
}

// NameInstance is what stands between "@" and the type; empty for plain names and templates.
func NameInstance(name string) string {
	_, instance, _ := splitName(name)
	return instance
}

// NameStem is a name without its type: "foo@bar" for foo@bar.service.
func NameStem(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[:dot]
	}
	return name
}

// splitName takes a name apart; suffix includes its dot.
func splitName(name string) (prefix, instance, suffix string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		dot = len(name)
	}
	suffix = name[dot:]
	prefix, instance, _ = strings.Cut(name[:dot], "@")
	return prefix, instance, suffix
}

func badName(name, why string) error { return malformed("unit name", name, why) }

// Template is the template of an instance: foo@.service for foo@bar.service.
func Template(name string) (string, error) {
	if !ValidName(name, TemplateName|InstanceName) {
		return "", badName(name, "neither a template nor an instance of one")
	}
	prefix, _, suffix := splitName(name)
	return prefix + "@" + suffix, nil
}

// Instantiate puts an instance into a template or instead of another instance.
func Instantiate(name, instance string) (string, error) {
	if !ValidName(name, TemplateName|InstanceName) {
		return "", badName(name, "neither a template nor an instance of one")
	}
	if !ValidInstance(instance) {
		return "", malformed("instance of "+name, instance, "characters that a unit name cannot have")
	}
	prefix, _, suffix := splitName(name)
	return checkName(prefix+"@"+instance+suffix, InstanceName)
}

// ChangeType gives a unit name another type; suffix is the type with its dot.
func ChangeType(name, suffix string) (string, error) {
	if !ValidName(name, AnyName) || !validSuffix(suffix) {
		return "", badName(name+" with suffix "+suffix, "not a unit name or not a unit type")
	}
	return checkName(NameStem(name)+suffix, AnyName)
}

// BuildName makes a unit name from its parts; an empty instance gives a plain name.
func BuildName(prefix, instance, suffix string) (string, error) {
	switch {
	case !validPrefix(prefix):
		return "", malformed("unit name prefix", prefix, "characters that a unit name cannot have")
	case instance != "" && !ValidInstance(instance):
		return "", malformed("instance", instance, "characters that a unit name cannot have")
	case !validSuffix(suffix):
		return "", malformed("unit type", suffix, "no such type")
	case instance == "":
		return checkName(prefix+suffix, PlainName)
	}
	return checkName(prefix+"@"+instance+suffix, InstanceName)
}

func checkName(name string, kinds NameKind) (string, error) {
	if !ValidName(name, kinds) {
		return "", badName(name, "not a valid unit name")
	}
	return name, nil
}

// ValidSlice tells whether a name is that of a slice: its dashes must form a path.
func ValidSlice(name string) bool {
	if !ValidName(name, PlainName) || NameType(name) != "slice" {
		return false
	}
	stem := NameStem(name)
	return stem == "-" || !strings.HasPrefix(stem, "-") && !strings.HasSuffix(stem, "-") && !strings.Contains(stem, "--")
}

// ParentSlice is the slice in which a slice lies; empty for the root slice.
func ParentSlice(name string) (string, error) {
	if !ValidSlice(name) {
		return "", malformed("slice", name, "not a slice")
	}
	stem := NameStem(name)
	if stem == "-" {
		return "", nil
	}
	if dash := strings.LastIndexByte(stem, '-'); dash >= 0 {
		return stem[:dash] + ".slice", nil
	}
	return "-.slice", nil
}
