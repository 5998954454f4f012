package supervisor

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pintle/units"
)

// notifyData is what a service has said of itself by sd_notify(3) since its start.
type notifyData struct {
	phase       notifyPhase
	reloadBegin units.Usec // CLOCK_MONOTONIC when the last reload was asked for
	status      string     // STATUS=
	errno       int        // ERRNO=
	busError    string     // BUSERROR=
	access      units.NotifyAccess
	watchdog    units.Usec // WATCHDOG_USEC=, if watchdogSet
	watchdogSet bool
}

// notifyPhase is the last of READY=1, RELOADING=1, STOPPING=1.
type notifyPhase int

const (
	phaseNone notifyPhase = iota
	phaseReady
	phaseReloading
	phaseStopping
)

// maxStatus bounds STATUS=, which is kept for as long as the service runs.
const maxStatus = 8 << 10

// notifyAccess is NotifyAccess=, or what NOTIFYACCESS= has put in its place. What cannot work without it
// implies it.
func (s *service) notifyAccess() units.NotifyAccess {
	if s.notify.access != "" {
		return s.notify.access
	}
	access := s.cfg.NotifyAccess
	if access == "" || access == units.NotifyNone {
		if s.notifies() || s.cfg.WatchdogSec > 0 && s.cfg.WatchdogSec != units.Infinity || s.cfg.FileDescriptorStoreMax > 0 {
			return units.NotifyMain
		}
		return units.NotifyNone
	}
	return access
}

// mayNotify checks the sender of a message.
func (s *service) mayNotify(pid int) bool {
	switch s.notifyAccess() {
	case units.NotifyAll:
		return true
	case units.NotifyExec:
		return pid != 0 && (pid == s.main.pid || pid == s.control)
	case units.NotifyMain:
		return pid != 0 && pid == s.main.pid
	}
	return false
}

// event: a message, or something else that only some states wait for.
func (s *service) event(e Event) {
	switch e := e.(type) {
	case Executed:
		if s.cfg.Type == units.TypeExec && s.sub == ServiceStart && e.PID == s.main.pid {
			s.step(becameReady, ResultSuccess)
		}
	case Notification:
		s.notified(&e)
	case PathChanged:
		s.retryPIDFile()
	case StoredHangup:
		s.dropStored(e.FD)
	case BusNameOwner:
		s.busNameChanged(e.Owned)
	case Cleaned:
		if e.Err != nil {
			s.u.log(LevelWarning, "cannot clean: %v", e.Err)
			s.cleaned(ResultExitCode)
		} else {
			s.cleaned(ResultSuccess)
		}
	}
}

func (s *service) busNameChanged(owned bool) {
	if s.cfg.Type != units.TypeDBus {
		return
	}
	s.busOwned = owned
	switch {
	case !owned:
		s.step(lostBusName, ResultSuccess)
	case s.sub == ServiceStart:
		s.step(becameReady, ResultSuccess)
	}
}

