package units

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// AddressFamily is the family of a socket address, by its constant's name.
type AddressFamily string

// The families of socket addresses that Listen…= takes.
const (
	FamilyUnix  AddressFamily = "AF_UNIX"
	FamilyInet  AddressFamily = "AF_INET"
	FamilyInet6 AddressFamily = "AF_INET6"
	FamilyVsock AddressFamily = "AF_VSOCK"
)

// SocketAddress is a ListenStream=, ListenDatagram= or ListenSequentialPacket= address.
type SocketAddress struct {
	Family AddressFamily
	Path   string     // AF_UNIX: a path, or a name that begins with "@"
	IP     netip.Addr // AF_INET, AF_INET6; the zone is the interface's name or number
	Port   uint32
	CID    uint32 // AF_VSOCK; VsockAny for any
}

// VsockAny stands for any context id and any port.
const VsockAny = math.MaxUint32

const addressKind = "socket address"

// unixPathMax is the longest path of a socket, one byte less than sun_path.
const unixPathMax = 107

// ParseSocketAddress reads the address of a socket (systemd.socket(5), ListenStream=): a path, an abstract
// name ("@name"), a port, an address with a port, or vsock:CID:PORT. A port alone listens on all addresses,
// IPv4 included.
func ParseSocketAddress(s string) (SocketAddress, error) {
	switch {
	case strings.HasPrefix(s, "/"), strings.HasPrefix(s, "@"):
		return parseUnixAddress(s)
	case strings.HasPrefix(s, "vsock"):
		return parseVsockAddress(s)
	}
	if port, err := parsePort(s); err == nil {
		return SocketAddress{Family: FamilyInet6, IP: netip.IPv6Unspecified(), Port: port}, nil
	}
	if rest, ok := strings.CutPrefix(s, "["); ok {
		return parseInet6Address(s, rest)
	}
	host, port, ok := strings.Cut(s, ":")
	ip, err := netip.ParseAddr(host)
	if !ok || err != nil || !ip.Is4() {
		return SocketAddress{}, malformed(addressKind, s, "neither a path nor an address with a port (IPv6 in brackets)")
	}
	n, err := parsePort(port)
	if err != nil {
		return SocketAddress{}, malformed(addressKind, s, "the port is missing or out of range")
	}
	return SocketAddress{Family: FamilyInet, IP: ip, Port: n}, nil
}

func parseUnixAddress(s string) (SocketAddress, error) {
	switch {
	case len(s) < 2:
		return SocketAddress{}, malformed(addressKind, s, "the name is empty")
	case len(s) > unixPathMax && s[0] == '/':
		return SocketAddress{}, &ValueError{Value: s, Kind: addressKind, Why: "the path is too long for a socket", Errno: syscall.ENAMETOOLONG}
	case len(s) > unixPathMax:
		return SocketAddress{}, malformed(addressKind, s, "the name is too long")
	}
	return SocketAddress{Family: FamilyUnix, Path: s}, nil
}

func parseVsockAddress(s string) (SocketAddress, error) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 || parts[0] != "vsock" {
		return SocketAddress{}, malformed(addressKind, s, "written vsock:CID:PORT")
	}
	a := SocketAddress{Family: FamilyVsock, CID: VsockAny}
	if parts[1] != "" {
		cid, err := ParseUint(parts[1], 32)
		if err != nil {
			return SocketAddress{}, err
		}
		a.CID = uint32(cid)
	}
	port, err := ParseUint(parts[2], 32)
	if err != nil {
		return SocketAddress{}, err
	}
	a.Port = uint32(port)
	return a, nil
}

// parseInet6Address reads what follows the bracket: ADDRESS]:PORT[%INTERFACE].
func parseInet6Address(s, rest string) (SocketAddress, error) {
	host, rest, ok := strings.Cut(rest, "]")
	ip, err := netip.ParseAddr(host)
	if !ok || err != nil || ip.Is4() || ip.Zone() != "" {
		return SocketAddress{}, malformed(addressKind, s, "not an IPv6 address in brackets")
	}
	port, scope, scoped := strings.Cut(strings.TrimPrefix(rest, ":"), "%")
	n, err := parsePort(port)
	if err != nil || !strings.HasPrefix(rest, ":") {
		return SocketAddress{}, malformed(addressKind, s, "the port is missing or out of range")
	}
	if scoped {
		if !validInterface(scope) {
			return SocketAddress{}, malformed(addressKind, s, "not the name of an interface")
		}
		ip = ip.WithZone(scope)
	}
	return SocketAddress{Family: FamilyInet6, IP: ip, Port: n}, nil
}

func parsePort(s string) (uint32, error) {
	if s == "" || strings.IndexByte(whitespace, s[0]) >= 0 {
		return 0, malformed("port", s, "not a number")
	}
	v, err := ParseUint(s, 16)
	if err == nil && v == 0 {
		err = malformed("port", s, "0 is no port")
	}
	return uint32(v), err
}

func validInterface(s string) bool {
	return s != "" && len(s) <= 15 && s != "." && s != ".." && strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || r == ':' || r == '/' || r == '%'
	}) < 0
}

// String writes the address as a setting would.
func (a SocketAddress) String() string {
	port := strconv.FormatUint(uint64(a.Port), 10)
	switch a.Family {
	case FamilyUnix:
		return a.Path
	case FamilyInet:
		return a.IP.String() + ":" + port
	case FamilyInet6:
		s := "[" + a.IP.WithZone("").String() + "]:" + port
		if a.IP.Zone() != "" {
			s += "%" + a.IP.Zone()
		}
		return s
	}
	if a.CID == VsockAny {
		return "vsock::" + port
	}
	return "vsock:" + strconv.FormatUint(uint64(a.CID), 10) + ":" + port
}
