package supervisor

// search is the state of one search for a cycle in the order of a transaction's jobs and those queued.
type search struct {
	tr      *transaction
	visited map[*Unit]bool
	from    map[*Unit]*Unit // the unit from which the search went on to this one, while it is on the path
	rising  bool            // all that restarts has stopped and is to start
}

// breakCycle looks for a cycle in the order of the jobs and drops one of its jobs; false if there is none.
// It is an error if all of them matter.
//
// Where something restarts it looks twice, as the order that a restart has among the others turns round when it
// has become a start: what then goes in a circle would wait for ever.
func (tr *transaction) breakCycle() (found bool, err error) {
	if found, err = tr.breakCycleWhile(false); !found && err == nil && tr.restartsAny() {
		found, err = tr.breakCycleWhile(true)
	}
	return found, err
}

func (tr *transaction) restartsAny() bool {
	for _, u := range tr.order {
		for _, s := range tr.steps[u] {
			if s.typ == JobRestart {
				return true
			}
		}
	}
	for _, j := range tr.m.jobs {
		if j.Type == JobRestart {
			return true
		}
	}
	return false
}

func (tr *transaction) breakCycleWhile(rising bool) (found bool, err error) {
	s := search{tr: tr, visited: make(map[*Unit]bool, len(tr.order)), from: make(map[*Unit]*Unit), rising: rising}
	for _, u := range tr.order {
		if len(tr.steps[u]) == 0 {
			continue
		}
		if last, first := s.visit(u, nil); last != nil {
			return true, tr.breakAt(last, first, &s)
		}
	}
	return false, nil
}

// orderType is the type of the job that orders a unit among the others, if there is one: the transaction's
// or else the one queued already.
func (s *search) orderType(u *Unit) (t JobType, anyOrder, ok bool) {
	list := s.tr.steps[u]
	switch {
	case len(list) > 0:
		t, anyOrder = list[0].typ, list[0].ignoreOrder
	case u.job == nil, s.rising && u.job.Type == JobStart && u.job.State == JobRunning: // waits for nobody
		return "", false, false
	default:
		t, anyOrder = u.job.Type, u.job.ignoreOrder
	}
	if len(list) > 0 && u.job != nil {
		if merged, ok := mergeFor(u.job.Type, t, u); ok {
			t = merged // the job that is queued will do both
		}
	}
	if s.rising && t == JobRestart {
		t = JobStart
	}
	return t, anyOrder, true
}

// visit walks along "goes before". It returns the two ends of the edge that closes a cycle, or nil.
func (s *search) visit(u, from *Unit) (last, first *Unit) {
	if s.visited[u] {
		if _, onPath := s.from[u]; onPath {
			return from, u
		}
		return nil, nil
	}
	s.visited[u] = true
	s.from[u] = from
	t, any, _ := s.orderType(u)
	for other := range u.known(orderBefore) {
		if ot, oany, ok := s.orderType(other); ok && precedes(t, any, ot, oany) < 0 {
			if last, first := s.visit(other, u); last != nil {
				return last, first
			}
		}
	}
	for other := range u.known(orderAfter) {
		if ot, oany, ok := s.orderType(other); ok && precedes(ot, oany, t, any) > 0 {
			if last, first := s.visit(other, u); last != nil {
				return last, first
			}
		}
	}
	delete(s.from, u)
	return nil, nil
}

// breakAt goes back from the end of a cycle to its beginning and drops the first unit's jobs on the way
// that the transaction can do without.
func (tr *transaction) breakAt(last, first *Unit, s *search) error {
	c := Cycle{Starting: first.Name}
	var victim *Unit
	for u := last; u != nil; u = s.from[u] {
		t, _, _ := s.orderType(u)
		c.Units = append(c.Units, u.Name+"/"+string(t))
		if victim == nil && tr.canDrop(u) {
			victim = u
		}
		if u == first {
			break
		}
	}
	// The walk was from what goes first to what waits, and back: the first named waits for the next.
	if victim == nil {
		tr.m.host.Log(LevelError, c.Starting, c.String())
		return refuse(ErrTransactionOrderIsCyclic, first.Name,
			"Transaction order is cyclic. See system logs for details.")
	}
	c.Dropped = victim.Name
	tr.cycles = append(tr.cycles, c)
	for len(tr.steps[victim]) > 0 {
		tr.drop(tr.steps[victim][0], true)
	}
	return nil
}

// canDrop tells whether a unit has steps and none of them matters.
func (tr *transaction) canDrop(u *Unit) bool {
	for _, s := range tr.steps[u] {
		if s.matters {
			return false
		}
	}
	return len(tr.steps[u]) > 0
}
