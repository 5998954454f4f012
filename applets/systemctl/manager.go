package systemctl

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

// daemonReload is daemon-reload and daemon-reexec. While an image is made there is nobody to reload, and the unit
// files will be read at the first boot.
func (c *control) daemonReload([]string) error {
	if !c.user && !booted() && os.Getenv("SYSTEMD_IGNORE_CHROOT") == "" {
		return nil
	}
	if err := c.connect(); err != nil {
		return err
	}
	method := "Reload"
	if c.verb == "daemon-reexec" {
		method = "Reexecute"
	}
	err := c.conn.Slowly(method)
	switch {
	case err == nil:
	case method == "Reexecute" && disconnected(err):
		// The manager drops all its connections on the way; that it did is the answer.
	default:
		return failure(err, "Failed to %s daemon", strings.ToLower(strings.TrimSuffix(method, "ute")))
	}
	return nil
}

// disconnected says whether the other end has gone.
func disconnected(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ENOTCONN) ||
		client.ErrorName(err) == "org.freedesktop.DBus.Error.NoReply"
}

// logSetting is log-level and log-target.
func (c *control) logSetting(args []string) error {
	level := c.verb == "log-level"
	property, word := "LogTarget", "target"
	if level {
		property, word = "LogLevel", "level"
	}
	if len(args) == 0 {
		value, err := c.conn.Get(client.ManagerPath, client.ManagerFace, property)
		if err != nil {
			return failure(err, "Failed to get log %s", word)
		}
		c.printf("%s\n", stringOf(value.Value()))
		return nil
	}
	if level && !validLogLevel(args[0]) {
		return command.Failf("\"%s\" is not a valid log level.", args[0])
	}
	err := c.conn.Method(client.ManagerPath, client.Properties, "Set", []any{client.ManagerFace, property, dbus.MakeVariant(args[0])})
	if err != nil {
		return failure(err, "Failed to set log %s of %s to %s", word, "systemd", args[0])
	}
	return nil
}

// validLogLevel says whether a word is a syslog level by name or number.
func validLogLevel(s string) bool {
	_, err := units.ParseLogLevel(s)
	return err == nil
}

// serviceLog is service-log-level and service-log-target, which the service itself answers for.
func (c *control) serviceLog(args []string) error {
	name, err := mangle(args[0], "")
	if err != nil {
		return err
	}
	bus := stringOf(c.get(client.UnitPath(name), face("service"), "BusName"))
	if bus == "" {
		c.errorf("Unit %s doesn't declare BusName=.", name)
		c.noticef("Hint: the service must declare BusName= and implement the appropriate D-Bus interface.\n" +
			"      See the org.freedesktop.LogControl1(5) man page for details.")
		return status(1)
	}
	property := "LogTarget"
	if c.verb == "service-log-level" {
		property = "LogLevel"
	}
	conn, err := client.Bus()
	if err != nil {
		return command.Failf("%s", client.ConnectMessage(client.System, err))
	}
	defer conn.Close()
	const path, control = "/org/freedesktop/LogControl1", "org.freedesktop.LogControl1"
	if len(args) == 1 {
		body, err := conn.CallTo(bus, path, client.Properties, "Get", control, property)
		if err != nil {
			return failure(err, "Failed to get %s of %s", property, bus)
		}
		var value dbus.Variant
		if dbus.Store(body, &value) == nil {
			c.printf("%s\n", stringOf(value.Value()))
		}
		return nil
	}
	if _, err := conn.CallTo(bus, path, client.Properties, "Set", control, property, dbus.MakeVariant(args[1])); err != nil {
		return failure(err, "Failed to set %s of %s to %s", property, bus, args[1])
	}
	return nil
}

// serviceWatchdogs is service-watchdogs.
func (c *control) serviceWatchdogs(args []string) error {
	if len(args) == 0 {
		value, err := c.conn.Get(client.ManagerPath, client.ManagerFace, "ServiceWatchdogs")
		if err != nil {
			return failure(err, "Failed to get service-watchdog state")
		}
		c.printf("%s\n", units.YesNo(boolOf(value.Value())))
		return nil
	}
	on, err := units.ParseBool(args[0])
	if err != nil {
		return command.Failf("Failed to parse service-watchdogs argument: Invalid argument")
	}
	err = c.conn.Method(client.ManagerPath, client.Properties, "Set", []any{client.ManagerFace, "ServiceWatchdogs", dbus.MakeVariant(on)})
	if err != nil {
		return failure(err, "Failed to set service-watchdog state")
	}
	return nil
}

// isSystemRunning is is-system-running.
func (c *control) isSystemRunning([]string) error {
	offline := inChroot() || !c.user && !booted()
	if offline {
		if !c.quiet {
			c.printf("offline\n")
		}
		return status(1)
	}
	if err := c.connect(); err != nil {
		return err
	}
	if c.wait {
		if err := c.conn.Watch(client.ManagerFace, "StartupFinished"); err != nil {
			c.warnf("Failed to add match for StartupFinished signal: %s", client.Reason(err))
		}
	}
	state, err := c.systemState()
	if err != nil {
		c.warnf("Failed to query system state: %s", client.Reason(err))
		if !c.quiet {
			c.printf("unknown\n")
		}
		return status(1)
	}
	if c.wait && (state == "initializing" || state == "starting") {
		if _, err := c.conn.Signal(time.Time{}); err != nil {
			return failure(err, "Failed to get property from bus in event loop")
		}
		if state, err = c.systemState(); err != nil {
			return failure(err, "Failed to query system state")
		}
	}
	if !c.quiet {
		c.printf("%s\n", state)
	}
	if state != "running" {
		return status(1)
	}
	return nil
}

func (c *control) systemState() (string, error) {
	value, err := c.conn.Get(client.ManagerPath, client.ManagerFace, "SystemState")
	if err != nil {
		return "", err
	}
	return stringOf(value.Value()), nil
}
