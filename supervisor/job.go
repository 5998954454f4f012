package supervisor

import "pintle/units"

// JobType is what a job does to its unit.
type JobType string

// The job types. The last three are wishes: they become one of the others, or nop, by the state that the
// unit is in when they are asked for.
const (
	JobStart         JobType = "start"
	JobVerifyActive  JobType = "verify-active"
	JobStop          JobType = "stop"
	JobReload        JobType = "reload"
	JobRestart       JobType = "restart"
	JobNop           JobType = "nop"
	JobTryRestart    JobType = "try-restart"
	JobTryReload     JobType = "try-reload"
	JobReloadOrStart JobType = "reload-or-start"
)

// JobState tells a job that waits for others from one that its unit is busy with.
type JobState string

// The job states.
const (
	JobWaiting JobState = "waiting"
	JobRunning JobState = "running"
)

// JobResult is how a job ended.
type JobResult string

// The job results (org.freedesktop.systemd1(5), JobRemoved).
const (
	JobDone             JobResult = "done"
	JobCanceled         JobResult = "canceled"
	JobTimedOut         JobResult = "timeout"
	JobFailed           JobResult = "failed"
	JobFailedDependency JobResult = "dependency"
	JobSkipped          JobResult = "skipped"
	JobInvalid          JobResult = "invalid"
	JobAssert           JobResult = "assert"
	JobUnsupported      JobResult = "unsupported"
	JobCollected        JobResult = "collected"
	JobOnce             JobResult = "once"
)

// Job is a change of one unit that was decided on and has not been made yet. A unit has at most one, apart
// from those of type nop.
type Job struct {
	ID     uint32
	Unit   *Unit
	Type   JobType
	State  JobState
	Result JobResult // set when the job has ended

	irreversible bool // only a transaction that is irreversible, too, or a cancel may replace it
	ignoreOrder  bool
	installed    bool
	queued       bool `handover:"-"` // in the run queue
	begin        units.Usec
	started      units.Usec
	timer        timer    // JobTimeoutSec=, JobRunningTimeoutSec=
	trigger      []string // environment for a unit that is started by this job
	depth        int      // length of the chain of stops that wait for this one, once computed
}

// mergeable is the matrix of pairs of job types that one job can do both of. The diagonal is left out. A
// pair that is missing conflicts.
var mergeable = map[[2]JobType]JobType{
	{JobStart, JobVerifyActive}:   JobStart,
	{JobStart, JobReload}:         JobReloadOrStart,
	{JobStart, JobRestart}:        JobRestart,
	{JobVerifyActive, JobReload}:  JobReload,
	{JobVerifyActive, JobRestart}: JobRestart,
	{JobReload, JobRestart}:       JobRestart,
}

// merge is the type of one job that does what both do; false if they conflict.
func merge(a, b JobType) (JobType, bool) {
	if a == b {
		return a, true
	}
	if t, ok := mergeable[[2]JobType{a, b}]; ok {
		return t, true
	}
	t, ok := mergeable[[2]JobType{b, a}]
	return t, ok
}

// mergeFor is merge, with what the result means for a unit in its present state.
func mergeFor(a, b JobType, u *Unit) (JobType, bool) {
	t, ok := merge(a, b)
	return collapse(t, u.active), ok
}

// conflicting tells whether one unit cannot have jobs of both types.
func conflicting(a, b JobType) bool {
	_, ok := merge(a, b)
	return !ok
}

// includes tells whether a job of type a does all that one of type b would do.
func includes(a, b JobType) bool {
	t, ok := merge(a, b)
	return ok && t == a
}

// collapse turns the wishes among the types into what they mean for a unit in some state.
func collapse(t JobType, s ActiveState) JobType {
	switch t {
	case JobTryRestart:
		if s.falling() {
			return JobNop
		}
		return JobRestart
	case JobTryReload:
		if s.falling() {
			return JobNop
		}
		return JobReload
	case JobReloadOrStart:
		if s.falling() {
			return JobStart
		}
		return JobReload
	}
	return t
}

// redundant tells whether a unit in some state needs no job of a type. A reload and a restart are always
// needed: the unit may be busy with what it was told before the reason for this one came up.
func redundant(t JobType, s ActiveState) bool {
	switch t {
	case JobStart, JobVerifyActive:
		return s.up()
	case JobStop:
		return s.down()
	case JobNop:
		return true
	}
	return false
}

// applicable tells whether a unit can have a job of a type at all.
func applicable(t JobType, u *Unit) bool {
	switch t {
	case JobStop:
		return !u.perpetual()
	case JobRestart, JobTryRestart:
		return u.loaded() && !u.perpetual()
	case JobReload, JobTryReload, JobReloadOrStart:
		return u.loaded() && u.kind.canReload()
	}
	return true // even a start of what only the outside can start: it waits
}

// precedes is a job's place against another of a unit that is ordered after it: -1 if the job goes first,
// 1 if the other does, 0 if neither has to wait. What stops goes first in any case, and of two that stop
// the one that was started last.
func precedes(a JobType, aAnyOrder bool, b JobType, bAnyOrder bool) int {
	switch {
	case a == JobNop || b == JobNop || aAnyOrder || bAnyOrder:
		return 0
	case b == JobStop || b == JobRestart:
		return 1
	}
	return -1
}

// before is precedes for two jobs, given that j's unit is ordered before other's.
func (j *Job) before(other *Job) int {
	return precedes(j.Type, j.ignoreOrder, other.Type, other.ignoreOrder)
}
