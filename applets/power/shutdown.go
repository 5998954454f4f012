package power

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pintle/applets/command"
	"pintle/units"
)

type shutdownOptions struct {
	way                way
	cancel, only, show bool
}

// Shutdown describes shutdown(8).
func Shutdown() *cobra.Command {
	o := shutdownOptions{way: poweroff()}
	c := command.NewHelp("", "shutdown [OPTION...] [TIME] [WALL...]", "Halt, power off or reboot the system, now or later",
		`Stop the system in order at TIME: now, +MINUTES or HH:MM; in a minute where none is given. A scheduled shutdown is
a timer of PID 1 (`+scheduledTimer+`), which -c discards. The WALL message is for users at terminals, of whom a
container has none.`)
	c.Example = `  shutdown now
  shutdown -r +10
  shutdown -c`
	f := c.Flags()
	command.Choice(f, &o.way, halt(), "halt", "H", "halt")
	command.Choice(f, &o.way, poweroff(), "poweroff", "P", "power off, which is the default")
	command.Choice(f, &o.way, reboot(), "reboot", "r", "reboot")
	f.BoolFuncP("stop", "h", "power off, unless --halt is given", func(string) error {
		if o.way != halt() {
			o.way = poweroff()
		}
		return nil
	})
	f.BoolVarP(&o.only, "warn", "k", false, "only tell users")
	f.Bool("no-wall", false, "do not tell users")
	f.BoolVarP(&o.cancel, "cancel", "c", false, "discard what is scheduled")
	f.BoolVar(&o.show, "show", false, "print what is scheduled")
	for _, ignored := range []string{"a", "f", "F"} {
		f.BoolP("ignored-"+ignored, ignored, false, "has no effect")
		_ = f.MarkHidden("ignored-" + ignored)
	}
	f.StringP("ignored-t", "t", "", "has no effect")
	_ = f.MarkHidden("ignored-t")
	c.RunE = func(_ *cobra.Command, args []string) error { return o.run(args) }
	return c
}

func (o *shutdownOptions) run(args []string) error {
	switch {
	case o.show:
		return show()
	case o.cancel:
		return cancel()
	}
	at := time.Now().Add(time.Minute)
	if len(args) > 0 {
		var err error
		if at, err = parseTime(args[0], time.Now()); err != nil {
			return command.Failf("Failed to parse time specification: %s", args[0])
		}
	}
	switch {
	case o.only:
		return nil
	case at.IsZero():
		return enter(o.way.target, "replace-irreversibly")
	}
	return schedule(o.way, at)
}

// parseTime reads when: now is the zero time.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "now" {
		return time.Time{}, nil
	}
	hour, minute, clock := strings.Cut(s, ":")
	if !clock {
		n, err := units.ParseUint(strings.TrimPrefix(s, "+"), 31)
		switch {
		case err != nil:
			return time.Time{}, err
		case n == 0:
			return time.Time{}, nil
		}
		return now.Add(time.Duration(n) * time.Minute), nil
	}
	h, err := strconv.ParseUint(hour, 10, 5)
	if err != nil || h > 23 {
		return time.Time{}, strconv.ErrRange
	}
	m, err := strconv.ParseUint(minute, 10, 6)
	if err != nil || m > 59 {
		return time.Time{}, strconv.ErrRange
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), int(h), int(m), 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, nil
}

// announce says what will happen.
func announce(mode string, at time.Time) {
	what := "Shutdown"
	switch mode {
	case "halt":
		what = "Halt"
	case "reboot":
		what = "Reboot"
	}
	fmt.Fprintf(os.Stderr, "%s scheduled for %s, use 'shutdown -c' to cancel.\n", what,
		units.FormatTimestamp(units.Usec(at.UnixMicro()), time.Local))
}
