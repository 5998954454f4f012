// Package analyze is systemd-analyze: it tells how the system came up, and checks what people write into unit
// files.
package analyze

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

type options struct {
	out io.Writer

	scope              client.Scope
	global             bool
	root, unit         string
	orderOnly          bool
	requireOnly        bool
	from, to           []string
	fuzz               units.Usec
	man, generators    bool
	iterations         uint64
	base               units.Usec
	recursive          string
	offline            bool
	threshold          int
	policy, profile    string
	json               string
	plotTable, details bool
}

// verb is one thing that systemd-analyze can do.
type verb struct {
	name     string
	min, max int // arguments; max -1: any number
	args     string
	short    string
	run      func(*options, []string) error
}

func verbs() []verb {
	return []verb{
		{"time", 0, 0, "", "print how long the boot took", (*options).time},
		{"blame", 0, 0, "", "list the units by the time that they took to start", (*options).blame},
		{"critical-chain", 0, -1, "[UNIT...]", "show what units waited for", (*options).criticalChain},
		{"plot", 0, 0, "", "draw the boot as SVG", (*options).plot},
		{"dot", 0, -1, "[UNIT...]", "print dependencies as a graph for dot(1)", (*options).dot},
		{"dump", 0, -1, "[PATTERN...]", "print all that the manager knows of units", (*options).dump},
		{"cat-config", 1, -1, "PATH...", "print a configuration file and its drop-ins", (*options).catConfig},
		{"unit-files", 0, -1, "[PATTERN...]", "list unit files and their other names", (*options).unitFiles},
		{"unit-paths", 0, 0, "", "list the directories in which units are looked for", (*options).unitPaths},
		{"exit-status", 0, -1, "[STATUS...]", "list the names of exit statuses", (*options).exitStatus},
		{"capability", 0, -1, "[CAPABILITY...]", "list the names of capabilities", (*options).capability},
		{"syscall-filter", 0, -1, "[SET...]", "list the sets of system calls", (*options).syscallFilter},
		{"filesystems", 0, -1, "[SET...]", "list the sets of file systems", (*options).filesystems},
		{"condition", 0, -1, "CONDITION...", "tell whether conditions and asserts hold", (*options).condition},
		{"compare-versions", 2, 3, "VERSION [OPERATOR] VERSION", "compare two version strings", (*options).compareVersions},
		{"verify", 1, -1, "FILE...", "tell what is wrong in unit files", (*options).verify},
		{"calendar", 1, -1, "EXPRESSION...", "check calendar events, and tell when they elapse next", (*options).calendar},
		{"timestamp", 1, -1, "TIMESTAMP...", "check points in time", (*options).timestamp},
		{"timespan", 1, -1, "SPAN...", "check time spans", (*options).timespan},
		{"security", 0, -1, "[UNIT...]", "tell how much services are exposed", (*options).security},
		{"log-level", 0, 1, "[LEVEL]", "print or set how much the manager logs", (*options).logLevel},
		{"log-target", 0, 1, "[TARGET]", "print or set where the manager logs to", (*options).logTarget},
		{"service-watchdogs", 0, 1, "[BOOL]", "print or set whether watchdogs of services count", (*options).serviceWatchdogs},
		{"fdstore", 1, -1, "UNIT...", "list the file descriptors that are kept for services", (*options).fdStore},
	}
}

// oldVerbs are names that verbs had once, and what they became.
func oldVerb(name string) string {
	switch name {
	case "get-log-level", "set-log-level":
		return "log-level"
	case "get-log-target", "set-log-target":
		return "log-target"
	}
	return name
}

// meaningless are verbs of the genuine tool for things that are not in a container, or not in pintle, and why.
func meaningless(name string) string {
	switch name {
	case "pcrs", "nvpcrs", "srk", "has-tpm2":
		return "a container has no TPM"
	case "malloc":
		return "the manager's memory is kept by Go, without malloc"
	case "inspect-elf", "dlopen-metadata", "image-policy", "architectures", "smbios11", "chid":
		return "pintle does not look into programs, images or firmware"
	}
	return ""
}

// Command describes systemd-analyze(1).
func Command() *cobra.Command {
	o := options{man: true, iterations: 1, threshold: 100, json: "off"}
	c := command.New("systemd-analyze [OPTION...] VERB [ARGUMENT...]", "Analyse the boot, and check what unit files say", long())
	c.Example = `  systemd-analyze blame
  systemd-analyze calendar --iterations=3 'Mon *-*-* 03:00'
  systemd-analyze verify ./web.service
  systemd-analyze security --offline=yes ./web.service`
	for _, v := range verbs() {
		c.ValidArgs = append(c.ValidArgs, v.name+"\t"+v.short)
	}
	o.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		o.out = c.OutOrStdout()
		return o.dispatch(c, args)
	}
	return c
}

