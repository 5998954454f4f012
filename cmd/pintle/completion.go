package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pintle/applets"
)

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell [NAME]",
		Short: "Print what makes a shell complete arguments",
		Long: `Print a script by which a shell completes the arguments of pintle, or of one of its other NAMEs. It belongs into a
directory of the shell; "pintle install --completions" puts all of them there.`,
		Example:   `  source <(pintle completion bash systemctl)`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			of := c.Root()
			if len(args) > 1 {
				a, ok := applets.Find(args[1])
				if !ok {
					return &exitError{exitFailure, fmt.Errorf("cannot complete %s: pintle has no such tool", args[1])}
				}
				of = a.Command()
			}
			if err := writeCompletion(of, args[0], c.OutOrStdout()); err != nil {
				return &exitError{exitFailure, err}
			}
			return nil
		},
	}
}

func writeCompletion(c *cobra.Command, shell string, out io.Writer) error {
	switch shell {
	case "bash":
		return c.GenBashCompletionV2(out, true)
	case "zsh":
		return c.GenZshCompletion(out)
	case "fish":
		return c.GenFishCompletion(out, true)
	case "powershell":
		return c.GenPowerShellCompletionWithDesc(out)
	}
	return fmt.Errorf("cannot complete in %s: it must be bash, zsh, fish or powershell", shell)
}
