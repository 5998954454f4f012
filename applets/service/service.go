// Package service is service(8), the way to start and stop services that is older than systemd.
package service

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/client"
	"pintle/applets/command"
)

// Command describes service(8).
func Command() *cobra.Command {
	c := command.New("service --status-all | NAME [COMMAND [OPTION...] | --full-restart]",
		"Start, stop or look at a service",
		`Hand COMMAND to systemctl, or where the unit does not know it or nothing runs the system, to the SysV script of the
service. --status-all asks all SysV scripts how they are.`)
	// What follows is for the script, options and all.
	c.DisableFlagParsing = true
	c.RunE = func(c *cobra.Command, args []string) error { return run(c, args) }
	return c
}

const usage = "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]"

// scripts is where SysV scripts lie.
const scripts = "/etc/init.d"

func run(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, usage)
		return command.Silent(1)
	}
	switch first := args[0]; {
	case first == "-h" || strings.HasPrefix(first, "--h"):
		fmt.Fprintln(os.Stderr, usage)
		return nil
	case first == "-V" || first == "--version":
		fmt.Fprint(os.Stderr, "service: "+command.VersionText())
		return nil
	case first == "--status-all" && len(args) == 1:
		return statusAll(c)
	}
	s := script{name: args[0]}
	if len(args) > 1 {
		s.action, s.options = args[1], args[2:]
	}
	if s.action == "--full-restart" {
		if command.Booted() {
			s.action = "restart"
		} else if s.exists() {
			s.run("stop")
			return command.Silent(s.run("start"))
		}
	}
	if !command.Booted() {
		return s.become()
	}
	return s.ask()
}

// script is one service and what is to be done with it.
type script struct {
	name    string
	action  string
	options []string
}

func (s script) path() string { return filepath.Join(scripts, s.name) }

func (s script) exists() bool {
	return !strings.Contains(s.name, "/") && unix.Access(s.path(), unix.X_OK) == nil
}

// ask has systemctl do it.
func (s script) ask() error {
	unit := strings.TrimSuffix(s.name, ".sh") + ".service"
	switch s.action {
	case "restart", "status", "try-restart", "condrestart":
		action := s.action
		if action == "condrestart" {
			action = "try-restart"
		}
		return command.BecomeSystemctl(action, unit)
	case "start", "stop":
		// People of SysV who stop a service do not expect that a socket starts it again.
		for _, socket := range sockets(unit) {
			command.Systemctl(s.action, socket)
		}
		return command.BecomeSystemctl(s.action, unit)
	case "reload":
		if !canReload(unit) {
			return s.become()
		}
		return command.BecomeSystemctl("reload", unit)
	case "force-reload":
		if !canReload(unit) {
			return command.BecomeSystemctl("restart", unit)
		}
		return command.BecomeSystemctl("reload", unit)
	case "force-stop":
		return command.BecomeSystemctl("--signal=KILL", "kill", unit)
	}
	return s.become()
}

// environment is all that a script gets to see.
func environment() []string {
	var env []string
	for _, name := range []string{"LANG", "LANGUAGE", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES",
		"LC_PAPER", "LC_NAME", "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION", "LC_ALL", "PATH", "TERM"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	return env
}

func (s script) command(action string) *exec.Cmd {
	args := append([]string{}, s.options...)
	if action != "" {
		args = append([]string{action}, args...)
	}
	c := exec.Command(s.path(), args...)
	c.Dir, c.Env = "/", environment()
	return c
}

// run runs the script and gives its exit status.
func (s script) run(action string) int {
	c := s.command(action)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	} else if err != nil {
		return 1
	}
	return 0
}

// become executes the script in our place.
func (s script) become() error {
	if !s.exists() {
		return command.Failf("%s: unrecognized service", s.name)
	}
	c := s.command(s.action)
	if err := os.Chdir("/"); err != nil {
		return command.Failf("service: %s", command.Reason(err))
	}
	err := unix.Exec(c.Path, c.Args, c.Env)
	return command.Failf("service: cannot execute %s: %s", c.Path, command.Reason(err))
}

// property asks the manager about a unit.
func property(unit, name string) any {
	conn, err := client.Connect(client.System)
	if err != nil {
		return nil
	}
	defer conn.Close()
	var path dbus.ObjectPath
	if err := conn.Manager("LoadUnit", []any{unit}, &path); err != nil {
		return nil
	}
	value, err := conn.Get(path, client.UnitFace, name)
	if err != nil {
		return nil
	}
	return value.Value()
}

// sockets are the sockets that start a service.
func sockets(unit string) []string {
	list, _ := property(unit, "TriggeredBy").([]string)
	return slices.DeleteFunc(list, func(name string) bool { return !strings.HasSuffix(name, ".socket") })
}

// canReload tells whether a unit reloads; one of which nothing is known is given the chance.
func canReload(unit string) bool {
	can, known := property(unit, "CanReload").(bool)
	return can || !known
}

// statusAll asks every script.
func statusAll(c *cobra.Command) error {
	entries, err := os.ReadDir(scripts)
	if err != nil {
		return command.Failf("service: cannot list the scripts: %v", err)
	}
	for _, e := range entries {
		s := script{name: e.Name()}
		if ignored(s.name) || !s.exists() {
			continue
		}
		out, err := s.command("status").CombinedOutput()
		switch {
		case strings.Contains(strings.ToLower(string(out)), "usage:"):
			fmt.Fprintf(os.Stderr, " [ ? ]  %s\n", s.name)
		case err == nil && len(out) > 0:
			fmt.Fprintf(c.OutOrStdout(), " [ + ]  %s\n", s.name)
		default:
			fmt.Fprintf(c.OutOrStdout(), " [ - ]  %s\n", s.name)
		}
	}
	return nil
}

// ignored tells of files that are no services.
func ignored(name string) bool {
	switch name {
	case "functions", "halt", "killall", "single", "linuxconf", "kudzu", "skeleton", "README", "rc", "rcS", "reboot", "bootclean.sh":
		return true
	}
	return strings.HasSuffix(name, ".dpkg-dist") || strings.HasSuffix(name, ".dpkg-old")
}
