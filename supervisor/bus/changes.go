package bus

import (
	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// jobRemoved is the end of a job, as it was when it ended.
type jobRemoved struct {
	id     uint32
	path   dbus.ObjectPath
	unit   string
	result string
}

// JobRemoved notes that a job has ended.
func (s *Server) JobRemoved(j *supervisor.Job) {
	if s.heard() {
		s.removed = append(s.removed, jobRemoved{j.ID, JobPath(j.ID), j.Unit.Name, string(j.Result)})
	}
}

// UnitChanged notes that a unit may have other properties than before.
func (s *Server) UnitChanged(u *supervisor.Unit) {
	if s.heard() {
		s.changed = append(s.changed, u)
	}
}

// Flush tells all clients of what has changed since it was last called.
func (s *Server) Flush() {
	s.changed = nil
	removed := s.removed
	s.removed = nil
	for _, j := range removed {
		s.emit(managerPath, ManagerName, "JobRemoved", "uoss", j.id, j.path, j.unit, j.result)
	}
}
