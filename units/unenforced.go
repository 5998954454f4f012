package units

import (
	"cmp"
	"reflect"
	"slices"
)

// Unenforced is a setting of a unit that a container without privileges does not, or may not, honour.
type Unenforced struct {
	Setting string
	File    string
	Line    int
	Level   Level  // IfPermitted or Accepted
	Why     string // what stands in the way
}

// note remembers where a setting that may not be honoured was assigned.
func (l *loading) note(s *Setting) {
	if s.Level == Enforced {
		return
	}
	if l.limited == nil {
		l.limited = map[*Setting]Unenforced{}
	}
	l.limited[s] = Unenforced{s.Name, cmp.Or(l.file, l.unit.Name), l.line, s.Level, s.Note}
}

// unenforced keeps those whose value differs in the end from that of a unit which does not mention them:
// PrivateTmp=no asks for nothing.
func (l *loading) unenforced() {
	for s, what := range l.limited {
		is := l.unit.part(s.part).Elem().Field(s.index)
		was := presets[s.part]().Field(s.index)
		if reflect.DeepEqual(is.Interface(), was.Interface()) {
			continue
		}
		l.unit.Unenforced = append(l.unit.Unenforced, what)
	}
	slices.SortFunc(l.unit.Unenforced, func(a, b Unenforced) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Setting, b.Setting))
	})
}
