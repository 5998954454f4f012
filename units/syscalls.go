package units

import (
	_ "embed" // for the list
	"slices"
	"strings"
)

// SystemCallSet is a named group of system calls (systemd.exec(5), SystemCallFilter=).
type SystemCallSet struct {
	Name        string // with its @
	Description string
	Calls       []string // names of system calls, and of other sets
}

// syscallText lists the sets: a line with name and description, then lines of names.
//
//go:embed syscalls.txt
var syscallText string

// SystemCallSets lists the sets of systemd 252, @default first and @known, which is all of them, last.
func SystemCallSets() (sets []SystemCallSet) {
	for line := range strings.Lines(syscallText) {
		if line[0] == '@' {
			name, description, _ := strings.Cut(strings.TrimSpace(line), " ")
			sets = append(sets, SystemCallSet{Name: name, Description: description})
			continue
		}
		last := &sets[len(sets)-1]
		last.Calls = append(last.Calls, strings.Fields(line)...)
	}
	return sets
}

// SystemCallSetIn finds a set by its name.
func SystemCallSetIn(sets []SystemCallSet, name string) (SystemCallSet, bool) {
	i := slices.IndexFunc(sets, func(s SystemCallSet) bool { return s.Name == name })
	if i < 0 {
		return SystemCallSet{}, false
	}
	return sets[i], true
}

// ExpandSystemCalls replaces the names of sets by the system calls in them; all of them once, in no certain
// order.
func ExpandSystemCalls(sets []SystemCallSet, names []string) (calls map[string]bool) {
	calls = map[string]bool{}
	var add func(names []string)
	add = func(names []string) {
		for _, name := range names {
			if calls[name] {
				continue
			}
			calls[name] = true
			if set, ok := SystemCallSetIn(sets, name); ok {
				add(set.Calls)
			}
		}
	}
	add(names)
	for name := range calls {
		if name[0] == '@' {
			delete(calls, name)
		}
	}
	return calls
}
