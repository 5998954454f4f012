package systemctl

import (
	"fmt"
	"strings"
)

// verb is a command of systemctl.
type verb struct {
	name    string
	aliases []string // old names
	min     int      // arguments
	max     int      // -1: any number
	online  bool     // without a manager it means nothing
	args    string   // for help
	says    string   // for help
	run     func(c *control, args []string) error
}

// group is verbs under a heading of the help.
type group struct {
	title string
	verbs []verb
}

// many is any number of arguments.
const many = -1

func groups() []group {
	return []group{
		{"Units", unitVerbs()},
		{"Unit files", fileVerbs()},
		{"Machines", []verb{
			{"list-machines", nil, 0, many, true, "[PATTERN...]", "list this container", online((*control).listMachines)},
		}},
		{"Jobs", []verb{
			{"list-jobs", nil, 0, many, true, "[PATTERN...]", "list jobs in the queue", online((*control).listJobs)},
			{"cancel", nil, 0, many, true, "[JOB...]", "cancel all jobs, or these", online((*control).cancel)},
			{"clear-jobs", nil, 0, 0, true, "", "cancel all jobs", online((*control).clearJobs)},
		}},
		{"Environment", []verb{
			{"show-environment", nil, 0, 0, true, "", "show the environment that the manager gives to services", online((*control).showEnvironment)},
			{"set-environment", nil, 1, many, true, "VARIABLE=VALUE...", "set variables of that environment", online((*control).setEnvironment)},
			{"unset-environment", nil, 1, many, true, "VARIABLE...", "remove variables from it", online((*control).unsetEnvironment)},
			{"import-environment", nil, 0, many, true, "[VARIABLE...]", "copy variables of this process to it", online((*control).importEnvironment)},
		}},
		{"Manager", managerVerbs()},
		{"System", systemVerbs()},
	}
}

func verbs() (list []verb) {
	for _, g := range groups() {
		list = append(list, g.verbs...)
	}
	return list
}

func unitVerbs() []verb {
	start := online((*control).start)
	show := online((*control).show)
	return []verb{
		{"list-units", nil, 0, many, true, "[PATTERN...]", "list units in memory", online((*control).listUnits)},
		{"list-automounts", nil, 0, many, true, "[PATTERN...]", "list automounts in memory, by path", online((*control).listAutomounts)},
		{"list-paths", nil, 0, many, true, "[PATTERN...]", "list paths in memory, by path", online((*control).listPaths)},
		{"list-sockets", nil, 0, many, true, "[PATTERN...]", "list sockets in memory, by address", online((*control).listSockets)},
		{"list-timers", nil, 0, many, true, "[PATTERN...]", "list timers in memory, by next elapse", online((*control).listTimers)},
		{"is-active", []string{"check"}, 1, many, true, "PATTERN...", "check whether units are active", online((*control).isActive)},
		{"is-failed", nil, 0, many, true, "[PATTERN...]", "check whether units have failed", online((*control).isFailed)},
		{"status", nil, 0, many, true, "[PATTERN...|PID...]", "show how units are doing", show},
		{"show", nil, 0, many, true, "[PATTERN...|JOB...]", "show properties of units, jobs or the manager", show},
		{"cat", nil, 1, many, true, "PATTERN...", "show the files of units", online((*control).cat)},
		{"help", nil, 0, many, true, "PATTERN...|PID...", "show the manuals of units", show},
		{"list-dependencies", nil, 0, many, true, "[UNIT...]", "show what units depend on, as a tree", online((*control).listDependencies)},
		{"start", nil, 1, many, true, "UNIT...", "start units", start},
		{"stop", []string{"condstop"}, 1, many, true, "UNIT...", "stop units", start},
		{"reload", nil, 1, many, true, "UNIT...", "have units read their configuration again", start},
		{"restart", nil, 1, many, true, "UNIT...", "stop and start units", start},
		{"try-restart", []string{"condrestart"}, 1, many, true, "UNIT...", "restart units that are active", start},
		{"reload-or-restart", nil, 0, many, true, "UNIT...", "reload units that can, restart others", start},
		{"try-reload-or-restart", []string{"reload-or-try-restart", "force-reload", "condreload"}, 1, many, true, "UNIT...", "the same for units that are active", start},
		{"isolate", nil, 1, 1, true, "UNIT", "start a unit and stop all others", start},
		{"kill", nil, 1, many, true, "UNIT...", "send a signal to processes of units", online((*control).kill)},
		{"clean", nil, 1, many, true, "UNIT...", "remove directories of units", online((*control).clean)},
		{"freeze", nil, 1, many, true, "PATTERN...", "suspend the processes of units", online((*control).cleanOrFreeze)},
		{"thaw", nil, 1, many, true, "PATTERN...", "resume them", online((*control).cleanOrFreeze)},
		{"set-property", nil, 2, many, true, "UNIT PROPERTY=VALUE...", "change settings of a unit", online((*control).setProperty)},
		{"bind", nil, 2, 3, true, "UNIT PATH [PATH]", "mount a path into a unit's namespace", online((*control).bind)},
		{"mount-image", nil, 3, 4, true, "UNIT PATH [PATH [OPTS]]", "mount an image into a unit's namespace", online((*control).mountImage)},
		{"service-log-level", nil, 1, 2, true, "SERVICE [LEVEL]", "show or set how much a service logs", online((*control).serviceLog)},
		{"service-log-target", nil, 1, 2, true, "SERVICE [TARGET]", "show or set where a service logs to", online((*control).serviceLog)},
		{"reset-failed", nil, 0, many, true, "[PATTERN...]", "forget that units have failed", online((*control).resetFailed)},
		{"whoami", nil, 0, many, true, "[PID...]", "show which unit processes belong to", online((*control).whoami)},
	}
}

