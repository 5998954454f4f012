package analyze

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/table"
	"pintle/units"
)

// connect reaches the manager that is meant.
func (o *options) connect() (*client.Conn, error) {
	if o.scope == client.System && !command.Booted() {
		fmt.Fprintln(os.Stderr, "System has not been booted with systemd as init system (PID 1). Can't operate.")
		return nil, command.Failf("Failed to connect to bus: Host is down")
	}
	conn, err := client.Connect(o.scope)
	if err != nil {
		return nil, command.Failf("%s", client.ConnectMessage(o.scope, err))
	}
	return conn, nil
}

// boot is when the phases of the boot began and ended, since the system was switched on; in a container and for a
// user, since the manager was started.
type boot struct {
	kernel, initrd, userspace, finish units.Usec
	generators, unitsLoad             [2]units.Usec
	offset                            units.Usec // what was taken from all times
}

func number(v dbus.Variant) units.Usec {
	n, _ := v.Value().(uint64)
	return units.Usec(n)
}

// bootTimes asks for the phases; it fails while the boot goes on.
func (o *options) bootTimes(conn *client.Conn) (*boot, error) {
	get := func(name string) (units.Usec, error) {
		v, err := conn.Get(client.ManagerPath, client.ManagerFace, name+"TimestampMonotonic")
		if err != nil {
			return 0, command.Failf("Failed to get timestamp properties: %s", client.Reason(err))
		}
		return number(v), nil
	}
	b := &boot{}
	for _, phase := range []struct {
		name string
		into *units.Usec
	}{
		{"Userspace", &b.userspace}, {"Finish", &b.finish}, {"InitRD", &b.initrd},
		{"GeneratorsStart", &b.generators[0]}, {"GeneratorsFinish", &b.generators[1]},
		{"UnitsLoadStart", &b.unitsLoad[0]}, {"UnitsLoadFinish", &b.unitsLoad[1]},
	} {
		t, err := get(phase.name)
		if err != nil {
			return nil, err
		}
		*phase.into = t
	}
	if b.finish == 0 {
		user := ""
		if o.scope == client.User {
			user = " --user"
		}
		return nil, command.Failf("Bootup is not yet finished (org.freedesktop.systemd1.Manager.FinishTimestampMonotonic=%d).\n"+
			"Please try again later.\nHint: Use 'systemctl%s list-jobs' to see active jobs", b.finish, user)
	}
	if o.scope == client.User || units.DetectContainer(os.Environ(), "") != "none" {
		b.initrd = 0
		b.offset = b.userspace
		for _, t := range []*units.Usec{&b.userspace, &b.finish, &b.generators[0], &b.generators[1], &b.unitsLoad[0], &b.unitsLoad[1]} {
			b.relative(t)
		}
	} else if b.kernel = b.userspace; b.initrd > 0 {
		b.kernel = b.initrd
	}
	return b, nil
}

// relative makes a time count from the offset.
func (b *boot) relative(t *units.Usec) {
	if *t >= b.offset {
		*t -= b.offset
	} else {
		*t = 0
	}
}

// unitTimes is when a unit came up and went down, and how long the way up took.
type unitTimes struct {
	name                                             string
	activating, activated, deactivating, deactivated units.Usec
	took                                             units.Usec
}

// allTimes asks for the phases, and for the times of all units that were ever up.
func (o *options) allTimes(conn *client.Conn) (*boot, []*unitTimes, error) {
	b, err := o.bootTimes(conn)
	if err != nil {
		return nil, nil, err
	}
	list, err := conn.Units(nil, nil)
	if err != nil {
		return nil, nil, command.Failf("Failed to list units: %s", client.Reason(err))
	}
	var all []*unitTimes
	for _, u := range list {
		properties, err := conn.GetAll(u.Path, client.UnitFace)
		if err != nil {
			return nil, nil, command.Failf("Failed to get timestamp properties of unit %s: %s", u.ID, client.Reason(err))
		}
		t := &unitTimes{name: u.ID}
		for _, p := range properties {
			switch p.Name {
			case "InactiveExitTimestampMonotonic":
				t.activating = number(p.Value)
			case "ActiveEnterTimestampMonotonic":
				t.activated = number(p.Value)
			case "ActiveExitTimestampMonotonic":
				t.deactivating = number(p.Value)
			case "InactiveEnterTimestampMonotonic":
				t.deactivated = number(p.Value)
			}
		}
		for _, x := range []*units.Usec{&t.activating, &t.activated, &t.deactivating, &t.deactivated} {
			b.relative(x)
		}
		switch {
		case t.activated >= t.activating:
			t.took = t.activated - t.activating
		case t.deactivated >= t.activating:
			t.took = t.deactivated - t.activating
		}
		if t.activating == 0 {
			continue
		}
		all = append(all, t)
	}
	return b, all, nil
}

func milliseconds(t units.Usec) string { return units.FormatSpan(t, units.Millisecond) }

// bootText is how long the phases took, and until the default target was reached.
func bootText(conn *client.Conn, b *boot) string {
	var s strings.Builder
	s.WriteString("Startup finished in ")
	if b.kernel > 0 {
		fmt.Fprintf(&s, "%s (kernel) + ", milliseconds(b.kernel))
	}
	if b.initrd > 0 {
		fmt.Fprintf(&s, "%s (initrd) + ", milliseconds(b.userspace-b.initrd))
	}
	fmt.Fprintf(&s, "%s (userspace) ", milliseconds(b.finish-b.userspace))
	if b.kernel > 0 {
		fmt.Fprintf(&s, "= %s ", milliseconds(b.finish))
	}
	path := client.UnitPath("default.target")
	id, err := conn.Get(path, client.UnitFace, "Id")
	if err != nil {
		return s.String() + "\ncould not find default.target."
	}
	since, err := conn.Get(path, client.UnitFace, "ActiveEnterTimestampMonotonic")
	t := number(since)
	switch {
	case err != nil:
		fmt.Fprintf(&s, "\nCould not get time to reach %s.", id.Value())
	case t == 0:
		fmt.Fprintf(&s, "\n%s was never reached.", id.Value())
	default:
		b.relative(&t)
		fmt.Fprintf(&s, "\n%s reached after %s in userspace.", id.Value(), milliseconds(t-b.userspace))
	}
	return s.String()
}

func (o *options) time([]string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	b, err := o.bootTimes(conn)
	if err != nil {
		return err
	}
	fmt.Fprintln(o.out, bootText(conn, b))
	return nil
}

func (o *options) blame([]string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	_, all, err := o.allTimes(conn)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y *unitTimes) int { return cmp.Compare(y.took, x.took) })
	t := table.New("time", "unit")
	t.Header = false
	for _, u := range all {
		if u.took > 0 {
			t.Add(right(milliseconds(u.took)), table.Cell{Text: u.name})
		}
	}
	o.print(t)
	return nil
}
