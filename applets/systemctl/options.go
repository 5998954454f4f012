package systemctl

import (
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pintle/applets/command"
	"pintle/units"
)

// options are those of systemctl(1); each is named as it is there.
type options struct {
	types, states   []string
	properties      []string // nil: all
	onlyValue       bool
	user, global    bool
	host, machine   string
	all, full       bool
	reverse         bool
	after, before   bool
	dependencies    bool // --with-dependencies
	showTypes       bool
	transaction     bool // --show-transaction
	jobMode         string
	signal          syscall.Signal
	killWhom        string
	killValue       int32
	hasKillValue    bool
	what            []string
	now, dryRun     bool
	quiet           bool
	wait, noBlock   bool
	noReload        bool
	noWarn, noWall  bool
	legend          bool
	noPager         bool
	runtime         bool
	force           int
	presetMode      string
	root, image     string
	lines           int
	output          string
	plain           bool
	timestamp       string
	readOnly, mkdir bool
	marked          bool
	dropIn          string
	stdin           bool
	message, when   string
}

// Command describes systemctl: its options and verbs, for parsing, help, completion and manual pages.
func Command() *cobra.Command {
	c := &control{}
	tool := command.New("systemctl [OPTION...] VERB [ARGUMENT...]", "control the service manager", help())
	f := tool.Flags()
	f.StringArrayVarP(&c.types, "type", "t", nil, "only units of these types")
	f.StringArrayVar(&c.states, "state", nil, "only units in these states")
	f.Bool("failed", false, "the same as --state=failed")
	f.StringArrayVarP(&c.properties, "property", "p", nil, "show only these properties")
	f.StringArrayP("value-of", "P", nil, "the same as --value --property=")
	f.BoolVar(&c.onlyValue, "value", false, "show values without the names of their properties")
	f.Bool("system", false, "talk to the manager of the system")
	f.BoolVar(&c.user, "user", false, "talk to the manager of the user")
	f.BoolVar(&c.global, "global", false, "change the unit files of all users")
	f.StringVarP(&c.host, "host", "H", "", "not possible with pintle")
	f.StringVarP(&c.machine, "machine", "M", "", "not possible with pintle")
	f.StringP("capsule", "C", "", "not possible with pintle")
	f.BoolVarP(&c.all, "all", "a", false, "show all units in memory; all properties, also those without a value")
	f.BoolVarP(&c.full, "full", "l", false, "shorten nothing")
	f.BoolP("recursive", "r", false, "accepted: there are no local containers to list")
	f.BoolVar(&c.reverse, "reverse", false, "list-dependencies: show what depends on the units")
	f.BoolVar(&c.after, "after", false, "show what units or jobs are ordered after")
	f.BoolVar(&c.before, "before", false, "show what units or jobs are ordered before")
	f.BoolVar(&c.dependencies, "with-dependencies", false, "include what the units depend on")
	f.BoolVar(&c.showTypes, "show-types", false, "list-sockets: show the types of the sockets")
	f.BoolVarP(&c.transaction, "show-transaction", "T", false, "show all jobs that one job leads to")
	f.StringVar(&c.jobMode, "job-mode", "replace", "what to do about jobs in the queue")
	f.Bool("irreversible", false, "the same as --job-mode=replace-irreversibly")
	f.Bool("ignore-dependencies", false, "the same as --job-mode=ignore-dependencies")
	f.String("check-inhibitors", "", "accepted: nothing can inhibit a shutdown")
	f.BoolP("ignore-inhibitors", "i", false, "accepted: nothing can inhibit a shutdown")
	f.StringP("signal", "s", "", "the signal to send")
	f.StringVar(&c.killWhom, "kill-whom", "", "whom to send the signal to")
	f.StringVar(&c.killWhom, "kill-who", "", "the same as --kill-whom=")
	f.String("kill-value", "", "a number to send with the signal")
	f.StringArrayVar(&c.what, "what", nil, "what to clean")
	f.BoolVar(&c.now, "now", false, "start or stop units as well")
	f.BoolVar(&c.dryRun, "dry-run", false, "only say what would be done")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "say less")
	f.BoolVar(&c.wait, "wait", false, "wait until the units, or the boot, are done")
	f.BoolVar(&c.noBlock, "no-block", false, "do not wait for jobs")
	f.BoolVar(&c.noWall, "no-wall", false, "send no message to users")
	f.StringVar(&c.message, "message", "", "the reason of a shutdown")
	f.StringVar(&c.when, "when", "", "not possible with pintle")
	f.BoolVar(&c.noReload, "no-reload", false, "do not reload the manager after changes of unit files")
	f.String("legend", "", "whether to print headers and hints")
	f.Bool("no-legend", false, "print no headers and hints")
	f.BoolVar(&c.noPager, "no-pager", false, "use no pager")
	f.Bool("no-ask-password", false, "accepted: pintle asks for no passwords")
	f.BoolVar(&c.noWarn, "no-warn", false, "suppress some warnings")
	f.BoolVar(&c.runtime, "runtime", false, "until the next boot only")
	f.CountVarP(&c.force, "force", "f", "overwrite links; shut down at once, twice: without any order")
	f.StringVar(&c.presetMode, "preset-mode", "", "apply only enable or disable of presets")
	f.StringVar(&c.root, "root", "", "change unit files below another root directory")
	f.StringVar(&c.image, "image", "", "not possible with pintle")
	f.String("image-policy", "", "not possible with pintle")
	f.StringP("lines", "n", "", "how many lines of the log to show")
	f.StringP("output", "o", "", "the form of log lines, or of lists")
	f.Bool("firmware-setup", false, "not possible in a container")
	f.String("boot-loader-menu", "", "not possible in a container")
	f.String("boot-loader-entry", "", "not possible in a container")
	f.String("reboot-argument", "", "not possible in a container")
	f.BoolVar(&c.plain, "plain", false, "print lists without dots and trees")
	f.StringVar(&c.timestamp, "timestamp", "pretty", "how to print times: pretty, unix, us, utc, us+utc")
	f.BoolVar(&c.readOnly, "read-only", false, "bind: mount read-only")
	f.BoolVar(&c.mkdir, "mkdir", false, "bind: make the directory first")
	f.BoolVar(&c.marked, "marked", false, "restart or reload units that were marked before")
	f.StringVar(&c.dropIn, "drop-in", "override.conf", "edit: the name of the drop-in")
	f.BoolVar(&c.stdin, "stdin", false, "edit: read the new contents from standard input")
	tool.ValidArgsFunction = c.complete
	tool.RunE = c.run
	return tool
}

