package units

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Level says how far a setting is honoured in a container without privileges.
type Level string

// The levels of support.
const (
	// Enforced settings always have their effect.
	Enforced Level = "enforced"
	// IfPermitted settings have their effect where the container's privileges or the kernel allow it; else
	// they are said to be left out and the unit runs without them.
	IfPermitted Level = "if-permitted"
	// Accepted settings are read and shown, but have no effect in any container.
	Accepted Level = "accepted"
)

// Setting describes one setting of one section. The table of all of them is the tags of the settings structs:
//
//	parse     the value grammar; valueParsers has it
//	level     the Level
//	why       what stands in the way of a level below enforced; a key of obstacles
//	default   the value before any file is read, in the setting's own syntax
//	alias     other accepted names, comma separated
//	obsolete  names that are accepted with a warning
//	moved     sections that a setting of [Unit] is accepted in, too, as SECTION.NAME
//	names     the names of a field that takes several settings, in place of the field's own
//	for       the settings of units whose default this one of the manager is, as SECTION.NAME
type Setting struct {
	Section string // as looked up, "Service"
	Name    string // the canonical name
	Level   Level
	Note    string // why the level is not enforced; empty for enforced ones
	Default string
	Parser  string
	Page    string   // the man page that describes it, "systemd.exec(5)"
	Aliases []string // other accepted names, obsolete ones included
	// Obsolete is set when the name looked up is an old one that systemd warns about.
	Obsolete bool

	part  part
	index int
	parse valueParser
}

// part is one of the settings structs of a unit.
type part uint8

const (
	partUnit part = iota
	partInstall
	partService
	partSocket
	partTimer
	partPath
	partMount
	partAutomount
	partSwap
	partScope
	partExec
	partKill
	partResources
	partManager
	parts
)

// partTypes gives the struct of each part.
var partTypes = [parts]reflect.Type{
	reflect.TypeFor[UnitSettings](), reflect.TypeFor[InstallSettings](), reflect.TypeFor[ServiceSettings](),
	reflect.TypeFor[SocketSettings](), reflect.TypeFor[TimerSettings](), reflect.TypeFor[PathSettings](),
	reflect.TypeFor[MountSettings](), reflect.TypeFor[AutomountSettings](), reflect.TypeFor[SwapSettings](),
	reflect.TypeFor[ScopeSettings](), reflect.TypeFor[ExecSettings](), reflect.TypeFor[KillSettings](),
	reflect.TypeFor[ResourceSettings](), reflect.TypeFor[ManagerSettings](),
}

// partPages is the man page of each part.
var partPages = [parts]string{
	"systemd.unit(5)", "systemd.unit(5)", "systemd.service(5)", "systemd.socket(5)", "systemd.timer(5)",
	"systemd.path(5)", "systemd.mount(5)", "systemd.automount(5)", "systemd.swap(5)", "systemd.scope(5)",
	"systemd.exec(5)", "systemd.kill(5)", "systemd.resource-control(5)",
	"systemd-system.conf(5)",
}

// sectionParts says which structs make up a section. Every unit has [Unit] and [Install], and the section of
// its type.
var sectionParts = map[string][]part{
	"Unit":      {partUnit},
	"Install":   {partInstall},
	"Service":   {partService, partExec, partKill, partResources},
	"Socket":    {partSocket, partExec, partKill, partResources},
	"Timer":     {partTimer},
	"Path":      {partPath},
	"Mount":     {partMount, partExec, partKill, partResources},
	"Automount": {partAutomount},
	"Swap":      {partSwap, partExec, partKill, partResources},
	"Slice":     {partResources},
	"Scope":     {partScope, partKill, partResources},
}

// typeSections is the section that belongs to a unit type; targets and devices have none.
var typeSections = map[string]string{
	"service": "Service", "socket": "Socket", "timer": "Timer", "path": "Path", "mount": "Mount",
	"automount": "Automount", "swap": "Swap", "slice": "Slice", "scope": "Scope",
}

