package supervisor

import "fmt"

// The world of a story is an Observer, too; it prints what it is told after the command "observe".

func (h *fakeHost) observe(format string, args ...any) {
	if h.observed {
		fmt.Fprintf(&h.out, format+"\n", args...)
	}
}

func (h *fakeHost) UnitAdded(u *Unit)   { h.observe("new unit %s", u.Name) }
func (h *fakeHost) UnitRemoved(u *Unit) { h.observe("unit %s is gone", u.Name) }
func (h *fakeHost) JobAdded(j *Job)     { h.observe("new job %d %s/%s", j.ID, j.Unit.Name, j.Type) }
func (h *fakeHost) JobChanged(j *Job) {
	h.observe("job %d %s/%s is %s", j.ID, j.Unit.Name, j.Type, j.State)
}
func (h *fakeHost) StopRequested(u *Unit) {
	fmt.Fprintf(&h.out, "%s is requested to stop\n", u.Name)
}

func init() {
	// observe: from now on print what an Observer is told.
	storyCommands["observe"] = func(s *story, _, _ []string) error { s.host.observed = true; return nil }
	// touched: the units whose properties may have changed.
	storyCommands["touched"] = func(s *story, _, _ []string) error {
		for _, u := range s.manager().Touched() {
			fmt.Fprintf(&s.host.out, "%s has changed\n", u.Name)
		}
		return nil
	}
}
