package supervisor

import (
	"fmt"
	"strings"

	"pintle/units"
)

// The commands of stories about services.
func init() {
	// service UNIT…: what systemctl show tells of a service.
	storyCommands["service"] = func(s *story, w, _ []string) error {
		for _, name := range w {
			u := s.manager().Unit(name)
			if u == nil {
				fmt.Fprintf(&s.host.out, "%s: not held\n", name)
				continue
			}
			st := u.ServiceStatus()
			fmt.Fprintf(&s.host.out, "%s: %s, result %s, main %d, control %d, restarts %d", name, st.SubState, st.Result,
				st.MainPID, st.ControlPID, st.NRestarts)
			if st.ExecMain.PID != 0 {
				fmt.Fprintf(&s.host.out, ", last main %d %s/%d", st.ExecMain.PID, st.ExecMain.Code, st.ExecMain.Status)
			}
			if st.ReloadResult != ResultSuccess {
				fmt.Fprintf(&s.host.out, ", reload %s", st.ReloadResult)
			}
			if st.StatusText != "" || st.StatusErrno != 0 || st.StatusBusError != "" {
				fmt.Fprintf(&s.host.out, ", says %q %d %q", st.StatusText, st.StatusErrno, st.StatusBusError)
			}
			if st.NFileDescriptorStore > 0 {
				fmt.Fprintf(&s.host.out, ", keeps %s", strings.Join(st.FileDescriptorStore, ":"))
			}
			if st.WatchdogUSec != 0 && st.WatchdogUSec != units.Infinity {
				fmt.Fprintf(&s.host.out, ", watchdog %dms", st.WatchdogUSec/1000)
			}
			if st.TimeoutAt != units.Infinity {
				fmt.Fprintf(&s.host.out, ", %dms left", (st.TimeoutAt-s.host.clock)/1000)
			}
			s.host.out.WriteByte('\n')
		}
		return nil
	}
	// commands UNIT: the last run of each command.
	storyCommands["commands"] = func(s *story, w, _ []string) error {
		u := s.manager().Unit(w[0])
		if u == nil {
			return fmt.Errorf("%s is not held", w[0])
		}
		st := u.ServiceStatus()
		for _, role := range []Role{RoleCondition, RoleStartPre, RoleStart, RoleStartPost, RoleReload, RoleStop, RoleStopPost} {
			for i, run := range st.Commands[role] {
				fmt.Fprintf(&s.host.out, "%s[%d]: pid %d, %s/%d\n", role, i, run.PID, run.Code, run.Status)
			}
		}
		return nil
	}
	// notify-as UID PID FIELD…: a message from a user.
	storyCommands["notify-as"] = func(s *story, w, _ []string) error {
		var uid uint32
		fmt.Sscan(w[0], &uid)
		p := s.process(w[1])
		s.manager().Handle(Notification{PID: p.pid, UID: uid, Unit: p.unit, Fields: w[2:]})
		return nil
	}
	// stranger PID: a process of nobody's.
	storyCommands["stranger"] = func(s *story, w, _ []string) error {
		s.host.lastPID++
		s.host.procs[s.host.lastPID] = &fakeProcess{pid: s.host.lastPID}
		fmt.Fprintf(&s.host.out, "stranger %d\n", s.host.lastPID)
		return nil
	}
}
