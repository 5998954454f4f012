package systemctl

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/supervisor"
	messages "pintle/supervisor/systemctl"
	"pintle/units"
)

// kill is kill: it sends a signal.
func (c *control) kill(args []string) error {
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	whom := c.killWhom
	if whom == "" {
		whom = "all"
	}
	var failed error
	for _, name := range names {
		var err error
		if c.hasKillValue {
			err = c.conn.Manager("QueueSignalUnit", []any{name, whom, int32(c.signal), c.killValue})
		} else {
			err = c.conn.Manager("KillUnit", []any{name, whom, int32(c.signal)})
		}
		if err != nil {
			c.errorf("%s", messages.NotKilled(name, client.Reason(err)))
			failed = status(1)
		}
	}
	return failed
}

// clean is clean: it removes directories of units, and waits until that is done.
func (c *control) clean(args []string) error {
	what := c.what
	if len(what) == 0 {
		what = []string{"cache", "runtime"}
	}
	return c.eachAwaited(args, func(name string) error { return c.conn.Manager("CleanUnit", []any{name, what}) })
}

// cleanOrFreeze is freeze and thaw.
func (c *control) cleanOrFreeze(args []string) error {
	method := "FreezeUnit"
	if c.verb == "thaw" {
		method = "ThawUnit"
	}
	return c.eachAwaited(args, func(name string) error { return c.conn.Manager(method, []any{name}) })
}

// eachAwaited does something to units that takes its time.
func (c *control) eachAwaited(args []string, do func(name string) error) error {
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	var settled *settling
	if !c.noBlock {
		if err := c.conn.Manager("Subscribe", nil); err != nil && client.ErrorName(err) != "org.freedesktop.systemd1.AlreadySubscribed" {
			return failure(err, "Failed to enable subscription")
		}
		if settled, err = c.settling(); err != nil {
			return err
		}
		settled.maintenance = true
	}
	var failed error
	for _, name := range names {
		if settled != nil {
			// Only a client of a message bus can hold units; the manager's own socket refuses that for all.
			if err := c.conn.Manager("RefUnit", []any{name}); client.ErrorName(err) == supervisor.ErrNoSuchUnit {
				c.errorf("Failed to add reference to unit %s: %s", name, client.Reason(err))
				if failed == nil {
					failed = status(1)
				}
				continue
			}
		}
		if err := do(name); err != nil {
			c.errorf("Failed to %s unit %s: %s", c.verb, name, client.Reason(err))
			if failed == nil {
				failed = status(1)
			}
			continue
		}
		if settled != nil {
			settled.add(name)
		}
	}
	if settled != nil {
		bad, err := settled.wait()
		switch {
		case err != nil:
			return failure(err, "Failed to wait for units")
		case bad && failed == nil:
			failed = status(1)
		}
	}
	return failed
}

// resetFailed is reset-failed.
func (c *control) resetFailed(args []string) error {
	if len(args) == 0 {
		if err := c.conn.Manager("ResetFailed", nil); err != nil {
			return failure(err, "Failed to reset failed state of all units")
		}
		return nil
	}
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	var failed error
	for _, name := range names {
		if err := c.conn.Manager("ResetFailedUnit", []any{name}); err != nil {
			c.errorf("%s", messages.NotReset(name, client.Reason(err)))
			failed = status(1)
		}
	}
	return failed
}

// isActive is is-active.
func (c *control) isActive(args []string) error {
	return c.anyIn(args, messages.NotRunning, "active", "reloading")
}

// isFailed is is-failed; without units it asks whether anything has failed.
func (c *control) isFailed(args []string) error {
	if len(args) == 0 {
		state, err := c.systemState()
		if err != nil {
			return failure(err, "Failed to query system state")
		}
		if !c.quiet {
			c.printf("%s\n", state)
		}
		if state != "degraded" {
			return status(messages.NotFailed)
		}
		return nil
	}
	return c.anyIn(args, messages.NotFailed, "failed")
}

