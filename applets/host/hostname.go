package host

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

const machineInfo = "/etc/machine-info"

type hostname struct {
	transient, static, pretty bool
	json                      string
}

// Hostname describes hostnamectl(1).
func Hostname() *cobra.Command {
	h := &hostname{json: "off"}
	info := func(name, key, what string) verb {
		return verb{name, 0, 1, "[TEXT]", "print or set " + what, func(out io.Writer, args []string) error {
			if len(args) == 0 {
				fmt.Fprintln(out, h.info(key))
				return nil
			}
			return failed("set "+what, set(machineInfo, [2]string{key, args[0]}))
		}}
	}
	verbs := []verb{
		{"status", 0, 0, "", "print the names of the host and what it is", h.status},
		{"hostname", 0, 1, "[NAME]", "print or set the name of the host", h.name},
		info("icon-name", "ICON_NAME", "the name of the icon"),
		info("chassis", "CHASSIS", "the type of the machine"),
		info("deployment", "DEPLOYMENT", "what the machine is deployed for"),
		info("location", "LOCATION", "where the machine is"),
	}
	for _, old := range []struct{ name, now string }{
		{"set-hostname", "hostname"}, {"set-icon-name", "icon-name"}, {"set-chassis", "chassis"}, {"set-deployment", "deployment"}, {"set-location", "location"},
	} {
		for _, v := range verbs {
			if v.name == old.now {
				verbs = append(verbs, verb{old.name, 1, 1, "TEXT", "the former name of " + v.name, v.run})
			}
		}
	}
	c := tool("hostnamectl", "Print or set the name of the host", "Print or set the name of the host, which is in /etc/hostname, and what is in /etc/machine-info.", verbs)
	f := c.Flags()
	f.BoolVar(&h.transient, "transient", false, "only the name that the kernel has")
	f.BoolVar(&h.static, "static", false, "only the name in /etc/hostname")
	f.BoolVar(&h.pretty, "pretty", false, "only the name for people")
	f.Func("json", "print as JSON: `MODE` pretty, short or off", func(s string) error {
		if s != "pretty" && s != "short" && s != "off" {
			return command.Failf("Unknown argument to --json= switch: %s", s)
		}
		h.json = s
		return nil
	})
	return c
}

// failed words an error.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return command.Failf("Could not %s: %s", what, command.Reason(err))
}

// info is a field of /etc/machine-info; icon and type have values without it.
func (h *hostname) info(key string) string {
	if v := variables(machineInfo)[key]; v != "" {
		return v
	}
	switch key {
	case "CHASSIS":
		return "container"
	case "ICON_NAME":
		return "computer-" + h.info("CHASSIS")
	}
	return ""
}

func (h *hostname) staticName() string {
	text, err := os.ReadFile("/etc/hostname")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return line
		}
	}
	return ""
}

