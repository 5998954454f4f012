package supervisor

import (
	"cmp"
	"container/heap"
	"strings"
)

// queueSet says which of the manager's queues a unit is in.
type queueSet uint8

const (
	queuedUpheld queueSet = 1 << iota
	queuedBound
	queuedUnneeded
	queuedGarbage
	queuedTouched
)

// queue holds units, each once, in the order in which they were added.
type queue struct {
	units []*Unit
	mark  queueSet
}

func (q *queue) add(u *Unit, mark queueSet) {
	q.mark = mark
	if u.queued&mark == 0 {
		u.queued |= mark
		q.units = append(q.units, u)
	}
}

// do takes the first unit out and works on it; false if there is none.
func (q *queue) do(work func(*Unit)) bool {
	if len(q.units) == 0 {
		return false
	}
	u := q.units[0]
	q.units[0] = nil
	q.units = q.units[1:]
	u.queued &^= q.mark
	work(u)
	return true
}

// readyQueue holds the jobs that may be able to run. Where the order of units leaves a choice, systemd's
// precedence decides: by type, then by weight, then by name. When everything stops, what was started last
// goes first.
type readyQueue []*Job

func (q readyQueue) Len() int      { return len(q) }
func (q readyQueue) Swap(a, b int) { q[a], q[b] = q[b], q[a] }
func (q *readyQueue) Push(x any)   { *q = append(*q, x.(*Job)) }
func (q *readyQueue) Pop() any {
	old := *q
	j := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return j
}

func (q readyQueue) Less(a, b int) bool {
	x, y := q[a].Unit, q[b].Unit
	if x.m.ending != nil && q[a].Type == JobStop && q[b].Type == JobStop && x.order != y.order {
		return x.order > y.order
	}
	if c := cmp.Compare(precedence(x), precedence(y)); c != 0 {
		return c > 0
	}
	return strings.Compare(x.Name, y.Name) < 0
}

// precedence is the place of a unit's type among the types; the greater goes first.
func precedence(u *Unit) int {
	return strings.Index("service socket target device mount automount swap timer path slice scope", TypeOf(u.Name))
}

// queueJob has a job looked at: it may be able to run now.
func (m *Manager) queueJob(j *Job) {
	if !j.queued && j.installed {
		j.queued = true
		heap.Push(&m.ready, j)
	}
}

// runNext takes the next job that may be able to run; false if there is none.
func (m *Manager) runNext() bool {
	if len(m.ready) == 0 {
		return false
	}
	j := heap.Pop(&m.ready).(*Job)
	j.queued = false
	if j.installed && j.State == JobWaiting && m.runnable(j) {
		m.runJob(j)
	}
	return true
}
