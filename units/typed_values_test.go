package units

import (
	"strings"
	"testing"
)

// smallHost is a host with round numbers.
type smallHost struct{ SystemHost }

func (smallHost) Memory() uint64 { return 1 << 30 }
func (smallHost) Tasks() uint64  { return 1000 }

// Lines of a unit file, and what systemctl show would print for what they are read as. A "!" stands for a
// problem that is told.
func TestTypedValues(t *testing.T) {
	for _, row := range [][2]string{
		{"CPUWeight=idle", "idle"}, {"CPUWeight=10001", "!"}, {"CPUWeight=100", "100"}, {"CPUShares=1", "!"},
		{"CPUQuota=250%", "25000"}, {"CPUQuota=0%", "!"}, {"CPUQuota=20", "!"},
		{"TasksMax=15%", "150"}, {"TasksMax=infinity", "infinity"}, {"TasksMax=0", "infinity!"}, {"TasksMax=12", "12"}, {"TasksMax=101%", "infinity!"},
		{"MemoryMax=50%", "536870912"}, {"MemoryMax=2M", "2097152"}, {"MemoryMax=0", "infinity!"}, {"MemoryMax=", "infinity"},
		{"MemoryMin=", "0"}, {"MemoryMin=0", "0"}, {"MemorySwapMax=0", "0"}, {"MemoryHigh=12.5%", "134217728"},
		{"Delegate=yes", "yes"}, {"Delegate=no", "no"}, {"Delegate=cpu pids nosuch", "yes!"},
		{"DisableControllers=cpu bogus", "cpu!"}, {"AllowedCPUs=0-2,5", "0-2 5"}, {"AllowedMemoryNodes=x", "!"},
		{"DeviceAllow=/dev/null rw", "/dev/null rw"}, {"DeviceAllow=char-pts", "char-pts rwm"}, {"DeviceAllow=/etc/passwd r", "!"}, {"DeviceAllow=/dev/null x", "!"},
		{"IODeviceWeight=/dev/sda 200", "/dev/sda 200"}, {"IOReadBandwidthMax=/dev/sda 5M", "/dev/sda 5000000"},
		{"IOWriteIOPSMax=/dev/sda infinity", "/dev/sda infinity"}, {"IODeviceLatencyTargetSec=/dev/sda 25ms", "/dev/sda 25000"}, {"IOReadBandwidthMax=5M", "!"},
		{"IPAddressDeny=any", "0.0.0.0/0 ::/0"}, {"IPAddressAllow=10.1.2.3/8 ::1", "10.0.0.0/8 ::1/128"}, {"IPAddressAllow=10.1", "!"},
		{"SocketBindAllow=ipv4:tcp:80-90 udp any", "ipv4:tcp:80-90 udp:any any"}, {"SocketBindDeny=tcp:0", "!"},
		{"BPFProgram=egress:/sys/fs/bpf/x", "egress:/sys/fs/bpf/x"}, {"BPFProgram=nowhere:/x", "!"},
		{"NFTSet=cgroup:inet:filter:mine", "cgroup:inet:filter:mine"}, {"NFTSet=a:b:c:d", "!"},
		{"RestrictNetworkInterfaces=~eth0 lo", "~eth0 lo"}, {"RestrictNetworkInterfaces=an/other", "!"},
		{"RestrictAddressFamilies=AF_INET AF_UNIX\nRestrictAddressFamilies=~AF_INET", "AF_UNIX"}, {"RestrictAddressFamilies=~AF_PACKET", "~AF_PACKET"},
		{"RestrictNamespaces=yes", "yes"}, {"RestrictNamespaces=no", "no"}, {"RestrictNamespaces=~user", "cgroup ipc mnt net pid uts"}, {"RestrictNamespaces=user bad", "no!"},
		{"RestrictFileSystems=@basic-api ext4", "@basic-api ext4"}, {"RestrictFileSystems=@nosuch", "!"},
		{"SystemCallErrorNumber=EPERM", "1"}, {"SystemCallErrorNumber=kill", "2147483646"}, {"SystemCallErrorNumber=EFOO", "2147483646!"}, {"SystemCallErrorNumber=EHWPOISON", "133"},
		{"SystemCallFilter=~@mount ptrace:EPERM", "~@mount ptrace"}, {"SystemCallFilter=@nosuch", "!"}, {"SystemCallArchitectures=native pdp11", "native!"},
		{"CoredumpFilter=default private-huge", "0x33"}, {"CoredumpFilter=elf-headers 40", "0x50"}, {"CoredumpFilter=nonsense", "!"},
		{"NUMAMask=0-1", "0-1"}, {"NUMAMask=all", "all"}, {"NUMAMask=x", "!"}, {"Personality=x86", "x86"}, {"Personality=vax", "!"},
		{"MountFlags=shared", "shared"}, {"MountFlags=maybe", "!"}, {"LogExtraFields=A=b lower=x", "A=b!"},
		{"BindPaths=-/a:/b:norbind /c", "-/a:/b:norbind /c:/c:rbind"}, {"BindReadOnlyPaths=relative", "!"},
		{"TemporaryFileSystem=/var:ro,mode=0700", "/var:ro,mode=0700"}, {"MountImages=/i.raw:/mnt:root:ro", "/i.raw:/mnt:root:ro"}, {"MountImages=/i.raw", "!"},
		{"ExtensionImages=-/e.raw", "-/e.raw"}, {"RootHash=zz", "!"}, {"RootHashSignature=x", "!"}, {"RootImagePolicy=root=verity+signed:usr=absent", "root=verity+signed:usr=absent"},
		{"RootImagePolicy=root=loose", "!"}, {"ManagedOOMMemoryPressureLimit=60%", "6000"}, {"DelegateSubgroup=a/b", "!"}, {"LogNamespace=a/b", "!"},
	} {
		g := NewGraph(Options{NoBuiltin: true, Host: smallHost{}})
		if err := g.Add("x.service", "", "[Service]\nExecStart=/bin/true\n"+row[0]+"\n"); err != nil {
			t.Fatal(err)
		}
		u := g.Load("x.service")
		name, _, _ := strings.Cut(row[0], "=")
		value, ok := u.Value(name)
		got := ValueText(value)
		if len(u.Problems) > 0 {
			got += "!"
		}
		if !ok || got != row[1] {
			t.Errorf("%s: %q, want %q; %v", row[0], got, row[1], u.Problems)
		}
	}
}

