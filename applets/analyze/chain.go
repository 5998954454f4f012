package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
)

// chain prints what units waited for.
type chain struct {
	*options
	conn   *client.Conn
	boot   *boot
	times  map[string]*unitTimes
	screen *terminal.Screen
	seen   map[string]bool
}

func (o *options) criticalChain(args []string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &chain{options: o, conn: conn, screen: terminal.Standard()}
	var all []*unitTimes
	if c.boot, all, err = o.allTimes(conn); err != nil {
		return err
	}
	c.times = make(map[string]*unitTimes, len(all))
	for _, t := range all {
		c.times[t.name] = t
	}
	fmt.Fprint(o.out, "The time when unit became active or started is printed after the \"@\" character.\n"+
		"The time the unit took to start is printed after the \"+\" character.\n\n")
	names := []string{"default.target"}
	if len(args) > 0 {
		names = names[:0]
		for _, arg := range args {
			name, err := units.MangleName(arg, ".service", true)
			if err != nil {
				continue
			}
			if !strings.ContainsAny(name, "*?[") {
				names = append(names, name)
				continue
			}
			list, err := conn.Units(nil, []string{name})
			if err != nil {
				return err
			}
			for _, u := range list {
				names = append(names, u.ID)
			}
		}
	}
	for _, name := range names {
		c.root(name)
	}
	return nil
}

func (c *chain) root(name string) {
	id, err := c.conn.Get(client.UnitPath(name), client.UnitFace, "Id")
	if err != nil {
		return
	}
	name, _ = id.Value().(string)
	t := c.times[name]
	if t == nil {
		return
	}
	switch {
	case t.took > 0:
		fmt.Fprintln(c.out, c.screen.In(terminal.Red, fmt.Sprintf("%s +%s", name, milliseconds(t.took))))
	case t.activated > c.boot.userspace:
		fmt.Fprintf(c.out, "%s @%s\n", name, milliseconds(t.activated-c.boot.userspace))
	default:
		fmt.Fprintln(c.out, name)
	}
	c.seen = map[string]bool{}
	c.below(name, "")
}

// below prints what a unit is ordered after and what of that was up last, or almost last.
func (c *chain) below(name, indent string) {
	c.seen[name] = true
	after, err := c.conn.Get(client.UnitPath(name), client.UnitFace, "After")
	if err != nil {
		return
	}
	names, _ := after.Value().([]string)
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		t := c.times[n]
		return t == nil || t.activated == 0 || t.activated > c.boot.finish
	})
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(c.times[b].activated, c.times[a].activated) })
	if len(names) == 0 {
		return
	}
	last := c.times[names[0]].activated
	names = slices.DeleteFunc(names, func(n string) bool { return last-c.times[n].activated > c.fuzz })
	for i, n := range names {
		branch, more := "├─", "│ "
		if i+1 == len(names) {
			branch, more = "└─", "  "
		}
		fmt.Fprintln(c.out, indent+branch+c.line(n))
		if c.seen[n] {
			fmt.Fprintln(c.out, indent+more+"└─...")
			continue
		}
		c.below(n, indent+more)
	}
}

func (c *chain) line(name string) string {
	t := c.times[name]
	switch {
	case t.took > 0:
		return c.screen.In(terminal.Red, fmt.Sprintf("%s @%s +%s", name, milliseconds(t.activating-c.boot.userspace), milliseconds(t.took)))
	case t.activated > c.boot.userspace:
		return fmt.Sprintf("%s @%s", name, milliseconds(t.activated-c.boot.userspace))
	}
	return name
}
