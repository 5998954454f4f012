package bus

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/godbus/dbus/v5"
)

// Bounds of what is decoded, as the D-Bus specification has them, but for the last.
const (
	arrayMax = 64 << 20
	depthMax = 64
	// partsMax is how many values one message may be made of: each takes many times its own size once decoded.
	partsMax = 4 << 20
)

var errMalformed = errors.New("malformed message")

// meter walks over encoded values without decoding them, and stops at the first that is not as it must be. What
// it has let pass can be decoded without fear: every length lies within the message, every array has elements
// that take room, nothing is nested too deeply.
type meter struct {
	data  []byte
	pos   int // from the message's beginning, for the alignment
	order binary.ByteOrder
	parts int
}

func (m *meter) fail() { panic(errMalformed) }

// measured runs the walk.
func measured(walk func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errMalformed {
				panic(r)
			}
			err = errMalformed
		}
	}()
	walk()
	return nil
}

// take is the next n bytes.
func (m *meter) take(n int) []byte {
	if n < 0 || n > len(m.data)-m.pos {
		m.fail()
	}
	b := m.data[m.pos : m.pos+n]
	m.pos += n
	return b
}

// align skips zeroes.
func (m *meter) align(n int) {
	for _, c := range m.take((n - m.pos%n) % n) {
		if c != 0 {
			m.fail()
		}
	}
}

func (m *meter) uint32() uint32 {
	m.align(4)
	return m.order.Uint32(m.take(4))
}

// text is a string of n bytes and the NUL behind it.
func (m *meter) text(n uint32) string {
	if n >= arrayMax {
		m.fail()
	}
	b := m.take(int(n) + 1)
	if b[n] != 0 || bytes.IndexByte(b[:n], 0) >= 0 || !utf8.Valid(b[:n]) {
		m.fail()
	}
	return string(b[:n])
}

// signature is a value of type g, as it may stand in a message.
func (m *meter) signature() string {
	s := m.text(uint32(m.take(1)[0]))
	if !validSignature(s) {
		m.fail()
	}
	return s
}

// validSignature tells whether a signature is one. The library takes structs without a member for such.
func validSignature(s string) bool {
	_, err := dbus.ParseSignature(s)
	return err == nil && !bytes.Contains([]byte(s), []byte("()"))
}

// values walks over values of all the types of a valid signature.
func (m *meter) values(sig string, depth int) {
	for sig != "" {
		one, rest := firstType(sig)
		m.value(one, depth)
		sig = rest
	}
}

// firstType cuts a valid signature behind its first complete type.
func firstType(sig string) (one, rest string) {
	depth := 0
	for i := range len(sig) {
		switch sig[i] {
		case 'a':
			continue
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		}
		if depth == 0 {
			return sig[:i+1], sig[i+1:]
		}
	}
	return sig, ""
}

// value walks over one value of a complete type.
func (m *meter) value(sig string, depth int) {
	if m.parts++; m.parts > partsMax || depth > depthMax {
		m.fail()
	}
	switch sig[0] {
	case 'y':
		m.take(1)
	case 'n', 'q':
		m.align(2)
		m.take(2)
	case 'i', 'u', 'h':
		m.uint32()
	case 'b':
		if m.uint32() > 1 {
			m.fail()
		}
	case 'x', 't', 'd':
		m.align(8)
		m.take(8)
	case 's':
		m.text(m.uint32())
	case 'o':
		if !dbus.ObjectPath(m.text(m.uint32())).IsValid() {
			m.fail()
		}
	case 'g':
		m.signature()
	case 'v':
		inner := m.signature()
		if one, rest := firstType(inner); one == "" || rest != "" {
			m.fail()
		}
		m.value(inner, depth+1)
	case '(':
		m.align(8)
		m.values(sig[1:len(sig)-1], depth+1)
	case 'a':
		m.array(sig[1:], depth+1)
	default:
		m.fail()
	}
}

func (m *meter) array(element string, depth int) {
	length := m.uint32()
	if length > arrayMax {
		m.fail()
	}
	m.align(alignmentOf(element[0]))
	end := m.pos + int(length)
	if end > len(m.data) {
		m.fail()
	}
	for m.pos < end {
		switch element[0] {
		case 'y':
			m.parts += end - m.pos
			m.pos = end
		case '{':
			m.align(8)
			m.values(element[1:len(element)-1], depth+1)
		default:
			m.value(element, depth)
		}
	}
	if m.pos != end || m.parts > partsMax {
		m.fail()
	}
}

func alignmentOf(c byte) int {
	switch c {
	case 'y', 'g', 'v':
		return 1
	case 'n', 'q':
		return 2
	case 'x', 't', 'd', '(', '{':
		return 8
	}
	return 4
}
