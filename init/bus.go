package pid1

import (
	"os"

	"pintle/supervisor"
)

// systemBus is where the container's message bus listens. As the name of a watch of pathWatches it cannot be
// mistaken for a unit's.
const systemBus = "/run/dbus/system_bus_socket"

// busService is the unit that provides the bus, under this name or by this alias.
const busService = "dbus.service"

// WatchBusName reports the owner of a name on the system bus, if there is one or one is on its way.
func (p *PID1) WatchBusName(unit, name string) bool {
	_, err := os.Lstat(systemBus)
	if err != nil && !p.busComes() {
		p.bus.Forget(unit, "")
		return false
	}
	if !p.bus.Watching() {
		if err := p.paths.watch(systemBus, systemBus); err != nil {
			p.Log(supervisor.LevelWarning, unit, err.Error())
		}
	}
	p.bus.Watch(unit, name)
	return true
}

// busComes tells whether the service of the bus is up or starting.
func (p *PID1) busComes() bool {
	u := p.manager.Unit(busService)
	if u == nil {
		return false
	}
	switch active, _ := u.State(); active {
	case supervisor.Active, supervisor.Activating, supervisor.Reloading:
		return true
	}
	return false
}

// UnitChanged joins the bus when its service is up. It has nothing to show: what is worth a line is a job's
// end, or a log line.
func (p *PID1) UnitChanged(u *supervisor.Unit, _, to supervisor.ActiveState) {
	if to == supervisor.Active && u == p.manager.Unit(busService) {
		p.bus.Look()
	}
}

// pathChanged tells of a path that is watched for a unit, or for the bus.
func (p *PID1) pathChanged(unit string) {
	if unit == systemBus {
		p.bus.Look()
		return
	}
	p.manager.Handle(supervisor.PathChanged{Unit: unit})
}

// nameOwner posts what the bus says of a name.
func (p *PID1) nameOwner(unit string, owned bool) {
	p.post(supervisor.BusNameOwner{Unit: unit, Owned: owned})
}
