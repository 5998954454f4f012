package pid1

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

func TestNotifySocket(t *testing.T) {
	set, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	path := filepath.Join(t.TempDir(), "notify")
	s, err := listenNotify(path, set, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(s.fd)
	// Unconnected: net.UnixConn sends descriptors only to an address that is given with them.
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send := func(datagram string, fds ...int) {
		t.Helper()
		if _, _, err := conn.WriteMsgUnix([]byte(datagram), unix.UnixRights(fds...), &net.UnixAddr{Name: path, Net: "unixgram"}); err != nil {
			t.Fatal(err)
		}
	}
	send("READY=1\n\nSTATUS=up\n\x00")
	if n, ok := s.read(); !ok || n.PID != os.Getpid() || int(n.UID) != os.Getuid() || strings.Join(n.Fields, "|") != "READY=1|STATUS=up" {
		t.Errorf("got %+v %v", n, ok)
	}
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(p[0])
	many := make([]int, notifyFDsMax)
	for i := range many {
		many[i] = p[1]
	}
	for _, fds := range [][]int{{p[1]}, many} {
		send("FDSTORE=1", fds...)
		n, ok := s.read()
		if !ok || len(n.FDs) != len(fds) {
			t.Fatalf("%d descriptors: got %+v %v", len(fds), n, ok)
		}
		for _, fd := range n.FDs {
			if flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); flags&unix.FD_CLOEXEC == 0 {
				t.Error("a descriptor would be inherited")
			}
			unix.Close(fd)
		}
	}
	// Refused datagrams, too long or with NUL inside, keep no descriptor open: the pipe sees its end.
	for _, refused := range []string{"X=\x00Y", strings.Repeat("x", notifyMax+1), strings.Repeat("x", 100000)} {
		send(refused, p[1])
		if n, ok := s.read(); !ok || n.PID != 0 || n.FDs != nil {
			t.Errorf("%.10q: got %+v %v", refused, n, ok)
		}
	}
	unix.Close(p[1])
	if n, err := unix.Read(p[0], make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("a descriptor was kept: %d %v", n, err)
	}
	if _, ok := s.read(); ok {
		t.Error("read a datagram that nobody sent")
	}
}

// tool is a story of one service that runs the story tool.
func tool(settings string, words ...string) string {
	return "-- story.target --\n[Unit]\nWants=n.service\n-- n.service --\n[Service]\nExecStart=" + storyTool + " " +
		strings.Join(words, " ") + "\n" + settings + "\n"
}

func (c *container) stops() {
	c.t.Helper()
	c.signal(unix.SIGTERM)
	c.ends(0)
}

func TestNotifyStories(t *testing.T) {
	t.Run("ready after the last field", func(t *testing.T) {
		c := boot(t, story{units: tool("Type=notify", "send:STATUS=warming_up", "barrier", "send:READY=1|STATUS=hot", "sleep")})
		c.is("n.service", "active running")
		if got := c.tell("status", "n.service"); !strings.Contains(got, "status=hot") {
			t.Error(got)
		}
		c.stops()
	})
	t.Run("a barrier is an answer", func(t *testing.T) {
		c := boot(t, story{units: tool("Type=notify", "barrier", "say:answered", "send:READY=1", "sleep")})
		c.shows("]: answered")
		c.is("n.service", "active running")
		c.stops()
	})
	t.Run("a barrier of a stranger is answered too", func(t *testing.T) {
		c := boot(t, story{units: tool("NotifyAccess=none\nEnvironment=NOTIFY_SOCKET=/run/systemd/notify", "barrier", "say:answered", "sleep")})
		c.shows("]: answered")
		c.stops()
	})
	t.Run("another main process", func(t *testing.T) {
		c := boot(t, story{units: tool("Type=notify\nNotifyAccess=all", "main", "barrier", "send:READY=1", "barrier", "say:told", "sleep")})
		c.shows("]: told")
		c.is("n.service", "active running")
		status := c.tell("status", "n.service")
		main, _, _ := strings.Cut(strings.TrimPrefix(status, "main="), " ")
		c.shows("main is " + main)
		c.stops()
	})
	t.Run("malformed and oversized", func(t *testing.T) {
		c := boot(t, story{units: tool("Type=notify", "send:=|=x|READY|READY=2|MAINPID=0|MAINPID=1|MAINPID=99999999|WATCHDOG_USEC=-1|ERRNO=x|FDSTORE=1",
			"raw:4097", "raw:100000", "barrier", "say:survived", "send:STATUS=fine|READY=1", "sleep")})
		c.shows("]: survived")
		c.is("n.service", "active running")
		if got := c.tell("status", "n.service"); !strings.HasSuffix(got, "status=fine") {
			t.Error(got)
		}
		c.stops()
	})
}

