package systemctl

import (
	"slices"

	"pintle/applets/client"
	"pintle/applets/table"
	"pintle/applets/terminal"
	"pintle/units"
)

// listUnits is list-units.
func (c *control) listUnits(patterns []string) error {
	if c.dependencies {
		names, _, err := c.expand(patterns, "")
		if err != nil {
			return err
		}
		if patterns, err = c.withDependencies(names); err != nil {
			return err
		}
	}
	list, err := c.unitList(patterns)
	if err != nil {
		return err
	}
	sortUnits(list)
	c.openPager()
	t := table.New("", "unit", "load", "active", "sub", "job", "description")
	if c.plain || c.json() {
		t.Hide(0)
	}
	jobs := 0
	for i, u := range list {
		last := i+1 < len(list) && units.NameType(u.ID) != units.NameType(list[i+1].ID)
		t.Add(c.unitRow(u, last)...)
		if u.JobID > 0 {
			jobs++
		}
	}
	if jobs == 0 {
		t.Hide(5)
	}
	if err := c.table(t); err != nil {
		return err
	}
	if c.legend {
		c.unitLegend(len(list), jobs)
	}
	return nil
}

// unitRow is the line of a unit; the last one of each type is underlined.
func (c *control) unitRow(u client.Unit, last bool) []table.Cell {
	cell := func(text, colour string, plain bool) table.Cell {
		return table.Cell{Text: text, Colour: colour, Gap: colour != "", Underline: last && !plain}
	}
	circle, load, active := "", "", ""
	bad := false
	if !c.plain {
		switch u.LoadState {
		case "error", "not-found", "bad-setting", "masked":
			circle, load, bad = terminal.Yellow, terminal.Red, true
		default:
			if u.ActiveState == "failed" {
				circle, active = terminal.Red, terminal.Red
			}
		}
	}
	dot := " "
	if circle != "" {
		dot = stateGlyph("active")
	}
	return []table.Cell{
		cell(dot, circle, false),
		cell(u.ID, active, bad),
		cell(u.LoadState, load, active != ""),
		cell(u.ActiveState, active, bad),
		cell(u.SubState, active, bad),
		cell(u.JobType, "", false),
		cell(u.Description, "", false),
	}
}

func (c *control) unitLegend(count, jobs int) {
	if count > 0 {
		c.printf("\n" +
			"LOAD   = Reflects whether the unit definition was properly loaded.\n" +
			"ACTIVE = The high-level unit activation state, i.e. generalization of SUB.\n" +
			"SUB    = The low-level unit activation state, values depend on unit type.\n")
		if jobs > 0 {
			c.printf("JOB    = Pending job for the unit.\n\n")
		}
	}
	s := c.screen
	on, off, grey := s.Style(terminal.Bold), s.Style(terminal.Normal), s.Style(terminal.Grey)
	if count == 0 {
		on = s.Style(terminal.Red)
	}
	switch {
	case c.all || slices.Contains(c.states, "inactive"):
		c.printf("%s%d loaded units listed.%s\n%sTo show all installed unit files use 'systemctl list-unit-files'.%s\n", on, count, off, grey, off)
	case len(c.states) == 0:
		c.printf("%s%d loaded units listed.%s %sPass --all to see loaded but inactive units, too.%s\n%sTo show all installed unit files use 'systemctl list-unit-files'.%s\n",
			on, count, off, grey, off, grey, off)
	default:
		c.printf("%d loaded units listed.\n", count)
	}
}

// table prints a table in the form that the options ask for.
func (c *control) table(t *table.Table) error {
	if c.json() {
		return t.JSON(c.screen.Out, c.output == "json-pretty")
	}
	t.Header = c.legend
	t.Full = c.full
	return t.Print(c.screen)
}

func (c *control) openPager() {
	if !c.noPager {
		c.flush()
		c.screen.OpenPager()
	}
}

// legendCount ends a list with how many of something it has, and a hint at what was left out.
func (c *control) legendCount(count int, what, hint string) {
	if !c.legend {
		return
	}
	on := c.screen.Style(terminal.Bold)
	if count == 0 {
		on = c.screen.Style(terminal.Red)
	}
	c.printf("\n%s%d %s listed.%s\n", on, count, what, c.screen.Style(terminal.Normal))
	if !c.all && hint != "" {
		c.printf("Pass --all to see loaded but inactive %s, too.\n", hint)
	}
}
