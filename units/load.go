package units

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// loading is one unit on its way from files to values.
type loading struct {
	g    *Graph
	unit *Unit
	x    Specifiers
	// seen are the settings that a file assigned, by canonical name; some defaults depend on it.
	seen []string
	// limited are the settings among them that a container may not be able to honour.
	limited map[*Setting]Unenforced
	file    string // being read
	line    int
	at      line // the assignment that is read
}

// saw tells whether a file assigned a setting.
func (l *loading) saw(name string) bool { return slices.Contains(l.seen, name) }

func (l *loading) problem(text string) {
	l.unit.Problems = append(l.unit.Problems, Problem{l.file, l.line, text})
}

// presets are the settings structs before any file is read, each made when the first unit needs it.
var presets = func() (structs [parts]func() reflect.Value) {
	for p := range parts {
		structs[p] = sync.OnceValue(func() reflect.Value { return preset(p) })
	}
	return structs
}()

func preset(p part) reflect.Value {
	v := reflect.New(partTypes[p]).Elem()
	u := &Unit{Name: "x.service"}
	l := &loading{unit: u, x: Specifiers{Unit: u.Name}}
	for i := range partTypes[p].NumField() {
		field := partTypes[p].Field(i)
		if !strings.Contains(string(field.Tag), ` default:"`) {
			continue
		}
		tag := tagOf(field)
		s := newSetting("", p, field, tag)
		s.Name = field.Name
		// A test parses every default; an error here would leave the zero value.
		_ = s.parse(&line{load: l, x: &l.x, key: s.Name, set: &s, unit: u}, v.Field(i).Addr().Interface(), tag.preset)
	}
	return v
}

// start gives a unit its settings structs, filled with defaults.
func (l *loading) start() {
	u := l.unit
	u.UnitSettings = *fresh[UnitSettings](l.g, partUnit)
	for _, p := range sectionParts[typeSections[NameType(u.Name)]] {
		switch p {
		case partService:
			u.Service = fresh[ServiceSettings](l.g, p)
		case partSocket:
			u.Socket = fresh[SocketSettings](l.g, p)
		case partTimer:
			u.Timer = fresh[TimerSettings](l.g, p)
		case partPath:
			u.Path = fresh[PathSettings](l.g, p)
		case partMount:
			u.Mount = fresh[MountSettings](l.g, p)
		case partAutomount:
			u.Automount = fresh[AutomountSettings](l.g, p)
		case partSwap:
			u.Swap = fresh[SwapSettings](l.g, p)
		case partScope:
			u.Scope = fresh[ScopeSettings](l.g, p)
		case partExec:
			u.Exec = fresh[ExecSettings](l.g, p)
		case partKill:
			u.Kill = fresh[KillSettings](l.g, p)
		case partResources:
			u.Resources = fresh[ResourceSettings](l.g, p)
		}
	}
	switch NameType(u.Name) {
	case "slice", "scope", "device", "swap", "mount", "automount":
		u.IgnoreOnIsolate = true
	}
}

// fresh is a settings struct as it is before any file is read: with system.conf's defaults, else the built-in ones.
func fresh[T any](g *Graph, p part) *T {
	v := presets[p]()
	if g != nil {
		if own, ok := g.defaults[p]; ok {
			v = own
		}
	}
	copied := *v.Addr().Interface().(*T)
	return &copied
}

// part is a pointer to one of a unit's settings structs.
func (u *Unit) part(p part) reflect.Value {
	switch p {
	case partUnit:
		return reflect.ValueOf(&u.UnitSettings)
	case partInstall:
		return reflect.ValueOf(&u.Install)
	case partService:
		return reflect.ValueOf(u.Service)
	case partSocket:
		return reflect.ValueOf(u.Socket)
	case partTimer:
		return reflect.ValueOf(u.Timer)
	case partPath:
		return reflect.ValueOf(u.Path)
	case partMount:
		return reflect.ValueOf(u.Mount)
	case partAutomount:
		return reflect.ValueOf(u.Automount)
	case partSwap:
		return reflect.ValueOf(u.Swap)
	case partScope:
		return reflect.ValueOf(u.Scope)
	case partExec:
		return reflect.ValueOf(u.Exec)
	case partKill:
		return reflect.ValueOf(u.Kill)
	}
	return reflect.ValueOf(u.Resources)
}

// apply assigns what one file says. The error is one that ended the reading of the file.
func (l *loading) apply(file string, text lexed) error {
	l.file = file
	for _, w := range text.warnings {
		l.unit.Problems = append(l.unit.Problems, Problem{file, w.Line, w.Text})
	}
	for _, a := range text.assignments {
		l.line = a.Line
		if err := l.assign(a); err != nil {
			return fmt.Errorf("%s:%d: %w", file, a.Line, err)
		}
	}
	var syntax *SyntaxError
	if errors.As(text.err, &syntax) {
		l.line = syntax.Line
		l.problem(syntax.Text)
		return fmt.Errorf("cannot read %s: %w", file, text.err)
	}
	return nil
}

// assign applies one assignment; the error is a fatal one.
func (l *loading) assign(a Assignment) error {
	if strings.HasPrefix(a.Key, "X-") {
		return nil
	}
	s := find(a.Section, a.Key)
	if s == nil {
		l.problem(fmt.Sprintf("unknown setting %s in [%s], ignored%s", a.Key, a.Section, settingHint(a.Section, a.Key)))
		return nil
	}
	if s.Obsolete {
		l.problem(fmt.Sprintf("%s= is obsolete%s", a.Key, obsoleteHint(s, a.Key)))
	}
	if s.Parser == "ignored" {
		return nil
	}
	dst := l.unit.part(s.part).Elem().Field(s.index).Addr().Interface()
	l.at = line{load: l, x: &l.x, section: a.Section, key: a.Key, set: s, unit: l.unit}
	err := s.parse(&l.at, dst, a.Value)
	switch {
	case err == nil:
		l.seen = append(l.seen, s.Name)
		l.note(s)
		return nil
	case isFatal(err):
		l.problem(fmt.Sprintf("%s=: %v", a.Key, err))
		return fmt.Errorf("%s=: %w", a.Key, err)
	}
	l.problem(fmt.Sprintf("%s=: %v, ignored", a.Key, err))
	return nil
}

func obsoleteHint(s *Setting, key string) string {
	if s.Name != key {
		return "; use " + s.Name + "="
	}
	return " and has no effect"
}
