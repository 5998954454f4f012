package pid1

import (
	"fmt"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
	"pintle/units"
)

// alarm is the one timer of PID 1's loop: a timerfd(2) among the other descriptors. A timer of the Go runtime
// would not do: one that is stopped or moved still wakes its thread at the time it was first set to, and a
// container whose services are all up has dozens of start timeouts that never came.
type alarm struct {
	fd int
	at units.Usec // CLOCK_MONOTONIC; Infinity: not set
}

// newAlarm makes an alarm that calls fire, from the set, once for each time it is set.
func newAlarm(set *epoll.Set, fire func()) (*alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("cannot create a timer: %w", err)
	}
	a := &alarm{fd: fd, at: units.Infinity}
	err = set.Add(fd, epoll.In, func(uint32) {
		var count [8]byte
		if _, err := unix.Read(fd, count[:]); err != nil {
			return // it was set anew after it had gone off
		}
		a.at = units.Infinity
		fire()
	})
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return a, nil
}

// set makes the alarm go off at an instant, which may be past; Infinity silences it.
func (a *alarm) set(at units.Usec) {
	if at == a.at {
		return
	}
	a.at = at
	var spec unix.ItimerSpec // zero: disarmed
	if at != units.Infinity {
		at = max(at, 1)
		spec.Value = unix.Timespec{Sec: int64(at / 1_000_000), Nsec: int64(at % 1_000_000 * 1000)}
	}
	_ = unix.TimerfdSettime(a.fd, unix.TFD_TIMER_ABSTIME, &spec, nil)
}
