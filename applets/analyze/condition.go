package analyze

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"pintle/applets/command"
	"pintle/units"
)

// conditionName is the unit that conditions belong to that are given without one.
const conditionName = "test.service"

func (o *options) condition(args []string) error {
	var conditions, asserts []units.Condition
	switch {
	case o.unit != "" && len(args) > 0:
		return command.Failf("No conditions can be passed if --unit= is used.")
	case o.unit != "":
		graph := units.NewGraph(units.Options{Root: o.root, Path: o.searchPath(), Host: units.SystemHost{Root: o.root}})
		name, err := units.MangleName(o.unit, ".service", false)
		if err != nil {
			return command.Failf("Failed to mangle unit name '%s': %s", o.unit, command.Reason(err))
		}
		u := graph.Load(name)
		if u.State != units.Loaded {
			if u.State == units.NotFound {
				return command.Failf("Unit %s not found.", name)
			}
			return command.Failf("Failed to load unit: %v", u.Err)
		}
		conditions, asserts = u.Conditions, u.Asserts
		return o.test(u.Name, asserts, conditions)
	case len(args) == 0:
		return command.Failf("Too few arguments for condition")
	}
	for _, arg := range args {
		c, assert, err := units.ParseCondition(arg)
		into := &conditions
		if assert {
			into = &asserts
		}
		setting, value, _ := strings.Cut(arg, "=")
		switch {
		case err != nil && c.Type == "":
			return command.Failf("Cannot parse \"%s\".", arg)
		case strings.TrimSpace(value) == "":
			*into = nil
		case err != nil:
			fmt.Fprintf(os.Stderr, "(cmdline): %s= path is not absolute, ignoring: %s\n", strings.TrimSpace(setting), strings.TrimLeft(value, "|! "))
		default:
			*into = append(*into, c)
		}
	}
	return o.test(conditionName, asserts, conditions)
}

// test tells of each condition whether it holds. What was given last is tested first, as by the genuine tool.
func (o *options) test(unit string, asserts, conditions []units.Condition) error {
	facts := units.DetectFacts(o.root)
	ok := testList(facts, unit, "Assert", asserts)
	if !testList(facts, unit, "Condition", conditions) || !ok {
		return command.Silent(1)
	}
	return nil
}

// testList tests every condition of a list. All must hold, but of those with "|" only one.
func testList(facts *units.Facts, unit, prefix string, list []units.Condition) bool {
	if len(list) == 0 {
		return true
	}
	ok, triggers, triggered := true, false, false
	for _, c := range slices.Backward(list) {
		holds, err := c.Test(facts)
		switch {
		case err != nil:
			fmt.Fprintf(os.Stderr, "%s: Couldn't determine result for %s%s, assuming failed: %s\n", unit, prefix, c, command.Reason(err))
		case holds:
			fmt.Fprintf(os.Stderr, "%s: %s%s succeeded.\n", unit, prefix, c)
		default:
			fmt.Fprintf(os.Stderr, "%s: %s%s failed.\n", unit, prefix, c)
		}
		holds = holds && err == nil
		if c.Trigger {
			triggers, triggered = true, triggered || holds
		} else {
			ok = ok && holds
		}
	}
	ok = ok && triggered == triggers
	word := "succeeded"
	if !ok {
		word = "failed"
	}
	fmt.Fprintf(os.Stderr, "%ss %s.\n", prefix, word)
	return ok
}
