package systemctl

import (
	"slices"
	"strconv"
	"syscall"

	"pintle/applets/command"
)

// specialUnit is the target that a verb of the system starts.
func specialUnit(verb string) string {
	switch verb {
	case "default", "rescue", "emergency", "halt", "poweroff", "reboot", "soft-reboot", "kexec", "exit", "hibernate", "suspend":
		return verb + ".target"
	case "hybrid-sleep", "suspend-then-hibernate", "sleep":
		return verb + ".target"
	}
	return ""
}

// startSpecial is the verbs that bring the system into another state or to its end.
func (c *control) startSpecial(args []string) error {
	if slices.Contains([]string{"suspend", "hibernate", "hybrid-sleep", "suspend-then-hibernate", "sleep", "kexec"}, c.verb) && !c.dryRun {
		return command.Failf("Cannot %s: a container has no power states of its own.", c.verb)
	}
	exit := 0
	if c.verb == "exit" && len(args) > 0 {
		n, err := strconv.ParseUint(args[0], 10, 8)
		if err != nil {
			return command.Failf("Invalid exit code.")
		}
		exit = int(n)
	}
	if c.dryRun {
		return nil
	}
	if err := c.connect(); err != nil {
		return err
	}
	if c.verb == "exit" && len(args) > 0 {
		if err := c.conn.Manager("SetExitCode", []any{byte(exit)}); err != nil {
			return failure(err, "Failed to set exit code")
		}
	}
	switch {
	case c.force >= 2 && slices.Contains([]string{"halt", "poweroff", "reboot", "exit"}, c.verb):
		return c.atOnce()
	case c.force == 1 && slices.Contains([]string{"halt", "poweroff", "reboot", "soft-reboot", "exit"}, c.verb):
		return c.trivial(specialMethod(c.verb))
	}
	block := c.noBlock
	if c.verb != "default" && c.verb != "rescue" && c.verb != "emergency" {
		// Whoever ends the system is ended on the way.
		c.noBlock = true
	}
	if c.verb == "default" || c.verb == "rescue" || c.verb == "emergency" {
		c.noBlock = block
	}
	r := request{control: c, method: "StartUnit", job: "start", mode: "isolate"}
	switch c.verb {
	case "halt", "poweroff", "reboot", "soft-reboot", "exit":
		r.mode = "replace-irreversibly"
	}
	return r.units([]string{specialUnit(c.verb)})
}

// specialMethod is the manager's method that does at once what a verb does in order.
func specialMethod(verb string) string {
	switch verb {
	case "halt":
		return "Halt"
	case "poweroff":
		return "PowerOff"
	case "reboot":
		return "Reboot"
	case "soft-reboot":
		return "SoftReboot"
	case "exit":
		return "Exit"
	}
	return "StartUnit"
}

// trivial calls a method of the manager that has no arguments; it may go away instead of an answer.
func (c *control) trivial(method string) error {
	if err := c.conn.Manager(method, nil); err != nil && !disconnected(err) {
		return failure(err, "Failed to call %s in manager", method)
	}
	return nil
}

// atOnce ends the container without any order: PID 1 is told by a signal that needs no manager that still works.
func (c *control) atOnce() error {
	signal := syscall.Signal(34 + 14) // SIGRTMIN+14: power off immediately (systemd(1), "Signals")
	switch c.verb {
	case "halt":
		signal = 34 + 13
	case "reboot":
		signal = 34 + 15
	}
	if err := syscall.Kill(1, signal); err != nil {
		return failure(err, "Failed to signal PID 1")
	}
	return nil
}
