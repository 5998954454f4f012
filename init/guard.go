package pid1

import (
	"fmt"
	"runtime/debug"
	"time"

	"pintle/supervisor"
	"pintle/units"
)

// PID 1 must not die of a bug, because every service would die with it. So every goroutine of ours runs under a
// guard, which catches a panic, logs it, and has the loop answer it: by handing everything over to the binary executed
// anew (handover.go), which goes on from a state that was checked (supervisor.Manager.Heal). A bug that shows again and
// again is not answered so each time: after crashesMax of them within crashesSpan PID 1 goes on as it is.
//
// What no guard can catch is what the Go runtime itself gives up for: no memory left, a map used by two goroutines at
// once, a stack beyond its limit. See docs/handover.md.
const (
	crashesMax  = 3
	crashesSpan = time.Minute
)

// guard does one thing on the loop goroutine.
func (p *PID1) guard(do func()) {
	defer func() {
		if r := recover(); r != nil {
			p.bug(r)
			p.crashed = true
		}
	}()
	do()
}

// aside does one thing on another goroutine.
func (p *PID1) aside(do func()) {
	defer func() {
		if r := recover(); r != nil {
			p.bug(r)
			select {
			case p.crashes <- struct{}{}:
			default: // the loop is about to answer another one
			}
		}
	}()
	do()
}

func (p *PID1) bug(r any) {
	defer func() { _ = recover() }() // what prints it may be what is broken
	p.say(supervisor.LevelError, "bug: "+fmt.Sprint(r)+". Please report this:\n"+string(debug.Stack()))
}

// answer does what a bug makes necessary.
func (p *PID1) answer() {
	now := p.Now().Monotonic
	for len(p.bugs) > 0 && p.bugs[0]+units.Usec(crashesSpan.Microseconds()) < now {
		p.bugs = p.bugs[1:]
	}
	p.bugs = append(p.bugs, now)
	if len(p.bugs) <= crashesMax {
		p.handOver(true) // does not return if it is possible
	} else {
		p.logf(supervisor.LevelError, "this is bug %d within %v: going on without executing PID 1 anew", len(p.bugs), crashesSpan)
	}
	p.guard(p.manager.Heal)
	p.crashed = false // whatever came of that: it was the best we know
}
