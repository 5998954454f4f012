package supervisor

import "pintle/units"

// ActiveState is a unit's state as every unit type has it (org.freedesktop.systemd1(5), ActiveState).
type ActiveState string

// The active states.
const (
	Active       ActiveState = "active"
	Reloading    ActiveState = "reloading"
	Inactive     ActiveState = "inactive"
	Failed       ActiveState = "failed"
	Activating   ActiveState = "activating"
	Deactivating ActiveState = "deactivating"
	Maintenance  ActiveState = "maintenance"
)

// Unit is one unit of the manager: what was loaded, and what has become of it.
type Unit struct {
	*units.Unit
	m    *Manager
	kind kind
	job  *Job // the job installed for it, if any
}

// kind is what a unit's type contributes: its state machine. One file a kind.
//
// The manager calls it; it answers by calling the methods of Unit: changed after every transition, watch
// for the processes it has, arm for its timeout.
type kind interface {
	// state is the unit's present state; sub is the kind's own name for it.
	state() (active ActiveState, sub string)
	// start, stop and reload begin what the job asks for; the job ends when the state says so (changed).
	// errAlready: nothing to do. errAgain: not now, the job waits for the next change.
	start() error
	stop() error
	reload() error
	canReload() bool
	// exited: a process given to watch has ended.
	exited(Exit)
	// emptied: processes have ended and perhaps none of the unit's is left; asked after every batch of
	// exits while wantsEmpty is true.
	emptied()
	wantsEmpty() bool
	// timeout: the instant given to arm has come.
	timeout()
	// event: an Executed, Notification, PathChanged, … for this unit.
	event(Event)
	// resetFailed forgets a failure.
	resetFailed()
	// result is the value of the Result property.
	result() string
}
