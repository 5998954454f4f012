package units

import "syscall"

// KillSettings are the settings of systemd.kill(5).
type KillSettings struct {
	// SendSIGKILL: no: leave processes after stop timeout
	SendSIGKILL bool `parse:"bool" level:"enforced" default:"yes"`
	// SendSIGHUP: SIGHUP right after KillSignal
	SendSIGHUP bool `parse:"bool" level:"enforced"`
	// KillMode: control-group mixed process none; without cgroup write enumerate descendants (subreaper + /proc) per unit
	KillMode KillMode `parse:"kill-mode" level:"enforced" default:"control-group"`
	// KillSignal: SIGTERM default; SIGCONT follows
	KillSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGTERM"`
	// RestartKillSignal: used for restart jobs
	RestartKillSignal syscall.Signal `parse:"signal" level:"enforced"`
	// FinalKillSignal: SIGKILL default
	FinalKillSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGKILL"`
	// WatchdogSignal: SIGABRT default
	WatchdogSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGABRT"`
}
