package client

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// Scope is whose manager is meant.
type Scope int

const (
	System Scope = iota // the one of the machine: PID 1
	User                // the one of this user
)

// The places of systemd's sockets.
const (
	systemPrivate = "/run/systemd/private"
	systemBus     = "unix:path=/run/dbus/system_bus_socket"
)

// Connect connects to a manager. Root, and a user to the manager of its own, use the manager's private socket and
// fall back to the message bus; others have only that.
func Connect(scope Scope) (*Conn, error) {
	if scope == User {
		runtime := os.Getenv("XDG_RUNTIME_DIR")
		if runtime != "" {
			if c, err := Dial("unix:path="+escapeAddress(runtime+"/systemd/private"), true); err == nil {
				return c, nil
			}
		}
		return dialUserBus(runtime)
	}
	if os.Geteuid() == 0 {
		if c, err := Dial("unix:path="+systemPrivate, true); err == nil {
			return c, nil
		}
	}
	return Bus()
}

// Bus connects to the system's message bus.
func Bus() (*Conn, error) {
	addresses := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS")
	if addresses == "" {
		addresses = systemBus
	}
	return Dial(addresses, false)
}

func dialUserBus(runtime string) (*Conn, error) {
	addresses := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	switch {
	case addresses != "":
		return Dial(addresses, false)
	case runtime != "":
		return Dial("unix:path="+escapeAddress(runtime+"/bus"), false)
	}
	return nil, syscall.ENOMEDIUM // nothing says where it could be
}

// escapeAddress writes a path as a value of a D-Bus address.
func escapeAddress(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', strings.IndexByte("-_/.\\*", c) >= 0:
			b.WriteByte(c)
		default:
			const digits = "0123456789abcdef"
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// ConnectMessage is what systemd's tools say when no manager can be reached.
func ConnectMessage(scope Scope, err error) string {
	switch {
	case scope == User && (errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)):
		return "Failed to connect to bus: " + Reason(err) + " (consider using --machine=<user>@.host --user to connect to bus of other user)"
	}
	return "Failed to connect to bus: " + Reason(err)
}
