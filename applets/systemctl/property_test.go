package systemctl

import (
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/units"
)

// How show writes values of D-Bus, by their types and by what the names of the properties say of them.
func TestPropertyText(t *testing.T) {
	signed := func(v any, signature string) dbus.Variant {
		return dbus.MakeVariantWithSignature(v, dbus.ParseSignatureMust(signature))
	}
	command := []any{"/bin/a", []string{"/bin/a", "b c"}, true, uint64(0), uint64(0), uint64(0), uint64(0), uint32(7), int32(1), int32(3)}
	for _, c := range []struct {
		name  string
		value dbus.Variant
		want  string // lines; "!" stands for what cannot be written
	}{
		{"Id", dbus.MakeVariant("a.service"), "a.service"},
		{"StatusText", dbus.MakeVariant("a\nb"), "[unprintable]"},
		{"CanStart", dbus.MakeVariant(true), "yes"},
		{"ActiveEnterTimestamp", dbus.MakeVariant(uint64(1e12)), "Mon 1970-01-12 13:46:40 UTC"},
		{"ActiveEnterTimestamp", dbus.MakeVariant(uint64(0)), ""},
		{"RestartUSec", dbus.MakeVariant(uint64(100e3)), "100ms"},
		{"JobTimeoutUSec", dbus.MakeVariant(^uint64(0)), "infinity"},
		{"MemoryCurrent", dbus.MakeVariant(^uint64(0)), "[not set]"},
		{"MemoryMax", dbus.MakeVariant(^uint64(0)), "infinity"},
		{"IPIngressBytes", dbus.MakeVariant(^uint64(0)), "[no data]"},
		{"CoredumpFilter", dbus.MakeVariant(uint64(0x33)), "0x33"},
		{"RestrictNamespaces", dbus.MakeVariant(uint64(0x40000000 | 0x10000000)), "net user"},
		{"RestrictNamespaces", dbus.MakeVariant(uint64(0x7e020000)), "no"},
		{"MountFlags", dbus.MakeVariant(uint64(1 << 20)), "shared"},
		{"UMask", dbus.MakeVariant(uint32(0o22)), "0022"},
		{"UID", dbus.MakeVariant(^uint32(0)), "[not set]"},
		{"Nice", dbus.MakeVariant(int32(-5)), "-5"},
		{"NUMAPolicy", dbus.MakeVariant(int32(-1)), "n/a"},
		{"Environment", dbus.MakeVariant([]string{"A=b", "C=d e", "F=\t"}), `A=b "C=d e" "F=\t"`},
		{"CPUAffinity", dbus.MakeVariant([]byte{0x0f, 0x01}), "0-3 8"},
		{"InvocationID", dbus.MakeVariant([]byte{0xab, 0x01}), "ab01"},
		{"Job", signed([]any{uint32(7), dbus.ObjectPath("/x")}, "(uo)"), "7"},
		{"Job", signed([]any{uint32(0), dbus.ObjectPath("/")}, "(uo)"), ""},
		{"LoadError", signed([]any{"a.b", "No."}, "(ss)"), `a.b "No."`},
		{"SystemCallFilter", signed([]any{false, []string{"mount"}}, "(bas)"), "~mount"},
		{"AppArmorProfile", signed([]any{true, "x"}, "(bs)"), "-x"},
		{"SuccessExitStatus", signed([]any{[]int32{3, 4}, []int32{10}}, "(aiai)"), "3 4 USR1"},
		{"ExecStart", signed([][]any{command}, "a(sasbttttuii)"),
			"{ path=/bin/a ; argv[]=/bin/a b c ; ignore_errors=yes ; start_time=[n/a] ; stop_time=[n/a] ; pid=7 ; code=exited ; status=3 }"},
		{"EnvironmentFiles", signed([][]any{{"/a", true}, {"/b", false}}, "a(sb)"), "/a (ignore_errors=yes)\n/b (ignore_errors=no)"},
		{"Listen", signed([][]any{{"Stream", "/run/x"}}, "a(ss)"), "/run/x (Stream)"},
		{"TimersMonotonic", signed([][]any{{"OnBootUSec", uint64(60e6), uint64(0)}}, "a(stt)"), "{ OnBootUSec=1min ; next_elapse=0 }"},
		{"IPAddressDeny", signed([][]any{{int32(2), []byte{10, 0, 0, 0}, uint32(8)}}, "a(iayu)"), "10.0.0.0/8"},
		{"BindPaths", signed([][]any{{"/a", "/b", true, uint64(16384)}}, "a(ssbt)"), "-/a:/b:rbind"},
		{"IODeviceLatencyTargetUSec", signed([][]any{{"/dev/x", uint64(1e6)}}, "a(st)"), "/dev/x 1s"},
		{"SocketBindAllow", signed([][]any{{int32(2), int32(6), uint16(3), uint16(80)}}, "a(iiqq)"), "ipv4:tcp:80-82"},
		{"Conditions", signed([][]any{{"ConditionPathExists", false, false, "/x", int32(1)}}, "a(sbbsi)"), "!"},
	} {
		lines, ok := propertyText(client.Property{Name: c.name, Value: c.value}, &control{options: options{timestamp: "utc"}})
		got := strings.Join(lines, "\n")
		if !ok {
			got = "!"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPosixQuote(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "plain": "plain", "d e": "$'d e'", "x'y": `$'x\'y'`, "a\tb\x01": `$'a\tb\001'`, `back\slash`: `$'back\\slash'`,
	} {
		if got := posixQuote(value); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestBytesCount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0B", 1023: "1023B", 1536: "1.5K", 5 << 20: "5.0M", 3 << 30: "3.0G"} {
		if got := bytesCount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// A timer elapses by whichever clock is first.
func TestNextElapse(t *testing.T) {
	at := now{realtime: 1000, monotonic: 100}
	for _, c := range []struct{ realtime, monotonic, want uint64 }{
		{0, 0, 0}, {5000, 0, 5000}, {0, 150, 1050}, {1020, 150, 1020}, {5000, 150, 1050}, {5000, ^uint64(0), 5000}, {0, 40, 940},
	} {
		if got := at.next(units.Usec(c.realtime), units.Usec(c.monotonic)); got != units.Usec(c.want) {
			t.Errorf("%d and %d: %d, want %d", c.realtime, c.monotonic, got, c.want)
		}
	}
}
