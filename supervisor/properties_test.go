package supervisor

import (
	"slices"
	"strings"
	"testing"

	"pintle/vectors"
)

// shownRow is what systemctl show prints of one unit: names in order, and the values that do not depend on the
// machine it was recorded on.
type shownRow struct {
	Version, Type, Unit string
	Names               []string          `json:"property_names_in_order"`
	Values              map[string]string `json:"sample_values"`
}

// shownUnits are the units that the table was recorded with, as far as it tells.
var shownUnits = map[string]string{
	"zz.service":   "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 1000\n",
	"zz.socket":    "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/zz\n",
	"zz.timer":     "[Unit]\nDefaultDependencies=no\n[Timer]\nOnBootSec=1d\n",
	"zz.path":      "[Unit]\nDefaultDependencies=no\n[Path]\nPathExists=/x\n",
	"basic.target": "[Unit]\nDefaultDependencies=no\n",
	"base.target":  "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n",
	"system.slice": "", // there without a file
}

// Properties whose values, or whose being there at all, belong to the machine of the recording or to what pintle
// has none of.
var (
	shownOfControlGroup = strings.Fields(`ControlGroup ControlGroupId CanFreeze CPUAccounting MemoryAccounting
		TasksAccounting TasksMax EffectiveTasksMax EffectiveMemoryMax EffectiveMemoryHigh`)
	shownOfMachine = strings.Fields(`LimitSTACKSoft LimitNOFILE LimitNOFILESoft LimitNPROC LimitNPROCSoft LimitMEMLOCK
		LimitMEMLOCKSoft LimitSIGPENDING LimitSIGPENDINGSoft LimitMSGQUEUE LimitMSGQUEUESoft LimitNICE LimitNICESoft
		LimitRTPRIO LimitRTPRIOSoft FragmentPath UnitFilePreset ExecStart ExecStartEx NextElapseUSecMonotonic
		TimersMonotonic SliceOf RequiredBy Requires Wants After Before Triggers TriggeredBy RequiresMountsFor`)
)

// TestVectorsShowProperties compares what is shown of a unit of each type that pintle runs with what the newest
// systemd of the table shows.
func TestVectorsShowProperties(t *testing.T) {
	vectors.Run(t, "show_properties", func(t *testing.T, row shownRow) {
		if row.Type == "manager" || kinds[row.Type] == nil || row.Version != "256" {
			t.Skipf("no unit of type %s, or not the newest version", row.Type)
		}
		if _, ok := shownUnits[row.Unit]; !ok {
			t.Skipf("the table does not tell what is in %s", row.Unit)
		}
		s := newStory(t)
		for name, text := range shownUnits {
			if text != "" {
				s.texts[name] = text
			}
		}
		m := s.manager()
		for _, name := range []string{"base.target", "zz.socket", "zz.timer", "zz.path", "zz.service"} {
			if _, err := m.Enqueue(JobStart, name, ""); err != nil {
				t.Fatal(err)
			}
		}
		var names []string
		values := map[string]string{}
		for _, p := range m.Unit(row.Unit).Properties() {
			if value := strings.Join(p.Texts(), "\n"); value != "" {
				names = append(names, p.Name)
				values[p.Name] = value
			}
		}
		without := func(list []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(name string) bool {
				return slices.Contains(shownOfControlGroup, name) || slices.Contains(shownOfMachine, name)
			})
		}
		got, want := without(names), without(row.Names)
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("%s is not shown", name)
			}
		}
		for _, name := range got {
			if !slices.Contains(want, name) {
				t.Errorf("%s=%s is shown", name, values[name])
			}
		}
		if !t.Failed() && !slices.Equal(got, want) {
			t.Errorf("shown in the order\n%s\nwant\n%s", got, want)
		}
		for name, value := range row.Values {
			if slices.Contains(without([]string{name}), name) && values[name] != value {
				t.Errorf("%s=%s, want %s", name, values[name], value)
			}
		}
	})
}
