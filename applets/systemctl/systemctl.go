// Package systemctl is systemctl(1): a client of a service manager's bus, and of the files under --root=. It
// prints what the genuine one prints, to the byte, and ends with the same exit statuses; tests hold the two
// against each other.
package systemctl

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/terminal"
	"pintle/units"
)

// control is one run of systemctl.
type control struct {
	options
	screen *terminal.Screen
	conn   *client.Conn
	verb   string // as the user wrote it

	newline   bool // status and show: something was printed before
	shortened bool // status: some line was cut
}

// status is an exit status as an error when all is said.
func status(n int) error {
	if n == 0 {
		return nil
	}
	return command.Silent(n)
}

// run does what the command line says. c.options have been read from it.
func (c *control) run(tool *cobra.Command, args []string) error {
	c.screen = terminal.Standard()
	c.screen.Out = tool.OutOrStdout()
	defer func() {
		c.screen.ClosePager()
		if c.conn != nil {
			c.conn.Close()
		}
	}()
	done, err := c.settle(tool.Flags())
	if !done && err == nil {
		err = c.dispatch(args)
	}
	return status(c.exit(err))
}

// dispatch finds the verb and runs it.
func (c *control) dispatch(args []string) error {
	name := "list-units"
	if len(args) > 0 {
		name = args[0]
		args = args[1:]
	}
	list := verbs()
	i := slices.IndexFunc(list, func(v verb) bool { return v.name == name || slices.Contains(v.aliases, name) })
	if i < 0 {
		return command.Failf("Unknown command verb %s.", name)
	}
	v := list[i]
	switch {
	case len(args) < v.min:
		return command.Failf("Too few arguments.")
	case v.max >= 0 && len(args) > v.max:
		return command.Failf("Too many arguments.")
	}
	c.verb = name
	if v.online {
		if done, err := c.offline(v); done {
			return err
		}
	}
	return v.run(c, args)
}

// exit says what went wrong and gives the exit status.
func (c *control) exit(err error) int {
	if err == nil {
		return 0
	}
	code := 1
	if e := (*command.Exit)(nil); errors.As(err, &e) {
		code, err = e.Status, e.Err
	}
	if err != nil {
		c.errorf("%s", err)
	}
	return code
}

// flush brings what was printed to where it goes. At a terminal messages and output keep their order.
func (c *control) flush() {
	if f, ok := c.screen.Out.(interface{ Flush() error }); ok {
		f.Flush()
	}
}

func (c *control) printf(format string, args ...any) { fmt.Fprintf(c.screen.Out, format, args...) }

// say writes a line to standard error, in a colour if that is a terminal.
func (c *control) say(style, text string) {
	if c.screen.Tty {
		c.flush()
	}
	end := "\n"
	colour := c.screen.Colours && terminal.StderrIsTerminal()
	if terminal.StderrIsTerminal() {
		end = "\r\n"
	}
	for line := range strings.SplitSeq(text, "\n") {
		if colour && style != "" {
			line = style + line + terminal.Normal
		}
		os.Stderr.WriteString(line + end)
	}
}

func (c *control) errorf(format string, args ...any) {
	c.say(terminal.Red, fmt.Sprintf(format, args...))
}

func (c *control) warnf(format string, args ...any) {
	c.say(terminal.Yellow, fmt.Sprintf(format, args...))
}

func (c *control) noticef(format string, args ...any) {
	c.say(terminal.Bold, fmt.Sprintf(format, args...))
}

func (c *control) infof(format string, args ...any) { c.say("", fmt.Sprintf(format, args...)) }

// connect connects to the manager, once.
func (c *control) connect() error {
	if c.conn != nil {
		return nil
	}
	if c.host != "" || c.machine != "" {
		return command.Failf("Failed to connect to bus: pintle's systemctl reaches the manager of its own container only, not --host= or --machine=")
	}
	if !c.user && !booted() {
		c.errorf("System has not been booted with systemd as init system (PID 1). Can't operate.")
		c.errorf("Failed to connect to bus: Host is down")
		return status(1)
	}
	scope := client.System
	if c.user {
		scope = client.User
	}
	conn, err := client.Connect(scope)
	if err != nil {
		return errors.New(client.ConnectMessage(scope, err))
	}
	c.conn = conn
	return nil
}

// olderThan says whether the image has systemd, of a release older than that one: what else is in it knows the words and
// exit statuses of its own systemctl.
func (c *control) olderThan(release int) bool { return units.ReleaseOf("").Version < release }

// online is what verbs that talk to the manager begin with.
func online(run func(c *control, args []string) error) func(c *control, args []string) error {
	return func(c *control, args []string) error {
		if err := c.connect(); err != nil {
			return err
		}
		return run(c, args)
	}
}

// failure is an error in the words of the genuine one: what failed, and why.
func failure(err error, format string, args ...any) error {
	return command.Failf("%s: %s", fmt.Sprintf(format, args...), client.Reason(err))
}

// mangle makes a unit name of what the user wrote.
func mangle(name, suffix string) (string, error) {
	if suffix == "" {
		suffix = ".service"
	}
	full, err := units.MangleName(name, suffix, false)
	if err != nil {
		return "", command.Failf("Failed to mangle unit name: Invalid argument")
	}
	return full, nil
}
