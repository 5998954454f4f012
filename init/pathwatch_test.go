package pid1

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// A path is noticed when it appears, also when the directories that lead to it come only later.
func TestPathWatchFollowsDirectories(t *testing.T) {
	set, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	told := 0
	w := newPathWatches(set, func(unit string) {
		if unit != "a.service" {
			t.Errorf("told of %s", unit)
		}
		told++
	})
	dir := t.TempDir()
	path := filepath.Join(dir, "run", "daemon", "pid")
	if err := w.watch("a.service", path); err != nil {
		t.Fatal(err)
	}
	notices := func(what string, want bool, do func() error) {
		t.Helper()
		before := told
		if err := do(); err != nil {
			t.Fatal(err)
		}
		for set.Poll(func(f func()) { f() }) {
		}
		if (told > before) != want {
			t.Errorf("%s: told %d times", what, told-before)
		}
	}
	write := func(path string) func() error {
		return func() error { return os.WriteFile(path, []byte("1"), 0o644) }
	}
	notices("a neighbour", false, write(filepath.Join(dir, "other")))
	notices("the first directory", true, func() error { return os.Mkdir(filepath.Join(dir, "run"), 0o755) })
	notices("the second directory", true, func() error { return os.Mkdir(filepath.Join(dir, "run", "daemon"), 0o755) })
	notices("the file", true, write(path))
	notices("its contents", true, write(path))
	notices("its end", true, func() error { return os.Remove(path) })
	notices("the file again", true, write(path))
	notices("another name in its place", true, func() error { return os.Rename(path, path+".old") })
	w.unwatch("a.service")
	if w.fd != -1 || set.Len() != 0 || len(w.units) != 0 {
		t.Error("something is still watched")
	}
	notices("nothing any more", false, write(path))
}

// A forking daemon may write its PID file late, and make the directory for it later still.
func TestPIDFileThatComesLate(t *testing.T) {
	c := boot(t, story{units: `
-- story.target --
[Unit]
Wants=d.service
-- d.service --
[Service]
Type=forking
PIDFile=/run/late/deep/d.pid
ExecStart=/bin/sh -c 'sh -c "while ! test -e /tmp/go; do sleep 0.01; done; mkdir -p /run/late/deep; echo \\$\\$ >/run/late/deep/d.pid; echo written; exec sleep 1000" & echo forked'
-- go.service --
[Service]
Type=oneshot
ExecStart=/bin/touch /tmp/go
`})
	c.shows("]: forked")
	c.is("d.service", "activating")
	c.tell("start", "go.service")
	c.shows("]: written")
	c.is("d.service", "active running")
	c.signal(unix.SIGTERM)
	c.ends(0)
}
