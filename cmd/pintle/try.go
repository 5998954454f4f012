package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"pintle/init/try"
)

func tryCommand() *cobra.Command {
	var (
		o     try.Options
		unit  string
		quiet bool
		tree  bool
	)
	c := &cobra.Command{
		Use:   "try [flags] [ROOT] [UNIT-FILE...] [-- COMMAND [ARG...]]",
		Short: "Boot a root directory, or unit files, without a container engine",
		Long: `Boot a root directory as PID 1 of new user, pid, mount, uts and ipc namespaces, as root or not.
What is written goes to memory and is gone afterwards, unless --keep is given. Unit files are added to the
root and started. Without a root, only they (and the targets that pintle brings along) are booted, over the
host's own root, which stays as it is.

With a command, it runs inside once the boot is done, and the container ends with it. The exit status is
that of PID 1: 0 after an ordered stop, or the command's; 125 if the container could not be made.
Ctrl-C and SIGTERM stop the container in order; SIGUSR2 shows the tree of its units.`,
		Example: `  pintle try --tree --private-network out/demo-root
  pintle try ./web.service ./db.service
  pintle try ROOT -- sh -c 'logger hello; tail -1 /var/log/syslog'`,
		RunE: func(c *cobra.Command, args []string) error {
			if dash := c.ArgsLenAtDash(); dash >= 0 {
				o.InitArgs = append([]string{"--"}, args[dash:]...)
				args = args[:dash]
			}
			if unit != "" {
				o.InitArgs = slices.Insert(o.InitArgs, 0, "--unit="+unit)
			}
			if quiet {
				o.InitArgs = slices.Insert(o.InitArgs, 0, "--quiet")
			}
			if tree {
				o.InitArgs = slices.Insert(o.InitArgs, 0, "--tree")
			}
			if err := tryArguments(&o, args); err != nil {
				return err
			}
			status, err := try.Run(o)
			if err != nil {
				return &exitError{exitSetup, err}
			}
			if status != 0 {
				return &exitError{status, nil}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&unit, "unit", "", "start this `unit` instead of the default target")
	f.BoolVar(&quiet, "quiet", false, "show only warnings and failures on the console")
	f.BoolVar(&tree, "tree", false, "show the tree of units once the boot is done")
	f.BoolVar(&o.Stop, "stop", false, "stop once the boot is done")
	f.BoolVar(&o.Keep, "keep", false, "let what is written reach ROOT")
	f.BoolVar(&o.PrivateNetwork, "private-network", false, "a network of its own with only a loopback interface; services may then use ports below 1024")
	f.StringVar(&o.Hostname, "hostname", "", "the host `name` inside (default: the name of ROOT)")
	f.StringArrayVarP(&o.Environment, "env", "e", nil, "set a variable `NAME=VALUE` for PID 1")
	f.DurationVar(&o.Timeout, "timeout", 5*time.Minute, "give up when the boot takes longer; 0: never")
	return c
}

// tryArguments sorts a root directory from unit files.
func tryArguments(o *try.Options, args []string) error {
	for _, path := range args {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("cannot try %s: %w", path, errors.Unwrap(err))
		case !info.IsDir():
			o.Units = append(o.Units, path)
		case o.Root != "":
			return fmt.Errorf("cannot try %s: a boot has one root directory, and %s was given already", path, o.Root)
		default:
			o.Root = path
		}
	}
	if o.Root == "" && o.Keep {
		return errors.New("cannot keep what is written: there is no root directory of yours")
	}
	return nil
}
