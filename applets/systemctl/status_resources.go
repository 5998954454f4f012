package systemctl

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
)

// printResources tells what a unit uses, as far as anybody counts that.
func (c *control) printResources(u *unit) {
	pair := func(title, in, out, format string) {
		a, ok := u.number(in)
		b, also := u.number(out)
		if ok && also {
			c.printf("%s: "+format+"\n", title, bytesCount(a), bytesCount(b))
		}
	}
	pair("         IP", "IPIngressBytes", "IPEgressBytes", "%s in, %s out")
	pair("         IO", "IOReadBytes", "IOWriteBytes", "%s read, %s written")
	if tasks, ok := u.number("TasksCurrent"); ok {
		c.printf("      Tasks: %d", tasks)
		if limit, ok := u.number("TasksMax"); ok {
			c.printf(" (limit: %d)", limit)
		}
		c.printf("\n")
	}
	c.printMemory(u)
	if cpu, ok := u.number("CPUUsageNSec"); ok {
		c.printf("        CPU: %s\n", units.FormatSpan(units.Usec(cpu/1000), units.Millisecond))
	}
}

func (c *control) printMemory(u *unit) {
	used, ok := u.number("MemoryCurrent")
	if !ok {
		return
	}
	c.printf("     Memory: %s", bytesCount(used))
	var limits []string
	for _, limit := range []struct{ word, property string }{
		{"min", "MemoryMin"}, {"low", "MemoryLow"}, {"high", "MemoryHigh"}, {"max", "MemoryMax"}, {"swap max", "MemorySwapMax"},
		{"limit", "MemoryLimit"}, {"available", "MemoryAvailable"},
	} {
		n, ok := u.number(limit.property)
		least := limit.word == "min" || limit.word == "low"
		if ok && (!least || n > 0) {
			limits = append(limits, limit.word+": "+bytesCount(n))
		}
	}
	if len(limits) > 0 {
		c.printf(" (%s)", strings.Join(limits, " "))
	}
	c.printf("\n")
}

// bytesCount writes a number of bytes for people.
func bytesCount(n uint64) string {
	suffixes := "KMGTPE"
	for i := len(suffixes) - 1; i >= 0; i-- {
		unit := uint64(1) << (10 * (i + 1))
		if n >= unit {
			return fmt.Sprintf("%d.%d%c", n/unit, n%unit*10/unit, suffixes[i])
		}
	}
	return strconv.FormatUint(n, 10) + "B"
}

// printGroup shows the processes of a unit in their control groups.
func (c *control) printGroup(u *unit) {
	group, has := u.values["ControlGroup"]
	name := stringOf(group.Value())
	if !has || name == "" {
		return
	}
	c.printf("     CGroup: %s\n", name)
	c.printProcessTree(u.text("Id"), name, "             ")
}

// process is a process as GetUnitProcesses tells of it.
type process struct {
	Group string
	PID   uint32
	Name  string
}

// printProcessTree draws the processes of a unit; its control group itself has been written already.
func (c *control) printProcessTree(name, group, prefix string) {
	var list []process
	if err := c.conn.Manager("GetUnitProcesses", []any{name}, &list); err != nil {
		c.warnf("Failed to dump process list for '%s', ignoring: %s", name, client.Reason(err))
		return
	}
	t := processTree{control: c, groups: map[string][]process{}, children: map[string][]string{}, glyphs: treeGlyphs()}
	root := strings.TrimSuffix(group, "/")
	var outside []process
	for _, p := range list {
		at := strings.TrimSuffix(p.Group, "/")
		if at != root && !strings.HasPrefix(at, root+"/") {
			outside = append(outside, p)
			continue
		}
		t.groups[at] = append(t.groups[at], p)
		for at != root {
			parent := path.Dir(at)
			if parent == "/" {
				parent = ""
			}
			if !slices.Contains(t.children[parent], at) {
				t.children[parent] = append(t.children[parent], at)
			}
			at = parent
		}
	}
	width := 0
	if !c.fullWidth() {
		width = max(terminal.Columns()-terminal.TextWidth(prefix), 1)
	}
	t.print(root, prefix, width)
	sortProcesses(outside)
	for _, p := range outside {
		c.printf("%s%s %s\n", prefix, c.bullet(), c.screen.In(terminal.Grey, t.line(p, 0, width)))
	}
}

// fullWidth says whether lines may be as long as they are.
func (c *control) fullWidth() bool { return c.full || !c.screen.Tty || c.screen.Pager }

func (c *control) bullet() string { return treeGlyphs().bullet }

func sortProcesses(list []process) {
	slices.SortFunc(list, func(a, b process) int { return cmp.Compare(a.PID, b.PID) })
}

// processTree draws control groups and what is in them.
type processTree struct {
	*control
	groups   map[string][]process
	children map[string][]string
	glyphs   tree
}

// print draws a group; width is how much room is right of the prefix, 0 for any.
func (t *processTree) print(group, prefix string, width int) {
	list, children := t.groups[group], t.children[group]
	sortProcesses(list)
	slices.Sort(children)
	digits := 0
	if len(list) > 0 {
		digits = len(strconv.FormatUint(uint64(list[len(list)-1].PID), 10))
	}
	for i, p := range list {
		glyph := t.glyphs.branch
		if i+1 == len(list) && len(children) == 0 {
			glyph = t.glyphs.right
		}
		t.printf("%s%s%s\n", prefix, glyph, t.screen.In(terminal.Grey, t.line(p, digits, width)))
	}
	for i, child := range children {
		glyph, more := t.glyphs.branch, t.glyphs.vertical
		if i+1 == len(children) {
			glyph, more = t.glyphs.right, t.glyphs.space
		}
		t.printf("%s%s%s\n", prefix, glyph, strings.TrimPrefix(path.Base(child), "_"))
		below := 0
		if width > 0 {
			below = max(width-2, 1)
		}
		t.print(child, prefix+more, below)
	}
}

// line is a process with its command line.
func (t *processTree) line(p process, digits, width int) string {
	name := p.Name
	if width > 0 {
		name = terminal.Ellipsize(name, max(width-digits-3, 20), 100)
	}
	return fmt.Sprintf("%*d %s", digits, p.PID, name)
}
