package pid1

import (
	"errors"
	"os"
	"sync"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// systemBus is where the container's message bus listens. As the name of a watch of pathWatches it cannot be
// mistaken for a unit's.
const systemBus = "/run/dbus/system_bus_socket"

// busService is the unit that provides the bus, under this name or by this alias.
const busService = "dbus.service"

// busDriver is the bus itself among its clients.
const busDriver = "org.freedesktop.DBus"

// busWatch tells which names on the system bus are taken (Type=dbus). There is neither a goroutine nor a
// connection before a service asks for a name. The bus is a service of ours, which may itself wait for PID 1, so
// only that goroutine ever waits for the bus. Nothing is looked for again and again: it connects when there is
// reason to think that the bus has come up, see look.
type busWatch struct {
	post func(supervisor.Event)
	run  func(func())  // on a goroutine
	wake chan struct{} // holds one token: look for the bus, and for names that were not asked for yet

	mu      sync.Mutex        // held for moments only
	names   map[string]string // bus name → unit
	running bool              // the goroutine exists
}

func newBusWatch(post func(supervisor.Event), run func(func())) *busWatch {
	return &busWatch{post: post, run: run, wake: make(chan struct{}, 1), names: map[string]string{}}
}

// watch reports the owner of a name from now on. A name that is watched already is reported when it changes hands.
func (b *busWatch) watch(unit, name string) {
	b.forget(unit, name)
	b.mu.Lock()
	b.names[name] = unit
	if !b.running {
		b.running = true
		b.run(b.serve)
	}
	b.mu.Unlock()
	b.look()
}

// forget ends the watch of the names of a unit, but one.
func (b *busWatch) forget(unit, but string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, u := range b.names {
		if u == unit && name != but {
			delete(b.names, name)
		}
	}
}

// wanted tells whether a name is watched.
func (b *busWatch) wanted() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.names) > 0
}

// look says that the bus may be there: its socket has changed, its service is up, or SIGUSR1 has come.
func (b *busWatch) look() {
	select {
	case b.wake <- struct{}{}:
	default: // it will look in any case
	}
}

// serve connects to the bus as often as there is reason to.
func (b *busWatch) serve() {
	defer func() { // after a bug there may be another one
		b.mu.Lock()
		b.running = false
		b.mu.Unlock()
	}()
	for range b.wake {
		for again := b.wanted(); again; {
			again = b.session()
		}
	}
}

// session reports names for as long as a connection lasts. What services have taken stays theirs when that ends:
// the next session finds out what has become of it. It returns true if there is reason to connect again at once.
func (b *busWatch) session() (again bool) {
	conn, err := dbus.Connect("unix:path="+systemBus, dbus.WithSignalHandler(dbus.NewSequentialSignalHandler()))
	if err != nil {
		return false // it is not up yet, and there will be a reason to look again when it is
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	asked := map[string]dbus.Sequence{} // name → the answer's place among all that the bus has said
	if b.ask(conn, asked) != nil {
		return false
	}
	for {
		select {
		case s, ok := <-signals:
			if !ok {
				return false
			}
			b.changed(s, asked)
		case <-b.wake:
			// This may be about a bus that has come in the place of the one we are connected with.
			if conn.BusObject().Call(busDriver+".GetId", 0).Err != nil || b.ask(conn, asked) != nil {
				return true
			}
		}
	}
}

// ask reports who owns the names that were not asked for yet, and subscribes to their changes.
func (b *busWatch) ask(conn *dbus.Conn, asked map[string]dbus.Sequence) error {
	for _, name := range b.unasked(asked) {
		call := conn.BusObject().Call(busDriver+".AddMatch", 0, "type='signal',sender='"+busDriver+"',interface='"+
			busDriver+"',member='NameOwnerChanged',arg0='"+name+"'")
		owned := false
		if call.Err == nil {
			call = conn.BusObject().Call(busDriver+".NameHasOwner", 0, name)
			call.Err = call.Store(&owned)
		}
		var refused dbus.Error
		if call.Err != nil && !errors.As(call.Err, &refused) {
			return call.Err // the connection is gone
		}
		asked[name] = call.ResponseSequence
		if call.Err == nil {
			b.report(name, owned)
		}
	}
	return nil
}

func (b *busWatch) unasked(asked map[string]dbus.Sequence) (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.names {
		if _, ok := asked[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// changed reports a signal of the bus, unless it is older than what the bus has answered. Any client can send
// us signals; only the bus itself counts.
func (b *busWatch) changed(s *dbus.Signal, asked map[string]dbus.Sequence) {
	if s.Sender != busDriver || s.Name != busDriver+".NameOwnerChanged" || len(s.Body) != 3 {
		return
	}
	name, _ := s.Body[0].(string)
	owner, ok := s.Body[2].(string)
	if since, known := asked[name]; ok && known && s.Sequence > since {
		b.report(name, owner != "")
	}
}

func (b *busWatch) report(name string, owned bool) {
	b.mu.Lock()
	unit, ok := b.names[name]
	b.mu.Unlock()
	if ok {
		b.post(supervisor.BusNameOwner{Unit: unit, Owned: owned})
	}
}

// WatchBusName reports the owner of a name on the system bus, if there is one or one is on its way.
func (p *PID1) WatchBusName(unit, name string) bool {
	_, err := os.Lstat(systemBus)
	if err != nil && !p.busComes() {
		p.bus.forget(unit, "")
		return false
	}
	if !p.bus.wanted() {
		if err := p.paths.watch(systemBus, systemBus); err != nil {
			p.Log(supervisor.LevelWarning, unit, err.Error())
		}
	}
	p.bus.watch(unit, name)
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

// UnitChanged looks for the bus when its service is up. It has nothing to show: what is worth a line is a job's
// end, or a log line.
func (p *PID1) UnitChanged(u *supervisor.Unit, _, to supervisor.ActiveState) {
	if to == supervisor.Active && p.bus.wanted() && u == p.manager.Unit(busService) {
		p.bus.look()
	}
}

// pathChanged tells of a path that is watched for a unit, or for the bus.
func (p *PID1) pathChanged(unit string) {
	if unit == systemBus {
		p.bus.look()
		return
	}
	p.manager.Handle(supervisor.PathChanged{Unit: unit})
}