func (h *hostname) status(out io.Writer, _ []string) error {
	kernel, _ := os.Hostname()
	static := h.staticName()
	switch {
	case h.pretty:
		fmt.Fprintln(out, variables(machineInfo)["PRETTY_HOSTNAME"])
		return nil
	case h.static:
		fmt.Fprintln(out, static)
		return nil
	case h.transient:
		fmt.Fprintln(out, kernel)
		return nil
	}
	release := variables("/etc/os-release")
	if len(release) == 0 {
		release = variables("/usr/lib/os-release")
	}
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return failed("ask the kernel", err)
	}
	word := func(b [65]byte) string { return unix.ByteSliceToString(b[:]) }
	if h.json != "off" {
		return h.printJSON(out, [][2]string{
			{"Hostname", kernel}, {"StaticHostname", static}, {"PrettyHostname", variables(machineInfo)["PRETTY_HOSTNAME"]},
			{"IconName", h.info("ICON_NAME")}, {"Chassis", h.info("CHASSIS")}, {"Deployment", h.info("DEPLOYMENT")}, {"Location", h.info("LOCATION")},
			{"KernelName", word(name.Sysname)}, {"KernelRelease", word(name.Release)}, {"KernelVersion", word(name.Version)},
			{"OperatingSystemPrettyName", release["PRETTY_NAME"]}, {"OperatingSystemCPEName", release["CPE_NAME"]}, {"OperatingSystemHomeURL", release["HOME_URL"]},
		})
	}
	if static == "" {
		static = "(unset)"
	}
	f := fields{{"Static hostname", static}}
	f.add("Pretty hostname", variables(machineInfo)["PRETTY_HOSTNAME"])
	if kernel != static {
		f.add("Transient hostname", kernel)
	}
	f.add("Icon name", h.info("ICON_NAME"))
	chassis := h.info("CHASSIS")
	if chassis == "container" {
		chassis += " ☐"
	}
	f.add("Chassis", chassis)
	f.add("Deployment", h.info("DEPLOYMENT"))
	f.add("Location", h.info("LOCATION"))
	f.add("Machine ID", firstLine("/etc/machine-id"))
	f.add("Boot ID", strings.ReplaceAll(firstLine("/proc/sys/kernel/random/boot_id"), "-", ""))
	if container := units.DetectContainer(os.Environ(), ""); container != "none" {
		f.add("Virtualization", container)
	}
	f.add("Operating System", release["PRETTY_NAME"])
	f.add("CPE OS Name", release["CPE_NAME"])
	f.add("Kernel", word(name.Sysname)+" "+word(name.Release))
	f.add("Architecture", units.Architecture())
	f.print(out)
	return nil
}

func (h *hostname) printJSON(out io.Writer, values [][2]string) error {
	var b strings.Builder
	b.WriteString("{")
	for i, v := range values {
		separator, colon := ",", ":"
		if h.json == "pretty" {
			separator, colon = ",\n\t", " : "
		}
		if i == 0 {
			separator = strings.TrimPrefix(separator, ",")
		}
		text, err := json.Marshal(v[1])
		if err != nil {
			return failed("print JSON", err)
		}
		if v[1] == "" {
			text = []byte("null")
		}
		fmt.Fprintf(&b, "%s\"%s\"%s%s", separator, v[0], colon, text)
	}
	if h.json == "pretty" {
		b.WriteString("\n")
	}
	fmt.Fprintln(out, b.String()+"}")
	return nil
}

func (h *hostname) name(out io.Writer, args []string) error {
	if len(args) == 0 {
		if h.pretty || h.static || h.transient {
			return h.status(out, nil)
		}
		kernel, err := os.Hostname()
		fmt.Fprintln(out, kernel)
		return failed("get hostname", err)
	}
	name := args[0]
	all := !h.pretty && !h.static && !h.transient
	if h.pretty || all && cleaned(name) != name {
		if err := set(machineInfo, [2]string{"PRETTY_HOSTNAME", name}); err != nil {
			return failed("set pretty hostname", err)
		}
		name = cleaned(name)
	}
	if name != "" && !validHostname(name) {
		return command.Failf("Could not set static hostname: Invalid static hostname '%s'", name)
	}
	if h.static || all {
		if err := setStatic(name); err != nil {
			return failed("set static hostname", err)
		}
	}
	if h.transient || all {
		// A container without CAP_SYS_ADMIN has the name that its engine gave it until it starts anew.
		err := unix.Sethostname([]byte(name))
		if err != nil && h.transient {
			return failed("set hostname", err)
		}
	}
	return nil
}

func setStatic(name string) error {
	if name == "" {
		return os.Remove("/etc/hostname")
	}
	return write("/etc/hostname", name+"\n")
}

// cleaned makes the name of a host of a name for people.
func cleaned(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, s)
}

// validHostname checks the name of a host (hostname(7)).
func validHostname(s string) bool {
	if len(s) > 64 || strings.HasPrefix(s, "-") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || cleaned(label) != label {
			return false
		}
	}
	return true
}
