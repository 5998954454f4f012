// Package install lays the binary and the names under which it is a tool into an image: `pintle install`.
package install

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pintle/applets"
)

// Target is where the binary lies in an image.
const Target = "/usr/bin/pintle"

// Options say what is to be installed where.
type Options struct {
	Root        string   // the image; empty for this system
	Binary      string   // the file to install; empty: it is there already
	Names       []string // of tools; empty: all
	DryRun      bool     // only tell
	Completions []File   // for shells
	Pages       string   // directory of manual pages; empty: none
}

// File is a file to write, and the name that it is for.
type File struct {
	Name string
	Path string
	Text []byte
}

// systemd is the name by which an image may start the binary as PID 1. It is not installed unless it is asked for:
// packages take the file for a sign that systemd itself is there.
const systemd = "systemd"

// Install does what the options say and tells of every step. What exists stays as it is, unless it is ours; what
// belongs to a package is never made, even where it is missing.
func Install(o Options, out io.Writer) error {
	names, err := selectNames(o.Names)
	if err != nil {
		return err
	}
	in := &installer{Options: o, root: strings.TrimSuffix(o.Root, "/"), out: out}
	if in.owners, err = readOwners(in.root); err != nil {
		return err
	}
	if err := in.binary(); err != nil {
		return err
	}
	for _, name := range names {
		linked := false
		for _, path := range in.paths(name) {
			ours, err := in.link(path)
			if err != nil {
				return err
			}
			linked = linked || ours
		}
		if !linked {
			continue
		}
		for _, f := range o.Completions {
			if f.Name == name {
				if err := in.write(f.Path, f.Text, 0o644); err != nil {
					return err
				}
			}
		}
		if err := in.page(name); err != nil {
			return err
		}
	}
	for _, f := range o.Completions {
		if f.Name == "pintle" {
			if err := in.write(f.Path, f.Text, 0o644); err != nil {
				return err
			}
		}
	}
	return in.pagesOfPintle()
}

// Names are all names that can be installed, but for those that must be asked for.
func Names() (names []string) {
	for _, a := range applets.All() {
		names = append(names, a.Name)
	}
	return names
}

func selectNames(asked []string) ([]string, error) {
	all := Names()
	if len(asked) == 0 {
		return all, nil
	}
	for _, name := range asked {
		if name != systemd && !slices.Contains(all, name) {
			return nil, fmt.Errorf("cannot install the name %s: pintle has no such tool; there are %s", name, strings.Join(all, ", "))
		}
	}
	return asked, nil
}

type installer struct {
	Options
	root   string
	out    io.Writer
	owners *owners
}

// say tells of a step.
func (in *installer) say(did, would, format string, args ...any) {
	verb := did
	if in.DryRun {
		verb = would
	}
	fmt.Fprintf(in.out, "%s "+format+"\n", append([]any{verb}, args...)...)
}

// kept tells of what is not touched.
func (in *installer) kept(path, why string) { fmt.Fprintf(in.out, "kept %s: %s\n", path, why) }

// paths are where distributions have a name.
func (in *installer) paths(name string) []string {
	if name == systemd {
		return []string{"/usr/lib/systemd/systemd"}
	}
	dir := "bin"
	if a, ok := applets.Find(name); ok {
		dir = a.Dir
	}
	path := "/usr/" + dir + "/" + name
	// Where /bin and /sbin are directories of their own, scripts look for these tools there; service is the exception.
	if info, err := os.Lstat(in.root + "/" + dir); err == nil && info.IsDir() && name != "service" {
		if dir == "sbin" {
			return []string{"/sbin/" + name}
		}
		if name == "systemctl" || name == "journalctl" || name == "loginctl" || strings.HasPrefix(name, "systemd-") {
			return []string{path, "/bin/" + name}
		}
	}
	return []string{path}
}