// obstacles says in full what the why tags name.
var obstacles = map[string]string{
	"mount-ns":     "needs a mount namespace of its own, which an unprivileged container may not make",
	"net-ns":       "needs a network namespace of its own, which an unprivileged container may not make",
	"user-ns":      "needs a user namespace of its own, which most container engines forbid",
	"ipc-ns":       "needs an IPC namespace of its own, which an unprivileged container may not make",
	"uts-ns":       "needs a UTS namespace of its own, which an unprivileged container may not make",
	"image":        "needs loop devices and mounts, which an unprivileged container does not have",
	"proc":         "needs another mount of /proc, which an unprivileged container may not make",
	"cgroup":       "needs a control group of its own, which most containers may not make",
	"cgroup-v1":    "belongs to the old control group hierarchy; nothing reads it any more",
	"bpf":          "needs to load BPF programs, which an unprivileged container may not do",
	"lsm":          "needs a security module that a container cannot change",
	"apparmor":     "needs AppArmor to allow a change of profile from within the container",
	"seccomp":      "needs a seccomp filter, which pintle does not install",
	"nice":         "a higher priority needs CAP_SYS_NICE",
	"oom":          "a lower value needs CAP_SYS_RESOURCE",
	"numa":         "set_mempolicy(2) is forbidden by the usual seccomp profile without CAP_SYS_NICE",
	"caps":         "needs CAP_SETPCAP or, for what it adds, the capabilities themselves",
	"chroot":       "is done with chroot(2) and needs CAP_SYS_CHROOT",
	"users":        "needs to allocate user ids and the sandboxing of a mount namespace",
	"tty":          "needs a terminal in the container",
	"keyring":      "keyctl(2) is forbidden by the usual seccomp profile",
	"pam":          "PAM sessions are not opened",
	"utmp":         "needs a writable utmp file",
	"journal-ns":   "there is one journal for the whole container",
	"encrypted":    "there is no key to decrypt credentials with",
	"network":      "needs CAP_NET_ADMIN or CAP_NET_RAW",
	"buffers":      "beyond the limits of the host needs CAP_NET_ADMIN",
	"wake":         "a container cannot wake the machine",
	"mount":        "needs CAP_SYS_ADMIN to mount; file systems that the engine mounted count as mounted",
	"automount":    "needs autofs, which a container does not have",
	"swap":         "a container cannot swap",
	"usb":          "there is no USB gadget in a container",
	"mqueue":       "needs the mqueue file system in the container",
	"ipc-sweep":    "removes only what the manager may see and delete",
	"tracking":     "needs to know all processes of a unit; without a control group they are found by lineage",
	"reboot":       "a reboot of a container is its exit; the argument is only shown",
	"final-kill":   "there is no soft reboot in a container",
	"namespace":    "joins namespaces, which only privileged containers may make",
	"bus":          "takes effect once a D-Bus daemon runs",
	"patterns":     "is matched with RE2, which has no back references and no look-around",
	"ksm":          "needs Linux 6.4 and CAP_SYS_RESOURCE",
	"personality":  "is forbidden by the usual seccomp profile for other than the native one",
	"obsolete":     "is obsolete and has no effect",
	"socket-only":  "is not acted on: sockets are bound and connections accepted without it",
	"clock-change": "a container neither sets the clock nor is told when it is set",
}

// sectionTable is the settings of one section by every accepted name. Each is made when it is first looked for: PID 1
// meets few of them before it starts services, and the tags of all of them take a while to read.
type sectionTable struct {
	sync.Mutex
	section string
	known   map[string]*Setting
	whole   bool // known is all there is, and does not change any more
}

// sectionTables are the tables of all sections.
var sectionTables = func() map[string]*sectionTable {
	tables := make(map[string]*sectionTable, len(sectionParts))
	for section := range sectionParts {
		tables[section] = &sectionTable{section: section, known: map[string]*Setting{}}
	}
	return tables
}()

// table is the settings of one section by every accepted name; nil for a section that is not known.
func table(section string) map[string]*Setting {
	t := sectionTables[section]
	if t == nil {
		return nil
	}
	t.Lock()
	defer t.Unlock()
	t.complete()
	return t.known
}

// find gives the setting of a name in a section; nil if there is none.
func find(section, name string) *Setting {
	if t := sectionTables[section]; t != nil {
		return t.find(name)
	}
	return nil
}

// find makes the setting if nobody has looked for it before.
func (t *sectionTable) find(name string) *Setting {
	t.Lock()
	defer t.Unlock()
	if s := t.known[name]; s != nil || t.whole {
		return s
	}
	field := name
	switch {
	case t.section != "Unit":
	case strings.HasPrefix(name, "Condition"):
		field = "Conditions"
	case strings.HasPrefix(name, "Assert"):
		field = "Asserts"
	}
	for _, p := range sectionParts[t.section] {
		if f, ok := partTypes[p].FieldByName(field); ok {
			addSetting(t.known, t.section, p, f)
		}
	}
	if t.known[name] == nil {
		t.complete() // another name of one
	}
	return t.known[name]
}

// Warm makes what every service's file is read with. Without it the first files to be read do; PID 1 has it done
// while it is busy with other things.
func Warm() {
	for _, p := range sectionParts["Service"] {
		presets[p]()
	}
	presets[partUnit]()
	providedNames()
}

// Lookup finds a setting by section and any of its names.
func Lookup(section, name string) (Setting, bool) {
	s := find(section, name)
	if s == nil {
		return Setting{}, false
	}
	return *s, true
}

// Settings lists a section's settings, in the order of the table, under their canonical names.
func Settings(section string) []Setting {
	var all []Setting
	for _, p := range sectionParts[section] {
		for i := range partTypes[p].NumField() {
			field := partTypes[p].Field(i)
			for _, name := range fieldNames(field.Name, tagOf(field)) {
				if s := table(section)[name]; s != nil && s.part == p && s.index == i {
					all = append(all, *s)
				}
			}
		}
	}
	return all
}

// Sections lists the sections of unit files.
func Sections() []string {
	return []string{"Unit", "Service", "Socket", "Timer", "Path", "Mount", "Automount", "Swap", "Slice", "Scope", "Install"}
}

