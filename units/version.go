package units

import (
	"cmp"
	"strings"
)

// CompareVersions orders version strings as the UAPI version format specification does: -1, 0 or 1. "~" sorts
// before everything, even the end; "-", "^" and "." sort after the end, in this order; numbers by value, words
// by their bytes; other characters do not count.
func CompareVersions(a, b string) int {
	for {
		a, b = skipNoise(a), skipNoise(b)
		if order := mark(&a, &b, '~'); order != 0 {
			return order
		}
		if a == "" || b == "" {
			return cmp.Compare(len(a), 0) - cmp.Compare(len(b), 0)
		}
		for _, c := range []byte("-^.") {
			if order := mark(&a, &b, c); order != 0 {
				return order
			}
		}
		da, ra := cutDigits(a)
		db, rb := cutDigits(b)
		if da != "" || db != "" {
			if order := compareNumbers(da, db); order != 0 {
				return order
			}
		} else {
			n := strings.IndexFunc(a, notLetter)
			m := strings.IndexFunc(b, notLetter)
			da, ra = cutAt(a, n)
			db, rb = cutAt(b, m)
			if order := strings.Compare(da, db); order != 0 {
				return order
			}
		}
		a, b = ra, rb
	}
}

// mark removes a separator both begin with; if only one does, that one is the older.
func mark(a, b *string, c byte) int {
	restA, hasA := strings.CutPrefix(*a, string(c))
	restB, hasB := strings.CutPrefix(*b, string(c))
	switch {
	case hasA && hasB:
		*a, *b = restA, restB
		return 0
	case hasA:
		return -1
	case hasB:
		return 1
	}
	return 0
}

// skipNoise drops characters that do not count, up to one that does.
func skipNoise(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool {
		return notLetter(r) && (r < '0' || r > '9') && r != '~' && r != '-' && r != '^' && r != '.'
	})
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }

func cutAt(s string, n int) (before, after string) {
	if n < 0 {
		return s, ""
	}
	return s[:n], s[n:]
}

// compareNumbers compares numbers of any length; no number at all is less than 0.
func compareNumbers(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
