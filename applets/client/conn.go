// Package client talks to a service manager as systemd's own tools do: over the manager's private socket where
// that may be used, and over a message bus otherwise. It knows org.freedesktop.systemd1 by nothing but its
// interfaces, so whether pintle or systemd answers makes no difference to it.
package client

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// callTimeout is how long a call may go unanswered (sd_bus_get_method_call_timeout(3)).
const callTimeout = 25 * time.Second

// messageMax is the size that no message exceeds (D-Bus specification, "Message format").
const messageMax = 128 << 20

// Conn is a connection to a message bus or to the manager itself. It belongs to one goroutine.
type Conn struct {
	sock    *net.UnixConn
	peer    bool // the other end is the manager, not a bus between us
	name    string
	serial  uint32
	in      []byte // read from the socket, not yet taken as a message
	fds     []int  // came with what is in `in`
	watches []func(*dbus.Message) bool
	signals []*dbus.Message
}

// Dial connects to a D-Bus address list (only unix: sockets) and says who we are. peer: whoever listens there is
// the manager itself, so that no name is asked for.
func Dial(addresses string, peer bool) (*Conn, error) {
	err := error(syscall.EINVAL)
	for address := range strings.SplitSeq(addresses, ";") {
		var c *Conn
		if c, err = dialOne(address, peer); err == nil {
			return c, nil
		}
	}
	return nil, err
}

func dialOne(address string, peer bool) (*Conn, error) {
	name, err := socketName(address)
	if err != nil {
		return nil, err
	}
	sock, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, err
	}
	c := &Conn{sock: sock, peer: peer}
	if err = c.authenticate(); err == nil && !peer {
		var body []any
		body, err = c.CallTo("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")
		if err == nil && len(body) == 1 {
			c.name, _ = body[0].(string)
		}
	}
	if err != nil {
		sock.Close()
		return nil, err
	}
	return c, nil
}

// Name is our unique name on the bus, empty where there is no bus between us and the manager.
func (c *Conn) Name() string { return c.name }

// socketName takes the name of the socket from an address; an abstract one begins with "@".
func socketName(address string) (string, error) {
	rest, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", syscall.EPROTONOSUPPORT
	}
	for option := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(option, "=")
		value, err := unescapeAddress(value)
		switch {
		case err != nil:
			return "", err
		case key == "path":
			return value, nil
		case key == "abstract":
			return "@" + value, nil
		}
	}
	return "", syscall.EINVAL
}

// unescapeAddress undoes the %XX of D-Bus addresses.
func unescapeAddress(s string) (string, error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", syscall.EINVAL
		}
		b, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", syscall.EINVAL
		}
		out = append(out, b[0])
		i += 2
	}
	return string(out), nil
}

// authenticate says all of the SASL exchange at once: the kernel tells the other end our uid.
func (c *Conn) authenticate() error {
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Geteuid())))
	if _, err := c.sock.Write([]byte("\x00AUTH EXTERNAL " + uid + "\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")); err != nil {
		return err
	}
	c.sock.SetReadDeadline(time.Now().Add(callTimeout))
	for _, want := range []string{"OK ", "AGREE_UNIX_FD"} {
		line, err := c.readLine()
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(line, "REJECTED"):
			return syscall.EPERM
		case !strings.HasPrefix(line, want):
			return syscall.EPROTO
		}
	}
	return nil
}

func (c *Conn) readLine() (string, error) {
	for {
		if i := bytes.Index(c.in, []byte("\r\n")); i >= 0 {
			line := string(c.in[:i])
			c.in = c.in[i+2:]
			return line, nil
		}
		if len(c.in) > 4096 {
			return "", syscall.EPROTO
		}
		if err := c.read(); err != nil {
			return "", err
		}
	}
}

// read takes what has arrived.
func (c *Conn) read() error {
	var oob [4096]byte
	if cap(c.in)-len(c.in) < 4096 {
		c.in = append(make([]byte, 0, 2*len(c.in)+16384), c.in...)
	}
	n, oobn, _, _, err := c.sock.ReadMsgUnix(c.in[len(c.in):cap(c.in)], oob[:])
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return syscall.ETIMEDOUT
	case errors.Is(err, io.EOF):
		return syscall.ECONNRESET
	case err != nil:
		return err
	}
	if oobn > 0 {
		c.takeFDs(oob[:oobn])
	}
	if n == 0 {
		return syscall.ECONNRESET
	}
	c.in = c.in[:len(c.in)+n]
	return nil
}

func (c *Conn) takeFDs(oob []byte) {
	controls, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, control := range controls {
		if fds, err := syscall.ParseUnixRights(&control); err == nil {
			c.fds = append(c.fds, fds...)
		}
	}
}

// message is a D-Bus message and the bytes of its body.
type message struct {
	*dbus.Message
	body  []byte
	order binary.ByteOrder
}

// receive gives the next message, by the deadline.
func (c *Conn) receive(deadline time.Time) (message, error) {
	c.sock.SetReadDeadline(deadline)
	for {
		size, body, order, err := frame(c.in)
		if err != nil {
			return message{}, err
		}
		if size > 0 && size <= len(c.in) {
			raw := c.in[:size]
			m, err := dbus.DecodeMessageWithFDs(bytes.NewReader(raw), c.fds)
			if err != nil {
				return message{}, syscall.EBADMSG
			}
			c.fds = nil
			c.in = c.in[size:]
			return message{m, raw[size-body:], order}, nil
		}
		if err := c.read(); err != nil {
			return message{}, err
		}
	}
}

// frame gives the size of the message that a buffer begins with and that of its body; 0 if it cannot be seen yet.
func frame(b []byte) (size, body int, order binary.ByteOrder, err error) {
	if len(b) < 16 {
		return 0, 0, nil, nil
	}
	switch b[0] {
	case 'l':
		order = binary.LittleEndian
	case 'B':
		order = binary.BigEndian
	default:
		return 0, 0, nil, syscall.EBADMSG
	}
	body, header := int(order.Uint32(b[4:])), int(order.Uint32(b[12:]))
	if body > messageMax || header > messageMax || body+header+24 > messageMax {
		return 0, 0, nil, syscall.EBADMSG
	}
	return 16 + (header+7)&^7 + body, body, order, nil
}

// send writes a message and gives its serial.
func (c *Conn) send(m *dbus.Message) (serial uint32, err error) {
	if n, err := m.CountFds(); err == nil && n > 0 {
		m.Headers[dbus.FieldUnixFDs] = dbus.MakeVariant(uint32(n))
	}
	var out bytes.Buffer
	fds, err := m.EncodeToWithFDs(&out, binary.LittleEndian)
	if err != nil {
		return 0, fmt.Errorf("cannot write a message: %w", err)
	}
	c.serial++
	raw := out.Bytes()
	binary.LittleEndian.PutUint32(raw[8:], c.serial)
	var oob []byte
	if len(fds) > 0 {
		oob = syscall.UnixRights(fds...)
	}
	n, _, err := c.sock.WriteMsgUnix(raw, oob, nil)
	if err == nil && n < len(raw) {
		_, err = c.sock.Write(raw[n:])
	}
	return c.serial, err
}

// Close ends the connection.
func (c *Conn) Close() { c.sock.Close() }
