package bus

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"pintle/units"
)

// asSent is a value as it comes out of a message.
func asSent(t testing.TB, value any) dbus.Variant {
	t.Helper()
	msg := &dbus.Message{Type: dbus.TypeMethodCall, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/")), dbus.FieldMember: dbus.MakeVariant("M"),
		dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust("v")),
	}, Body: []any{dbus.MakeVariant(value)}}
	var b bytes.Buffer
	if err := msg.EncodeTo(&b, binary.LittleEndian); err != nil {
		t.Fatal(err)
	}
	got, err := dbus.DecodeMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	return got.Body[0].(dbus.Variant)
}

// check is what the reader of unit files has against a text.
func check(unit, text string) []units.Problem {
	return units.NewGraph(units.Options{NoBuiltin: true, Host: units.SystemHost{}}).Check(unit, text)
}

type (
	command struct {
		Path   string
		Argv   []string
		Ignore bool
	}
	commandEx struct {
		Path        string
		Argv, Flags []string
	}
	nameList struct {
		Allow bool
		Names []string
	}
	statuses struct{ Codes, Signals []int32 }
	address  struct {
		Family int32
		Bytes  []byte
		Length uint32
	}
	socket struct {
		Family, Protocol int32
		Ports, First     uint16
	}
	pair  struct{ A, B string }
	value struct {
		Name string
		N    uint64
	}
	bind struct {
		Source, To string
		Optional   bool
		Flags      uint64
	}
	file struct {
		Path     string
		Optional bool
	}
	secret struct {
		Name string
		Data []byte
	}
	condition struct {
		Type            string
		Trigger, Negate bool
		Value           string
	}
)

