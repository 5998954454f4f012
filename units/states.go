package units

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// ActiveState is the state of a unit as all types share it (org.freedesktop.systemd1(5), ActiveState).
type ActiveState string

// The active states.
const (
	Active       ActiveState = "active"
	Reloading    ActiveState = "reloading"
	Inactive     ActiveState = "inactive"
	Failed       ActiveState = "failed"
	Activating   ActiveState = "activating"
	Deactivating ActiveState = "deactivating"
	Maintenance  ActiveState = "maintenance"
)

// SubState is a state of one unit type and the active state it counts as.
type SubState struct {
	Name   string
	Active ActiveState
}

// SubStates are the states of a unit type, in systemd's order.
func SubStates(unitType string) []SubState {
	switch unitType {
	case "service":
		return []SubState{{"dead", Inactive}, {"condition", Activating}, {"start-pre", Activating}, {"start", Activating},
			{"start-post", Activating}, {"running", Active}, {"exited", Active}, {"reload", Reloading},
			{"reload-signal", Reloading}, {"reload-notify", Reloading}, {"stop", Deactivating},
			{"stop-watchdog", Deactivating}, {"stop-sigterm", Deactivating}, {"stop-sigkill", Deactivating},
			{"stop-post", Deactivating}, {"final-watchdog", Deactivating}, {"final-sigterm", Deactivating},
			{"final-sigkill", Deactivating}, {"failed", Failed}, {"dead-before-auto-restart", Inactive},
			{"failed-before-auto-restart", Failed}, {"dead-resources-pinned", Inactive}, {"auto-restart", Activating},
			{"auto-restart-queued", Activating}, {"cleaning", Maintenance}}
	case "socket":
		return []SubState{{"dead", Inactive}, {"start-pre", Activating}, {"start-chown", Activating},
			{"start-post", Activating}, {"listening", Active}, {"running", Active}, {"stop-pre", Deactivating},
			{"stop-pre-sigterm", Deactivating}, {"stop-pre-sigkill", Deactivating}, {"stop-post", Deactivating},
			{"final-sigterm", Deactivating}, {"final-sigkill", Deactivating}, {"failed", Failed}, {"cleaning", Maintenance}}
	case "timer":
		return []SubState{{"dead", Inactive}, {"waiting", Active}, {"running", Active}, {"elapsed", Active}, {"failed", Failed}}
	case "path", "automount":
		return []SubState{{"dead", Inactive}, {"waiting", Active}, {"running", Active}, {"failed", Failed}}
	case "target", "slice":
		return []SubState{{"dead", Inactive}, {"active", Active}}
	case "device":
		return []SubState{{"dead", Inactive}, {"tentative", Activating}, {"plugged", Active}}
	case "mount":
		return []SubState{{"dead", Inactive}, {"mounting", Activating}, {"mounting-done", Activating}, {"mounted", Active},
			{"remounting", Reloading}, {"unmounting", Deactivating}, {"remounting-sigterm", Reloading},
			{"remounting-sigkill", Reloading}, {"unmounting-sigterm", Deactivating}, {"unmounting-sigkill", Deactivating},
			{"failed", Failed}, {"cleaning", Maintenance}}
	case "swap":
		return []SubState{{"dead", Inactive}, {"activating", Activating}, {"activating-done", Active}, {"active", Active},
			{"deactivating", Deactivating}, {"deactivating-sigterm", Deactivating}, {"deactivating-sigkill", Deactivating},
			{"failed", Failed}, {"cleaning", Maintenance}}
	case "scope":
		return []SubState{{"dead", Inactive}, {"start-chown", Activating}, {"running", Active}, {"abandoned", Active},
			{"stop-sigterm", Deactivating}, {"stop-sigkill", Deactivating}, {"failed", Failed}}
	}
	return nil
}

// ActiveOf is the active state that a state of a unit type counts as; empty if there is no such state. A
// service of Type=idle is active from its first step on, so that nothing waits for it while it waits for all.
func ActiveOf(unitType, subState string, idle bool) ActiveState {
	for _, s := range SubStates(unitType) {
		if s.Name != subState {
			continue
		}
		if idle && unitType == "service" && s.Active == Activating && !strings.HasPrefix(subState, "auto-restart") {
			return Active
		}
		return s.Active
	}
	return ""
}

// TypesHelp is what systemctl --type=help prints.
func TypesHelp() string {
	return "Available unit types:\n" + lines(UnitTypes)
}

// StatesHelp is what systemctl --state=help prints.
func StatesHelp() string {
	s := "Available unit load states:\n" + lines(Enumeration("unit_load_state")) +
		"\nAvailable unit active states:\n" + lines(Enumeration("unit_active_state")) +
		"\nAvailable unit file states:\n" + lines(Enumeration("unit_file_state"))
	for _, kind := range slices.Sorted(slices.Values(UnitTypes)) {
		s += "\nAvailable " + kind + " unit substates:\n" + lines(Enumeration(kind+"_state"))
	}
	return s
}

// SignalsHelp is what systemctl --signal=help prints.
func SignalsHelp() string {
	var list []string
	for sig := syscall.Signal(0); sig <= SigRTMax; sig++ {
		list = append(list, SignalName(sig))
	}
	return lines(list)
}

// ExitStatusesHelp is what systemd-analyze exit-status prints.
func ExitStatusesHelp() string {
	width := 0
	for i := range exitNames {
		width = max(width, len(exitNames[i].name))
	}
	s := fmt.Sprintf("%-*s STATUS CLASS\n", width, "NAME")
	for i := range exitNames {
		name, class := ExitStatusName(exitNames[i].status)
		s += fmt.Sprintf("%-*s %6d %s\n", width, name, exitNames[i].status, class)
	}
	return s
}

func lines(list []string) string { return strings.Join(list, "\n") + "\n" }
