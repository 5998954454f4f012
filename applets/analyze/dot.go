package analyze

import (
	"fmt"
	"os"
	"path"
	"slices"

	"pintle/applets/client"
	"pintle/applets/command"
)

// dot prints dependencies as edges of a graph, each kind in its colour.
func (o *options) dot(patterns []string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	list, err := conn.Units(nil, nil)
	if err != nil {
		return command.Failf("Failed to list units: %s", client.Reason(err))
	}
	matches := func(patterns []string, name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
	}
	fmt.Fprintln(o.out, "digraph systemd {")
	for _, u := range list {
		for _, kind := range []struct {
			property, colour string
			order            bool
		}{{"After", "green", true}, {"Requires", "black", false}, {"Requisite", "darkblue", false}, {"Wants", "grey66", false}, {"Conflicts", "red", false}} {
			if o.orderOnly && !o.requireOnly && !kind.order || o.requireOnly && !o.orderOnly && kind.order {
				continue
			}
			value, err := conn.Get(u.Path, client.UnitFace, kind.property)
			if err != nil {
				return command.Failf("Failed to get properties of %s: %s", u.ID, client.Reason(err))
			}
			names, _ := value.Value().([]string)
			for _, to := range names {
				if len(o.from) > 0 && !matches(o.from, u.ID) || len(o.to) > 0 && !matches(o.to, to) ||
					len(patterns) > 0 && !matches(patterns, u.ID) && !matches(patterns, to) {
					continue
				}
				fmt.Fprintf(o.out, "\t\"%s\"->\"%s\" [color=\"%s\"];\n", u.ID, to, kind.colour)
			}
		}
	}
	fmt.Fprintln(o.out, "}")
	fmt.Fprint(os.Stderr, "   Color legend: black     = Requires\n"+
		"                 dark blue = Requisite\n"+
		"                 dark grey = Wants\n"+
		"                 red       = Conflicts\n"+
		"                 green     = After\n")
	return nil
}
