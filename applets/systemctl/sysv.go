package systemctl

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"pintle/applets/command"
	"pintle/units"
)

// sysvTool is what distributions enable init scripts with.
const sysvTool = "/lib/systemd/systemd-sysv-install"

// sysv hands units that are scripts in /etc/init.d to the distribution's tool for them, and gives the names that
// are left. enabled: is-enabled found one of the scripts enabled.
func (c *control) sysv(names []string) (left []string, enabled bool, err error) {
	if c.verb != "enable" && c.verb != "disable" && c.verb != "is-enabled" || c.user || c.global {
		return names, false, nil
	}
	if skip, err := units.ParseBool(os.Getenv("SYSTEMCTL_SKIP_SYSV")); err == nil && skip {
		return names, false, nil
	}
	for _, name := range names {
		script, ok := strings.CutSuffix(name, ".service")
		if !ok || strings.Contains(name, "/") || !exists(filepath.Join("/", c.root, "etc/init.d", script)) || !exists(sysvTool) {
			left = append(left, name)
			continue
		}
		native := c.hasFile(name)
		if native {
			left = append(left, name)
			if c.verb == "is-enabled" {
				continue
			}
		}
		on, err := c.runSysv(name, script, native)
		if err != nil {
			return nil, false, err
		}
		enabled = enabled || on
	}
	return left, enabled, nil
}

func (c *control) runSysv(name, script string, native bool) (enabled bool, err error) {
	args := []string{c.verb, script}
	if c.root != "" {
		args = append([]string{"--root=" + c.root}, args...)
	}
	if !c.quiet {
		if native {
			c.infof("Synchronizing state of %s with SysV service script with %s.", name, sysvTool)
		} else {
			c.infof("%s is not a native service, redirecting to systemd-sysv-install.", name)
		}
		c.infof("Executing: %s %s", sysvTool, strings.Join(args, " "))
	}
	c.flush()
	cmd := exec.Command(sysvTool, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	exited := (*exec.ExitError)(nil)
	switch {
	case err != nil && !errors.As(err, &exited):
		return false, failure(err, "Failed to execute %s", sysvTool)
	case c.verb == "is-enabled":
		word := "enabled"
		if err != nil {
			word = "disabled"
		}
		if !c.quiet {
			c.printf("%s\n", word)
		}
		return err == nil, nil
	case err != nil:
		return false, command.Silent(1)
	}
	return false, nil
}
