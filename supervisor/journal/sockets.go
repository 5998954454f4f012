package journal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// The sockets of journald below its runtime directory (systemd-journald.service(8)).
const (
	SyslogSocket = "dev-log" // syslog(3); /dev/log is a link to it
	NativeSocket = "socket"  // sd_journal_send(3)
	StdoutSocket = "stdout"  // sd_journal_stream_fd(3)
)

// Listen opens journald's sockets in a directory. Each that cannot be opened is one error.
func (j *Journal) Listen(dir string) []error {
	var errs []error
	for _, name := range []string{SyslogSocket, NativeSocket, StdoutSocket} {
		kind := unix.SOCK_DGRAM
		if name == StdoutSocket {
			kind = unix.SOCK_STREAM
		}
		fd, err := listen(filepath.Join(dir, name), kind)
		if err == nil {
			err = j.serve(SocketState{name, fd})
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// serve reads what comes in at a socket.
func (j *Journal) serve(socket SocketState) error {
	fd := socket.FD
	ready := func(uint32) { j.accept(fd) }
	switch socket.Name {
	case SyslogSocket:
		ready = func(uint32) { j.datagrams(fd, j.syslog) }
	case NativeSocket:
		ready = func(uint32) { j.datagrams(fd, j.native) }
	}
	j.held.Lock()
	j.sockets = append(j.sockets, socket)
	j.held.Unlock()
	return j.set.Add(fd, epoll.In, ready)
}

// listen makes a socket that everybody may write to, in a directory that only we may write to.
func listen(path string, kind int) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("cannot make a socket for %s: %w", path, err)
	}
	_ = os.Remove(path)
	err = unix.Bind(fd, &unix.SockaddrUnix{Name: path})
	if err == nil {
		err = unix.Chmod(path, 0o666)
	}
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	}
	if err == nil && kind == unix.SOCK_STREAM {
		err = unix.Listen(fd, 128)
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	return fd, nil
}

// Sender is who sent a datagram, as the kernel says; PID is 0 if it does not.
type Sender struct {
	PID      int
	UID, GID uint32
}

// datagrams reads a bounded number of datagrams, so that one client cannot keep the others waiting.
func (j *Journal) datagrams(fd int, take func(datagram []byte, from Sender, file int)) {
	oob := make([]byte, 256)
	for range 64 {
		n, oobn, flags, _, err := unix.Recvmsg(fd, j.in, oob, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		if err != nil {
			break
		}
		from, files := ParseControl(oob[:oobn])
		if flags&unix.MSG_CTRUNC == 0 {
			file := -1
			if len(files) == 1 {
				file = files[0]
			}
			take(j.in[:n], from, file)
		}
		for _, file := range files {
			unix.Close(file)
		}
	}
	j.flush()
}

// ParseControl reads the credentials and descriptors that came with a datagram (unix(7)). The descriptors are
// the caller's to close.
func ParseControl(oob []byte) (from Sender, files []int) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return from, nil
	}
	for i := range messages {
		switch messages[i].Header.Type {
		case unix.SCM_CREDENTIALS:
			if cred, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
				from = Sender{int(cred.Pid), cred.Uid, cred.Gid}
			}
		case unix.SCM_RIGHTS:
			if fds, err := unix.ParseUnixRights(&messages[i]); err == nil {
				files = append(files, fds...)
			}
		}
	}
	return from, files
}

func (j *Journal) syslog(datagram []byte, from Sender, file int) {
	m := ParseSyslog(datagram, from.PID)
	if len(m.Text) == 0 || file >= 0 {
		return
	}
	if j.config.Show {
		j.out = m.Lines(j.out, j.config.Colour)
	}
	j.forward.sendRaw(datagram, from.PID, from.UID, from.GID)
}

func (j *Journal) native(datagram []byte, from Sender, file int) {
	if file >= 0 {
		// An entry too large for a datagram comes in a sealed memfd. Anything else may change or block
		// while it is read and is refused.
		seals, err := unix.FcntlInt(uintptr(file), unix.F_GET_SEALS, 0)
		const sealed = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
		if err != nil || seals&sealed != sealed {
			return
		}
		n, err := unix.Pread(file, j.in, 0)
		if err != nil {
			return
		}
		datagram = j.in[:n]
	}
	if m, ok := ParseNative(datagram, from.PID); ok {
		m.Text = bytes.TrimRight(m.Text, " \t\r\n\x00")
		if j.config.Show {
			j.out = m.Lines(j.out, j.config.Colour)
		}
		j.forward.send(&m)
	}
}

// accept takes one connection to the stdout socket. Seven lines come before the messages: identifier, unit,
// priority, level prefix, and three flags for forwarding, of which the first four mean something here. The
// unit is a claim that only root might make; nothing is done with it.
func (j *Journal) accept(listener int) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
	if err != nil {
		return
	}
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || j.connections() >= streamsMax {
		unix.Close(fd)
		return
	}
	s := &Stream{j: j, fd: fd, socket: true}
	s.config = StreamConfig{Identifier: "stdout", Priority: daemonInfo, LevelMax: -1}
	s.header = s.stdoutHeader()
	_ = s.Start(int(cred.Pid)) // else the client sees it closed
}

// stdoutHeader takes the lines of the header, one after the other.
func (s *Stream) stdoutHeader() []func([]byte) {
	ignore := func([]byte) {}
	return []func([]byte){
		func(line []byte) {
			if len(line) > 0 {
				s.config.Identifier = cleanIdentifier(line)
			}
		},
		ignore,
		func(line []byte) {
			if n, ok := smallNumber(line); ok {
				if n < 8 {
					n |= daemonInfo &^ 7
				}
				s.config.Priority = n
			}
		},
		func(line []byte) { s.config.LevelPrefix = string(line) == "1" },
		ignore, ignore, ignore,
	}
}
