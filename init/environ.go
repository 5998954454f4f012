package pid1

import "strings"

// engineVars are variables that the engine, or whoever started PID 1, meant for PID 1 itself: they describe
// how it was started and would be lies about its services (the container interface; systemd drops them, too).
var engineVars = map[string]bool{
	"container": true, "container_uuid": true, "container_ttys": true,
	"container_host_id": true, "container_host_version_id": true,
	"NOTIFY_SOCKET": true, "LISTEN_PID": true, "LISTEN_FDS": true, "LISTEN_FDNAMES": true,
	"WATCHDOG_PID": true, "WATCHDOG_USEC": true, "MAINPID": true, "MANAGERPID": true, "PIDFILE": true,
	"INVOCATION_ID": true, "JOURNAL_STREAM": true, "SYSTEMD_EXEC_PID": true,
	"SERVICE_RESULT": true, "EXIT_CODE": true, "EXIT_STATUS": true, "REMOTE_ADDR": true, "REMOTE_PORT": true,
	"RUNTIME_DIRECTORY": true, "STATE_DIRECTORY": true, "CACHE_DIRECTORY": true, "LOGS_DIRECTORY": true,
	"CONFIGURATION_DIRECTORY": true, "CREDENTIALS_DIRECTORY": true,
	"TRIGGER_UNIT": true, "TRIGGER_PATH": true, "TRIGGER_TIMER_REALTIME_USEC": true,
	"TRIGGER_TIMER_MONOTONIC_USEC": true,
}

// importEnviron takes the container's environment (docker run -e): what is left is the manager's, which
// services see as far as PassEnvironment= names it, and the foreground command sees whole. As under systemd,
// services do not get it unasked: a password meant for one daemon is not the others' business.
func importEnviron(environ []string) (manager []string, engine map[string]string) {
	engine = map[string]string{}
	for _, e := range environ {
		name, value, ok := strings.Cut(e, "=")
		switch {
		case !ok || name == "":
		case engineVars[name]:
			engine[name] = value
		default:
			manager = append(manager, e)
		}
	}
	return manager, engine
}
