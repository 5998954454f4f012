package upgrade

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// rpmQuery asks for what rpmPackage reads: fields that end with a separator, which no text has.
var rpmQuery = strings.Join([]string{"%{EVR}", "[%{POSTINPROG} ]", "%{POSTINFLAGS:hex}", "%{POSTIN}",
	"[%{POSTTRANSPROG} ]", "%{POSTTRANSFLAGS:hex}", "%{POSTTRANS}", ""}, rpmSeparator)

const rpmSeparator = "\x1e"

// rpmExpand is the flag of a scriptlet whose macros rpm expands ahead of each run (%post -e).
const rpmExpand = 1

func rpmPackage(root, name string) (*extracted, error) {
	args := []string{"-q", "--qf", rpmQuery, name}
	if root != "/" {
		args = append([]string{"--root", root}, args...)
	}
	out, err := exec.Command("rpm", args...).Output()
	if err != nil {
		said := strings.TrimSpace(string(out))
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && said == "" {
			said = strings.TrimSpace(string(exit.Stderr))
		}
		return nil, fmt.Errorf("neither dpkg nor rpm tells of it: %w: %s", err, said)
	}
	// Of several architectures of a package the first is as good as another.
	fields := strings.SplitN(string(out), rpmSeparator, 8)
	if len(fields) < 8 {
		return nil, fmt.Errorf("rpm says %q, which is not understood", out)
	}
	p := &extracted{kind: "rpm", version: fields[0]}
	if p.script, err = rpmScript(fields[1], fields[2], fields[3]); err != nil {
		return nil, fmt.Errorf("its %%post: %w", err)
	}
	if p.last, err = rpmScript(fields[4], fields[5], fields[6]); err != nil {
		return nil, fmt.Errorf("its %%posttrans: %w", err)
	}
	return p, nil
}

// rpmScript makes a program of a scriptlet. ldconfig has been run when the image was built.
func rpmScript(program, flags, text string) (string, error) {
	program = strings.TrimSpace(program)
	if text == "(none)" || strings.TrimSpace(text) == "" || ldconfig(program) {
		return "", nil
	}
	if n, err := strconv.ParseUint(flags, 16, 32); err == nil && n&rpmExpand != 0 {
		return "", errors.New("only rpm can expand its macros; do what it does in a version step, and leave the package out here")
	}
	switch {
	case program == "<lua>":
		return "", errors.New("it is in Lua, which only rpm can run; do what it does in a version step, and leave the package out here")
	case strings.Contains(program, " "):
		program = "/usr/bin/env -S " + program // the kernel would pass all arguments as one
	}
	var b strings.Builder
	empty := true
	for line := range strings.Lines(text + "\n") {
		word := strings.TrimSpace(line)
		if ldconfig(word) {
			continue
		}
		empty = empty && (word == "" || word[0] == '#')
		b.WriteString(line)
	}
	if empty {
		return "", nil
	}
	return "#!" + program + "\n" + b.String(), nil
}

// ldconfig tells whether a command is nothing but ldconfig.
func ldconfig(command string) bool {
	switch command {
	case "ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig":
		return true
	}
	return false
}
