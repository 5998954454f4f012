package bus

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// startTransient makes a unit, and others that it needs, and starts it (systemd-run(1)).
func startTransient(c *Call) ([]any, error) {
	name, mode := c.Text(0), units.JobMode(c.Text(1))
	if err := supervisor.MayBeTransient(name); err != nil {
		return nil, err
	}
	if !slices.Contains(units.Enumeration("job_mode"), string(mode)) {
		return nil, Errorf(ErrInvalidArgs, "Job mode %s is invalid.", mode)
	}
	if err := c.Manager().CheckNew(name); err != nil {
		return nil, err
	}
	_, err := c.makeTransient(name, propertyValues(c.Args[2]))
	if err == nil {
		err = c.makeAux(c.Args[3])
	}
	if err != nil {
		c.Manager().Settle() // what has been made by then is forgotten
		return nil, err
	}
	jobs, err := c.Manager().Request(supervisor.Request{Type: supervisor.JobStart, Unit: name, Mode: mode})
	if err != nil {
		return nil, err
	}
	return []any{JobPath(jobs[0].ID)}, nil
}

// makeAux makes the further units of a call: the service of a timer.
func (c *Call) makeAux(arg any) error {
	rows, _ := arg.([][]any)
	for _, row := range rows {
		name, _ := row[0].(string)
		if _, err := c.makeTransient(name, propertyValues(row[1])); err != nil {
			return err
		}
	}
	return nil
}

// makeTransient makes one unit of its properties.
func (c *Call) makeTransient(name string, list []propertyValue) (*supervisor.Unit, error) {
	t := supervisor.Transient{Name: name}
	s := newSettings(name, c.Manager().CheckText)
	ref := false
	for _, p := range list {
		known, err := c.special(p, &t, &ref)
		if err == nil && !known {
			err = s.add(p)
		}
		if err != nil {
			c.closeStreams(t.Streams)
			return nil, err
		}
	}
	t.Text = "# This is a transient unit file, created programmatically via the systemd API. Do not edit.\n" + s.text.String()
	u, err := c.Manager().MakeTransient(t)
	if err != nil {
		c.closeStreams(t.Streams)
		return nil, err
	}
	if ref {
		c.Server.ref(c.client(), u)
	}
	return u, nil
}

func (c *Call) closeStreams(s *supervisor.Streams) {
	if s != nil {
		for _, fd := range s {
			if fd >= 0 {
				closeFDs([]int{fd})
			}
		}
	}
}

// special takes properties that are no settings of a unit file.
func (c *Call) special(p propertyValue, t *supervisor.Transient, ref *bool) (known bool, err error) {
	unitType := supervisor.TypeOf(t.Name)
	value := p.value.Value()
	switch p.name {
	case "AddRef":
		on, ok := value.(bool)
		if !ok {
			return true, mistyped()
		}
		*ref = *ref || on
		return true, nil
	case "PIDs":
		if unitType != "scope" {
			return false, nil
		}
		pids, err := c.pids(value)
		if err == nil && len(pids) == 0 {
			err = Errorf(ErrInvalidArgs, "Failed to set unit properties: Invalid argument")
		}
		t.PIDs = append(t.PIDs, pids...)
		return true, err
	case "Controller":
		if unitType != "scope" {
			return false, nil
		}
		name, ok := value.(string)
		if !ok {
			return true, mistyped()
		}
		if name != "" && !strings.HasPrefix(name, ":") && !strings.Contains(name, ".") {
			return true, Errorf(ErrInvalidArgs, "Controller '%s' is not a valid bus name.", name)
		}
		t.Controller = name
		return true, nil
	}
	if unitType != "service" {
		return false, nil
	}
	i := slices.Index([]string{"StandardInputFileDescriptor", "StandardOutputFileDescriptor", "StandardErrorFileDescriptor"}, p.name)
	if i < 0 {
		return false, nil
	}
	fd, ok := value.(dbus.UnixFD)
	if !ok {
		return true, mistyped()
	}
	if t.Streams == nil {
		t.Streams = &supervisor.Streams{-1, -1, -1}
	}
	own, err := dupFD(int(fd))
	if err != nil {
		return true, err
	}
	c.closeStreams(&supervisor.Streams{t.Streams[i], -1, -1})
	t.Streams[i] = own
	return true, nil
}

// setProperties changes settings of a unit that is loaded (systemctl set-property): those of systemd.resource-control(5)
// and the description.
func setProperties(c *Call) ([]any, error) {
	runtime := c.Bool(0)
	var list []supervisor.DropIn
	var marks [][]string
	for _, p := range propertyValues(c.Args[1]) {
		if p.name == "Markers" {
			words, ok := p.value.Value().([]string)
			if !ok {
				return nil, mistyped()
			}
			marks = append(marks, words)
			continue
		}
		s := newSettings(c.Unit.Name, c.Manager().CheckText)
		section, lines, err := s.lines(p)
		if err == nil && !changeable(s.unitType, p.name, lines) {
			err = unknownProperty(p.name)
		}
		if err == nil {
			err = s.add(p)
		}
		if err != nil {
			return nil, err
		}
		if section != "" && len(lines) > 0 {
			list = append(list, supervisor.DropIn{Name: lines[0].name, Text: s.text.String()})
		}
	}
	for _, words := range marks {
		if err := c.Unit.Mark(words); err != nil {
			return nil, err
		}
	}
	return nil, c.Manager().SetProperties(c.Unit, runtime, list)
}

// changeable tells whether a property can be set while the unit is loaded.
func changeable(unitType, property string, lines []line) bool {
	if property == "Description" {
		return true
	}
	for _, l := range lines {
		s, ok := units.SettingFor(unitType, l.name)
		if !ok || !strings.HasPrefix(s.Field(), "ResourceSettings.") || s.Name == "Slice" {
			return false
		}
	}
	return len(lines) > 0
}
