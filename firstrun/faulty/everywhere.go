package faulty

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pintle/firstrun"
)

// Start is what a container does to a volume at its start.
type Start struct {
	Volume func(attempt int) string // makes a volume as it is before
	Remove func(volume string) error
	Run    func(sys *firstrun.Sys, volume string, workers int) error
}

// manyWorkers is more than there are directories to copy files to, so that each has a worker.
const manyWorkers = 1000

// fullEvery is after how many rounds everything is read again, also what was seen as it is to be.
const fullEvery = 64

// maxFailed is after how many rounds that have failed the others are left alone.
const maxFailed = 10

// KillEverywhere stops a start with many workers ahead of every call, and half-way through every write, and has
// the next start go on from what there is then: on a view of the volume, so that the first one can go on, too,
// to its next call. It returns at how many calls that was; of the rounds only every thin-th is taken, each time
// others, unless -crash-all is set.
func KillEverywhere(t *testing.T, thin int, start Start) (calls int) {
	t.Helper()
	model := start.Volume(0)
	Must(t, start.Run(&firstrun.Sys{}, model, 1))
	want := ReadWant(t, model)
	kill := (*killer).onView
	if v, err := NewView(model); err == nil {
		Must(t, want.Compare(v.Path, nil))
		v.Close()
	} else if *crashTree != "" {
		t.Fatal(err)
	} else {
		t.Logf("begins anew for every round: %v", err)
		kill = (*killer).anew
	}
	if *all {
		thin = 1
	}
	thin *= *stride
	skip := rand.IntN(thin)
	begin := time.Now()
	var sum killed
	t.Run("rounds", func(t *testing.T) {
		for shard := range *jobs {
			t.Run(fmt.Sprintf("%d-of-%d", shard+1, *jobs), func(t *testing.T) {
				t.Parallel()
				volume := 1 + shard
				synctest.Test(t, func(t *testing.T) {
					k := &killer{Start: start, t: t, want: want, volume: volume, step: *jobs * thin, first: 1 + shard*thin + skip, sum: &sum}
					Must(t, kill(k))
				})
			})
		}
	})
	rounds := max(sum.rounds.Load(), 1)
	each := time.Since(begin) * time.Duration(*jobs) / time.Duration(rounds)
	t.Logf("killed at %d calls (%d in the middle of a write), in %d rounds of %v", sum.calls.Load(), sum.torn.Load(), rounds, each.Round(time.Millisecond))
	Must(t, start.Remove(model))
	return int(sum.calls.Load())
}

type killed struct{ calls, torn, rounds atomic.Int64 }

type killer struct {
	Start
	t      *testing.T
	want   *Want
	volume int // its number
	step   int // every step-th round is its own,
	first  int // from this one on
	rounds int // that were its own
	failed int // rounds
	sum    *killed
}

func (k *killer) add(r Round) {
	k.rounds++
	k.sum.calls.Add(int64(len(r.Calls)))
	k.sum.torn.Add(int64(r.Torn))
	k.sum.rounds.Add(1)
}

// onView lets one start go on to its end.
func (k *killer) onView() error {
	volume := k.Volume(k.volume)
	seen := Seen{}
	err := Rounds(func(sys *firstrun.Sys) error { return k.Run(sys, volume, manyWorkers) }, func(r Round) error {
		if r.Number < k.first || (r.Number-k.first)%k.step != 0 {
			return nil
		}
		if k.add(r); k.rounds%fullEvery == 0 {
			clear(seen)
		}
		view, err := NewView(volume)
		if err == nil {
			err = k.next(view.Path, r, seen)
			view.Close()
		}
		if err == nil {
			return nil
		}
		if k.failed++; k.failed < maxFailed { // the volume itself has not suffered
			k.t.Error(err)
			return nil
		}
		return err
	})
	if err == nil {
		err = k.want.Compare(volume, nil)
	}
	if err == nil {
		err = k.Remove(volume)
	}
	return err
}

var errKilled = errors.New("killed")

// anew begins with a volume of its own for every round.
func (k *killer) anew() error {
	for number := k.first; ; number += k.step {
		volume := k.Volume(k.volume)
		var killed Round
		err := Rounds(func(sys *firstrun.Sys) error { return k.Run(sys, volume, manyWorkers) }, func(r Round) error {
			if r.Number == number {
				killed = r
				return errKilled
			}
			return nil
		})
		over := err == nil
		if !over {
			k.add(killed)
		}
		if over || err == errKilled {
			err = k.next(volume, killed, nil)
		}
		if err == nil {
			err = k.Remove(volume)
		}
		if err != nil || over {
			return err
		}
	}
}

// next is the next start.
func (k *killer) next(volume string, r Round, seen Seen) error {
	if err := k.Run(&firstrun.Sys{}, volume, 1); err != nil {
		return fmt.Errorf("killed ahead of %s: the next start: %w", r, err)
	}
	if err := k.want.Compare(volume, seen); err != nil {
		return fmt.Errorf("killed ahead of %s, and the next start made something else of it: %w", r, err)
	}
	return nil
}

// String names a round.
func (r Round) String() string {
	if len(r.Calls) == 1 {
		return fmt.Sprintf("call %s of round %d", r.Calls[0].Name, r.Number)
	}
	return fmt.Sprintf("%d calls of round %d", len(r.Calls), r.Number)
}
