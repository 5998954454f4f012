package bus

import (
	"testing"

	"github.com/godbus/dbus/v5"
)

const sleeper = "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 1000\n"

// A client starts a unit, hears of the end of the job after its answer, and stops the unit again.
func TestStartAndStop(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.dial()
	signals := make(chan *dbus.Signal, 64)
	c.Signal(signals)
	for _, method := range []string{"StartUnit", "StopUnit"} {
		var job dbus.ObjectPath
		if err := manage(c, method, "a.service", "replace").Store(&job); err != nil {
			t.Fatal(err)
		}
		for s := range signals {
			if s.Name != ManagerName+".JobRemoved" {
				continue
			}
			if s.Body[1] != job || s.Body[2] != "a.service" || s.Body[3] != "done" {
				t.Fatalf("after %s with job %s: %v", method, job, s.Body)
			}
			break
		}
	}
}

func TestGetUnitOnlyFindsWhatIsLoaded(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.dial()
	err := manage(c, "GetUnit", "a.service").Err
	if e, ok := err.(dbus.Error); !ok || e.Name != "org.freedesktop.systemd1.NoSuchUnit" || e.Error() != "Unit a.service not loaded." {
		t.Errorf("GetUnit of a unit that is not loaded: %v", err)
	}
	var path dbus.ObjectPath
	if err := manage(c, "LoadUnit", "a.service").Store(&path); err != nil || path != managerPath+"/unit/a_2eservice" {
		t.Errorf("LoadUnit: %s, %v", path, err)
	}
	var machine, xml string
	if err := c.Object(busName, "/").Call("org.freedesktop.DBus.Peer.GetMachineId", 0).Store(&machine); err != nil {
		t.Errorf("GetMachineId: %v", err)
	}
	if err := c.Object(busName, managerPath).Call("org.freedesktop.DBus.Introspectable.Introspect", 0).Store(&xml); err != nil {
		t.Errorf("Introspect: %v", err)
	}
}

// A unit is also found by its invocation id, as what it is.
func TestUnitByItsInvocation(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.dial()
	if err := manage(c, "StartUnit", "a.service", "replace").Err; err != nil {
		t.Fatal(err)
	}
	id := ""
	w.do(func() { id = w.manager.Unit("a.service").InvocationID() })
	get := func(label, property string) (dbus.Variant, error) {
		return c.Object(busName, dbus.ObjectPath(unitPrefix+label)).GetProperty(property)
	}
	if v, err := get(label("_a.service"), UnitName+".Id"); err != nil || v.Value() != "_a.service" {
		t.Errorf("the unit _a.service: %v", err)
	}
	for _, element := range []string{"_" + id, label(id)} {
		if v, err := get(element, busName+".Service.MainPID"); err != nil || v.Value() != uint32(101) {
			t.Fatalf("MainPID of %s: %v", element, err)
		}
	}
	for _, label := range []string{"_" + "0123456789abcdef0123456789abcdef", "self", "_", "no_2ftype"} {
		if v, err := get(label, UnitName+".Id"); err == nil {
			t.Errorf("%s is %v", label, v)
		}
	}
}
