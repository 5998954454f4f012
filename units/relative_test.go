package units

import "testing"

// The words were printed by systemd-analyze timestamp.
func TestFormatRelative(t *testing.T) {
	const now = 1_800_000_000 * Second
	for _, tt := range []struct {
		t    Usec
		want string
	}{
		{0, ""}, {Infinity, ""}, {now, "now"}, {now - 6, "6us ago"}, {now + 999*Millisecond, "999ms left"}, {now - 59*Second, "59s ago"},
		{now - 61*Second, "1min 1s ago"}, {now + 6*Minute, "6min left"}, {now - 90*Minute, "1h 30min ago"}, {now - 24*Hour, "24h ago"},
		{now - 26*Hour, "1 day 2h ago"}, {now - 49*Hour, "2 days ago"}, {now - 8*Day, "1 week 1 day ago"}, {now - 16*Day, "2 weeks 2 days ago"},
		{now - Month, "1 month 0 days ago"}, {now - Year - Month, "1 year 1 month ago"}, {now + 3*Year, "3 years 0 months left"},
	} {
		if got := FormatRelative(tt.t, now); got != tt.want {
			t.Errorf("%d: %q, want %q", tt.t, got, tt.want)
		}
	}
}
