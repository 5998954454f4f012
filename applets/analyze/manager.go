package analyze

import (
	"fmt"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/table"
	"pintle/units"
)

// dump prints what the manager knows, in a form that is meant for people.
func (o *options) dump(patterns []string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	var text string
	if len(patterns) == 0 {
		err = conn.Manager("Dump", nil, &text)
	} else {
		for i, p := range patterns {
			if name, err := units.MangleName(p, ".service", true); err == nil {
				patterns[i] = name
			}
		}
		err = conn.Manager("DumpUnitsMatchingPatterns", []any{patterns}, &text)
	}
	if err != nil {
		return command.Failf("Failed to call Dump: %s", client.Reason(err))
	}
	fmt.Fprint(o.out, text)
	return nil
}

// property prints a property of the manager, or sets it.
func (o *options) property(name string, value any, args []string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	if len(args) > 0 {
		return conn.Method(client.ManagerPath, client.Properties, "Set", []any{client.ManagerFace, name, dbus.MakeVariant(value)})
	}
	v, err := conn.Get(client.ManagerPath, client.ManagerFace, name)
	if err != nil {
		return err
	}
	if b, ok := v.Value().(bool); ok {
		fmt.Fprintln(o.out, units.YesNo(b))
	} else {
		fmt.Fprintln(o.out, v.Value())
	}
	return nil
}

func (o *options) logLevel(args []string) error {
	value := ""
	if len(args) > 0 {
		if _, err := units.ParseLogLevel(args[0]); err != nil {
			return command.Failf("\"%s\" is not a valid log level.", args[0])
		}
		value = args[0]
	}
	return o.report("Failed to %s log level: %s", args, o.property("LogLevel", value, args))
}

func (o *options) logTarget(args []string) error {
	value := ""
	if len(args) > 0 {
		value = args[0]
	}
	return o.report("Failed to %s log target: %s", args, o.property("LogTarget", value, args))
}

func (o *options) serviceWatchdogs(args []string) error {
	on := false
	if len(args) > 0 {
		var err error
		if on, err = units.ParseBool(args[0]); err != nil {
			return command.Failf("Failed to parse service-watchdogs argument: %s", command.Reason(err))
		}
	}
	return o.report("Failed to %s service-watchdog state: %s", args, o.property("ServiceWatchdogs", on, args))
}

// report words an error of the manager.
func (o *options) report(format string, args []string, err error) error {
	if client.ErrorName(err) == "" {
		return err
	}
	verb := "get"
	if len(args) > 0 {
		verb = "set"
	}
	return command.Failf(format, verb, client.Reason(err))
}

// fdStore lists the descriptors that the manager keeps for services.
func (o *options) fdStore(args []string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, arg := range args {
		name, err := units.MangleName(arg, ".service", false)
		if err != nil {
			return command.Failf("Failed to mangle unit name '%s': %s", arg, command.Reason(err))
		}
		type entry struct {
			Name                     string
			Mode, Major, Minor       uint32
			Inode                    uint64
			DeviceMajor, DeviceMinor uint32
			Path                     string
			Flags                    uint32
		}
		var entries []entry
		if err := conn.Manager("DumpUnitFileDescriptorStore", []any{name}, &entries); err != nil {
			return command.Failf("Failed to call DumpUnitFileDescriptorStore: %s", client.Reason(err))
		}
		if len(entries) == 0 {
			fmt.Fprintf(o.out, "No file descriptors in fdstore of %s.\n", name)
			continue
		}
		t := table.New("fdname", "type", "devno", "inode", "rdevno", "path", "access")
		for _, e := range entries {
			device := ""
			if kind := e.Mode & 0o170000; kind == 0o020000 || kind == 0o060000 {
				device = fmt.Sprintf("%d:%d", e.DeviceMajor, e.DeviceMinor)
			}
			t.Add(table.Cell{Text: e.Name}, table.Cell{Text: inodeType(e.Mode)}, table.Cell{Text: fmt.Sprintf("%d:%d", e.Major, e.Minor)},
				right(fmt.Sprint(e.Inode)), table.Cell{Text: device}, table.Cell{Text: e.Path}, table.Cell{Text: access(e.Flags)})
		}
		t.Dash = "-"
		o.print(t)
	}
	return nil
}

// inodeType names the type of a file as systemd does.
func inodeType(mode uint32) string {
	switch mode & 0o170000 {
	case 0o100000:
		return "reg"
	case 0o040000:
		return "dir"
	case 0o120000:
		return "lnk"
	case 0o020000:
		return "chr"
	case 0o060000:
		return "blk"
	case 0o010000:
		return "fifo"
	case 0o140000:
		return "sock"
	}
	return ""
}

func access(flags uint32) string { return [4]string{"ro", "wo", "rw", "-"}[flags&3] }
