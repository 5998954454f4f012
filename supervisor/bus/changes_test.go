package bus

import (
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"
)

// While a unit starts, a client is told of the job, of the unit as the job has left it, once for each of its
// interfaces, and of the job's end, in this order.
func TestAChangeIsToldBeforeTheEndOfItsJob(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.dial()
	signals := make(chan *dbus.Signal, 64)
	c.Signal(signals)
	var job dbus.ObjectPath
	if err := manage(c, "StartUnit", "a.service", "replace").Store(&job); err != nil {
		t.Fatal(err)
	}
	var heard []string
	for s := range signals {
		name := s.Name[len("org.freedesktop."):]
		if s.Name == propertiesName+".PropertiesChanged" {
			name = s.Body[0].(string)[len(busName)+1:]
			if s.Path != UnitPath("a.service") {
				t.Errorf("%s of %s has changed", name, s.Path)
			}
			values := s.Body[1].(map[string]dbus.Variant)
			switch name {
			case "Unit":
				if values["ActiveState"].Value() != "active" || values["SubState"].Value() != "running" {
					t.Errorf("told that the unit is %s (%s)", values["ActiveState"], values["SubState"])
				}
				if names := s.Body[2].([]string); !slices.Equal(names, []string{"Conditions", "Asserts"}) {
					t.Errorf("told that %q have changed", names)
				}
			case "Service":
				if values["MainPID"].Value() != uint32(101) {
					t.Errorf("told that the main process is %s", values["MainPID"])
				}
				if names := s.Body[2].([]string); !slices.Contains(names, "ExecStart") {
					t.Errorf("told that %q have changed", names)
				}
			}
		}
		if heard = append(heard, name); name == "systemd1.Manager.JobRemoved" {
			break
		}
	}
	// How many units the first one draws in does not matter here.
	heard = slices.DeleteFunc(heard, func(s string) bool { return s == "systemd1.Manager.UnitNew" })
	want := []string{"systemd1.Manager.JobNew", "Service", "Unit", "systemd1.Manager.JobRemoved"}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}
