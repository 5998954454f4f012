package bus

import (
	"strings"
)

// UnitName is the interface of every unit's object; each has that of its type besides.
const UnitName = "org.freedesktop.systemd1.Unit"

var unitTable table

// unitInterfaces are the interfaces of the units of a type.
func unitInterfaces(unitType string) []*Interface {
	own := unitTable.get(func() *Interface { return &Interface{Name: UnitName, Methods: unitMethods()} })
	return []*Interface{own, {Name: interfaceOf(unitType)}}
}

// unitMethods are the methods of every unit.
func unitMethods() []Method { return nil }

// interfaceOf is the name of the interface of units of one type.
func interfaceOf(unitType string) string {
	return busName + "." + strings.ToUpper(unitType[:1]) + unitType[1:]
}