// settle makes of the options' values what verbs use. done: it has answered, as --type=help does.
func (c *control) settle(f *pflag.FlagSet) (done bool, err error) {
	c.host, c.machine = localOnly(c.host), localOnly(c.machine)
	if value, _ := f.GetString("capsule"); value != "" {
		return true, command.Failf("Capsules are not supported in a container.")
	}
	for _, step := range []func(*pflag.FlagSet) (bool, error){
		c.settleLists, c.settleOutput, c.settleSignal, c.settleModes,
	} {
		if done, err := step(f); done || err != nil {
			return true, err
		}
	}
	if c.image != "" || f.Changed("image-policy") {
		return true, command.Failf("--image= is not supported: mount the image and use --root=")
	}
	if c.wait && c.noBlock {
		return true, command.Failf("--wait may not be combined with --no-block.")
	}
	return false, nil
}

// localOnly forgets a host or machine that is the one we are on.
func localOnly(name string) string {
	if name == ".host" || name == "localhost" {
		return ""
	}
	return name
}

func splitList(values []string) (list []string) {
	for _, v := range values {
		for word := range strings.SplitSeq(v, ",") {
			if word != "" && !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
	}
	return list
}

func (c *control) settleLists(f *pflag.FlagSet) (bool, error) {
	given := c.types
	c.types = nil
	for _, word := range splitList(given) {
		switch {
		case word == "help":
			c.printf("%s", units.TypesHelp())
			return true, nil
		case units.ValidUnitType(word):
			c.types = append(c.types, word)
		case slices.Contains(units.Enumeration("unit_load_state"), word):
			c.states = append(c.states, word)
		default:
			c.errorf("Unknown unit type or load state '%s'.", word)
			c.infof("Use -t help to see a list of allowed values.")
			return true, status(1)
		}
	}
	if on, _ := f.GetBool("failed"); on {
		c.states = append(c.states, "failed")
	}
	c.states = splitList(c.states)
	if slices.Contains(c.states, "help") {
		c.printf("%s", units.StatesHelp())
		return true, nil
	}
	if short, _ := f.GetStringArray("value-of"); len(short) > 0 {
		c.properties = append(c.properties, short...)
		c.onlyValue = true
	}
	if f.Changed("property") || f.Changed("value-of") {
		if c.properties = splitList(c.properties); c.properties == nil {
			c.properties = []string{}
		}
	}
	c.what = splitList(c.what)
	return false, nil
}

func (c *control) settleOutput(f *pflag.FlagSet) (bool, error) {
	c.legend = !c.quiet
	if value, _ := f.GetString("legend"); f.Changed("legend") {
		b, err := units.ParseBool(value)
		if err != nil {
			return true, command.Failf("Failed to parse boolean argument to --legend: %s.", value)
		}
		c.legend = b
	}
	if off, _ := f.GetBool("no-legend"); off {
		c.legend = false
	}
	c.lines = 10
	if value, _ := f.GetString("lines"); f.Changed("lines") {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return true, command.Failf("Failed to parse lines '%s'", value)
		}
		c.lines = int(n)
	}
	c.output = "short"
	if value, _ := f.GetString("output"); f.Changed("output") {
		if value == "help" {
			c.printf("%s\n", strings.Join(outputModes(), "\n"))
			return true, nil
		}
		if !slices.Contains(outputModes(), value) {
			return true, command.Failf("Unknown output '%s'.", value)
		}
		c.output = value
		if c.json() {
			c.legend = false
			c.plain = true
		}
	}
	switch c.timestamp {
	case "help":
		c.printf("pretty\nus\nutc\nus+utc\nunix\n")
		return true, nil
	case "pretty", "us", "µs", "μs", "utc", "us+utc", "µs+utc", "μs+utc", "unix":
	default:
		return true, command.Failf("Invalid value: %s.", c.timestamp)
	}
	return false, nil
}

