package supervisor

import (
	"strconv"
	"syscall"

	"pintle/units"
)

// commandsOf is the list of commands of a role.
func (s *service) commandsOf(role Role) []units.Command {
	switch role {
	case RoleCondition:
		return s.cfg.ExecCondition
	case RoleStartPre:
		return s.cfg.ExecStartPre
	case RoleStart:
		return s.cfg.ExecStart
	case RoleStartPost:
		return s.cfg.ExecStartPost
	case RoleReload:
		return s.cfg.ExecReload
	case RoleStop:
		return s.cfg.ExecStop
	case RoleStopPost:
		return s.cfg.ExecStopPost
	}
	return nil
}

// runControl starts a command as the control process, with the timeout of its phase.
func (s *service) runControl(role Role, i int) error {
	s.forgetControl()
	pid, err := s.spawn(role, i, role != RoleStart)
	if err != nil {
		return err
	}
	s.control, s.controlRole, s.controlIdx = pid, role, i
	switch role {
	case RoleStop, RoleStopPost:
		s.armStop()
	default:
		s.armAfter(s.cfg.TimeoutStartSec)
	}
	return nil
}

// runMain starts a command of ExecStart= as the main process.
func (s *service) runMain(i int) error {
	s.mainIndex = -1
	pid, err := s.spawn(RoleStart, i, false)
	if err != nil {
		return err
	}
	switch s.cfg.Type {
	case units.TypeSimple, units.TypeIdle:
		s.timer = units.Infinity
	default:
		s.armAfter(s.cfg.TimeoutStartSec)
	}
	s.setMain(pid)
	s.mainIndex = i
	s.mainStat = s.commands[RoleStart][i]
	return nil
}

// spawn starts a process of the service. What is not set here the host adds.
func (s *service) spawn(role Role, i int, control bool) (int, error) {
	cmds := s.commandsOf(role)
	sp := &Spawn{
		Role: role, Command: cmds[i], Stdin: -1, Env: s.environment(role),
		RootOnly: control && (s.cfg.PermissionsStartOnly || s.cfg.RootDirectoryStartOnly),
	}
	switch s.notifyAccess() {
	case units.NotifyExec, units.NotifyAll:
		sp.Notify = true
	case units.NotifyMain:
		sp.Notify = !control
	}
	if !control {
		s.descriptors(sp)
		sp.Watchdog = s.watchdogSpan()
		sp.ReportExec = s.cfg.Type == units.TypeExec
	}
	pid, err := s.u.spawn(sp)
	if err != nil {
		s.u.log(LevelError, "cannot start %s: %v", cmds[i].Path, err)
		return 0, err
	}
	if s.commands == nil {
		s.commands = make(map[Role][]ExecStatus, 2)
	}
	if s.commands[role] == nil {
		s.commands[role] = make([]ExecStatus, len(cmds))
	}
	s.commands[role][i] = ExecStatus{PID: pid, Start: s.u.now()}
	return pid, nil
}

// environment is what the manager tells a command beyond the unit's own settings (systemd.exec(5),
// "Environment Variables in Spawned Processes").
func (s *service) environment(role Role) []string {
	var env []string
	if s.main.pid != 0 {
		env = append(env, "MAINPID="+strconv.Itoa(s.main.pid))
	}
	if s.cfg.PIDFile != "" {
		env = append(env, "PIDFILE="+s.cfg.PIDFile)
	}
	switch role {
	case RoleStop, RoleStopPost:
		env = append(env, s.resultEnv("")...)
	}
	return env
}

// resultEnv is $SERVICE_RESULT, and for a main process that has come and gone $EXIT_CODE and $EXIT_STATUS.
func (s *service) resultEnv(prefix string) []string {
	env := []string{prefix + "SERVICE_RESULT=" + string(s.res)}
	if s.mainStat.PID == 0 || s.mainStat.Code == CodeNone {
		return env
	}
	status := strconv.Itoa(s.mainStat.Status)
	if s.mainStat.Code != CodeExited {
		status = units.SignalName(syscall.Signal(s.mainStat.Status))
	}
	return append(env, prefix+"EXIT_CODE="+s.mainStat.Code.String(), prefix+"EXIT_STATUS="+status)
}

// connect gives the next run a connection (Accept=yes), and what is known of its peer.
func (s *service) connect(fd int, env []string) {
	s.connection, s.connectionEnv = descriptor(fd), env
}

// descriptors are what the main process gets: its sockets, or its connection, and then the fd store. With
// StandardInput=socket, or one of the others, the only one is that stream, and there is nothing else (systemd.exec(5)).
func (s *service) descriptors(sp *Spawn) {
	sp.Env = append(sp.Env, s.connectionEnv...)
	sockets := s.u.listenFDs()
	if s.connection >= 0 {
		sockets = []FD{{FD: int(s.connection), Name: "connection"}}
	}
	x := s.u.Exec
	for _, stream := range []units.Stdio{x.StandardInput, x.StandardOutput, x.StandardError} {
		if stream.Kind == units.StdioSocket && len(sockets) == 1 {
			sp.Stdin = sockets[0].FD
			return
		}
	}
	sp.FDs, sp.Sockets = append(sockets, s.store...), len(sockets)
}

// disconnect lets go of the connection: it is for one run only.
func (s *service) disconnect() {
	if s.connection >= 0 {
		s.u.host().CloseFDs([]FD{{FD: int(s.connection)}})
		s.connection, s.connectionEnv = -1, nil
	}
}