// A process that speaks for its service need not live until it is heard. One that PID 1 adopts is still there
// as a zombie when its datagram is read; one whose parent waits for it uses a barrier, as systemd-notify does.
func TestNotificationsOfTheShortLived(t *testing.T) {
	for name, words := range map[string][]string{
		"orphan without barrier": {"orphan:", "send:READY=1|STATUS=heard"},
		"child with barrier":     {"child:", "send:READY=1|STATUS=heard", "barrier"},
		"orphan with barrier":    {"orphan:", "send:READY=1|STATUS=heard", "barrier"},
	} {
		t.Run(name, func(t *testing.T) {
			c := boot(t, story{units: tool("Type=notify\nNotifyAccess=all", words...)})
			c.is("n.service", "active running")
			if got := c.tell("status", "n.service"); !strings.HasSuffix(got, "status=heard") {
				t.Error(got)
			}
			c.stops()
		})
	}
}

// What a service has stored comes back to its next run, by name, and what is of no use any more does not.
func TestFDStoreStories(t *testing.T) {
	const store = "Type=notify\nFileDescriptorStoreMax=3\nRestart=always\nRestartSec=0\n"
	t.Run("over a restart", func(t *testing.T) {
		c := boot(t, story{units: tool(store, "listen", "store:one", "store:two", "barrier", "send:READY=1", "sleep")})
		c.shows("]: 0 descriptors")
		c.is("n.service", "active running")
		if got := c.tell("status", "n.service"); !strings.Contains(got, "stored=two,one ") {
			t.Error(got)
		}
		c.tell("kill", c.tell("pids", "n.service"), "9")
		c.shows(`]: descriptor 3 is two and holds "two"`)
		c.shows(`]: descriptor 4 is one and holds "one"`)
		c.shows("]: 2 descriptors")
		c.stops()
	})
	t.Run("until the other end hangs up", func(t *testing.T) {
		c := boot(t, story{units: tool(store, "listen", "store:kept", "pipe:gone", "barrier", "send:READY=1", "say:stored", "hangup", "sleep")})
		c.shows("]: stored")
		if got := c.tell("awaitstatus", "n.service", "stored=kept"); !strings.Contains(got, "stored=kept ") {
			t.Error(got)
		}
		c.stops()
	})
	t.Run("as long as there is room", func(t *testing.T) {
		c := boot(t, story{units: tool(store, "store:a", "store:b", "store:c", "store:d", "barrier", "send:FDSTOREREMOVE=1|FDNAME=b", "barrier", "send:READY=1", "sleep")})
		c.is("n.service", "active running")
		if got := c.tell("status", "n.service"); !strings.Contains(got, "stored=c,a ") {
			t.Error(got)
		}
		c.stops()
	})
	t.Run("not over a stop", func(t *testing.T) {
		c := boot(t, story{units: tool(store, "listen", "store:one", "barrier", "send:READY=1", "sleep")})
		c.is("n.service", "active running")
		c.tell("stop", "n.service")
		c.is("n.service", "inactive dead")
		if got := c.tell("status", "n.service"); strings.Contains(got, "one") {
			t.Error(got)
		}
		c.stops()
	})
}
