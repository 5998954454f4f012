package units

import "syscall"

// KillSettings are the settings of systemd.kill(5).
type KillSettings struct {
	// SendSIGKILL sends SIGKILL to what does not end in time.
	SendSIGKILL bool `parse:"bool" level:"enforced" default:"yes"`
	// SendSIGHUP sends SIGHUP right after the stop signal.
	SendSIGHUP bool `parse:"bool" level:"enforced"`
	// KillMode says which processes get the signals.
	KillMode KillMode `parse:"kill-mode" level:"enforced" default:"control-group"`
	// KillSignal is the signal that asks processes to end.
	KillSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGTERM"`
	// RestartKillSignal is the same for a restart; KillSignal= if not set.
	RestartKillSignal syscall.Signal `parse:"signal" level:"enforced"`
	// FinalKillSignal is the signal for what does not end in time.
	FinalKillSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGKILL"`
	// WatchdogSignal is the signal for a service that missed its watchdog.
	WatchdogSignal syscall.Signal `parse:"signal" level:"enforced" default:"SIGABRT"`
}
