package main

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	pid1 "pintle/init"
	"pintle/units"
)

// runInit is `pintle init`: being PID 1 until the container ends. inheritance is what another PID 1 has handed over.
func runInit(args []string, inheritance *pid1.Inheritance) int {
	config, problems := pid1.LoadConfig("/", os.Environ())
	command, bad := parseInit(&config, args)
	return pid1.Run(pid1.Options{Config: config, Problems: append(problems, bad...), Command: command,
		Inheritance: inheritance})
}

func initFlags(config *pid1.Config) *pflag.FlagSet {
	flags := pflag.NewFlagSet("init", pflag.ContinueOnError)
	flags.SetOutput(discard{})
	flags.StringVar(&config.Boot.Unit, "unit", config.Boot.Unit, "start this `unit`")
	flags.BoolVar(&config.Boot.Quiet, "quiet", config.Boot.Quiet, "show only warnings and failures on the console")
	flags.BoolVar(&config.Boot.Tree, "tree", config.Boot.Tree, "show the tree of units when the boot is done")
	return flags
}

// discard swallows what pflag would print about an error, which we report ourselves.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// parseInit reads PID 1's arguments. A bad one costs itself, not the boot. The first word that is no flag
// begins the foreground command, so that `docker run IMAGE bash` does what one expects with or without "--".
func parseInit(config *pid1.Config, args []string) (command []string, problems []units.Problem) {
	flags := initFlags(config)
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			return args[1:], problems
		}
		if unit, ok := strings.CutPrefix(arg, "systemd.unit="); ok { // as a kernel's command line has it
			config.Boot.Unit = unit
			args = args[1:]
			continue
		}
		if !strings.HasPrefix(arg, "-") {
			return args, problems
		}
		n := 1
		err := flags.Parse(args[:1])
		if missing := (*pflag.ValueRequiredError)(nil); errors.As(err, &missing) && len(args) > 1 {
			n = 2
			err = flags.Parse(args[:2])
		}
		if err != nil {
			problems = append(problems, units.Problem{File: "arguments", Text: "cannot use " + arg + ": " + err.Error()})
		}
		args = args[n:]
	}
	return nil, problems
}

// initCommand describes `pintle init` to people and shells; main runs it without cobra.
func initCommand() *cobra.Command {
	config := pid1.DefaultConfig()
	c := &cobra.Command{
		Use:   "init [flags] [-- COMMAND [ARG...]]",
		Short: "Be PID 1 of a container",
		Long: `Be PID 1 of a container: start the default target of the image (or another unit), supervise,
log and reap its services, and stop them in order when the container is stopped.

With a command, it is started once the units are up, and the container ends with it and its exit status.
Configuration: /etc/pintle/pintle.toml, /etc/pintle/conf.d/*.toml, then PINTLE_* variables, then flags.
SYSTEMD_UNIT_PATH replaces the directories in which unit files are looked for.`,
		Example: `  ENTRYPOINT ["pintle", "init"]
  docker run IMAGE --unit=rescue.target
  docker run -it IMAGE -- bash`,
		RunE: func(*cobra.Command, []string) error { return errors.New("cannot run: main runs it") },
	}
	c.Flags().AddFlagSet(initFlags(&config))
	return c
}
