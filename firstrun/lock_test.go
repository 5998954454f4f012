package firstrun_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

func openVolume(t *testing.T, sys *firstrun.Sys, path string) *firstrun.Volume {
	t.Helper()
	v, err := firstrun.OpenVolume(sys, path)
	faulty.Must(t, err)
	t.Cleanup(v.Close)
	return v
}

// noLocks is a file system without flock(2), as some network file systems are.
func noLocks() *firstrun.Sys {
	return &firstrun.Sys{Before: func(c *firstrun.Call) error {
		if c.Name == "flock" {
			return unix.ENOLCK
		}
		return nil
	}}
}

// One of two containers waits for the other, or refuses, and says who it is.
func TestTwoContainersOnOneVolume(t *testing.T) {
	for name, sys := range map[string]*firstrun.Sys{"flock": {}, "no flock": noLocks()} {
		t.Run(name, func(t *testing.T) {
			dir := faulty.Scratch(t)
			a, b := openVolume(t, sys, dir), openVolume(t, sys, dir)
			first, err := a.Lock("populating", 0, nil)
			faulty.Must(t, err)
			_, err = b.Lock("upgrading", 0, nil)
			var locked *firstrun.LockedError
			if !errors.As(err, &locked) || !strings.Contains(err.Error(), "(populating since") {
				t.Fatalf("the second got %v", err)
			}
			waits := make(chan firstrun.Owner, 1)
			got := make(chan error)
			go func() {
				second, err := b.Lock("upgrading", time.Minute, func(o firstrun.Owner) { waits <- o })
				if err == nil {
					if second.Died != nil {
						err = errors.New("the first is said to have died")
					}
					second.Unlock()
				}
				got <- err
			}()
			if o := <-waits; o.What != "populating" {
				t.Errorf("the second waits for %v", o)
			}
			first.Unlock()
			faulty.Must(t, <-got)
		})
	}
}

// A container that died with the lock does not keep others out, and is named.
func TestLockOfADeadContainer(t *testing.T) {
	dir := faulty.Scratch(t)
	a, b := openVolume(t, &firstrun.Sys{}, dir), openVolume(t, &firstrun.Sys{}, dir)
	dead, err := a.Lock("populating", 0, nil)
	faulty.Must(t, err)
	dead.Die()
	l, err := b.Lock("upgrading", 0, nil)
	faulty.Must(t, err)
	defer l.Unlock()
	if l.Died == nil || l.Died.What != "populating" {
		t.Errorf("the dead one is %v", l.Died)
	}
}
