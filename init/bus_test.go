package pid1

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// busUnits have a system bus as Debian's packages set it up, and services that want names on it.
const busUnits = `
-- story.target --
[Unit]
Description=Story
-- dbus.socket --
[Socket]
ListenStream=/run/dbus/system_bus_socket
-- dbus.service --
[Unit]
Requires=dbus.socket
[Service]
Type=notify
NotifyAccess=main
Sockets=dbus.socket
ExecStart=/usr/bin/dbus-daemon --config-file=/etc/story-bus.conf --address=systemd: --nofork --nopidfile --systemd-activation
-- named.service --
[Service]
Type=dbus
BusName=org.pintle.Story
ExecStart=/opt/story/tool usr1 ownname:org.pintle.Story usr1 dropname:org.pintle.Story sleep
-- quick.service --
[Service]
BusName=org.pintle.Quick
ExecStart=/opt/story/tool ownname:org.pintle.Quick sleep
-- nameless.service --
[Service]
Type=dbus
BusName=org.pintle.Nobody
TimeoutStartSec=1
ExecStart=/opt/story/tool forge:org.pintle.Nobody sleep
-- /etc/story-bus.conf --
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <auth>EXTERNAL</auth>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default"><allow user="*"/><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
`

// A service of Type=dbus is up from when its name is taken until that is given up; then what is left of it is stopped.
func TestBusNameIsReadiness(t *testing.T) {
	c := boot(t, story{units: busUnits})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "named.service")
	c.is("named.service", "activating start")
	pid := c.tell("pids", "named.service")
	c.shows("[" + pid + "]: waits for SIGUSR1")
	// The name that another one takes in the meantime is that one's.
	c.tell("start", "quick.service")
	c.is("quick.service", "active running")
	c.is("named.service", "activating start")

	c.tell("kill", pid, "10") // SIGUSR1
	c.is("named.service", "active running")
	c.shows("]: has org.pintle.Story")

	c.tell("kill", pid, "10")
	c.is("named.service", "inactive dead")
	c.is("quick.service", "active running")

	// And again, now that the name is being watched already.
	c.tell("start", "named.service")
	c.is("named.service", "activating start")
	pid = c.tell("pids", "named.service")
	c.shows("[" + pid + "]: waits for SIGUSR1")
	c.tell("kill", pid, "10")
	c.is("named.service", "active running")
	c.tell("kill", pid, "9")
	c.is("named.service", "failed failed signal")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// A service that does not take its name does not start, whatever signals other clients of the bus make up.