// json says whether lists are wanted as JSON.
func (c *control) json() bool { return strings.HasPrefix(c.output, "json") }

func (c *control) settleSignal(f *pflag.FlagSet) (bool, error) {
	c.signal = syscall.SIGTERM
	if value, _ := f.GetString("signal"); f.Changed("signal") {
		switch value {
		case "list":
			c.printSignals()
			return true, nil
		case "help":
			c.printf("%s", units.SignalsHelp())
			return true, nil
		}
		signal, err := units.ParseSignal(value)
		if err != nil {
			return true, command.Failf("Failed to parse signal string \"%s\".", value)
		}
		c.signal = signal
	}
	if value, _ := f.GetString("kill-value"); f.Changed("kill-value") {
		n, err := strconv.ParseInt(value, 0, 32)
		if err != nil {
			return true, command.Failf("Unable to parse signal value: %s.", value)
		}
		c.killValue, c.hasKillValue = int32(n), true
	}
	return false, nil
}

func (c *control) settleModes(f *pflag.FlagSet) (bool, error) {
	if on, _ := f.GetBool("irreversible"); on {
		c.jobMode = "replace-irreversibly"
	}
	if on, _ := f.GetBool("ignore-dependencies"); on {
		c.jobMode = "ignore-dependencies"
	}
	switch c.presetMode {
	case "", "full", "enable-only", "disable-only":
	case "help":
		c.printf("full\nenable-only\ndisable-only\n")
		return true, nil
	default:
		return true, command.Failf("Failed to parse preset mode: %s.", c.presetMode)
	}
	if len(c.what) == 1 && c.what[0] == "help" {
		c.printf("%s\n", strings.Join(units.Enumeration("exec_resource_type"), "\n"))
		return true, nil
	}
	if f.Changed("when") {
		return true, command.Failf("--when= is not supported: a container has nobody to wake it.")
	}
	for _, name := range []string{"firmware-setup", "boot-loader-menu", "boot-loader-entry"} {
		if f.Changed(name) {
			return true, command.Failf("Cannot use --%s: a container has no firmware and no boot loader.", name)
		}
	}
	return false, nil
}

// location is the time zone that times are printed in.
func (c *control) location() *time.Location {
	if strings.HasSuffix(c.timestamp, "utc") {
		return time.UTC
	}
	return time.Local
}
