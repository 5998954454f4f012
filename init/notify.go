package pid1

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/epoll"
	"pintle/supervisor/journal"
)

// notifySocket is where services send sd_notify(3) datagrams ($NOTIFY_SOCKET). It is read by the loop
// goroutine, and before children are reaped: a sender that has exited is then still there as a zombie, and
// its unit can be told.
type notifySocket struct {
	path string // as services get it; "@…" is an abstract name
	fd   int
	buf  []byte
	oob  []byte
}

// notifyPath is systemd's place for it.
const notifyPath = "/run/systemd/notify"

// The bounds of a datagram, as systemd has them: descriptors are what one sendmsg(2) can carry.
const (
	notifyMax    = 4096
	notifyFDsMax = 253
	notifyBatch  = 256 // datagrams read at a time
)

// listenNotify opens the socket. Where /run cannot be written an abstract one serves as well: who sent a
// datagram is known from the kernel either way.
func listenNotify(path string, set *epoll.Set, ready func()) (*notifySocket, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot make the notification socket: %w", err)
	}
	if !strings.HasPrefix(path, "@") {
		_ = os.Remove(path)
	}
	if err = unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err == nil && path[0] != '@' {
		err = unix.Chmod(path, 0o777) // services of every user write to it
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	}
	if err == nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<20) // as much as the kernel gives
		return serveNotify(path, fd, set, ready)
	}
	unix.Close(fd)
	return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
}

// serveNotify waits for datagrams at a socket.
func serveNotify(path string, fd int, set *epoll.Set, ready func()) (*notifySocket, error) {
	if err := set.Add(fd, epoll.In, func(uint32) { ready() }); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	return &notifySocket{
		path: path, fd: fd,
		buf: make([]byte, notifyMax+1),
		oob: make([]byte, unix.CmsgSpace(unix.SizeofUcred)+unix.CmsgSpace(4*notifyFDsMax)),
	}, nil
}

// read takes one datagram; false if there is none. One that is too long, or whose sender the kernel does
// not name, gives an empty notification (PID 0), and its descriptors are closed.
func (s *notifySocket) read() (n supervisor.Notification, ok bool) {
	size, oobn, flags, _, err := unix.Recvmsg(s.fd, s.buf, s.oob, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	for err == unix.EINTR {
		size, oobn, flags, _, err = unix.Recvmsg(s.fd, s.buf, s.oob, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	}
	if err != nil {
		return n, false
	}
	from, files := journal.ParseControl(s.oob[:oobn])
	fields, valid := notifyFields(s.buf[:size])
	if !valid || size > notifyMax || from.PID <= 0 || flags&(unix.MSG_CTRUNC|unix.MSG_TRUNC) != 0 {
		for _, fd := range files {
			unix.Close(fd)
		}
		return n, true
	}
	return supervisor.Notification{PID: from.PID, UID: from.UID, Fields: fields, FDs: files}, true
}

// notifyFields splits a datagram into lines. NUL bytes may only end it.
func notifyFields(datagram []byte) ([]string, bool) {
	datagram = bytes.TrimRight(datagram, "\x00")
	if bytes.IndexByte(datagram, 0) >= 0 {
		return nil, false
	}
	var fields []string
	for _, f := range strings.Split(string(datagram), "\n") {
		if f != "" {
			fields = append(fields, f)
		}
	}
	return fields, true
}

// outerNotifier tells whoever started the container how it fares, if the container has a $NOTIFY_SOCKET of
// its own (the container interface of systemd; Podman's --sdnotify=container).
type outerNotifier struct{ addr string }

// send is best effort: nobody may listen, and nobody is waited for.
func (o outerNotifier) send(fields ...string) {
	if o.addr == "" || (o.addr[0] != '/' && o.addr[0] != '@') {
		return
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	_ = unix.Sendto(fd, []byte(strings.Join(fields, "\n")), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, &unix.SockaddrUnix{Name: o.addr})
}
