package run

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/setting"
	"pintle/units"
)

// makeName invents the name of a unit: by our name on the bus, or at random.
func (o *options) makeName(conn *client.Conn, suffix string) string {
	if number, ok := strings.CutPrefix(conn.Name(), ":1."); ok {
		return "run-u" + number + suffix
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	random[6], random[8] = random[6]&0x0f|0x40, random[8]&0x3f|0x80
	return "run-r" + hex.EncodeToString(random[:]) + suffix
}

// name is what the unit is called.
func (o *options) name(conn *client.Conn, suffix string) (string, error) {
	if o.unit == "" {
		return o.makeName(conn, suffix), nil
	}
	return mangle(o.unit, suffix)
}

// mangle makes the name of a unit of what somebody wrote.
func mangle(s, suffix string) (string, error) {
	name, err := units.MangleName(s, suffix, false)
	if err != nil {
		return "", command.Failf("Failed to mangle unit name: %s", command.Reason(err))
	}
	if !strings.HasPrefix(name, s) {
		escaped := strings.TrimSuffix(name, suffix)
		say("Invalid unit name \"%s\" escaped as \"%s\" (maybe you should use systemd-escape?).", s, escaped)
	}
	return name, nil
}

// names are those of the trigger and the service that it starts.
func (o *options) names(conn *client.Conn) (trigger, service string, err error) {
	suffix := "." + o.trigger
	if o.unit == "" {
		service = o.makeName(conn, ".service")
		return strings.TrimSuffix(service, ".service") + suffix, service, nil
	}
	switch units.NameType(o.unit) {
	case "service":
		return strings.TrimSuffix(o.unit, ".service") + suffix, o.unit, nil
	case o.trigger:
		return o.unit, strings.TrimSuffix(o.unit, suffix) + ".service", nil
	}
	if trigger, err = mangle(o.unit, suffix); err == nil {
		service = strings.TrimSuffix(trigger, suffix) + ".service"
	}
	return trigger, service, err
}

// properties are a list of settings.
type properties []setting.Property

func (p *properties) add(name string, value any) { *p = append(*p, setting.New(name, value)) }

func (p *properties) parse(unitType string, assignments []string) error {
	list, err := setting.ParseAll(unitType, assignments)
	*p = append(*p, list...)
	return err
}

// common is what every unit of ours has.
func (o *options) common(conn *client.Conn) (p properties) {
	p.add("Description", o.description)
	if o.collect {
		p.add("CollectMode", "inactive-or-failed")
	}
	if conn.Name() != "" || o.waits() {
		p.add("AddRef", true)
	}
	return p
}

// waits tells whether we watch the service until it ends.
func (o *options) waits() bool { return o.wait || o.stdio != journal }

// grouped is what units with processes have.
func (o *options) grouped(p *properties) error {
	if o.sendSIGHUP {
		p.add("SendSIGHUP", true)
	}
	slice := o.slice
	if slice != "" {
		var err error
		if slice, err = mangle(slice, ".slice"); err != nil {
			return err
		}
	}
	if o.sliceInherit {
		slice = below(ownSlice(), slice)
	}
	if slice != "" {
		p.add("Slice", slice)
	}
	return nil
}

// ownSlice is the slice that we run in.
func ownSlice() string {
	text, _ := os.ReadFile("/proc/self/cgroup")
	slice := "-.slice"
	for part := range strings.SplitSeq(strings.TrimSpace(string(text)), "/") {
		if units.NameType(part) == "slice" {
			slice = part
		}
	}
	return slice
}

// below is a slice within another one.
func below(parent, slice string) string {
	switch {
	case slice == "" || slice == "-.slice":
		return parent
	case parent == "-.slice":
		return slice
	}
	return strings.TrimSuffix(parent, ".slice") + "-" + slice
}

// service is what makes the service.
func (o *options) service(conn *client.Conn, streams []dbus.UnixFD, terminal string) (properties, error) {
	p := o.common(conn)
	if err := p.parse("service", o.properties); err != nil {
		return nil, err
	}
	if err := o.grouped(&p); err != nil {
		return nil, err
	}
	if o.remain {
		p.add("RemainAfterExit", true)
	}
	for _, text := range []struct{ name, value string }{
		{"Type", o.serviceType}, {"User", o.uid}, {"Group", o.gid},
	} {
		if text.value != "" {
			p.add(text.name, text.value)
		}
	}
	if o.nice != nil {
		p.add("Nice", int32(*o.nice))
	}
	if o.directory != "" {
		p.add("WorkingDirectory", o.directory)
	}
	for i, name := range []string{"StandardInputFileDescriptor", "StandardOutputFileDescriptor", "StandardErrorFileDescriptor"} {
		if len(streams) > i {
			p.add(name, streams[i])
		}
	}
	if terminal != "" {
		p.add("TTYPath", terminal)
	}
	environment := o.environment
	if term := os.Getenv("TERM"); o.stdio == tty && term != "" {
		environment = append([]string{"TERM=" + term}, environment...)
	}
	if len(environment) > 0 {
		p.add("Environment", environment)
	}
	if len(o.argv) > 0 {
		o.addCommand(&p)
	}
	return p, nil
}

func (o *options) addCommand(p *properties) {
	if !o.expand {
		type extended struct {
			Path    string
			Argv    []string
			Options []string
		}
		p.add("ExecStartEx", []extended{{o.argv[0], o.argv, []string{"no-env-expand"}}})
		return
	}
	type plain struct {
		Path          string
		Argv          []string
		IgnoreFailure bool
	}
	p.add("ExecStart", []plain{{o.argv[0], o.argv, false}})
}
