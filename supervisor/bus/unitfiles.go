package bus

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
	"pintle/units/install"
)

// managerFiles are about unit files and how they are installed. They look at files and not at units, so they run
// aside, one at a time.
func managerFiles() []Method {
	list := []Method{
		{Name: "ListUnitFiles", Out: "a(ss)", Args: "unit_files", Do: listUnitFiles},
		{Name: "ListUnitFilesByPatterns", In: "asas", Out: "a(ss)", Args: "states patterns unit_files", Do: listUnitFiles},
		{Name: "GetUnitFileState", In: "s", Out: "s", Args: "file state", Do: unitFileState},
		{Name: "GetUnitFileLinks", In: "sb", Out: "as", Args: "name runtime links", Do: unitFileLinks},
		{Name: "GetDefaultTarget", Out: "s", Args: "name", Do: defaultTarget},

		{Name: "EnableUnitFiles", In: "asbb", Out: "ba(sss)", Args: "files runtime force carries_install_info changes", Do: enableUnitFiles},
		{Name: "DisableUnitFiles", In: "asb", Out: "a(sss)", Args: "files runtime changes", Do: disableUnitFiles},
		{Name: "EnableUnitFilesWithFlags", In: "ast", Out: "ba(sss)", Args: "files flags carries_install_info changes", Do: enableUnitFiles},
		{Name: "DisableUnitFilesWithFlags", In: "ast", Out: "a(sss)", Args: "files flags changes", Do: disableUnitFiles},
		{Name: "DisableUnitFilesWithFlagsAndInstallInfo", In: "ast", Out: "ba(sss)", Args: "files flags carries_install_info changes", Do: disableUnitFiles},
		{Name: "ReenableUnitFiles", In: "asbb", Out: "ba(sss)", Args: "files runtime force carries_install_info changes", Do: reenableUnitFiles},
		{Name: "LinkUnitFiles", In: "asbb", Out: "a(sss)", Args: "files runtime force changes", Do: linkUnitFiles},
		{Name: "PresetUnitFiles", In: "asbb", Out: "ba(sss)", Args: "files runtime force carries_install_info changes", Do: presetUnitFiles},
		{Name: "PresetUnitFilesWithMode", In: "assbb", Out: "ba(sss)", Args: "files mode runtime force carries_install_info changes", Do: presetUnitFiles},
		{Name: "MaskUnitFiles", In: "asbb", Out: "a(sss)", Args: "files runtime force changes", Do: maskUnitFiles},
		{Name: "UnmaskUnitFiles", In: "asb", Out: "a(sss)", Args: "files runtime changes", Do: unmaskUnitFiles},
		{Name: "RevertUnitFiles", In: "as", Out: "a(sss)", Args: "files changes", Do: revertUnitFiles},
		{Name: "SetDefaultTarget", In: "sb", Out: "a(sss)", Args: "name force changes", Do: setDefaultTarget},
		{Name: "PresetAllUnitFiles", In: "sbb", Out: "a(sss)", Args: "mode runtime force changes", Do: presetAllUnitFiles},
		{Name: "AddDependencyUnitFiles", In: "asssbb", Out: "a(sss)", Args: "files target type runtime force changes", Do: addDependencyUnitFiles},
	}
	for i := range list {
		list[i].Aside = true
		list[i].Privileged = i >= 5 // these change something
	}
	return list
}

// fileChange is one change of unit files, as clients get it.
type fileChange struct{ Type, Path, Source string }

// installed answers a call with what was done to unit files. Who listens is told that something was; the manager
// goes on with the units as it has read them.
func (c *Call) installed(do func(*install.Files) install.Result) ([]any, error) {
	c.Server.filesMu.Lock()
	res := do(c.Server.config.Files)
	c.Server.filesMu.Unlock()
	if res.Changed() {
		c.Server.config.Do(func() {
			c.Manager().UnitFilesChanged()
			c.Server.UnitFilesChanged()
		})
	}
	if res.Err != nil {
		return nil, installError(res)
	}
	changes := []fileChange{}
	for _, change := range res.Changes {
		if change.Good() {
			changes = append(changes, fileChange{string(change.Type), change.Path, change.Source})
		}
	}
	if len(changes) == 0 && res.Failure() != nil {
		return nil, installError(res)
	}
	if c.method.Out == "a(sss)" {
		return []any{changes}, nil
	}
	return []any{res.InstallInfo, changes}, nil
}

// installError is the answer to what could not be done.
func installError(res install.Result) error {
	f := res.Failure()
	if f == nil {
		return res.Err
	}
	name := f.BusName()
	if name == "" {
		name = supervisor.ErrnoName(f.Errno)
	}
	return Errorf(name, "%s", f.Error())
}

// flags are the bits of the methods …WithFlags (org.freedesktop.systemd1(5)).
const (
	flagRuntime = 1 << iota
	flagForce
	flagPortable
)