// complete adds the settings that nobody has looked for.
func (t *sectionTable) complete() {
	if t.whole {
		return
	}
	t.whole = true
	for _, p := range sectionParts[t.section] {
		for i := range partTypes[p].NumField() {
			addSetting(t.known, t.section, p, partTypes[p].Field(i))
		}
	}
	for i := range partTypes[partUnit].NumField() {
		field := partTypes[partUnit].Field(i)
		if !strings.Contains(string(field.Tag), ` moved:"`) {
			continue // nearly all of them, and to take a tag apart takes longer than this
		}
		tag := tagOf(field)
		for _, name := range splitList(tag.moved) {
			if other, alias, _ := strings.Cut(name, "."); other == t.section {
				s := newSetting(t.section, partUnit, field, tag)
				s.Name = field.Name
				t.known[alias] = &s
			}
		}
	}
}

// newSetting is what the tag of a field says of the settings that it takes; they differ in their names.
func newSetting(section string, p part, field reflect.StructField, tag fieldTag) Setting {
	return Setting{
		Section: section,
		Level:   Level(tag.level),
		Note:    obstacles[tag.why],
		Default: tag.preset,
		Parser:  tag.parse,
		Page:    partPages[p],
		part:    p, index: field.Index[0], parse: valueParsers()[tag.parse],
	}
}

// addSetting adds what a field takes, under all names, unless it is there.
func addSetting(settings map[string]*Setting, section string, p part, field reflect.StructField) {
	tag := tagOf(field)
	if tag.parse == "" {
		return
	}
	base := newSetting(section, p, field, tag)
	aliases, obsolete := splitList(tag.alias), splitList(tag.obsolete)
	if field.Name != "_" {
		base.Aliases = slices.Concat(aliases, obsolete)
	}
	for _, name := range fieldNames(field.Name, tag) {
		if settings[name] != nil {
			continue
		}
		s := base
		s.Name = name
		if tag.parse == "condition" {
			s.conditionLevel(strings.TrimPrefix(strings.TrimPrefix(name, "Condition"), "Assert"))
		}
		s.Obsolete = slices.Contains(obsolete, name)
		settings[name] = &s
		if tag.names != "" || tag.parse == "condition" {
			continue
		}
		for _, alias := range aliases {
			settings[alias] = &s
		}
		for _, alias := range obsolete {
			old := s
			old.Obsolete = true
			settings[alias] = &old
		}
	}
}

// fieldTag is the tag of a settings field, taken apart.
type fieldTag struct {
	parse, level, why, preset, alias, obsolete, moved, names, unit string
}

// tagOf takes the tag of a field apart in one go, which reflect.StructTag would do anew for each key.
func tagOf(field reflect.StructField) (t fieldTag) {
	for rest := string(field.Tag); rest != ""; {
		key, quoted, _ := strings.Cut(rest, ":")
		value, behind, _ := strings.Cut(quoted[1:], `"`)
		if strings.IndexByte(value, '\\') >= 0 {
			literal, _ := strconv.QuotedPrefix(quoted)
			value, _ = strconv.Unquote(literal)
			behind = quoted[len(literal):]
		}
		rest = strings.TrimLeft(behind, " ")
		switch key {
		case "parse":
			t.parse = value
		case "level":
			t.level = value
		case "why":
			t.why = value
		case "default":
			t.preset = value
		case "alias":
			t.alias = value
		case "obsolete":
			t.obsolete = value
		case "moved":
			t.moved = value
		case "names":
			t.names = value
		case "for":
			t.unit = value
		}
	}
	return t
}

// conditionLevel takes the level of a condition from the table of conditions.
func (s *Setting) conditionLevel(kind string) {
	s.Level, s.Note = Enforced, ""
	if why := conditionKinds[kind].why; why != "" {
		s.Level, s.Note = IfPermitted, why
	}
}

// fieldNames are the canonical names of the settings that a field takes.
func fieldNames(field string, tag fieldTag) []string {
	if tag.parse == "condition" {
		prefix := strings.TrimSuffix(field, "s")
		names := make([]string, 0, len(conditionKinds))
		for kind, c := range conditionKinds {
			if prefix == "Condition" || !c.conditionOnly {
				names = append(names, prefix+kind)
			}
		}
		slices.Sort(names)
		return names
	}
	if tag.names != "" {
		return splitList(tag.names)
	}
	return []string{field}
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// Field is the struct field that holds the setting, "ExecSettings.User".
func (s Setting) Field() string {
	return partTypes[s.part].Name() + "." + partTypes[s.part].Field(s.index).Name
}

// Type is the type of the field that holds the setting.
func (s Setting) Type() reflect.Type { return partTypes[s.part].Field(s.index).Type }

// SettingFor finds the setting of a name in the files of units of a type: in the section of the type, else in [Unit].
func SettingFor(unitType, name string) (Setting, bool) {
	for _, section := range []string{typeSections[unitType], "Unit"} {
		if s, ok := Lookup(section, name); ok && !s.Obsolete && s.Parser != "ignored" {
			return s, true
		}
	}
	return Setting{}, false
}
