package pid1

import (
	"fmt"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// Accept takes a connection off a listening socket (systemd.socket(5), Accept=yes). peer tells it from others in
// the name of its service: "PID-UID" of the one who connected, or both ends' addresses.
func (p *PID1) Accept(u *units.Unit, fd int) (conn supervisor.FD, peer string, env []string, err error) {
	c, from, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
	if err != nil {
		return conn, "", nil, fmt.Errorf("cannot accept a connection for %s: %w", u.Name, err)
	}
	peer, env, err = describePeer(c, from)
	if err != nil {
		unix.Close(c)
		return conn, "", nil, fmt.Errorf("cannot tell who connects to %s: %w", u.Name, err)
	}
	if kind, err := unix.GetsockoptInt(c, unix.SOL_SOCKET, unix.SO_TYPE); err == nil {
		setSocketOptions(c, familyOf(from), kind, u.Socket)
	}
	return supervisor.FD{FD: c, Name: "connection"}, peer, env, nil
}

// describePeer names a connection by its two ends.
func describePeer(c int, from unix.Sockaddr) (peer string, env []string, err error) {
	switch from := from.(type) {
	case *unix.SockaddrUnix:
		creds, err := unix.GetsockoptUcred(c, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err != nil {
			return "", nil, err
		}
		return fmt.Sprintf("%d-%d", creds.Pid, creds.Uid), nil, nil
	case *unix.SockaddrVM:
		local, err := unix.Getsockname(c)
		if err != nil {
			return "", nil, err
		}
		cid := uint32(unix.VMADDR_CID_ANY)
		port := uint32(0)
		if vm, ok := local.(*unix.SockaddrVM); ok {
			cid, port = vm.CID, vm.Port
		}
		return fmt.Sprintf("%d:%d-%d:%d", cid, port, from.CID, from.Port), []string{
			fmt.Sprintf("REMOTE_ADDR=vsock:%d", from.CID), fmt.Sprintf("REMOTE_PORT=%d", from.Port),
		}, nil
	}
	local, err := unix.Getsockname(c)
	if err != nil {
		return "", nil, err
	}
	to, ok := inetAddress(local)
	remote, ok2 := inetAddress(from)
	if !ok || !ok2 {
		return "", nil, unix.EAFNOSUPPORT
	}
	// An IPv4 peer of an IPv6 socket is named like any other IPv4 peer. IPv6 addresses have no brackets here.
	peer = fmt.Sprintf("%s:%d-%s:%d", to.Addr().Unmap(), to.Port(), remote.Addr().Unmap(), remote.Port())
	return peer, []string{
		"REMOTE_ADDR=" + remote.Addr().Unmap().String(), "REMOTE_PORT=" + strconv.Itoa(int(remote.Port())),
	}, nil
}

func inetAddress(sa unix.Sockaddr) (netip.AddrPort, bool) {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), true
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)), true
	}
	return netip.AddrPort{}, false
}

func familyOf(sa unix.Sockaddr) int {
	switch sa.(type) {
	case *unix.SockaddrInet4:
		return unix.AF_INET
	case *unix.SockaddrInet6:
		return unix.AF_INET6
	case *unix.SockaddrVM:
		return unix.AF_VSOCK
	}
	return unix.AF_UNIX
}
