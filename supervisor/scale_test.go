package supervisor

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// wide is a target that wants many services, each ordered after the one a tenth of the number before it.
func wide(n int) map[string]*units.Unit {
	all := map[string]*units.Unit{}
	add := func(name string) *units.Unit {
		u := &units.Unit{Name: name, State: units.Loaded, Deps: map[units.Dependency]units.Set{}}
		all[name] = u
		return u
	}
	link := func(u *units.Unit, kind, inverse units.Dependency, other *units.Unit) {
		s, r := u.Deps[kind], other.Deps[inverse]
		s.Add(other.Name)
		r.Add(u.Name)
		u.Deps[kind], other.Deps[inverse] = s, r
	}
	target := add("all.target")
	for i := range n {
		u := add(fmt.Sprintf("s%d.target", i))
		link(target, units.Wants, units.WantedBy, u)
		link(target, units.After, units.Before, u)
		if before := all[fmt.Sprintf("s%d.target", i-n/10)]; before != nil {
			link(u, units.Requires, units.RequiredBy, before)
			link(u, units.After, units.Before, before)
		}
	}
	return all
}

// given is a Resolver over units made by hand.
type given map[string]*units.Unit

func (g given) Get(name string) *units.Unit { return g[name] }
func (g given) Unload(string)               {}
func (g given) Load(name string) *units.Unit {
	if u := g[name]; u != nil {
		return u
	}
	return &units.Unit{Name: name, State: units.NotFound}
}

// silent is a world in which only time passes.
type silent struct{ fakeHost }

func (*silent) UnitChanged(*Unit, ActiveState, ActiveState) {}
func (*silent) JobDone(*Job)                                {}
func (*silent) Log(Level, string, string)                   {}
func (*silent) StartupFinished()                            {}

func startAndStop(t testing.TB, all given) {
	m := New(&silent{}, all, Config{})
	if err := m.Boot("all.target"); err != nil {
		t.Fatal(err)
	}
	if m.State() != Running || len(m.Jobs()) != 0 {
		t.Fatalf("the boot is not over: %s, %d jobs", m.State(), len(m.Jobs()))
	}
	if _, err := m.Enqueue(JobStop, "s0.target", units.ModeReplace); err != nil {
		t.Fatal(err)
	}
}

// threadTime is how long this thread has had a processor, which is what counts on a busy machine.
func threadTime(t *testing.T) time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		t.Fatal(err)
	}
	return time.Duration(now.Nano())
}

// TestScale starts many units and looks that the work for each does not grow with their number.
func TestScale(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	took := func(n int) time.Duration {
		all := wide(n)
		best := time.Hour
		for range 3 {
			begin := threadTime(t)
			startAndStop(t, all)
			best = min(best, threadTime(t)-begin)
		}
		return best / time.Duration(n)
	}
	few, many := took(500), took(10_000)
	t.Logf("each of 500: %v, each of 10000: %v", few, many)
	if many > 12*few { // 20 times as many: anything quadratic is 20 times as slow for each
		t.Errorf("each of 10000 units takes %v, each of 500 %v", many, few)
	}
}

func BenchmarkStart50(b *testing.B) {
	all := wide(50)
	for b.Loop() {
		startAndStop(b, all)
	}
}
