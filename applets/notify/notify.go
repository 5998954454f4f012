// Package notify is systemd-notify: it tells the service manager how a service is doing, from a shell script.
package notify

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

type options struct {
	ready, reloading, stopping, booted, noBlock, exec bool

	status *string
	pid    int // whom the message is about, and from; 0: nobody named
	user   *user.User
	files  []int
	fdName string
}

// Command describes systemd-notify(1).
func Command() *cobra.Command {
	var o options
	c := command.New("systemd-notify [OPTION...] [VARIABLE=VALUE...]",
		"Tell the service manager about changes of a service",
		`Send a message to the service manager over the socket that $NOTIFY_SOCKET names, and wait until it was read.
The message comes from the process that called systemd-notify, where we may say so; the service needs
NotifyAccess=all where that is not its main process.`)
	c.Example = `  systemd-notify --ready --status='Waiting for data'
  systemd-notify --exec --ready \; sleep infinity`
	f := c.Flags()
	f.BoolVar(&o.ready, "ready", false, "the start or a reload is complete")
	f.BoolVar(&o.reloading, "reloading", false, "the configuration is being reloaded")
	f.BoolVar(&o.stopping, "stopping", false, "the service begins to stop")
	command.Optional(f, "pid", "auto", "the main process is `PID`; auto, self or parent for a process of this call", func(s string) (err error) {
		o.pid, err = parsePID(s)
		return err
	})
	f.Func("uid", "send as `USER`", func(s string) (err error) {
		o.user, err = findUser(s)
		return err
	})
	f.Func("status", "describe the state of the service in one line of `TEXT`", func(s string) error {
		o.status = &s
		return nil
	})
	f.BoolVar(&o.booted, "booted", false, "only tell by the exit status whether systemd, or pintle, runs the system")
	f.BoolVar(&o.noBlock, "no-block", false, "do not wait until the message was read")
	f.BoolVar(&o.exec, "exec", false, `then execute what follows the argument ";"`)
	f.Func("fd", "keep the file descriptor `FD` in the store of the service", o.addFile)
	f.Func("fdname", "the `NAME` of the descriptors in the store", func(s string) error {
		if _, err := units.ParseFDName(s); err != nil {
			return command.Failf("File descriptor name invalid: %s", s)
		}
		o.fdName = s
		return nil
	})
	c.RunE = func(c *cobra.Command, args []string) error { return o.run(c, args) }
	return c
}

// parsePID reads the value of --pid=.
func parsePID(s string) (int, error) {
	switch s {
	case "auto", "":
		return caller(), nil
	case "parent":
		return os.Getppid(), nil
	case "self":
		return os.Getpid(), nil
	}
	pid, err := strconv.ParseInt(s, 10, 32)
	if err != nil || pid < 1 {
		return 0, command.Failf("Failed to parse PID %s.", s)
	}
	return int(pid), nil
}

// caller is the process that called us; ourselves if that is the service manager, for which nobody else may
// speak.
func caller() int {
	parent := os.Getppid()
	if parent == 1 || strconv.Itoa(parent) == os.Getenv("MANAGERPID") {
		return os.Getpid()
	}
	return parent
}

func findUser(s string) (*user.User, error) {
	u, err := user.Lookup(s)
	if err != nil {
		u, err = user.LookupId(s)
	}
	if err == nil {
		return u, nil
	}
	if id, err := strconv.ParseUint(s, 10, 32); err == nil && id != 1<<32-1 && id != 1<<16-1 {
		return &user.User{Uid: s}, nil
	}
	return nil, command.Failf("Can't resolve user %s: %s", s, command.Reason(syscall.EINVAL))
}

func (o *options) addFile(s string) error {
	fd, err := strconv.ParseInt(s, 10, 32)
	if err != nil || fd < 0 {
		return command.Failf("Failed to parse file descriptor: %s", s)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || fd > 2 && slices.Contains(o.files, int(fd)) {
		return command.Failf("Specified file descriptor '%d' not passed or specified more than once: %s", fd, command.Reason(syscall.EBADF))
	}
	o.files = append(o.files, int(fd))
	return nil
}

func (o *options) run(c *cobra.Command, args []string) error {
	if o.fdName != "" && len(o.files) == 0 {
		return command.Failf("No file descriptors passed, but --fdname= set, refusing.")
	}
	var next []string
	if o.exec {
		i := slices.Index(args, ";")
		switch {
		case i < 0:
			return command.Failf("If --exec is used argument list must contain ';' separator, refusing.")
		case i+1 == len(args):
			return command.Failf("Empty command line specified after ';' separator, refusing.")
		}
		args, next = args[:i], args[i+1:]
	}
	if o.booted {
		if info, err := os.Lstat("/run/systemd/system"); err != nil || !info.IsDir() {
			return command.Silent(1)
		}
		return nil
	}
	fields := append(o.fields(), args...)
	if len(fields) == 0 {
		if o.exec {
			return command.Failf("No notify message specified while --exec, refusing.")
		}
		_ = c.Help()
		return command.Silent(1)
	}
	if err := o.become(); err != nil {
		return err
	}
	if err := o.send(strings.Join(fields, "\n")); err != nil {
		return err
	}
	if next == nil {
		return nil
	}
	path, err := exec.LookPath(next[0])
	if err == nil {
		err = unix.Exec(path, next, os.Environ())
	}
	return command.Failf("Failed to execute command line: %s: %s", strings.Join(next, " "), command.ExecReason(err))
}

// fields are what the options say, in a message's form (sd_notify(3)).
func (o *options) fields() (fields []string) {
	if o.reloading {
		var now unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // the clock is always there
		fields = append(fields, "RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1000))
	}
	if o.ready {
		fields = append(fields, "READY=1")
	}
	if o.stopping {
		fields = append(fields, "STOPPING=1")
	}
	if o.status != nil {
		fields = append(fields, "STATUS="+*o.status)
	}
	if o.pid != 0 {
		fields = append(fields, fmt.Sprintf("MAINPID=%d", o.pid))
	}
	if len(o.files) > 0 {
		fields = append(fields, "FDSTORE=1")
		if o.fdName != "" {
			fields = append(fields, "FDNAME="+o.fdName)
		}
	}
	return fields
}

// become is --uid=.
func (o *options) become() error {
	if o.user == nil {
		return nil
	}
	if gid, err := strconv.Atoi(o.user.Gid); err == nil {
		if err := syscall.Setresgid(gid, gid, gid); err != nil {
			return command.Failf("Failed to change GID: %s", command.Reason(err))
		}
	}
	if uid, err := strconv.Atoi(o.user.Uid); err == nil {
		if err := syscall.Setresuid(uid, uid, uid); err != nil {
			return command.Failf("Failed to change UID: %s", command.Reason(err))
		}
	}
	return nil
}

func (o *options) send(text string) error {
	from := o.pid
	if from == 0 {
		from = caller()
	}
	address, set := os.LookupEnv("NOTIFY_SOCKET")
	if !set {
		return command.Failf("No status data could be sent: $NOTIFY_SOCKET was not set")
	}
	m, err := open(address)
	if err != nil {
		return command.Failf("Failed to notify init system: %s", command.Reason(err))
	}
	defer m.close()
	if err := m.send(text, from, o.files); err != nil {
		return command.Failf("Failed to notify init system: %s", command.Reason(err))
	}
	if o.noBlock {
		return nil
	}
	if err := m.barrier(); err != nil {
		return command.Failf("Failed to invoke barrier: %s", command.Reason(err))
	}
	return nil
}
