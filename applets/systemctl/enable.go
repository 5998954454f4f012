package systemctl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
	"pintle/units/install"
)

// clientSide says whether unit files are changed by us rather than by the manager: there is none, or not for them.
func (c *control) clientSide() bool {
	if b, err := units.ParseBool(os.Getenv("SYSTEMCTL_INSTALL_CLIENT_SIDE")); err == nil && b {
		return true
	}
	return c.root != "" || c.global || inChroot() || !booted()
}

// files are the unit files that we work on ourselves.
func (c *control) files() *install.Files {
	f := &install.Files{Root: c.root}
	if c.root == "" && !c.global && !c.user {
		// While an image is made: the targets that PID 1 brings along are not missing in it.
		f.Provided = install.Builtin
	}
	switch {
	case c.global:
		f.Scope = install.Global
	case c.user:
		f.Scope = install.User
	}
	return f
}

func (c *control) installOptions() install.Options {
	mode, _ := install.ParsePresetMode(c.presetMode)
	return install.Options{Runtime: c.runtime, Force: c.force > 0, Mode: mode}
}

// byFiles does a verb on the files.
func (c *control) byFiles(args []string) error {
	out := c.files().Run(install.Command{Verb: c.verb, Names: args, Options: c.installOptions(), Quiet: c.quiet, NoWarn: c.noWarn,
		Now: c.now, Full: c.full})
	for _, line := range out.Stderr {
		c.infof("%s", line)
	}
	for _, line := range out.Stdout {
		c.printf("%s\n", line)
	}
	return status(out.Exit)
}

// fileMethod is how the manager is asked for a verb.
type fileMethod struct {
	name                 string
	runtime, force, mode bool // arguments after the names
	installInfo          bool // the answer says whether there is an [Install] section
	says                 bool // and that is told
}

func (c *control) fileMethod() fileMethod {
	switch c.verb {
	case "enable":
		return fileMethod{name: "EnableUnitFiles", runtime: true, force: true, installInfo: true, says: true}
	case "disable":
		return fileMethod{name: "DisableUnitFilesWithFlagsAndInstallInfo", runtime: true, installInfo: true, says: true}
	case "reenable":
		return fileMethod{name: "ReenableUnitFiles", runtime: true, force: true, installInfo: true, says: true}
	case "link":
		return fileMethod{name: "LinkUnitFiles", runtime: true, force: true}
	case "preset":
		if c.presetMode != "" && c.presetMode != "full" {
			return fileMethod{name: "PresetUnitFilesWithMode", mode: true, runtime: true, force: true, installInfo: true}
		}
		return fileMethod{name: "PresetUnitFiles", runtime: true, force: true, installInfo: true}
	case "mask":
		return fileMethod{name: "MaskUnitFiles", runtime: true, force: true}
	case "unmask":
		return fileMethod{name: "UnmaskUnitFiles", runtime: true}
	}
	return fileMethod{name: "RevertUnitFiles"}
}

// change is what the manager did to a file.
type change struct{ Type, Path, Source string }

// enable is enable and all that is like it.
func (c *control) enable(args []string) error {
	names, err := c.fileNames(args)
	if err != nil {
		return err
	}
	if names, _, err = c.sysv(names); err != nil {
		return err
	}
	if c.clientSide() {
		if len(names) == 0 {
			return nil
		}
		return c.byFiles(names)
	}
	if err := c.connect(); err != nil {
		return err
	}
	if len(names) == 0 {
		return c.reload()
	}
	if c.verb == "mask" {
		c.warnMissing(names)
	}
	m := c.fileMethod()
	list := []any{names}
	if m.mode {
		list = append(list, c.presetMode)
	}
	switch {
	case m.runtime && c.verb == "disable":
		flags := uint64(0)
		if c.runtime {
			flags = 1
		}
		list = append(list, flags)
	case m.runtime:
		list = append(list, c.runtime)
	}
	if m.force {
		list = append(list, c.force > 0)
	}
	var carries bool
	var changes []change
	into := []any{&changes}
	if m.installInfo {
		into = []any{&carries, &changes}
	}
	err = c.conn.Manager(m.name, list, into...)
	if c.verb == "disable" && client.ErrorName(err) == "org.freedesktop.DBus.Error.UnknownMethod" {
		// systemd before version 253 does not tell whether there is anything to install.
		m.says = false
		err = c.conn.Manager("DisableUnitFilesWithFlags", list, &changes)
	}
	if err != nil {
		return failure(err, "Failed to %s unit", c.verb)
	}
	if err := c.changed(changes); err != nil {
		return err
	}
	if m.says && !carries && !c.quiet && !c.noWarn && (c.verb != "disable" || !c.olderThan(253)) {
		c.noticef("%s", install.NoInstallInfo)
	}
	if c.now {
		return c.startNow(names)
	}
	return nil
}

// warnMissing says which units there are none of.
func (c *control) warnMissing(names []string) {
	for _, name := range names {
		path := client.UnitPath(name)
		if stringOf(c.get(path, client.UnitFace, "LoadState")) == "not-found" && stringOf(c.get(path, client.UnitFace, "ActiveState")) == "inactive" {
			c.noticef("Unit %s does not exist, proceeding anyway.", name)
		}
	}
}

