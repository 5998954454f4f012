package units

import "strings"

// maximal lengths of a path and of a file name in bytes, PATH_MAX and NAME_MAX of limits.h.
const (
	pathMax = 4096
	nameMax = 255
)

// SimplifyPath drops doubled slashes, "." components, a trailing slash and, at the root, "..". It never looks
// at the file system and leaves other ".." alone.
func SimplifyPath(p string) string {
	if p == "" {
		return ""
	}
	absolute := p[0] == '/'
	var b strings.Builder
	b.Grow(len(p))
	if absolute {
		b.WriteByte('/')
	}
	atRoot, first := absolute, true
	for rest := p; rest != ""; {
		rest = strings.TrimLeft(rest, "/")
		part, after, _ := strings.Cut(rest, "/")
		if len(part) > nameMax {
			// Not a path any more; what cannot be valid is left for the check that follows.
			if !first {
				b.WriteByte('/')
			}
			b.WriteString(rest)
			break
		}
		rest = after
		if part == "" || part == "." || part == ".." && atRoot {
			continue
		}
		if !first {
			b.WriteByte('/')
		}
		b.WriteString(part)
		atRoot, first = false, false
	}
	if b.Len() == 0 {
		return "."
	}
	return b.String()
}

// IsAbsolutePath tells whether a path begins with a slash.
func IsAbsolutePath(p string) bool { return strings.HasPrefix(p, "/") }

// ValidPath tells whether a path can exist at all: not empty, no NUL, within PATH_MAX and NAME_MAX.
func ValidPath(p string) bool {
	if p == "" || len(p) >= pathMax || strings.IndexByte(p, 0) >= 0 {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if len(part) > nameMax {
			return false
		}
	}
	return true
}

// NormalizedPath tells whether a path is valid, has no "." or ".." components and no doubled slashes.
func NormalizedPath(p string) bool {
	if !ValidPath(p) || strings.Contains(p, "//") {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	return true
}

// ValidFileName tells whether a name can be that of a file in a directory.
func ValidFileName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= nameMax && !strings.ContainsAny(name, "/\x00")
}

// ParsePath reads a setting that takes one path: it must be absolute; the simplified form is returned.
func ParsePath(s string) (string, error) {
	switch {
	case !IsAbsolutePath(s):
		return "", malformed("path", s, "not an absolute path")
	case !ValidPath(s):
		return "", malformed("path", s, "too long, or not a path")
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", malformed("path", s, "control characters")
	}
	p := SimplifyPath(s)
	if !NormalizedPath(p) {
		return "", malformed("path", s, `".." is not allowed`)
	}
	return p, nil
}
