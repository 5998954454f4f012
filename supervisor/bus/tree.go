package bus

import (
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
	"pintle/units"
)

// The places of the object tree.
const (
	managerPath = "/org/freedesktop/systemd1"
	unitPrefix  = managerPath + "/unit/"
	jobPrefix   = managerPath + "/job/"
	logPath     = "/org/freedesktop/LogControl1"
)

// object is what a path names, as far as the path alone tells.
type object struct {
	kind objectKind
	unit string // its name
	job  uint32
}

type objectKind byte

const (
	nothing     objectKind = iota
	crossing               // a path that only leads to others
	managerKind            // the manager
	unitKind
	jobKind
	logKind // how PID 1 logs
)

// find reads a path.
func find(path dbus.ObjectPath) object {
	p := string(path)
	switch p {
	case "/", "/org", "/org/freedesktop", managerPath + "/unit", managerPath + "/job":
		return object{kind: crossing}
	case managerPath:
		return object{kind: managerKind}
	case logPath:
		return object{kind: logKind}
	}
	if element, ok := strings.CutPrefix(p, unitPrefix); ok && !strings.Contains(element, "/") {
		return findUnit(element)
	}
	if id, ok := strings.CutPrefix(p, jobPrefix); ok {
		if n, err := strconv.ParseUint(id, 10, 32); err == nil && strconv.FormatUint(n, 10) == id {
			return object{kind: jobKind, job: uint32(n)}
		}
	}
	return object{}
}

// findUnit reads the last element of a unit's path: its name, or "self" for the caller's, or an invocation id, which
// is marked by "_" in the object.
func findUnit(element string) object {
	name, ok := unlabel(element)
	switch {
	case isID(strings.TrimPrefix(element, "_")):
		return object{kind: unitKind, unit: "_" + strings.TrimPrefix(element, "_")}
	case !ok:
		return object{}
	case isID(name):
		return object{kind: unitKind, unit: "_" + name}
	case name == "self", units.KindOfName(name)&^units.TemplateName != 0:
		return object{kind: unitKind, unit: name}
	}
	return object{}
}

// isID tells whether a text is a 128-bit id in hex digits.
func isID(s string) bool { return len(s) == 32 && strings.Trim(s, hexDigits) == "" }

// UnitPath is the path of a unit's object.
func UnitPath(name string) dbus.ObjectPath { return dbus.ObjectPath(unitPrefix + label(name)) }

// JobPath is the path of a job's object.
func JobPath(id uint32) dbus.ObjectPath {
	return dbus.ObjectPath(jobPrefix + strconv.FormatUint(uint64(id), 10))
}

const hexDigits = "0123456789abcdef"

// label makes one element of a path of any string: what is no letter or digit, and a digit at the beginning,
// becomes _xx.
func label(s string) string {
	if s == "" {
		return "_"
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', i > 0 && '0' <= c && c <= '9':
			b.WriteByte(c)
		default:
			b.Write([]byte{'_', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// unlabel undoes label.
func unlabel(s string) (string, bool) {
	if s == "_" {
		return "", true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '_' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil || c == 0 {
			return "", false
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), true
}

// interfaces are what an object has of its own; every object has the standard ones besides.
func (o object) interfaces() []*Interface {
	switch o.kind {
	case managerKind:
		return []*Interface{managerInterface()}
	case unitKind:
		return unitInterfaces(supervisor.TypeOf(o.unit))
	case jobKind:
		return []*Interface{jobInterface()}
	case logKind:
		return []*Interface{logInterface()}
	}
	return nil
}

// children are the names of the objects below one.
func (s *Server) children(path dbus.ObjectPath) (names []string) {
	switch path {
	case "/":
		return []string{"org"}
	case "/org":
		return []string{"freedesktop"}
	case "/org/freedesktop":
		return []string{"LogControl1", "systemd1"}
	case managerPath:
		return []string{"job", "unit"}
	case managerPath + "/unit":
		for _, u := range s.config.Manager.Referenced() {
			names = append(names, label(u.Name))
		}
	case managerPath + "/job":
		for _, j := range s.config.Manager.Jobs() {
			names = append(names, strconv.FormatUint(uint64(j.ID), 10))
		}
	}
	return names
}
