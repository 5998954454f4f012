package units

import (
	"testing"
	"time"
)

// TestElapsesAsSystemdDoes keeps what random events have shown to differ from `systemd-analyze calendar`.
func TestElapsesAsSystemdDoes(t *testing.T) {
	for _, r := range []struct{ event, after, want string }{
		{"*-1,22,24/7 00:00", "2024-02-29 12:00:00", "2024-03-01 00:00:00"}, // no 31st of February: the month is over
		{"*-*-31 00:00", "2026-01-31 12:00:00", "2026-03-31 00:00:00"},
		{"20:*:16/30.822842", "2026-11-01 20:00:46.822842", "2026-11-01 20:01:16"},
		{"*-*-1,2,3,4,5,6,7,24/6 00:00", "2026-12-30 12:00:00", "2027-01-05 00:00:00"}, // but from December it goes on
		{"*:11/15,08", "2026-03-29 19:56:00", "2026-03-29 20:08:00"},
		{"*:11/15,08", "2026-03-29 19:26:00", "2026-03-29 19:41:00"},
	} {
		c, err := ParseCalendar(r.event, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		const layout = "2006-01-02 15:04:05"
		after, err := time.Parse(layout, r.after)
		if err != nil {
			t.Fatal(err)
		}
		next, ok := c.Next(Usec(after.UnixMicro()), time.UTC)
		if got := time.UnixMicro(int64(next)).UTC().Format(layout); !ok || got != r.want {
			t.Errorf("%s after %s is %s, %v; want %s", r.event, r.after, got, ok, r.want)
		}
	}
}
