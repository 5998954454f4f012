package client

import (
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// Jobs awaits the ends of jobs. It must be made before the first of them is asked for, or their ends go unseen.
type Jobs struct {
	conn    *Conn
	pending map[dbus.ObjectPath]bool
}

// Ended is a job that is over.
type Ended struct {
	ID     uint32
	Path   dbus.ObjectPath
	Unit   string
	Result string // of the job: done, failed, canceled, …
}

// AwaitJobs begins to take note of jobs that end.
func (c *Conn) AwaitJobs() (*Jobs, error) {
	if err := c.Watch(ManagerFace, "JobRemoved"); err != nil {
		return nil, err
	}
	return &Jobs{conn: c, pending: map[dbus.ObjectPath]bool{}}, nil
}

// Add makes a job one to wait for.
func (j *Jobs) Add(path dbus.ObjectPath) { j.pending[path] = true }

// Next gives the next of the jobs to end, and false when none is left. It waits as long as that takes.
func (j *Jobs) Next() (Ended, bool, error) {
	for len(j.pending) > 0 {
		m, err := j.conn.Signal(time.Time{})
		if err != nil {
			return Ended{}, false, err
		}
		var e Ended
		if member, _ := m.Headers[dbus.FieldMember].Value().(string); member != "JobRemoved" {
			continue
		}
		if dbus.Store(m.Body, &e.ID, &e.Path, &e.Unit, &e.Result) != nil {
			return Ended{}, false, syscall.EBADMSG
		}
		if j.pending[e.Path] {
			delete(j.pending, e.Path)
			return e, true, nil
		}
	}
	return Ended{}, false, nil
}
