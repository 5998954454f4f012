package pid1

import (
	"os"
	"slices"
	"strings"

	"pintle/units"
)

// DefaultPath is where a command without a slash is looked up.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// setEnvironment gives services the manager's environment: what every one starts with (the defaults, over them
// system.conf's DefaultEnvironment=, over that what clients have set), and what PassEnvironment= takes from.
func (p *PID1) setEnvironment() {
	env := append([]string{"PATH=" + servicePath(p.systemd.SplitUsr())}, p.locale()...)
	if os.Geteuid() != 0 { // where its clients find the manager of a user
		env = append(env, "XDG_RUNTIME_DIR="+userRuntime())
	}
	env = units.MergeEnv(env, p.graph.Manager().DefaultEnvironment...)
	p.spawner.SetEnv(units.MergeEnv(env, p.clientEnv...), p.passEnv())
}

// passEnv is what PassEnvironment= takes from: like systemd's manager we keep what says that we are in a
// container, and which.
func (p *PID1) passEnv() []string {
	env := slices.Clone(p.environ)
	for _, name := range []string{"container", "container_uuid"} {
		if value, ok := p.engine[name]; ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// locale is the manager's language: that of locale.conf(5), over which goes what the container was started with;
// without either C.UTF-8, as systemd has it.
func (p *PID1) locale() (env []string) {
	for _, path := range []string{"/etc/locale.conf", "/etc/default/locale"} { // the second is Debian's
		if assigned, err := readEnvironmentFile(path); err == nil {
			env = slices.DeleteFunc(assigned, func(e string) bool { return !isLocale(e) })
			break
		}
	}
	for _, e := range p.environ {
		if isLocale(e) {
			env = units.MergeEnv(env, e)
		}
	}
	if len(env) == 0 {
		env = []string{"LANG=C.UTF-8"}
	}
	return env
}

// isLocale tells whether an assignment is to one of the variables of locale(7), and has a value.
func isLocale(assignment string) bool {
	name, value, _ := strings.Cut(assignment, "=")
	return value != "" && (name == "LANG" || name == "LANGUAGE" || strings.HasPrefix(name, "LC_"))
}

// servicePath is the $PATH of services. Where /bin and /sbin are links into /usr, they are not searched a second time.
func servicePath(splitUsr bool) string {
	if splitUsr {
		return DefaultPath
	}
	for _, dir := range []string{"/bin", "/sbin"} {
		if to, err := os.Readlink(dir); err != nil || !strings.HasPrefix(strings.TrimPrefix(to, "/"), "usr/") {
			return DefaultPath
		}
	}
	return strings.TrimSuffix(DefaultPath, ":/sbin:/bin")
}
