package systemctl

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/table"
	"pintle/units"
)

// unitsOf are the listed units of a type, ordered by name.
func (c *control) unitsOf(kind string, patterns []string) ([]client.Unit, error) {
	names, _, err := c.patterns(patterns, "."+kind)
	if err != nil {
		return nil, err
	}
	list, err := c.unitList(names)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(u client.Unit) bool { return units.NameType(u.ID) != kind })
	sortUnits(list)
	return list, nil
}

// patterns completes what the user wrote with a suffix. Patterns stay patterns.
func (c *control) patterns(args []string, suffix string) (names []string, globs bool, err error) {
	for _, arg := range args {
		name, err := units.MangleName(arg, suffix, true)
		if err != nil {
			return nil, false, failure(errInvalid, "Failed to expand names")
		}
		names = append(names, name)
		globs = globs || strings.ContainsAny(name, "*?[")
	}
	if c.dependencies {
		full, _, err := c.expand(args, suffix)
		if err != nil {
			return nil, false, err
		}
		names, err = c.withDependencies(full)
		return names, false, err
	}
	return names, globs, nil
}

// face is the interface of a type of units.
func face(kind string) string {
	return client.Destination + "." + strings.ToUpper(kind[:1]) + kind[1:]
}

// triggered are the units that a unit activates.
func (c *control) triggered(path dbus.ObjectPath) []string {
	value, err := c.conn.Get(path, client.UnitFace, "Triggers")
	if err != nil {
		return nil
	}
	list, _ := value.Value().([]string)
	return list
}

// triggeredCell is a field with the units that a unit activates.
func (c *control) triggeredCell(path dbus.ObjectPath) table.Cell {
	if list := c.triggered(path); len(list) > 0 {
		return table.Cell{Text: strings.Join(list, ", ")}
	}
	return table.Empty()
}

// pairs reads a property of type a(ss).
func (c *control) pairs(path dbus.ObjectPath, face, name string) [][2]string {
	value, err := c.conn.Get(path, face, name)
	if err != nil {
		return nil
	}
	return pairsOf(value)
}

// pairsOf takes strings by twos from a value of type a(ss).
func pairsOf(value dbus.Variant) (list [][2]string) {
	rows, _ := value.Value().([][]any)
	for _, row := range rows {
		if len(row) >= 2 {
			first, _ := row[0].(string)
			second, _ := row[1].(string)
			list = append(list, [2]string{first, second})
		}
	}
	return list
}

// listSockets is list-sockets: a line for each address.
func (c *control) listSockets(patterns []string) error {
	list, err := c.unitsOf("socket", patterns)
	if err != nil {
		return err
	}
	c.openPager()
	t := table.New("listen", "type", "unit", "activates")
	if !c.showTypes {
		t.Hide(1)
	}
	for _, u := range list {
		activates := c.triggeredCell(u.Path)
		for _, address := range c.pairs(u.Path, face("socket"), "Listen") {
			t.Add(table.Cell{Text: address[1]}, table.Cell{Text: address[0]}, c.unitCell(u), activates)
		}
	}
	t.SortBy(0, 1, 2)
	t.Dash = "-"
	if err := c.table(t); err != nil {
		return err
	}
	c.legendCount(len(t.Rows), "sockets", "sockets")
	return nil
}

// unitCell is a field with the name of a unit in the colour of its state.
func (c *control) unitCell(u client.Unit) table.Cell {
	cell := table.Cell{Text: u.ID}
	if u.ActiveState == "failed" {
		cell.Colour = stateColour(u.ActiveState)
	}
	return cell
}

// listPaths is list-paths: a line for each path that is watched.
func (c *control) listPaths(patterns []string) error {
	list, err := c.unitsOf("path", patterns)
	if err != nil {
		return err
	}
	c.openPager()
	t := table.New("path", "condition", "unit", "activates")
	for _, u := range list {
		activates := c.triggeredCell(u.Path)
		for _, watch := range c.pairs(u.Path, face("path"), "Paths") {
			t.Add(table.Cell{Text: watch[1]}, table.Cell{Text: watch[0]}, c.unitCell(u), activates)
		}
	}
	t.SortBy(0, 1, 2)
	t.Dash = "-"
	if err := c.table(t); err != nil {
		return err
	}
	c.legendCount(len(t.Rows), "paths", "paths")
	return nil
}

// listAutomounts is list-automounts.
func (c *control) listAutomounts(patterns []string) error {
	list, err := c.unitsOf("automount", patterns)
	if err != nil {
		return err
	}
	c.openPager()
	t := table.New("what", "where", "mounted", "idle timeout", "unit")
	for _, u := range list {
		where := stringOf(c.get(u.Path, face("automount"), "Where"))
		what, mounted := c.mountOf(where)
		idle := numberOf(c.get(u.Path, face("automount"), "TimeoutIdleUSec"))
		cell := table.Cell{Text: units.FormatSpan(units.Usec(idle), units.Second), Value: idle}
		t.Add(table.Cell{Text: what}, table.Cell{Text: where}, table.Cell{Text: units.YesNo(mounted), Value: mounted}, cell, table.Cell{Text: u.ID})
	}
	t.SortBy(1)
	t.Dash = "-"
	if err := c.table(t); err != nil {
		return err
	}
	c.legendCount(len(t.Rows), "automounts", "automounts")
	return nil
}

// mountOf says what the mount of a path mounts, and whether it does.
func (c *control) mountOf(where string) (what string, mounted bool) {
	name, err := units.NameFromPath(where, ".mount")
	if err != nil {
		return "", false
	}
	path := client.UnitPath(name)
	what = stringOf(c.get(path, face("mount"), "What"))
	return what, stringOf(c.get(path, client.UnitFace, "ActiveState")) == "active"
}

// get is a property that may be missing.
func (c *control) get(path dbus.ObjectPath, face, name string) any {
	value, err := c.conn.Get(path, face, name)
	if err != nil {
		return nil
	}
	return value.Value()
}

func stringOf(value any) string {
	s, _ := value.(string)
	return s
}

func boolOf(value any) bool {
	b, _ := value.(bool)
	return b
}

// numberOf is a number of any size; what is none is 0.
func numberOf(value any) uint64 {
	switch v := value.(type) {
	case uint64:
		return v
	case uint32:
		return uint64(v)
	case uint16:
		return uint64(v)
	case byte:
		return uint64(v)
	case int64:
		return uint64(v)
	case int32:
		return uint64(v)
	}
	return 0
}
