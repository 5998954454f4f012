package bus

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units/install"
)

// Bounds of how many connect at a time, as systemd has them; those who may only read shall not keep others out.
const (
	peersMax        = 4096
	othersMax       = 1024
	connectionsEach = 256 // of one user who may only read
	// acceptBatch is how many connections are accepted in one turn of the loop.
	acceptBatch = 64
)

// Config is what a server is made with.
type Config struct {
	// Manager may come later, see Use.
	Manager *supervisor.Manager
	// Do runs a function on the goroutine that owns the manager, and waits for it; false if there will be no
	// other turn.
	Do  func(func()) bool
	Log func(level supervisor.Level, message string)
	// UID is the user besides root who may do all.
	UID uint32
	// Host answers what is about no unit.
	Host Host
	// Files are the unit files, which are used on goroutines of connections.
	Files *install.Files
}

// Server answers the calls of all connections. But for what the goroutines of connections do by themselves it is
// used by the goroutine that owns the manager only.
type Server struct {
	config Config
	guid   string
	// filesMu is held while unit files are looked at or installed.
	filesMu sync.Mutex
	conns   map[*conn]struct{} // all that are open
	byUID   map[uint32]int     // how many connections each user has who may only read
	others  int                // and all of these
	full    func()             // called when a connection is closed after one could not be accepted

	came []event           // since the last Flush: what is new
	went []event           // and what is gone
	jobs []*supervisor.Job // that have another type or state
	// session is the connection with the system bus, if there is one. Signals are sent there while listeners are
	// connected with it: clients that have subscribed, or have queued a job.
	session   *session
	listeners map[string]bool

	failed uint32                           // units that had failed at the last Flush
	wait   time.Duration                    // authTime
	refs   map[any]map[*supervisor.Unit]int // by client: units that it has the manager keep
}

// Peer is who is at the other end of a connection.
type Peer struct {
	UID, GID uint32
	PID      int32
	// Privileged peers may call every method; others may only read.
	Privileged bool
	// Name is a unique name on the system bus, empty on a connection of its own.
	Name string
}

// New makes a server that nobody is connected to.
func New(config Config) *Server {
	return &Server{config: config, wait: authTime}
}

// Use gives the server the manager, which it is made before. Nothing is called earlier.
func (s *Server) Use(m *supervisor.Manager) { s.config.Manager = m }

func (s *Server) logf(level supervisor.Level, format string, args ...any) {
	s.config.Log(level, fmt.Sprintf(format, args...))
}

// Listen makes the socket of a server; the caller waits for it to be readable and calls Accept then. Everybody
// may connect: who may do what is decided by credentials.
func Listen(path string) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("cannot make the socket of the D-Bus server: %w", err)
	}
	_ = unix.Unlink(path)
	if err = unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err == nil {
		err = unix.Chmod(path, 0o666)
	}
	if err == nil {
		err = unix.Listen(fd, unix.SOMAXCONN)
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	return fd, nil
}

// Accept takes the connections that wait at a socket. more is false if it cannot be asked again at once because
// there are no descriptors left; then again is called when there may be.
func (s *Server) Accept(listener int, again func()) (more bool) {
	for range acceptBatch {
		fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		switch err {
		case nil:
			s.connect(fd)
		case unix.EAGAIN:
			return true
		case unix.EINTR, unix.ECONNABORTED:
		default:
			s.logf(supervisor.LevelWarning, "cannot accept D-Bus connections: %v", err)
			if s.full = again; len(s.conns) > 0 {
				return false
			}
			return true
		}
	}
	return true
}

// connect begins a conversation with a new connection, unless there are too many already.
func (s *Server) connect(fd int) {
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		unix.Close(fd)
		return
	}
	peer := Peer{UID: cred.Uid, GID: cred.Gid, PID: cred.Pid, Privileged: s.privileged(cred.Uid)}
	if !s.room(peer) {
		s.logf(supervisor.LevelWarning, "too many D-Bus connections, refusing one of process %d of user %d", peer.PID, peer.UID)
		unix.Close(fd)
		return
	}
	file := os.NewFile(uintptr(fd), "D-Bus connection")
	sock, err := net.FileConn(file)
	file.Close()
	stream, ok := sock.(*net.UnixConn)
	if err != nil || !ok {
		s.logf(supervisor.LevelWarning, "cannot take a D-Bus connection: %v", err)
		return
	}
	s.admit(stream, peer)
}

