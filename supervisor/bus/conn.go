package bus

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

const (
	// authTime is how long a client may take to authenticate (systemd's BUS_AUTH_TIMEOUT).
	authTime = 25 * time.Second
	// answersMax is how many answers may wait for a client to read them before no more is read from it.
	answersMax = 16
	// ownSerials is where the serial numbers of calls of our own begin (session); all else is counted below it.
	ownSerials = 1 << 31
)

// conn is one connection. Two goroutines belong to it: serve, which reads, and write.
type conn struct {
	s     *Server
	sock  *net.UnixConn
	peer  Peer
	out   outbox
	ready bool // it has authenticated; of the loop
	fds   bool // it takes descriptors
}

// serve reads until the connection ends.
func (c *conn) serve(guid string) {
	defer c.end()
	defer c.guard()
	in := &fdReader{sock: c.sock}
	defer in.close()
	r := bufio.NewReader(in)
	_ = c.sock.SetReadDeadline(time.Now().Add(c.s.wait))
	fds, err := authenticate(r, c.sock, c.peer.UID, guid)
	if err != nil || c.sock.SetReadDeadline(time.Time{}) != nil {
		c.complain(err)
		return
	}
	// Only methods that change something take descriptors.
	c.fds, in.allowed = fds, fds && c.peer.Privileged
	if !c.s.config.Do(func() { c.ready = true }) {
		return
	}
	go c.write()
	for c.out.waitRoom() {
		if err := c.next(r, in); err != nil {
			c.complain(err)
			return
		}
	}
}

// next reads a message and does what it asks for.
func (c *conn) next(r *bufio.Reader, in *fdReader) error {
	max := messageMax
	if !c.peer.Privileged {
		max = messageMaxOther
	}
	data, err := frame(r, max)
	if err != nil {
		return err
	}
	fds, err := in.take(unixFDs(data))
	if err != nil {
		return err
	}
	msg, err := decode(data, fds)
	if err != nil || msg.Type != dbus.TypeMethodCall { // nobody has asked for anything else
		closeFDs(fds)
		return err
	}
	call, err := c.s.newCall(msg, fds, c.peer, c)
	switch {
	case err != nil:
		call.Fail(err)
	case call.method.Aside:
		call.do()
	case !c.s.config.Do(call.do):
		return errors.New("the manager has ended")
	}
	return nil
}

// complain says why a connection is cut, to those who look for it.
func (c *conn) complain(err error) {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, unix.ECONNRESET) {
		c.s.config.Do(func() {
			c.s.logf(supervisor.LevelDebug, "cutting a D-Bus connection of process %d of user %d: %v", c.peer.PID, c.peer.UID, err)
		})
	}
}

// guard catches a panic: a bug costs the connection that it is met on, and not PID 1.
func (c *conn) guard() {
	if r := recover(); r != nil {
		stack := debug.Stack()
		c.s.config.Do(func() {
			c.s.logf(supervisor.LevelError, "bug: %v; going on without a D-Bus connection. Please report this:\n%s", r, stack)
		})
	}
}

// end closes the connection; both goroutines notice.
func (c *conn) end() {
	c.out.close()
	_ = c.sock.Close()
	c.s.config.Do(func() { c.s.forget(c) })
}

// reply queues the answer to a call.
func (c *conn) reply(call *Call, msg *dbus.Message) {
	passed := descriptors(msg)
	if call.silent {
		closeFDs(passed)
		return
	}
	if len(passed) > 0 && !c.fds {
		closeFDs(passed)
		msg = failure(Errorf(ErrNotSupported, "cannot pass a descriptor: the client has not asked for it"))
		msg.Headers[dbus.FieldReplySerial] = dbus.MakeVariant(call.serial)
	}
	msg.Headers[dbus.FieldSender] = dbus.MakeVariant(busName)
	c.out.put(&packet{msg: msg, done: c.out.answered})
}

