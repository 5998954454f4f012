package bus

import (
	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// managerSignals are those of the manager's object.
func managerSignals() []Signal {
	return []Signal{
		{Name: "UnitNew", Sig: "so", Args: "id unit"},
		{Name: "UnitRemoved", Sig: "so", Args: "id unit"},
		{Name: "JobNew", Sig: "uos", Args: "id job unit"},
		{Name: "JobRemoved", Sig: "uoss", Args: "id job unit result"},
		{Name: "StartupFinished", Sig: "tttttt", Args: "firmware loader kernel initrd userspace total"},
		{Name: "UnitFilesChanged"},
		{Name: "Reloading", Sig: "b", Args: "active"},
	}
}

// A server is told of what happens while the loop works, and tells its clients when the turn is over: first what is
// new, then what has changed, and at last what has gone, each in the order in which it happened. Who waits for a job
// so finds the unit as the job has left it.

// event is a signal of the manager's object that is still to be sent.
type event struct {
	name, signature string
	body            []any
}

var _ supervisor.Observer = (*Server)(nil)

func (s *Server) note(list *[]event, name, signature string, body ...any) {
	if s.heard() {
		*list = append(*list, event{name, signature, body})
	}
}

// UnitAdded notes that the manager holds a unit.
func (s *Server) UnitAdded(u *supervisor.Unit) {
	s.note(&s.came, "UnitNew", "so", u.Name, UnitPath(u.Name))
}

// UnitRemoved notes that it holds one no longer. What has changed of it is told at once, while it can be looked at:
// who waits for it to be down must see that.
func (s *Server) UnitRemoved(u *supervisor.Unit) {
	if s.heard() && u.Changed() {
		s.tell(&s.came)
		s.unitChanged(u)
	}
	s.note(&s.went, "UnitRemoved", "so", u.Name, UnitPath(u.Name))
}

// JobAdded notes that a job was queued.
func (s *Server) JobAdded(j *supervisor.Job) {
	s.note(&s.came, "JobNew", "uos", j.ID, JobPath(j.ID), j.Unit.Name)
}

// JobRemoved notes that a job has ended.
func (s *Server) JobRemoved(j *supervisor.Job) {
	s.note(&s.went, "JobRemoved", "uoss", j.ID, JobPath(j.ID), j.Unit.Name, string(j.Result))
}

// StartupFinished tells that every job of the boot has ended. PID 1 knows only of the time that it has had itself,
// in microseconds.
func (s *Server) StartupFinished(took uint64) {
	var none uint64
	s.note(&s.went, "StartupFinished", "tttttt", none, none, none, none, took, took)
}

// UnitFilesChanged tells that units were enabled, disabled and the like.
func (s *Server) UnitFilesChanged() { s.note(&s.went, "UnitFilesChanged", "") }

// StopRequested tells who has made a scope that it is asked to end. On a bus it is for the scope's controller alone;
// a connection of its own has no name that could be meant.
func (s *Server) StopRequested(u *supervisor.Unit) {
	s.emit(UnitPath(u.Name), interfaceOf("scope"), "RequestStop", "")
}

// tell sends the signals of a list and empties it.
func (s *Server) tell(list *[]event) {
	events := *list
	*list = nil
	for _, e := range events {
		s.emit(dbus.ObjectPath(managerPath), ManagerName, e.name, e.signature, e.body...)
	}
}
