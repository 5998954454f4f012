package units

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pintle/vectors"
)

func tableZone(t *testing.T, name string) *time.Location {
	t.Helper()
	if name == "" {
		return time.UTC
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		if strings.Contains(name, "/") {
			t.Fatalf("cannot load time zone %s (install tzdata): %v", name, err)
		}
		return time.UTC // to the C library an unknown abbreviation is UTC by another name
	}
	return loc
}

func TestVectorsCalendar(t *testing.T) {
	vectors.Run(t, "calendar", func(t *testing.T, row struct {
		Fn, TZ   string
		Input    vectors.Text
		Expected struct{ Normalized, Error string }
		After    Usec    `json:"after_usec"`
		Next     []*Usec `json:"expected_usec"`
	}) {
		local := tableZone(t, row.TZ)
		c, err := ParseCalendar(string(row.Input), local)
		if row.Fn == "parse+normalize" {
			got := ""
			if err == nil {
				got = c.String()
				again, err := ParseCalendar(got, local)
				if err != nil || again.String() != got {
					t.Errorf("%q is normalized to %q and then to %v, %v", row.Input, got, again, err)
				}
			}
			want, _ := json.Marshal(row.Expected.Normalized)
			outcome{OK: want, Error: row.Expected.Error}.check(t, row.Input, got, err)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		after := row.After
		for i, want := range row.Next {
			next, ok := c.Next(after, local)
			if ok != (want != nil) || ok && next != *want {
				t.Errorf("%q, %s: elapse %d after %d is %d %v, want %v", row.Input, row.TZ, i+1, after, next, ok, deref(want))
				return
			}
			after = next
		}
	})
}

func deref(u *Usec) any {
	if u == nil {
		return nil
	}
	return *u
}

func FuzzCalendar(f *testing.F) {
	for _, s := range []string{"daily", "Mon..Fri *-*-1/3 10:00,30", "*-02~1 *:*:0/0.5", "@0", "Sun 2026-03-29 02:30 Europe/Berlin", "1..3/2:4..5:6", "12-05 08:05:40 UTC"} {
		f.Add(s, uint64(1767225600000000))
	}
	f.Fuzz(func(t *testing.T, s string, after uint64) {
		after %= 4102444800000000
		c, err := ParseCalendar(s, time.UTC)
		if err != nil {
			return
		}
		again, err := ParseCalendar(c.String(), time.UTC)
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q is normalized to %q and then to %v, %v", s, c, again, err)
		}
		next, ok := c.Next(Usec(after), time.UTC)
		if ok && next <= Usec(after) {
			t.Errorf("%q elapses at %d, not after %d", s, next, after)
		}
		if other, ok2 := again.Next(Usec(after), time.UTC); other != next || ok != ok2 {
			t.Errorf("%q elapses at %d, its normalized form at %d", s, next, other)
		}
	})
}
