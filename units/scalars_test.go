package units

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"pintle/vectors"
)

func TestVectorsScalars(t *testing.T) {
	vectors.Run(t, "scalars", func(t *testing.T, row struct {
		Fn       string
		Input    json.RawMessage
		Expected json.RawMessage
	}) {
		var in vectors.Text
		var pair []string
		var number int
		switch row.Input[0] {
		case '[':
			_ = json.Unmarshal(row.Input, &pair)
		case '"', '{':
			_ = json.Unmarshal(row.Input, &in)
		default:
			_ = json.Unmarshal(row.Input, &number)
		}
		s := string(in)
		var want outcome
		if row.Expected[0] == '{' {
			if err := json.Unmarshal(row.Expected, &want); err != nil {
				t.Fatal(err)
			}
		}
		check := func(got any, err error) { t.Helper(); want.check(t, string(row.Input), got, err) }
		switch row.Fn {
		case "parse_boolean":
			check(ParseBool(s))
		case "parse_size(base 1024)":
			check(ParseBytes(s))
		case "parse_size(base 1000)":
			check(ParseSize(s, 1000))
		case "parse_mode (octal)":
			m, err := ParseMode(s)
			check(fmt.Sprintf("%04o", m), err)
		case "parse_permyriad":
			check(ParsePermyriad(s))
		case "parse_percent":
			check(ParsePercent(s))
		case "parse_nice":
			check(ParseNice(s))
		case "parse_oom_score_adjust":
			check(ParseOOMScoreAdjust(s))
		case "safe_atou (config_parse_unsigned)":
			check(ParseUint(s, 32))
		case "safe_atoi (config_parse_int)":
			check(ParseInt(s, 32))
		case "signal_from_string":
			sig, err := ParseSignal(s)
			check(int(sig), err)
		case "signal_to_string":
			same(t, fmt.Sprint(number), SignalName(syscall.Signal(number)), row.Expected)
		case "rlimit_parse":
			l, err := ParseResourceLimit(pair[0], pair[1])
			check(l.String(), err)
		case "path_simplify/path_is_absolute/path_is_valid/path_is_normalized":
			var path struct {
				Simplified                  vectors.Text
				Absolute, Valid, Normalized bool
			}
			if err := json.Unmarshal(row.Expected, &path); err != nil {
				t.Fatal(err)
			}
			if SimplifyPath(s) != string(path.Simplified) || IsAbsolutePath(s) != path.Absolute ||
				ValidPath(s) != path.Valid || NormalizedPath(s) != path.Normalized {
				t.Errorf("%q: simplified %q, absolute %v, valid %v, normalized %v; want %+v", s,
					SimplifyPath(s), IsAbsolutePath(s), ValidPath(s), NormalizedPath(s), path)
			}
		case "parse_cpu_set":
			set, err := ParseCPUSet(s)
			check(FormatCPUSet(set), err)
		default:
			if !strings.HasPrefix(row.Fn, "socket_address_parse") {
				t.Fatalf("unknown function %s", row.Fn)
			}
			var family struct{ Family string }
			_ = json.Unmarshal(row.Expected, &family)
			a, err := ParseSocketAddress(s)
			check(a.String(), err)
			if err == nil && string(a.Family) != family.Family {
				t.Errorf("%q is of family %s, want %s", s, a.Family, family.Family)
			}
		}
	})
}

func TestVectorsVersions(t *testing.T) {
	vectors.Run(t, "versions", func(t *testing.T, row struct {
		A, B string
		Exit int
	}) {
		exit := map[int]int{0: 0, 1: 11, -1: 12}
		if got := CompareVersions(row.A, row.B); exit[got] != row.Exit {
			t.Errorf("%q against %q is %d, want exit %d", row.A, row.B, got, row.Exit)
		}
		if CompareVersions(row.A, row.B) != -CompareVersions(row.B, row.A) {
			t.Errorf("%q and %q are ordered differently the other way round", row.A, row.B)
		}
	})
}
