package sim

import (
	"errors"
	"fmt"
	"slices"

	"pintle/supervisor"
)

// reexec hands everything over to another manager, as a re-execution of PID 1 does. damaged says that the manager was
// stopped in the middle of something.
func (s *schedule) reexec(damaged bool) {
	h := s.h
	h.trace("re-execution")
	state, fds, err := s.m.Save()
	if err != nil {
		h.check.fail("%v", err)
		return
	}
	h.check.handedOver(fds)
	old := s.m
	s.m = s.newManager()
	h.check.handOver(old, s.m)
	if err := s.m.Restore(state, damaged); err != nil {
		h.check.fail("%v", err)
		return
	}
	h.check.handOver(old, s.m)
	if !damaged {
		h.check.same(old, s.m)
	}
}

// handOver makes the checker look at another manager from now on.
func (c *checker) handOver(from, to *supervisor.Manager) {
	c.m = to
	for name, u := range c.units {
		if now := to.Unit(name); now != nil && from.Unit(name) == u {
			c.units[name] = now
		}
	}
}

// handedOver looks whether every open descriptor is.
func (c *checker) handedOver(fds []int) {
	for _, open := range []map[int]bool{c.h.fds, c.h.conns} {
		for fd := range open {
			if !slices.Contains(fds, fd) {
				c.fail("descriptor %d is open and not handed over", fd)
			}
		}
	}
}

// same compares what can be seen of two managers. The second one may have gone on by what it found at its start, so
// that only what cannot change by itself is compared.
func (c *checker) same(old, now *supervisor.Manager) {
	for _, u := range old.Units() {
		if u.Unit.Service == nil {
			continue
		}
		v := now.Unit(u.Name)
		if v == nil {
			if active, _ := u.State(); active != supervisor.Inactive {
				c.fail("%s was %s, and is forgotten", u.Name, active)
			}
			continue
		}
		_, before := u.State()
		if _, after := v.State(); before != after {
			continue
		}
		if a, b := fmt.Sprintf("%+v", *u.ServiceStatus()), fmt.Sprintf("%+v", *v.ServiceStatus()); a != b {
			c.fail("%s was handed over as\n%s\nand taken over as\n%s", u.Name, a, b)
		}
	}
	for _, j := range old.Jobs() {
		if !c.jobs[j.ID] && c.job(j.Unit.Name) == nil {
			c.fail("job %d of %s is lost", j.ID, j.Unit.Name)
		}
	}
}

// errBug is what the manager panics with, for this is no bug of its own.
var errBug = errors.New("a bug, made by the simulator")

// bug makes the manager panic, some time or other while its bugs last.
func (s *schedule) bug() {
	if s.busy && s.bugs > 0 && s.moments.IntN(60) == 0 {
		s.bugs--
		s.h.trace("a bug")
		panic(errBug)
	}
}

// guard calls the manager. After a bug PID 1 re-executes itself.
func (s *schedule) guard(call func()) {
	if s.busy {
		call() // from within a call, as something that happens at the same time
		return
	}
	defer func() {
		s.busy = false
		if r := recover(); r == errBug {
			s.reexec(true)
		} else if r != nil {
			panic(r)
		}
	}()
	s.busy = true
	call()
}
