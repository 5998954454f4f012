package bus

import (
	"runtime/debug"
	"sync"
	"time"

	"pintle/supervisor"
)

// System is PID 1 on a message bus: it takes the name org.freedesktop.systemd1, answers calls there as it does on
// connections of its own, starts units that the bus asks for (activation), and tells which other names are taken
// (Type=dbus).
//
// There is neither a goroutine nor a connection before there is a reason to think that the bus has come up, see
// Look. The bus is a service of ours, which may itself wait for PID 1, so that only goroutines of this connection
// ever wait for it. Nothing is looked for again and again.
type System struct {
	server *Server
	path   string
	report func(unit string, owned bool)
	wake   chan struct{} // holds one token: look for the bus, and for names that were not asked for yet

	mu      sync.Mutex        // held for moments only
	names   map[string]string // bus name → unit
	running bool              // the goroutine exists
}

// NewSystem makes one for the bus at a socket. report is called with units whose names were taken or lost; it does
// not wait, and may be called from anywhere.
func NewSystem(server *Server, path string, report func(unit string, owned bool)) *System {
	return &System{server: server, path: path, report: report, wake: make(chan struct{}, 1), names: map[string]string{}}
}

// Watch reports the owner of a name from now on. A name that is watched already is reported when it changes hands.
func (b *System) Watch(unit, name string) {
	b.Forget(unit, name)
	b.mu.Lock()
	b.names[name] = unit
	b.mu.Unlock()
	b.Look()
}

// Forget ends the watch of the names of a unit, but one.
func (b *System) Forget(unit, but string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, u := range b.names {
		if u == unit && name != but {
			delete(b.names, name)
		}
	}
}

// Watching tells whether a name is watched.
func (b *System) Watching() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.names) > 0
}

// Look says that the bus may be there: its socket has changed, its service is up, or SIGUSR1 has come.
func (b *System) Look() {
	b.mu.Lock()
	if !b.running {
		b.running = true
		go b.run()
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // it will look in any case
	}
}

// run connects to the bus as often as there is reason to.
func (b *System) run() {
	for range b.wake {
		for again := true; again; {
			again = b.connect()
		}
	}
}

// connect takes part in the bus for as long as a connection lasts. What services have taken stays theirs when that
// ends: the next session finds out what has become of it. It returns true if there is reason to connect again.
func (b *System) connect() (again bool) {
	defer func() { // what the bus sends must not end PID 1
		if r := recover(); r != nil {
			b.log(supervisor.LevelError, "bug: %v; leaving the system bus. Please report this:\n%s", r, debug.Stack())
		}
	}()
	s, err := newSession(b)
	if err != nil {
		return false // it is not up yet, and there will be a reason to look again when it is
	}
	defer s.end()
	return s.run()
}

// unasked are the watched names that a session has not asked for.
func (b *System) unasked(asked map[string]bool) (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.names {
		if _, ok := asked[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// owned reports the owner of a name, if it is watched.
func (b *System) owned(name string, owned bool) {
	b.mu.Lock()
	unit, ok := b.names[name]
	b.mu.Unlock()
	if ok {
		b.report(unit, owned)
	}
}

// log says something from a goroutine of the connection.
func (b *System) log(level supervisor.Level, format string, args ...any) {
	b.server.config.Do(func() { b.server.logf(level, format, args...) })
}

// dialTime is how long the bus may take to accept a connection and to authenticate us: as long as clients may.
const dialTime = authTime + 65*time.Second

// Listeners are told of signals on the bus; they are of the loop.

// subscribe has a client on the bus hear all signals; on a connection of its own it does anyway.
func subscribe(c *Call) ([]any, error) {
	c.Server.listen(c.Peer.Name)
	return nil, nil
}

// unsubscribe takes that back.
func unsubscribe(c *Call) ([]any, error) {
	if c.Peer.Name != "" && !c.Server.listeners[c.Peer.Name] {
		return nil, Errorf(supervisor.ErrNotSubscribed, "Client is not subscribed.")
	}
	delete(c.Server.listeners, c.Peer.Name)
	return nil, nil
}

func (s *Server) listen(name string) {
	if name == "" {
		return
	}
	if s.listeners == nil {
		s.listeners = map[string]bool{}
	}
	s.listeners[name] = true
}
