package epoll

import (
	"testing"

	"golang.org/x/sys/unix"
)

func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(p[0]); unix.Close(p[1]) })
	return p[0], p[1]
}

func TestServeCallsWhatIsReady(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	r, w := pipe(t)
	got := make(chan string)
	if err := s.Add(r, In, func(uint32) {
		var b [16]byte
		n, _ := unix.Read(r, b[:])
		got <- string(b[:n])
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	go func() { s.Serve(func(f func()) { f() }); close(done) }()
	for _, word := range []string{"one", "two", "three"} {
		unix.Write(w, []byte(word))
		if g := <-got; g != word {
			t.Errorf("got %q, want %q", g, word)
		}
	}
	s.Close()
	<-done
}

func TestOneShotWaitsForRearm(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, w := pipe(t)
	calls := 0
	if err := s.Add(r, In|OneShot, func(uint32) { calls++ }); err != nil {
		t.Fatal(err)
	}
	unix.Write(w, []byte("x"))
	now := func(f func()) { f() }
	if !s.Poll(now) || s.Poll(now) || calls != 1 {
		t.Fatalf("%d calls, want 1 and no more before Rearm", calls)
	}
	if err := s.Rearm(r, In|OneShot); err != nil {
		t.Fatal(err)
	}
	if !s.Poll(now) || calls != 2 {
		t.Fatalf("%d calls after Rearm, want 2", calls)
	}
	s.Remove(r)
	if s.Len() != 0 || s.Rearm(r, In) == nil {
		t.Error("a removed descriptor is still watched")
	}
}

// A descriptor that an earlier function of the same batch replaced must not get the old one's event.
func TestReplacedWithinABatch(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r1, w1 := pipe(t)
	r2, w2 := pipe(t)
	stale, first := 0, 0
	swap := func(other int) func(uint32) {
		return func(uint32) {
			first++
			s.Remove(other)
			s.Add(other, In, func(uint32) { stale++ })
		}
	}
	s.Add(r1, In|OneShot, swap(r2))
	s.Add(r2, In|OneShot, swap(r1))
	unix.Write(w1, []byte("x"))
	unix.Write(w2, []byte("x"))
	s.Poll(func(f func()) { f() })
	if first != 1 || stale != 0 {
		t.Errorf("first %d, stale %d; want 1 and 0", first, stale)
	}
}

// A function that panics costs its own event; those behind it in the batch are reported all the same, for with
// OneShot nobody would report them again.
func TestPanicCostsOneEvent(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	calls := 0
	for range 3 {
		r, w := pipe(t)
		if err := s.Add(r, In|OneShot, func(uint32) {
			if calls++; calls == 2 {
				panic("a bug")
			}
		}); err != nil {
			t.Fatal(err)
		}
		unix.Write(w, []byte("x"))
	}
	s.Poll(func(f func()) {
		defer func() { _ = recover() }()
		f()
	})
	if calls != 3 {
		t.Errorf("%d of 3 functions were called", calls)
	}
	if s.Poll(func(func()) {}) {
		t.Error("an event is left")
	}
}
