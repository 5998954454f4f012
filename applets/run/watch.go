package run

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

// watch follows a service until it has ended.
type watch struct {
	conn     *client.Conn
	name     string
	path     dbus.ObjectPath
	detached <-chan struct{} // the user has left the terminal
	values   map[string]any
	gone     bool
}

// errDetached: the user does not want to see the end.
var errDetached = errors.New("detached")

const serviceFace = client.Destination + ".Service"

// newWatch is to be made before the service is.
func newWatch(conn *client.Conn, name string) (*watch, error) {
	w := &watch{conn: conn, name: name, path: client.UnitPath(name), values: map[string]any{}}
	for _, signal := range [][2]string{{client.Properties, "PropertiesChanged"}, {client.ManagerFace, "UnitRemoved"}} {
		if err := conn.Watch(signal[0], signal[1]); err != nil {
			return nil, command.Failf("Failed to request properties changed signal match: %s", client.Reason(err))
		}
	}
	if err := conn.Manager("Subscribe", nil); err != nil && client.ErrorName(err) != "org.freedesktop.systemd1.AlreadySubscribed" {
		return nil, command.Failf("Failed to subscribe to signals: %s", client.Reason(err))
	}
	return w, nil
}

// wait returns when the service is inactive or failed and has no job.
func (w *watch) wait() (*watch, error) {
	w.refresh()
	for !w.over() {
		select {
		case <-w.detached:
			return nil, errDetached
		default:
		}
		var deadline time.Time
		if w.detached != nil {
			deadline = time.Now().Add(detachLook)
		}
		m, err := w.conn.Signal(deadline)
		if deadlinePassed(err) && w.detached != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		w.take(m)
	}
	w.refresh()
	return w, nil
}

// detachLook is how often a terminal's user is asked whether to go on.
const detachLook = time.Second

func deadlinePassed(err error) bool {
	return errors.Is(err, syscall.ETIMEDOUT) || errors.Is(err, syscall.EAGAIN)
}

func (w *watch) over() bool {
	state, _ := w.values["ActiveState"].(string)
	job, _ := w.values["Job"].([]any)
	return w.gone || (state == "inactive" || state == "failed") && (len(job) == 0 || job[0] == uint32(0))
}

// refresh asks for everything. A unit that is not there any more keeps what was last heard of it.
func (w *watch) refresh() {
	for _, face := range []string{client.UnitFace, serviceFace} {
		list, err := w.conn.GetAll(w.path, face)
		if err != nil {
			return
		}
		if face == client.UnitFace && stateless(list) {
			return
		}
		for _, p := range list {
			w.values[p.Name] = p.Value.Value()
		}
	}
}

// stateless tells of a unit that was forgotten: what is asked for by its name is then an empty one.
func stateless(list []client.Property) bool {
	for _, p := range list {
		if p.Name == "LoadState" {
			return p.Value.Value() == "not-found"
		}
	}
	return false
}

func (w *watch) take(m *dbus.Message) {
	if member, _ := m.Headers[dbus.FieldMember].Value().(string); member == "UnitRemoved" {
		var name string
		var path dbus.ObjectPath
		if dbus.Store(m.Body, &name, &path) == nil && name == w.name {
			w.gone = true
		}
		return
	}
	path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	var face string
	var changed map[string]dbus.Variant
	var invalid []string
	if path != w.path || dbus.Store(m.Body, &face, &changed, &invalid) != nil {
		return
	}
	for name, value := range changed {
		w.values[name] = value.Value()
	}
}

func (w *watch) text(name string) string {
	s, _ := w.values[name].(string)
	return s
}

// number is a property that is an integer of any width; unset values are the greatest.
func (w *watch) number(name string) (n uint64, set bool) {
	switch v := w.values[name].(type) {
	case uint64:
		return v, v != 1<<64-1
	case int32:
		return uint64(v), true
	case uint32:
		return uint64(v), true
	}
	return 0, false
}

// The ways in which a main process ends (waitid(2)).
const (
	cldExited = 1
	cldKilled = 2
	cldDumped = 3
)

// summary says how the service ended and what it has used.
func (w *watch) summary() {
	if result := w.text("Result"); result != "" {
		say("Finished with result: %s", result)
	}
	code, _ := w.number("ExecMainCode")
	status, _ := w.number("ExecMainStatus")
	switch code {
	case cldExited:
		say("Main processes terminated with: code=exited/status=%d", status)
	case cldKilled, cldDumped:
		word := "killed"
		if code == cldDumped {
			word = "dumped"
		}
		name := units.SignalName(syscall.Signal(status))
		if len(name) > 3 && name[:3] == "SIG" {
			name = name[3:]
		}
		say("Main processes terminated with: code=%s/status=%s", word, name)
	}
	from, _ := w.number("InactiveExitTimestampMonotonic")
	to, _ := w.number("InactiveEnterTimestampMonotonic")
	if from > 0 && to > 0 && to > from {
		say("Service runtime: %s", units.FormatSpan(units.Usec(to-from), units.Millisecond))
	}
	if cpu, set := w.number("CPUUsageNSec"); set {
		say("CPU time consumed: %s", units.FormatSpan(units.Usec((cpu+999)/1000), units.Millisecond))
	}
	for _, use := range []struct{ in, out, format string }{
		{"IPIngressBytes", "IPEgressBytes", "IP traffic"}, {"IOReadBytes", "IOWriteBytes", "IO bytes"},
	} {
		w.sayBytes(use.in, use.out, use.format)
	}
}

func (w *watch) sayBytes(in, out, what string) {
	words := [2]string{"received", "sent"}
	if what == "IO bytes" {
		words = [2]string{"read", "written"}
	}
	for i, name := range []string{in, out} {
		if n, set := w.number(name); set {
			say("%s %s: %s", what, words[i], formatBytes(n))
		}
	}
}

// status is what we end with: what the main process did, unless the manager takes that for a success.
func (w *watch) status() int {
	status, _ := w.number("ExecMainStatus")
	switch result := w.text("Result"); {
	case result == "success":
		return 0
	case result == "exit-code" && status > 0:
		return int(status)
	case result == "signal":
		return units.ExitExceptionStatus
	}
	return 1
}

// formatBytes writes a number of bytes with one decimal and its unit.
func formatBytes(n uint64) string {
	const letters = "EPTGMK"
	for i := range len(letters) {
		unit := uint64(1) << (10 * (len(letters) - i))
		if n >= unit {
			return fmt.Sprintf("%d.%d%c", n/unit, n%unit*10/unit, letters[i])
		}
	}
	return fmt.Sprintf("%dB", n)
}
