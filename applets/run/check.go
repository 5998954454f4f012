package run

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
)

// say prints something for people.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// check finds options that do not go together, and completes them.
func (o *options) check(args []string) error {
	o.argv = args
	triggers := 0
	for _, t := range []struct {
		name string
		used bool
	}{{"path", len(o.paths) > 0}, {"socket", len(o.sockets) > 0}, {"timer", o.timed}} {
		if t.used {
			o.trigger = t.name
			triggers++
		}
	}
	if o.pty || o.pipe || o.shell {
		o.chooseStreams()
	}
	if o.shell {
		if err := o.useShell(); err != nil {
			return err
		}
	}
	switch {
	case len(o.argv) == 0 && !(o.unit != "" && o.trigger != ""):
		return command.Failf("Command line to execute required.")
	case o.stdio != journal && (o.trigger != "" || o.asScope):
		return command.Failf("--pty/--pipe is not compatible in timer or --scope mode.")
	case triggers > 1:
		return command.Failf("Only single trigger (path, socket, timer) unit can be created.")
	case o.asScope && triggers > 0:
		return command.Failf("Path, socket or timer options are not supported in --scope mode.")
	case o.asScope && (o.remain || o.serviceType != ""):
		return command.Failf("--remain-after-exit and --service-type= are not supported in --scope mode.")
	case len(o.timers) > 0 && !o.timed:
		return command.Failf("--timer-property= has no effect without any other timer options.")
	case o.wait && o.noBlock:
		return command.Failf("--wait may not be combined with --no-block.")
	case o.wait && triggers > 0:
		return command.Failf("--wait may not be combined with path, socket or timer operations.")
	case o.wait && o.asScope:
		return command.Failf("--wait may not be combined with --scope.")
	}
	return o.complete()
}

// complete makes paths absolute and words out the description.
func (o *options) complete() error {
	if len(o.argv) > 0 {
		path, err := exec.LookPath(o.argv[0])
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			return command.Failf("Failed to find executable %s: %s", o.argv[0], command.ExecReason(err))
		}
		o.argv = append([]string{path}, o.argv[1:]...)
	}
	if o.directory != "" {
		dir, err := filepath.Abs(o.directory)
		if err != nil {
			return command.Failf("Failed to make path absolute: %s", command.Reason(err))
		}
		o.directory = dir
	}
	if o.description == "" {
		o.description = strings.Join(o.argv, " ")
		if len(o.argv) == 0 {
			o.description = o.unit
		}
	}
	return nil
}

// chooseStreams decides between --pty and --pipe; where both are asked for, by what our streams are.
func (o *options) chooseStreams() {
	switch {
	case o.pty && !o.pipe:
		o.stdio = tty
	case o.pipe && !o.pty:
		o.stdio = direct
	case isTerminal(0) && isTerminal(1) && isTerminal(2):
		o.stdio = tty
	default:
		o.stdio = direct
	}
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// useShell is --shell.
func (o *options) useShell() error {
	if len(o.argv) > 0 {
		return command.Failf("If --shell is used, no command line is expected.")
	}
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = accountShell()
	}
	o.argv = []string{shell}
	o.wait, o.collect = true, true
	if o.directory == "" {
		o.directory = "."
	}
	if o.serviceType == "" && !o.asScope {
		o.serviceType = "exec"
	}
	return nil
}

// accountShell is the login shell of the user that we run as.
func accountShell() string {
	if shell := shellOf(strconv.Itoa(os.Getuid())); shell != "" {
		return shell
	}
	return "/bin/sh"
}

// shellOf finds the shell of a user by number in passwd(5).
func shellOf(uid string) string {
	text, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) == 7 && fields[2] == uid {
			return fields[6]
		}
	}
	return ""
}

// lookupUser finds a user by name or number.
func lookupUser(name string) (*user.User, error) {
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return nil, command.Failf("Failed to resolve user %s: %s", name, command.Reason(unix.ESRCH))
	}
	return u, nil
}

func lookupGroup(name string) (*user.Group, error) {
	g, err := user.LookupGroup(name)
	if err != nil {
		g, err = user.LookupGroupId(name)
	}
	if err != nil {
		return nil, command.Failf("Failed to resolve group %s: %s", name, command.Reason(unix.ESRCH))
	}
	return g, nil
}