// What clients set becomes lines of a unit file. The right column is, but for superfluous quotes, what systemd 252 writes
// for the same.
func TestPropertiesBecomeLines(t *testing.T) {
	for _, c := range []struct {
		unit, property string
		value          any
		want           string
	}{
		{"x.service", "Description", "a 50% thing\nof two lines", "[Unit]\nDescription=a 50%% thing of two lines\n"},
		{"x.service", "Description", `ends in \`, "[Unit]\nDescription=ends in \\ \n"},
		{"x.service", "Wants", []string{"a.target", "b.target"}, "[Unit]\nWants=a.target\nWants=b.target\n"},
		{"x.service", "Wants", []string{}, ""},
		{"x.service", "Documentation", []string{"man:x(1)"}, "[Unit]\nDocumentation=man:x(1)\n"},
		{"x.service", "Type", "oneshot", "[Service]\nType=oneshot\n"},
		{"x.service", "RemainAfterExit", true, "[Service]\nRemainAfterExit=yes\n"},
		{"x.service", "TimeoutStopUSec", uint64(5_000_000), "[Service]\nTimeoutStopSec=5s\n"},
		{"x.service", "RuntimeMaxUSec", ^uint64(0), "[Service]\nRuntimeMaxSec=infinity\n"},
		{"x.service", "ExecStart", []command{{"/bin/echo", []string{"/bin/echo", "a b", `"$X"`, "50%", "\x01"}, true}},
			"[Service]\nExecStart=\nExecStart=-\"/bin/echo\" \"a b\" \"\\\"$X\\\"\" \"50%%\" \"\\x01\"\n"},
		{"x.service", "ExecStart", []command{{"/bin/echo", []string{"other"}, false}}, "[Service]\nExecStart=\nExecStart=@/bin/echo \"other\"\n"},
		{"x.service", "ExecStopEx", []commandEx{{"/bin/x", []string{"/bin/x"}, []string{"privileged", "no-env-expand"}}}, "[Service]\nExecStop=\nExecStop=+:\"/bin/x\"\n"},
		{"x.service", "Environment", []string{"A=b c", "B=%n"}, "[Service]\nEnvironment=\"A=b c\" \"B=%%n\"\n"},
		{"x.service", "EnvironmentFiles", []file{{"/etc/x", true}}, "[Service]\nEnvironmentFile=\nEnvironmentFile=-/etc/x\n"},
		{"x.service", "WorkingDirectory", "-/tmp", "[Service]\nWorkingDirectory=-/tmp\n"},
		{"x.service", "SuccessExitStatus", statuses{[]int32{3}, []int32{10}}, "[Service]\nSuccessExitStatus=3\nSuccessExitStatus=USR1\n"},
		{"x.service", "RuntimeDirectory", []string{"x"}, "[Service]\nRuntimeDirectory=\"x\"\n"},
		{"x.service", "StateDirectorySymlink", []struct {
			A, B  string
			Flags uint64
		}{{"a", "b", 0}}, "[Service]\nStateDirectory=a:b\n"},
		{"x.service", "CapabilityBoundingSet", uint64(1), "[Service]\nCapabilityBoundingSet=cap_chown\n"},
		{"x.service", "RestrictAddressFamilies", nameList{true, []string{"AF_UNIX"}}, "[Service]\nRestrictAddressFamilies=AF_UNIX\n"},
		{"x.service", "SystemCallFilter", nameList{false, []string{"@mount", "read"}}, "[Service]\nSystemCallFilter=~@mount read\n"},
		{"x.service", "CPUQuotaPerSecUSec", uint64(200_000), "[Service]\nCPUQuota=20%\n"},
		{"x.service", "CPUQuotaPerSecUSec", ^uint64(0), "[Service]\nCPUQuota=\n"},
		{"x.service", "KillSignal", int32(2), "[Service]\nKillSignal=INT\n"},
		{"x.service", "UMask", uint32(0o77), "[Service]\nUMask=0077\n"},
		{"x.service", "Delegate", true, "[Service]\nDelegate=yes\n"},
		{"x.service", "IPAddressDeny", []address{{2, []byte{10, 0, 0, 0}, 8}}, "[Service]\nIPAddressDeny=\nIPAddressDeny=10.0.0.0/8\n"},
		{"x.service", "TasksMaxScale", uint32(0x19999999), "[Service]\nTasksMax=10.00%\n"},
		{"x.service", "MemoryMax", uint64(10 << 20), "[Service]\nMemoryMax=10485760\n"},
		{"x.service", "MemoryMax", ^uint64(0), "[Service]\nMemoryMax=infinity\n"},
		{"x.service", "CPUWeight", uint64(0), "[Service]\nCPUWeight=idle\n"},
		{"x.service", "CPUWeight", ^uint64(0), "[Service]\nCPUWeight=\n"},
		{"x.service", "StandardOutputFile", "/tmp/x", "[Service]\nStandardOutput=file:/tmp/x\n"},
		{"x.service", "StandardInputData", []byte("hello"), "[Service]\nStandardInputData=aGVsbG8=\n"},
		{"x.service", "StandardInputFileDescriptorName", "", "[Service]\nStandardInput=fd\n"},
		{"x.service", "TimerSlackNSec", uint64(5000), "[Service]\nTimerSlackNSec=5000\n"},
		{"x.service", "CPUAffinity", []byte{0b1011}, "[Service]\nCPUAffinity=0-1 3\n"},
		{"x.service", "AllowedCPUs", []byte{3}, "[Service]\nAllowedCPUs=\nAllowedCPUs=0-1\n"},
		{"x.service", "LogExtraFields", [][]byte{[]byte("A=B")}, "[Service]\nLogExtraFields=A=B\n"},
		{"x.service", "SetCredential", []secret{{"a", []byte("b\n")}}, "[Service]\nSetCredential=a:b\\n\n"},
		{"x.service", "LoadCredential", []pair{{"x", "/y"}}, "[Service]\nLoadCredential=x:/y\n"},
		{"x.service", "BindPaths", []bind{{"/a", "/b", false, 16384}}, "[Service]\nBindPaths=/a:/b:rbind\n"},
		{"x.service", "DeviceAllow", []pair{{"/dev/null", "rw"}}, "[Service]\nDeviceAllow=\nDeviceAllow=/dev/null rw\n"},
		{"x.service", "SocketBindAllow", []socket{{0, 6, 1, 80}}, "[Service]\nSocketBindAllow=tcp:80\n"},
		{"x.service", "RestrictNamespaces", uint64(0x7e020000 &^ 0x10000000), "[Service]\nRestrictNamespaces=cgroup ipc net mnt pid uts\n"},
		{"x.service", "IOSchedulingClass", int32(3), "[Service]\nIOSchedulingClass=idle\n"},
		{"x.service", "CPUSchedulingPolicy", int32(3), "[Service]\nCPUSchedulingPolicy=batch\n"},
		{"x.service", "SyslogLevel", int32(3), "[Service]\nSyslogLevel=3\n"},
		{"x.service", "SecureBits", int32(16), "[Service]\nSecureBits=keep-caps\n"},
		{"x.service", "MountFlags", uint64(1 << 19), "[Service]\nMountFlags=slave\n"},
		{"x.service", "IODeviceWeight", []value{{"/dev/null", 20}}, "[Service]\nIODeviceWeight=\nIODeviceWeight=/dev/null 20\n"},
		{"x.service", "TemporaryFileSystem", []pair{{"/q", "ro"}}, "[Service]\nTemporaryFileSystem=/q:ro\n"},
		{"x.service", "Conditions", []condition{{"ConditionPathExists", true, true, "/x%"}}, "[Unit]\nConditionPathExists=|!/x%%\n"},
		{"x.timer", "TimersMonotonic", []value{{"OnActiveSec", 50_000_000}}, "[Timer]\nOnActiveSec=50s\n"},
		{"x.timer", "TimersMonotonic", []value{{"OnBootUSec", 1_000_000}}, "[Timer]\nOnBootSec=1s\n"},
		{"x.timer", "TimersCalendar", []pair{{"OnCalendar", "*-*-* 10:00"}}, "[Timer]\nOnCalendar=*-*-* 10:00\n"},
		{"x.timer", "AccuracyUSec", uint64(1), "[Timer]\nAccuracySec=1us\n"},
		{"x.path", "Paths", []pair{{"PathExists", "/x"}}, "[Path]\nPathExists=/x\n"},
		{"x.socket", "Listen", []pair{{"Stream", "/run/x"}}, "[Socket]\nListenStream=/run/x\n"},
		{"x.scope", "TimeoutStopUSec", uint64(1_000_000), "[Scope]\nTimeoutStopSec=1s\n"},
		{"x.scope", "Slice", "a-b.slice", "[Scope]\nSlice=a-b.slice\n"},
		{"x.slice", "CPUWeight", uint64(30), "[Slice]\nCPUWeight=30\n"},
	} {
		s := newSettings(c.unit, check)
		if err := s.add(propertyValue{c.property, asSent(t, c.value)}); err != nil {
			t.Errorf("%s: %v", c.property, err)
		} else if got := s.text.String(); got != c.want {
			t.Errorf("%s is\n%swant\n%s", c.property, got, c.want)
		}
	}
}

// The limits of a resource come one by one.
func TestLimitsBecomeOneLine(t *testing.T) {
	s := newSettings("x.service", check)
	for _, p := range []propertyValue{{"LimitNOFILE", asSent(t, uint64(20))}, {"LimitNOFILESoft", asSent(t, uint64(10))}, {"LimitCPU", asSent(t, ^uint64(0))}} {
		if err := s.add(p); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.text.String(), "[Service]\nLimitNOFILE=20\nLimitNOFILE=10:20\nLimitCPU=infinity\n"; got != want {
		t.Errorf("the limits are\n%swant\n%s", got, want)
	}
}

// Settings of two sections take turns.
func TestSectionsTakeTurns(t *testing.T) {
	s := newSettings("x.service", check)
	for _, p := range []propertyValue{{"Type", asSent(t, "simple")}, {"Wants", asSent(t, []string{"a.target"})}, {"User", asSent(t, "root")}} {
		if err := s.add(p); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.text.String(), "[Service]\nType=simple\n\n[Unit]\nWants=a.target\n\n[Service]\nUser=root\n"; got != want {
		t.Errorf("the text is\n%swant\n%s", got, want)
	}
}

func TestBadPropertiesAreRefused(t *testing.T) {
	for _, c := range []struct {
		unit, property string
		value          any
		want           string
	}{
		{"x.service", "Nonsense", "x", "Cannot set property Nonsense, or unknown property."},
		{"x.service", "MainPID", uint32(3), "Cannot set property MainPID, or unknown property."},
		{"x.service", "OnCalendar", "daily", "Cannot set property OnCalendar, or unknown property."},
		{"x.service", "Type", "bogus", "Invalid Type setting: bogus"},
		{"x.service", "Type", uint32(3), "Failed to set unit properties: Unexpected message contents"},
		{"x.service", "RemainAfterExit", "yes", "Failed to set unit properties: Unexpected message contents"},
		{"x.service", "ExecStart", "x", "Failed to set unit properties: Unexpected message contents"},
		{"x.service", "Wants", []string{"bad"}, "Invalid unit name bad"},
		{"x.service", "User", "a\nExecStart=/bin/evil", "Invalid User setting: a\nExecStart=/bin/evil"},
		{"x.service", "CPUWeight", uint64(99999), "Value specified in CPUWeight is out of range"},
		{"x.service", "ExecStart", []command{{"a/b", []string{"a/b"}, false}}, "Path a/b is not absolute."},
		{"x.service", "ExecStart", []command{{"/a", nil, false}}, "Invalid argument"},
		{"x.timer", "TimersMonotonic", []value{{"OnNothingSec", 1}}, "Invalid timer base: OnNothingSec"},
	} {
		s := newSettings(c.unit, check)
		if err := s.add(propertyValue{c.property, asSent(t, c.value)}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.property, err, c.want)
		}
	}
}

// Whatever a client sets, it sets one property: nothing that it writes ends up in another line.
func FuzzTextsStayInTheirLine(f *testing.F) {
	for _, s := range []string{"x", "a b", "a\nb", `\`, `"`, "%", "\x00", "a=b", "[Service]", "#x", ";", "\r", "'", "\u2028", "-/x", "~", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			return // no string of D-Bus
		}
		for property, value := range map[string]any{
			"Description": text, "User": text, "WorkingDirectory": text, "Environment": []string{"A=" + text, text},
			"ExecStart": []command{{"/bin/x", []string{text, text}, false}}, "SyslogIdentifier": text, "Slice": text,
			"Documentation": []string{text}, "RuntimeDirectory": []string{text}, "LogExtraFields": [][]byte{[]byte(text)},
			"SystemCallFilter": nameList{true, []string{text}}, "LoadCredential": []pair{{text, text}},
			"EnvironmentFiles": []file{{text, true}}, "StandardOutputFile": text, "DeviceAllow": []pair{{text, text}},
		} {
			s := newSettings("x.service", check)
			if s.add(propertyValue{property, asSent(t, value)}) != nil {
				continue
			}
			names, _, err := units.Lex([]byte(s.text.String()), func(string) bool { return true })
			if err != nil {
				t.Errorf("%s=%q: %v", property, text, err)
			}
			for _, a := range names {
				if a.Section != "Service" && a.Section != "Unit" || !strings.HasPrefix(property, a.Key[:4]) {
					t.Errorf("%s=%q has set %s= in [%s]", property, text, a.Key, a.Section)
				}
			}
		}
	})
}
