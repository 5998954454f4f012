package bus

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// managerState are the methods of the manager's object that are about the manager itself.
func managerState() []Method {
	return []Method{
		{Name: "SetShowStatus", In: "s", Args: "mode", Privileged: true, Do: setShowStatus},
		{Name: "Dump", Out: "s", Args: "output", Do: dumpText},
		{Name: "DumpUnitsMatchingPatterns", In: "as", Out: "s", Args: "patterns output", Do: dumpText},
		{Name: "DumpByFileDescriptor", Out: "h", Args: "fd", Do: dumpFD},
		{Name: "DumpUnitsMatchingPatternsByFileDescriptor", In: "as", Out: "h", Args: "patterns fd", Do: dumpFD},
		{Name: "Reload", Privileged: true, Do: reloadAll},
		{Name: "Reexecute", Privileged: true, Do: func(c *Call) ([]any, error) { return nil, c.Server.config.Host.Reexecute() }},
		{Name: "Exit", Privileged: true, Do: leave("exit-force")},
		{Name: "Reboot", Privileged: true, Do: leave("reboot-force")},
		{Name: "SoftReboot", In: "s", Args: "new_root", Privileged: true, Do: unsupported("Soft reboot is not supported in a container.")},
		{Name: "PowerOff", Privileged: true, Do: leave("poweroff-force")},
		{Name: "Halt", Privileged: true, Do: leave("halt-force")},
		{Name: "KExec", Privileged: true, Do: unsupported("KExec is not supported in a container.")},
		{Name: "SwitchRoot", In: "ss", Args: "new_root init", Privileged: true, Do: unsupported("Not in initrd, refusing switch-root operation.")},
		{Name: "SetExitCode", In: "y", Args: "number", Privileged: true, Do: func(c *Call) ([]any, error) {
			c.Server.config.Host.SetExitCode(c.Args[0].(byte))
			return nil, nil
		}},
		{Name: "SetEnvironment", In: "as", Args: "assignments", Privileged: true, Do: func(c *Call) ([]any, error) { return c.environ(nil, c.Texts(0)) }},
		{Name: "UnsetEnvironment", In: "as", Args: "names", Privileged: true, Do: func(c *Call) ([]any, error) { return c.environ(c.Texts(0), nil) }},
		{Name: "UnsetAndSetEnvironment", In: "asas", Args: "names assignments", Privileged: true, Do: func(c *Call) ([]any, error) { return c.environ(c.Texts(0), c.Texts(1)) }},
		{Name: "LookupDynamicUserByName", In: "s", Out: "u", Args: "name uid", Do: dynamicUserByName},
		{Name: "LookupDynamicUserByUID", In: "u", Out: "s", Args: "uid name", Do: dynamicUserByUID},
		{Name: "GetDynamicUsers", Out: "a(us)", Args: "users", Do: func(c *Call) ([]any, error) {
			return []any{append([]DynamicUser{}, c.Server.config.Host.DynamicUsers()...)}, nil
		}},
	}
}

// reloadAll reads all unit files anew; the answer comes when that is done.
func reloadAll(c *Call) ([]any, error) {
	s := c.Server
	s.emit(dbus.ObjectPath(managerPath), ManagerName, "Reloading", "b", true)
	err := s.config.Host.Reload()
	s.emit(dbus.ObjectPath(managerPath), ManagerName, "Reloading", "b", false)
	return nil, err
}

// leave ends PID 1 without stopping units first (systemctl --force poweroff).
func leave(action units.EmergencyAction) func(*Call) ([]any, error) {
	return func(c *Call) ([]any, error) {
		c.Server.config.Host.Shutdown(supervisor.Objective{Action: action, Reason: "a client has asked for it"})
		return nil, nil
	}
}

func unsupported(why string) func(*Call) ([]any, error) {
	return func(*Call) ([]any, error) { return nil, Errorf(ErrNotSupported, "%s", why) }
}

func setShowStatus(c *Call) ([]any, error) {
	mode := c.Text(0)
	if b, err := units.ParseBool(mode); err == nil {
		mode = units.YesNo(b)
	}
	if !slices.Contains([]string{"", "no", "error", "auto", "temporary", "yes"}, mode) {
		return nil, Errorf(ErrInvalidArgs, "Invalid show status '%s'", c.Text(0))
	}
	c.Server.config.Host.SetShowStatus(mode)
	return nil, nil
}

// environ changes what every process of a unit starts with from now on.
func (c *Call) environ(unset, set []string) ([]any, error) {
	for _, s := range unset {
		if !units.ValidEnvName(s) && !units.ValidAssignment(s) {
			return nil, Errorf(ErrInvalidArgs, "Invalid environment variable names or assignments")
		}
	}
	names := map[string]bool{}
	for _, s := range set {
		name, _, _ := strings.Cut(s, "=")
		if !units.ValidAssignment(s) || names[name] {
			return nil, Errorf(ErrInvalidArgs, "Invalid environment assignments")
		}
		names[name] = true
	}
	c.Server.config.Host.Environ(unset, set)
	return nil, nil
}

func dynamicUserByName(c *Call) ([]any, error) {
	for _, u := range c.Server.config.Host.DynamicUsers() {
		if u.Name == c.Text(0) {
			return []any{u.UID}, nil
		}
	}
	return nil, Errorf("org.freedesktop.systemd1.NoSuchDynamicUser", "Dynamic user %s does not exist.", c.Text(0))
}

func dynamicUserByUID(c *Call) ([]any, error) {
	for _, u := range c.Server.config.Host.DynamicUsers() {
		if u.UID == c.Uint(0) {
			return []any{u.Name}, nil
		}
	}
	return nil, Errorf("org.freedesktop.systemd1.NoSuchDynamicUser", "Dynamic user ID %d does not exist.", c.Uint(0))
}

// dump is what is known of the units that match one of the patterns which the call has, or of all.
func (c *Call) dump() string {
	var filter supervisor.Filter
	if len(c.Args) > 0 {
		filter.Patterns = c.Texts(0)
	}
	return c.Manager().Describe(filter)
}

func dumpText(c *Call) ([]any, error) { return []any{c.dump()}, nil }

// dumpFD answers with a file that holds the text, as that may be larger than a message.
func dumpFD(c *Call) ([]any, error) {
	fd, err := unix.MemfdCreate("dump", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	for text := []byte(c.dump()); len(text) > 0 && err == nil; {
		var n int
		if n, err = unix.Write(fd, text); err == nil {
			text = text[n:]
		}
	}
	if err == nil {
		_, err = unix.Seek(fd, 0, unix.SEEK_SET)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return []any{dbus.UnixFD(fd)}, nil
}
