// Package command gives pintle's applets the manners of the tools whose names they bear: options as
// getopt_long(3) reads them, messages and exit statuses as theirs, and from the same description help, shell
// completion and man pages (github.com/spf13/cobra).
package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit ends a command with a status, and a message if there is one. A command that returns another error ends
// with 1, as systemd's tools do.
type Exit struct {
	Status int
	Err    error // nil: nothing more to say
}

func (e *Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

func (e *Exit) Unwrap() error { return e.Err }

// Exitf is an Exit with a message.
func Exitf(status int, format string, args ...any) error {
	return &Exit{status, fmt.Errorf(format, args...)}
}

// Failf is the message of a command that has failed: its status is 1.
func Failf(format string, args ...any) error { return Exitf(1, format, args...) }

// Silent ends a command with a status when all is said.
func Silent(status int) error { return &Exit{Status: status} }

// New begins the description of an applet. usage is its name and arguments. The caller adds flags and RunE;
// the flags --help and --version are there.
func New(usage, short, long string) *cobra.Command { return NewHelp("h", usage, short, long) }

// NewHelp is New with another letter for --help, or none.
func NewHelp(letter, usage, short, long string) *cobra.Command {
	c := &cobra.Command{
		Use:                   usage,
		Short:                 short,
		Long:                  long,
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		CompletionOptions:     cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	c.Flags().SortFlags = false
	c.Flags().BoolP("help", letter, false, "show this help")
	c.Flags().Bool("version", false, "show the version")
	return c
}

// Run runs an applet with arguments as its user typed them, and gives the status to exit with.
func Run(c *cobra.Command, args []string) int {
	out := bufio.NewWriter(os.Stdout)
	c.SetOut(out)
	status := run(c, args, out)
	if err := out.Flush(); err != nil && status == 0 && !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintf(os.Stderr, "Failed to write output: %s\n", Reason(err))
		return 1
	}
	return status
}

func run(c *cobra.Command, args []string, out io.Writer) int {
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		c.SetArgs(args)
		return status(c, c.Execute())
	}
	if c.DisableFlagParsing {
		return status(c, c.RunE(c, args))
	}
	args, err := Getopt(c, args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if done, err := common(c, args, out); done || err != nil {
		return status(c, err)
	}
	return status(c, c.RunE(c, c.Flags().Args()))
}

// common does what all tools have in common, after their flags are read.
func common(c *cobra.Command, args []string, out io.Writer) (done bool, err error) {
	if err := c.ParseFlags(args); err != nil {
		return true, flagError(err)
	}
	switch {
	case c.Flags().Changed("help"):
		return true, c.Help()
	case c.Flags().Changed("version"):
		fmt.Fprint(out, VersionText())
		return true, nil
	}
	return false, nil
}

// flagError says what is wrong with the value of an option.
func flagError(err error) error {
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		return invalid.Unwrap()
	}
	return err
}

// status says what went wrong and gives the exit status for it.
func status(c *cobra.Command, err error) int {
	if err == nil {
		return 0
	}
	code := 1
	if e := (*Exit)(nil); errors.As(err, &e) {
		code, err = e.Status, e.Err
	}
	if err != nil {
		fmt.Fprintln(c.ErrOrStderr(), err)
	}
	return code
}

// Reason is an error from the kernel as strerror(3) words it, which systemd's messages end with; any other
// error is worded as it is.
func Reason(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// ExecReason is why a program could not be executed, as execvp(3) would say it.
func ExecReason(err error) string {
	if errors.Is(err, exec.ErrNotFound) {
		err = syscall.ENOENT
	}
	return Reason(err)
}

// compatible is the systemd whose interfaces pintle speaks; scripts compare it with what they need.
const compatible = 256

// VersionText is what --version prints. The words after the number follow "systemctl --version"; the second
// line lists what was built in, as far as anyone looks for it.
func VersionText() string {
	return fmt.Sprintf("systemd %d (pintle)\n-PAM -AUDIT -SELINUX -APPARMOR +SECCOMP +LZ4 +XZ +ZSTD +SYSVINIT default-hierarchy=unified\n", compatible)
}
