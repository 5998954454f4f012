package run

import (
	"errors"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/supervisor"
	messages "pintle/supervisor/systemctl"
)

func (o *options) run(args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	switch {
	case o.asScope:
		return o.startScope(conn)
	case o.trigger != "":
		return o.startTrigger(conn)
	}
	return o.startService(conn)
}

// connect reaches the manager. Whoever waits for a service needs the message bus, over which systemd keeps units for
// its clients; pintle keeps them over its own socket, too.
func (o *options) connect() (*client.Conn, error) {
	if o.scope == client.System && !command.Booted() {
		say("System has not been booted with systemd as init system (PID 1). Can't operate.")
		return nil, command.Failf("Failed to connect to bus: Host is down")
	}
	if o.waits() && o.scope == client.System {
		if conn, err := client.Bus(); err == nil {
			return conn, nil
		}
	}
	conn, err := client.Connect(o.scope)
	if err != nil {
		return nil, command.Failf("%s", client.ConnectMessage(o.scope, err))
	}
	return conn, nil
}

// auxiliary is a unit that comes with another one.
type auxiliary struct {
	Name       string
	Properties properties
}

// start makes a unit and waits, unless it is not to, until its job is done.
func (o *options) start(conn *client.Conn, kind, name string, p properties, more []auxiliary) error {
	var jobs *client.Jobs
	if !o.noBlock {
		var err error
		if jobs, err = conn.AwaitJobs(); err != nil {
			return command.Failf("Could not watch jobs: %s", client.Reason(err))
		}
	}
	var job dbus.ObjectPath
	if err := conn.Manager("StartTransientUnit", []any{name, "fail", p, more}, &job); err != nil {
		return command.Failf("Failed to start transient %s unit: %s", kind, client.Reason(err))
	}
	if jobs == nil {
		return nil
	}
	jobs.Add(job)
	ended, _, err := jobs.Next()
	if err != nil {
		return command.Failf("Failed to wait for response: %s", client.Reason(err))
	}
	return o.judge(conn, ended)
}

// judge says why a job has failed.
func (o *options) judge(conn *client.Conn, ended client.Ended) error {
	result := ""
	if value, err := conn.Get(client.UnitPath(ended.Unit), client.Destination+".Service", "Result"); err == nil {
		result, _ = value.Value().(string)
	}
	text := messages.JobMessage(ended.Unit, supervisor.JobResult(ended.Result), result)
	if text == "" {
		return nil
	}
	if !o.quiet {
		fmt.Fprintln(os.Stderr, text)
		if advice := messages.JobAdvice(ended.Unit, supervisor.JobResult(ended.Result), result, o.scope == client.User); advice != "" {
			fmt.Fprintln(os.Stderr, advice)
		}
	}
	return command.Silent(1)
}

func (o *options) startTrigger(conn *client.Conn) error {
	trigger, service, err := o.names(conn)
	if err != nil {
		return err
	}
	p := o.common(conn)
	switch o.trigger {
	case "path":
		err = p.parse("path", o.paths)
	case "socket":
		err = p.parse("socket", o.sockets)
	default:
		if err = p.parse("timer", o.timers); err == nil {
			p.add("RemainAfterElapse", false) // a timer that is done with goes
		}
	}
	if err != nil {
		return err
	}
	more := []auxiliary{}
	if len(o.argv) > 0 {
		s, err := o.service(conn, nil, "")
		if err != nil {
			return err
		}
		more = append(more, auxiliary{service, s})
	}
	if err := o.start(conn, o.trigger, trigger, p, more); err != nil {
		return err
	}
	if !o.quiet {
		say("Running %s as unit: %s", o.trigger, trigger)
		if len(o.argv) > 0 {
			say("Will run service as unit: %s", service)
		}
	}
	return nil
}

func (o *options) startService(conn *client.Conn) error {
	var terminal *terminal
	var path string
	var streams []dbus.UnixFD
	switch o.stdio {
	case tty:
		var err error
		if terminal, err = openTerminal(); err != nil {
			return err
		}
		defer terminal.close()
		path = terminal.path
		streams = []dbus.UnixFD{client.File(terminal.slave), client.File(terminal.slave), client.File(terminal.slave)}
	case direct:
		streams = []dbus.UnixFD{client.File(os.Stdin), client.File(os.Stdout), client.File(os.Stderr)}
	}
	name, err := o.name(conn, ".service")
	if err != nil {
		return err
	}
	p, err := o.service(conn, streams, path)
	if err != nil {
		return err
	}
	var watch *watch
	if o.waits() {
		if watch, err = newWatch(conn, name); err != nil {
			return err
		}
	}
	if err := o.start(conn, "service", name, p, []auxiliary{}); err != nil {
		return err
	}
	if !o.quiet {
		say("Running as unit: %s", name)
	}
	if watch == nil {
		return nil
	}
	if terminal != nil {
		if !o.quiet {
			say("Press ^] three times within 1s to disconnect TTY.")
		}
		detached := terminal.forward()
		defer terminal.restore()
		watch.detached = detached
	}
	ended, err := watch.wait()
	if errors.Is(err, errDetached) {
		terminal.restore()
		return nil
	}
	if err != nil {
		return command.Failf("Failed to run event loop: %s", client.Reason(err))
	}
	if terminal != nil {
		terminal.drain()
		terminal.restore()
	}
	if o.wait && !o.quiet {
		ended.summary()
	}
	return command.Silent(ended.status())
}