// anyIn prints the active states of units, and ends well if one of them is wanted.
func (c *control) anyIn(args []string, otherwise int, wanted ...string) error {
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	exit := otherwise
	known := c.olderThan(254)
	for _, name := range names {
		value, err := c.conn.Get(client.UnitPath(name), client.UnitFace, "ActiveState")
		if err != nil {
			return failure(err, "Failed to retrieve unit state")
		}
		state := stringOf(value.Value())
		if !c.quiet {
			c.printf("%s\n", state)
		}
		if slices.Contains(wanted, state) {
			exit = 0
		}
		known = known || stringOf(c.get(client.UnitPath(name), client.UnitFace, "LoadState")) != "not-found"
	}
	if !known && exit != 0 {
		exit = messages.UnknownUnit
	}
	return status(exit)
}

// bind is bind, which needs mount namespaces of the manager's making.
func (c *control) bind(args []string) error {
	name, err := mangle(args[0], "")
	if err != nil {
		return err
	}
	source, target := args[1], ""
	if len(args) > 2 {
		target = args[2]
	}
	if err := c.conn.Manager("BindMountUnit", []any{name, source, target, c.readOnly, c.mkdir}); err != nil {
		return failure(err, "Failed to bind mount")
	}
	return nil
}

// mountImage is mount-image.
func (c *control) mountImage(args []string) error {
	name, err := mangle(args[0], "")
	if err != nil {
		return err
	}
	source, target := args[1], ""
	if len(args) > 2 {
		target = args[2]
	}
	options := []struct{ Partition, Options string }{}
	if len(args) > 3 {
		options = append(options, struct{ Partition, Options string }{"root", args[3]})
	}
	if err := c.conn.Manager("MountImageUnit", []any{name, source, target, c.readOnly, c.mkdir, options}); err != nil {
		return failure(err, "Failed to mount image")
	}
	return nil
}

// whoami tells which unit processes belong to; without any, this one.
func (c *control) whoami(args []string) error {
	pids := []uint32{uint32(os.Getpid())}
	if len(args) > 0 {
		pids = nil
	}
	for _, arg := range args {
		n, err := strconv.ParseUint(arg, 10, 31)
		if err != nil || n == 0 {
			return command.Failf("Failed to parse PID %s", arg)
		}
		pids = append(pids, uint32(n))
	}
	var failed error
	for _, pid := range pids {
		name, err := c.unitOfPID(pid)
		if err != nil {
			if errors.Is(err, syscall.ESRCH) || client.ErrorName(err) != "" {
				c.errorf("Failed to get unit for PID %d: %s", pid, client.Reason(err))
				failed = status(1)
				continue
			}
			return err
		}
		c.printf("%s\n", name)
	}
	return failed
}

// unitOfPID is the name of the unit that a process belongs to.
func (c *control) unitOfPID(pid uint32) (string, error) {
	var path dbus.ObjectPath
	if err := c.conn.Manager("GetUnitByPID", []any{pid}, &path); err != nil {
		return "", err
	}
	return stringOf(c.get(path, client.UnitFace, "Id")), nil
}

// switchRoot cannot be: a container has one root.
func (c *control) switchRoot(args []string) error {
	root, init := "/sysroot", ""
	if len(args) > 0 {
		root = args[0]
	}
	if len(args) > 1 {
		init = args[1]
	}
	if err := c.conn.Manager("SwitchRoot", []any{root, init}); err != nil {
		return failure(err, "Failed to switch root")
	}
	return nil
}

func (c *control) printSignals() {
	c.printf("SIGNAL NAME\n")
	for signal := syscall.Signal(1); signal <= units.SigRTMax; signal++ {
		c.printf("%-6d SIG%s\n", int(signal), units.SignalName(signal))
	}
}

// outputModes are the forms of the log.
func outputModes() []string {
	return []string{"short", "short-full", "short-iso", "short-iso-precise", "short-precise", "short-monotonic", "short-delta",
		"short-unix", "verbose", "export", "json", "json-pretty", "json-sse", "json-seq", "cat", "with-unit"}
}
