// Package host has hostnamectl, timedatectl, localectl and loginctl for systems without the daemons that the genuine
// tools ask: they answer from the files in /etc, and change those. In a container that is what these settings are.
package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

// verb is one thing that a tool does.
type verb struct {
	name     string
	min, max int // arguments; max -1: any number
	args     string
	short    string
	run      func(out io.Writer, args []string) error
}

// tool describes a program of verbs; without one, the first is meant.
func tool(name, short, about string, verbs []verb) *cobra.Command {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nVerbs:\n", about)
	for _, v := range verbs {
		fmt.Fprintf(&b, "  %-32s %s\n", strings.TrimSpace(v.name+" "+v.args), v.short)
	}
	c := command.New(name+" [OPTION...] [VERB] [ARGUMENT...]", short, strings.TrimRight(b.String(), "\n"))
	for _, v := range verbs {
		c.ValidArgs = append(c.ValidArgs, v.name+"\t"+v.short)
	}
	f := c.Flags()
	f.Bool("no-pager", false, "do not use a pager")
	f.Bool("no-ask-password", false, "has no effect: nobody is asked for a password")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := verbs[0].name
		if len(args) > 0 {
			name, args = args[0], args[1:]
		}
		for _, v := range verbs {
			if v.name != name {
				continue
			}
			switch {
			case len(args) < v.min:
				return command.Failf("Too few arguments.")
			case v.max >= 0 && len(args) > v.max:
				return command.Failf("Too many arguments.")
			}
			return v.run(c.OutOrStdout(), args)
		}
		return command.Failf("Unknown command verb %s.", name)
	}
	return c
}

// fields are names and values, printed below each other.
type fields [][2]string

func (f *fields) add(name, value string) {
	if value != "" {
		*f = append(*f, [2]string{name, value})
	}
}

func (f fields) print(out io.Writer) {
	width := 0
	for _, line := range f {
		width = max(width, len(line[0]))
	}
	for _, line := range f {
		fmt.Fprintf(out, "%*s: %s\n", width, line[0], line[1])
	}
}

// firstLine is the first line of a small file, empty if there is none.
func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// variables are the assignments in a file such as /etc/os-release.
func variables(path string) map[string]string {
	values := map[string]string{}
	text, err := os.ReadFile(path)
	if err != nil {
		return values
	}
	list, _ := units.ParseEnvironmentFile(text)
	for _, assignment := range list {
		name, value, _ := strings.Cut(assignment, "=")
		values[name] = value
	}
	return values
}

// write replaces a file, or where it is mounted, as engines mount /etc/hostname, what is in it.
func write(path, text string) error {
	err := replace(path, text)
	if !errors.Is(err, unix.EBUSY) && !errors.Is(err, unix.EXDEV) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func replace(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".pintle-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// set changes assignments in a file; an empty value takes one away. A file without any is removed.
func set(path string, changes ...[2]string) error {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var b strings.Builder
	for line := range strings.Lines(string(old)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		changed := false
		for _, c := range changes {
			changed = changed || c[0] == name
		}
		if !changed {
			b.WriteString(strings.TrimRight(line, "\n") + "\n")
		}
	}
	for _, c := range changes {
		if c[1] != "" {
			fmt.Fprintf(&b, "%s=%s\n", c[0], units.ListText([]string{c[1]}))
		}
	}
	if b.Len() == 0 {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	return write(path, b.String())
}

// note says why something has no effect here; that is no failure.
func note(format string, args ...any) error {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	return nil
}
