package units

import (
	"strings"
	"testing"
)

func TestSettingHint(t *testing.T) {
	for _, row := range [][3]string{
		{"Service", "ExecStrat", "; the nearest known one is ExecStart"},
		{"Service", "restart", "; the nearest known one is Restart"},
		{"Service", "Usr", "; the nearest known one is User"},
		{"Service", "Description", "; it belongs into [Unit]"},
		{"Unit", "WantedBy", "; it belongs into [Install]"},
		{"Unit", "Colour", ""},
		{"Unit", "Q", ""},
		{"Unit", strings.Repeat("After", 1<<18), ""},
	} {
		if got := settingHint(row[0], row[1]); got != row[2] {
			t.Errorf("[%s] %.20s: %q, want %q", row[0], row[1], got, row[2])
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abd", 1}, {"abc", "acb", 1}, {"unti", "unit", 1}, {"kitten", "sitting", 3}} {
		if got := EditDistance(row.a, row.b); got != row.want {
			t.Errorf("%q, %q: %d, want %d", row.a, row.b, got, row.want)
		}
	}
}
