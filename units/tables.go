package units

// UnitTypes are the unit types, in systemd's order.
var UnitTypes = []string{"service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"}

func hashedName(name, suffix string) string { return name }
