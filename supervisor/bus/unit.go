package bus

import (
	"slices"
	"strings"
	"sync"

	"pintle/supervisor"
)

// UnitName is the interface of every unit's object; each has that of its type besides.
const UnitName = busName + ".Unit"

// unitTables are the interfaces of units, by their names.
var unitTables struct {
	sync.Mutex
	all map[string]*Interface
}

// unitInterfaces are the interfaces of the units of a type, in the order of systemctl show.
func unitInterfaces(unitType string) []*Interface {
	unitTables.Lock()
	defer unitTables.Unlock()
	if unitTables.all == nil {
		unitTables.all = map[string]*Interface{UnitName: newInterface(UnitName, slices.Concat(unitJobs(), unitMethods()), nil, supervisor.PropertiesOfUnit())}
	}
	name := interfaceOf(unitType)
	if unitTables.all[name] == nil {
		unitTables.all[name] = newInterface(name, typeMethods(unitType), typeSignals(unitType), supervisor.PropertiesOfType(unitType))
	}
	return []*Interface{unitTables.all[name], unitTables.all[UnitName]}
}

func newInterface(name string, methods []Method, signals []Signal, specs []supervisor.PropertySpec) *Interface {
	i := &Interface{Name: name, Methods: methods, Signals: signals}
	for _, spec := range specs {
		i.Properties = append(i.Properties, specFor(spec))
	}
	return i
}

// interfaceOf is the name of the interface of units of one type.
func interfaceOf(unitType string) string {
	return busName + "." + strings.ToUpper(unitType[:1]) + unitType[1:]
}
