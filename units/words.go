package units

import (
	"errors"
	"strings"
	"syscall"
	"unicode/utf8"
)

// WordFlags choose how a value is split into words.
type WordFlags uint

// The ways to split. systemd.syntax(7), "Quoting", describes WordUnquote with WordCUnescape.
const (
	WordRelax              WordFlags = 1 << iota // an unbalanced quote or a trailing backslash ends the word
	WordCUnescape                                // resolve C escapes: \n, \x41, \101, \u00e4, …
	WordUnescapeRelax                            // keep escapes that are not known, with their backslash
	WordUnescapeSeparators                       // only separators and backslashes can be escaped
	WordUnquote                                  // remove quotes; separators within them do not separate
	WordDontCoalesce                             // two separators in a row have an empty word between them
	WordRetainEscape                             // a backslash is a character like any other
)

const whitespace = " \t\n\r"

// WordReader takes one word after the other from a string.
type WordReader struct {
	Rest string // what is not read yet
	done bool
}

// SplitWords splits a string at whitespace. On error the words before the bad one are returned, too.
func SplitWords(s string, flags WordFlags) ([]string, error) {
	return SplitWordsAt(s, whitespace, flags)
}

// SplitWordsAt splits a string at any of the separators.
func SplitWordsAt(s, separators string, flags WordFlags) ([]string, error) {
	var words []string
	r := WordReader{Rest: s}
	for {
		word, ok, err := r.Next(separators, flags)
		if err != nil || !ok {
			return words, err
		}
		words = append(words, word)
	}
}

// Next returns the next word; ok is false when there is none left. After an error Rest begins with the
// character that could not be taken.
func (r *WordReader) Next(separators string, flags WordFlags) (word string, ok bool, err error) {
	if r.done {
		return "", false, nil
	}
	whole, s := r.Rest, r.Rest
	split := func(c byte) bool { return strings.IndexByte(separators, c) >= 0 }
	distinct := flags&WordDontCoalesce != 0

	started := distinct
	for s != "" && split(s[0]) {
		if distinct {
			r.Rest = s[1:]
			return "", true, nil
		}
		s = s[1:]
	}

	fail := func(why string) (string, bool, error) {
		r.Rest = s
		return "", false, malformed("words", whole, why)
	}
	end := func(b []byte) (string, bool, error) {
		r.Rest, r.done = "", true
		return string(b), started, nil
	}

	var out []byte
	var quote byte
	for s != "" {
		c := s[0]
		started = true
		switch {
		case c == '\\' && flags&WordRetainEscape == 0:
			s = s[1:]
			if s == "" {
				switch {
				case flags&WordUnescapeRelax != 0 && (quote == 0 || flags&WordRelax != 0):
					return end(append(out, '\\'))
				case flags&WordRelax != 0:
					return end(out)
				}
				return fail("nothing follows the backslash at the end")
			}
			n := 0
			if out, n = unescapeInWord(out, s, separators, flags); n == 0 {
				return fail("unknown escape \\" + s[:1])
			}
			s = s[n:]
			continue
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				out = append(out, c)
			}
		case (c == '"' || c == '\'') && flags&WordUnquote != 0:
			quote = c
		case split(c):
			s = s[1:]
			if !distinct {
				s = strings.TrimLeft(s, separators)
			}
			r.Rest = s
			return string(out), true, nil
		default:
			out = append(out, c)
		}
		s = s[1:]
	}
	if quote != 0 && flags&WordRelax == 0 {
		return fail("unbalanced quotes")
	}
	return end(out)
}

// unescapeInWord appends what the escape at the start of s (after its backslash) stands for and tells how
// many bytes it took; 0 if the escape is not valid.
func unescapeInWord(out []byte, s, separators string, flags WordFlags) ([]byte, int) {
	c := s[0]
	if flags&(WordCUnescape|WordUnescapeSeparators) == 0 {
		return append(out, c), 1
	}
	if flags&WordCUnescape != 0 {
		if char, raw, n := unescapeOne(s); n > 0 {
			if raw {
				return append(out, byte(char)), n
			}
			return utf8.AppendRune(out, char), n
		}
	}
	switch {
	case flags&WordUnescapeSeparators != 0 && (c == '\\' || strings.IndexByte(separators, c) >= 0):
		return append(out, c), 1
	case flags&WordUnescapeRelax != 0:
		return append(out, '\\', c), 1
	}
	return out, 0
}

