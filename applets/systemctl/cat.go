package systemctl

import (
	"os"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/terminal"
)

// cat is cat: it shows the files of units.
func (c *control) cat(args []string) error {
	if len(c.states) == 0 {
		c.all = true
	}
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	if names, err = c.withDependencies(names); err != nil {
		return err
	}
	c.openPager()
	failed, first := error(nil), true
	for _, name := range names {
		f, err := c.unitFiles(name)
		switch {
		case err != nil:
			return err
		case f.state == "masked":
			c.printf("%s# Unit %s is masked%s.\n", c.screen.Style(terminal.Magenta), name, c.screen.Style(terminal.Normal))
			continue
		case f.state == "error":
			c.printf("%s# Unit %s could not be loaded.%s\n", c.screen.Style(terminal.Magenta), name, c.screen.Style(terminal.Normal))
			continue
		case len(f.paths) == 0:
			c.errorf("No files found for %s.", name)
			failed = status(1)
			continue
		}
		if !first {
			c.printf("\n")
		}
		first = false
		if c.needsReload(name) {
			c.warnOutdated(name)
		}
		if err := c.catFiles(f.paths); err != nil {
			return err
		}
	}
	return failed
}

// unitFiles are the files of a unit: its own, if it has one, then its drop-ins.
type unitFiles struct {
	state string // LoadState
	own   string
	paths []string
}

func (c *control) unitFiles(name string) (f unitFiles, err error) {
	var path dbus.ObjectPath
	if err := c.conn.Manager("LoadUnit", []any{name}, &path); err != nil {
		path = client.UnitPath(name)
	}
	value, err := c.conn.Get(path, client.UnitFace, "LoadState")
	if err != nil {
		return f, failure(err, "Failed to get LoadState")
	}
	f.state = stringOf(value.Value())
	if f.state == "masked" || f.state == "error" {
		return f, nil
	}
	if f.own = stringOf(c.get(path, client.UnitFace, "FragmentPath")); f.own != "" {
		f.paths = append(f.paths, f.own)
	}
	dropIns, _ := c.get(path, client.UnitFace, "DropInPaths").([]string)
	f.paths = append(f.paths, dropIns...)
	return f, nil
}

func (c *control) warnOutdated(name string) {
	option := ""
	if c.user {
		option = " --user"
	}
	on := c.screen.Style(terminal.Red)
	c.say("", on+"# Warning: "+name+" changed on disk, the version systemd has loaded is outdated.\n"+
		on+"# This output shows the current version of the unit's original fragment and drop-in files.\n"+
		on+"# If fragments or drop-ins were added or removed, they are not properly reflected in this output.\n"+
		on+"# Run 'systemctl"+option+" daemon-reload' to reload units."+c.screen.Style(terminal.Normal))
}

// catFiles prints files under their names.
func (c *control) catFiles(paths []string) error {
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			if i == 0 {
				return failure(err, "Failed to open %s", path)
			}
			c.warnf("Failed to open %s: %s", path, client.Reason(err))
			continue
		}
		if i > 0 {
			c.printf("\n")
		}
		c.printf("%s\n%s", c.screen.In(terminal.Blue, "# "+c.screen.FileLink(path, path)), text)
	}
	return nil
}
