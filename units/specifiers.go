package units

import (
	"strings"
	"syscall"
)

// HostFacts are what specifiers tell about the host and the manager. A field that is needed and cannot be had
// is reported by its function's error, which then is that of the expansion.
type HostFacts interface {
	// Fact returns the value of a specifier that does not depend on the unit: one of
	// a A b B H l m M o q v w W (the system), g G h s u U (the manager's user),
	// C D E L S t (its directories) and T V (temporary directories).
	Fact(specifier byte) (string, error)
}

// Specifiers expand "%" specifiers for one unit (systemd.unit(5), "Specifiers").
type Specifiers struct {
	Unit     string // a plain name or an instance
	Fragment string // path of the unit's main file, for %y and %Y
	Host     HostFacts
}

// Specifiers that need no unit, by where they are allowed.
const (
	systemSpecifiers    = "aAbBHlmMoqvwW"
	credsSpecifiers     = "gGuU"
	directorySpecifiers = "hsCDELStTV"
)

// maxExpanded is the longest text an expansion may give; a unit file's line cannot be longer either.
const maxExpanded = 1 << 20

// Expand replaces every specifier a setting may have. Letters and digits that are no specifier are an error
// (EBADSLT), as for every setting but names.
func (x *Specifiers) Expand(s string) (string, error) {
	return x.expand(s, maxExpanded, func(c byte) (string, bool, error) {
		switch c {
		case 'I':
			v, err := Unescape(NameInstance(x.Unit))
			return v, true, err
		case 'P':
			v, err := Unescape(NamePrefix(x.Unit))
			return v, true, err
		case 'J':
			v, err := Unescape(lastDashed(NamePrefix(x.Unit)))
			return v, true, err
		case 'f':
			v, err := x.path()
			return v, true, err
		case 'd':
			run, err := x.fact('t')
			return run + "/credentials/" + x.Unit, true, err
		case 'y':
			return x.fromFragment(c, x.Fragment)
		case 'Y':
			dir, _, _ := cutLast(x.Fragment, '/')
			return x.fromFragment(c, dir)
		}
		if strings.IndexByte(directorySpecifiers, c) >= 0 {
			v, err := x.fact(c)
			return v, true, err
		}
		return x.nameSpecifier(c)
	})
}

// ExpandName replaces the specifiers allowed in names of other units (After= and its kin).
func (x *Specifiers) ExpandName(s string) (string, error) {
	return x.expand(s, unitNameMax, x.nameSpecifier)
}

// nameSpecifier gives the specifiers that are allowed everywhere.
func (x *Specifiers) nameSpecifier(c byte) (string, bool, error) {
	switch c {
	case 'n':
		return x.Unit, true, nil
	case 'N':
		return NameStem(x.Unit), true, nil
	case 'p':
		return NamePrefix(x.Unit), true, nil
	case 'i':
		return NameInstance(x.Unit), true, nil
	case 'j':
		return lastDashed(NamePrefix(x.Unit)), true, nil
	}
	if strings.IndexByte(systemSpecifiers+credsSpecifiers, c) >= 0 {
		v, err := x.fact(c)
		return v, true, err
	}
	return "", false, nil
}

func (x *Specifiers) fact(c byte) (string, error) {
	if x.Host == nil {
		return "", &ValueError{Value: "%" + string(c), Kind: "specifier", Why: "nothing is known about the host", Errno: syscall.ENXIO}
	}
	return x.Host.Fact(c)
}

func (x *Specifiers) fromFragment(c byte, v string) (string, bool, error) {
	if x.Fragment == "" {
		return "", true, &ValueError{Value: "%" + string(c), Kind: "specifier", Why: "the unit has no file", Errno: syscall.ENOENT}
	}
	return v, true, nil
}

// path is %f: the instance or, without one, the prefix as a path.
func (x *Specifiers) path() (string, error) {
	if i := NameInstance(x.Unit); i != "" {
		return UnescapePath(i)
	}
	return UnescapePath(NamePrefix(x.Unit))
}

func (x *Specifiers) expand(s string, limit int, lookup func(byte) (string, bool, error)) (string, error) {
	if !ValidName(x.Unit, PlainName|InstanceName) {
		return "", malformed("text with specifiers", s, x.Unit+" is a template or no unit name; specifiers need a unit")
	}
	return expandSpecifiers(s, limit, lookup)
}

// expandSpecifiers replaces each specifier by what lookup gives; lookup tells whether it knows one.
func expandSpecifiers(s string, limit int, lookup func(byte) (string, bool, error)) (string, error) {
	if strings.IndexByte(s, '%') < 0 && len(s) <= limit {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '%' || i+1 == len(s) {
			b.WriteByte(c)
		} else if i++; s[i] == '%' {
			b.WriteByte('%')
		} else {
			v, known, err := lookup(s[i])
			switch {
			case err != nil:
				return "", err
			case known:
				b.WriteString(v)
			case isAlphanumeric(s[i]):
				return "", &ValueError{Value: s, Kind: "text with specifiers", Why: "no specifier %" + s[i:i+1] + " here; write %% for a percent sign", Errno: syscall.EBADSLT}
			default:
				b.WriteByte('%')
				b.WriteByte(s[i])
			}
		}
		if b.Len() > limit {
			return "", &ValueError{Value: s, Kind: "text with specifiers", Why: "too long when expanded", Errno: syscall.ENAMETOOLONG}
		}
	}
	return b.String(), nil
}

// ExpandInstall replaces the specifiers of [Install] settings. A template stands for its default instance, if
// it has one.
func ExpandInstall(name, defaultInstance string, host HostFacts, s string) (string, error) {
	x := Specifiers{Unit: name, Host: host}
	if ValidName(name, TemplateName) && defaultInstance != "" {
		var err error
		if x.Unit, err = Instantiate(name, defaultInstance); err != nil {
			return "", err
		}
	}
	return expandSpecifiers(s, unitNameMax, x.nameSpecifier)
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// lastDashed is the last component of a prefix, for %j and %J.
func lastDashed(prefix string) string {
	if _, last, ok := cutLast(prefix, '-'); ok {
		return last
	}
	return prefix
}

// cutLast cuts at the last c; without one all is in before.
func cutLast(s string, c byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
