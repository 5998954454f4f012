package systemctl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	messages "pintle/supervisor/systemctl"
)

// show is status, show and help.
func (c *control) show(args []string) error {
	if c.verb == "help" && len(args) == 0 {
		return command.Failf("'help' command expects one or more unit names.\n(Alternatively, help for systemctl itself may be shown with --help)")
	}
	c.openPager()
	if len(args) == 0 {
		if c.verb == "show" {
			return c.showProperties(client.ManagerPath)
		}
		return c.showSystem()
	}
	exit := 0
	note := func(err error) (stop error) {
		n, err := exitOf(err)
		if exit == 0 {
			exit = n
		}
		return err
	}
	var patterns []string
	for _, arg := range args {
		id, err := strconv.ParseUint(arg, 10, 32)
		switch {
		case err != nil:
			patterns = append(patterns, arg)
			continue
		case c.verb == "show":
			err = c.showProperties(dbus.ObjectPath(fmt.Sprintf("%s/job/%d", client.ManagerPath, id)))
		default:
			err = c.showProcess(uint32(id))
		}
		if err := note(err); err != nil {
			return err
		}
	}
	names, _, err := c.expand(patterns, "")
	if err != nil {
		return err
	}
	if names, err = c.withDependencies(names); err != nil {
		return err
	}
	for _, name := range names {
		if err := note(c.showUnit(client.UnitPath(name), name)); err != nil {
			return err
		}
	}
	c.hintShortened()
	return status(exit)
}

// exitOf takes an exit status out of an error that says nothing else.
func exitOf(err error) (int, error) {
	if e, ok := err.(*command.Exit); ok && e.Err == nil {
		return e.Status, nil
	}
	return 0, err
}

func (c *control) hintShortened() {
	if c.shortened && !c.quiet {
		c.printf("Hint: Some lines were ellipsized, use -l to show in full.\n")
	}
}

// showProcess shows the unit that a process belongs to.
func (c *control) showProcess(pid uint32) error {
	var path dbus.ObjectPath
	if err := c.conn.Manager("GetUnitByPID", []any{pid}, &path); err != nil {
		c.errorf("Failed to get unit for PID %d: %s", pid, client.Reason(err))
		return status(1)
	}
	return c.showUnit(path, client.UnitName(path))
}

// showUnit shows one unit as the verb has it.
func (c *control) showUnit(path dbus.ObjectPath, name string) error {
	if c.verb == "show" {
		return c.showProperties(path)
	}
	u, err := c.readUnit(path)
	if err != nil {
		return err
	}
	if u.text("LoadState") == "not-found" && u.text("ActiveState") == "inactive" {
		c.errorf("Unit %s could not be found.", name)
		if c.verb == "help" {
			return status(1)
		}
		return status(messages.UnknownUnit)
	}
	if c.newline {
		c.printf("\n")
	}
	c.newline = true
	if c.verb == "help" {
		return c.showManuals(u)
	}
	c.printStatus(u)
	state := messages.State{Active: u.text("ActiveState"), Load: u.text("LoadState"), PIDFile: exists(u.text("PIDFile"))}
	return status(messages.Status([]messages.State{state}))
}

// showProperties prints properties of an object.
func (c *control) showProperties(path dbus.ObjectPath) error {
	list, err := c.conn.GetAll(path, "")
	if err != nil {
		return failure(err, "Failed to get properties")
	}
	if c.newline {
		c.printf("\n")
	}
	c.newline = true
	p := propertyPrinter{control: c, empty: c.all || c.properties != nil}
	for _, property := range list {
		wanted, expected := p.wanted(property.Name)
		if !wanted {
			continue
		}
		p.property(property, expected)
	}
	return nil
}

// propertyPrinter prints properties, each in the form of its type.
type propertyPrinter struct {
	*control
	empty bool // also what is not set
}

// wanted says whether a property was asked for, and the only value with which it is to be shown.
func (p *propertyPrinter) wanted(name string) (yes bool, expected *string) {
	if p.properties == nil || slices.Contains(p.properties, name) {
		return true, nil
	}
	for _, f := range p.properties {
		if value, ok := strings.CutPrefix(f, name+"="); ok {
			return true, &value
		}
	}
	return false, nil
}

func (p *propertyPrinter) property(property client.Property, expected *string) {
	lines, ok := propertyText(property, p.control)
	if !ok {
		if p.empty && !p.onlyValue {
			p.printf("%s=[unprintable]\n", property.Name)
		}
		return
	}
	for _, line := range lines {
		switch {
		case expected != nil && *expected != line:
		case !p.empty && (line == "" || line == "~" && property.Value.Signature().String() == "(bas)"):
		case p.onlyValue:
			p.printf("%s\n", line)
		default:
			p.printf("%s=%s\n", property.Name, line)
		}
	}
}