func long() string {
	var b strings.Builder
	b.WriteString("Tell how the system came up, and check what people write into unit files. Without a verb, time is meant.\n\nVerbs:\n")
	for _, v := range verbs() {
		fmt.Fprintf(&b, "  %-44s %s\n", strings.TrimSpace(v.name+" "+v.args), v.short)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (o *options) flags(c *cobra.Command) {
	f := c.Flags()
	command.Choice(f, &o.scope, client.System, "system", "", "ask the system's manager")
	command.Choice(f, &o.scope, client.User, "user", "", "ask the user's manager")
	f.BoolVar(&o.global, "global", false, "look at the configuration of all users' managers")
	f.BoolP("quiet", "q", false, "give no hints")
	f.Bool("no-pager", false, "do not use a pager")
	f.StringVar(&o.root, "root", "", "look into the root directory `DIR`")
	f.BoolVar(&o.orderOnly, "order", false, "dot: only what orders units")
	f.BoolVar(&o.requireOnly, "require", false, "dot: only what units need")
	f.StringArrayVar(&o.from, "from-pattern", nil, "dot: only edges from units that match `GLOB`")
	f.StringArrayVar(&o.to, "to-pattern", nil, "dot: only edges to units that match `GLOB`")
	f.Func("fuzz", "critical-chain: also units that were active `SPAN` before the last", func(s string) (err error) {
		if o.fuzz, err = units.ParseSpan(s); err != nil {
			return command.Failf("Failed to parse duration: %s", s)
		}
		return nil
	})
	f.Func("offline", "security: `BOOL`: look at unit files rather than at loaded units", parseBool("offline", &o.offline))
	command.Optional(f, "man", "yes", "verify: `BOOL`: look for the manual pages in Documentation=", parseBool("man", &o.man))
	command.Optional(f, "generators", "yes", "verify, unit-files: `BOOL`: run generators", parseBool("generators", &o.generators))
	f.Func("recursive-errors", "verify: tell of the units too that are pulled in: `MODE` yes, no or one", func(s string) error {
		if s != "yes" && s != "no" && s != "one" {
			return command.Failf("Unknown mode passed to --recursive-errors='%s'.", s)
		}
		o.recursive = s
		return nil
	})
	f.Func("iterations", "calendar: print `N` times", func(s string) (err error) {
		if o.iterations, err = units.ParseUint(s, 32); err != nil {
			return command.Failf("Failed to parse iterations: %s", s)
		}
		return nil
	})
	f.Func("base-time", "calendar: begin at `TIMESTAMP`", func(s string) (err error) {
		if o.base, err = units.ParseTimestamp(s, time.Now()); err != nil {
			return command.Failf("Failed to parse --base-time= parameter: %s", s)
		}
		return nil
	})
	f.Func("threshold", "security: fail when the exposure is above `N` of 100", func(s string) error {
		n, err := units.ParseUint(s, 32)
		if err != nil || n > 100 {
			return command.Failf("Failed to parse threshold: %s", s)
		}
		o.threshold = int(n)
		return nil
	})
	f.StringVar(&o.policy, "security-policy", "", "security: weigh as the JSON file `FILE` says")
	f.StringVar(&o.profile, "profile", "", "security: as with the portable profile `NAME`")
	f.Func("json", "print as JSON: `MODE` pretty, short or off", func(s string) error {
		if s != "pretty" && s != "short" && s != "off" {
			return command.Failf("Unknown argument to --json= switch: %s", s)
		}
		o.json = s
		return nil
	})
	f.BoolVar(&o.plotTable, "table", false, "plot: print the raw data")
	f.BoolVar(&o.details, "detailed", false, "plot: draw details of activation, too")
	f.StringVar(&o.unit, "unit", "", "condition: those of `UNIT`")
}

// parseBool reads the boolean of an option.
func parseBool(name string, into *bool) func(string) error {
	return func(s string) (err error) {
		if *into, err = units.ParseBool(s); err != nil {
			return command.Failf("Failed to parse boolean argument to --%s: %s.", name, s)
		}
		return nil
	}
}

func (o *options) dispatch(c *cobra.Command, args []string) error {
	name := "time"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if err := o.check(c, oldVerb(name)); err != nil {
		return err
	}
	for _, v := range verbs() {
		if v.name != oldVerb(name) {
			continue
		}
		switch {
		case len(args) < v.min:
			return command.Failf("Too few arguments.")
		case v.max >= 0 && len(args) > v.max:
			return command.Failf("Too many arguments.")
		}
		return v.run(o, args)
	}
	if why := meaningless(name); why != "" {
		return command.Failf("Cannot run the verb %s: %s.", name, why)
	}
	return command.Failf("Unknown command verb %s.", name)
}

// check finds options that the verb does not go with.
func (o *options) check(c *cobra.Command, verb string) error {
	f := c.Flags()
	switch {
	case o.offline && verb != "security":
		return command.Failf("Option --offline= is only supported for security right now.")
	case o.json != "off" && verb != "security":
		return command.Failf("Option --json= is only supported for security and inspect-elf right now.")
	case f.Changed("threshold") && verb != "security":
		return command.Failf("Option --threshold= is only supported for security right now.")
	case o.global && verb != "dot" && verb != "unit-paths" && verb != "verify":
		return command.Failf("Option --global only makes sense with verbs dot, unit-paths, verify.")
	case o.scope == client.User && verb == "cat-config":
		return command.Failf("Option --user is not supported for cat-config right now.")
	case o.policy != "" && verb != "security":
		return command.Failf("Option --security-policy= is only supported for security.")
	case strings.Trim(o.root, "/") != "" && verb != "cat-config" && verb != "verify" && verb != "condition" && !(verb == "security" && o.offline):
		return command.Failf("Options --root= and --image= are only supported for cat-config, verify, condition and security when used with --offline= right now.")
	case o.unit != "" && verb != "condition":
		return command.Failf("Option --unit= is only supported for condition")
	}
	return nil
}

// each does something for each argument, with an empty line between what is printed.
func (o *options) each(args []string, do func(string) error) (first error) {
	for i, arg := range args {
		if err := do(arg); err != nil {
			fmt.Fprintln(os.Stderr, err)
			first = command.Silent(1)
		}
		if i+1 < len(args) {
			fmt.Fprintln(o.out)
		}
	}
	return first
}
