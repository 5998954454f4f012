package host

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pintle/applets/command"
)

// localeFile is where the locale of the system is: Debian has a place of its own.
func localeFile() string {
	if _, err := os.Stat("/etc/debian_version"); err == nil {
		return "/etc/default/locale"
	}
	return "/etc/locale.conf"
}

// Locale describes localectl(1).
func Locale() *cobra.Command {
	noKeyboard := func(io.Writer, []string) error { return note("A container has no keyboard.") }
	nothing := func(io.Writer, []string) error { return nil }
	c := tool("localectl", "Print or set the locale", "Print or set the locale of the system, which is in "+
		"/etc/default/locale on Debian and in /etc/locale.conf elsewhere.", []verb{
		{"status", 0, 0, "", "print the locale", localeStatus},
		{"set-locale", 1, -1, "[NAME=]LOCALE...", "set the locale", setLocale},
		{"list-locales", 0, 0, "", "list the locales that are installed", func(out io.Writer, _ []string) error {
			for _, name := range locales() {
				fmt.Fprintln(out, name)
			}
			return nil
		}},
		{"set-keymap", 1, 2, "MAP", "has no effect: a container has no keyboard", noKeyboard},
		{"set-x11-keymap", 1, 4, "LAYOUT", "has no effect: a container has no keyboard", noKeyboard},
		{"list-keymaps", 0, 0, "", "list the key maps, of which there are none", nothing},
	})
	c.Flags().Bool("no-convert", false, "has no effect")
	return c
}

func localeStatus(out io.Writer, _ []string) error {
	values := variables(localeFile())
	var set []string
	for _, name := range localeNames() {
		if v := values[name]; v != "" {
			set = append(set, name+"="+v)
		}
	}
	if len(set) == 0 {
		set = []string{"LANG=C.UTF-8"}
	}
	fmt.Fprintf(out, "System Locale: %s\n", set[0])
	for _, more := range set[1:] {
		fmt.Fprintf(out, "               %s\n", more)
	}
	fmt.Fprint(out, "    VC Keymap: (unset)\n   X11 Layout: (unset)\n")
	return nil
}

func localeNames() []string {
	return []string{"LANG", "LANGUAGE", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "LC_PAPER",
		"LC_NAME", "LC_ADDRESS", "LC_TELEPHONE", "LC_MEASUREMENT", "LC_IDENTIFICATION"}
}

func setLocale(_ io.Writer, args []string) error {
	var changes [][2]string
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			name, value = "LANG", arg
		}
		if !slices.Contains(localeNames(), name) {
			return command.Failf("Failed to issue method call: Invalid Locale data.")
		}
		if value != "" && name != "LANGUAGE" && !slices.ContainsFunc(locales(), func(l string) bool { return sameLocale(l, value) }) {
			return command.Failf("Failed to issue method call: Locale %s not installed, refusing.", value)
		}
		changes = append(changes, [2]string{name, value})
	}
	if err := set(localeFile(), changes...); err != nil {
		return command.Failf("Failed to issue method call: %s", command.Reason(err))
	}
	return nil
}

// sameLocale compares names as locale(1) and people write them: en_US.utf8 and en_US.UTF-8.
func sameLocale(a, b string) bool {
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "utf-8", "utf8") }
	return plain(a) == plain(b)
}

// locales are those that are installed, as locale(1) knows them.
func locales() []string {
	out, err := exec.Command("locale", "-a").Output()
	list := strings.Fields(string(out))
	if err != nil || len(list) == 0 {
		list = []string{"C", "C.UTF-8", "POSIX"}
	}
	list = slices.DeleteFunc(list, func(l string) bool { return l == "C" || l == "POSIX" })
	for i, l := range list {
		list[i] = strings.Replace(l, ".utf8", ".UTF-8", 1)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
