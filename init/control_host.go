package pid1

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"pintle/supervisor"
	"pintle/supervisor/bus"
	"pintle/units"
)

// busHost answers what clients of the bus ask of PID 1 itself.
type busHost struct{ *PID1 }

var _ bus.Host = busHost{}

// Environment is what every process of a unit starts with.
func (h busHost) Environment() []string { return slices.Clone(h.spawner.env) }

// Environ changes what clients have set: first what is named goes, then what is assigned comes.
func (h busHost) Environ(unset, set []string) {
	h.clientEnv = units.MergeEnv(units.UnsetEnv(h.clientEnv, unset), set...)
	h.setEnvironment()
}

// Reload reads all unit files anew.
func (h busHost) Reload() error {
	h.reload()
	return nil
}

// Reexecute has the binary executed anew when the call in hand is done. Who has called sees its connection end.
func (h busHost) Reexecute() error {
	h.reexecute = true
	return nil
}

// Shutdown stops everything, or ends at once.
func (h busHost) Shutdown(o supervisor.Objective) { h.shutdown(o, o.Reason) }

// ExitCode is the status that PID 1 ends with if nothing else says one.
func (h busHost) ExitCode() uint8     { return h.exitCode }
func (h busHost) SetExitCode(n uint8) { h.exitCode = n }

// ShowStatus tells whether units that start and stop are shown on the console.
func (h busHost) ShowStatus() bool { return h.showStatus }

// SetShowStatus changes that. What only shows failures ("error", "auto") is what no does: failures are always shown.
func (h busHost) SetShowStatus(mode string) {
	switch mode {
	case "":
		h.showStatus = !h.config.Boot.Quiet
	case "yes", "temporary":
		h.showStatus = true
	default:
		h.showStatus = false
	}
}

// LogLevel is the level of what PID 1 logs.
func (h busHost) LogLevel() supervisor.Level { return h.logLevel }

// SetLogLevel sets it, or with -1 the configured one.
func (h busHost) SetLogLevel(level supervisor.Level) {
	if level < 0 {
		level = logLevels[h.config.Log.Level]
	}
	h.logLevel = level
}

// CommandLine is a process's command line; one that has none (a kernel thread, a zombie) has its name in brackets.
func (h busHost) CommandLine(pid int) (line string, ok bool) {
	dir := "/proc/" + strconv.Itoa(pid)
	if args := strings.TrimRight(readSmall(dir+"/cmdline"), "\x00"); args != "" {
		return units.ListText(strings.Split(strings.ToValidUTF8(args, "�"), "\x00")), true
	}
	comm := strings.TrimSpace(readSmall(dir + "/comm"))
	return units.ListText([]string{"[" + strings.ToValidUTF8(comm, "�") + "]"}), comm != ""
}

// DynamicUsers are the users of DynamicUser= of services that are not down.
func (h busHost) DynamicUsers() (list []bus.DynamicUser) {
	used := map[string]bool{}
	for _, u := range h.manager.Units() {
		if active, _ := u.State(); active == supervisor.Inactive || active == supervisor.Failed || u.Exec == nil || !u.Exec.DynamicUser {
			continue
		}
		if u.Exec.User != "" {
			used[u.Exec.User] = true
		} else {
			used[userName(u.Name)] = true
		}
	}
	h.spawner.mu.Lock()
	defer h.spawner.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if uid, ok := h.spawner.dynamic[name]; ok {
			list = append(list, bus.DynamicUser{UID: uid, Name: name})
		}
	}
	return list
}

// PID1 tells the clients of the bus what the manager tells it.

func (p *PID1) UnitAdded(u *supervisor.Unit)     { p.control.server.UnitAdded(u) }
func (p *PID1) UnitRemoved(u *supervisor.Unit)   { p.control.server.UnitRemoved(u) }
func (p *PID1) JobAdded(j *supervisor.Job)       { p.control.server.JobAdded(j) }
func (p *PID1) JobChanged(j *supervisor.Job)     { p.control.server.JobChanged(j) }
func (p *PID1) StopRequested(u *supervisor.Unit) { p.control.server.StopRequested(u) }

// UnitOf tells which unit a process belongs to.
func (p *PID1) UnitOf(pid int) string { return p.tracker.UnitOf(pid) }
