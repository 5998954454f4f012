package main

import (
	"slices"
	"testing"

	pid1 "pintle/init"
)

// What PID 1 makes of its arguments; a wrong one is named and costs nothing else.
func TestParseInit(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		unit     string
		quiet    bool
		command  []string
		problems []string
	}{
		{unit: "default.target"},
		{args: []string{"--unit=a.target", "--quiet"}, unit: "a.target", quiet: true},
		{args: []string{"--unit", "a.target", "--", "sh", "--quiet"}, unit: "a.target", command: []string{"sh", "--quiet"}},
		{args: []string{"bash", "-l", "--", "x"}, unit: "default.target", command: []string{"bash", "-l", "--", "x"}},
		{args: []string{"systemd.unit=rescue.target", "--quiet=no"}, unit: "rescue.target",
			problems: []string{"arguments: cannot use --quiet=no: invalid argument \"no\" for \"--quiet\" flag: strconv.ParseBool: parsing \"no\": invalid syntax"}},
		{args: []string{"--unti=a.target", "--quiet"}, unit: "default.target", quiet: true,
			problems: []string{"arguments: cannot use --unti=a.target: unknown flag: --unti"}},
		{args: []string{"--unit"}, unit: "default.target",
			problems: []string{"arguments: cannot use --unit: flag needs an argument: --unit"}},
		{args: []string{"--"}, unit: "default.target"},
	} {
		config := pid1.DefaultConfig()
		command, problems := parseInit(&config, tt.args)
		var texts []string
		for _, p := range problems {
			texts = append(texts, p.String())
		}
		if config.Boot.Unit != tt.unit || config.Boot.Quiet != tt.quiet || !slices.Equal(command, tt.command) || !slices.Equal(texts, tt.problems) {
			t.Errorf("%q: unit %s, quiet %v, command %q, problems %q", tt.args, config.Boot.Unit, config.Boot.Quiet, command, texts)
		}
	}
}
