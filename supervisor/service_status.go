package supervisor

import (
	"slices"

	"pintle/units"
)

// ServiceStatus is what systemctl show tells of a service beyond its settings: the run-time properties of
// org.freedesktop.systemd1.Service.
type ServiceStatus struct {
	SubState     ServiceState
	Result       Result
	ReloadResult Result
	CleanResult  Result

	MainPID    int // 0 if there is none, or if it is not known
	ControlPID int
	ExecMain   ExecStatus // the last main process
	NRestarts  uint

	StatusText     string // STATUS=
	StatusErrno    int    // ERRNO=
	StatusBusError string // BUSERROR=

	NotifyAccess         units.NotifyAccess // NotifyAccess=, or what NOTIFYACCESS= has put in its place
	WatchdogUSec         units.Usec         // in effect; 0 for none, and Infinity before the first start
	WatchdogAt           units.Usec         // monotonic instant at which the watchdog bites, or Infinity
	TimeoutAt            units.Usec         // monotonic instant at which the state's time is up, or Infinity
	RestartUSecNext      units.Usec         // the hold-off before the next automatic restart
	NFileDescriptorStore int
	FileDescriptorStore  []string // names, in the order of LISTEN_FDNAMES

	// Commands is the last run of each command, by list, in the order of the list; a list none of whose
	// commands has run since the last start is missing.
	Commands map[Role][]ExecStatus
}

// ServiceStatus is a copy of a service's status, or nil for a unit of another type.
func (u *Unit) ServiceStatus() *ServiceStatus {
	s, ok := u.kind.(*service)
	if !ok {
		return nil
	}
	st := &ServiceStatus{
		SubState: s.sub, Result: s.res, ReloadResult: s.reloadRes, CleanResult: s.cleanRes,
		MainPID: s.main.pid, ControlPID: s.control, ExecMain: s.mainStat, NRestarts: s.nRestarts,
		StatusText: s.notify.status, StatusErrno: s.notify.errno, StatusBusError: s.notify.busError,
		NotifyAccess: s.notifyAccess(), WatchdogUSec: units.Infinity,
		WatchdogAt: s.watchdogAt, TimeoutAt: s.timer, RestartUSecNext: s.restartDelay(),
		NFileDescriptorStore: len(s.store),
		Commands:             make(map[Role][]ExecStatus, len(s.commands)),
	}
	if u.invocationID != "" {
		st.WatchdogUSec = s.watchdogSpan()
	}
	for _, fd := range s.store {
		st.FileDescriptorStore = append(st.FileDescriptorStore, fd.Name)
	}
	for role, runs := range s.commands {
		st.Commands[role] = slices.Clone(runs)
	}
	return st
}
