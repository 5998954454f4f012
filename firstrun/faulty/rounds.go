package faulty

import (
	"sync"
	"testing/synctest"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
)

// Round is an instant at which all that works on a volume stands still: each worker is just ahead of a call that
// changes something, or half-way through a write. What is stored is what a kill -9 would leave then.
type Round struct {
	Number int // from 1
	Calls  []*firstrun.Call
	Torn   int // how many of Calls are what is left of a write, half of which has been done
}

// gate is where workers wait.
type gate struct {
	mu      sync.Mutex
	waiting []waiting
	cut     map[*firstrun.Call]bool // writes that half has been done of
	broken  bool                    // nothing is changed any more
}

type waiting struct {
	call *firstrun.Call
	open chan error
}

func (g *gate) before(c *firstrun.Call) error {
	if !c.Changes {
		return nil
	}
	w := waiting{c, make(chan error)}
	g.mu.Lock()
	if g.broken {
		g.mu.Unlock()
		return unix.EIO
	}
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	return <-w.open
}

// Rounds does work whose calls that change something come in rounds: one of each worker. Ahead of each round it
// calls at, which ends the work by an error. With many workers there are few rounds, and in each of them many
// things are half done. It must run in a bubble of package synctest, which tells when all workers wait.
func Rounds(work func(sys *firstrun.Sys) error, at func(r Round) error) error {
	g := &gate{cut: map[*firstrun.Call]bool{}}
	done := make(chan error, 1)
	go func() { done <- work(&firstrun.Sys{Before: g.before}) }()
	var failed error
	for number := 1; ; number++ {
		synctest.Wait()
		round := g.waiting
		g.waiting = nil
		if len(round) == 0 {
			if err := <-done; failed == nil {
				failed = err
			}
			return failed
		}
		if failed == nil {
			if failed = at(g.round(number, round)); failed != nil {
				g.broken = true
			}
		}
		for _, w := range round {
			if failed != nil {
				w.open <- unix.EIO
				continue
			}
			if w.call.Len > 1 && !g.cut[w.call] {
				w.call.Len /= 2
				g.cut[w.call] = true
			} else {
				delete(g.cut, w.call)
			}
			w.open <- nil
		}
	}
}

func (g *gate) round(number int, waiting []waiting) Round {
	r := Round{Number: number}
	for _, w := range waiting {
		r.Calls = append(r.Calls, w.call)
		if g.cut[w.call] {
			r.Torn++
		}
	}
	return r
}