func TestBusNameNeverTaken(t *testing.T) {
	c := boot(t, story{units: busUnits})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "nameless.service")
	c.shows("]: forged org.pintle.Nobody")
	c.is("nameless.service", "failed failed timeout")
	if strings.Contains(c.console(), "Started nameless.service") {
		t.Error("a forged signal has made it ready")
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// A daemon that listens long after its service is up, where nothing else has listened before, is found.
func TestBusComesLate(t *testing.T) {
	c := boot(t, story{units: strings.NewReplacer(
		"ListenStream=/run/dbus/system_bus_socket", "ListenStream=/run/another",
		"Type=notify", "Type=exec\nExecStartPre=mkfifo /run/go\nRuntimeDirectory=dbus",
		"ExecStart=/usr/bin/dbus-daemon --config-file=/etc/story-bus.conf --address=systemd: --nofork",
		"ExecStart=/bin/sh -c 'read go </run/go; exec \"$@\"' sh /usr/bin/dbus-daemon --config-file=/etc/story-bus.conf --nofork",
		" --systemd-activation", "",
	).Replace(busUnits) + `
-- go.service --
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo go >/run/go'
`})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "quick.service")
	c.is("quick.service", "activating start")
	c.tell("start", "go.service")
	c.is("quick.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// While the bus is away nothing is known of its names; when it is back, those who have not come back are stopped.
// The daemon is killed, for one that ends by itself may still say which names are lost as it closes connections.
func TestBusRestarts(t *testing.T) {
	c := boot(t, story{units: strings.Replace(busUnits, "NotifyAccess=main", "NotifyAccess=main\nKillSignal=SIGKILL\nSuccessExitStatus=SIGKILL", 1)})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "quick.service")
	c.is("quick.service", "active running")
	c.tell("stop", "dbus.service")
	c.is("dbus.service", "inactive dead")
	c.is("quick.service", "active running")
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.is("quick.service", "inactive dead")
	c.tell("start", "quick.service")
	c.is("quick.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// servedUnits are units that somebody on the bus asks for, by their names or by the names that they take.
var servedUnits = strings.Replace(busUnits, "<listen>", "<servicedir>/etc/story-services</servicedir>\n  <listen>", 1) + `
-- asked.service --
[Service]
Type=dbus
BusName=org.pintle.Asked
ExecStart=/opt/story/tool ownname:org.pintle.Asked sleep
-- forbidden.service --
[Unit]
RefuseManualStart=yes
[Service]
ExecStart=/bin/true
-- plain.service --
[Service]
ExecStart=/bin/sleep 1000
-- root.service --
[Service]
ExecStart=/opt/story/tool ping:org.freedesktop.systemd1 startunit:plain.service startunit:nowhere.service sleep
-- user.service --
[Service]
User=65534
ExecStart=/opt/story/tool ping:org.freedesktop.systemd1 startunit:plain.service
-- caller.service --
[Service]
ExecStart=/opt/story/tool ping:org.pintle.Asked ping:org.pintle.Forbidden ping:org.pintle.Nowhere sleep
-- /etc/story-services/org.pintle.Asked.service --
[D-BUS Service]
Name=org.pintle.Asked
Exec=/bin/false
SystemdService=asked.service
-- /etc/story-services/org.pintle.Forbidden.service --
[D-BUS Service]
Name=org.pintle.Forbidden
Exec=/bin/false
SystemdService=forbidden.service
-- /etc/story-services/org.pintle.Nowhere.service --
[D-BUS Service]
Name=org.pintle.Nowhere
Exec=/bin/false
SystemdService=nowhere.service
`

// Clients of the bus reach PID 1 there, and may do what their users may.
func TestSystemBusIsServed(t *testing.T) {
	c := boot(t, story{units: servedUnits})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "root.service")
	c.shows("]: pinged org.freedesktop.systemd1: <nil>")
	c.shows("]: started plain.service: done")
	c.shows("]: cannot start nowhere.service: Unit nowhere.service not found.")
	c.tell("start", "user.service")
	c.shows("]: cannot start plain.service: Permission denied")

	// When the bus is another one, PID 1 is there again.
	c.tell("stop", "root.service")
	c.is("root.service", "inactive dead")
	c.tell("stop", "plain.service")
	c.is("plain.service", "inactive dead")
	c.tell("restart", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "root.service")
	c.is("plain.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// Whoever calls a name that nobody has wakes the service that will have it; if that cannot be, the caller is told why.
func TestSystemBusActivates(t *testing.T) {
	c := boot(t, story{units: servedUnits})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "caller.service")
	c.is("asked.service", "active running")
	c.shows("]: pinged org.pintle.Asked: <nil>")
	c.shows("]: pinged org.pintle.Forbidden: Operation refused, forbidden.service may be requested by dependency only")
	c.shows("]: pinged org.pintle.Nowhere: Unit nowhere.service not found.")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// A bus that hangs costs PID 1 nothing.
func TestSystemBusHangs(t *testing.T) {
	c := boot(t, story{units: servedUnits})
	c.tell("start", "dbus.service")
	c.is("dbus.service", "active running")
	c.tell("start", "root.service")
	c.shows("]: started plain.service: done")
	pid := c.tell("pids", "dbus.service")
	c.tell("kill", pid, "19") // SIGSTOP
	for range 3 {
		c.tell("stop", "plain.service")
		c.is("plain.service", "inactive dead")
		c.tell("start", "plain.service")
		c.is("plain.service", "active running")
	}
	c.tell("kill", pid, "18") // SIGCONT
	c.tell("start", "asked.service")
	c.is("asked.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// storyBusConn is the connection of the story's tool with the bus.
var storyBusConn = sync.OnceValues(func() (conn *dbus.Conn, err error) {
	for until := time.Now().Add(storyWait); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if conn, err = dbus.Connect("unix:path=" + systemBus); err == nil {
			return conn, nil
		}
	}
	return nil, err
})

// storyStart starts a unit as a client of the bus does that waits for the end of its job.
func storyStart(conn *dbus.Conn, unit string) error {
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchMember("JobRemoved")); err != nil {
		return err
	}
	var job dbus.ObjectPath
	manager := conn.Object("org.freedesktop.systemd1", "/org/freedesktop/systemd1")
	if err := manager.Call("org.freedesktop.systemd1.Manager.StartUnit", 0, unit, "replace").Store(&job); err != nil {
		fmt.Printf("cannot start %s: %v\n", unit, err)
		return nil
	}
	for s := range signals {
		if len(s.Body) == 4 && s.Body[1] == job {
			fmt.Printf("started %s: %v\n", unit, s.Body[3])
			return nil
		}
	}
	return errors.New("the bus is gone")
}

// storyBus does one of the words of the story's tool that are about the bus.
func storyBus(verb, name string) error {
	conn, err := storyBusConn()
	if err != nil {
		return err
	}
	switch verb {
	case "ownname":
		reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
		if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
			err = errors.New(name + " is taken")
		}
		fmt.Println("has", name)
		return err
	case "dropname":
		_, err := conn.ReleaseName(name)
		return err
	case "ping":
		call := conn.Object(name, "/").Call("org.freedesktop.DBus.Peer.Ping", 0)
		fmt.Printf("pinged %s: %v\n", name, call.Err)
		return nil
	case "startunit":
		return storyStart(conn, name)
	}
	var clients []string
	if err := conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&clients); err != nil {
		return err
	}
	for _, client := range clients {
		m := &dbus.Message{
			Type: dbus.TypeSignal,
			Headers: map[dbus.HeaderField]dbus.Variant{
				dbus.FieldDestination: dbus.MakeVariant(client),
				dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/DBus")),
				dbus.FieldInterface:   dbus.MakeVariant("org.freedesktop.DBus"),
				dbus.FieldMember:      dbus.MakeVariant("NameOwnerChanged"),
				dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf("", "", "")),
			},
			Body: []any{name, "", conn.Names()[0]},
		}
		if client != "org.freedesktop.DBus" {
			conn.Send(m, nil)
		}
	}
	fmt.Println("forged", name)
	return nil
}
