package analyze

import (
	"bufio"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"

	"pintle/applets/command"
	"pintle/applets/table"
	"pintle/applets/terminal"
	"pintle/units"
)

// print shows a table on the screen.
func (o *options) print(t *table.Table) {
	screen := terminal.Standard()
	screen.Out = o.out
	t.Print(screen)
}

// right is a cell for numbers.
func right(text string) table.Cell { return table.Cell{Text: text, Right: true} }

func (o *options) exitStatus(args []string) error {
	t := table.New("name", "status", "class")
	add := func(status int) {
		name, class := units.ExitStatusName(status)
		if name == "" {
			name, class = "-", "-"
		}
		t.Add(table.Cell{Text: name}, right(strconv.Itoa(status)), table.Cell{Text: string(class)})
	}
	for _, arg := range args {
		status, err := units.ParseExitStatus(arg)
		if err != nil {
			return command.Failf("Invalid exit status \"%s\".", arg)
		}
		add(status)
	}
	if len(args) == 0 {
		for status := range 256 {
			if name, _ := units.ExitStatusName(status); name != "" {
				add(status)
			}
		}
	}
	o.print(t)
	return nil
}

func (o *options) capability(args []string) error {
	t := table.New("name", "number")
	add := func(number uint) {
		name := units.CapabilityName(number)
		if name == "" {
			name = "cap_???"
		}
		t.Add(table.Cell{Text: strings.ToLower(name)}, right(strconv.Itoa(int(number))))
	}
	last := lastCapability()
	for _, arg := range args {
		number, ok := units.CapabilityNumber(strings.ToUpper(arg))
		if n, err := strconv.ParseUint(arg, 10, 8); err == nil {
			number, ok = uint(n), uint(n) <= last
		}
		if !ok || number > last {
			return command.Failf("Capability \"%s\" not known.", arg)
		}
		add(number)
	}
	if len(args) == 0 {
		for number := range last + 1 {
			add(number)
		}
	}
	o.print(t)
	return nil
}

// lastCapability is the highest that the kernel knows, of those that have names.
func lastCapability() uint {
	last := uint(bits.Len64(units.AllCapabilities) - 1)
	if text, err := os.ReadFile("/proc/sys/kernel/cap_last_cap"); err == nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 6); err == nil {
			last = min(last, uint(n))
		}
	}
	return last
}

func (o *options) syscallFilter(args []string) error {
	sets := units.SystemCallSets()
	screen := terminal.Standard()
	for i, arg := range args {
		if i > 0 {
			fmt.Fprintln(o.out)
		}
		set, ok := units.SystemCallSetIn(sets, arg)
		if !ok {
			return command.Failf("Filter set \"%s\" not found.", arg)
		}
		o.printSet(screen, set)
	}
	if len(args) > 0 {
		return nil
	}
	grouped := map[string]bool{}
	for i, set := range sets {
		if i > 0 {
			fmt.Fprintln(o.out)
		}
		o.printSet(screen, set)
		if set.Name != "@known" {
			for _, call := range set.Calls {
				grouped[call] = true
			}
		}
	}
	known := sets[len(sets)-1].Calls
	o.printCalls(screen, "Ungrouped System Calls", " (known but not included in any of the groups except @known):",
		slices.DeleteFunc(slices.Clone(known), func(call string) bool { return grouped[call] || call[0] == '@' }))
	o.printCalls(screen, "Unlisted System Calls", " (supported by the local kernel, but not included in any of the groups listed above):",
		slices.DeleteFunc(kernelCalls(), func(call string) bool { return grouped[call] || slices.Contains(known, call) }))
	return nil
}

func (o *options) printSet(screen *terminal.Screen, set units.SystemCallSet) {
	fmt.Fprintf(o.out, "%s\n    # %s\n", screen.In(terminal.Bold, set.Name), set.Description)
	for _, call := range set.Calls {
		fmt.Fprintf(o.out, "    %s\n", call)
	}
}

func (o *options) printCalls(screen *terminal.Screen, title, more string, calls []string) {
	if len(calls) == 0 {
		return
	}
	fmt.Fprintf(o.out, "\n# %s%s\n", screen.In(terminal.Bold, title), more)
	for _, call := range calls {
		fmt.Fprintf(o.out, "#   %s\n", call)
	}
}

// kernelCalls are the system calls that the running kernel can trace, where we may see them.
func kernelCalls() (calls []string) {
	for _, path := range []string{"/sys/kernel/tracing/available_events", "/sys/kernel/debug/tracing/available_events"} {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			call, ok := strings.CutPrefix(lines.Text(), "syscalls:sys_enter_")
			switch call {
			case "newstat", "newlstat", "newfstat", "newuname", "sendfile64": // the kernel's own names for what is listed
				ok = false
			}
			if ok {
				calls = append(calls, call)
			}
		}
		slices.Sort(calls)
		return slices.Compact(calls)
	}
	return nil
}

// fileSystems needs what neither we nor many builds of systemd have.
func (o *options) filesystems([]string) error {
	return command.Failf("Not compiled with libbpf support, sorry.")
}
