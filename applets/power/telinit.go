package power

import (
	"encoding/binary"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pintle/applets/client"
	"pintle/applets/command"
)

// Telinit describes telinit(8).
func Telinit() *cobra.Command { return telinit("telinit") }

// Init describes init(8) for a process that is not PID 1.
func Init() *cobra.Command { return telinit("init") }

func telinit(name string) *cobra.Command {
	c := command.New(name+" [OPTION...] RUNLEVEL", "Change the SysV runlevel",
		`Tell PID 1 to go to a runlevel: 0 power off, 6 reboot, 1 or s rescue.target, 2, 3 or 4 multi-user.target,
5 graphical.target; q reload its configuration, u execute itself anew.`)
	c.Flags().Bool("no-wall", false, "do not tell users")
	c.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case !command.Booted():
			return command.Failf("Couldn't find an alternative telinit implementation to spawn.")
		case len(args) == 0:
			return command.Failf("%s: required argument missing.", name)
		case len(args) > 1:
			return command.Failf("Too many arguments.")
		case len(args[0]) != 1:
			return command.Failf("Expected single character argument.")
		}
		return runlevel(args[0])
	}
	return c
}

func runlevel(level string) error {
	switch level {
	case "0":
		return enter("poweroff.target", "replace-irreversibly")
	case "6":
		return enter("reboot.target", "replace-irreversibly")
	case "1", "s", "S":
		return enter("rescue.target", "isolate")
	case "2", "3", "4":
		return enter("multi-user.target", "isolate")
	case "5":
		return enter("graphical.target", "isolate")
	case "q", "Q":
		return manage("Reload", "Failed to reload daemon")
	case "u", "U":
		return manage("Reexecute", "Failed to reload daemon")
	}
	return command.Failf("Unknown command '%s'.", level)
}

// manage calls a method that may take as long as generators do.
func manage(method, failure string) error {
	conn, err := connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	err = conn.Slowly(method)
	// A manager that executes itself anew drops its connections rather than answer.
	if err != nil && !(method == "Reexecute" && client.ErrorName(err) == "") {
		return command.Failf("%s: %s", failure, client.Reason(err))
	}
	return nil
}

// Runlevel describes runlevel(8).
func Runlevel() *cobra.Command {
	c := command.New("runlevel", "Print the last and the present SysV runlevel",
		`Print the runlevel before and the one now, as "N 5"; N where there was none before. Where none can be told, print
"unknown" and fail.`)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return command.Failf("Too many arguments.")
		}
		last, now := recorded("/run/utmp")
		if now == 0 {
			last, now = 0, active()
		}
		if now == 0 {
			fmt.Fprintln(c.OutOrStdout(), "unknown")
			return command.Silent(1)
		}
		if last == 0 {
			last = 'N'
		}
		fmt.Fprintf(c.OutOrStdout(), "%c %c\n", last, now)
		return nil
	}
	return c
}

// The records of utmp(5) on 64-bit Linux.
const (
	utmpSize    = 384
	utmpRunLvl  = 1
	utmpFileMax = 1 << 20
)

// recorded is what utmp(5) says; 0 for what it does not.
func recorded(path string) (last, now byte) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > utmpFileMax {
		return 0, 0
	}
	records, err := os.ReadFile(path)
	if err != nil {
		return 0, 0
	}
	for ; len(records) >= utmpSize; records = records[utmpSize:] {
		if binary.NativeEndian.Uint16(records) == utmpRunLvl {
			pid := binary.NativeEndian.Uint32(records[4:])
			last, now = byte(pid>>8), byte(pid)
		}
	}
	return last, now
}

// active is the runlevel whose target is up.
func active() byte {
	if !command.Booted() {
		return 0
	}
	conn, err := client.Connect(client.System)
	if err != nil {
		return 0
	}
	defer conn.Close()
	for _, level := range []struct {
		target string
		name   byte
	}{{"graphical.target", '5'}, {"multi-user.target", '3'}, {"rescue.target", '1'}} {
		state, err := conn.Get(client.UnitPath(level.target), client.UnitFace, "ActiveState")
		if err == nil && state.Value() == "active" {
			return level.name
		}
	}
	return 0
}
