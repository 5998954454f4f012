package units

import (
	"slices"
	"strings"
	"testing"

	"pintle/vectors"
)

type wordsRow struct {
	Input, Separators vectors.Text
	Flags             []string
	Expected          struct {
		OK    []vectors.Text
		Error string
		Words []vectors.Text `json:"words_before_error"`
		Rest  vectors.Text
	}
}

func (row wordsRow) flags(t *testing.T) (flags WordFlags) {
	for _, name := range row.Flags {
		switch name {
		case "RELAX":
			flags |= WordRelax
		case "CUNESCAPE":
			flags |= WordCUnescape
		case "UNESCAPE_RELAX":
			flags |= WordUnescapeRelax
		case "UNESCAPE_SEPARATORS":
			flags |= WordUnescapeSeparators
		case "UNQUOTE":
			flags |= WordUnquote
		case "DONT_COALESCE_SEPARATORS":
			flags |= WordDontCoalesce
		case "RETAIN_ESCAPE":
			flags |= WordRetainEscape
		default:
			t.Fatalf("unknown flag %s", name)
		}
	}
	return flags
}

func TestVectorsWords(t *testing.T) {
	vectors.Run(t, "words", func(t *testing.T, row wordsRow) {
		var words []string
		r := WordReader{Rest: string(row.Input)}
		for {
			word, ok, err := r.Next(string(row.Separators), row.flags(t))
			if err != nil {
				if row.Expected.Error == "" {
					t.Fatalf("%q: %v", row.Input, err)
				}
				outcome{Error: row.Expected.Error}.check(t, row.Input, words, err)
				sameStrings(t, row.Input, words, row.Expected.Words)
				if r.Rest != string(row.Expected.Rest) {
					t.Errorf("%q: rest is %q, want %q", row.Input, r.Rest, row.Expected.Rest)
				}
				return
			}
			if !ok {
				break
			}
			words = append(words, word)
		}
		if row.Expected.Error != "" {
			t.Fatalf("%q: got %q, want error", row.Input, words)
		}
		sameStrings(t, row.Input, words, row.Expected.OK)
	})
}

func TestCUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`plain`: "plain", `a\tb\x41\101\u00e4\s`: "a\tbAAä ", `\q`: `\q`, `end\`: `end\`, `\ufffe`: `\ufffe`,
	} {
		if got, err := CUnescape(in, true); got != want || err != nil {
			t.Errorf("CUnescape(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := CUnescape(`\q`, false); err == nil {
		t.Error("an unknown escape passes without relax")
	}
}

func TestValidText(t *testing.T) {
	for s, want := range map[string]bool{"": true, "ä": true, "\ufffd": true, "\xff": false, "a\uffff": false, "\ufdd0": false} {
		if ValidText(s) != want {
			t.Errorf("ValidText(%q) is %v", s, !want)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "a b", `"a b" 'c'`, `\x41 \q`, `a\`, `"unbalanced`, "::a:"} {
		f.Add(s, uint(WordUnquote|WordCUnescape))
		f.Add(s, uint(WordDontCoalesce))
	}
	f.Fuzz(func(t *testing.T, s string, flags uint) {
		words, _ := SplitWordsAt(s, " :", WordFlags(flags))
		if len(words) > len(s)+1 {
			t.Errorf("%d words from %d bytes", len(words), len(s))
		}
		// What is quoted comes back whole.
		if !strings.ContainsAny(s, `"\`) {
			if got, err := SplitWords(`"`+s+`" x`, WordUnquote|WordCUnescape); err != nil || !slices.Equal(got, []string{s, "x"}) {
				t.Errorf("quoted %q gives %q, %v", s, got, err)
			}
		}
		if relaxed, err := SplitWords(s, WordUnquote|WordRelax); err != nil {
			t.Errorf("relaxed splitting of %q fails with %v after %q", s, err, relaxed)
		}
	})
}
