package bus

import (
	"encoding/binary"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// begin authenticates on a raw connection.
func begin(t *testing.T, c net.Conn, lines ...string) {
	t.Helper()
	text := "\x00AUTH EXTERNAL\r\nDATA\r\n"
	answer := "DATA\r\nOK "
	for _, line := range lines {
		text += line + "\r\n"
	}
	if _, err := c.Write([]byte(text + "BEGIN\r\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, len(answer)+32+2)
	if len(lines) > 0 {
		buf = append(buf, make([]byte, len("AGREE_UNIX_FD\r\n"))...)
	}
	for n := 0; n < len(buf); {
		k, err := c.Read(buf[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	if !strings.HasPrefix(string(buf), answer) {
		t.Fatalf("answered %q", buf)
	}
}

// answered reads the next message and returns its error name, empty for a reply.
func answered(t *testing.T, c net.Conn) string {
	t.Helper()
	for {
		data, err := frame(c, messageMax)
		if err != nil {
			t.Fatalf("no answer: %v", err)
		}
		msg, err := decode(data, nil)
		if err != nil {
			t.Fatal(err)
		}
		switch msg.Type {
		case dbus.TypeMethodReply:
			return ""
		case dbus.TypeError:
			return msg.Headers[dbus.FieldErrorName].Value().(string)
		}
	}
}

// cut tells whether the server has ended the connection.
func cut(t *testing.T, c net.Conn) bool {
	t.Helper()
	for buf := make([]byte, 4096); ; {
		if _, err := c.Read(buf); err != nil {
			return !os.IsTimeout(err)
		}
	}
}

// serves checks that another client is answered.
func serves(t *testing.T, w *world) {
	t.Helper()
	if err := manage(w.dial(), "ListUnits").Err; err != nil {
		t.Errorf("another client is not answered any more: %v", err)
	}
}

// alone waits until no connection is left but n.
func (w *world) alone(n int) {
	w.t.Helper()
	w.eventually("the end of the connections", func() bool { return len(w.server.conns) == n })
}

func TestMalformedMessagesCostTheConnection(t *testing.T) {
	w := newWorld(t, nil)
	good := callBytes(t, "GetUnit", "s", "a.service")
	oversize := append([]byte{}, good...)
	binary.LittleEndian.PutUint32(oversize[bodyAt:], messageMax)
	for name, data := range map[string][]byte{
		"noise":    []byte(strings.Repeat("noise", 1000)),
		"oversize": oversize,
		"types":    bodyOf(t, "s", []byte{9, 0, 0, 0, 'x', 0}),
	} {
		c := w.raw()
		begin(t, c)
		if _, err := c.Write(callBytes(t, "ListUnits", "")); err != nil {
			t.Fatal(err)
		}
		if e := answered(t, c); e != "" {
			t.Errorf("%s: the call before it is answered with %s", name, e)
		}
		if _, err := c.Write(data); err != nil {
			t.Fatal(err)
		}
		if !cut(t, c) {
			t.Errorf("%s: the connection goes on", name)
		}
	}
	serves(t, w)
}

// However much of a call comes, the rest of it missing, nobody else notices.
func TestTruncatedMessages(t *testing.T) {
	w := newWorld(t, nil)
	good := callBytes(t, "GetUnit", "s", "a.service")
	for n := range good {
		c := w.raw()
		begin(t, c)
		if _, err := c.Write(good[:n]); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	w.alone(0)
	serves(t, w)
}

// A call that is well-formed and still cannot be answered costs nothing but an error.
func TestWrongCallsAreAnsweredWithErrors(t *testing.T) {
	w := newWorld(t, nil)
	c := w.raw()
	begin(t, c)
	nested := dbus.MakeVariant(uint32(1))
	for range 50 {
		nested = dbus.MakeVariant(nested)
	}
	for _, call := range []struct {
		data []byte
		want string
	}{
		{callBytes(t, "GetUnit", "u", uint32(1)), ErrInvalidArgs},
		{callBytes(t, "GetUnit", "v", nested), ErrInvalidArgs},
		{callBytes(t, "GetUnit", "ss", "a", "b"), ErrInvalidArgs},
		{callBytes(t, "GetUnit", ""), ErrInvalidArgs},
		{callBytes(t, "GetUnit", "s", strings.Repeat("x", 1<<20)), ""},
		{callBytes(t, "NoSuchMethod", ""), errUnknownMethod},
		{callBytes(t, "ListUnits", ""), "none"},
	} {
		if _, err := c.Write(call.data); err != nil {
			t.Fatal(err)
		}
		got := answered(t, c)
		if call.want == "none" && got != "" || call.want != "none" && (got == "" || call.want != "" && got != call.want) {
			t.Errorf("answered with %q, want %q", got, call.want)
		}
	}
}

// Descriptors are taken from clients that have asked whether they may pass them, and no more than are announced.
func TestDescriptorsThatNobodyAskedFor(t *testing.T) {
	w := newWorld(t, nil)
	before := openDescriptors(t)
	for name, lines := range map[string][]string{"not agreed on": nil, "not announced": {"NEGOTIATE_UNIX_FD"}} {
		c := w.raw()
		begin(t, c, lines...)
		data := callBytes(t, "ListUnits", "")
		if _, _, err := c.WriteMsgUnix(data, unix.UnixRights(0, 1, 2), nil); err != nil {
			t.Fatal(err)
		}
		if lines == nil {
			if !cut(t, c) {
				t.Errorf("%s: the connection goes on", name)
			}
			c.Close()
			continue
		}
		// They wait for a message that says it has them; a flood of them ends that.
		if e := answered(t, c); e != "" {
			t.Errorf("%s: answered with %s", name, e)
		}
		for range 200 {
			if _, _, err := c.WriteMsgUnix(data, unix.UnixRights(0, 1, 2), nil); err != nil {
				break
			}
		}
		if !cut(t, c) {
			t.Errorf("%s: the connection goes on", name)
		}
		c.Close()
	}
	w.alone(0)
	for deadline := time.Now().Add(10 * time.Second); openDescriptors(t) > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors are open, %d were", openDescriptors(t), before)
		}
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// A client that calls and never reads is not read from any more once enough answers wait for it. Others do not
// notice, and memory does not grow.
func TestAClientThatNeverReads(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	deaf := w.raw()
	begin(t, deaf)
	data := callBytes(t, "ListUnits", "")
	_ = deaf.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	sent := 0
	for {
		n, err := deaf.Write(data)
		if sent += n; err != nil {
			break // its calls are not taken any more
		}
		if sent > 64<<20 {
			t.Fatal("64 MiB of calls are taken from a client that reads no answer")
		}
	}
	serves(t, w)
	// Signals do not wait for it either: there is an end to what is kept, and then it is cut.
	w.do(func() {
		for range queueMax + answersMax {
			w.server.emit(managerPath, ManagerName, "UnitFilesChanged", "")
		}
	})
	w.eventually("the end of a client that never reads", func() bool { return len(w.server.conns) <= 1 })
	serves(t, w)
}

// A thousand clients at a time are all answered.
func TestAThousandClients(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	if err := manage(w.dial(), "StartUnit", "a.service", "replace").Err; err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	failed := make(chan error, 1000)
	for range 1000 {
		wg.Go(func() {
			c, err := dbus.Dial("unix:path=" + w.path)
			if err == nil {
				defer c.Close()
				err = c.Auth(nil)
			}
			for range 3 {
				if err == nil {
					err = manage(c, "GetUnit", "a.service").Err
				}
			}
			if err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		t.Fatalf("%d clients were not answered, one: %v", len(failed)+1, err)
	}
	w.alone(1)
	if n := runtime.NumGoroutine(); n > 100 {
		t.Errorf("%d goroutines are left", n)
	}
}

// However often it is called, the server keeps nothing of it.
func TestMemoryIsFlat(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.raw()
	begin(t, c)
	_ = c.SetDeadline(time.Now().Add(5 * time.Minute))
	calls := [][]byte{
		callBytes(t, "GetUnit", "s", "a.service"), callBytes(t, "LoadUnit", "s", "a.service"),
		callBytes(t, "ListUnits", ""), callBytes(t, "StartUnit", "ss", "nowhere.service", "replace"),
	}
	heap := func(rounds int) uint64 {
		for range rounds {
			for _, data := range calls {
				if _, err := c.Write(data); err != nil {
					t.Fatal(err)
				}
				answered(t, c)
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(300)
	after := heap(1500)
	if after > before+before/4 {
		t.Errorf("6,000 calls have made the heap grow from %d to %d bytes", before, after)
	}
}

// pair makes a connection of a user who may only read, which a test by root could not make otherwise.
func (w *world) pair(uid uint32) *net.UnixConn {
	w.t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	conns := [2]*net.UnixConn{}
	for i, fd := range ends {
		f := os.NewFile(uintptr(fd), "pair")
		c, err := net.FileConn(f)
		f.Close()
		if err != nil {
			w.t.Fatal(err)
		}
		conns[i] = c.(*net.UnixConn)
	}
	w.t.Cleanup(func() { conns[1].Close() })
	w.do(func() {
		peer := Peer{UID: uid, Privileged: w.server.privileged(uid)}
		if w.server.room(peer) {
			w.server.admit(conns[0], peer)
		} else {
			conns[0].Close()
		}
	})
	_ = conns[1].SetDeadline(time.Now().Add(20 * time.Second))
	return conns[1]
}

// Who is not privileged may read, and not more: no jobs, no descriptors, no long messages, no crowd.
func TestOthersMayOnlyRead(t *testing.T) {
	w := newWorld(t, map[string]string{"a.service": sleeper})
	c := w.pair(1000)
	begin(t, c)
	for _, call := range []struct {
		data []byte
		want string
	}{
		{callBytes(t, "ListUnits", ""), ""},
		{callBytes(t, "StartUnit", "ss", "a.service", "replace"), ErrAccessDenied},
		{callBytes(t, "StopUnit", "ss", "a.service", "replace"), ErrAccessDenied},
		{callBytes(t, "GetUnit", "s", "b.service"), "org.freedesktop.systemd1.NoSuchUnit"},
	} {
		if _, err := c.Write(call.data); err != nil {
			t.Fatal(err)
		}
		if got := answered(t, c); got != call.want {
			t.Errorf("answered with %q, want %q", got, call.want)
		}
	}
	if _, err := c.Write(callBytes(t, "GetUnit", "s", strings.Repeat("x", messageMaxOther))); err == nil && !cut(t, c) {
		t.Error("a long message is taken")
	}
	w.alone(0)
	for range connectionsEach {
		begin(t, w.pair(1000))
	}
	if !cut(t, w.pair(1000)) {
		t.Error("one connection too many is taken")
	}
	begin(t, w.pair(1001))
	begin(t, w.pair(0))
}

// Properties that can be set are set by the privileged only, and with a value of their type.
func TestSettingProperties(t *testing.T) {
	w := newWorld(t, nil)
	set := func(c net.Conn, name string, value any) string {
		msg := &dbus.Message{Type: dbus.TypeMethodCall, Body: []any{ManagerName, name, dbus.MakeVariant(value)}, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath(managerPath)), dbus.FieldInterface: dbus.MakeVariant(propertiesName),
			dbus.FieldMember: dbus.MakeVariant("Set"), dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust("ssv"))}}
		data, _, err := encode(msg)
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint32(data[serialAt:], 1)
		if _, err := c.Write(data); err != nil {
			t.Fatal(err)
		}
		return answered(t, c)
	}
	root, user := w.raw(), w.pair(1000)
	begin(t, root)
	begin(t, user)
	for _, c := range []struct {
		conn  net.Conn
		name  string
		value any
		want  string
	}{
		{root, "LogTarget", "console", ""},
		{root, "LogTarget", uint32(1), ErrInvalidArgs},
		{root, "LogTarget", "kmsg", ErrNotSupported},
		{user, "LogTarget", "console", ErrAccessDenied},
		{root, "Version", "1", errReadOnly},
		{root, "Nothing", "1", errUnknownProperty},
	} {
		if got := set(c.conn, c.name, c.value); got != c.want {
			t.Errorf("setting %s to %v: %q, want %q", c.name, c.value, got, c.want)
		}
	}
}
