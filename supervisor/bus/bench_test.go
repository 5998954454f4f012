package bus

import (
	"fmt"
	"testing"

	"github.com/godbus/dbus/v5"
)

// What one answer of the two that clients ask for most costs the loop (values) and the connection's writer (encode).
func BenchmarkAnswers(b *testing.B) {
	files := map[string]string{}
	for i := range 1000 {
		files[fmt.Sprintf("u%d.service", i)] = sleeper
	}
	w := newWorld(b, files)
	for i := range 1000 {
		if err := manage(w.dialOnce(), "StartUnit", fmt.Sprintf("u%d.service", i), "replace").Err; err != nil {
			b.Fatal(err)
		}
	}
	reply := func(c *Call, err error, out []any) *dbus.Message {
		if err != nil {
			b.Fatal(err)
		}
		return &dbus.Message{Type: dbus.TypeMethodReply, Body: out, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldReplySerial: dbus.MakeVariant(uint32(1)), dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust(c.method.Out))}}
	}
	for name, c := range map[string]*Call{
		"ListUnits": {Server: w.server, object: find(managerPath), method: managerInterface().method("ListUnits")},
		"GetAll": {Server: w.server, object: find(UnitPath("u1.service")), Args: []any{""}, Unit: w.manager.Unit("u1.service"),
			method: standard()[2].method("GetAll")},
	} {
		b.Run(name+"/values", func(b *testing.B) {
			for b.Loop() {
				if _, err := c.method.Do(c); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encode", func(b *testing.B) {
			out, err := c.method.Do(c)
			msg := reply(c, err, out)
			for b.Loop() {
				if _, _, err := encode(msg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
