package pid1

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/vectors"
)

// The table does what a live systemd 256 did, but for SIGTERM (see signalTable).
func TestVectorsSignals(t *testing.T) {
	type row struct {
		Signal, Effect, Action string
	}
	seen := map[string]bool{}
	vectors.Run(t, "pid1_signals", func(t *testing.T, r row) {
		if r.Signal == "" {
			if r.Action == "" {
				t.Fatal("neither a signal nor an action")
			}
			return // the exit codes are told by the boot stories
		}
		seen[r.Signal] = true
		if _, others, ok := strings.Cut(r.Effect, "(like "); ok {
			others, _, _ = strings.Cut(others, ")")
			for name := range strings.SplitSeq(others, "/") {
				seen["SIG"+strings.TrimPrefix(name, "SIG")] = true
			}
		}
		var found *signalRow
		for i := range signalTable {
			if signalName(signalTable[i].signal) == r.Signal {
				found = &signalTable[i]
			}
		}
		if found == nil {
			t.Fatalf("%s is not in the table", r.Signal)
		}
		want := r.Effect
		if r.Signal == "SIGTERM" {
			want = "stop every unit in order and exit"
		}
		got := found.String()
		if found.do == startUnit {
			// The words of the table put the mode behind a comma or in brackets, or leave it out.
			if !strings.Contains(want, found.unit) {
				t.Errorf("%s: got %q, want %q", r.Signal, got, want)
			}
			for _, mode := range []string{"replace-irreversibly", "isolate"} {
				if strings.Contains(want, mode) != (string(found.mode) == mode) {
					t.Errorf("%s: mode %s, want %q", r.Signal, found.mode, want)
				}
			}
			return
		}
		words := strings.FieldsFunc(strings.ToLower(got), func(r rune) bool { return r == ' ' })
		hits := 0
		for _, w := range words {
			if strings.Contains(strings.ToLower(want), w) {
				hits++
			}
		}
		if hits*2 < len(words) {
			t.Errorf("%s: got %q, want %q", r.Signal, got, want)
		}
	})
	if os.Getenv("PINTLE_VECTORS") == "" {
		for _, r := range signalTable {
			if !seen[signalName(r.signal)] {
				t.Errorf("%s is in no row of the vectors", signalName(r.signal))
			}
		}
	}
}

func TestSignalsArrive(t *testing.T) {
	up := make(chan struct{})
	close(up)
	_, others, _, all := catchSignals(nil, up, func(f func()) { go f() })
	<-all
	for _, sig := range []syscall.Signal{rtMin + 1, rtMin + 29, syscall.SIGHUP, syscall.SIGQUIT} {
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
		if got := <-others; got != sig {
			t.Errorf("got %v, want %v", got, sig)
		}
	}
}

// The runtime would end a process on these, also process 1, which the kernel spares.
func TestSignalsThatAreNoEnd(t *testing.T) {
	up := make(chan struct{})
	close(up)
	_, _, _, all := catchSignals(nil, up, func(f func()) { go f() })
	<-all
	for _, sig := range []syscall.Signal{unix.SIGPIPE, unix.SIGXFSZ, unix.SIGXCPU, unix.SIGTRAP, unix.SIGSTKFLT} {
		if err := syscall.Kill(os.Getpid(), sig); err != nil {
			t.Fatal(err)
		}
	}
}
