package pid1

import (
	"strconv"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// ipTOS are the words of IPTOS=.
var ipTOS = map[string]int{"low-delay": 0x10, "throughput": 0x08, "reliability": 0x04, "low-cost": 0x02}

// setSocketOptions sets the options of [Socket] that belong to a descriptor. An option that the kernel or the
// family refuses is not worth a socket: systemd, too, goes on without it.
func setSocketOptions(fd, family, kind int, s *units.SocketSettings) {
	set := func(level, option, value int) { _ = unix.SetsockoptInt(fd, level, option, value) }
	on := func(wanted bool, level, option int) {
		if wanted {
			set(level, option, 1)
		}
	}
	inet := family == unix.AF_INET || family == unix.AF_INET6
	tcp := inet && kind == unix.SOCK_STREAM
	on(s.KeepAlive, unix.SOL_SOCKET, unix.SO_KEEPALIVE)
	on(s.Broadcast, unix.SOL_SOCKET, unix.SO_BROADCAST)
	on(s.PassCredentials, unix.SOL_SOCKET, unix.SO_PASSCRED)
	on(s.PassSecurity, unix.SOL_SOCKET, unix.SO_PASSSEC)
	on(s.ReusePort, unix.SOL_SOCKET, unix.SO_REUSEPORT)
	if s.Priority != nil && *s.Priority >= 0 {
		set(unix.SOL_SOCKET, unix.SO_PRIORITY, *s.Priority)
	}
	if s.Mark != nil && *s.Mark >= 0 {
		set(unix.SOL_SOCKET, unix.SO_MARK, *s.Mark)
	}
	buffer(fd, s.ReceiveBuffer, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF)
	buffer(fd, s.SendBuffer, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF)
	switch s.Timestamping {
	case "us", "usec", "µs", "μs":
		set(unix.SOL_SOCKET, unix.SO_TIMESTAMP, 1)
	case "ns", "nsec":
		set(unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	}
	if s.BindToDevice != "" {
		_ = unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, s.BindToDevice)
	}
	if tcp {
		seconds(fd, s.KeepAliveTimeSec, unix.TCP_KEEPIDLE)
		seconds(fd, s.KeepAliveIntervalSec, unix.TCP_KEEPINTVL)
		seconds(fd, s.DeferAcceptSec, unix.TCP_DEFER_ACCEPT)
		if s.KeepAliveProbes > 0 {
			set(unix.IPPROTO_TCP, unix.TCP_KEEPCNT, int(s.KeepAliveProbes))
		}
		on(s.NoDelay, unix.IPPROTO_TCP, unix.TCP_NODELAY)
		if s.TCPCongestion != "" {
			_ = unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, s.TCPCongestion)
		}
	}
	if !inet {
		return
	}
	if s.IPTOS != "" {
		tos, ok := ipTOS[s.IPTOS]
		if n, err := strconv.Atoi(s.IPTOS); !ok && err == nil {
			tos = n
		}
		set(unix.IPPROTO_IP, unix.IP_TOS, tos)
	}
	if s.IPTTL != nil && *s.IPTTL >= 0 {
		set(unix.IPPROTO_IP, unix.IP_TTL, *s.IPTTL)
		if family == unix.AF_INET6 {
			set(unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, *s.IPTTL)
		}
	}
	if family == unix.AF_INET6 {
		on(s.FreeBind, unix.IPPROTO_IPV6, unix.IPV6_FREEBIND)
		on(s.Transparent, unix.IPPROTO_IPV6, unix.IPV6_TRANSPARENT)
		on(s.PassPacketInfo, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO)
		return
	}
	on(s.FreeBind, unix.IPPROTO_IP, unix.IP_FREEBIND)
	on(s.Transparent, unix.IPPROTO_IP, unix.IP_TRANSPARENT)
	on(s.PassPacketInfo, unix.IPPROTO_IP, unix.IP_PKTINFO)
}

// buffer sets a socket buffer beyond the system's limit where that is allowed, else up to it.
func buffer(fd int, size units.Bytes, force, plain int) {
	if size == 0 || size > 1<<30 {
		return
	}
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, int(size)) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, plain, int(size))
	}
}

func seconds(fd int, span units.Usec, option int) {
	if d, ok := span.Duration(); ok && d > 0 {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, option, int(min(d.Seconds()+0.5, 1<<30)))
	}
}
