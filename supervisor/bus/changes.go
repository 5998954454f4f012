package bus

import (
	"slices"

	"pintle/supervisor"
)

// JobChanged notes that a job has got another type or state.
func (s *Server) JobChanged(j *supervisor.Job) {
	if s.heard() {
		s.jobs = append(s.jobs, j)
	}
}

// Flush tells all clients of what has happened since it was last called. A unit that has changed more than once is
// told of once, as it is now.
func (s *Server) Flush() {
	touched := s.config.Manager.Touched()
	if !s.heard() { // what is left is not for those who come later
		s.came, s.went, s.jobs = nil, nil, nil
		return
	}
	s.tell(&s.came)
	for _, u := range touched {
		s.unitChanged(u)
	}
	jobs := s.jobs
	s.jobs = nil
	for k, j := range jobs {
		if s.config.Manager.JobByID(j.ID) == j && !slices.Contains(jobs[:k], j) {
			s.changed(&Call{Server: s, Job: j, Path: JobPath(j.ID)}, jobInterface())
		}
	}
	if len(touched) > 0 {
		if n := s.config.Manager.FailedUnits(); n != s.failed {
			s.failed = n
			s.changed(&Call{Server: s, Path: managerPath}, managerInterface())
		}
	}
	s.tell(&s.went)
}

func (s *Server) unitChanged(u *supervisor.Unit) {
	for _, i := range unitInterfaces(supervisor.TypeOf(u.Name)) {
		s.changed(&Call{Server: s, Unit: u, Path: UnitPath(u.Name)}, i)
	}
}

// changed tells that properties of an object may have changed: as systemd does, all those of an interface that are
// told of with their values or by their names.
func (s *Server) changed(c *Call, i *Interface) {
	values, names := []entry{}, []string{}
	for k := range i.Properties {
		switch p := &i.Properties[k]; p.Emits {
		case supervisor.EmitsChange:
			values = append(values, entry{p.Name, c.value(p)})
		case supervisor.EmitsInvalidates:
			names = append(names, p.Name)
		}
	}
	if len(values)+len(names) > 0 {
		s.emit(c.Path, propertiesName, "PropertiesChanged", "sa{sv}as", i.Name, values, names)
	}
}
