package pid1

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// process is one process to start, with everything resolved that can be resolved before it exists.
type process struct {
	unit        *units.Unit
	exec        *units.ExecSettings
	command     units.Command
	user        identity
	vars        []string // variables that follow from the settings
	streams     [3]stream
	fds         []int // descriptors for 3, 4, …
	listenNames []string
	closing     []int // descriptors of our own to close once the process exists
	sandbox     bool  // capabilities, securebits, no_new_privs apply ("+" turns them off)
	chroot      bool

	calls []call
	paths []string
	argv  []string
	env   []string
}

// identity is who a process runs as.
type identity struct {
	account
	setUID, setGID bool
	groups         []uint32 // nil: those of PID 1
	login          bool     // set $LOGNAME, $HOME and $SHELL
	dynamic        bool
}

// setupError is a failure that belongs to the new process: it is started only to exit with that status.
type setupError struct {
	step step
	err  error
}

func (e *setupError) Error() string { return e.err.Error() }
func (e *setupError) Unwrap() error { return e.err }

func failed(s step, format string, args ...any) error {
	return &setupError{s, fmt.Errorf(format, args...)}
}

// resolve works out everything about a process but its system calls.
func (s *Spawner) resolve(sp *supervisor.Spawn) (*process, error) {
	p := &process{unit: sp.Unit, exec: sp.Unit.Exec, command: sp.Command}
	if p.exec == nil {
		p.exec = &units.ExecSettings{UMask: 0o022, IgnoreSIGPIPE: true}
	}
	privileged := sp.Command.Privileged || sp.RootOnly
	p.sandbox = !privileged
	p.chroot = !privileged
	setuid := !privileged && !sp.Command.NoSetuid
	if s.rootStartOnly(sp) {
		p.chroot = false
	}

	var err error
	if p.user, err = s.identityOf(sp.Unit, p.exec); err != nil {
		return p, err
	}
	p.loginVars(s.cfg.NamelessUser)
	if setting := insistent(p.exec); setting != "" && p.sandbox {
		return p, failed(stepNamespace, "cannot apply %s= without a mount namespace, and the service must not run without it", setting)
	}
	if err := s.directories(p); err != nil {
		return p, err
	}
	if err := s.credentials(p); err != nil {
		return p, err
	}
	if !setuid {
		p.user.setUID, p.user.setGID, p.user.groups = false, false, nil
	}
	if err := s.descriptors(sp, p); err != nil {
		return p, err
	}
	if err := s.connect(sp, p); err != nil {
		return p, err
	}
	env, err := s.environment(sp, p)
	if err != nil {
		return p, err
	}
	p.env = env
	p.argv = sp.Command.Argv
	if len(p.argv) == 0 {
		p.argv = []string{sp.Command.Path}
	}
	if !sp.Command.NoEnvExpand && slices.ContainsFunc(p.argv[1:], func(a string) bool { return strings.Contains(a, "$") }) {
		// The name of the program is never expanded.
		rest, _, _ := units.ExpandArgv(p.argv[1:], env)
		p.argv = append([]string{p.argv[0]}, rest...)
	}
	p.paths = s.candidates(p)
	return p, nil
}

// rootStartOnly tells whether RootDirectoryStartOnly= keeps this process out of the root directory.
func (s *Spawner) rootStartOnly(sp *supervisor.Spawn) bool {
	return sp.Unit.Service != nil && sp.Unit.Service.RootDirectoryStartOnly && sp.Role != supervisor.RoleStart
}

// candidates are the files that may be the program, in the order to try them.
func (s *Spawner) candidates(p *process) []string {
	if strings.Contains(p.command.Path, "/") {
		return []string{p.command.Path}
	}
	dirs := p.exec.ExecSearchPath
	if len(dirs) == 0 {
		dirs = strings.Split(DefaultPath, ":")
	}
	paths := make([]string, len(dirs))
	for i, dir := range dirs {
		paths[i] = dir + "/" + p.command.Path
	}
	return paths
}

