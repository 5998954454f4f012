package client

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// fakeManager answers one connection: it takes the SASL lines, then gives every message to answer.
func fakeManager(t *testing.T, answer func(m *dbus.Message, out io.Writer)) *Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "private")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		sock, err := l.Accept()
		if err != nil {
			return
		}
		defer sock.Close()
		in := bufio.NewReader(sock)
		for _, prefix := range []string{"\x00AUTH EXTERNAL ", "NEGOTIATE_UNIX_FD", "BEGIN"} {
			line, err := in.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, prefix) {
				t.Errorf("SASL: %q, %v; want %q", line, err, prefix)
				return
			}
		}
		io.WriteString(sock, "OK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n")
		for {
			m, err := dbus.DecodeMessage(in)
			if err != nil {
				return
			}
			answer(m, sock)
		}
	}()
	c, err := Dial("unix:path="+escapeAddress(path), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func reply(to *dbus.Message, body ...any) *dbus.Message {
	return &dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(to.Serial()),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(body...)),
	}, Body: body}
}

func signal(face, member string, body ...any) *dbus.Message {
	return &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath:      dbus.MakeVariant(ManagerPath),
		dbus.FieldInterface: dbus.MakeVariant(face),
		dbus.FieldMember:    dbus.MakeVariant(member),
		dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(body...)),
	}, Body: body}
}

// write sends messages with serials, which godbus leaves to its own connections.
func write(out io.Writer, messages ...*dbus.Message) {
	for i, m := range messages {
		var b bytes.Buffer
		m.EncodeTo(&b, binary.LittleEndian)
		binary.LittleEndian.PutUint32(b.Bytes()[8:], uint32(1000+i))
		out.Write(b.Bytes())
	}
}

// A job that ends before the answer that names it has been read is not missed.
func TestJobEndsAtOnce(t *testing.T) {
	c := fakeManager(t, func(m *dbus.Message, out io.Writer) {
		write(out,
			signal(ManagerFace, "JobRemoved", uint32(6), dbus.ObjectPath("/j/6"), "other.service", "done"),
			signal(ManagerFace, "JobRemoved", uint32(7), dbus.ObjectPath("/j/7"), "a.service", "failed"),
			reply(m, dbus.ObjectPath("/j/7")))
	})
	jobs, err := c.AwaitJobs()
	if err != nil {
		t.Fatal(err)
	}
	var path dbus.ObjectPath
	if err := c.Manager("StartUnit", []any{"a.service", "replace"}, &path); err != nil {
		t.Fatal(err)
	}
	jobs.Add(path)
	e, more, err := jobs.Next()
	if want := (Ended{7, "/j/7", "a.service", "failed"}); err != nil || !more || e != want {
		t.Errorf("%+v, %v, %v; want %+v", e, more, err, want)
	}
	if _, more, err := jobs.Next(); more || err != nil {
		t.Errorf("there is a second job: %v", err)
	}
}

// Properties come in the order in which the manager tells them, which maps do not keep.
func TestPropertyOrder(t *testing.T) {
	// a{sv} written by hand: "b" → "x", "a" → (1, [2 3]), "c" → true
	body := func() []byte {
		var b bytes.Buffer
		align := func(n int) {
			for b.Len()%n != 0 {
				b.WriteByte(0)
			}
		}
		text := func(s string) {
			align(4)
			binary.Write(&b, binary.LittleEndian, uint32(len(s)))
			b.WriteString(s + "\x00")
		}
		signature := func(s string) {
			b.WriteByte(byte(len(s)))
			b.WriteString(s + "\x00")
		}
		number := func(n uint32) {
			align(4)
			binary.Write(&b, binary.LittleEndian, n)
		}
		number(0)
		align(8)
		begin := b.Len()
		text("b")
		signature("s")
		text("x")
		align(8)
		text("a")
		signature("(yau)")
		align(8)
		b.WriteByte(1)
		number(8)
		number(2)
		number(3)
		align(8)
		text("c")
		signature("b")
		number(1)
		binary.LittleEndian.PutUint32(b.Bytes(), uint32(b.Len()-begin))
		return b.Bytes()
	}()
	names, err := keys(body, binary.LittleEndian)
	if want := []string{"b", "a", "c"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v, %v; want %v", names, err, want)
	}
	for i := range body {
		if _, err := keys(body[:i], binary.LittleEndian); err == nil && i > 4 {
			t.Errorf("cut to %d bytes it passes", i)
		}
	}
}

func TestRefusedCall(t *testing.T) {
	c := fakeManager(t, func(m *dbus.Message, out io.Writer) {
		no := reply(m, "Unit x.service not found.")
		no.Type = dbus.TypeError
		no.Headers[dbus.FieldErrorName] = dbus.MakeVariant("org.freedesktop.systemd1.NoSuchUnit")
		write(out, no)
	})
	err := c.Manager("GetUnit", []any{"x.service"})
	if ErrorName(err) != "org.freedesktop.systemd1.NoSuchUnit" || Reason(err) != "Unit x.service not found." {
		t.Errorf("%q: %q", ErrorName(err), Reason(err))
	}
}

// A manager that goes away, or writes what is no message, costs the connection and never a panic.
func TestBrokenManager(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no message": strings.Repeat("x", 64), "too long": "l\x02\x01\x01\xff\xff\xff\xff\x01\x00\x00\x00\xff\xff\xff\x7f",
		"cut": "l\x02\x01\x01\x00\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			c := fakeManager(t, func(m *dbus.Message, out io.Writer) {
				io.WriteString(out, text)
				out.(net.Conn).Close()
			})
			err := c.Manager("Reload", nil)
			if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EBADMSG) && !errors.Is(err, syscall.EPIPE) {
				t.Errorf("it said %v", err)
			}
		})
	}
}

func TestSignalDeadline(t *testing.T) {
	c := fakeManager(t, func(*dbus.Message, io.Writer) {})
	if _, err := c.Signal(time.Now().Add(time.Millisecond)); !errors.Is(err, syscall.ETIMEDOUT) {
		t.Errorf("it said %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/x":                           "/run/x",
		"unix:path=/run/a%20b,guid=1":                "/run/a b",
		"unix:guid=1,abstract=/tmp/dbus-x":           "@/tmp/dbus-x",
		"unix:" + "path=" + escapeAddress("/a;b,c%"): "/a;b,c%",
	} {
		if got, err := socketName(address); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", address, got, err, want)
		}
	}
	for _, address := range []string{"", "tcp:host=x", "unix:", "unix:path=%", "unix:path=%zz"} {
		if got, err := socketName(address); err == nil {
			t.Errorf("%q: %q", address, got)
		}
	}
}

func TestUnitPaths(t *testing.T) {
	for name, want := range map[string]dbus.ObjectPath{
		"dbus.service": "/org/freedesktop/systemd1/unit/dbus_2eservice",
		"-.mount":      "/org/freedesktop/systemd1/unit/_2d_2emount",
		"1a@b:c.timer": "/org/freedesktop/systemd1/unit/_31a_40b_3ac_2etimer",
	} {
		if got := UnitPath(name); got != want || UnitName(got) != name {
			t.Errorf("%s: %s, back %s", name, got, UnitName(got))
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte{8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'y', 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) { keys(body, binary.LittleEndian) })
}
