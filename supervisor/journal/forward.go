package journal

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// forward hands messages to a syslog daemon in the container (journald.conf(5), ForwardToSyslog=). Nobody
// waits for that daemon: what its socket does not take at once, it does not get.
type forward struct {
	fd      int
	addr    *unix.SockaddrUnix
	buf     []byte
	absent  time.Time // when nobody listened there
	noCreds bool      // the kernel does not let us vouch for another process
}

// absentFor is how long nobody is asked again after nobody listened: long enough that a flood of messages does
// not look a path up for each, and short enough that a daemon misses next to nothing when it comes.
const absentFor = 20 * time.Millisecond

func (f *forward) init(path string) {
	f.fd = -1
	if path == "" {
		return
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		f.fd, f.addr = fd, &unix.SockaddrUnix{Name: path}
	}
}

func (f *forward) present() bool {
	return f.fd >= 0 && (f.absent.IsZero() || time.Since(f.absent) >= absentFor)
}

// send hands over a message in the traditional form.
func (f *forward) send(m *Message) {
	if !f.present() {
		return
	}
	f.buf = append(f.buf[:0], '<')
	f.buf = strconv.AppendInt(f.buf, int64(m.Priority), 10)
	f.buf = append(f.buf, '>')
	f.buf = time.Now().AppendFormat(f.buf, time.Stamp)
	f.buf = append(f.buf, ' ')
	f.buf = append(f.buf, m.Identifier...)
	if m.PID > 0 {
		f.buf = append(f.buf, '[')
		f.buf = strconv.AppendInt(f.buf, int64(m.PID), 10)
		f.buf = append(f.buf, ']')
	}
	f.buf = append(f.buf, ": "...)
	f.buf = append(f.buf, m.Text...)
	f.sendRaw(f.buf, m.PID, 0, 0)
}

// sendRaw hands over a datagram with the credentials of its sender, where that is allowed.
func (f *forward) sendRaw(datagram []byte, pid int, uid, gid uint32) {
	if !f.present() {
		return
	}
	var oob []byte
	if pid > 0 && !f.noCreds {
		oob = unix.UnixCredentials(&unix.Ucred{Pid: int32(pid), Uid: uid, Gid: gid})
	}
	err := unix.Sendmsg(f.fd, datagram, oob, f.addr, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
	if oob != nil && (err == unix.ESRCH || err == unix.EPERM) {
		// The sender is gone, or to vouch for it takes CAP_SYS_ADMIN.
		f.noCreds = err == unix.EPERM
		err = unix.Sendmsg(f.fd, datagram, nil, f.addr, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
	}
	switch err {
	case nil:
		f.absent = time.Time{}
	case unix.ENOENT, unix.ECONNREFUSED, unix.ENOTDIR, unix.EACCES:
		f.absent = time.Now()
	}
}
