package units

import (
	"path"
	"slices"
	"strings"
	"testing"

	"pintle/vectors"
)

func TestVectorsTables(t *testing.T) {
	vectors.Run(t, "tables", func(t *testing.T, row struct {
		Table, File, Text string
		Entries           []string
		Map               map[string]ActiveState
	}) {
		switch {
		case row.Map != nil:
			kind := strings.TrimSuffix(path.Base(row.File), ".c")
			states := SubStates(kind)
			if len(states) != len(row.Map) {
				t.Errorf("%s has %d states, want %d", kind, len(states), len(row.Map))
			}
			for state, want := range row.Map {
				if got := ActiveOf(kind, state, strings.HasSuffix(row.Table, "_idle")); got != want {
					t.Errorf("a %s that is %s is %q, want %q", kind, state, got, want)
				}
			}
		case row.Entries != nil:
			got, want := slices.Clone(Enumeration(row.Table)), row.Entries
			if row.Table == "unit_type" { // listed in the order of --type=help, which is another one
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s is %q, want %q", row.Table, got, want)
			}
		default:
			help, ok := map[string]func() string{
				"systemctl --type=help": TypesHelp, "systemctl --state=help": StatesHelp,
				"systemctl --signal=help": SignalsHelp, "systemd-analyze exit-status": ExitStatusesHelp,
			}[row.Table]
			if !ok {
				t.Fatalf("unknown table %s", row.Table)
			}
			if got := help(); got != row.Text {
				t.Errorf("%s prints\n%s\nwant\n%s", row.Table, got, row.Text)
			}
		}
	})
}

func TestUnknownTables(t *testing.T) {
	if Enumeration("nothing") != nil || SubStates("nothing") != nil || ActiveOf("target", "odd", false) != "" {
		t.Error("a table that does not exist has words")
	}
}

func TestEveryConditionIsKnownToTheLoader(t *testing.T) {
	listed := conditionTypes()
	for _, kind := range listed {
		if _, ok := conditionKinds[kind]; !ok {
			t.Errorf("the loader does not know Condition%s=", kind)
		}
	}
	for kind := range conditionKinds {
		if !slices.Contains(listed, kind) {
			t.Errorf("Condition%s= is in no enumeration", kind)
		}
	}
}
