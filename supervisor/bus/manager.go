package bus

import (
	"slices"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// ManagerName is the interface of the manager's object.
const ManagerName = "org.freedesktop.systemd1.Manager"

var managerTable table

func managerInterface() *Interface {
	return managerTable.get(func() *Interface {
		return &Interface{
			Name:    ManagerName,
			Methods: slices.Concat(managerUnitMethods(), managerClientMethods()),
			Signals: managerSignals(), Properties: managerProperties(),
		}
	})
}

// managerUnitMethods are about units and their jobs.
func managerUnitMethods() []Method {
	return []Method{
		{Name: "GetUnit", In: "s", Out: "o", Args: "name unit", Do: getUnit},
		{Name: "LoadUnit", In: "s", Out: "o", Args: "name unit", Do: loadUnit},
		{Name: "StartUnit", In: "ss", Out: "o", Args: "name mode job", Privileged: true, Do: enqueue(supervisor.JobStart)},
		{Name: "StopUnit", In: "ss", Out: "o", Args: "name mode job", Privileged: true, Do: enqueue(supervisor.JobStop)},
		{Name: "ListUnits", Out: "a(ssssssouso)", Args: "units", Do: listUnits},
	}
}

// managerClientMethods are about the client itself.
func managerClientMethods() []Method {
	return []Method{
		{Name: "Subscribe", Do: subscribe},
		{Name: "Unsubscribe", Do: subscribe},
	}
}

func getUnit(c *Call) ([]any, error) {
	u := c.Manager().Unit(c.Text(0))
	if u == nil {
		return nil, Errorf(supervisor.ErrNoSuchUnit, "Unit %s not loaded.", c.Text(0))
	}
	return []any{UnitPath(u.Name)}, nil
}

func loadUnit(c *Call) ([]any, error) {
	name := c.Text(0)
	if !units.ValidName(name, units.PlainName|units.InstanceName) {
		return nil, Errorf(ErrInvalidArgs, "Unit name %s is not valid.", name)
	}
	return []any{UnitPath(c.Manager().Load(name).Name)}, nil
}

// enqueue makes the handler of a method that queues a job of one type.
func enqueue(t supervisor.JobType) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) {
		j, err := c.Manager().Enqueue(t, c.Text(0), units.JobMode(c.Text(1)))
		if err != nil {
			return nil, err
		}
		return []any{JobPath(j.ID)}, nil
	}
}

// unitInfo is a row of ListUnits.
type unitInfo struct {
	ID, Description, Load, Active, Sub, Following string
	Path                                          dbus.ObjectPath
	JobID                                         uint32
	JobType                                       string
	JobPath                                       dbus.ObjectPath
}

func infoOf(u *supervisor.Unit) unitInfo {
	active, sub := u.State()
	row := unitInfo{ID: u.Name, Description: u.Description, Load: string(u.Unit.State), Active: string(active), Sub: sub,
		Path: UnitPath(u.Name), JobPath: "/"}
	if row.Description == "" {
		row.Description = u.Name
	}
	if j := u.Job(); j != nil {
		row.JobID, row.JobType, row.JobPath = j.ID, string(j.Type), JobPath(j.ID)
	}
	return row
}

func listUnits(c *Call) ([]any, error) {
	list := []unitInfo{}
	for _, u := range c.Manager().Units() {
		list = append(list, infoOf(u))
	}
	return []any{list}, nil
}

// subscribe has nothing to do: a connection of its own hears all signals.
func subscribe(*Call) ([]any, error) { return nil, nil }
