package units

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pintle/vectors"
)

func TestVectorsTimespan(t *testing.T) {
	vectors.Run(t, "timespan", func(t *testing.T, row struct {
		Fn       string
		Input    json.RawMessage
		USec     outcome `json:"expected_usec"`
		Expected json.RawMessage
	}) {
		if row.Fn == "format_timespan" {
			var in struct {
				USec     uint64
				Accuracy uint64 `json:"accuracy_usec"`
			}
			if err := json.Unmarshal(row.Input, &in); err != nil {
				t.Fatal(err)
			}
			same(t, string(row.Input), FormatSpan(Usec(in.USec), Usec(in.Accuracy)), row.Expected)
			return
		}
		parse, ok := map[string]func(string) (Usec, error){
			"parse_sec": ParseSpan, "parse_sec_fix_0": ParseSpanFix0, "parse_sec_def_infinity": ParseSpanDefInfinity,
		}[strings.Fields(row.Fn)[0]]
		if !ok {
			t.Fatalf("unknown function %s", row.Fn)
		}
		var in vectors.Text
		if err := json.Unmarshal(row.Input, &in); err != nil {
			t.Fatal(err)
		}
		got, err := parse(string(in))
		if string(row.USec.OK) == `"infinity"` {
			row.USec.OK = json.RawMessage("18446744073709551615")
		}
		row.USec.check(t, in, uint64(got), err)
	})
}

func TestParseNanoseconds(t *testing.T) {
	for in, want := range map[string]uint64{"50": 50, "1us": 1000, "2ns": 2, "3nsec": 3, "1.5ms": 1500000, "1s": 1e9, "infinity": math.MaxUint64} {
		if got, err := ParseNanoseconds(in); got != want || err != nil {
			t.Errorf("%q is %d, %v; want %d", in, got, err, want)
		}
	}
	if got, err := ParseSpanIn("5min 3", Millisecond); got != 5*Minute+3*Millisecond || err != nil {
		t.Errorf("another unit gives %d, %v", got, err)
	}
}

func FuzzSpan(f *testing.F) {
	for _, s := range []string{"", "5s", "1h30", "infinity", "1.5min", "-1", "3.", "9223372036854775807y", "1μs"} {
		f.Add(s, uint64(90061000001))
	}
	f.Fuzz(func(t *testing.T, s string, u uint64) {
		if v, err := ParseSpan(s); err == nil {
			if back, err := ParseSpan(FormatSpan(v, 0)); back != v || err != nil {
				t.Errorf("%q is %d, written %q, read %d, %v", s, v, FormatSpan(v, 0), back, err)
			}
		}
		text := FormatSpan(Usec(u), 1)
		if back, err := ParseSpan(text); back != Usec(u) || err != nil {
			t.Errorf("%d is written %q, read %d, %v", u, text, back, err)
		}
	})
}
