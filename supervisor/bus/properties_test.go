package bus

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// everyType is a unit of each type, with settings of every shape.
var everyType = map[string]string{
	"full.service": `[Unit]
DefaultDependencies=no
Documentation=man:full(8) https://example.com/
ConditionPathExists=/etc
ConditionPathExists=|!/nowhere
AssertFileNotEmpty=/etc/passwd
OnFailure=plain.target
[Service]
Type=oneshot
RemainAfterExit=yes
SuccessExitStatus=3 SIGUSR1
ExecStartPre=-/bin/true
ExecStart=/bin/true one "two words"
ExecStart=+/bin/true
EnvironmentFile=-/etc/default/full
Environment=A=1 "B=two words"
CapabilityBoundingSet=CAP_CHOWN CAP_KILL
RestrictNamespaces=net ipc
RestrictAddressFamilies=AF_UNIX AF_INET
SystemCallFilter=~@mount
CPUAffinity=0 2-3
NUMAPolicy=bind
NUMAMask=0
RuntimeDirectory=full:link more
LoadCredential=a:/etc/passwd
SetCredential=b:text
BindPaths=/a:/b -/c
TemporaryFileSystem=/x:rw
LogExtraFields=A=1
LogFilterPatterns=~x y
IPAddressAllow=10.0.0.0/8 ::1
SocketBindAllow=ipv4:tcp:80-90
DeviceAllow=/dev/null rw
IODeviceWeight=/dev/null 10
IOReadBandwidthMax=/dev/null 1M
BPFProgram=ingress:/sys/fs/bpf/x
NFTSet=cgroup:inet:t:s
OpenFile=/etc/passwd:p:read-only
MountFlags=slave
LimitNOFILE=10:20
AppArmorProfile=-x
MountImages=/a.raw:/b:root:ro
ExtensionImages=-/a.raw
RootImageOptions=root:ro
TTYRows=24
ManagedOOMMemoryPressureLimit=50%
`,
	"plain.service": sleeper,
	"full.socket": "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/full\nListenDatagram=127.0.0.1:99\nService=full.service\n" +
		"MessageQueueMaxMessages=7\n",
	"full.timer":   "[Unit]\nDefaultDependencies=no\n[Timer]\nOnBootSec=1d\nOnCalendar=daily\nUnit=full.service\n",
	"full.path":    "[Unit]\nDefaultDependencies=no\n[Path]\nPathExists=/x\nPathChanged=/y\nUnit=full.service\n",
	"plain.target": "[Unit]\nDefaultDependencies=no\n",
	"a.slice":      "[Unit]\nDefaultDependencies=no\n",
	"mnt.mount":    "[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=/dev/null\nWhere=/mnt\n",
	"dev-x.swap":   "[Unit]\nDefaultDependencies=no\n[Swap]\nWhat=/dev/x\n",
}

// Whatever a unit is like, each property has a value that encodes as its signature says.
func TestEveryPropertyHasItsSignature(t *testing.T) {
	w := newWorld(t, everyType)
	names := []string{"none.service", "none.socket", "none.timer", "none.path", "none.target", "none.slice", "none.scope",
		"none.mount", "none.automount", "none.swap", "none.device", "init.scope"}
	for name := range everyType {
		names = append(names, name)
	}
	w.do(func() {
		for _, name := range []string{"full.socket", "full.service", "full.timer", "full.path", "plain.target", "plain.service"} {
			if _, err := w.manager.Enqueue(supervisor.JobStart, name, ""); err != nil {
				t.Error(err)
			}
		}
		for _, name := range names {
			u := w.manager.Load(name)
			for _, i := range unitInterfaces(supervisor.TypeOf(name)) {
				for k := range i.Properties {
					p := &i.Properties[k]
					value := p.Get(&Call{Server: w.server, Unit: u})
					if got := dbus.SignatureOf(value).String(); layout(got) != layout(p.Sig) {
						t.Errorf("%s of %s is a %s (%#v), want %s", p.Name, name, got, value, p.Sig)
					}
					if _, _, err := encode(&dbus.Message{Type: dbus.TypeMethodReply, Body: []any{variant(p.Sig, value)},
						Headers: map[dbus.HeaderField]dbus.Variant{dbus.FieldReplySerial: dbus.MakeVariant(uint32(1)),
							dbus.FieldSignature: dbus.MakeVariant(dbus.ParseSignatureMust("v"))}}); err != nil {
						t.Errorf("%s of %s: %v", p.Name, name, err)
					}
				}
			}
		}
	})
}
