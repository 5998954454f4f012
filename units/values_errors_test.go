package units

import (
	"math"
	"strings"
	"testing"
	"time"
)

// What is refused, by parser: each for a reason of its own.
func TestRefusedValues(t *testing.T) {
	refused := func(what string, parse func(string) error, values ...string) {
		for _, v := range values {
			if err := parse(v); err == nil {
				t.Errorf("%q is accepted as %s", v, what)
			} else if !strings.HasPrefix(err.Error(), "cannot parse ") {
				t.Errorf("%q as %s: the error %q does not say what cannot be done", v, what, err)
			}
		}
	}
	refused("path", func(s string) error { _, err := ParsePath(s); return err },
		"a", "/"+strings.Repeat("x", 300), "/"+strings.Repeat("x/", 3000), "/a\x01", "/a/../b", "/a\x00")
	refused("address", func(s string) error { _, err := ParseSocketAddress(s); return err },
		"@"+strings.Repeat("x", 200), "vsock:1", "vsock:x:1", "vsock:1:x", "[::1]80", "[1.2.3.4]:80", "[::1]:80%", "[::1%lo]:80", "[::1]:0", "host:80")
	refused("percentage", func(s string) error { _, err := ParsePercent(s); return err }, "101%", "5.5%", "5")
	refused("limit", func(s string) error { _, err := ParseResourceLimit("LimitNICE", s); return err }, "+20", "-21", "41", "x", "1:x")
	refused("limit", func(s string) error { _, err := ParseResourceLimit("LimitNOTHING", s); return err }, "1")
	refused("limit", func(s string) error { _, err := ParseResourceLimit("LimitNOFILE", s); return err }, "18446744073709551615")
	refused("number", func(s string) error { _, err := ParseUint(s, 64); return err }, "99999999999999999999", "0x", "1_000", "0_7")
	refused("CPU list", func(s string) error { _, err := ParseCPUSet(s); return err }, "x", "1-x", "9000", `"1`)
	refused("name", func(s string) error { _, err := ChangeType("foo.service", s); return err }, ".nothing", "service")
	refused("name", func(s string) error { _, err := BuildName("foo", s, ".service"); return err }, "a b", strings.Repeat("x", 250))
	refused("unit for a path", func(s string) error { _, err := NameFromPath("/a", s); return err }, ".nothing")
	refused("calendar", func(s string) error { _, err := ParseCalendar(s, time.UTC); return err },
		"", " UTC", "1:2:3:4", "*:*:1.", "3000000000:00", "*:*:3000", "*:"+strings.Repeat("1,", 300)+"1", "1..2x:00", "*:0/0", "1/x:0", "1..x:0", "@x")
	refused("timestamp", func(s string) error { _, err := ParseTimestamp(s, time.Unix(1, 0).UTC()); return err },
		"2012-11-23 11:12 +99:99", "2012-11-23 11:12 +0x", "Mon", "2012-13-01")
	refused("escaped path", func(s string) error { _, err := UnescapePath(s); return err }, `\x`, `a\x00`)
}

func TestTimestampsThatAreNone(t *testing.T) {
	for _, u := range []Usec{0, math.MaxUint64} {
		if s := FormatTimestamp(u, time.UTC); s != "" {
			t.Errorf("%d is written %q", u, s)
		}
	}
}

// The zone's own words for summer and winter time are understood, and only as long as the clock has them.
func TestCalendarInSummerTime(t *testing.T) {
	berlin := tableZone(t, "Europe/Berlin")
	at := func(s string) Usec {
		v, err := ParseTimestamp(s, time.Unix(0, 0).UTC())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ event, after, want string }{
		{"02:30 CEST", "2026-10-24 20:00 UTC", "2026-10-25 00:30 UTC"},
		{"02:30 CET", "2026-07-01 00:00 UTC", ""},
		{"02:30", "2026-10-25 01:10 UTC", "2026-10-25 01:30 UTC"}, // the second 02:30 of that night
		{"02:30", "2026-03-28 23:00 UTC", "2026-03-30 00:30 UTC"}, // there is no 02:30 on the 29th
	} {
		e, err := ParseCalendar(c.event, berlin)
		if err != nil {
			t.Fatal(err)
		}
		next, ok := e.Next(at(c.after), berlin)
		if ok != (c.want != "") || ok && next != at(c.want) {
			t.Errorf("%s after %s is %s %v, want %q", c.event, c.after, FormatTimestamp(next, time.UTC), ok, c.want)
		}
	}
}
