package pid1

import (
	"strconv"
	"strings"

	"pintle/supervisor"
	"pintle/supervisor/bus"
	"pintle/units"
)

// Facts are what PID 1 knows of itself.
func (h busHost) Facts() bus.Facts {
	return bus.Facts{Version: strconv.Itoa(h.systemd.Version) + " (pintle)", Virtualization: h.container, UnitPath: unitPath(), Manager: h.graph.Manager()}
}

// Milestone is an instant of the boot.
func (h busHost) Milestone(name string) supervisor.Instant {
	var at units.Usec
	switch name {
	case "Userspace":
		at = h.begin
	case "Finish":
		at = h.finished
	case "GeneratorsStart", "GeneratorsFinish":
		at = h.phaseAt("generators", strings.HasSuffix(name, "Finish"))
	case "UnitsLoadStart", "UnitsLoadFinish":
		at = h.phaseAt("load", strings.HasSuffix(name, "Finish"))
	case "UnitsLoad":
		if at = h.loaded; at == 0 {
			at = h.phaseAt("load", false)
		}
	}
	if at == 0 {
		return supervisor.Instant{}
	}
	now := h.Now()
	return supervisor.Instant{Monotonic: at, Realtime: now.Realtime - (now.Monotonic - at)}
}

// phaseAt is when a phase of the boot began or ended; 0 if it has not been.
func (p *PID1) phaseAt(name string, end bool) units.Usec {
	for _, ph := range p.phases {
		if ph.name == name {
			if end {
				return ph.end
			}
			return ph.begin
		}
	}
	return 0
}