// fileNames makes names and paths of unit files of what the user wrote.
func (c *control) fileNames(args []string) ([]string, error) {
	operation := "to enable"
	if c.verb == "is-enabled" {
		operation = "to check"
	}
	var names []string
	for _, arg := range args {
		if strings.Contains(arg, "/") {
			if full, err := filepath.Abs(arg); err == nil {
				arg = full
			}
			if c.verb == "disable" && !c.clientSide() {
				c.warnf("Warning: Can't execute disable on the unit file path. Proceeding with the unit name.")
				arg = filepath.Base(arg)
			}
			names = append(names, units.SimplifyPath(arg))
			continue
		}
		if c.verb == "link" && !c.clientSide() {
			if c.root != "" {
				return nil, command.Failf("Non-absolute paths are not allowed when --root is used: %s", arg)
			}
			return nil, command.Failf("Link argument must contain at least one directory separator.\nIf you intended to link a file in the current directory, try ./%s instead.", arg)
		}
		name, err := c.unitName(arg, operation, ".service")
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// unitName makes a unit name of what the user wrote, and says what had to be done for that.
func (c *control) unitName(arg, operation, suffix string) (string, error) {
	name, warnings, err := install.MangleName(arg, operation, suffix)
	if !c.quiet {
		for _, w := range warnings {
			c.noticef("%s", w)
		}
	}
	if err != nil {
		return "", command.Failf("Failed to mangle unit name: Invalid argument")
	}
	return name, nil
}

// changed tells what the manager did to files, and has it read them again.
func (c *control) changed(changes []change) error {
	if !c.quiet {
		for _, ch := range changes {
			c.infof("%s", install.Change{Type: install.ChangeType(ch.Type), Path: ch.Path, Source: ch.Source}.Message(c.verb))
		}
	}
	return c.reload()
}

// reload has the manager read the unit files again, unless --no-reload.
func (c *control) reload() error {
	if c.noReload {
		return nil
	}
	if err := c.conn.Slowly("Reload"); err != nil {
		return failure(err, "Failed to reload daemon")
	}
	return nil
}

// startNow starts or stops what was enabled or disabled.
func (c *control) startNow(names []string) error {
	verb := "start"
	switch c.verb {
	case "enable", "reenable":
	case "disable", "mask":
		verb = "stop"
	default:
		return command.Failf("--now can only be used with verb enable, disable, reenable, or mask.")
	}
	list := make([]string, 0, len(names))
	for _, name := range names {
		list = append(list, filepath.Base(name))
	}
	c.verb = verb
	return c.start(list)
}

// presetAll is preset-all.
func (c *control) presetAll([]string) error {
	if c.clientSide() {
		return c.byFiles(nil)
	}
	if err := c.connect(); err != nil {
		return err
	}
	mode := c.presetMode
	if mode == "" {
		mode = "full"
	}
	var changes []change
	if err := c.conn.Manager("PresetAllUnitFiles", []any{mode, c.runtime, c.force > 0}, &changes); err != nil {
		return failure(err, "Failed to preset all units")
	}
	return c.changed(changes)
}

// addDependency is add-wants and add-requires.
func (c *control) addDependency(args []string) error {
	if c.clientSide() {
		return c.byFiles(args)
	}
	target, err := c.unitName(args[0], "as target", ".target")
	if err != nil {
		return err
	}
	var names []string
	for _, arg := range args[1:] {
		name, err := c.unitName(arg, "as dependency", ".service")
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	if err := c.connect(); err != nil {
		return err
	}
	kind := "Wants"
	if c.verb == "add-requires" {
		kind = "Requires"
	}
	var changes []change
	if err := c.conn.Manager("AddDependencyUnitFiles", []any{names, target, kind, c.runtime, c.force > 0}, &changes); err != nil {
		return failure(err, "Failed to add dependency")
	}
	return c.changed(changes)
}

// getDefault is get-default.
func (c *control) getDefault([]string) error {
	if c.clientSide() {
		return c.byFiles(nil)
	}
	name, err := c.defaultTarget()
	if err == nil {
		c.printf("%s\n", name)
	}
	return err
}

func (c *control) defaultTarget() (name string, err error) {
	if err := c.connect(); err != nil {
		return "", err
	}
	if err := c.conn.Manager("GetDefaultTarget", nil, &name); err != nil {
		return "", failure(err, "Failed to get default target")
	}
	return name, nil
}

// setDefault is set-default.
func (c *control) setDefault(args []string) error {
	if c.clientSide() {
		return c.byFiles(args)
	}
	name, err := c.unitName(args[0], "set-default", ".target")
	if err != nil {
		return err
	}
	if err := c.connect(); err != nil {
		return err
	}
	var changes []change
	if err := c.conn.Manager("SetDefaultTarget", []any{name, true}, &changes); err != nil {
		return failure(err, "Failed to set default target")
	}
	if err := c.changed(changes); err != nil {
		return err
	}
	if now, err := c.defaultTarget(); err == nil && now != name && !c.quiet {
		c.noticef("Note: \"%s\" is the default unit (possibly a runtime override).", now)
	}
	return nil
}

// hasFile says whether a unit has a file of its own, so that no script stands for it.
func (c *control) hasFile(name string) bool {
	_, _, err := c.files().State(name)
	return err == nil || !errors.Is(err, syscall.ENOENT)
}
