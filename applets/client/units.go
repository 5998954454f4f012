package client

import (
	"strings"

	"github.com/godbus/dbus/v5"
)

// Unit is a unit as the manager lists it (ListUnits).
type Unit struct {
	ID          string
	Description string
	LoadState   string
	ActiveState string
	SubState    string
	Following   string
	Path        dbus.ObjectPath
	JobID       uint32
	JobType     string
	JobPath     dbus.ObjectPath
}

// Job is a job as the manager lists it (ListJobs).
type Job struct {
	ID       uint32
	Unit     string
	Type     string
	State    string
	Path     dbus.ObjectPath
	UnitPath dbus.ObjectPath
}

// Units lists the units in memory that are in one of the states and match one of the patterns, in no order.
func (c *Conn) Units(states, patterns []string) ([]Unit, error) {
	var list []Unit
	err := c.Manager("ListUnitsByPatterns", []any{notNil(states), notNil(patterns)}, &list)
	return list, err
}

// Jobs lists the jobs in the queue.
func (c *Conn) Jobs() ([]Job, error) {
	var list []Job
	err := c.Manager("ListJobs", nil, &list)
	return list, err
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// UnitPath is the object of a unit.
func UnitPath(name string) dbus.ObjectPath { return ManagerPath + "/unit/" + escapeLabel(name) }

// UnitName is the unit of an object, empty if it is not one.
func UnitName(path dbus.ObjectPath) string {
	label, ok := strings.CutPrefix(string(path), string(ManagerPath)+"/unit/")
	if !ok {
		return ""
	}
	return unescapeLabel(label)
}

// escapeLabel writes a name as a part of an object path (sd_bus_path_encode(3)).
func escapeLabel(s string) dbus.ObjectPath {
	if s == "" {
		return "_"
	}
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'_', digits[c>>4], digits[c&15]})
		}
	}
	return dbus.ObjectPath(b.String())
}

func unescapeLabel(s string) string {
	if s == "_" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '_' && i+2 < len(s) {
			if high, low := hexDigit(s[i+1]), hexDigit(s[i+2]); high >= 0 && low >= 0 {
				b.WriteByte(byte(high<<4 | low))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
