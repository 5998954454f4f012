package systemctl

import (
	"pintle/applets/setting"
	"pintle/units"
)

// setProperty is set-property: it changes settings of a unit, for good or with --runtime.
func (c *control) setProperty(args []string) error {
	name, err := c.unitName(args[0], "", ".service")
	if err != nil {
		return err
	}
	properties, err := setting.ParseAll(units.NameType(name), args[1:])
	if err != nil {
		return err
	}
	if err := c.conn.Manager("SetUnitProperties", []any{name, c.runtime, properties}); err != nil {
		return failure(err, "Failed to set unit properties on %s", name)
	}
	return nil
}
