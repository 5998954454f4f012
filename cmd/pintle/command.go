package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the release that this tree becomes.
const version = "0.1.0-dev"

// exitError ends the program with a status and, if there is one, a message.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

// runCommand is everything that a person types.
func runCommand(args []string) int {
	root := rootCommand()
	root.SetArgs(args)
	err := root.Execute()
	if err == nil {
		return 0
	}
	status := exitUsage // what cobra itself finds wrong
	if e := (*exitError)(nil); errors.As(err, &e) {
		status, err = e.status, e.err
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pintle:", err)
	}
	return status
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pintle",
		Short: "PID 1 for containers that run more than one daemon",
		Long: `pintle is PID 1 for containers that run more than one daemon. It reads the systemd unit files that
packages ship and supervises their services in an ordinary unprivileged container.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(completionCommand(), firstrunCommand(), installCommand(), initCommand(), tryCommand(), upgradeCommand(), verifyCommand(), versionCommand())
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprintf(c.OutOrStdout(), "pintle %s%s (%s, %s/%s)\n", version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// revision is the commit that the binary was built from, where the toolchain recorded it.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var commit, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = "+" + s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "-modified"
			}
		}
	}
	return commit + modified
}
