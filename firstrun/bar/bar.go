// Package bar shows how far a populate or an upgrade has come: a bar on a terminal, a line every few seconds
// elsewhere.
package bar

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	// An old release: the later ones compile regular expressions and read the locale before main, and PID 1, the same
	// binary, would begin a millisecond later for bars that it never draws.
	"github.com/vbauerster/mpb/v4"
	"github.com/vbauerster/mpb/v4/decor"
	"golang.org/x/sys/unix"

	"pintle/firstrun"
)

// linePause is how long a log is left alone between two lines.
const linePause = 3 * time.Second

// New gives the progress for a file that output goes to.
func New(out *os.File) firstrun.Progress {
	if _, err := unix.IoctlGetWinsize(int(out.Fd()), unix.TIOCGWINSZ); err == nil && os.Getenv("TERM") != "dumb" {
		return &bar{out: out}
	}
	return &lines{out: out, pause: linePause}
}

// bar is the progress on a terminal.
type bar struct {
	out      io.Writer
	progress *mpb.Progress
	bar      *mpb.Bar
}

func (b *bar) Start(what string, entries int, bytes int64) {
	if entries == 0 {
		return
	}
	b.progress = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(40))
	b.bar = b.progress.AddBar(int64(entries),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(what+" "), decor.CountersNoUnit("%d of %d files")),
		mpb.AppendDecorators(decor.Percentage(), decor.Name(", "+size(bytes))))
}

func (b *bar) Add(entries int, _ int64) {
	if b.bar != nil {
		b.bar.IncrBy(entries)
	}
}

func (b *bar) Done() {
	if b.bar == nil {
		return
	}
	b.bar.Abort(true) // if it failed; a complete bar does not mind
	b.progress.Wait()
	b.bar = nil
}

// lines is the progress in a log.
type lines struct {
	out   io.Writer
	pause time.Duration

	mu            sync.Mutex
	what          string
	entries, done int
	bytes, copied int64
	begun, said   time.Time
}

func (l *lines) Start(what string, entries int, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.what, l.entries, l.bytes, l.done, l.copied, l.begun, l.said = what, entries, bytes, 0, 0, now, now
}

func (l *lines) Add(entries int, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done, l.copied = l.done+entries, l.copied+bytes
	if now := time.Now(); now.Sub(l.said) >= l.pause {
		l.said = now
		fmt.Fprintf(l.out, "%s: %d of %d files, %s of %s\n", l.what, l.done, l.entries, size(l.copied), size(l.bytes))
	}
}

func (l *lines) Done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.said != l.begun { // it took long enough to be spoken of
		fmt.Fprintf(l.out, "%s: %d files, %s in %v\n", l.what, l.done, size(l.copied), time.Since(l.begun).Round(time.Millisecond))
	}
}

func size(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}
