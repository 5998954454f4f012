package units

import (
	"encoding/json"
	"testing"
	"time"

	"pintle/vectors"
)

func TestVectorsTimestamps(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	var recorded Usec // when the rows that count from now were recorded
	vectors.Run(t, "timestamps", func(t *testing.T, row struct {
		Fn, TZ    string
		Input     vectors.Text
		InputUSec Usec    `json:"input_usec"`
		USec      outcome `json:"expected_usec"`
		Expected  json.RawMessage
	}) {
		loc := tableZone(t, row.TZ)
		if row.Fn == "parse_timestamp" {
			got, err := ParseTimestamp(string(row.Input), now.In(loc))
			var want Usec
			if _, relative, _ := relativeTimestamp(string(row.Input), now); relative && row.Input[0] != '@' && json.Unmarshal(row.USec.OK, &want) == nil {
				// The rows do not tell the clock they were recorded by, but it is the same for all.
				at := want + Usec(now.UnixMicro()) - got
				if recorded == 0 {
					recorded = at
				}
				if err != nil || at+Minute < recorded || at > recorded+Minute {
					t.Errorf("%q: got %d, %v, recorded at %d", row.Input, got, err, at)
				}
				return
			}
			row.USec.check(t, row.TZ+" "+string(row.Input), uint64(got), err)
			return
		}
		same(t, string(row.Input), FormatTimestamp(row.InputUSec, loc), row.Expected)
	})
}

func TestRelativeTimestamps(t *testing.T) {
	now := time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)
	for in, want := range map[string]time.Time{
		"now": now, "+5min": now.Add(5 * time.Minute), "-2h": now.Add(-2 * time.Hour), "3s ago": now.Add(-3 * time.Second),
		"1 h left": now.Add(time.Hour), "today": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"yesterday": time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), "tomorrow": time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		"11:12": time.Date(2026, 3, 1, 11, 12, 0, 0, time.UTC), "sun 11:12:13": time.Date(2026, 3, 1, 11, 12, 13, 0, time.UTC),
		"today Europe/Berlin": time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC), "-1000y": time.UnixMicro(0),
	} {
		if got, err := ParseTimestamp(in, now); got != Usec(want.UnixMicro()) || err != nil {
			t.Errorf("%q is %s, %v; want %s", in, time.UnixMicro(int64(got)).UTC(), err, want)
		}
	}
	for _, in := range []string{"", "+", "@", "5min", "mon 11:12", "nonsense ago", "2012-11-23 11:12:13.", "10000-01-01", "9999-12-31 23:59:59 UTC"} {
		if got, err := ParseTimestamp(in, now); err == nil {
			t.Errorf("%q is accepted as %d", in, got)
		}
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"now", "2012-11-23 11:12:13.5 UTC", "@1.5", "Fri 2012-11-23", "12-11-23T11:12Z", "11:12 +0530", "yesterday CET", "-5min"} {
		f.Add(s, uint64(1700000000))
	}
	f.Fuzz(func(t *testing.T, s string, u uint64) {
		now := time.Unix(1700000000, 0).UTC()
		if v, err := ParseTimestamp(s, now); err == nil && v > 0 && v/Second <= lastSecond {
			if back, err := ParseTimestamp(FormatTimestamp(v, time.UTC), now); back != v/Second*Second || err != nil {
				t.Errorf("%q is %d, written %q, read %d, %v", s, v, FormatTimestamp(v, time.UTC), back, err)
			}
		}
	})
}

func TestFormatRelative(t *testing.T) {
	const at = 100 * Year
	for ago, want := range map[Usec]string{
		0: "now", 1: "1us ago", 571 * Millisecond: "571ms ago", 28*Second + 5: "28s ago", 209 * Second: "3min 29s ago",
		5*Minute + 59*Second: "5min ago", 3*Hour + 13*Minute: "3h 13min ago", 6*Hour + 50*Minute: "6h ago",
		24 * Hour: "24h ago", 25 * Hour: "1 day 1h ago", 47 * Hour: "1 day 23h ago", 3 * Day: "3 days ago",
		8 * Day: "1 week 1 day ago", 16 * Day: "2 weeks 2 days ago", Month + 2*Day: "1 month 2 days ago",
		2*Year + Month: "2 years 1 month ago",
	} {
		if got := FormatRelative(at-ago, at); got != want {
			t.Errorf("%d: %q, want %q", ago, got, want)
		}
	}
	if got := FormatRelative(at+11*Minute, at); got != "11min left" {
		t.Error(got)
	}
}
