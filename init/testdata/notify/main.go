// Command notify is a service for tests, which says and does what its arguments say, one after the other:
//
//	sleep:SECONDS  exit:STATUS  ignore:SIGNAL
//	fd:NAME        gives a descriptor to the manager to keep
//	out:TEXT       appends a line to the file $OUT, with variables that are set put in
//	anything else  is a notification, with \n between its fields
//
// It is a program of its own so that it is up within a few milliseconds, whatever the test is instrumented with:
// recorded services have 300 ms to become ready.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	// Go prints all goroutines on these and exits; what a service does by default is to die of them.
	for _, sig := range []syscall.Signal{syscall.SIGABRT, syscall.SIGQUIT, syscall.SIGTRAP, syscall.SIGSYS} {
		var byDefault [32]byte // struct kernel_sigaction
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
		if errno != 0 {
			check(errno)
		}
	}
	for _, arg := range os.Args[1:] {
		word, rest, _ := strings.Cut(arg, ":")
		switch word {
		case "sleep":
			seconds, err := strconv.ParseFloat(rest, 64)
			check(err)
			time.Sleep(time.Duration(seconds * float64(time.Second)))
		case "exit":
			status, err := strconv.Atoi(rest)
			check(err)
			barrier()
			os.Exit(status)
		case "ignore":
			sig := unix.SignalNum("SIG" + strings.TrimPrefix(rest, "SIG"))
			if sig == 0 {
				check(fmt.Errorf("no signal is called %s", rest))
			}
			signal.Ignore(sig)
		case "fd":
			fd, err := unix.MemfdCreate(rest, 0)
			check(err)
			notify("FDSTORE=1\nFDNAME="+rest, fd)
		case "out":
			f, err := os.OpenFile(os.Getenv("OUT"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
			check(err)
			fmt.Fprintln(f, os.Expand(rest, func(name string) string {
				if value, ok := os.LookupEnv(name); ok {
					return value
				}
				return "$" + name
			}))
			f.Close()
		default:
			notify(strings.ReplaceAll(arg, `\n`, "\n"))
		}
	}
	barrier()
	os.Exit(0)
}

// barrier waits until what was sent has been read (sd_notify_barrier(3)): nobody can tell whose a message was
// once its sender has gone.
func barrier() {
	var pipe [2]int
	check(unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	notify("BARRIER=1", pipe[1])
	unix.Close(pipe[1])
	var b [1]byte
	_, err := unix.Read(pipe[0], b[:])
	check(err)
}

// notify sends what sd_notify(3) would, if anybody wants to know.
func notify(state string, fds ...int) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	check(err)
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	check(unix.Sendmsg(s, []byte(state), rights, &unix.SockaddrUnix{Name: path}, 0))
	unix.Close(s)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(int(syscall.SIGABRT))
	}
}
