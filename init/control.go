package pid1

import (
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/bus"
	"pintle/supervisor/epoll"
)

// controlPath is where systemctl finds PID 1.
const controlPath = "/run/systemd/private"

// controlSocket is where clients of org.freedesktop.systemd1 connect. Until the first of them comes it is a
// descriptor and nothing more.
type controlSocket struct {
	server *bus.Server
	set    *epoll.Set
	log    func(supervisor.Level, string, ...any)
	fd     int
}

func newControlSocket(p *PID1) *controlSocket {
	return &controlSocket{set: p.set, log: p.logf, fd: -1, server: bus.New(bus.Config{
		Do: p.Do, UID: uint32(os.Geteuid()), Host: busHost{p}, Files: unitFiles(),
		Log: func(level supervisor.Level, message string) { p.Log(level, "", message) },
	})}
}

// listen opens the socket, at its place for root's manager or for a user's.
func (c *controlSocket) listen() {
	path := controlPath
	if os.Geteuid() != 0 {
		path = filepath.Join(userRuntime(), "systemd/private")
		// The directory is the user's own, which nobody else looks into; what is in it may be seen.
		_ = os.MkdirAll(userRuntime(), 0o700)
		_ = os.Mkdir(filepath.Dir(path), 0o755)
	}
	fd, err := bus.Listen(path)
	if err != nil {
		c.log(supervisor.LevelError, "%v: systemctl will not reach PID 1", err)
		return
	}
	c.serve(fd)
}

// serve waits for connections at a socket.
func (c *controlSocket) serve(fd int) {
	if err := c.set.Add(fd, epoll.In|epoll.OneShot, func(uint32) { c.accept() }); err != nil {
		c.log(supervisor.LevelError, "%v: systemctl will not reach PID 1", err)
		unix.Close(fd)
		return
	}
	c.fd = fd
}

// accept takes the connections that wait, and waits for the next.
func (c *controlSocket) accept() {
	if c.server.Accept(c.fd, c.again) {
		c.again()
	}
}

func (c *controlSocket) again() {
	if err := c.set.Rearm(c.fd, epoll.In|epoll.OneShot); err != nil {
		c.log(supervisor.LevelError, "%v: systemctl will not reach PID 1", err)
	}
}

// userRuntime is the directory in which systemctl --user looks for a user's manager. Where the container does not
// say which it is, it is the one that pam_systemd(8) would make.
func userRuntime() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return dir
	}
	return "/run/user/" + strconv.Itoa(os.Geteuid())
}
