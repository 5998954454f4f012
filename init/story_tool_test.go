package pid1

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// storyTool is a program for the services of stories: the test binary, which does one word after the other:
//
//	say:TEXT      prints a line
//	send:A|B      sends the fields A and B to PID 1
//	raw:N         sends a datagram of N bytes
//	barrier       waits until PID 1 has read everything sent so far (sd_notify_barrier(3))
//	store:NAME    stores a file that holds NAME in the fd store
//	pipe:NAME     stores the reading end of a pipe, whose other end stays open until "hangup"
//	hangup        closes that end
//	listen        prints what was passed by LISTEN_FDS
//	main          starts a child that only sleeps, and tells PID 1 that this is the main process
//	child: …      does the remaining words in a child, and waits for its end
//	orphan: …     does the remaining words in a child of a child that has ended
//	syslog:TEXT   sends a datagram to /dev/log, ":_" standing for ": "
//	syslogd       is a syslog daemon for journald to forward to, and prints what it gets
//	ping:NAME     pings whoever has a name on the system bus
//	startunit:NAME  starts a unit as a client of the system bus, and waits for the end of the job
//	ownname:NAME  takes a name on the system bus, once that is there
//	dropname:NAME gives it up
//	forge:NAME    sends every client of the bus a signal that looks like the bus's own: the name is taken
//	usr1          goes on when SIGUSR1 comes
//	connect:PATH  connects to a socket, says "hello" there and prints what it is told
//	knock:PATH    connects to a socket, and no more
//	exit:N        ends
//	sleep         goes on until SIGTERM
const storyTool = storyBin + "/tool"

func storyService(words []string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("cannot go on:", err)
			os.Exit(98)
		}
	}
	var hangup *os.File
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, unix.SIGUSR1)
	for i, word := range words {
		verb, arg, _ := strings.Cut(word, ":")
		rest := append([]string{}, words[i+1:]...)
		switch verb {
		case "say":
			fmt.Println(arg)
		case "send":
			fail(sendNotify([]byte(strings.ReplaceAll(arg, "|", "\n"))))
		case "raw":
			n, _ := strconv.Atoi(arg)
			fail(sendNotify([]byte("STATUS=" + strings.Repeat("x", n-len("STATUS=")))))
		case "barrier":
			r, w, err := os.Pipe()
			fail(err)
			fail(sendNotify([]byte("BARRIER=1"), int(w.Fd())))
			w.Close()
			_, _ = r.Read(make([]byte, 1)) // the end of file comes when PID 1 has closed its end
			r.Close()
		case "store":
			fd, err := unix.MemfdCreate(arg, 0)
			fail(err)
			_, err = unix.Write(fd, []byte(arg))
			fail(err)
			fail(sendNotify([]byte("FDSTORE=1\nFDNAME="+arg), fd))
			unix.Close(fd)
		case "pipe":
			r, w, err := os.Pipe()
			fail(err)
			fail(sendNotify([]byte("FDSTORE=1\nFDNAME="+arg), int(r.Fd())))
			r.Close()
			hangup = w
		case "hangup":
			hangup.Close()
		case "listen":
			sayListenFDs()
		case "main":
			child := exec.Command("/bin/sleep", "1000")
			fail(child.Start())
			fail(sendNotify(fmt.Appendf(nil, "MAINPID=%d", child.Process.Pid)))
			fmt.Println("main is", child.Process.Pid)
		case "child", "orphan":
			child := exec.Command(storyTool, rest...)
			if verb == "orphan" {
				child.Args = []string{storyTool, "start:" + strings.Join(rest, " ")}
			}
			child.Stdout = os.Stdout
			fail(child.Run())
			signal.Reset()
			select {}
		case "start":
			child := exec.Command(storyTool, strings.Fields(arg)...)
			child.Stdout = os.Stdout
			fail(child.Start())
		case "syslog":
			conn, err := net.Dial("unixgram", "/dev/log")
			fail(err)
			tag, text, _ := strings.Cut(arg, ":_")
			_, err = conn.Write([]byte(tag + ": " + text))
			fail(err)
		case "syslogd":
			conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: "/run/systemd/journal/syslog"})
			fail(err)
			fail(sendNotify([]byte("READY=1")))
			for b := make([]byte, 4096); ; {
				n, err := conn.Read(b)
				fail(err)
				fmt.Printf("daemon got %q\n", b[:n])
			}
		case "ownname", "dropname", "forge", "ping", "startunit":
			fail(storyBus(verb, arg))
		case "connect":
			conn, err := net.Dial("unix", arg)
			fail(err)
			_, err = conn.Write([]byte("hello\n"))
			fail(err)
			answer := make([]byte, 100)
			n, err := conn.Read(answer)
			fail(err)
			fmt.Print(string(answer[:n]))
		case "knock":
			conn, err := net.Dial("unix", arg)
			fail(err)
			conn.Close()
		case "usr1":
			fmt.Println("waits for SIGUSR1")
			<-usr1
		case "exit":
			n, _ := strconv.Atoi(arg)
			os.Exit(n)
		case "sleep":
			c := make(chan os.Signal, 1)
			signal.Notify(c, unix.SIGTERM)
			<-c
		default:
			fail(fmt.Errorf("unknown word %q", word))
		}
	}
	os.Exit(0)
}

func sendNotify(datagram []byte, fds ...int) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	return unix.Sendmsg(fd, datagram, oob, &unix.SockaddrUnix{Name: os.Getenv("NOTIFY_SOCKET")}, 0)
}

// sayListenFDs prints each descriptor that was passed with its name and what the file holds.
func sayListenFDs() {
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		n = 0
	}
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for i := range n {
		b := make([]byte, 100)
		k, err := unix.Pread(3+i, b, 0)
		fmt.Printf("descriptor %d is %s and holds %q %v\n", 3+i, names[i], b[:max(k, 0)], err)
	}
	fmt.Println(n, "descriptors")
}