// write sends what is queued, until the connection ends.
func (c *conn) write() {
	defer c.sock.Close() // wakes the reader
	defer c.out.close()
	defer c.guard()
	for serial := uint32(1); ; {
		batch := c.out.take()
		if len(batch) == 0 {
			return
		}
		if err := c.send(batch, &serial); err != nil {
			c.complain(err)
			return
		}
	}
}

// send writes messages, those without descriptors in one go.
func (c *conn) send(batch []*packet, serial *uint32) error {
	var pending net.Buffers
	for i, p := range batch {
		data, fds := c.encoded(p)
		if data == nil {
			continue
		}
		head := append(make([]byte, 0, fixedLen), data[:fixedLen]...)
		if p.serial != 0 {
			binary.LittleEndian.PutUint32(head[serialAt:], p.serial)
		} else {
			binary.LittleEndian.PutUint32(head[serialAt:], *serial)
			*serial = max((*serial+1)%ownSerials, 1)
		}
		if len(fds) > 0 {
			_, err := pending.WriteTo(c.sock)
			if err == nil {
				_, _, err = c.sock.WriteMsgUnix(head, unix.UnixRights(fds...), nil)
			}
			closeFDs(fds)
			if err != nil {
				for _, p := range batch[i+1:] {
					p.drop()
				}
				return err
			}
			head = nil
		}
		pending = append(pending, head, data[fixedLen:])
	}
	_, err := pending.WriteTo(c.sock)
	for _, p := range batch {
		if p.done != nil {
			p.done()
		}
	}
	return err
}

// encoded are the bytes of a message; nil for a signal that cannot be encoded, which is a bug of ours. A reply that
// cannot be becomes an error.
func (c *conn) encoded(p *packet) ([]byte, []int) {
	data, fds, err := p.bytes()
	if err == nil {
		return data, fds
	}
	c.s.config.Do(func() { c.s.logf(supervisor.LevelError, "bug: %v", err) })
	to, ok := p.msg.Headers[dbus.FieldReplySerial]
	if !ok {
		return nil, nil
	}
	closeFDs(descriptors(p.msg))
	instead := failure(err)
	instead.Headers[dbus.FieldReplySerial], instead.Headers[dbus.FieldSender] = to, dbus.MakeVariant(busName)
	if data, _, err = encode(instead); err != nil {
		return nil, nil
	}
	return data, nil
}

// fdReader reads from a socket, and keeps the descriptors that come with the data.
type fdReader struct {
	sock    *net.UnixConn
	fds     []int
	allowed bool // descriptors may be passed
	oob     []byte
}

var errDescriptors = errors.New("the client passes descriptors that it may not pass")

// oobLen is what the control message of the most descriptors needs.
const oobLen = 1088

func (f *fdReader) Read(p []byte) (int, error) {
	if f.oob == nil {
		f.oob = make([]byte, oobLen)
	}
	n, oobn, flags, _, err := f.sock.ReadMsgUnix(p, f.oob)
	if oobn > 0 {
		if err := f.keep(f.oob[:oobn], flags); err != nil {
			return 0, err
		}
	}
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

// keep takes descriptors out of control messages.
func (f *fdReader) keep(oob []byte, flags int) error {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return errDescriptors
	}
	for k := range messages {
		if fds, err := unix.ParseUnixRights(&messages[k]); err == nil {
			f.fds = append(f.fds, fds...)
		}
	}
	if flags&unix.MSG_CTRUNC != 0 || len(f.fds) > 0 && !f.allowed || len(f.fds) > descriptorsMax {
		return errDescriptors
	}
	return nil
}

// take gives the next n descriptors, to one message.
func (f *fdReader) take(n uint32) ([]int, error) {
	if uint64(n) > uint64(len(f.fds)) {
		return nil, errDescriptors
	}
	fds := f.fds[:n:n]
	f.fds = f.fds[n:]
	return fds, nil
}

func (f *fdReader) close() { closeFDs(f.fds) }

func closeFDs(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// dupFD makes a copy of a descriptor that stays when the call it came with has been answered.
func dupFD(fd int) (int, error) { return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3) }
