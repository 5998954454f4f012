package bus

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// call makes the bytes of a method call with a serial number.
func callBytes(t testing.TB, member, signature string, body ...any) []byte {
	t.Helper()
	msg := &dbus.Message{Type: dbus.TypeMethodCall, Body: body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath:      dbus.MakeVariant(dbus.ObjectPath(managerPath)),
		dbus.FieldInterface: dbus.MakeVariant(ManagerName),
		dbus.FieldMember:    dbus.MakeVariant(member),
	}}
	if signature != "" {
		msg.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.ParseSignatureMust(signature))
	}
	data, _, err := encode(msg)
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(data[serialAt:], 7)
	return data
}

// bodyOf replaces the body of a call: whatever bytes, of whatever types.
func bodyOf(t testing.TB, signature string, body []byte) []byte {
	t.Helper()
	placeholder := strings.Repeat("y", len(signature))
	args := make([]any, len(signature))
	for i := range args {
		args[i] = byte(0)
	}
	data := callBytes(t, "LoadUnit", placeholder, args...)
	data = bytes.Replace(data[:len(data)-len(args)], []byte(placeholder+"\x00"), []byte(signature+"\x00"), 1)
	binary.LittleEndian.PutUint32(data[bodyAt:], uint32(len(body)))
	return append(data, body...)
}

func TestMessagesAreDecoded(t *testing.T) {
	data := callBytes(t, "StartTransientUnit", "ssa(sv)a(sa(sv))", "a.service", "fail",
		[]namedVariant{{"Description", dbus.MakeVariant("x")}, {"Environment", dbus.MakeVariant([]string{"A=1"})}}, []struct {
			Name string
			List []namedVariant
		}{})
	msg, err := decode(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if msg.Serial() != 7 || msg.Body[0] != "a.service" || len(msg.Body) != 4 {
		t.Errorf("decoded %v", msg)
	}
}

type namedVariant struct {
	Name  string
	Value dbus.Variant
}

// What is not as the specification has it is refused before it is decoded.
func TestMalformedMessagesAreRefused(t *testing.T) {
	good := callBytes(t, "GetUnit", "s", "a.service")
	change := func(at int, b ...byte) []byte {
		data := bytes.Clone(good)
		copy(data[at:], b)
		return data
	}
	deep := []byte{}
	for range 70 {
		deep = append(deep, 1, 'v', 0)
	}
	deep = append(deep, 1, 'y', 0, 0)
	for name, data := range map[string][]byte{
		"byte order":                       change(0, 'x'),
		"message type 0":                   change(1, 0),
		"message type 9":                   change(1, 9),
		"version 2":                        change(3, 2),
		"serial 0":                         change(serialAt, 0, 0, 0, 0),
		"a body that is not there":         change(bodyAt, 0xff),
		"a body of 4 GiB":                  change(bodyAt, 0xff, 0xff, 0xff, 0xff),
		"fields of 4 GiB":                  change(fieldsAt, 0xff, 0xff, 0xff, 0xff),
		"fields of both":                   change(bodyAt, 0xf0, 0xff, 0xff, 0xff, 7, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff),
		"fields that end in between":       change(fieldsAt, byte(len(good)-fixedLen-1)),
		"an array without elements' size":  bodyOf(t, "a()", []byte{8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}),
		"such in a variant":                bodyOf(t, "v", append([]byte{3, 'a', '(', ')', 0, 0, 0, 0}, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
		"variants in variants in variants": bodyOf(t, "v", deep),
		"a variant of two types":           bodyOf(t, "v", []byte{2, 'y', 'y', 0, 1, 2}),
		"a variant of no type":             bodyOf(t, "v", []byte{0, 0}),
		"a variant of an open struct":      bodyOf(t, "v", []byte{2, '(', 'y', 0, 1}),
		"a string without end":             bodyOf(t, "s", []byte{3, 0, 0, 0, 'a', 'b', 'c', 'd'}),
		"a string with NUL":                bodyOf(t, "s", []byte{3, 0, 0, 0, 'a', 0, 'c', 0}),
		"a string that is no UTF-8":        bodyOf(t, "s", []byte{1, 0, 0, 0, 0xff, 0}),
		"a string of 4 GiB":                bodyOf(t, "s", []byte{0xff, 0xff, 0xff, 0xff, 0}),
		"a boolean of 2":                   bodyOf(t, "b", []byte{2, 0, 0, 0}),
		"padding that is not zero":         bodyOf(t, "yu", []byte{1, 1, 0, 0, 1, 0, 0, 0}),
		"an array of 4 GiB":                bodyOf(t, "ay", []byte{0xff, 0xff, 0xff, 0xff}),
		"an array that ends in between":    bodyOf(t, "au", []byte{6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}),
		"more than the types tell":         bodyOf(t, "y", []byte{1, 2}),
		"no path":                          bodyOf(t, "o", []byte{1, 0, 0, 0, 'x', 0}),
		"a dictionary outside of an array": bodyOf(t, "{sv}", []byte{0}),
		"nothing behind the fixed part":    good[:fixedLen],
		"half":                             good[:len(good)/2],
	} {
		framed, err := frame(bytes.NewReader(data), messageMax)
		if err != nil {
			continue
		}
		if msg, err := decode(framed, nil); err == nil {
			t.Errorf("%s: let pass as %v", name, msg)
		}
	}
}

func TestFrameTakesNoMoreThanThereIs(t *testing.T) {
	head := callBytes(t, "GetUnit", "s", "x")[:fixedLen]
	binary.LittleEndian.PutUint32(head[bodyAt:], messageMax-1<<20)
	allocated := testing.AllocsPerRun(1, func() {
		if _, err := frame(bytes.NewReader(head), messageMax); err == nil {
			t.Error("a body that is not there was found")
		}
	})
	if allocated > 100 {
		t.Errorf("%v allocations", allocated)
	}
	if _, err := frame(bytes.NewReader(head), messageMaxOther); err == nil || !strings.Contains(err.Error(), "more than are taken") {
		t.Errorf("a length beyond the limit: %v", err)
	}
}

// Whatever comes, the decoder says yes or no; what it lets pass means the same when it is encoded again.
func FuzzMessages(f *testing.F) {
	f.Add(callBytes(f, "GetUnit", "s", "a.service"))
	f.Add(callBytes(f, "ListUnitsByPatterns", "asas", []string{"active"}, []string{"*", "x"}))
	f.Add(callBytes(f, "Set", "ssv", "a", "b", dbus.MakeVariant([]namedText{{"a", "b"}})))
	f.Add(callBytes(f, "X", "a{sv}", map[string]dbus.Variant{"a": dbus.MakeVariant(int64(1))}))
	f.Add(bodyOf(f, "a()", []byte{8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}))
	f.Add(bodyOf(f, "vv", []byte{1, 'v', 0, 1, 'v', 0, 1, 'y', 0, 7, 1, 'y', 0, 9}))
	f.Fuzz(func(t *testing.T, data []byte) {
		framed, err := frame(bytes.NewReader(data), 1<<20)
		if err != nil {
			return
		}
		msg, err := decode(framed, nil)
		if err != nil {
			return
		}
		again, _, err := encode(msg)
		if err != nil {
			return // a body that only decoding can make, as an array of structs without a Go type
		}
		binary.LittleEndian.PutUint32(again[serialAt:], msg.Serial())
		if second, err := decode(again, nil); err == nil && !reflect.DeepEqual(msg.Headers[dbus.FieldMember], second.Headers[dbus.FieldMember]) {
			t.Errorf("%v became %v", msg, second)
		}
	})
}
