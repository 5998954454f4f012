package journal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func consolePipe(t *testing.T) (*Console, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := NewConsole(int(w.Fd()), 256<<10, aside)
	c.grace = 20 * time.Millisecond
	t.Cleanup(func() {
		r.Close()
		c.Close(time.Minute) // before its descriptor has a chance to become that of another pipe
		w.Close()
	})
	return c, r
}

// A reader that is there gets every line, however much is written at once.
func TestConsoleLosesNothingToAReader(t *testing.T) {
	c, r := consolePipe(t)
	c.grace = time.Minute
	got := make(chan []byte)
	const lines = 50000
	go func() {
		var all bytes.Buffer
		io.CopyN(&all, r, lines*40)
		got <- all.Bytes()
	}()
	var want bytes.Buffer
	for i := range lines {
		line := fmt.Appendf(nil, "%038d.\n", i)
		want.Write(line)
		c.Copy(line)
	}
	if g := <-got; !bytes.Equal(g, want.Bytes()) {
		t.Errorf("got %d bytes, want %d, and the same", len(g), want.Len())
	}
	c.Close(time.Minute)
}

// A reader that stopped costs lines, never time; when it comes back it is told how many.
func TestConsoleDropsForAStoppedReader(t *testing.T) {
	c, r := consolePipe(t)
	line := []byte(strings.Repeat("x", 99) + "\n")
	for range 20000 {
		c.Copy(line)
	}
	c.mu.Lock()
	dropped, stalled := c.dropped, c.stalled
	c.mu.Unlock()
	if dropped == 0 || !stalled {
		t.Fatalf("dropped %d, stalled %v, want some and true", dropped, stalled)
	}
	c.Print([]byte("own line\n"))
	told := make(chan string)
	go func() {
		var all []byte
		b := make([]byte, 65536)
		for !bytes.Contains(all, []byte("nobody was reading")) {
			n, err := r.Read(b)
			if err != nil {
				break
			}
			all = append(all, b[:n]...)
		}
		told <- string(all)
	}()
	all := <-told
	if want := fmt.Sprintf("pintle: %d messages dropped", dropped); !strings.Contains(all, want) {
		t.Errorf("no line %q", want)
	}
	if !strings.Contains(all, "own line\n") {
		t.Error("the manager's own line found no room")
	}
	c.Close(time.Minute)
}

func TestConsoleCloseDoesNotWaitForAStoppedReader(t *testing.T) {
	c, _ := consolePipe(t)
	for range 5000 {
		c.Copy([]byte(strings.Repeat("x", 99) + "\n"))
	}
	c.Close(time.Millisecond) // returns
}

// A console whose reader is gone for good (EPIPE), or that was never open, swallows everything.
func TestBrokenConsole(t *testing.T) {
	c, r := consolePipe(t)
	r.Close()
	for range 5000 {
		c.Copy([]byte(strings.Repeat("x", 99) + "\n"))
		c.Print([]byte("own line\n"))
	}
	c.Close(time.Minute)

	closed := NewConsole(-1, 0, aside)
	closed.Copy([]byte("line\n"))
	closed.Close(time.Minute)
}

func aside(f func()) { go f() }
