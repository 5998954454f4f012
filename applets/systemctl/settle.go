package systemctl

import (
	"time"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/units"
)

// settling awaits that units have stopped again and no job for them is left (start --wait), or that their
// maintenance is over (clean, freeze).
type settling struct {
	c           *control
	maintenance bool
	units       map[dbus.ObjectPath]*settlingUnit
}

type settlingUnit struct {
	active string // ActiveState, empty until it is known
	job    uint32
}

// settling begins to take note of units that change.
func (c *control) settling() (*settling, error) {
	if err := c.conn.Watch(client.Properties, "PropertiesChanged"); err != nil {
		return nil, failure(err, "Failed to watch units")
	}
	return &settling{c: c, units: map[dbus.ObjectPath]*settlingUnit{}}, nil
}

// add makes a unit one to wait for. What it is now comes with the first change, or is asked for in wait.
func (s *settling) add(name string) { s.units[client.UnitPath(name)] = &settlingUnit{} }

// wait returns when all units are inactive or failed and without a job; failed: one of them has failed.
func (s *settling) wait() (failed bool, err error) {
	for path, u := range s.units {
		list, err := s.c.conn.GetAll(path, client.UnitFace)
		if err != nil {
			return false, err
		}
		for _, p := range list {
			u.take(p.Name, p.Value)
		}
	}
	for {
		for path, u := range s.units {
			if !s.settled(u) {
				continue
			}
			failed = failed || s.failed(path, u)
			delete(s.units, path)
		}
		if len(s.units) == 0 {
			return failed, nil
		}
		if err := s.next(); err != nil {
			return false, err
		}
	}
}

func (s *settling) settled(u *settlingUnit) bool {
	if s.maintenance {
		return u.active != "" && u.active != "maintenance"
	}
	return u.job == 0 && (u.active == "inactive" || u.active == "failed")
}

func (s *settling) failed(path dbus.ObjectPath, u *settlingUnit) bool {
	if !s.maintenance {
		return u.active == "failed"
	}
	result := stringOf(s.c.get(path, face(units.NameType(client.UnitName(path))), "CleanResult"))
	return result != "" && result != "success"
}

// next takes in one signal.
func (s *settling) next() error {
	m, err := s.c.conn.Signal(time.Time{})
	if err != nil {
		return err
	}
	path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	u := s.units[path]
	if u == nil {
		return nil
	}
	var face string
	var changed map[string]dbus.Variant
	var gone []string
	if dbus.Store(m.Body, &face, &changed, &gone) != nil || face != client.UnitFace {
		return nil
	}
	for name, value := range changed {
		u.take(name, value)
	}
	return nil
}

func (u *settlingUnit) take(name string, value dbus.Variant) {
	switch name {
	case "ActiveState":
		u.active = stringOf(value.Value())
	case "Job":
		if pair, _ := value.Value().([]any); len(pair) == 2 {
			u.job = uint32(numberOf(pair[0]))
		}
	}
}
