package units

import "testing"

func TestMatchPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"", "", true}, {"", "a", false}, {"*", "a.service", true},
		{"*.service", "a.service", true}, {"*.service", "a.servicex", false}, {"*a*b*", "xaxxbx", true},
		{"a?c", "abc", true}, {"a?c", "aüc", true}, {"a?c", "ac", false},
		{"[ab].service", "b.service", true}, {"[!ab].service", "b.service", false}, {"[^ab].x", "c.x", true},
		{"[a-c]x", "bx", true}, {"[a-c]x", "dx", false}, {"[]a]x", "]x", true}, {"[a-]x", "-x", true},
		{"[[:digit:]]x", "7x", true}, {"[[:digit:]]x", "ax", false}, {"[[:nonsense:]]x", "ax", false},
		{"[ab", "[ab", true}, {"[ab", "a", false}, {`a\*`, `a\b`, true}, {`\a`, "a", false},
		{"dev/*", "dev/sda", true}, {".*", ".a", true}, {"*", ".a", true},
		{"a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	} {
		if got := MatchPattern(c.pattern, c.name); got != c.want {
			t.Errorf("MatchPattern(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

func FuzzMatchPattern(f *testing.F) {
	for _, s := range []string{"*", "[", "[]", "[!", "[[:alpha:]", "[a-", "a*[b-c]?"} {
		f.Add(s, "abc")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		MatchPattern(pattern, name)
		if !MatchPattern("*", name) {
			t.Errorf("%q does not match everything", name)
		}
	})
}
