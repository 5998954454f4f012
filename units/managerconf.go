package units

import (
	"errors"
	"fmt"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// managerConf is the name of the manager's configuration, and confDirs where it and its drop-ins are looked for,
// highest priority first (systemd-system.conf(5)).
const managerConf = "systemd/system.conf"

var confDirs = []string{"/etc", "/run", "/usr/local/lib", "/usr/lib"}

// otherManagerSettings are the rest of system.conf: known, and without effect on a container's manager.
const otherManagerSettings = ` LogLevel LogTarget LogColor LogLocation LogTime DumpCore CrashChVT CrashChangeVT CrashShell
	CrashReboot CrashAction ShowStatus StatusUnitFormat JoinControllers CPUAffinity NUMAPolicy NUMAMask RuntimeWatchdogSec
	RuntimeWatchdogPreSec RuntimeWatchdogPreGovernor RebootWatchdogSec ShutdownWatchdogSec KExecWatchdogSec WatchdogDevice
	CapabilityBoundingSet NoNewPrivileges ProtectSystem SystemCallArchitectures TimerSlackNSec DefaultDeviceTimeoutSec
	ManagerEnvironment DefaultCPUAccounting DefaultIOAccounting DefaultIPAccounting DefaultBlockIOAccounting
	DefaultMemoryAccounting DefaultTasksAccounting DefaultMemoryPressureThresholdSec DefaultMemoryPressureWatch
	DefaultSmackProcessLabel DefaultOOMScoreAdjust CtrlAltDelBurstAction ReloadLimitIntervalSec ReloadLimitBurst ConfirmSpawn `

// managerTable is the settings of [Manager] by every accepted name.
var managerTable = sync.OnceValue(func() map[string]*Setting {
	settings := map[string]*Setting{}
	for i := range partTypes[partManager].NumField() {
		addSetting(settings, "Manager", partManager, partTypes[partManager].Field(i))
	}
	return settings
})

// defaultManagerSettings are what holds where system.conf says nothing.
func defaultManagerSettings() *ManagerSettings {
	m := *presets[partManager]().Addr().Interface().(*ManagerSettings)
	v := reflect.ValueOf(&m).Elem()
	eachDefault(func(i int, p part, field int) {
		v.Field(i).Set(presets[p]().Field(field))
	})
	return &m
}

// eachDefault calls f for each setting of the manager that is the default of a unit's setting: field is that one's
// place in the settings struct p.
func eachDefault(f func(i int, p part, field int)) {
	for i := range partTypes[partManager].NumField() {
		for _, name := range splitList(tagOf(partTypes[partManager].Field(i)).unit) {
			section, name, _ := strings.Cut(name, ".")
			for _, p := range sectionParts[section] {
				if field, ok := partTypes[p].FieldByName(name); ok {
					f(i, p, field.Index[0])
				}
			}
		}
	}
}

// presets are the settings structs whose defaults the manager's settings change.
func (m *ManagerSettings) presets() map[part]reflect.Value {
	if m == nil {
		return nil
	}
	structs := map[part]reflect.Value{}
	v := reflect.ValueOf(m).Elem()
	eachDefault(func(i int, p part, field int) {
		if reflect.DeepEqual(v.Field(i).Interface(), presets[p]().Field(field).Interface()) {
			return
		}
		if _, ok := structs[p]; !ok {
			structs[p] = reflect.New(partTypes[p]).Elem()
			structs[p].Set(presets[p]())
		}
		structs[p].Field(field).Set(v.Field(i))
	})
	return structs
}

// readManagerSettings reads system.conf and its drop-ins. It gives nil where none of them says anything.
func readManagerSettings(r root, host HostFacts) (*ManagerSettings, []Problem) {
	u := &Unit{Name: "init.scope"} // whose configuration it is
	l := &loading{unit: u, x: Specifiers{Unit: u.Name, Host: host}}
	var m *ManagerSettings
	for _, file := range r.confFiles(managerConf) {
		text, _, err := r.readFile(file)
		if err != nil {
			if !errors.Is(err, errMasked) && !errors.Is(err, os.ErrNotExist) {
				u.Problems = append(u.Problems, Problem{File: file, Text: err.Error()})
			}
			continue
		}
		read := lexAll([]lexText{{text, func(section string) bool { return section == "Manager" }}})[0]
		if len(read.assignments) > 0 && m == nil {
			m = defaultManagerSettings()
		}
		l.configure(m, file, read)
	}
	return m, u.Problems
}

// configure assigns what one file of the manager's configuration says.
func (l *loading) configure(m *ManagerSettings, file string, read lexed) {
	l.file = file
	for _, w := range read.warnings {
		l.line = w.Line
		l.problem(w.Text)
	}
	for _, a := range read.assignments {
		l.line = a.Line
		s := managerTable()[a.Key]
		if s == nil {
			if !strings.HasPrefix(a.Key, "X-") && !strings.Contains(" "+strings.Join(strings.Fields(otherManagerSettings), " ")+" ", " "+a.Key+" ") &&
				!strings.HasPrefix(a.Key, "DefaultLimit") {
				l.problem(fmt.Sprintf("unknown setting %s in [Manager], ignored", a.Key))
			}
			continue
		}
		dst := reflect.ValueOf(m).Elem().Field(s.index).Addr().Interface()
		if err := s.parse(&line{load: l, x: &l.x, section: a.Section, key: a.Key, set: s, unit: l.unit}, dst, a.Value); err != nil {
			l.problem(fmt.Sprintf("%s=: %v, ignored", a.Key, err))
		}
	}
	var syntax *SyntaxError
	if errors.As(read.err, &syntax) {
		l.line = syntax.Line
		l.problem(syntax.Text)
	}
}

// confFiles are a configuration file, where it comes first, and the drop-ins of all directories in the order of their
// names; of two with one name the directory of higher priority has it.
func (r root) confFiles(name string) (files []string) {
	for _, dir := range confDirs {
		if _, err := os.Lstat(r.host(path.Join(dir, name))); err == nil {
			files = append(files, path.Join(dir, name))
			break
		}
	}
	byName := map[string]string{}
	for _, dir := range confDirs {
		entries, err := readDir(r.host(path.Join(dir, name+".d")))
		if err != nil {
			continue
		}
		for _, e := range entries {
			if _, taken := byName[e.Name()]; !taken && strings.HasSuffix(e.Name(), ".conf") && !strings.HasPrefix(e.Name(), ".") {
				byName[e.Name()] = path.Join(dir, name+".d", e.Name())
			}
		}
	}
	names := make([]string, 0, len(byName))
	for n := range byName {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		files = append(files, byName[n])
	}
	return files
}
