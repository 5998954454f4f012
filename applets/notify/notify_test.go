package notify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
)

// The test binary is systemd-notify where a test says so.
func TestMain(m *testing.M) {
	if os.Getenv("BE_SYSTEMD_NOTIFY") != "" {
		os.Exit(command.Run(Command(), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// manager is the end of a service manager: it reads messages and says who sent them.
type manager struct {
	fd   int
	addr string
}

func newManager(t *testing.T) *manager {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	m := &manager{fd, filepath.Join(t.TempDir(), "notify")}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: m.addr}); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		t.Fatal(err)
	}
	return m
}

// next is the next message in one line: its fields, who sent it, how many descriptors came along.
func (m *manager) next(t *testing.T, child int) string {
	t.Helper()
	text, oob := make([]byte, 4096), make([]byte, 4096)
	n, oobn, _, _, err := unix.Recvmsg(m.fd, text, oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	controls, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		t.Fatal(err)
	}
	from, files := "", 0
	for _, c := range controls {
		if cred, err := unix.ParseUnixCredentials(&c); err == nil {
			switch int(cred.Pid) {
			case child:
				from = "itself"
			case os.Getpid():
				from = "its caller"
			default:
				from = fmt.Sprint(cred.Pid)
			}
		}
		if fds, err := unix.ParseUnixRights(&c); err == nil {
			files += len(fds)
			for _, fd := range fds {
				unix.Close(fd)
			}
		}
	}
	line := strings.ReplaceAll(string(text[:n]), "\n", " ")
	line = strings.ReplaceAll(line, fmt.Sprint("PID=", child), "PID=itself")
	line = strings.ReplaceAll(line, fmt.Sprint("PID=", os.Getpid()), "PID=caller")
	line = regexp.MustCompile(`USEC=\d+`).ReplaceAllString(line, "USEC=now")
	return fmt.Sprintf("%s from %s, %d files", line, from, files)
}

// What arrives for which options. The barrier comes last and lets systemd-notify end.
func TestMessages(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may send in the name of another process")
	}
	for _, tt := range []struct {
		args []string
		want string
		end  string // what the program that --exec names prints
	}{
		{[]string{"--ready"}, "READY=1 from its caller, 0 files", ""},
		{[]string{"A=1", "--status=all is well", "B", "--ready", "--pid"}, "READY=1 STATUS=all is well MAINPID=caller A=1 B from its caller, 0 files", ""},
		{[]string{"--pid=self"}, "MAINPID=itself from itself, 0 files", ""},
		{[]string{"--pid=parent", "--stopping"}, "STOPPING=1 MAINPID=caller from its caller, 0 files", ""},
		{[]string{"--pid=1"}, "MAINPID=1 from 1, 0 files", ""},
		{[]string{"--reloading"}, "RELOADING=1 MONOTONIC_USEC=now from its caller, 0 files", ""},
		{[]string{"--fd=0", "--fd=1", "--fdname=two"}, "FDSTORE=1 FDNAME=two from its caller, 2 files", ""},
		{[]string{"--uid=65534", "--ready"}, "READY=1 from itself, 0 files", ""},
		{[]string{"--exec", "--", "X=1", ";", "echo", "executed", "--ready"}, "X=1 from its caller, 0 files", "executed --ready\n"},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			m := newManager(t)
			if err := unix.Chmod(m.addr, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Dir(filepath.Dir(m.addr)), 0o755); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(os.Args[0], tt.args...)
			c.Env = append(os.Environ(), "BE_SYSTEMD_NOTIFY=1", "NOTIFY_SOCKET="+m.addr)
			var out strings.Builder
			c.Stdout, c.Stderr = &out, &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			got := m.next(t, c.Process.Pid)
			if got != tt.want {
				t.Errorf("%s\nwanted %s", got, tt.want)
			}
			if barrier := m.next(t, c.Process.Pid); barrier != "BARRIER=1 from itself, 1 files" {
				t.Errorf("the barrier: %s", barrier)
			}
			if err := c.Wait(); err != nil || out.String() != tt.end {
				t.Errorf("%v: %q", err, out.String())
			}
		})
	}
}
