package install

import (
	"slices"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// mode is what stands for a unit's name.
type mode int

const (
	unknown mode = iota // not looked for yet
	regular             // a file
	linked              // a link to a file outside of the search path
	alias               // a link to another unit
	masked              // a link to /dev/null, or an empty file
)

// unit is a unit file that an operation is about.
type unit struct {
	name string
	path string // of its file; empty before it was found
	mode mode
	// target is where the link leads to, for linked and alias.
	target string
	// auxiliary units are those that only Also= names.
	auxiliary bool

	aliases, wantedBy, requiredBy, upheldBy, also []string
	defaultInstance                               string
}

// hasRules tells whether enabling the unit makes links.
func (u *unit) hasRules() bool {
	return len(u.aliases)+len(u.wantedBy)+len(u.requiredBy)+len(u.upheldBy) > 0
}

// set is the units that one operation meets, in the order in which it does.
type set struct {
	units []*unit
	next  int // the first that is not taken yet
}

func (s *set) find(name string) *unit {
	if i := slices.IndexFunc(s.units, func(u *unit) bool { return u.name == name }); i >= 0 {
		return s.units[i]
	}
	return nil
}

// add adds a unit, unless it is there.
func (s *set) add(name, path string, auxiliary bool) (*unit, error) {
	if name == "" {
		name = base(path)
	}
	if !units.ValidName(name, units.AnyName) {
		return nil, unix.EINVAL
	}
	if u := s.find(name); u != nil {
		u.auxiliary = u.auxiliary && auxiliary
		return u, nil
	}
	u := &unit{name: name, path: path, auxiliary: auxiliary}
	s.units = append(s.units, u)
	return u, nil
}

// take gives one unit after the other, also those that are added meanwhile.
func (s *set) take() *unit {
	if s.next == len(s.units) {
		return nil
	}
	s.next++
	return s.units[s.next-1]
}
