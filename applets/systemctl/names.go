package systemctl

import (
	"slices"
	"strings"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
)

// unitList gives the units in memory that match patterns (all, if there are none) and that the options ask for,
// in no order.
func (c *control) unitList(patterns []string) ([]client.Unit, error) {
	list, err := c.conn.Units(c.states, patterns)
	if err != nil {
		return nil, failure(err, "Failed to list units")
	}
	return slices.DeleteFunc(list, func(u client.Unit) bool { return !c.listed(u) }), nil
}

// listed says whether the options ask for a unit: without --all, only those that do something.
func (c *control) listed(u client.Unit) bool {
	switch {
	case len(c.types) > 0 && !slices.Contains(c.types, units.NameType(u.ID)):
		return false
	case c.all:
		return true
	case u.Following != "":
		return false
	case len(c.states) > 0, u.JobID > 0:
		return true
	}
	return u.ActiveState != "inactive"
}

// sortUnits orders units by type, then by name, regardless of case.
func sortUnits(list []client.Unit) {
	slices.SortStableFunc(list, func(a, b client.Unit) int { return compareNames(a.ID, b.ID) })
}

// compareNames orders unit names by type, then by name.
func compareNames(a, b string) int {
	if d := compareFold(units.NameType(a), units.NameType(b)); d != 0 {
		return d
	}
	return compareFold(a, b)
}

func compareFold(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// expand makes unit names of what the user wrote; patterns stand for the units in memory that match.
func (c *control) expand(args []string, suffix string) (names []string, globs bool, err error) {
	if suffix == "" {
		suffix = ".service"
	}
	var patterns []string
	for _, arg := range args {
		name, err := units.MangleName(arg, suffix, true)
		switch {
		case err != nil:
			return nil, false, failure(errInvalid, "Failed to expand names")
		case strings.ContainsAny(name, "*?["):
			patterns = append(patterns, name)
		default:
			names = append(names, name)
		}
		if !c.quiet && err == nil && !strings.HasPrefix(arg, "/") && strings.TrimSuffix(name, suffix) != strings.TrimSuffix(arg, suffix) {
			c.noticef("Invalid unit name \"%s\" escaped as \"%s\" (maybe you should use systemd-escape?).", arg, strings.TrimSuffix(name, suffix))
		}
	}
	if len(patterns) == 0 {
		return names, false, nil
	}
	list, err := c.unitList(patterns)
	if err != nil {
		return nil, false, err
	}
	for _, u := range list {
		names = append(names, u.ID)
	}
	return names, true, nil
}

// withDependencies adds what the units depend on, if --with-dependencies asks for that.
func (c *control) withDependencies(names []string) ([]string, error) {
	if !c.dependencies {
		return names, nil
	}
	var list []string
	add := func(name string) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, name := range names {
		depends, err := c.dependenciesOf(name)
		if err != nil {
			return nil, err
		}
		add(name)
		for _, d := range depends {
			add(d)
		}
	}
	return list, nil
}

// stateColour is the colour of an active state.
func stateColour(state string) string {
	switch state {
	case "active", "reloading":
		return terminal.Green
	case "failed":
		return terminal.Red
	}
	return ""
}

// stateGlyph is the dot that stands for an active state.
func stateGlyph(state string) string {
	if !terminal.UTF8() {
		switch state {
		case "failed":
			return "x"
		case "inactive", "maintenance":
			return "*"
		}
		return "*"
	}
	switch state {
	case "inactive", "maintenance":
		return "○"
	case "failed":
		return "×"
	case "reloading":
		return "↻"
	}
	return "●"
}

// tree are the glyphs that trees are drawn with.
type tree struct{ vertical, branch, right, space, bullet string }

func treeGlyphs() tree {
	if terminal.UTF8() {
		return tree{"│ ", "├─", "└─", "  ", "‣"}
	}
	return tree{"| ", "|-", "`-", "  ", ">"}
}
