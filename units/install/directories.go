package install

import (
	"os"
	"path"
	"slices"
	"strings"

	"pintle/units"
)

// Scope says whose units are meant.
type Scope int

// The scopes.
const (
	System Scope = iota // of the system manager
	User                // of the manager of one user
	Global              // of the managers of all users (systemctl --global)
)

// directories are where the unit files of a scope lie (systemd.unit(5), "Unit File Load Path").
type directories struct {
	search []string // all, highest priority first
	names  []string // all by which files in them may be called, these first

	config, runtimeConfig     string // links made by enable, link, mask
	control, runtimeControl   string // drop-ins made by set-property
	attached, runtimeAttached string // portable services
	transient                 string
	generators                []string
	presets                   []string // of preset files, highest priority first
}

func newDirectories(t *tree, f *Files) directories {
	scope, getenv := f.Scope, getenvOr(f.Getenv)
	d := directories{
		config: "/etc/systemd/system", runtimeConfig: "/run/systemd/system",
		control: "/etc/systemd/system.control", runtimeControl: "/run/systemd/system.control",
		attached: "/etc/systemd/system.attached", runtimeAttached: "/run/systemd/system.attached",
		transient: "/run/systemd/transient",
	}
	generator := "/run/systemd/generator"
	presets := "system-preset"
	switch scope {
	case System:
		d.search = units.SystemPath(getenv)
		if _, err := t.lstat("/etc/initrd-release"); err == nil {
			presets = "initrd-preset"
		}
	case User:
		home := cmpOr(getenv("XDG_CONFIG_HOME"), cmpOr(getenv("HOME"), "/root")+"/.config")
		run := cmpOr(getenv("XDG_RUNTIME_DIR"), "/run")
		d = directories{
			config: home + "/systemd/user", runtimeConfig: run + "/systemd/user",
			control: home + "/systemd/user.control", runtimeControl: run + "/systemd/user.control",
			transient: run + "/systemd/transient",
			search:    units.UserPath(getenv),
		}
		generator, presets = run+"/systemd/generator", "user-preset"
	case Global:
		d = directories{
			config: "/etc/systemd/user", runtimeConfig: "/run/systemd/user",
			search: []string{
				"/etc/systemd/user", "/run/systemd/user", "/usr/local/share/systemd/user", "/usr/share/systemd/user",
				"/usr/local/lib/systemd/user", "/usr/lib/systemd/user",
			},
		}
		generator, presets = "", "user-preset"
	}
	if generator != "" {
		d.generators = []string{generator, generator + ".early", generator + ".late"}
	}
	if f.Path != nil {
		d.search = slices.Clone(f.Path)
	}
	splitUsr := units.ReleaseOf(f.Root).SplitUsr()
	all := d.search
	d.search = t.distinct(d.search, splitUsr)
	d.names = d.search
	if splitUsr {
		d.names = append(slices.Clip(d.search), all...)
	}
	for _, dir := range []string{"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"} {
		d.presets = append(d.presets, dir+"/systemd/"+presets)
	}
	d.presets = t.distinct(d.presets, splitUsr)
	return d
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// distinct leaves out a directory that is another one of the list under a name of its own, such as /lib on a
// merged /usr; with splitUsr the first of its names is the one that stays, as in units.Release.
func (t *tree) distinct(dirs []string, splitUsr bool) []string {
	real := make([]string, len(dirs))
	for i, dir := range dirs {
		dirs[i] = units.SimplifyPath(dir)
		real[i] = dirs[i]
		if to, _, err := t.resolve(dirs[i], true); err == nil {
			real[i] = to
		}
	}
	var kept []string
	for i, dir := range dirs {
		other := real[i] != dir && slices.Contains(dirs, real[i])
		if splitUsr {
			other = slices.Contains(real[:i], real[i])
		}
		if !path.IsAbs(dir) || other || slices.Contains(kept, dir) {
			continue
		}
		kept = append(kept, dir)
	}
	return kept
}

// searched tells whether a file lies in a directory of the search path.
func (d *directories) searched(file string) bool { return slices.Contains(d.names, path.Dir(file)) }

// below is what of a path follows the first directory of the search path that it lies in, also if deeper.
func (d *directories) below(file string) (rest string, ok bool) {
	for _, dir := range d.names {
		if rest, ok := within(file, dir); ok {
			return rest, true
		}
	}
	return "", false
}

// within tells whether a path is a directory or lies in it, and what follows the directory.
func within(file, dir string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(file, strings.TrimSuffix(dir, "/"))
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
}

func (d *directories) generated(file string) bool {
	return slices.Contains(d.generators, path.Dir(file))
}

func (d *directories) isTransient(file string) bool {
	return d.transient != "" && path.Dir(file) == d.transient
}

// configured tells whether a file lies where enable, link and mask put theirs.
func (d *directories) configured(file string) bool {
	return path.Dir(file) == d.config || path.Dir(file) == d.runtimeConfig
}

// controlled tells whether a file lies where set-property puts drop-ins.
func (d *directories) controlled(file string) bool {
	dir := path.Dir(file)
	return d.control != "" && (dir == d.control || dir == d.runtimeControl)
}

// isRuntime tells whether what a directory of the search path holds is gone after a boot.
func (d *directories) isRuntime(dir string) bool {
	if _, ok := within(dir, "/run"); ok {
		return true
	}
	return dir == d.runtimeConfig || dir == d.runtimeControl || dir == d.transient && dir != "" || slices.Contains(d.generators, dir)
}

// vendor tells whether a unit file came with a package or from a generator.
func (d *directories) vendor(file string) bool {
	if _, ok := within(file, "/usr"); ok {
		return true
	}
	return d.generated(file) || path.Dir(file) == "/lib/systemd/system"
}

// target is the directory in which an operation makes and removes links.
func (d *directories) target(o Options) string {
	switch {
	case o.Portable && o.Runtime:
		return d.runtimeAttached
	case o.Portable:
		return d.attached
	case o.Runtime:
		return d.runtimeConfig
	}
	return d.config
}

func getenvOr(getenv func(string) string) func(string) string {
	if getenv == nil {
		return os.Getenv
	}
	return getenv
}

func workingDirectory() string {
	dir, err := os.Getwd()
	if err != nil {
		return "/"
	}
	return dir
}
