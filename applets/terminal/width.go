package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextWidth is how many columns a text takes on a terminal.
func TextWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for what East Asian scripts write wide, and 0 for marks that go over other characters.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf && r != 0x303f, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1f64f, r >= 0x1f900 && r <= 0x1f9ff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// Ellipsize shortens a text to a width by putting … in place of what is left out; percent of what stays is from
// its beginning.
func Ellipsize(s string, width, percent int) string {
	if width <= 0 {
		return ""
	}
	if TextWidth(s) <= width {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	if width == 1 {
		return "…"
	}
	room := width - 1
	left := (room*percent + 50) / 100
	head, used := 0, 0
	for i, r := range s {
		if used+runeWidth(r) > left {
			head = i
			break
		}
		used += runeWidth(r)
	}
	room -= used
	tail := len(s)
	for tail > head {
		r, size := utf8.DecodeLastRuneInString(s[:tail])
		if runeWidth(r) > room {
			break
		}
		room -= runeWidth(r)
		tail -= size
	}
	return s[:head] + "…" + s[tail:]
}
