package systemctl

import (
	"os"
	"strings"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

// showEnvironment is show-environment: in a form that a shell reads.
func (c *control) showEnvironment([]string) error {
	value, err := c.conn.Get(client.ManagerPath, client.ManagerFace, "Environment")
	if err != nil {
		return failure(err, "Failed to get environment")
	}
	list, _ := value.Value().([]string)
	c.openPager()
	for _, assignment := range list {
		name, v, ok := strings.Cut(assignment, "=")
		if !ok {
			continue
		}
		c.printf("%s=%s\n", name, posixQuote(v))
	}
	return nil
}

// posixQuote quotes a value for a shell where it must be: $'…'.
func posixQuote(s string) string {
	if !strings.ContainsAny(s, "\"\\`$*?['()<>|&;! ~#") && !strings.ContainsFunc(s, isControl) {
		return s
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, ch := range []byte(s) {
		i := strings.IndexByte("\a\b\t\n\v\f\r", ch)
		switch {
		case i >= 0:
			b.Write([]byte{'\\', "abtnvfr"[i]})
		case ch == '\'' || ch == '\\':
			b.Write([]byte{'\\', ch})
		case ch < ' ' || ch == 0x7f:
			b.Write([]byte{'\\', '0' + ch>>6, '0' + ch>>3&7, '0' + ch&7})
		default:
			b.WriteByte(ch)
		}
	}
	return b.String() + "'"
}

// setEnvironment is set-environment.
func (c *control) setEnvironment(args []string) error {
	if err := c.conn.Manager("SetEnvironment", []any{args}); err != nil {
		return failure(err, "Failed to set environment")
	}
	return nil
}

// unsetEnvironment is unset-environment.
func (c *control) unsetEnvironment(args []string) error {
	if err := c.conn.Manager("UnsetEnvironment", []any{args}); err != nil {
		return failure(err, "Failed to set environment")
	}
	return nil
}

// importEnvironment is import-environment: it copies our own variables.
func (c *control) importEnvironment(args []string) error {
	list := []string{}
	if len(args) == 0 {
		c.warnf("Calling import-environment without a list of variable names is deprecated.")
		for _, assignment := range os.Environ() {
			name, value, ok := strings.Cut(assignment, "=")
			if ok && units.ValidEnvName(name) && units.ValidEnvValue(value) {
				list = append(list, assignment)
			}
		}
	}
	for _, name := range args {
		if !units.ValidEnvName(name) {
			return command.Failf("Not a valid environment variable name: %s", name)
		}
		value, ok := os.LookupEnv(name)
		if !ok {
			c.warnf("Environment variable $%s not set, ignoring.", name)
			continue
		}
		list = append(list, name+"="+value)
	}
	if err := c.conn.Manager("SetEnvironment", []any{list}); err != nil {
		return failure(err, "Failed to import environment")
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
