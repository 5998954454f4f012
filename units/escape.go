package units

import (
	"strings"
)

const lowerHex = "0123456789abcdef"

// Escape makes any string fit for a unit name (systemd.unit(5), "String escaping for inclusion in unit
// names"): "/" becomes "-", all that a name cannot have becomes \xNN.
func Escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '/':
			b.WriteByte('-')
		case c == '-' || c == '\\' || c == '.' && i == 0 || !validNameByte(c):
			escapeByte(&b, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func escapeByte(b *strings.Builder, c byte) {
	b.WriteString(`\x`)
	b.WriteByte(lowerHex[c>>4])
	b.WriteByte(lowerHex[c&15])
}

// Unescape undoes Escape.
func Unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '-':
			b.WriteByte('/')
		case '\\':
			if i+3 >= len(s) || s[i+1] != 'x' || hexDigit(s[i+2]) < 0 || hexDigit(s[i+3]) < 0 {
				return "", malformed("escaped name", s, `a backslash must begin \xNN`)
			}
			c := byte(hexDigit(s[i+2])<<4 | hexDigit(s[i+3]))
			if c == 0 {
				return "", malformed("escaped name", s, "NUL character")
			}
			b.WriteByte(c)
			i += 3
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// EscapePath is Escape for paths: the root is "-", outer and doubled slashes are dropped.
func EscapePath(path string) (string, error) {
	p := SimplifyPath(path)
	if p == "" || p == "/" {
		return "-", nil
	}
	if !NormalizedPath(p) {
		return "", malformed("path", path, `"." and ".." cannot be part of a unit name`)
	}
	return Escape(strings.TrimPrefix(p, "/")), nil
}

// UnescapePath undoes EscapePath; the result is absolute.
func UnescapePath(s string) (string, error) {
	switch s {
	case "":
		return "", malformed("escaped path", s, "empty")
	case "-":
		return "/", nil
	}
	p, err := Unescape(s)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(p, "/") || strings.HasSuffix(p, "/") || !NormalizedPath("/"+p) {
		return "", malformed("escaped path", s, "not a normalized path")
	}
	return "/" + p, nil
}

// NameFromPath is the unit that stands for a path, such as home.mount for /home; suffix is the type with its
// dot.
func NameFromPath(path, suffix string) (string, error) {
	if !validSuffix(suffix) {
		return "", malformed("unit type", suffix, "no such type")
	}
	stem, err := EscapePath(path)
	if err != nil {
		return "", err
	}
	if len(stem)+len(suffix) > unitNameMax {
		return hashedName(stem+suffix, suffix), nil
	}
	return checkName(stem+suffix, PlainName)
}

// NameFromPathInstance is an instance that stands for a path: NAME@PATH.SUFFIX.
func NameFromPathInstance(prefix, path, suffix string) (string, error) {
	instance, err := EscapePath(path)
	if err != nil {
		return "", err
	}
	return BuildName(prefix, instance, suffix)
}

// PathFromName is the path for which a unit stands; the instance is not looked at.
func PathFromName(name string) (string, error) {
	if !ValidName(name, AnyName) {
		return "", badName(name, "not a valid unit name")
	}
	return UnescapePath(NamePrefix(name))
}

// MangleName turns what a user typed into a unit name: a path becomes a mount or device, what a name cannot
// have is escaped, and a missing type is added (suffix, with its dot). With globs, patterns are left alone
// (systemctl(1), "Parameter Syntax").
func MangleName(name, suffix string, globs bool) (string, error) {
	if name == "" || !validSuffix(suffix) {
		return "", badName(name, "empty, or no such type as "+suffix)
	}
	if ValidName(name, AnyName) || globs && isGlob(name) && onlyNameBytes(name, "@[]!-*?") {
		return name, nil
	}
	if IsAbsolutePath(name) {
		p := SimplifyPath(name)
		as := ".mount"
		if strings.HasPrefix(p, "/dev/") || strings.HasPrefix(p, "/sys/") {
			as = ".device"
		}
		if n, err := NameFromPath(p, as); err == nil {
			return n, nil
		}
	}
	more := "@"
	if globs {
		more = "@[]!-*?"
	}
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c == '/':
			b.WriteByte('-')
		case validNameByte(c) || strings.IndexByte(more, c) >= 0:
			b.WriteByte(c)
		default:
			escapeByte(&b, c)
		}
	}
	mangled := b.String()
	if !(globs && isGlob(mangled)) && !ValidName(mangled, AnyName) {
		mangled += suffix
	}
	if !globs && !ValidName(mangled, AnyName) {
		return "", badName(name, "too long, or not usable as a unit name")
	}
	return mangled, nil
}

func isGlob(s string) bool { return strings.ContainsAny(s, "*?[") }
