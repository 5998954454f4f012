package supervisor

import (
	"container/heap"

	"pintle/units"
)

// timer calls fire once at an instant of the monotonic clock. It belongs to one manager's heap while set.
type timer struct {
	at    units.Usec
	fire  func()
	index int // in the heap, plus one; 0 when not set
}

// timers is the heap of all set timers, the next one first.
type timers []*timer

func (h timers) Len() int           { return len(h) }
func (h timers) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i+1, j+1
}
func (h *timers) Push(x any) {
	t := x.(*timer)
	*h = append(*h, t)
	t.index = len(*h)
}
func (h *timers) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = 0
	return t
}

// set sets a timer, or sets it anew; one that would never come is cleared.
func (h *timers) set(t *timer, at units.Usec) {
	switch {
	case at == units.Infinity:
		h.clear(t)
	case t.index == 0:
		t.at = at
		heap.Push(h, t)
	default:
		t.at = at
		heap.Fix(h, t.index-1)
	}
}

// clear takes a timer out.
func (h *timers) clear(t *timer) {
	if t.index != 0 {
		heap.Remove(h, t.index-1)
	}
}

// due takes the next timer out whose time has come, or returns nil.
func (h *timers) due(now units.Usec) *timer {
	if len(*h) == 0 || (*h)[0].at > now {
		return nil
	}
	return heap.Pop(h).(*timer)
}

// later is an instant after another, never overflowing: an infinite span never ends.
func later(at, span units.Usec) units.Usec {
	if sum := at + span; sum >= at {
		return sum
	}
	return units.Infinity
}

// rateLimit allows burst events in an interval; a zero interval or burst allows any number. Like systemd's
// it counts in fixed windows: the first event after a window opens the next one.
type rateLimit struct {
	begin units.Usec
	count uint
	open  bool
}

func (r *rateLimit) allow(now, interval units.Usec, burst uint) bool {
	if interval == 0 || burst == 0 {
		return true
	}
	if !r.open || now-r.begin > interval {
		*r = rateLimit{begin: now, count: 1, open: true}
		return true
	}
	if r.count >= burst {
		return false
	}
	r.count++
	return true
}
