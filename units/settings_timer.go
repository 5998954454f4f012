package units

// TimerSettings are the settings of [Timer] (systemd.timer(5)).
type TimerSettings struct {
	// Triggers are the On…Sec= and OnCalendar= settings in the order of the file; an empty one resets them all.
	Triggers []TimerSpec `parse:"timer" names:"OnActiveSec,OnBootSec,OnStartupSec,OnUnitActiveSec,OnUnitInactiveSec,OnCalendar" level:"enforced"`
	// OnClockChange triggers when the system clock is set.
	OnClockChange bool `parse:"bool" level:"accepted" why:"clock-change"`
	// OnTimezoneChange triggers when the time zone changes.
	OnTimezoneChange bool `parse:"bool" level:"accepted" why:"clock-change"`
	// Persistent triggers at start if an elapse of OnCalendar= was missed; the time is kept in a file.
	Persistent bool `parse:"bool" level:"enforced"`
	// WakeSystem wakes the machine for an elapse.
	WakeSystem bool `parse:"bool" level:"accepted" why:"wake"`
	// RemainAfterElapse keeps an elapsed timer loaded.
	RemainAfterElapse bool `parse:"bool" level:"enforced" default:"yes"`
	// FixedRandomDelay makes the random delay the same every time.
	FixedRandomDelay bool `parse:"bool" level:"enforced"`
	// AccuracySec is how much later than due the timer may elapse, to save wakeups.
	AccuracySec Usec `parse:"sec" level:"enforced" default:"1min"`
	// RandomizedDelaySec is a random delay, at most.
	RandomizedDelaySec Usec `parse:"sec" level:"enforced"`
	// Unit is the unit to start, by default the service of the same name.
	Unit string `parse:"trigger-unit" level:"enforced"`
}
