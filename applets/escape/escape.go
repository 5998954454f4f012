// Package escape is systemd-escape: it turns strings into parts of unit names and back.
package escape

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pintle/applets/command"
	"pintle/units"
)

// action is what is to be done with each string; the last option that names one counts.
type action int

const (
	escape action = iota
	unescape
	mangle
)

type options struct {
	action           action
	suffix, template string
	instance, path   bool
}

// Command describes systemd-escape(1).
func Command() *cobra.Command {
	var o options
	c := command.New("systemd-escape [OPTION...] STRING...",
		"Escape strings for unit names",
		"Print each string so that it can be part of the name of a unit, or undo that.")
	c.Example = `  systemd-escape --template=backup@.service 'my disk'
  systemd-escape --path --suffix=mount /srv/data
  systemd-escape --unescape 'my\x20disk'`
	f := c.Flags()
	f.Func("suffix", "append the unit type `TYPE` to each string", func(s string) error {
		if units.NameType("x."+s) == "" {
			return command.Failf("Invalid unit suffix type \"%s\".", s)
		}
		o.suffix = s
		return nil
	})
	f.Func("template", "insert each string as the instance of the template `UNIT`", func(s string) error {
		if units.KindOfName(s) != units.TemplateName {
			return command.Failf("Template name %s is not valid.", s)
		}
		o.template = s
		return nil
	})
	f.BoolVar(&o.instance, "instance", false, "with --unescape, print the instance alone")
	command.Choice(f, &o.action, unescape, "unescape", "u", "undo the escaping")
	command.Choice(f, &o.action, mangle, "mangle", "m", "escape only what is no name of a unit yet")
	f.BoolVarP(&o.path, "path", "p", false, "take each string for a path")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := o.check(args); err != nil {
			return err
		}
		for i, arg := range args {
			text, err := o.convert(arg)
			if err != nil {
				return err
			}
			if i > 0 {
				fmt.Fprint(c.OutOrStdout(), " ")
			}
			fmt.Fprint(c.OutOrStdout(), text)
		}
		fmt.Fprintln(c.OutOrStdout())
		return nil
	}
	return c
}

// check finds options that do not go together.
func (o *options) check(args []string) error {
	switch {
	case len(args) == 0:
		return command.Failf("Not enough arguments.")
	case o.template != "" && o.suffix != "":
		return command.Failf("--suffix= and --template= may not be combined.")
	case (o.template != "" || o.suffix != "") && o.action == mangle:
		return command.Failf("--suffix= and --template= are not compatible with --mangle.")
	case o.suffix != "" && o.action == unescape:
		return command.Failf("--suffix is not compatible with --unescape.")
	case o.path && o.action == mangle:
		return command.Failf("--path may not be combined with --mangle.")
	case o.instance && o.action != unescape:
		return command.Failf("--instance must be used in conjunction with --unescape.")
	case o.instance && o.template != "":
		return command.Failf("--instance may not be combined with --template.")
	}
	return nil
}

func (o *options) convert(arg string) (string, error) {
	switch o.action {
	case unescape:
		return o.unescape(arg)
	case mangle:
		name, err := units.MangleName(arg, ".service", false)
		if err != nil {
			return "", command.Failf("Failed to mangle name: Invalid argument")
		}
		return name, nil
	}
	return o.escape(arg)
}

func (o *options) escape(arg string) (string, error) {
	text := units.Escape(arg)
	if o.path {
		var err error
		if text, err = units.EscapePath(arg); err != nil {
			kind := "an absolute"
			if units.IsAbsolutePath(arg) {
				kind = "a normalized"
			}
			return "", command.Failf("Input '%s' is not %s file system path, failed to escape.", arg, kind)
		}
		switch {
		case arg == "":
			fmt.Fprintf(os.Stderr, "Input '%s' is not a valid file system path, escaping is likely not going be reversible.\n", arg)
		case arg[0] != '/':
			fmt.Fprintf(os.Stderr, "Input '%s' is not an absolute file system path, escaping is likely not going to be reversible.\n", arg)
		}
	}
	switch {
	case o.template != "":
		name, err := units.Instantiate(o.template, text)
		if err != nil {
			return "", command.Failf("Failed to replace instance: Invalid argument")
		}
		return name, nil
	case o.suffix != "":
		return text + "." + o.suffix, nil
	}
	return text, nil
}

func (o *options) unescape(arg string) (string, error) {
	text := arg
	if o.template != "" || o.instance {
		kind := units.KindOfName(arg)
		switch {
		case kind == 0:
			return "", command.Failf("Failed to extract instance: Invalid argument")
		case kind != units.InstanceName:
			return "", command.Failf("Unit %s is missing the instance name.", arg)
		}
		template, err := units.Template(arg)
		if err != nil {
			return "", command.Failf("Failed to extract template: Invalid argument")
		}
		if o.template != "" && template != o.template {
			return "", command.Failf("Unit %s template %s does not match specified template %s.", arg, template, o.template)
		}
		text = units.NameInstance(arg)
	}
	undo := units.Unescape
	if o.path {
		undo = units.UnescapePath
	}
	out, err := undo(text)
	if err != nil {
		return "", command.Failf("Failed to unescape string: Invalid argument")
	}
	return out, nil
}
