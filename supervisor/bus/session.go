package bus

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// The bus itself among its clients.
const (
	driverName   = "org.freedesktop.DBus"
	driverPath   = "/org/freedesktop/DBus"
	activatorIf  = busName + ".Activator"
	sendersMax   = 4096 // clients whose credentials are known; more are asked for anew
	waitingCalls = 64   // calls of one client that wait for its credentials
	asideMax     = 8    // methods that run beside the loop at a time
)

// session is one connection with the bus. Three goroutines belong to it: run, which owns all but what conn says; one
// that reads, and one that writes.
type session struct {
	conn
	bus      *System
	in       *fdReader
	messages chan received
	over     chan struct{} // closed at the end

	serial  uint32
	answers map[uint32]func(*dbus.Message) // of calls of ours, by serial
	asked   map[string]bool                // names that were asked for → the answer has come
	senders map[string]*sender
	aside   chan struct{} // one token for each method that runs beside the loop
	looking bool          // whether the bus is still the same was asked, and not answered
}

// received is a message with its descriptors, or the end.
type received struct {
	msg *dbus.Message
	fds []int
	err error
}

// newSession connects and authenticates.
func newSession(b *System) (*session, error) {
	sock, err := net.DialTimeout("unix", b.path, dialTime)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to the system bus: %w", err)
	}
	s := &session{
		conn: conn{s: b.server, sock: sock.(*net.UnixConn), peer: Peer{Privileged: true}},
		bus:  b, messages: make(chan received), over: make(chan struct{}), serial: ownSerials,
		answers: map[uint32]func(*dbus.Message){}, asked: map[string]bool{}, senders: map[string]*sender{},
		aside: make(chan struct{}, asideMax),
	}
	s.out.init(true)
	s.in = &fdReader{sock: s.sock}
	r := bufio.NewReader(s.in)
	_ = sock.SetDeadline(time.Now().Add(dialTime))
	fds, err := introduce(r, sock)
	if err == nil {
		err = sock.SetDeadline(time.Time{})
	}
	if err != nil {
		sock.Close()
		return nil, err
	}
	s.fds, s.in.allowed = fds, fds
	go s.read(r)
	go s.write()
	return s, nil
}

// introduce is the client's side of the exchange at the beginning of a connection.
func introduce(r *bufio.Reader, w io.Writer) (fds bool, err error) {
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Geteuid())))
	if _, err := io.WriteString(w, "\x00AUTH EXTERNAL "+uid+"\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"); err != nil {
		return false, fmt.Errorf("cannot write to the system bus: %w", err)
	}
	line, err := readAuthLine(r)
	if err == nil && !strings.HasPrefix(line, "OK") {
		err = errors.New("the system bus does not let us in")
	}
	if err == nil {
		line, err = readAuthLine(r)
	}
	return line == "AGREE_UNIX_FD", err
}

// read hands messages to run, until the connection ends.
func (s *session) read(r *bufio.Reader) {
	defer s.in.close()
	for s.out.waitRoom() {
		m := s.receive(r)
		select {
		case s.messages <- m:
		case <-s.over:
			closeFDs(m.fds)
			return
		}
		if m.err != nil {
			return
		}
	}
}

// receive reads one message. The bus has checked it, and still it is not trusted.
func (s *session) receive(r *bufio.Reader) (m received) {
	defer func() {
		if r := recover(); r != nil {
			m.err = fmt.Errorf("%w: %v", errMalformed, r)
		}
	}()
	data, err := frame(r, messageMax)
	if err != nil {
		return received{err: err}
	}
	if m.fds, m.err = s.in.take(unixFDs(data)); m.err == nil {
		m.msg, m.err = decode(data, m.fds)
	}
	return m
}

// run takes part in the bus; see System.connect.
func (s *session) run() (again bool) {
	defer s.guard()
	s.call("Hello", "", nil)
	s.call("AddMatch", "s", nil, "type='signal',sender='"+driverName+"',path='"+driverPath+"',interface='"+activatorIf+"',member='ActivationRequest'")
	s.call("RequestName", "su", s.named, busName, uint32(0))
	if !s.s.config.Do(func() { s.s.session = s }) {
		return false
	}
	s.askNames()
	for {
		select {
		case m := <-s.messages:
			if m.err != nil {
				return s.looking
			}
			s.handle(m)
		case <-s.bus.wake:
			// This may be about a bus that has come in the place of the one we are connected with: if this one ends
			// before it answers, the other one is to be looked for.
			s.looking = true
			s.call("GetId", "", func(*dbus.Message) { s.looking = false })
			s.askNames()
		}
	}
}

// end leaves the bus, and forgets what its clients have held.
func (s *session) end() {
	close(s.over)
	s.out.close()
	_ = s.sock.Close()
	s.s.config.Do(func() {
		if s.s.session != s {
			return
		}
		s.s.session, s.s.listeners = nil, nil
		for client := range s.s.refs {
			if _, ok := client.(string); ok {
				s.s.release(client)
			}
		}
	})
}

// named is told whether we own our name.
func (s *session) named(answer *dbus.Message) {
	if answer.Type == dbus.TypeMethodReply && len(answer.Body) == 1 && answer.Body[0] == uint32(dbus.RequestNameReplyPrimaryOwner) {
		return
	}
	why := "it is taken"
	if answer.Type == dbus.TypeError && len(answer.Body) > 0 {
		why = fmt.Sprint(answer.Body[0])
	}
	s.bus.log(supervisor.LevelWarning, "cannot own %s on the system bus, so that only root reaches PID 1 there: %s", busName, clean(why))
}

// call calls a method of the bus; answer is called with what it says.
func (s *session) call(method, signature string, answer func(*dbus.Message), args ...any) {
	msg := &dbus.Message{Type: dbus.TypeMethodCall, Body: args, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(driverName), dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath(driverPath)),
		dbus.FieldInterface: dbus.MakeVariant(driverName), dbus.FieldMember: dbus.MakeVariant(method)}}
	if signature != "" {
		msg.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.ParseSignatureMust(signature))
	}
	if answer == nil {
		msg.Flags = dbus.FlagNoReplyExpected
		if method == "Hello" { // which is answered in any case
			msg.Flags = 0
		}
	}
	s.serial++
	if answer != nil {
		s.answers[s.serial] = answer
	}
	s.out.put(&packet{msg: msg, serial: s.serial})
}

// askNames asks who owns the names that were not asked for yet, and subscribes to their changes. The bus answers in
// the order of our calls: what it says of a name before it has said who owns it is older than that.
func (s *session) askNames() {
	for _, name := range s.bus.unasked(s.asked) {
		s.asked[name] = false
		s.call("AddMatch", "s", nil, ownerMatch(name))
		s.call("NameHasOwner", "s", func(answer *dbus.Message) {
			if owned, ok := first[bool](answer); ok {
				s.asked[name] = true
				s.bus.owned(name, owned)
			}
		}, name)
	}
}

// ownerMatch is what has the bus tell of changes of a name's owner.
func ownerMatch(name string) string {
	return "type='signal',sender='" + driverName + "',interface='" + driverName + "',member='NameOwnerChanged',arg0='" + name + "'"
}

// first is the one value of a reply.
func first[T any](answer *dbus.Message) (value T, ok bool) {
	if answer.Type == dbus.TypeMethodReply && len(answer.Body) == 1 {
		value, ok = answer.Body[0].(T)
	}
	return value, ok
}