// resolve follows the symbolic links of a path's directories within the root. What it gives is a path in the root.
func (in *installer) resolve(path string) (string, error) {
	var done string
	rest := strings.Split(filepath.Dir(path), "/")
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			done = done[:max(strings.LastIndexByte(done, '/'), 0)]
			continue
		}
		next := done + "/" + part
		target, err := os.Readlink(in.root + next)
		if err != nil {
			done = next
			continue
		}
		if links++; links > 40 {
			return "", fmt.Errorf("cannot install %s: its directory is a circle of symbolic links", path)
		}
		if strings.HasPrefix(target, "/") {
			done = ""
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return done + "/" + filepath.Base(path), nil
}

// link makes a path lead to the binary; ours tells whether it does.
func (in *installer) link(path string) (ours bool, err error) {
	resolved, err := in.resolve(path)
	if err != nil {
		return false, err
	}
	target, err := filepath.Rel(filepath.Dir(resolved), Target)
	if err != nil {
		return false, fmt.Errorf("cannot link %s: %w", path, err)
	}
	switch there, err := os.Readlink(in.root + resolved); {
	case err == nil && in.leadsToTarget(resolved, there):
		in.kept(path, "it is ours already")
		return true, nil
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		in.kept(path, in.owners.why(resolved))
		return false, nil
	}
	if owner := in.owners.of(resolved); owner != "" {
		in.kept(path, "it belongs to the package "+owner+", though it is missing")
		return false, nil
	}
	if !in.DryRun {
		if err := os.MkdirAll(in.root+filepath.Dir(resolved), 0o755); err != nil {
			return false, fmt.Errorf("cannot link %s: %w", path, err)
		}
		if err := os.Symlink(target, in.root+resolved); err != nil {
			return false, fmt.Errorf("cannot link %s: %w", path, err)
		}
	}
	in.say("linked", "would link", "%s -> %s", path, target)
	return true, nil
}

// leadsToTarget tells whether a link is one of ours.
func (in *installer) leadsToTarget(path, there string) bool {
	if !filepath.IsAbs(there) {
		there = filepath.Join(filepath.Dir(path), there)
	}
	resolved, err := in.resolve(there)
	return err == nil && resolved == Target
}

// binary puts the binary where it belongs.
func (in *installer) binary() error {
	if in.Binary == "" {
		return nil
	}
	resolved, err := in.resolve(Target)
	if err != nil {
		return err
	}
	source, err := os.Stat(in.Binary)
	if err != nil {
		return fmt.Errorf("cannot install the binary: %w", err)
	}
	there, err := os.Stat(in.root + resolved)
	switch {
	case err == nil && os.SameFile(source, there):
		in.kept(Target, "it is this binary already")
		return nil
	case in.owners.of(resolved) != "":
		in.kept(Target, in.owners.why(resolved))
		return nil
	}
	text, err := os.ReadFile(in.Binary)
	if err != nil {
		return fmt.Errorf("cannot install the binary: %w", err)
	}
	if old, err := os.ReadFile(in.root + resolved); err == nil && string(old) == string(text) {
		in.kept(Target, "it is the same binary")
		return nil
	}
	return in.put(resolved, text, 0o755)
}

// write makes a file that is not there.
func (in *installer) write(path string, text []byte, mode fs.FileMode) error {
	resolved, err := in.resolve(path)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(in.root + resolved); err == nil && string(old) == string(text) {
		in.kept(path, "it is ours already")
		return nil
	}
	if _, err := os.Lstat(in.root + resolved); err == nil || in.owners.of(resolved) != "" {
		in.kept(path, in.owners.why(resolved))
		return nil
	}
	return in.put(resolved, text, mode)
}

// put writes a file so that nobody sees half of it.
func (in *installer) put(path string, text []byte, mode fs.FileMode) error {
	in.say("wrote", "would write", "%s", path)
	if in.DryRun {
		return nil
	}
	dir := in.root + filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	f, err := os.CreateTemp(dir, ".pintle-")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), in.root+path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
