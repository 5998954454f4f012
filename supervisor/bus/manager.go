package bus

import "slices"

// ManagerName is the interface of the manager's object.
const ManagerName = "org.freedesktop.systemd1.Manager"

var managerTable table

func managerInterface() *Interface {
	return managerTable.get(func() *Interface {
		return &Interface{
			Name:    ManagerName,
			Methods: slices.Concat(managerQueries(), managerJobs(), managerUnits(), managerFiles(), managerState()),
			Signals: managerSignals(), Properties: managerProperties(),
		}
	})
}
