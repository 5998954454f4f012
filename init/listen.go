package pid1

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// listenSockets opens what the Listen…= lines of a socket unit name (systemd.socket(5)), in their order; on an
// error those opened before are closed again. owner looks SocketUser= and SocketGroup= up.
func listenSockets(u *units.Unit, owner func(user, group string) (uid, gid int, err error)) (fds []supervisor.FD, err error) {
	s := u.Socket
	defer func() {
		if err != nil {
			for _, fd := range fds {
				unix.Close(fd.FD)
			}
			fds = nil
		}
	}()
	uid, gid, err := owner(s.SocketUser, s.SocketGroup)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for %s: %w", u.Name, err)
	}
	name := s.FileDescriptorName
	if name == "" {
		name = u.Name
		if s.Accept {
			name = "connection"
		}
	}
	for _, l := range s.Listens {
		fd, node, err := openListen(s, l)
		if err == nil && node && (uid >= 0 || gid >= 0) {
			err = unix.Lchown(l.Address, uid, gid)
		}
		if err != nil {
			if fd >= 0 {
				unix.Close(fd)
			}
			return fds, fmt.Errorf("cannot listen on %s for %s: %w", l.Address, u.Name, err)
		}
		fds = append(fds, supervisor.FD{FD: fd, Name: name})
	}
	for _, link := range s.Symlinks {
		linkSocket(s, link)
	}
	return fds, nil
}

// linkSocket makes a further name for the first node in the file system. A name that is taken stays as it is.
func linkSocket(s *units.SocketSettings, link string) {
	for _, l := range s.Listens {
		if strings.HasPrefix(l.Address, "/") {
			_ = os.MkdirAll(filepath.Dir(link), os.FileMode(orMode(s.DirectoryMode, 0o755)))
			if to, err := os.Readlink(link); err == nil && to == l.Address {
				return
			}
			_ = os.Symlink(l.Address, link)
			return
		}
	}
}

// removeSockets removes what a socket unit has made in the file system, if it says so (RemoveOnStop=).
func removeSockets(s *units.SocketSettings) {
	if !s.RemoveOnStop {
		return
	}
	for _, l := range s.Listens {
		switch l.Kind {
		case "Stream", "Datagram", "SequentialPacket", "FIFO":
			if strings.HasPrefix(l.Address, "/") {
				_ = unix.Unlink(l.Address)
			}
		case "MessageQueue":
			if path, err := unix.BytePtrFromString(strings.TrimPrefix(l.Address, "/")); err == nil {
				_, _, _ = unix.Syscall(unix.SYS_MQ_UNLINK, uintptr(unsafe.Pointer(path)), 0, 0)
			}
		}
	}
	for _, link := range s.Symlinks {
		if _, err := os.Readlink(link); err == nil {
			_ = unix.Unlink(link)
		}
	}
}

func orMode(mode, preset units.FileMode) uint32 {
	if mode == 0 {
		mode = preset
	}
	return uint32(mode)
}

// openListen opens one descriptor; node tells that it has a name in the file system.
func openListen(s *units.SocketSettings, l units.Listen) (fd int, node bool, err error) {
	switch l.Kind {
	case "Stream", "Datagram", "SequentialPacket":
		return openSocket(s, l)
	case "FIFO":
		fd, err = openFIFO(s, l.Address)
		return fd, true, err
	case "Special":
		flags := unix.O_RDONLY
		if s.Writable {
			flags = unix.O_RDWR
		}
		fd, err = unix.Open(l.Address, flags|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
		return fd, false, err
	case "Netlink":
		fd, err = openNetlink(s, l.Address)
		return fd, false, err
	case "MessageQueue":
		fd, err = openQueue(s, l.Address)
		return fd, false, err
	}
	return -1, false, fmt.Errorf("cannot listen: Listen%s= has no meaning in a container", l.Kind)
}

// socketAddress reads the address of a Listen…= line.
func socketAddress(s *units.SocketSettings, address string) (family int, sa unix.Sockaddr, err error) {
	switch {
	case strings.HasPrefix(address, "/") || strings.HasPrefix(address, "@"):
		if len(address) > 107 {
			return 0, nil, fmt.Errorf("the path is longer than 107 bytes")
		}
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: address}, nil
	case strings.HasPrefix(address, "vsock:"):
		cid, port, ok := strings.Cut(strings.TrimPrefix(address, "vsock:"), ":")
		c := uint64(unix.VMADDR_CID_ANY)
		if cid != "" {
			c, err = strconv.ParseUint(cid, 10, 32)
		}
		p, e := strconv.ParseUint(port, 10, 32)
		if !ok || err != nil || e != nil {
			return 0, nil, fmt.Errorf("it is no vsock address")
		}
		return unix.AF_VSOCK, &unix.SockaddrVM{CID: uint32(c), Port: uint32(p)}, nil
	}
	if port, err := strconv.ParseUint(address, 10, 16); err == nil && port > 0 {
		if s.BindIPv6Only == "ipv6-only" || hasIPv6() {
			return unix.AF_INET6, &unix.SockaddrInet6{Port: int(port)}, nil
		}
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(port)}, nil
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return 0, nil, fmt.Errorf("it is neither a path, a port nor an address with a port")
	}
	if ap.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}, nil
	}
	in6 := &unix.SockaddrInet6{Port: int(ap.Port()), Addr: ap.Addr().As16()}
	if zone := ap.Addr().Zone(); zone != "" {
		if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
			in6.ZoneId = uint32(n)
		} else if in6.ZoneId, err = interfaceIndex(zone); err != nil {
			return 0, nil, fmt.Errorf("cannot find interface %s: %w", zone, err)
		}
	}
	return unix.AF_INET6, in6, nil
}

