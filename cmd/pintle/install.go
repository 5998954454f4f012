package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"pintle/applets"
	"pintle/images/install"
)

func installCommand() *cobra.Command {
	var o install.Options
	var completions bool
	c := &cobra.Command{
		Use:   "install [flags]",
		Short: "Lay the binary and its other names into an image",
		Long: `Copy this binary to ` + install.Target + ` of the image, and make the names under which it is a tool (systemctl,
systemd-run, service, init, …) lead there. Whatever exists stays as it is; so does what belongs to a package, which
dpkg's and rpm's databases tell. Nothing is made in /run.

The names are: ` + strings.Join(install.Names(), ", ") + `; and systemd, for /usr/lib/systemd/systemd, which is only made when it is asked for.`,
		Example: `  RUN pintle install                     # in a Dockerfile
  pintle install --root out/root --dry-run
  pintle install --names systemctl,systemd-notify`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Binary == "" {
				var err error
				if o.Binary, err = os.Executable(); err != nil {
					return &exitError{exitFailure, fmt.Errorf("cannot find this binary: %w", err)}
				}
			}
			if completions {
				o.Completions = completionFiles(c.Root(), o.Root)
			}
			if err := install.Install(o, c.OutOrStdout()); err != nil {
				return &exitError{exitFailure, err}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.Root, "root", "", "install into the root directory `DIR`")
	f.StringVar(&o.Binary, "binary", "", "install this `FILE` rather than the running binary")
	f.StringSliceVar(&o.Names, "names", nil, "only these names, a comma between them (`LIST`)")
	f.BoolVar(&o.DryRun, "dry-run", false, "only tell what would be done")
	f.BoolVar(&completions, "completions", false, "completion for bash, zsh and fish, too")
	f.StringVar(&o.Pages, "man", "", "manual pages from the directory `DIR`, too (docs/man of the sources)")
	return c
}

// completionFiles are the files by which shells complete the arguments of each name.
func completionFiles(pintle *cobra.Command, root string) (files []install.File) {
	zsh := "/usr/share/zsh/site-functions/_"
	if _, err := os.Stat(filepath.Join(root, "/etc/debian_version")); err == nil {
		zsh = "/usr/share/zsh/vendor-completions/_"
	}
	commands := []*cobra.Command{pintle}
	for _, a := range applets.All() {
		commands = append(commands, a.Command())
	}
	for _, c := range commands {
		for _, shell := range []struct{ name, path string }{
			{"bash", "/usr/share/bash-completion/completions/" + c.Name()},
			{"zsh", zsh + c.Name()},
			{"fish", "/usr/share/fish/vendor_completions.d/" + c.Name() + ".fish"},
		} {
			var b bytes.Buffer
			if writeCompletion(c, shell.name, &b) == nil {
				files = append(files, install.File{Name: c.Name(), Path: shell.path, Text: b.Bytes()})
			}
		}
	}
	return files
}