// unescapeOne reads one C escape, without its backslash. raw tells that char is a byte and no code point;
// n is the length of the escape, 0 if it is not valid. NUL cannot be had this way.
func unescapeOne(s string) (char rune, raw bool, n int) {
	digits := func(at, count, base int) (rune, bool) {
		if len(s) < at+count {
			return 0, false
		}
		var v uint64
		for _, c := range []byte(s[at : at+count]) {
			d := hexDigit(c)
			if d < 0 || d >= base {
				return 0, false
			}
			v = v*uint64(base) + uint64(d)
		}
		return rune(v), v > 0 && v <= utf8.MaxRune
	}
	if s == "" {
		return 0, false, 0
	}
	switch s[0] {
	case 'a':
		return '\a', false, 1
	case 'b':
		return '\b', false, 1
	case 'f':
		return '\f', false, 1
	case 'n':
		return '\n', false, 1
	case 'r':
		return '\r', false, 1
	case 't':
		return '\t', false, 1
	case 'v':
		return '\v', false, 1
	case 's':
		return ' ', false, 1
	case '\\', '"', '\'':
		return rune(s[0]), false, 1
	case 'x':
		if v, ok := digits(1, 2, 16); ok {
			return v, true, 3
		}
	case 'u':
		if v, ok := digits(1, 4, 16); ok && validRune(v) {
			return v, false, 5
		}
	case 'U':
		if v, ok := digits(1, 8, 16); ok && validRune(v) {
			return v, false, 9
		}
	default:
		if v, ok := digits(0, 3, 8); ok && v <= 255 {
			return v, true, 3
		}
	}
	return 0, false, 0
}

// validRune excludes what is no character: surrogates, the last two code points of each plane and the
// noncharacters of the Arabic block.
func validRune(r rune) bool {
	return utf8.ValidRune(r) && r&0xfffe != 0xfffe && (r < 0xfdd0 || r > 0xfdef)
}

// ValidText tells whether a string is UTF-8 without noncharacters, as unit files and environments must be.
func ValidText(s string) bool { return firstInvalid(s) < 0 }

// firstInvalid is the index of the first byte that is not valid text, -1 if there is none.
func firstInvalid[T string | []byte](s T) int {
	for i, r := range string(s) {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)])); n == 1 {
				return i
			}
		}
		if !validRune(r) {
			return i
		}
	}
	return -1
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// CUnescape resolves the C escapes of a whole string; escapes that are not known stay as they are if relax
// is set, else they are an error.
func CUnescape(s string, relax bool) (string, error) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	var out []byte
	for rest := s; rest != ""; {
		if rest[0] != '\\' {
			out = append(out, rest[0])
			rest = rest[1:]
			continue
		}
		char, raw, n := unescapeOne(rest[1:])
		switch {
		case n == 0 && !relax:
			return "", malformed("text with escapes", s, "unknown escape or lone backslash")
		case n == 0:
			out = append(out, '\\')
		case raw:
			out = append(out, byte(char))
		default:
			out = utf8.AppendRune(out, char)
		}
		rest = rest[1+n:]
	}
	return string(out), nil
}

// nextOrVerbatim reads a word with quotes and C escapes removed, as Exec…= lines and many lists do; a word
// with an escape that is not known is read once more with such escapes kept (systemd warns and goes on).
func (r *WordReader) nextOrVerbatim(flags WordFlags) (string, bool, error) {
	saved := *r
	word, ok, err := r.Next(whitespace, flags)
	if errors.Is(err, syscall.EINVAL) {
		*r = saved
		return r.Next(whitespace, flags|WordUnescapeRelax)
	}
	return word, ok, err
}
