package bus

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/godbus/dbus/v5"
)

// Places in the fixed part of a message; see the package's comment.
const (
	bodyAt   = 4
	serialAt = 8
	fieldsAt = 12
	fixedLen = 16
)

// Bounds of messages. The first is the specification's. Who may only read has little to say.
const (
	messageMax      = 128 << 20
	messageMaxOther = 64 << 10
	fieldsMax       = 64 << 10
	// descriptorsMax is how many descriptors one sendmsg(2) can carry, and more than any method takes.
	descriptorsMax = 253
)

// frame reads the bytes of one message, at most max of them.
func frame(r io.Reader, max int) ([]byte, error) {
	var fixed [fixedLen]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return nil, err
	}
	order, err := endian(fixed[0])
	if err != nil {
		return nil, err
	}
	body, fields := uint64(order.Uint32(fixed[bodyAt:])), uint64(order.Uint32(fixed[fieldsAt:]))
	total := fixedLen + (fields+7)/8*8 + body
	switch {
	case fixed[3] != 1:
		return nil, fmt.Errorf("%w: protocol version %d", errMalformed, fixed[3])
	case order.Uint32(fixed[serialAt:]) == 0:
		return nil, fmt.Errorf("%w: no serial number", errMalformed)
	case fields > fieldsMax || total > uint64(max):
		return nil, fmt.Errorf("%w: %d bytes, more than are taken", errMalformed, total)
	}
	// Memory is taken as data comes: a length alone costs its sender more than us.
	var b bytes.Buffer
	b.Grow(int(min(total, 64<<10)))
	b.Write(fixed[:])
	if _, err := io.CopyN(&b, r, int64(total)-fixedLen); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func endian(c byte) (binary.ByteOrder, error) {
	switch c {
	case 'l':
		return binary.LittleEndian, nil
	case 'B':
		return binary.BigEndian, nil
	}
	return nil, fmt.Errorf("%w: byte order %q", errMalformed, c)
}

// decode makes a message of its bytes, of which nothing is trusted.
func decode(data []byte, fds []int) (msg *dbus.Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			msg, err = nil, fmt.Errorf("%w: %v", errMalformed, r)
		}
	}()
	if err := checkMessage(data, len(fds)); err != nil {
		return nil, err
	}
	msg, err = dbus.DecodeMessageWithFDs(bytes.NewReader(data), fds)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return msg, nil
}

// checkMessage measures all parts of a message.
func checkMessage(data []byte, fds int) error {
	order, err := endian(data[0])
	if err != nil {
		return err
	}
	m := meter{data: data, pos: fieldsAt, order: order}
	return measured(func() {
		signature := ""
		end := fixedLen + int(m.uint32())
		for m.pos < end {
			m.align(8)
			field := dbus.HeaderField(m.take(1)[0])
			kind := m.signature()
			begin := m.pos
			if len(kind) != 1 { // all fields that there are have simple types
				m.fail()
			}
			m.value(kind, 1)
			switch {
			case field == dbus.FieldSignature && kind == "g":
				signature = string(data[begin+1 : m.pos-1])
			case field == dbus.FieldUnixFDs && kind == "u":
				if order.Uint32(data[m.pos-4:]) != uint32(fds) {
					m.fail()
				}
			}
		}
		if m.pos != end {
			m.fail()
		}
		m.align(8)
		m.values(signature, 0)
		if m.pos != len(data) {
			m.fail()
		}
	})
}

// unixFDs is how many descriptors a framed message says that it has; 0 if that cannot be told.
func unixFDs(data []byte) (n uint32) {
	order, err := endian(data[0])
	if err != nil {
		return 0
	}
	m := meter{data: data, pos: fieldsAt, order: order}
	_ = measured(func() {
		for end := fixedLen + int(m.uint32()); m.pos < end; {
			m.align(8)
			field := dbus.HeaderField(m.take(1)[0])
			kind := m.signature()
			if len(kind) != 1 {
				m.fail()
			}
			m.value(kind, 1)
			if field == dbus.FieldUnixFDs && kind == "u" {
				n = order.Uint32(data[m.pos-4:])
			}
		}
	})
	return n
}

// encode makes bytes of a message, with its serial number left out: the same signal goes to many connections,
// each of which counts for itself. It also returns the descriptors that go along.
func encode(msg *dbus.Message) (data []byte, fds []int, err error) {
	defer func() {
		if r := recover(); r != nil {
			data, fds, err = nil, nil, fmt.Errorf("cannot encode a message: %v", r)
		}
	}()
	if n := len(descriptors(msg)); n > 0 {
		msg.Headers[dbus.FieldUnixFDs] = dbus.MakeVariant(uint32(n))
	}
	var b bytes.Buffer
	fds, err = msg.EncodeToWithFDs(&b, binary.LittleEndian)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot encode a message: %w", err)
	}
	return b.Bytes(), fds, nil
}
