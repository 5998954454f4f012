package systemctl

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"pintle/applets/command"
)

// The lines around what a person edits.
const (
	editAbove = "### Anything between here and the comment below will become the new contents of the file"
	editBelow = "### Lines below this comment will be discarded"
)

// edited is a file that is being edited.
type edited struct {
	path      string   // what is to become of it
	temporary string   // what the editor gets
	original  string   // the file that it is a copy of, if any
	comments  []string // files that are shown below, as comments
}

// edit is edit.
func (c *control) edit(args []string) error {
	if !c.stdin && !c.screen.Tty {
		return command.Failf("Cannot edit units if not on a tty.")
	}
	names, _, err := c.expand(args, "")
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return command.Failf("No units matched the specified patterns.")
	}
	var files []*edited
	for _, name := range names {
		f, err := c.toEdit(name)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	defer func() {
		for _, f := range files {
			os.Remove(f.temporary)
			if dir := filepath.Dir(f.path); strings.HasSuffix(dir, ".d") {
				os.Remove(dir) // which fails unless nothing is in it
			}
		}
	}()
	for _, f := range files {
		if err := f.prepare(); err != nil {
			return failure(err, "Failed to create temporary file for '%s'", f.path)
		}
	}
	if err := c.runEditor(files); err != nil {
		return err
	}
	for _, f := range files {
		if err := c.install(f); err != nil {
			return err
		}
	}
	return c.reload()
}

// toEdit finds what editing a unit means.
func (c *control) toEdit(name string) (*edited, error) {
	f, err := c.unitFiles(name)
	switch {
	case err != nil:
		return nil, err
	case f.state == "masked":
		return nil, command.Failf("Cannot edit %s: unit is masked.", name)
	case f.own == "" && c.force == 0:
		c.errorf("No files found for %s.", name)
		c.infof("Run 'systemctl edit --force --full %s' to create a new unit.", name)
		return nil, status(1)
	}
	dir := c.configDir()
	e := &edited{path: filepath.Join(dir, name)}
	if c.full {
		e.original = f.own
	} else {
		e.path = filepath.Join(dir, name+".d", dropInName(c.dropIn))
		e.comments = f.paths
		if exists(e.path) {
			e.original = e.path
		}
	}
	e.temporary = filepath.Join(filepath.Dir(e.path), ".#"+filepath.Base(e.path)+randomSuffix())
	return e, nil
}

func dropInName(name string) string {
	if strings.HasSuffix(name, ".conf") {
		return name
	}
	return name + ".conf"
}

// configDir is where a person's own units are.
func (c *control) configDir() string {
	system, user := "/etc/systemd/system", "/etc/systemd/user"
	if c.runtime {
		system, user = "/run/systemd/system", "/run/systemd/user"
	}
	switch {
	case c.global:
		return user
	case !c.user:
		return system
	case c.runtime:
		return filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "systemd/user")
	}
	if config := os.Getenv("XDG_CONFIG_HOME"); config != "" {
		return filepath.Join(config, "systemd/user")
	}
	return filepath.Join(os.Getenv("HOME"), ".config/systemd/user")
}

// prepare writes what the editor gets.
func (e *edited) prepare() error {
	if err := os.MkdirAll(filepath.Dir(e.temporary), 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(e.original)
	if err != nil && e.original != "" && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if e.comments != nil {
		var b strings.Builder
		b.WriteString("### Editing " + e.path + "\n" + editAbove + "\n\n" + string(text) + "\n\n" + editBelow + "\n")
		for _, path := range e.comments {
			if path == e.path {
				continue
			}
			shown, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.WriteString("\n### " + path + "\n")
			for line := range strings.SplitSeq(strings.TrimSuffix(string(shown), "\n"), "\n") {
				b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
			}
		}
		text = []byte(b.String())
	}
	f, err := os.OpenFile(e.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// runEditor lets the person edit, or takes what comes in from standard input.
func (c *control) runEditor(files []*edited) error {
	if c.stdin {
		text, err := io.ReadAll(io.LimitReader(os.Stdin, 16<<20))
		if err != nil {
			return failure(err, "Failed to read from stdin")
		}
		for _, f := range files {
			f.comments = nil
			if err := os.WriteFile(f.temporary, text, 0o644); err != nil {
				return failure(err, "Failed to write '%s'", f.temporary)
			}
		}
		return nil
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, f.temporary)
	}
	c.flush()
	for _, argv := range editors() {
		cmd := exec.Command(argv[0], append(argv[1:], paths...)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		err := cmd.Run()
		switch exited := (*exec.ExitError)(nil); {
		case err == nil:
			return nil
		case errors.As(err, &exited):
			return command.Failf("(editor) failed with exit status %d.", exited.ExitCode())
		}
	}
	return command.Failf("Cannot edit units, no editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.")
}

// editors are the commands to try in turn.
func editors() (list [][]string) {
	for _, name := range []string{"SYSTEMD_EDITOR", "EDITOR", "VISUAL"} {
		if argv := strings.Fields(os.Getenv(name)); len(argv) > 0 {
			return [][]string{argv}
		}
	}
	return [][]string{{"editor"}, {"nano"}, {"vim"}, {"vi"}}
}

// install puts what was edited in its place.
func (c *control) install(e *edited) error {
	text, err := os.ReadFile(e.temporary)
	if err != nil {
		return failure(err, "Failed to read temporary file")
	}
	contents := string(text)
	if e.comments != nil {
		if _, after, ok := strings.Cut(contents, editAbove+"\n"); ok {
			contents = after
		}
		contents, _, _ = strings.Cut(contents, editBelow)
	}
	contents = strings.TrimSpace(contents)
	if contents == "" {
		c.warnf("Editing \"%s\" canceled: temporary file is empty.", e.path)
		return nil
	}
	if err := os.WriteFile(e.temporary, []byte(contents+"\n"), 0o644); err != nil {
		return failure(err, "Failed to write temporary file")
	}
	if err := os.Rename(e.temporary, e.path); err != nil {
		return failure(err, "Failed to rename \"%s\" to \"%s\"", e.temporary, e.path)
	}
	return nil
}

// randomSuffix keeps temporary files apart.
func randomSuffix() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
