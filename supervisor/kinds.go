package supervisor

// kinds makes the state machine of each unit type. What is not in it can be loaded and shown, but a start
// ends as unsupported: a container has no say over mounts and devices.
var kinds = map[string]func(*Unit) kind{
	"service": newService,
	"socket":  newSocket,
	"timer":   newTimerUnit,
	"path":    newPathUnit,
	"target":  func(u *Unit) kind { return &passive{u: u, on: "active"} },
	"slice":   func(u *Unit) kind { return &passive{u: u, on: "active", up: u.perpetual()} },
	"scope":   newScope,
}

// stoodFor are the sub-states of units that PID 1 stands for (units.Unit.Provided), by type: they come up at
// once. A service does that by itself, with no commands left in it.
var stoodFor = map[string]string{
	"socket": "listening", "timer": "waiting", "path": "waiting", "mount": "mounted", "automount": "waiting", "swap": "active",
}

func newKind(u *Unit) kind {
	if on := stoodFor[TypeOf(u.Name)]; on != "" && u.loaded() && u.Provided != "" {
		return &passive{u: u, on: on}
	}
	if make, ok := kinds[TypeOf(u.Name)]; ok && u.loaded() {
		return make(u)
	}
	return &unsupported{}
}

// inert is what most kinds have in common: no processes, no time limits, nothing that could fail.
type inert struct{}

func (inert) reload() error    { return errInapplic }
func (inert) canReload() bool  { return false }
func (inert) exited(Exit)      {}
func (inert) emptied()         {}
func (inert) wantsEmpty() bool { return false }
func (inert) timeout()         {}
func (inert) event(Event)      {}
func (inert) resetFailed()     {}
func (inert) result() string   { return "success" }

// passive is the state machine of targets, slices and what PID 1 stands for: on or off, and nothing in between (systemd.target(5)).
type passive struct {
	inert
	u  *Unit  `handover:"-"`
	on string // the name of the sub-state when up
	up bool
}

func (p *passive) state() (ActiveState, string) {
	if p.up {
		return Active, p.on
	}
	return Inactive, "dead"
}

func (p *passive) start() error {
	p.up = true
	p.u.changed()
	return nil
}

func (p *passive) stop() error {
	p.up = false
	p.u.changed()
	return nil
}

// unsupported is the state machine of a unit that can only be down.
type unsupported struct{ inert }

func (*unsupported) state() (ActiveState, string) { return Inactive, "dead" }
func (*unsupported) start() error                 { return errUnsupported }
func (*unsupported) stop() error                  { return errAlready }
