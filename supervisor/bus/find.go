package bus

import (
	"encoding/hex"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// How methods of the manager's object find the unit that they are about.

// held is the unit of a name if it is loaded already; an empty name is for the caller's own.
func (c *Call) held(name string) (*supervisor.Unit, error) {
	if name == "" {
		return c.own()
	}
	if u := c.Manager().Known(name); u != nil {
		return u, nil
	}
	return nil, Errorf(supervisor.ErrNoSuchUnit, "Unit %s not loaded.", name)
}

// load is the unit of a name, whatever its files are like.
func (c *Call) load(name string) (*supervisor.Unit, error) {
	if name == "" {
		return c.own()
	}
	if err := supervisor.CheckName(name); err != nil {
		return nil, err
	}
	return c.Manager().Load(name), nil
}

// sound is the unit of a name if its files are good.
func (c *Call) sound(name string) (*supervisor.Unit, error) {
	u, err := c.load(name)
	if err == nil {
		err = u.LoadProblem()
	}
	return u, err
}

// own is the unit that the caller belongs to.
func (c *Call) own() (*supervisor.Unit, error) {
	if u := c.Manager().UnitByPID(int(c.Peer.PID)); u != nil && c.Peer.PID > 0 {
		return u, nil
	}
	return nil, Errorf(supervisor.ErrNoSuchUnit, "Client not member of any unit.")
}

// named makes a method of the manager's object of one of a unit's: its first argument names the unit.
func named(find func(*Call, string) (*supervisor.Unit, error), do func(*Call) ([]any, error)) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) {
		u, err := find(c, c.Text(0))
		if err != nil {
			return nil, err
		}
		c.Unit, c.Args = u, c.Args[1:]
		return do(c)
	}
}

// pathOf answers with the path of a unit.
func pathOf(u *supervisor.Unit, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	return []any{UnitPath(u.Name)}, nil
}

func getUnit(c *Call) ([]any, error)  { return pathOf(c.held(c.Text(0))) }
func loadUnit(c *Call) ([]any, error) { return pathOf(c.load(c.Text(0))) }

func getUnitByPID(c *Call) ([]any, error) {
	pid := int(int32(c.Uint(0)))
	if pid < 0 {
		return nil, Errorf(ErrInvalidArgs, "Invalid PID %d", pid)
	}
	return pathOf(c.unitByPID(pid))
}

// unitByPID is the unit of a process; 0 is the caller.
func (c *Call) unitByPID(pid int) (*supervisor.Unit, error) {
	if pid == 0 {
		pid = int(c.Peer.PID)
	}
	if u := c.Manager().UnitByPID(pid); u != nil && pid > 0 {
		return u, nil
	}
	return nil, Errorf("org.freedesktop.systemd1.NoUnitForPID", "PID %d does not belong to any loaded unit.", pid)
}

func getUnitByInvocationID(c *Call) ([]any, error) {
	id := c.Args[0].([]byte)
	switch len(id) {
	case 0:
		if u := c.Manager().UnitByPID(int(c.Peer.PID)); u != nil && c.Peer.PID > 0 {
			return pathOf(u, nil)
		}
		return nil, Errorf(supervisor.ErrNoSuchUnit, "Client %d not member of any unit.", c.Peer.PID)
	case 16:
	default:
		return nil, Errorf(ErrInvalidArgs, "Invalid invocation ID")
	}
	if u := c.Manager().UnitByInvocationID(hex.EncodeToString(id)); u != nil {
		return []any{dbus.ObjectPath(unitPrefix + "_" + hex.EncodeToString(id))}, nil
	}
	return nil, Errorf("org.freedesktop.systemd1.NoUnitForInvocationID", "No unit with the specified invocation ID %x known.", id)
}

func getUnitByControlGroup(c *Call) ([]any, error) {
	if u := c.Manager().UnitByControlGroup(c.Text(0)); u != nil {
		return pathOf(u, nil)
	}
	return nil, Errorf(supervisor.ErrNoSuchUnit, "Control group '%s' is not valid or not managed by this instance", c.Text(0))
}
