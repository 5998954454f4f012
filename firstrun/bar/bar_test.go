package bar

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

func TestLinesInALog(t *testing.T) {
	var out bytes.Buffer
	l := &lines{out: &out, pause: time.Nanosecond}
	l.Start("copying", 2, 2048)
	l.Add(1, 1024)
	l.Add(1, 1024)
	l.Done()
	for _, want := range []string{"copying: 1 of 2 files, 1.0 KiB of 2.0 KiB\n", "copying: 2 files, 2.0 KiB in "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestWhatIsQuickIsNotSpokenOf(t *testing.T) {
	var out bytes.Buffer
	l := &lines{out: &out, pause: time.Hour}
	l.Start("copying", 1, 1)
	l.Add(1, 1)
	l.Done()
	if out.Len() > 0 {
		t.Errorf("it says %q", out.String())
	}
}

// The bar ends whether all was done or not, and leaves no goroutine that waits.
func TestBar(t *testing.T) {
	for done := range 3 {
		var out bytes.Buffer
		b := &bar{out: &out}
		b.Start("copying", 2, 3<<30)
		b.Add(done, 0)
		b.Done()
	}
}

func TestNoTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, ok := New(w).(*lines); !ok {
		t.Error("a pipe gets a bar")
	}
}