// fileOptions are the last arguments of most methods: runtime and perhaps force, or flags.
func (c *Call) fileOptions(from int) (opts install.Options, err error) {
	if flags, ok := c.Args[from].(uint64); ok {
		if flags&^uint64(flagRuntime|flagForce|flagPortable) != 0 {
			return opts, unix.EINVAL
		}
		return install.Options{Runtime: flags&flagRuntime != 0, Force: flags&flagForce != 0, Portable: flags&flagPortable != 0}, nil
	}
	opts.Runtime = c.Bool(from)
	if len(c.Args) > from+1 {
		opts.Force = c.Bool(from + 1)
	}
	return opts, nil
}

// onFiles makes a handler of what is done to files named by the first argument.
func (c *Call) onFiles(do func(f *install.Files, names []string, opts install.Options) install.Result) ([]any, error) {
	opts, err := c.fileOptions(1)
	if err != nil {
		return nil, err
	}
	return c.installed(func(f *install.Files) install.Result { return do(f, c.Texts(0), opts) })
}

func enableUnitFiles(c *Call) ([]any, error)   { return c.onFiles((*install.Files).Enable) }
func disableUnitFiles(c *Call) ([]any, error)  { return c.onFiles((*install.Files).Disable) }
func reenableUnitFiles(c *Call) ([]any, error) { return c.onFiles((*install.Files).Reenable) }
func linkUnitFiles(c *Call) ([]any, error)     { return c.onFiles((*install.Files).Link) }
func maskUnitFiles(c *Call) ([]any, error)     { return c.onFiles((*install.Files).Mask) }
func unmaskUnitFiles(c *Call) ([]any, error)   { return c.onFiles((*install.Files).Unmask) }

func revertUnitFiles(c *Call) ([]any, error) {
	return c.installed(func(f *install.Files) install.Result { return f.Revert(c.Texts(0)) })
}

func presetUnitFiles(c *Call) ([]any, error) {
	from, mode := 1, ""
	if c.method.In == "assbb" {
		from, mode = 2, c.Text(1)
	}
	opts, err := c.presetOptions(mode, from)
	if err != nil {
		return nil, err
	}
	return c.installed(func(f *install.Files) install.Result { return f.Preset(c.Texts(0), opts) })
}

func presetAllUnitFiles(c *Call) ([]any, error) {
	opts, err := c.presetOptions(c.Text(0), 1)
	if err != nil {
		return nil, err
	}
	return c.installed(func(f *install.Files) install.Result { return f.PresetAll(opts) })
}

func (c *Call) presetOptions(mode string, from int) (install.Options, error) {
	opts, err := c.fileOptions(from)
	if err == nil {
		opts.Mode, err = install.ParsePresetMode(mode)
	}
	if err != nil {
		return opts, unix.EINVAL
	}
	return opts, nil
}

func setDefaultTarget(c *Call) ([]any, error) {
	return c.installed(func(f *install.Files) install.Result {
		return f.SetDefault(c.Text(0), install.Options{Force: c.Bool(1)})
	})
}

func addDependencyUnitFiles(c *Call) ([]any, error) {
	opts, err := c.fileOptions(3)
	if err != nil {
		return nil, err
	}
	return c.installed(func(f *install.Files) install.Result {
		return f.AddDependency(c.Texts(0), c.Text(1), units.Dependency(c.Text(2)), opts)
	})
}

func listUnitFiles(c *Call) ([]any, error) {
	var states, patterns []string
	if len(c.Args) > 0 {
		states, patterns = c.Texts(0), c.Texts(1)
	}
	c.Server.filesMu.Lock()
	defer c.Server.filesMu.Unlock()
	files, err := c.Server.config.Files.List(states, patterns)
	if err != nil {
		return nil, err
	}
	rows := make([]struct{ Path, State string }, len(files))
	for i, f := range files {
		rows[i].Path, rows[i].State = f.Path, string(f.State)
	}
	return []any{rows}, nil
}

func unitFileState(c *Call) ([]any, error) {
	c.Server.filesMu.Lock()
	defer c.Server.filesMu.Unlock()
	state, _, err := c.Server.config.Files.State(c.Text(0))
	if err != nil {
		return nil, errnoIn(err)
	}
	return []any{string(state)}, nil
}

func unitFileLinks(c *Call) ([]any, error) {
	c.Server.filesMu.Lock()
	defer c.Server.filesMu.Unlock()
	links, err := c.Server.config.Files.LinksOf(c.Text(0), install.Options{Runtime: c.Bool(1)})
	if err != nil {
		return nil, errnoIn(err)
	}
	return []any{append([]string{}, links...)}, nil
}

func defaultTarget(c *Call) ([]any, error) {
	c.Server.filesMu.Lock()
	defer c.Server.filesMu.Unlock()
	name, _, err := c.Server.config.Files.Default()
	if err != nil {
		return nil, errnoIn(err)
	}
	return []any{name}, nil
}

// errnoIn is the error number in an error: clients say themselves what it was about.
func errnoIn(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
