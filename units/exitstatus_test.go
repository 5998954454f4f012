package units

import (
	"encoding/json"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"pintle/vectors"
)

func TestVectorsExitStatus(t *testing.T) {
	vectors.Run(t, "exit_status", func(t *testing.T, row struct {
		Fn       string
		Input    json.RawMessage
		Expected json.RawMessage
	}) {
		unmarshal := func(data json.RawMessage, into any) {
			t.Helper()
			if err := json.Unmarshal(data, into); err != nil {
				t.Fatal(err)
			}
		}
		switch fn := row.Fn; {
		case fn == "exit_status_to_string":
			var status int
			var want struct{ Name, Class string }
			unmarshal(row.Input, &status)
			unmarshal(row.Expected, &want)
			if name, class := ExitStatusName(status); name != want.Name || string(class) != want.Class {
				t.Errorf("%d is %q of %q, want %+v", status, name, class, want)
			}
		case fn == "exit_status_from_string":
			var in string
			var want outcome
			unmarshal(row.Input, &in)
			unmarshal(row.Expected, &want)
			got, err := ParseExitStatus(in)
			want.check(t, in, got, err)
		case strings.HasPrefix(fn, "SuccessExitStatus="):
			var in []string
			var want struct {
				Status []int
				Signal []string
			}
			unmarshal(row.Input, &in)
			unmarshal(row.Expected, &want)
			var set ExitStatusSet
			for _, s := range in {
				set, _ = ParseExitStatusSet(set, s)
			}
			codes, signals := set.Statuses()
			if len(codes)+len(want.Status) > 0 && !reflect.DeepEqual(codes, want.Status) ||
				len(signals)+len(want.Signal) > 0 && !reflect.DeepEqual(signals, want.Signal) {
				t.Errorf("%q: got %v %v, want %+v", in, codes, signals, want)
			}
			if again, problems := ParseExitStatusSet(ExitStatusSet{}, set.String()); again != set || problems != nil {
				t.Errorf("%q is written %q and read otherwise: %v", in, set.String(), problems)
			}
		case strings.HasPrefix(fn, "is_clean_exit"):
			var in struct {
				Code, Kind, SuccessExitStatus string
				Status                        int
			}
			unmarshal(row.Input, &in)
			status := syscall.WaitStatus(in.Status)
			switch in.Code {
			case "exited":
				status <<= 8
			case "dumped":
				status |= 0x80
			}
			set, _ := ParseExitStatusSet(ExitStatusSet{}, in.SuccessExitStatus)
			same(t, string(row.Input), set.CleanExit(status, in.Kind == "daemon"), row.Expected)
		default:
			t.Fatalf("unknown function %s", fn)
		}
	})
}

func FuzzExitStatusSet(f *testing.F) {
	for _, s := range []string{"", "1 2 SIGKILL", "TEMPFAIL 250", "RTMIN+3", "1,2", `"`, "0x10 -1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, _ := ParseExitStatusSet(ExitStatusSet{}, s)
		if again, problems := ParseExitStatusSet(ExitStatusSet{}, set.String()); again != set || problems != nil {
			t.Errorf("%q is written %q and read otherwise: %v", s, set.String(), problems)
		}
	})
}
