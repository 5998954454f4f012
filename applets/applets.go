// Package applets knows every name by which the binary is a small tool, and what each does. An applet is a
// client of PID 1's interfaces or of files, nothing else: it works beside systemd, too.
package applets

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pintle/applets/analyze"
	"pintle/applets/command"
	"pintle/applets/escape"
	"pintle/applets/host"
	"pintle/applets/journal"
	"pintle/applets/notify"
	"pintle/applets/power"
	"pintle/applets/run"
	"pintle/applets/service"
	"pintle/applets/systemctl"
)

// Applet is a name of the binary.
type Applet struct {
	Name string
	// Dir is where distributions have it, "bin" or "sbin" below /usr.
	Dir string
	// Section is that of its manual page.
	Section string
	// Command describes it, and runs it.
	Command func() *cobra.Command
}

// All lists the applets by name. It is a function so that PID 1, which is the same binary, does not pay for it.
func All() []Applet {
	return []Applet{
		{"halt", "sbin", "8", power.Halt},
		{"hostnamectl", "bin", "1", host.Hostname},
		{"init", "sbin", "1", power.Init},
		{"localectl", "bin", "1", host.Locale},
		{"loginctl", "bin", "1", host.Login},
		{"poweroff", "sbin", "8", power.Poweroff},
		{"reboot", "sbin", "8", power.Reboot},
		{"runlevel", "sbin", "8", power.Runlevel},
		{"service", "sbin", "8", service.Command},
		{"shutdown", "sbin", "8", power.Shutdown},
		{"systemctl", "bin", "1", systemctl.Command},
		{"systemd-analyze", "bin", "1", analyze.Command},
		{"systemd-cat", "bin", "1", journal.Cat},
		{"systemd-escape", "bin", "1", escape.Command},
		{"systemd-notify", "bin", "1", notify.Command},
		{"systemd-run", "bin", "1", run.Command},
		{"telinit", "sbin", "8", power.Telinit},
		{"timedatectl", "bin", "1", host.Time},
	}
}

// Find gives the applet of a name.
func Find(name string) (Applet, bool) {
	all := All()
	i, found := slices.BinarySearchFunc(all, name, func(a Applet, name string) int { return strings.Compare(a.Name, name) })
	if !found {
		return Applet{}, false
	}
	return all[i], true
}

// Run runs the applet with the arguments that follow its name, and gives its exit status.
func (a Applet) Run(args []string) int { return command.Run(a.Command(), args) }
