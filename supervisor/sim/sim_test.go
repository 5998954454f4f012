package sim

import (
	"flag"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seed      = flag.Uint64("seed", 0, "run the schedule of this seed only")
	schedules = flag.Uint64("schedules", 10_000, "number of schedules to run")
)

// TestSchedules runs many random schedules. Each failure is reproduced by the line that it prints.
func TestSchedules(t *testing.T) {
	if *seed != 0 {
		var err error
		if testing.Verbose() {
			err = Run(*seed, os.Stdout)
		} else {
			err = Run(*seed, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var next, failed atomic.Uint64
	var wg sync.WaitGroup
	begin := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := next.Add(1); n <= *schedules && failed.Load() < 10; n = next.Add(1) {
				if err := Run(n, nil); err != nil {
					failed.Add(1)
					t.Errorf("%v\n\tgo test ./supervisor/sim -run TestSchedules -seed=%d", err, n)
				}
			}
		}()
	}
	wg.Wait()
	t.Logf("%d schedules in %v", min(next.Load(), *schedules), time.Since(begin).Round(time.Millisecond))
}

// TestInvariantsNotice proves that the invariants can fail: each of these hosts breaks one of its promises,
// and some schedule must be caught.
func TestInvariantsNotice(t *testing.T) {
	for name, f := range map[string]faults{
		"a second main process":            {twoMains: true},
		"processes that nobody finds":      {hidesOrphan: true},
		"exits that are never told":        {losesExits: true},
		"a SIGKILL that does nothing":      {dropsKill: true},
		"jobs that end twice":              {repeatsJobs: true},
		"starts that do not wait":          {hidesOrder: true},
		"a start limit that nobody counts": {noStartLimit: true},
		"timers that never go off":         {losesTimers: true},
		"an end that never comes":          {neverEnds: true},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(1000) {
				if err := run(seed+1, nil, f); err != nil {
					t.Logf("seed %d: %v", seed+1, err)
					return
				}
			}
			t.Error("1000 schedules and nothing was noticed")
		})
	}
}

// TestSameSeedSameSchedule is what makes a seed a reproduction.
func TestSameSeedSameSchedule(t *testing.T) {
	for seed := range uint64(50) {
		var first, second strings.Builder
		if err := Run(seed+1, &first); err != nil {
			t.Fatal(err)
		}
		if err := Run(seed+1, &second); err != nil {
			t.Fatal(err)
		}
		if pointers.ReplaceAllString(first.String(), "") != pointers.ReplaceAllString(second.String(), "") {
			t.Fatalf("the schedule of seed %d is not always the same", seed+1)
		}
	}
}

// pointers are what a %+v of the settings shows as an address.
var pointers = regexp.MustCompile(`0x[0-9a-f]+`)
