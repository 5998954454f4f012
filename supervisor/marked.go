package supervisor

import (
	"strings"

	"pintle/units"
)

// markers say that a unit is to be reloaded or restarted when somebody asks for all that are marked (Markers of the
// Unit interface).
type markers uint8

const (
	needsReload markers = 1 << iota
	needsRestart
)

// Markers are the words for what the unit is marked for.
func (u *Unit) Markers() (words []string) {
	if u.markers&needsReload != 0 {
		words = append(words, "needs-reload")
	}
	if u.markers&needsRestart != 0 {
		words = append(words, "needs-restart")
	}
	return words
}

// Mark sets the markers; words with "+" or "-" change what is there instead.
func (u *Unit) Mark(words []string) error {
	var set, added, removed markers
	plain, signed := false, false
	for _, word := range words {
		name := strings.TrimLeft(word, "+-")
		var bit markers
		switch name {
		case "needs-reload":
			bit = needsReload
		case "needs-restart":
			bit = needsRestart
		default:
			return refuse(ErrInvalidArgs, u.Name, "Unknown marker \"%s\".", word)
		}
		switch word[0] {
		case '+':
			signed = true
			added |= bit
		case '-':
			signed = true
			removed |= bit
		default:
			plain = true
			set |= bit
		}
	}
	switch {
	case plain && signed:
		return refuse(ErrInvalidArgs, u.Name, "Can't mix \"+\"/\"-\" markers with plain ones.")
	case signed:
		u.markers = u.markers&^removed | added
	default:
		u.markers = set
	}
	u.m.touch(u)
	return nil
}

// RequestMarked restarts or reloads all units that are marked for it, if they are up (EnqueueMarkedJobs).
func (m *Manager) RequestMarked() (all []Requested, err error) {
	for _, u := range m.sorted() {
		if u.markers == 0 {
			continue
		}
		jobs, e := m.request(u, Request{Type: JobTryRestart, Unit: u.Name, Mode: units.ModeFail, ReloadIfPossible: u.markers&needsRestart == 0})
		if e != nil {
			u.log(LevelWarning, "cannot queue the job that it is marked for: %v", e)
			err = e
			continue
		}
		all = append(all, jobs[0])
	}
	m.run()
	return all, err
}
