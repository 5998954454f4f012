package journal

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// start gives a journal and a reader of its console.
func start(t *testing.T, syslog string) (*Journal, *bufio.Reader, func()) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := NewConsole(int(w.Fd()), 0, aside)
	c.grace = time.Minute
	j, err := New(Config{Console: c, Show: true, Syslog: syslog})
	if err != nil {
		t.Fatal(err)
	}
	end := func() {
		j.Close(time.Minute)
		c.Close(time.Minute)
		w.Close()
	}
	t.Cleanup(func() { r.Close() })
	return j, bufio.NewReaderSize(r, 1<<20), end
}

func expect(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	line, err := r.ReadString('\n')
	if err != nil || line != want+"\n" {
		t.Errorf("got %.200q (%v), want %.200q", line, err, want)
	}
}

func TestStreamGivesLines(t *testing.T) {
	j, r, end := start(t, "")
	w, s, err := j.Stream(StreamConfig{Identifier: "web.service", LevelPrefix: true, LevelMax: -1})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "hello\nwor")
	s.Start(12)
	expect(t, r, "web.service[12]: hello")
	io.WriteString(w, "ld\r\n\n  \n<3>bad\n<30>good\nbin\x00\xff\n")
	expect(t, r, "web.service[12]: world")
	expect(t, r, "web.service[12]: bad")
	expect(t, r, "web.service[12]: good")
	expect(t, r, `web.service[12]: bin\x00\xff`)
	io.WriteString(w, strings.Repeat("x", lineMax+5)+"\nno newline")
	expect(t, r, "web.service[12]: "+strings.Repeat("x", lineMax))
	expect(t, r, "web.service[12]: xxxxx")
	w.Close()
	expect(t, r, "web.service[12]: no newline")
	end()
	if n := j.set.Len(); n != 0 {
		t.Errorf("%d descriptors left", n)
	}
}

func TestStreamLevelMax(t *testing.T) {
	j, r, end := start(t, "")
	defer end()
	w, s, err := j.Stream(StreamConfig{Identifier: "a", LevelPrefix: true, LevelMax: 4})
	if err != nil {
		t.Fatal(err)
	}
	s.Start(0)
	io.WriteString(w, "info\n<7>debug\n<4>warning\n")
	w.Close()
	expect(t, r, "a: warning")
}

// What is in the pipes when the container ends still reaches the console.
func TestCloseReadsWhatIsLeft(t *testing.T) {
	j, r, end := start(t, "")
	var files []*os.File
	for i := range 100 {
		w, s, err := j.Stream(StreamConfig{Identifier: fmt.Sprint("s", i), LevelMax: -1})
		if err != nil {
			t.Fatal(err)
		}
		s.Start(1)
		fmt.Fprintf(w, "last words\n")
		files = append(files, w)
	}
	end()
	all, _ := io.ReadAll(r)
	if n := strings.Count(string(all), "last words\n"); n != 100 {
		t.Errorf("%d of 100 last words", n)
	}
	for _, f := range files {
		f.Close()
	}
}

func TestSockets(t *testing.T) {
	dir := t.TempDir()
	daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "syslog"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	j, r, end := start(t, filepath.Join(dir, "syslog"))
	defer end()
	if errs := j.Listen(dir); errs != nil {
		t.Fatal(errs)
	}
	pid := os.Getpid()
	forwarded := func(want string) {
		t.Helper()
		b := make([]byte, 4096)
		n, err := daemon.Read(b)
		if err != nil || !strings.Contains(string(b[:n]), want) {
			t.Errorf("syslog got %q (%v), want %q", b[:n], err, want)
		}
	}

	log, err := net.Dial("unixgram", filepath.Join(dir, SyslogSocket))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	io.WriteString(log, "<13>Nov 21 20:58:13 logger[99]: one\ntwo")
	expect(t, r, fmt.Sprintf("logger[%d]: one", pid))
	expect(t, r, fmt.Sprintf("logger[%d]: two", pid))
	forwarded("<13>Nov 21 20:58:13 logger[99]: one\ntwo")

	native, err := net.Dial("unixgram", filepath.Join(dir, NativeSocket))
	if err != nil {
		t.Fatal(err)
	}
	defer native.Close()
	io.WriteString(native, "MESSAGE=entry\nSYSLOG_IDENTIFIER=app\nPRIORITY=4\n")
	expect(t, r, fmt.Sprintf("app[%d]: entry", pid))
	forwarded(fmt.Sprintf("app[%d]: entry", pid))

	stdout, err := net.Dial("unix", filepath.Join(dir, StdoutSocket))
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(stdout, "cat\nfoo.service\n4\n1\n0\n0\n0\nfirst\n<7>second\n")
	expect(t, r, fmt.Sprintf("cat[%d]: first", pid))
	expect(t, r, fmt.Sprintf("cat[%d]: second", pid))
	forwarded(fmt.Sprintf("cat[%d]: first", pid))
	stdout.Close()
}

// A client that floods the socket or sends rubbish costs its own messages.
func TestHostileDatagrams(t *testing.T) {
	dir := t.TempDir()
	j, r, end := start(t, filepath.Join(dir, "nobody"))
	defer end()
	if errs := j.Listen(dir); errs != nil {
		t.Fatal(errs)
	}
	log, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: filepath.Join(dir, SyslogSocket), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	null, _ := os.Open(os.DevNull)
	defer null.Close()
	log.WriteMsgUnix([]byte("with a descriptor"), unix.UnixRights(int(null.Fd())), nil)
	log.Write(nil)
	log.Write([]byte("\x00\x00"))
	log.Write([]byte(strings.Repeat("\xff", 100000)))
	log.Write([]byte("after: all"))
	line, _ := r.ReadString('\n')
	if !strings.HasPrefix(line, fmt.Sprintf(`syslog[%d]: \xff\xff`, os.Getpid())) {
		t.Errorf("got %.60q", line)
	}
	expect(t, r, fmt.Sprintf("after[%d]: all", os.Getpid()))
}
