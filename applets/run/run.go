// Package run is systemd-run: it runs a command in a service or scope that exists only for it, now or when a timer,
// path or socket says so.
package run

import (
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

type options struct {
	scope              client.Scope
	asScope            bool
	unit, description  string
	slice              string
	sliceInherit       bool
	noBlock, wait      bool
	remain, sendSIGHUP bool
	serviceType        string
	uid, gid           string
	nice               *int
	directory          string
	environment        []string
	properties         []string
	pty, pipe, shell   bool
	quiet, collect     bool
	expand             bool
	paths, sockets     []string
	timers             []string // assignments in the order in which they were given
	timed              bool
	argv               []string
	trigger            string // type of the unit that starts the service: timer, path, socket or none
	stdio              stdio
}

// stdio is where the standard streams of the service lead.
type stdio int

const (
	journal stdio = iota // to the manager's default
	tty                  // to a terminal of its own, which we connect with ours
	direct               // to ours
)

// Command describes systemd-run(1).
func Command() *cobra.Command {
	o := options{expand: true}
	c := command.New("systemd-run [OPTION...] COMMAND [ARGUMENT...]",
		"Run a command in a unit of its own",
		`Have the service manager run a command as a service, or run it here as a scope, in a unit that exists only for this.
With a timer, path or socket option, that unit is started when those say so.`)
	c.Example = `  systemd-run --wait --pipe -p User=nobody id
  systemd-run --on-active=1h --unit=cleanup rm -rf /var/tmp/build
  systemd-run --scope --nice=10 make`
	command.OptionsFirst(c)
	o.flags(c)
	c.RunE = func(_ *cobra.Command, args []string) error { return o.run(args) }
	return c
}

func (o *options) flags(c *cobra.Command) {
	f := c.Flags()
	command.Choice(f, &o.scope, client.System, "system", "", "ask the system's manager")
	command.Choice(f, &o.scope, client.User, "user", "", "ask the user's manager")
	f.Bool("no-ask-password", false, "has no effect: nobody is asked for a password")
	f.BoolVar(&o.asScope, "scope", false, "run the command here, in a scope")
	f.StringVarP(&o.unit, "unit", "u", "", "call the unit `NAME`")
	f.StringArrayVarP(&o.properties, "property", "p", nil, "set `NAME=VALUE` as in a unit file")
	f.StringVar(&o.description, "description", "", "describe the unit with `TEXT`")
	f.StringVar(&o.slice, "slice", "", "put the unit into `SLICE`")
	f.BoolVar(&o.sliceInherit, "slice-inherit", false, "put the unit into our own slice")
	f.BoolVar(&o.noBlock, "no-block", false, "do not wait until the unit has started")
	f.BoolVarP(&o.remain, "remain-after-exit", "r", false, "keep the service when the command has ended")
	f.BoolVar(&o.wait, "wait", false, "wait until the service has stopped, and end as it did")
	f.BoolVar(&o.sendSIGHUP, "send-sighup", false, "send SIGHUP, too, when the unit is stopped")
	f.StringVar(&o.serviceType, "service-type", "", "the service is of `TYPE`: simple, exec, oneshot, …")
	f.StringVar(&o.uid, "uid", "", "run as `USER`")
	f.StringVar(&o.gid, "gid", "", "run as `GROUP`")
	f.Func("nice", "run at nice level `LEVEL`", func(s string) error {
		n, err := units.ParseNice(s)
		if err != nil {
			return command.Failf("Failed to parse nice value: %s", s)
		}
		o.nice = &n
		return nil
	})
	f.StringVar(&o.directory, "working-directory", "", "run in directory `DIR`")
	f.BoolFuncP("same-dir", "d", "run in our own directory", func(string) (err error) {
		if o.directory, err = os.Getwd(); err != nil {
			return command.Failf("Failed to get current working directory: %s", command.Reason(err))
		}
		return nil
	})
	f.FuncP("setenv", "E", "set the variable `NAME[=VALUE]`, to our own value where none is given", o.addVariable)
	f.BoolVarP(&o.pty, "pty", "t", false, "connect our terminal with one for the service")
	f.BoolVarP(&o.pipe, "pipe", "P", false, "give our standard streams to the service")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing but errors")
	f.BoolVarP(&o.collect, "collect", "G", false, "forget the unit when it has ended, even if it failed")
	f.BoolVarP(&o.shell, "shell", "S", false, "run a shell in a terminal")
	f.Func("expand-environment", "`BOOL`: whether the manager replaces $NAME in the command", func(s string) (err error) {
		if o.expand, err = units.ParseBool(s); err != nil {
			return command.Failf("Failed to parse boolean argument to --expand-environment=: %s.", s)
		}
		return nil
	})
	f.StringArrayVar(&o.paths, "path-property", nil, "start the service by a path; set `NAME=VALUE` of it")
	f.StringArrayVar(&o.sockets, "socket-property", nil, "start the service by a socket; set `NAME=VALUE` of it")
	for _, t := range []struct{ flag, setting, usage string }{
		{"on-active", "OnActiveSec", "start the service in `SPAN`"},
		{"on-boot", "OnBootSec", "start it `SPAN` after the boot"},
		{"on-startup", "OnStartupSec", "start it `SPAN` after the manager's start"},
		{"on-unit-active", "OnUnitActiveSec", "start it `SPAN` after it was last active"},
		{"on-unit-inactive", "OnUnitInactiveSec", "start it `SPAN` after it was last inactive"},
	} {
		f.Func(t.flag, t.usage, o.addTimer(t.setting))
	}
	f.Func("on-calendar", "start it at the times of the calendar `EVENT`", o.addCalendar)
	f.BoolFunc("on-timezone-change", "start it when the time zone changes", o.addSwitch("OnTimezoneChange"))
	f.BoolFunc("on-clock-change", "start it when the clock is set", o.addSwitch("OnClockChange"))
	f.Func("timer-property", "set `NAME=VALUE` of the timer", func(s string) error {
		o.timers = append(o.timers, s)
		for _, trigger := range []string{"OnActiveSec=", "OnBootSec=", "OnStartupSec=", "OnUnitActiveSec=", "OnUnitInactiveSec=", "OnCalendar="} {
			o.timed = o.timed || strings.HasPrefix(s, trigger)
		}
		return nil
	})
}

func (o *options) addVariable(s string) error {
	name, _, assigned := strings.Cut(s, "=")
	if !units.ValidEnvName(name) {
		return command.Failf("Cannot assign environment variable %s: Invalid argument", s)
	}
	if !assigned {
		value, set := os.LookupEnv(name)
		if !set {
			return nil
		}
		s += "=" + value
	}
	o.environment = append(o.environment, s)
	return nil
}

func (o *options) addTimer(setting string) func(string) error {
	return func(s string) error {
		o.timers, o.timed = append(o.timers, setting+"="+s), true
		return nil
	}
}

func (o *options) addSwitch(setting string) func(string) error {
	return func(string) error { return o.addTimer(setting)("yes") }
}

func (o *options) addCalendar(s string) error {
	event, err := units.ParseCalendar(s, time.Local)
	if err != nil {
		return command.Failf("Failed to parse calendar event specification: %s", command.Reason(err))
	}
	if _, ok := event.Next(units.Usec(time.Now().UnixMicro()), time.Local); !ok {
		say("Specified calendar expression is in the past, proceeding anyway.")
	}
	return o.addTimer("OnCalendar")(s)
}