// Without a host to ask, a share costs its line and nothing else.
func TestSharesOfAnUnknownMachine(t *testing.T) {
	g := NewGraph(Options{NoBuiltin: true})
	if err := g.Add("x.service", "", "[Service]\nExecStart=/bin/true\nMemoryMax=50%\nTasksMax=5%\n"); err != nil {
		t.Fatal(err)
	}
	u := g.Load("x.service")
	if u.State != Loaded || len(u.Problems) != 2 || u.Resources.MemoryMax != BytesInfinity || u.Resources.TasksMax != TasksInfinity {
		t.Errorf("%s: %v, %d, %d", u.State, u.Problems, u.Resources.MemoryMax, u.Resources.TasksMax)
	}
}

// What no process may run without costs the unit: it would else run as root, or see all of the container.
func TestFatalValues(t *testing.T) {
	for _, line := range []string{"User=-1", "Group=a:b", "SupplementaryGroups=good a/b", "RootDirectory=relative", "RootImage=x", "DynamicUser=perhaps", `ExecStart=/bin/true "open`} {
		g := NewGraph(Options{NoBuiltin: true})
		if err := g.Add("x.service", "", "[Service]\nExecStart=/bin/true\n"+line+"\n"); err != nil {
			t.Fatal(err)
		}
		if u := g.Load("x.service"); u.State != BadSetting || len(u.Problems) != 1 {
			t.Errorf("%s: %s %v", line, u.State, u.Problems)
		}
	}
}