func hasIPv6() bool {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// interfaceIndex asks the kernel by ioctl, which needs no netlink dump.
func interfaceIndex(name string) (uint32, error) {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr); err != nil {
		return 0, err
	}
	return ifr.Uint32(), nil
}

func openSocket(s *units.SocketSettings, l units.Listen) (fd int, node bool, err error) {
	family, sa, err := socketAddress(s, l.Address)
	if err != nil {
		return -1, false, err
	}
	kind := map[string]int{"Stream": unix.SOCK_STREAM, "Datagram": unix.SOCK_DGRAM, "SequentialPacket": unix.SOCK_SEQPACKET}[l.Kind]
	protocol := map[string]int{"udplite": unix.IPPROTO_UDPLITE, "sctp": unix.IPPROTO_SCTP, "mptcp": unix.IPPROTO_MPTCP}[s.SocketProtocol]
	fd, err = unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return -1, false, err
	}
	if family == unix.AF_INET6 && (s.BindIPv6Only == "both" || s.BindIPv6Only == "ipv6-only") {
		only := 0
		if s.BindIPv6Only == "ipv6-only" {
			only = 1
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	}
	if family != unix.AF_UNIX {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	setSocketOptions(fd, family, kind, s)
	node = strings.HasPrefix(l.Address, "/")
	if node {
		err = bindNode(fd, sa, l.Address, s)
	} else {
		err = unix.Bind(fd, sa)
	}
	if err == nil && kind != unix.SOCK_DGRAM {
		backlog := int(s.Backlog)
		if backlog == 0 || s.Backlog > 1<<30 {
			backlog = unix.SOMAXCONN
		}
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		unix.Close(fd)
		return -1, node, err
	}
	return fd, node, nil
}

// bindNode binds to a path. The umask gives the node its mode from the first instant on; a node that is left
// from an earlier run makes way.
func bindNode(fd int, sa unix.Sockaddr, path string, s *units.SocketSettings) error {
	if err := socketDir(path, s); err != nil {
		return err
	}
	old := unix.Umask(int(^orMode(s.SocketMode, 0o666) & 0o777))
	defer unix.Umask(old)
	err := unix.Bind(fd, sa)
	if err == unix.EADDRINUSE {
		var st unix.Stat_t
		if unix.Lstat(path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFSOCK {
			if err := unix.Unlink(path); err != nil {
				return err
			}
			err = unix.Bind(fd, sa)
		}
	}
	return err
}

func socketDir(path string, s *units.SocketSettings) error {
	old := unix.Umask(0)
	defer unix.Umask(old)
	return os.MkdirAll(filepath.Dir(path), os.FileMode(orMode(s.DirectoryMode, 0o755)))
}

// openFIFO opens both ends, so that the reader sees no end of file when a writer goes.
func openFIFO(s *units.SocketSettings, path string) (int, error) {
	if err := socketDir(path, s); err != nil {
		return -1, err
	}
	mode := orMode(s.SocketMode, 0o666)
	if err := unix.Mkfifo(path, 0o600); err == nil {
		if err := unix.Chmod(path, mode); err != nil {
			return -1, err
		}
	} else if err != unix.EEXIST {
		return -1, err
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		unix.Close(fd)
		return -1, fmt.Errorf("there is something else than a FIFO")
	}
	if s.PipeSize > 0 && s.PipeSize < 1<<30 {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, int(s.PipeSize))
	}
	return fd, nil
}

func openNetlink(s *units.SocketSettings, address string) (int, error) {
	name, group, _ := strings.Cut(address, " ")
	family, ok := units.NetlinkFamily(name)
	groups, err := uint64(0), error(nil)
	if group != "" {
		groups, err = strconv.ParseUint(strings.TrimSpace(group), 10, 32)
	}
	if !ok || err != nil {
		return -1, fmt.Errorf("it is no netlink family and group")
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, family)
	if err != nil {
		return -1, err
	}
	setSocketOptions(fd, unix.AF_NETLINK, unix.SOCK_RAW, s)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: uint32(groups)}); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// openQueue opens a POSIX message queue (mq_overview(7)).
func openQueue(s *units.SocketSettings, name string) (int, error) {
	path, err := unix.BytePtrFromString(strings.TrimPrefix(name, "/"))
	if err != nil {
		return -1, err
	}
	var attr *[8]int64
	if s.MessageQueueMaxMessages > 0 && s.MessageQueueMessageSize > 0 {
		attr = &[8]int64{0, s.MessageQueueMaxMessages, s.MessageQueueMessageSize}
	}
	old := unix.Umask(int(^orMode(s.SocketMode, 0o666) & 0o777))
	defer unix.Umask(old)
	fd, _, e := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(path)),
		unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_CREAT, uintptr(orMode(s.SocketMode, 0o666)),
		uintptr(unsafe.Pointer(attr)), 0, 0)
	if e != 0 {
		return -1, e
	}
	return int(fd), nil
}
