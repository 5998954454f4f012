package table

import (
	"strings"
	"testing"

	"pintle/applets/terminal"
)

func sample() *Table {
	t := New("unit", "idle timeout", "description")
	t.Dash = "-"
	t.Add(Cell{Text: "dbus.service"}, Empty(), Cell{Text: "D-Bus System Message Bus"})
	t.Add(Cell{Text: "a.timer", Colour: terminal.Red, Gap: true}, Cell{Text: "5s", Value: 5}, Cell{Text: `a <quote> "`})
	return t
}

func printed(t *Table, s terminal.Screen) string {
	var b strings.Builder
	s.Out = &b
	t.Print(&s)
	return b.String()
}

func TestPlain(t *testing.T) {
	want := `UNIT         IDLE TIMEOUT DESCRIPTION
dbus.service -            D-Bus System Message Bus
a.timer      5s           a <quote> "
`
	if got := printed(sample(), terminal.Screen{}); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestColours(t *testing.T) {
	got := printed(sample(), terminal.Screen{Colours: true})
	line := strings.Split(got, "\n")[2]
	if want := "\x1b[0;1;31ma.timer     \x1b[0m\x1b[0;1;31m \x1b[0m5s           a <quote> \""; line != want {
		t.Errorf("%q\nwant\n%q", line, want)
	}
}

func TestNarrow(t *testing.T) {
	t.Setenv("COLUMNS", "40")
	want := `UNIT         IDLE TIMEOUT DESCRIPTION
dbus.service -            D-Bus System …
a.timer      5s           a <quote> "
`
	if got := printed(sample(), terminal.Screen{Tty: true}); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	full := sample()
	full.Full = true
	if got := printed(full, terminal.Screen{Tty: true}); !strings.Contains(got, "Message Bus") {
		t.Errorf("--full is shortened:\n%s", got)
	}
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	sample().JSON(&b, false)
	if want := `[{"unit":"dbus.service","idle_timeout":null,"description":"D-Bus System Message Bus"},{"unit":"a.timer","idle_timeout":5,"description":"a <quote> \""}]` + "\n"; b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	sample().JSON(&b, true)
	if !strings.HasPrefix(b.String(), "[\n\t{\n\t\t\"unit\" : \"dbus.service\",\n") {
		t.Error(b.String())
	}
}

func TestEllipsize(t *testing.T) {
	for _, c := range []struct {
		text           string
		width, percent int
		want           string
	}{
		{"abcdef", 6, 100, "abcdef"}, {"abcdef", 4, 100, "abc…"}, {"abcdef", 4, 0, "…def"}, {"abcdef", 5, 50, "ab…ef"},
		{"abcdef", 1, 100, "…"}, {"äöü€", 3, 100, "äö…"}, {"日本語", 4, 100, "日…"},
	} {
		if got := terminal.Ellipsize(c.text, c.width, c.percent); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