func fileVerbs() []verb {
	return []verb{
		{"list-unit-files", nil, 0, many, false, "[PATTERN...]", "list unit files", (*control).listUnitFiles},
		{"enable", nil, 1, many, false, "[UNIT...|PATH...]", "have units started with what wants them", (*control).enable},
		{"disable", nil, 1, many, false, "UNIT...", "undo that", (*control).enable},
		{"reenable", nil, 1, many, false, "UNIT...", "disable and enable units", (*control).enable},
		{"preset", nil, 1, many, false, "UNIT...", "enable or disable units as presets say", (*control).enable},
		{"preset-all", nil, 0, 0, false, "", "enable or disable all units as presets say", (*control).presetAll},
		{"is-enabled", nil, 1, many, false, "UNIT...", "check whether units are enabled", (*control).isEnabled},
		{"mask", nil, 1, many, false, "UNIT...", "make it impossible to start units", (*control).enable},
		{"unmask", nil, 1, many, false, "UNIT...", "undo that", (*control).enable},
		{"link", nil, 1, many, false, "PATH...", "link unit files into the search path", (*control).enable},
		{"revert", nil, 1, many, false, "UNIT...", "go back to the unit files of the packages", (*control).enable},
		{"add-wants", nil, 2, many, false, "TARGET UNIT...", "have a target want units", (*control).addDependency},
		{"add-requires", nil, 2, many, false, "TARGET UNIT...", "have a target require units", (*control).addDependency},
		{"edit", nil, 1, many, true, "UNIT...", "edit unit files", online((*control).edit)},
		{"get-default", nil, 0, 0, false, "", "show what is started at boot", (*control).getDefault},
		{"set-default", nil, 1, 1, false, "TARGET", "set what is started at boot", (*control).setDefault},
	}
}

func managerVerbs() []verb {
	return []verb{
		{"daemon-reload", nil, 0, 0, true, "", "have the manager read unit files again", (*control).daemonReload},
		{"daemon-reexec", nil, 0, 0, true, "", "have the manager execute its binary again", (*control).daemonReload},
		{"log-level", nil, 0, 1, true, "[LEVEL]", "show or set how much the manager logs", online((*control).logSetting)},
		{"log-target", nil, 0, 1, true, "[TARGET]", "show or set where the manager logs to", online((*control).logSetting)},
		{"service-watchdogs", nil, 0, 1, true, "[BOOL]", "show or set whether watchdogs of services count", online((*control).serviceWatchdogs)},
	}
}

func systemVerbs() []verb {
	special := (*control).startSpecial
	return []verb{
		{"is-system-running", nil, 0, 0, false, "", "check whether the boot is done and nothing has failed", (*control).isSystemRunning},
		{"default", nil, 0, 0, true, "", "start what is started at boot", special},
		{"rescue", nil, 0, 0, true, "", "keep only what is needed to repair", special},
		{"emergency", nil, 0, 0, true, "", "keep as little as possible", special},
		{"halt", nil, 0, 0, true, "", "end the container", special},
		{"poweroff", nil, 0, 0, true, "", "end the container", special},
		{"reboot", nil, 0, 1, true, "", "end the container, for its engine to start it again", special},
		{"soft-reboot", nil, 0, 0, true, "", "start all services anew", special},
		{"kexec", nil, 0, 0, true, "", "not possible in a container", special},
		{"exit", nil, 0, 1, true, "[STATUS]", "end the container with an exit status", special},
		{"switch-root", nil, 0, 2, true, "[ROOT [INIT]]", "not possible in a container", online((*control).switchRoot)},
		{"suspend", nil, 0, 0, true, "", "not possible in a container", special},
		{"hibernate", nil, 0, 0, true, "", "not possible in a container", special},
		{"hybrid-sleep", nil, 0, 0, true, "", "not possible in a container", special},
		{"suspend-then-hibernate", nil, 0, 0, true, "", "not possible in a container", special},
		{"sleep", nil, 0, 0, true, "", "not possible in a container", special},
	}
}

// help is what --help says of the verbs.
func help() string {
	var b strings.Builder
	b.WriteString("Control the service manager: query and change its units, their files and the state of the system.\n")
	for _, g := range groups() {
		b.WriteString("\n" + g.title + ":\n")
		for _, v := range g.verbs {
			fmt.Fprintf(&b, "  %-36s %s\n", strings.TrimSpace(v.name+" "+v.args), v.says)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
