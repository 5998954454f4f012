package pid1

import (
	"os"
	"sync"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// systemBus is where a dbus-daemon of the container listens.
const systemBus = "/run/dbus/system_bus_socket"

// busWatch tells which names on the system bus are taken (Type=dbus). There is no connection before a
// service asks for one, and the bus may go and come back: it is a service of ours.
type busWatch struct {
	post func(supervisor.Event)

	mu    sync.Mutex
	conn  *dbus.Conn
	names map[string]string // bus name → unit
}

// watch reports the owner of a name from now on; false if there is no bus.
func (b *busWatch) watch(unit, name string) bool {
	if _, err := os.Stat(systemBus); err != nil {
		return false
	}
	b.mu.Lock()
	if b.names == nil {
		b.names = map[string]string{}
	}
	b.names[name] = unit
	b.mu.Unlock()
	go b.connect()
	return true
}

// retry connects again, if anybody waits for a name.
func (b *busWatch) retry() {
	b.mu.Lock()
	wanted := len(b.names) > 0
	b.mu.Unlock()
	if wanted {
		go b.connect()
	}
}

// connect makes the connection if there is none, and asks for every name. It waits for the bus, so it runs on
// a goroutine of its own.
func (b *busWatch) connect() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil || !b.conn.Connected() {
		conn, err := dbus.Connect("unix:path=" + systemBus)
		if err != nil {
			return // the bus is not there yet: its clients are tried again by SIGUSR1 or the next watch
		}
		signals := make(chan *dbus.Signal, 16)
		conn.Signal(signals)
		b.conn = conn
		go b.follow(conn, signals)
	}
	for name, unit := range b.names {
		err := b.conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name))
		if err != nil {
			return
		}
		owned := false
		if b.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned) == nil && owned {
			b.post(supervisor.BusNameOwner{Unit: unit, Owned: true})
		}
	}
}

// follow reports changes until the bus goes away; then nobody owns a name any more.
func (b *busWatch) follow(conn *dbus.Conn, signals chan *dbus.Signal) {
	for s := range signals {
		if s.Name != "org.freedesktop.DBus.NameOwnerChanged" || len(s.Body) != 3 {
			continue
		}
		name, _ := s.Body[0].(string)
		owner, _ := s.Body[2].(string)
		b.mu.Lock()
		unit, ok := b.names[name]
		b.mu.Unlock()
		if ok {
			b.post(supervisor.BusNameOwner{Unit: unit, Owned: owner != ""})
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == conn {
		b.conn = nil
	}
	for _, unit := range b.names {
		b.post(supervisor.BusNameOwner{Unit: unit})
	}
}
