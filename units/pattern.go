package units

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MatchPattern tells whether a name matches a shell pattern as systemctl takes them (glob(7), fnmatch(3) with
// FNM_NOESCAPE): "*" and "?" match any characters, slashes and leading dots among them, and "[…]" one of a set.
// A backslash stands for itself. A bracket that is not closed does, too.
func MatchPattern(pattern, name string) bool {
	// The last "*" is all that has to be gone back to: what an earlier one has matched may as well stay.
	star, resume := -1, 0
	p, n := 0, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, resume = p, n
			p++
			continue
		}
		c, size := utf8.DecodeRuneInString(name[n:])
		if width, ok := matchOne(pattern[p:], c); ok {
			p += width
			n += size
			continue
		}
		if star < 0 {
			return false
		}
		_, size = utf8.DecodeRuneInString(name[resume:])
		resume += size
		p, n = star+1, resume
	}
	return strings.TrimLeft(pattern[p:], "*") == ""
}

// matchOne matches a character against the first element of a pattern, which takes width bytes of it.
func matchOne(pattern string, c rune) (width int, ok bool) {
	if pattern == "" {
		return 0, false
	}
	if pattern[0] == '[' {
		if width, ok, closed := matchSet(pattern, c); closed {
			return width, ok
		}
	}
	want, width := utf8.DecodeRuneInString(pattern)
	return width, want == '?' || want == c
}

// matchSet matches a character against a bracket expression; closed is false if the bracket has no end.
func matchSet(pattern string, c rune) (width int, ok, closed bool) {
	i, negated := 1, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		negated = true
		i++
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return i + 1, ok != negated, true
		}
		if strings.HasPrefix(pattern[i:], "[:") {
			if class, _, found := strings.Cut(pattern[i+2:], ":]"); found {
				ok = ok || inClass(class, c)
				i += len(class) + 4
				continue
			}
		}
		low, size := utf8.DecodeRuneInString(pattern[i:])
		i += size
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, size = utf8.DecodeRuneInString(pattern[i+1:])
			i += 1 + size
		}
		ok = ok || low <= c && c <= high
	}
	return 0, false, false
}

func inClass(class string, c rune) bool {
	switch class {
	case "alnum":
		return unicode.IsLetter(c) || unicode.IsDigit(c)
	case "alpha":
		return unicode.IsLetter(c)
	case "blank":
		return c == ' ' || c == '\t'
	case "cntrl":
		return unicode.IsControl(c)
	case "digit":
		return '0' <= c && c <= '9'
	case "graph":
		return unicode.IsGraphic(c) && c != ' '
	case "lower":
		return unicode.IsLower(c)
	case "print":
		return unicode.IsPrint(c)
	case "punct":
		return unicode.IsPunct(c) || unicode.IsSymbol(c)
	case "space":
		return unicode.IsSpace(c)
	case "upper":
		return unicode.IsUpper(c)
	case "xdigit":
		return c < utf8.RuneSelf && hexDigit(byte(c)) >= 0
	}
	return false
}

// EscapeControlGroup is a unit's name as that of a control group: what could be taken for a file of the kernel's
// gets an underscore in front.
func EscapeControlGroup(name string) string {
	if name == "" || name[0] == '_' || name[0] == '.' || strings.HasPrefix(name, "cgroup.") {
		return "_" + name
	}
	for _, controller := range []string{"cpu.", "cpuacct.", "cpuset.", "io.", "blkio.", "memory.", "devices.", "pids.", "misc.", "rdma.", "hugetlb."} {
		if strings.HasPrefix(name, controller) {
			return "_" + name
		}
	}
	return name
}
