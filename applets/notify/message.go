package notify

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// messenger sends datagrams to the service manager.
type messenger struct {
	fd   int
	addr *unix.SockaddrUnix
}

// open makes ready to send to an address: a path, or "@" and an abstract name.
func open(address string) (*messenger, error) {
	if len(address) < 2 || address[0] != '/' && address[0] != '@' {
		return nil, syscall.EINVAL
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &messenger{fd, &unix.SockaddrUnix{Name: address}}, nil
}

func (m *messenger) close() { unix.Close(m.fd) }

// send sends a message in the name of process from. Where we may not speak for it, we speak for ourselves.
func (m *messenger) send(text string, from int, files []int) error {
	var rights []byte
	if len(files) > 0 {
		rights = unix.UnixRights(files...)
	}
	if from != 0 && from != os.Getpid() {
		as := unix.UnixCredentials(&unix.Ucred{Pid: int32(from), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})
		err := unix.Sendmsg(m.fd, []byte(text), append(rights, as...), m.addr, unix.MSG_NOSIGNAL)
		if err != unix.EPERM && err != unix.ESRCH {
			return err
		}
	}
	return unix.Sendmsg(m.fd, []byte(text), rights, m.addr, unix.MSG_NOSIGNAL)
}

// barrierWait is how long the manager may take to read what was sent, in milliseconds.
const barrierWait = 5000

// barrier waits until all that was sent is read: the manager closes the descriptor that it gets last.
func (m *messenger) barrier() error {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(pipe[0])
	err := m.send("BARRIER=1", 0, pipe[1:])
	unix.Close(pipe[1])
	if err != nil {
		return err
	}
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pipe[0])}}, barrierWait)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return unix.ETIMEDOUT
		}
		return nil
	}
}
