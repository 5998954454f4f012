package systemctl

import (
	"slices"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
)

// listDependencies is list-dependencies.
func (c *control) listDependencies(args []string) error {
	if len(args) == 0 {
		args = []string{"default.target"}
	}
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	c.openPager()
	for i, name := range names {
		if i > 0 {
			c.printf("\n")
		}
		c.printf("%s\n", name)
		w := dependencyWalk{control: c, glyphs: treeGlyphs(), width: max(terminal.Columns(), 20)}
		if err := w.below(name, 0, nil); err != nil {
			return err
		}
	}
	return nil
}

// dependencyProperties are the properties that say what a unit depends on, in the sense that the options ask for.
func (c *control) dependencyProperties() []string {
	switch {
	case c.reverse:
		return []string{"RequiredBy", "RequisiteOf", "WantedBy", "PartOf", "BoundBy", "UpheldBy"}
	case c.after:
		return []string{"After"}
	case c.before:
		return []string{"Before"}
	}
	return []string{"Requires", "Requisite", "Wants", "ConsistsOf", "BindsTo", "Upholds"}
}

// dependenciesOf are the units that a unit depends on.
func (c *control) dependenciesOf(name string) (list []string, err error) {
	wanted := c.dependencyProperties()
	properties, err := c.conn.GetAll(client.UnitPath(name), client.UnitFace)
	if err != nil {
		return nil, failure(err, "Failed to get properties of %s", name)
	}
	for _, p := range properties {
		if slices.Contains(wanted, p.Name) {
			names, _ := p.Value.Value().([]string)
			for _, n := range names {
				if !slices.Contains(list, n) {
					list = append(list, n)
				}
			}
		}
	}
	return list, nil
}

// dependencyWalk prints a tree of dependencies.
type dependencyWalk struct {
	*control
	glyphs tree
	width  int
	seen   []string // with --plain all that was shown, else the way down to here
}

// below prints what is below a unit; more says for each level above whether something follows on it.
func (w *dependencyWalk) below(name string, level int, more []bool) error {
	w.seen = append(w.seen, name)
	depends, err := w.dependenciesOf(name)
	if err != nil {
		return err
	}
	slices.SortStableFunc(depends, func(a, b string) int {
		if at, bt := units.NameType(a) == "target", units.NameType(b) == "target"; at != bt {
			if at {
				return 1
			}
			return -1
		}
		return compareFold(a, b)
	})
	circular := false
	for i, d := range depends {
		if slices.Contains(w.seen, d) {
			circular = true
			continue
		}
		last := i+1 == len(depends)
		state := ""
		if !w.plain {
			state = stringOf(w.get(client.UnitPath(d), client.UnitFace, "ActiveState"))
		}
		w.line(d, state, level, more, last)
		if w.all || units.NameType(d) == "target" {
			if err := w.below(d, level+1, append(slices.Clone(more), !last)); err != nil {
				return err
			}
		}
	}
	if w.plain {
		return nil
	}
	if circular {
		w.line("...", "", level, more, true)
	}
	w.seen = w.seen[:len(w.seen)-1]
	return nil
}

// line prints a unit.
func (w *dependencyWalk) line(name, state string, level int, more []bool, last bool) {
	switch {
	case w.plain || state == "":
		w.printf("  ")
	default:
		colour := terminal.Red
		switch state {
		case "active", "reloading", "activating":
			colour = terminal.Green
		case "inactive", "deactivating":
			colour = terminal.Normal
		}
		w.printf("%s%s%s ", w.screen.Style(colour), stateGlyph(state), w.screen.Style(terminal.Normal))
	}
	used := 0
	if !w.plain {
		for _, m := range more {
			used += 2
			if used > w.width-3 && !w.full {
				w.printf("%s...\n", w.glyphs.space)
				return
			}
			if m {
				w.printf("%s", w.glyphs.vertical)
			} else {
				w.printf("%s", w.glyphs.space)
			}
		}
		used += 2
		if used > w.width-3 && !w.full {
			w.printf("...\n")
			return
		}
		if last {
			w.printf("%s", w.glyphs.right)
		} else {
			w.printf("%s", w.glyphs.branch)
		}
	}
	if !w.full {
		name = terminal.Ellipsize(name, w.width-used, 100)
	}
	w.printf("%s\n", name)
}