// notified takes one datagram. Fields that are unknown or make no sense are ignored one by one, as sd_notify(3)
// has it; descriptors that nothing took are closed.
func (s *service) notified(n *Notification) {
	fds := n.FDs
	defer func() {
		if len(fds) > 0 {
			closing := make([]FD, len(fds))
			for i, fd := range fds {
				closing[i] = FD{FD: fd}
			}
			s.u.host().CloseFDs(closing)
		}
	}()
	if !s.mayNotify(n.PID) {
		s.u.log(LevelWarning, "Ignored a notification from process %d: NotifyAccess=%s does not allow it", n.PID, s.notifyAccess())
		return
	}
	m := fields(n.Fields)
	if _, ok := m["BARRIER"]; ok && len(n.Fields) == 1 {
		return // closing the descriptor is the answer
	}
	s.mainPIDClaimed(m, n.UID)
	if access, ok := m["NOTIFYACCESS"]; ok {
		switch a := units.NotifyAccess(access); a {
		case units.NotifyNone, units.NotifyMain, units.NotifyExec, units.NotifyAll:
			s.notify.access = a
		}
	}
	s.said(m)
	if text, ok := m["STATUS"]; ok && utf8.ValidString(text) {
		s.notify.status = text[:min(len(text), maxStatus)]
	}
	if v, ok := number(m, "ERRNO", 4095); ok {
		s.notify.errno = int(v)
	}
	if v, ok := m["BUSERROR"]; ok && len(v) < 256 && utf8.ValidString(v) {
		s.notify.busError = v
	}
	if v, ok := number(m, "EXTEND_TIMEOUT_USEC", 1<<62); ok {
		s.extendTimeout(units.Usec(v))
	}
	if v, ok := number(m, "WATCHDOG_USEC", 1<<62); ok {
		s.notify.watchdog, s.notify.watchdogSet = units.Usec(v), true
		if serviceStates[s.sub].guarded {
			s.startWatchdog()
			s.rearm()
		}
	}
	switch m["WATCHDOG"] {
	case "1":
		if s.watchdogAt != units.Infinity {
			s.startWatchdog()
			s.rearm()
		}
	case "trigger":
		s.u.log(LevelWarning, "The service asks for its watchdog to bite.")
		if !s.u.m.watchdogsOff {
			s.step(watchdogBit, ResultSuccess)
		}
	}
	if m["FDSTOREREMOVE"] == "1" {
		if name := m["FDNAME"]; name != "" {
			s.removeStored(name)
		}
	} else if m["FDSTORE"] == "1" {
		fds = s.keep(fds, m["FDNAME"], m["FDPOLL"] != "0")
	}
}

// said takes READY=1, RELOADING=1 and STOPPING=1; of several in one message the most final counts.
func (s *service) said(m map[string]string) {
	switch {
	case m["STOPPING"] == "1":
		s.notify.phase = phaseStopping
		s.step(isStopping, ResultSuccess)
	case m["READY"] == "1":
		s.notify.phase = phaseReady
		switch {
		case s.notifies() && s.sub == ServiceStart, s.sub == ServiceReloadNotify,
			s.sub == ServiceReloadSignal && m["RELOADING"] == "1" && s.answersReload(m):
			s.step(becameReady, ResultSuccess)
		}
	case m["RELOADING"] == "1":
		if s.cfg.Type == units.TypeNotifyReload && s.sub == ServiceReloadSignal && !s.answersReload(m) {
			return
		}
		s.notify.phase = phaseReloading
		s.step(isReloading, ResultSuccess)
	}
}

// answersReload tells whether RELOADING=1 is the answer to the last reload signal and not to an earlier one.
func (s *service) answersReload(m map[string]string) bool {
	since, ok := number(m, "MONOTONIC_USEC", 1<<63)
	return ok && units.Usec(since) >= s.notify.reloadBegin
}

// mainPIDClaimed takes MAINPID=, after the checks that it is a process that may be meant.
func (s *service) mainPIDClaimed(m map[string]string, uid uint32) {
	v, ok := number(m, "MAINPID", 1<<22)
	if !ok {
		return
	}
	switch t := serviceStates[s.sub]; {
	case t.main && t.active != Deactivating:
	default:
		return
	}
	pid := int(v)
	if s.main.known && pid == s.main.pid {
		return
	}
	confirmed, err := s.suitable(pid)
	if err != nil {
		s.u.log(LevelWarning, "Ignored MAINPID=%d: %v", pid, err)
		return
	}
	if !confirmed && uid != 0 {
		s.u.log(LevelWarning, "Ignored MAINPID=%d: the process does not belong to the service", pid)
		return
	}
	s.adoptMain(pid)
}

// fields splits NAME=VALUE lines; the last of a name counts.
func fields(lines []string) map[string]string {
	m := make(map[string]string, len(lines))
	for _, line := range lines {
		if name, value, ok := strings.Cut(line, "="); ok {
			m[name] = value
		}
	}
	return m
}

// number is the value of a field as a decimal number below a limit.
func number(m map[string]string, name string, limit uint64) (uint64, bool) {
	text, ok := m[name]
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(text, 10, 64)
	return v, err == nil && v <= limit
}
