package systemctl

import (
	"github.com/godbus/dbus/v5"

	"pintle/units"
)

// unit is what the manager knows of a unit, for status.
type unit struct {
	path   dbus.ObjectPath
	values map[string]dbus.Variant
	order  []string
}

func (c *control) readUnit(path dbus.ObjectPath) (*unit, error) {
	list, err := c.conn.GetAll(path, "")
	if err != nil {
		return nil, failure(err, "Failed to get properties")
	}
	u := &unit{path: path, values: make(map[string]dbus.Variant, len(list))}
	for _, p := range list {
		u.values[p.Name] = p.Value
		u.order = append(u.order, p.Name)
	}
	return u, nil
}

func (u *unit) value(name string) any {
	v, ok := u.values[name]
	if !ok {
		return nil
	}
	return v.Value()
}

func (u *unit) text(name string) string     { return stringOf(u.value(name)) }
func (u *unit) flag(name string) bool       { return boolOf(u.value(name)) }
func (u *unit) time(name string) units.Usec { return units.Usec(numberOf(u.value(name))) }

func (u *unit) list(name string) []string {
	list, _ := u.value(name).([]string)
	return list
}

// number is a number, and whether the unit has it and it is not the greatest one, which stands for none.
func (u *unit) number(name string) (n uint64, ok bool) {
	v, has := u.values[name]
	if !has {
		return 0, false
	}
	n = numberOf(v.Value())
	return n, n != 1<<64-1
}

// int is a number that may be negative.
func (u *unit) int(name string) int32 {
	n, _ := u.value(name).(int32)
	return n
}

// condition is a condition or assertion and how it went.
type condition struct {
	name, parameter string
	trigger, negate bool
	failed          bool
}

func (u *unit) conditions(name string) (list []condition) {
	rows, _ := u.value(name).([][]any)
	for _, r := range rows {
		if len(r) < 5 {
			continue
		}
		state, _ := r[4].(int32)
		list = append(list, condition{stringOf(r[0]), stringOf(r[3]), boolOf(r[1]), boolOf(r[2]), state < 0})
	}
	return list
}

// executions are the command lines of a service or socket, by the names of their settings, in the order in which
// they are told.
func (u *unit) executions(do func(setting string, e execution)) {
	for _, name := range u.order {
		v := u.values[name]
		if v.Signature().String() != "a(sasbttttuii)" {
			continue
		}
		switch name {
		case "ExecMount", "ExecUnmount", "ExecRemount", "ExecActivate", "ExecDeactivate":
			continue
		}
		rows, _ := v.Value().([][]any)
		for _, r := range rows {
			do(name, readCommand(r))
		}
	}
}

// showManuals opens the manuals of a unit.
func (c *control) showManuals(u *unit) error {
	if len(u.list("Documentation")) == 0 {
		c.infof("Documentation for %s not known.", u.text("Id"))
		return nil
	}
	c.flush()
	for _, page := range u.list("Documentation") {
		c.openManual(page)
	}
	return nil
}
