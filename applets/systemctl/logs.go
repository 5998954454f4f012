package systemctl

// printLog shows the newest lines of a unit's log.
func (c *control) printLog(u *unit) {}
