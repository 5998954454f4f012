package power

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
)

type haltOptions struct {
	way              way
	force            int
	wtmpOnly, noSync bool
}

// Halt, Poweroff and Reboot describe halt(8) and its kin.
func Halt() *cobra.Command     { return haltCommand(halt(), "Halt the system") }
func Poweroff() *cobra.Command { return haltCommand(poweroff(), "Power the system off") }
func Reboot() *cobra.Command   { return haltCommand(reboot(), "Reboot the system") }

func haltCommand(w way, short string) *cobra.Command {
	o := haltOptions{way: w}
	c := command.New(w.name+" [OPTION...]", short,
		short+". In a container that is to stop its services in order and to end the container; whether it is started anew\nis for its engine to decide.")
	f := c.Flags()
	command.Choice(f, &o.way, halt(), "halt", "", "halt, whatever the name of the program is")
	command.Choice(f, &o.way, poweroff(), "poweroff", "p", "power off")
	command.Choice(f, &o.way, reboot(), "reboot", "", "reboot")
	f.CountVarP(&o.force, "force", "f", "do not stop services in order; twice: do not even ask PID 1")
	f.BoolVarP(&o.wtmpOnly, "wtmp-only", "w", false, "only write a record of it, which a container has no use for: do nothing")
	f.BoolP("no-wtmp", "d", false, "write no record")
	f.BoolVarP(&o.noSync, "no-sync", "n", false, "with --force twice: do not write file systems back first")
	f.Bool("no-wall", false, "do not tell users")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) > 1 || len(args) == 1 && o.way.name != "reboot" {
			return command.Failf("Too many arguments.")
		}
		return o.run()
	}
	return c
}

func (o *haltOptions) run() error {
	switch {
	case o.wtmpOnly:
		return nil
	case o.force > 0 && os.Geteuid() != 0:
		return command.Failf("Need to be root.")
	case o.force > 1:
		return o.immediately()
	case o.force == 1:
		return o.way.atOnce()
	}
	return enter(o.way.target, "replace-irreversibly")
}

// immediately asks the kernel. In a container without CAP_SYS_BOOT it refuses.
func (o *haltOptions) immediately() error {
	if !o.noSync {
		unix.Sync()
	}
	how, doing := unix.LINUX_REBOOT_CMD_POWER_OFF, "Powering off."
	switch o.way.name {
	case "halt":
		how, doing = unix.LINUX_REBOOT_CMD_HALT, "Halting."
	case "reboot":
		how, doing = unix.LINUX_REBOOT_CMD_RESTART, "Rebooting."
	}
	fmt.Fprintln(os.Stderr, doing)
	if err := unix.Reboot(how); err != nil {
		return command.Failf("Failed to %s: %s", o.way.name, command.Reason(err))
	}
	return nil
}
