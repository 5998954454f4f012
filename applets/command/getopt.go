package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// optionsFirst marks a command whose options end at its first argument.
const optionsFirst = "pintle-options-first"

// OptionsFirst makes the first argument that is no option end the options, as tools need it that run another
// program.
func OptionsFirst(c *cobra.Command) {
	c.Flags().SetInterspersed(false)
	c.Annotations = map[string]string{optionsFirst: ""}
}

// Getopt checks arguments as getopt_long(3) does, with its messages, and writes them out in full: long options
// may be shortened as long as no other begins so, and each option gets its value or none, as it demands. What
// comes back are the options, "--", and the arguments.
func Getopt(c *cobra.Command, args []string) ([]string, error) {
	in := getopt{program: c.Name(), flags: c.Flags(), args: args}
	_, first := c.Annotations[optionsFirst]
	var plain []string
	for len(in.args) > 0 {
		arg := in.args[0]
		in.args = in.args[1:]
		var err error
		switch {
		case arg == "--":
			plain = append(plain, in.args...)
			in.args = nil
		case strings.HasPrefix(arg, "--"):
			err = in.long(arg[2:])
		case len(arg) > 1 && arg[0] == '-':
			err = in.short(arg[1:])
		case !first:
			plain = append(plain, arg)
		default:
			plain = append(plain, arg)
			plain = append(plain, in.args...)
			in.args = nil
		}
		if err != nil {
			return nil, err
		}
	}
	return append(append(in.out, "--"), plain...), nil
}

type getopt struct {
	program string
	flags   *pflag.FlagSet
	args    []string // what is left to read
	out     []string
}

// takesValue says whether an option needs, may have, or must not have a value.
func takesValue(f *pflag.Flag) (needs, may bool) {
	switch {
	case f.Value.Type() == "bool", f.Value.Type() == "boolfunc", f.Value.Type() == "count":
		return false, false
	case f.NoOptDefVal != "":
		return false, true
	}
	return true, true
}

func (in *getopt) fail(format string, args ...any) error {
	return fmt.Errorf(in.program+": "+format, args...)
}

func (in *getopt) long(arg string) error {
	name, value, has := strings.Cut(arg, "=")
	f := in.flags.Lookup(name)
	if f == nil {
		var candidates []string
		in.flags.VisitAll(func(c *pflag.Flag) {
			if strings.HasPrefix(c.Name, name) {
				candidates = append(candidates, c.Name)
				f = c
			}
		})
		switch {
		case len(candidates) == 0:
			return in.fail("unrecognized option '--%s'", arg)
		case len(candidates) > 1:
			return in.fail("option '--%s' is ambiguous; possibilities: '--%s'", arg, strings.Join(candidates, "' '--"))
		}
	}
	needs, may := takesValue(f)
	switch {
	case has && !may:
		return in.fail("option '--%s' doesn't allow an argument", f.Name)
	case has:
		in.out = append(in.out, "--"+f.Name+"="+value)
	case !needs:
		in.out = append(in.out, "--"+f.Name)
	case len(in.args) == 0:
		return in.fail("option '--%s' requires an argument", f.Name)
	default:
		in.out = append(in.out, "--"+f.Name+"="+in.args[0])
		in.args = in.args[1:]
	}
	return nil
}

func (in *getopt) short(letters string) error {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		f := in.flags.ShorthandLookup(letter)
		if f == nil {
			return in.fail("invalid option -- '%s'", letter)
		}
		needs, may := takesValue(f)
		switch {
		case !may || !needs && letters == "":
			in.out = append(in.out, "--"+f.Name)
			continue
		case letters == "" && len(in.args) == 0:
			return in.fail("option requires an argument -- '%s'", letter)
		case letters == "":
			letters, in.args = in.args[0], in.args[1:]
		}
		in.out = append(in.out, "--"+f.Name+"="+letters)
		return nil
	}
	return nil
}
