package client

import (
	"encoding/binary"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// Property is a property of an object.
type Property struct {
	Name  string
	Value dbus.Variant
}

// GetAll gives the properties of an object in the order in which it tells them. An empty interface stands for all.
func (c *Conn) GetAll(path dbus.ObjectPath, face string) ([]Property, error) {
	m, err := c.call(callTimeout, Destination, path, Properties, "GetAll", []any{face})
	if err != nil {
		return nil, err
	}
	// Not with dbus.Store, which forgets the signatures of variants.
	if len(m.Body) != 1 {
		return nil, syscall.EBADMSG
	}
	values, ok := m.Body[0].(map[string]dbus.Variant)
	if !ok {
		return nil, syscall.EBADMSG
	}
	names, err := keys(m.body, m.order)
	if err != nil {
		return nil, err
	}
	list := make([]Property, 0, len(names))
	for _, name := range names {
		list = append(list, Property{name, values[name]})
	}
	return list, nil
}

// Get gives one property of an object.
func (c *Conn) Get(path dbus.ObjectPath, face, name string) (dbus.Variant, error) {
	body, err := c.Call(path, Properties, "Get", face, name)
	if err != nil {
		return dbus.Variant{}, err
	}
	if len(body) == 1 {
		if value, ok := body[0].(dbus.Variant); ok {
			return value, nil
		}
	}
	return dbus.Variant{}, syscall.EBADMSG
}

// keys gives the keys of a body of type a{sv} in their order, which decoding to a map loses.
func keys(body []byte, order binary.ByteOrder) ([]string, error) {
	w := walker{body: body, order: order}
	end := w.length() + w.align(8)
	var names []string
	for w.at < end && !w.bad {
		w.align(8)
		names = append(names, w.text(4))
		w.skip(w.text(1), 0)
	}
	if w.bad {
		return nil, syscall.EBADMSG
	}
	return names, nil
}

// walker passes over values in their encoded form (D-Bus specification, "Marshaling").
type walker struct {
	body  []byte
	order binary.ByteOrder
	at    int
	bad   bool
}

// align passes over padding and gives where it ends.
func (w *walker) align(n int) int {
	w.at = (w.at + n - 1) / n * n
	return w.at
}

func (w *walker) advance(n int) {
	if n < 0 || n > len(w.body)-w.at {
		w.bad = true
		n = 0
	}
	w.at += n
}

func (w *walker) length() int {
	at := w.align(4)
	w.advance(4)
	if w.bad {
		return 0
	}
	return int(w.order.Uint32(w.body[at:]))
}

// text reads a string whose length has so many bytes: 4, or 1 for a signature.
func (w *walker) text(size int) string {
	n := 0
	if size == 4 {
		n = w.length()
	} else {
		at := w.at
		if w.advance(1); !w.bad {
			n = int(w.body[at])
		}
	}
	at := w.at
	if w.advance(n + 1); w.bad {
		return ""
	}
	return string(w.body[at : at+n])
}

// skip passes over values of the types in a signature.
func (w *walker) skip(signature string, depth int) {
	for signature != "" && !w.bad {
		one := signature[:single(signature)]
		if one == "" || depth > 64 {
			w.bad = true
			return
		}
		signature = signature[len(one):]
		switch one[0] {
		case 'a':
			n := w.length()
			w.align(alignment(one[1]))
			w.advance(n)
		case '(', '{':
			w.align(8)
			w.skip(one[1:len(one)-1], depth+1)
		case 'v':
			w.skip(w.text(1), depth+1)
		case 's', 'o':
			w.text(4)
		case 'g':
			w.text(1)
		default:
			size := alignment(one[0])
			w.align(size)
			w.advance(size)
		}
	}
}

// alignment is that of a type, for plain numbers their size too.
func alignment(t byte) int {
	switch t {
	case 'y', 'g', 'v':
		return 1
	case 'n', 'q':
		return 2
	case 'x', 't', 'd', '(', '{':
		return 8
	}
	return 4
}

// single is the length of the first complete type of a signature, 0 if it has none.
func single(s string) int {
	i := 0
	for i < len(s) && s[i] == 'a' {
		i++
	}
	switch {
	case i == len(s):
		return 0
	case s[i] != '(' && s[i] != '{':
		return i + 1
	}
	depth := 0
	for ; i < len(s); i++ {
		switch {
		case strings.IndexByte("({", s[i]) >= 0:
			depth++
		case strings.IndexByte(")}", s[i]) >= 0:
			depth--
		}
		if depth == 0 {
			return i + 1
		}
	}
	return 0
}
