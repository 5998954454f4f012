package bus

import "pintle/supervisor"

// UnitChanged notes that a unit may have other properties than before.
func (s *Server) UnitChanged(u *supervisor.Unit) {
	if s.heard() {
		s.changed = append(s.changed, u)
	}
}

// JobChanged notes that a job has got another type or state.
func (s *Server) JobChanged(*supervisor.Job) {}

// Flush tells all clients of what has happened since it was last called.
func (s *Server) Flush() {
	s.tell(&s.came)
	s.changed = nil
	s.tell(&s.went)
}
