package pid1

import "pintle/supervisor"

// salvage is what is left when the state of the units is lost: what runs is known by its processes, what listens by its
// sockets, and the rest is started as at the boot.
func (p *PID1) salvage() {
	p.logf(supervisor.LevelError, "what the units were doing is lost: taking over processes and sockets, and starting what does not run")
	p.newManager()
	var left []supervisor.Remnant
	for unit, main := range p.tracker.survivors() {
		left = append(left, supervisor.Remnant{Unit: unit, Main: main})
	}
	for unit, fds := range p.sockets {
		left = append(left, supervisor.Remnant{Unit: unit, FDs: fds})
	}
	p.guard(func() { p.manager.Salvage(left) })
	p.guard(p.start)
}

// survivors are the units that have live processes, with the first of these that PID 1 has started, or 0.
func (t *Tracker) survivors() map[string]int {
	t.mu.Lock()
	t.scan()
	first := map[string]int{}
	for pid, m := range t.members {
		if m.gone || m.child && !running(pid) || !m.child && !alive(pid) {
			continue
		}
		if before := first[m.unit]; !m.child || before != 0 && before < pid {
			pid = before
		}
		first[m.unit] = pid
	}
	t.mu.Unlock()
	return first
}
