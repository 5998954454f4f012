// Package journal has the applets that write to the journal.
package journal

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

type catOptions struct {
	identifier             string
	namespace              string
	priority, errors       int
	errorsSet, levelPrefix bool
}

// Cat describes systemd-cat(1).
func Cat() *cobra.Command {
	o := catOptions{priority: 6, levelPrefix: true}
	c := command.New("systemd-cat [OPTION...] [COMMAND [ARGUMENT...]]",
		"Connect a command's output to the journal",
		"Execute a command whose standard output and errors go to the journal; without one, copy the standard input there.")
	c.Example = `  systemd-cat -t backup -p notice ./backup.sh
  ./backup.sh | systemd-cat`
	command.OptionsFirst(c)
	f := c.Flags()
	f.StringVarP(&o.identifier, "identifier", "t", "", "the messages come from `NAME`")
	level := func(into *int, what string) func(string) error {
		return func(s string) (err error) {
			if *into, err = units.ParseLogLevel(s); err != nil {
				return command.Failf("Failed to parse %spriority value.", what)
			}
			return nil
		}
	}
	f.FuncP("priority", "p", "the messages have `PRIORITY`, 0 to 7 or a name", level(&o.priority, ""))
	f.Func("stderr-priority", "those of the standard error have `PRIORITY`", func(s string) error {
		o.errorsSet = true
		return level(&o.errors, "stderr ")(s)
	})
	f.Func("level-prefix", "`BOOL`: a line may begin with its own priority, as <3>", func(s string) error {
		on, err := units.ParseBool(s)
		if err != nil {
			return command.Failf("Failed to parse boolean argument to --level-prefix=: %s.", s)
		}
		o.levelPrefix = on
		return nil
	})
	f.StringVar(&o.namespace, "namespace", "", "write to the journal `NAMESPACE`")
	c.RunE = func(_ *cobra.Command, args []string) error { return o.run(args) }
	return c
}

func (o *catOptions) run(args []string) error {
	out, err := o.stream(o.priority)
	if err != nil {
		return command.Failf("Failed to create stream fd: %s", command.Reason(err))
	}
	errors := out
	if o.errorsSet && o.errors != o.priority {
		if errors, err = o.stream(o.errors); err != nil {
			return command.Failf("Failed to create stderr stream fd: %s", command.Reason(err))
		}
	}
	program, name := "/bin/cat", []string{"/bin/cat"}
	if len(args) > 0 {
		name = args
		if program, err = exec.LookPath(args[0]); err != nil {
			return command.Failf("Failed to execute process: %s", command.ExecReason(err))
		}
	}
	// Where executing fails, that is still to be said where our caller reads it.
	saved, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err == nil {
		err = unix.Dup2(out, 1)
	}
	if err == nil {
		err = unix.Dup2(errors, 2)
	}
	if err != nil {
		return command.Failf("Failed to rearrange stdout/stderr: %s", command.Reason(err))
	}
	announce()
	err = unix.Exec(program, name, os.Environ())
	_ = unix.Dup2(saved, 2) // what was possible is possible
	return command.Failf("Failed to execute process: %s", command.Reason(err))
}

// announce tells programs that their standard error is the journal (systemd.exec(5), $JOURNAL_STREAM).
func announce() {
	var st unix.Stat_t
	if unix.Fstat(2, &st) == nil {
		os.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", st.Dev, st.Ino))
	}
}

// stream connects to the journal as sd_journal_stream_fd(3) does.
func (o *catOptions) stream(priority int) (int, error) {
	dir := "/run/systemd/journal"
	if o.namespace != "" {
		dir += "." + o.namespace
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = unix.Connect(fd, &unix.SockaddrUnix{Name: dir + "/stdout"})
	if err == nil {
		err = unix.Shutdown(fd, unix.SHUT_RD)
	}
	if err == nil {
		prefix := 0
		if o.levelPrefix {
			prefix = 1
		}
		_, err = unix.Write(fd, fmt.Appendf(nil, "%s\n\n%d\n%d\n0\n0\n0\n", o.identifier, priority, prefix))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 8<<20) // as much as the system allows
	return fd, nil
}