// admit begins a conversation.
func (s *Server) admit(stream *net.UnixConn, peer Peer) {
	if s.conns == nil {
		s.conns, s.byUID, s.guid = map[*conn]struct{}{}, map[uint32]int{}, newGUID()
	}
	c := &conn{s: s, sock: stream, peer: peer}
	c.out.init(peer.Privileged)
	s.conns[c] = struct{}{}
	if !peer.Privileged {
		s.byUID[peer.UID]++
		s.others++
	}
	go c.serve(s.guid)
}

func (s *Server) privileged(uid uint32) bool { return uid == 0 || uid == s.config.UID }

func (s *Server) room(peer Peer) bool {
	if peer.Privileged {
		return len(s.conns) < peersMax
	}
	return len(s.conns) < peersMax && s.others < othersMax && s.byUID[peer.UID] < connectionsEach
}

// forget is told of the end of a connection.
func (s *Server) forget(c *conn) {
	if _, ok := s.conns[c]; !ok {
		return
	}
	delete(s.conns, c)
	s.release(c)
	if !c.peer.Privileged {
		s.others--
		if s.byUID[c.peer.UID]--; s.byUID[c.peer.UID] == 0 {
			delete(s.byUID, c.peer.UID)
		}
	}
	if again := s.full; again != nil {
		s.full = nil
		again()
	}
}

// newGUID identifies the server to clients; nothing depends on it.
func newGUID() string { return fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()) }

// emit sends a signal to every connection.
func (s *Server) emit(path dbus.ObjectPath, iface, member, signature string, body ...any) {
	if !s.heard() {
		return
	}
	p := &packet{msg: &dbus.Message{Type: dbus.TypeSignal, Flags: dbus.FlagNoReplyExpected, Body: body,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath:      dbus.MakeVariant(path),
			dbus.FieldInterface: dbus.MakeVariant(iface),
			dbus.FieldMember:    dbus.MakeVariant(member),
			dbus.FieldSender:    dbus.MakeVariant(busName),
			dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust(signature)),
		}}}
	for c := range s.conns {
		if c.ready {
			c.out.put(p)
		}
	}
	if s.heardOnBus() {
		s.session.out.put(p)
	}
}

// heard tells whether anybody would hear a signal.
func (s *Server) heard() bool { return len(s.conns) > 0 || s.heardOnBus() }

// heardOnBus tells whether a client on the system bus would: one that has subscribed, or that holds a unit, of which it
// wants to know what becomes.
func (s *Server) heardOnBus() bool {
	if s.session == nil {
		return false
	}
	for client := range s.refs {
		if _, name := client.(string); name {
			return true
		}
	}
	return len(s.listeners) > 0
}

// busName is the name of the manager on a bus; on a connection of its own it is the sender of all messages.
const busName = "org.freedesktop.systemd1"

// packet is one message on its way to one or many connections. It is encoded once, when the first writer comes
// to it.
type packet struct {
	msg    *dbus.Message
	serial uint32 // set for a call, whose answer is waited for by it
	once   sync.Once
	data   []byte
	fds    []int
	err    error
	done   func() // called when it was written; nil for signals
}

// descriptors are those that a message carries, which are closed when it was sent or cannot be.
func descriptors(msg *dbus.Message) (fds []int) {
	for _, v := range msg.Body {
		if fd, ok := v.(dbus.UnixFD); ok {
			fds = append(fds, int(fd))
		}
	}
	return fds
}

// drop is told that it will not be written. Signals carry nothing.
func (p *packet) drop() {
	if p.done != nil {
		closeFDs(descriptors(p.msg))
	}
}

func (p *packet) bytes() ([]byte, []int, error) {
	p.once.Do(func() { p.data, p.fds, p.err = encode(p.msg) })
	return p.data, p.fds, p.err
}
