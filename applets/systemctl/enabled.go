package systemctl

import (
	"pintle/applets/client"
	"pintle/supervisor"
	messages "pintle/supervisor/systemctl"
	"pintle/units/install"
)

// isEnabled is is-enabled.
func (c *control) isEnabled(args []string) error {
	names, err := c.fileNames(args)
	if err != nil {
		return err
	}
	names, enabled, err := c.sysv(names)
	if err != nil {
		return err
	}
	if c.clientSide() {
		if len(names) == 0 {
			return status(btoi(!enabled))
		}
		err := c.byFiles(names)
		if enabled {
			return nil
		}
		return err
	}
	if err := c.connect(); err != nil {
		return err
	}
	missing := 0
	for _, name := range names {
		var state string
		err := c.conn.Manager("GetUnitFileState", []any{name}, &state)
		switch {
		case err != nil && notThere(err) && !c.olderThan(253):
			missing++
			state = "not-found"
		case err != nil:
			return failure(err, "Failed to get unit file state for %s", name)
		}
		enabled = enabled || install.State(state).Starts()
		if c.quiet {
			continue
		}
		c.printf("%s\n", state)
		if c.full && state != "not-found" {
			var links []string
			if err := c.conn.Manager("GetUnitFileLinks", []any{name, c.runtime}, &links); err != nil {
				return failure(err, "Failed to get unit file links for %s", name)
			}
			for _, link := range links {
				c.printf("  %s\n", link)
			}
		}
	}
	if missing == len(names) && missing > 0 {
		return status(messages.UnknownUnit)
	}
	return status(btoi(!enabled))
}

// notThere says whether the manager has refused because there is no such unit file.
func notThere(err error) bool {
	switch client.ErrorName(err) {
	case "org.freedesktop.DBus.Error.FileNotFound", supervisor.ErrNoSuchUnit:
		return true
	}
	return false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
