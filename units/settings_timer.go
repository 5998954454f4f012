package units

// TimerSettings are the settings of [Timer] (systemd.timer(5)).
type TimerSettings struct {
	// Triggers are the On…Sec= and OnCalendar= settings in the order of the file; an empty one resets them all.
	Triggers []TimerSpec `parse:"timer" names:"OnActiveSec,OnBootSec,OnStartupSec,OnUnitActiveSec,OnUnitInactiveSec,OnCalendar" level:"enforced"`
	// OnClockChange: TFD_TIMER_CANCEL_ON_SET / watch /etc/localtime
	OnClockChange bool `parse:"bool" level:"enforced"`
	// OnTimezoneChange: TFD_TIMER_CANCEL_ON_SET / watch /etc/localtime
	OnTimezoneChange bool `parse:"bool" level:"enforced"`
	// Persistent: stamp file /var/lib/systemd/timers/stamp-NAME mtime; elapse at start if missed
	Persistent bool `parse:"bool" level:"enforced"`
	// WakeSystem: CLOCK_*_ALARM needs CAP_WAKE_ALARM; fall back to normal clock
	WakeSystem bool `parse:"bool" level:"accepted" why:"wake"`
	// RemainAfterElapse: as documented; AccuracySec default 1min, no early elapse
	RemainAfterElapse bool `parse:"bool" level:"enforced" default:"yes"`
	// FixedRandomDelay: as documented; AccuracySec default 1min, no early elapse
	FixedRandomDelay bool `parse:"bool" level:"enforced"`
	// AccuracySec: as documented; AccuracySec default 1min, no early elapse
	AccuracySec Usec `parse:"sec" level:"enforced" default:"1min"`
	// RandomizedDelaySec: as documented; AccuracySec default 1min, no early elapse
	RandomizedDelaySec Usec `parse:"sec" level:"enforced"`
	// Unit: as documented; AccuracySec default 1min, no early elapse
	Unit string `parse:"trigger-unit" level:"enforced"`
}