// identityOf finds the user and groups of a unit's processes (systemd.exec(5), "User/group identity").
func (s *Spawner) identityOf(u *units.Unit, x *units.ExecSettings) (identity, error) {
	me := s.cfg.Identity
	id := identity{}
	id.uid, id.gid = me.UID, me.GID
	switch {
	case x.User == "" && x.DynamicUser:
		if a, ok := s.dynamicUser(u.Name); ok {
			id.account, id.dynamic = a, true
			id.setUID, id.setGID, id.groups = true, true, []uint32{a.gid}
			break
		}
		s.note(u.Name, "cannot give DynamicUser= an account of its own without CAP_SETUID: it runs as PID 1's user")
		id.account = s.self()
	case x.User != "":
		a, err := s.accounts.user(x.User)
		if err != nil && x.DynamicUser && me.can(capSetUID) {
			if a, ok := s.dynamicUser(x.User); ok {
				id.account, id.dynamic = a, true
				id.setUID, id.setGID, id.groups = true, true, []uint32{a.gid}
				break
			}
		}
		if err != nil && x.User == fmt.Sprint(me.UID) {
			a, err = account{x.User, me.UID, me.GID, "/", ""}, nil
		}
		if err != nil {
			return id, failed(stepUser, "cannot find User=%s: %w", x.User, err)
		}
		id.account = a
		id.setUID = a.uid != me.UID || me.can(capSetUID)
		id.setGID = a.gid != me.GID || me.can(capSetGID)
	default:
		id.account = s.self()
	}
	if x.Group != "" {
		gid, err := s.accounts.group(x.Group)
		if err != nil && !(id.dynamic && errors.Is(err, errNoAccount)) {
			if x.Group != fmt.Sprint(me.GID) {
				return id, failed(stepGroup, "cannot find Group=%s: %w", x.Group, err)
			}
			gid = me.GID
		}
		if err == nil || !id.dynamic {
			id.gid = gid
		}
		id.setGID = id.setGID || id.gid != me.GID
	}
	if x.User != "" && !id.dynamic && me.can(capSetGID) {
		id.groups = s.accounts.groupsOf(id.name, id.gid)
	}
	for _, name := range x.SupplementaryGroups {
		gid, err := s.accounts.group(name)
		if err != nil {
			return id, failed(stepGroup, "cannot find SupplementaryGroups=%s: %w", name, err)
		}
		if !slices.Contains(id.groups, gid) {
			id.groups = append(id.groups, gid)
		}
	}
	id.login = x.SetLoginEnvironment == units.Yes ||
		x.SetLoginEnvironment == units.Unset && (x.User != "" || x.DynamicUser)
	return id, nil
}

// self is PID 1's own account; its name is empty when no file knows it.
func (s *Spawner) self() account {
	if s.own == nil {
		a, err := s.accounts.user(fmt.Sprint(s.cfg.Identity.UID))
		if err != nil {
			a = account{}
		}
		a.uid, a.gid = s.cfg.Identity.UID, s.cfg.Identity.GID
		s.own = &a
	}
	return *s.own
}

// loginVars adds $USER and, for User=, $LOGNAME, $HOME and $SHELL; nothing without User= if nameless is set.
func (p *process) loginVars(nameless bool) {
	id := p.user
	if id.name == "" || nameless && !id.login {
		return
	}
	p.vars = append(p.vars, "USER="+id.name)
	if !id.login {
		return
	}
	p.vars = append(p.vars, "LOGNAME="+id.name)
	if id.home != "" && id.home != "/" && id.home != "/nonexistent" {
		p.vars = append(p.vars, "HOME="+id.home)
	}
	switch id.shell[strings.LastIndexByte(id.shell, '/')+1:] {
	case "", "nologin", "false":
	default:
		p.vars = append(p.vars, "SHELL="+id.shell)
	}
}

// descriptors collects what the process gets as 3, 4, …: sockets, stored descriptors and OpenFile= files.
func (s *Spawner) descriptors(sp *supervisor.Spawn, p *process) error {
	nonBlocking := sp.Unit.Service != nil && sp.Unit.Service.NonBlocking
	for i, fd := range sp.FDs {
		if i < sp.Sockets { // it does not block PID 1, which only waits for it
			_ = unix.SetNonblock(fd.FD, nonBlocking)
		}
		p.fds = append(p.fds, fd.FD)
		p.listenNames = append(p.listenNames, fd.Name)
	}
	if sp.Stdin > 0 {
		_ = unix.SetNonblock(sp.Stdin, false)
	}
	if sp.Role != supervisor.RoleStart || sp.Unit.Service == nil {
		return nil
	}
	for _, f := range sp.Unit.Service.OpenFile {
		fd, err := openListed(s.cfg.Root, f)
		if err != nil {
			if f.Graceful {
				s.note(p.unit.Name, fmt.Sprintf("cannot open OpenFile=%s: %v", f.Path, err))
				continue
			}
			return failed(stepFDs, "cannot open OpenFile=%s: %w", f.Path, err)
		}
		p.closing = append(p.closing, fd)
		p.fds = append(p.fds, fd)
		name := f.Name
		if name == "" {
			name = f.Path[strings.LastIndexByte(f.Path, '/')+1:]
		}
		p.listenNames = append(p.listenNames, name)
	}
	return nil
}

// home is where WorkingDirectory=~ leads.
func (p *process) home() string {
	if p.user.home == "" {
		return "/"
	}
	return p.user.home
}

// insistent names a setting that changes what a process finds in the file system. Without a mount namespace
// systemd leaves out what only hides or protects, but does not start a service without these.
func insistent(x *units.ExecSettings) string {
	for _, b := range slices.Concat(x.BindPaths, x.BindReadOnlyPaths) {
		if b.Source != b.Destination {
			return "BindPaths"
		}
	}
	switch {
	case len(x.TemporaryFileSystem) > 0:
		return "TemporaryFileSystem"
	case x.RootImage != "":
		return "RootImage"
	case len(x.MountImages) > 0:
		return "MountImages"
	case len(x.ExtensionImages) > 0:
		return "ExtensionImages"
	case len(x.ExtensionDirectories) > 0:
		return "ExtensionDirectories"
	}
	return ""
}
