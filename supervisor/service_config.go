package supervisor

import (
	"slices"

	"pintle/units"
)

// reconfigure takes the settings that a daemon-reload has found. Commands that run are found again in the
// new lists by what they say; of one that is there no longer the end is awaited, and its list ends with it.
func (s *service) reconfigure() {
	var (
		lists   = make(map[Role][]units.Command, len(s.commands))
		running = s.commandsOf(s.controlRole)
		starts  = s.cfg.ExecStart
	)
	for role := range s.commands {
		lists[role] = s.commandsOf(role)
	}
	s.cfg = s.u.Service
	for role, old := range lists {
		now := s.commandsOf(role)
		last := make([]ExecStatus, len(now))
		for i, status := range s.commands[role] {
			if at := movedTo(old, i, now); at >= 0 {
				last[at] = status
			}
		}
		s.commands[role] = last
	}
	s.mainIndex = movedTo(starts, s.mainIndex, s.cfg.ExecStart)
	s.controlIdx = movedTo(running, s.controlIdx, s.commandsOf(s.controlRole))
}

// movedTo is the index in a new list of the command that has index i in an old one, or -1.
func movedTo(old []units.Command, i int, now []units.Command) int {
	if i < 0 || i >= len(old) {
		return -1
	}
	same := func(c units.Command) bool { return c.Path == old[i].Path && slices.Equal(c.Argv, old[i].Argv) }
	if i < len(now) && same(now[i]) {
		return i
	}
	return slices.IndexFunc(now, same)
}
