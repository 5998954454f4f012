// Package power has the tools that change what the system as a whole does: halt, poweroff, reboot, shutdown,
// telinit and runlevel.
package power

import (
	"fmt"
	"os"

	"pintle/applets/client"
	"pintle/applets/command"
)

// connect reaches PID 1.
func connect() (*client.Conn, error) {
	if !command.Booted() {
		fmt.Fprintln(os.Stderr, "System has not been booted with systemd as init system (PID 1). Can't operate.")
		return nil, command.Failf("Failed to connect to bus: Host is down")
	}
	conn, err := client.Connect(client.System)
	if err != nil {
		return nil, command.Failf("%s", client.ConnectMessage(client.System, err))
	}
	return conn, nil
}

// enter starts a target; mode is how that goes together with the jobs that there are.
func enter(target, mode string) error {
	conn, err := connect()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return command.Failf("Failed to talk to init daemon: Host is down")
	}
	defer conn.Close()
	if err := conn.Manager("StartUnit", []any{target, mode}); err != nil {
		return command.Failf("Failed to start %s: %s", target, client.Reason(err))
	}
	return nil
}

// atOnce ends everything without stopping services in order.
func (w way) atOnce() error {
	conn, err := connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Manager(w.method, nil); err != nil {
		return command.Failf("Failed to execute operation: %s", client.Reason(err))
	}
	return nil
}

// way is one way in which the system can end.
type way struct {
	name   string // the program
	target string
	method string // of the manager, which does not stop services in order
	verb   string // what is announced: "The system will … at"
}

func poweroff() way {
	return way{"poweroff", "poweroff.target", "PowerOff", "power off"}
}

func reboot() way { return way{"reboot", "reboot.target", "Reboot", "reboot"} }

func halt() way { return way{"halt", "halt.target", "Halt", "halt"} }
