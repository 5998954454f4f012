package systemctl

import (
	"os"
	"os/exec"
	"strings"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
)

// showSystem is status without arguments: how the whole is doing.
func (c *control) showSystem() error {
	list, err := c.conn.GetAll(client.ManagerPath, client.ManagerFace)
	if err != nil {
		return failure(err, "Failed to get properties")
	}
	values := map[string]any{}
	for _, p := range list {
		values[p.Name] = p.Value.Value()
	}
	hostname, err := os.Hostname()
	if err != nil {
		return failure(err, "Failed to get hostname")
	}
	state := stringOf(values["SystemState"])
	colour := terminal.Yellow
	switch state {
	case "running":
		colour = terminal.Green
	case "degraded", "maintenance":
		colour = terminal.Red
	}
	s := c.screen
	c.printf("%s %s\n    State: %s\n", s.In(colour, stateGlyph("active")), hostname, s.In(colour, state))
	c.printf("    Units: %d loaded (incl. loaded aliases)\n", numberOf(values["NNames"]))
	c.printf("     Jobs: %d queued\n", numberOf(values["NJobs"]))
	failed := numberOf(values["NFailedUnits"])
	c.printf("   Failed: %d units\n", failed)
	since := units.Usec(numberOf(values["UserspaceTimestamp"]))
	c.printf("    Since: %s; %s\n", c.formatTime(since), units.FormatRelative(since, readClocks().realtime))
	c.printf("  systemd: %s\n", stringOf(values["Version"]))
	if taint := stringOf(values["Tainted"]); taint != "" {
		c.printf("  Tainted: %s\n", s.In(terminal.Yellow, taint))
	}
	group := stringOf(values["ControlGroup"])
	if group == "" {
		group = "/"
	}
	c.printf("   CGroup: %s\n", group)
	c.printProcessTree("-.slice", stringOf(values["ControlGroup"]), "           ")
	c.newline = true
	if !c.all {
		return nil
	}
	return c.showAll()
}

// showAll shows all units in memory.
func (c *control) showAll() error {
	list, err := c.unitList(nil)
	if err != nil {
		return err
	}
	sortUnits(list)
	exit := 0
	for _, u := range list {
		n, err := exitOf(c.showUnit(u.Path, u.ID))
		if err != nil {
			return err
		}
		if exit == 0 {
			exit = n
		}
	}
	c.hintShortened()
	return status(exit)
}

// openManual shows a page of a unit's documentation.
func (c *control) openManual(page string) {
	name, ok := strings.CutPrefix(page, "man:")
	if !ok {
		c.infof("Can't show: %s", page)
		return
	}
	args := []string{name}
	if open := strings.IndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") {
		args = []string{name[open+1 : len(name)-1], name[:open]}
	}
	cmd := exec.Command("man", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		if _, missing := exec.LookPath("man"); missing != nil {
			c.errorf("Failed to execute man: No such file or directory")
		}
	}
}
