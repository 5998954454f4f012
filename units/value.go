package units

import (
	"fmt"
	"syscall"
)

// ValueError says why a value could not be parsed. It unwraps to the errno with which systemd refuses the
// same value, so that callers can tell "malformed" (EINVAL) from "out of range" (ERANGE).
type ValueError struct {
	Value string        // the text as it was given
	Kind  string        // what it should have been: "time span", "unit name", …
	Why   string        // what is wrong with it
	Errno syscall.Errno // EINVAL, ERANGE, …
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("cannot parse %q as %s: %s", e.Value, e.Kind, e.Why)
}

// Unwrap gives the errno.
func (e *ValueError) Unwrap() error { return e.Errno }

func malformed(kind, value, why string) error {
	return &ValueError{Value: value, Kind: kind, Why: why, Errno: syscall.EINVAL}
}

func outOfRange(kind, value string) error {
	return &ValueError{Value: value, Kind: kind, Why: "out of range", Errno: syscall.ERANGE}
}
