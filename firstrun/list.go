package firstrun

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Pair is a template and the volume that it fills.
type Pair struct {
	Template string
	Volume   string
	// List names the places of the volume that the image expects: its symlinks lead there.
	List []ListEntry
	// EachBoot is set of a volume such as /tmp, that is filled at every start and keeps no baseline.
	EachBoot bool
}

// ListEntry is a line of a list: a path of the image that is a symlink to the same path of the volume.
type ListEntry struct {
	Path      string // without the leading slash
	Directory bool   // it ended with one: the path itself must be there; else only what is above it
}

// ParseList reads a list as FreeIPA's volume-data-list has it: one path a line; a trailing slash marks a
// directory; what begins with "#" and empty lines are left out.
func ParseList(name string, text []byte) (list []ListEntry, err error) {
	err = lines(text, func(number int, line string) error {
		e := ListEntry{Path: strings.Trim(line, "/"), Directory: strings.HasSuffix(line, "/")}
		if err := CheckPath(e.Path); err != nil || !strings.HasPrefix(line, "/") {
			return fmt.Errorf("cannot use %s:%d: %q is no absolute path in its plain form", name, number, line)
		}
		list = append(list, e)
		return nil
	})
	return list, err
}

// Check tells what is wrong with the paths of a pair.
func (p *Pair) Check() error {
	for _, of := range []struct{ what, path string }{{"template", p.Template}, {"path", p.Volume}} {
		switch {
		case of.path == "":
			return fmt.Errorf("it has no %s", of.what)
		case !strings.HasPrefix(of.path, "/"):
			return fmt.Errorf("%s %q is no absolute path", of.what, of.path)
		}
	}
	if p.Template = filepath.Clean(p.Template); p.Template == "/" {
		return fmt.Errorf("template %q is the whole image", p.Template)
	}
	if p.Volume = filepath.Clean(p.Volume); p.Volume == "/" {
		return fmt.Errorf("path %q is the whole image", p.Volume)
	}
	return nil
}

// ReadList reads the list of a pair from a file.
func (p *Pair) ReadList(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("cannot read the list: %w", err)
	}
	p.List, err = ParseList(name, text)
	return err
}

// expect adds the places of a list that the template has not, as empty directories: a symlink of the image
// that leads to one of them must not dangle. Of what is no directory only what is above it is made: the
// program makes the file.
func (t *Tree) expect(list []ListEntry) {
	for _, l := range list {
		dir := l.Path
		if !l.Directory {
			dir = dirOf(dir)
		}
		for ; dir != ""; dir = dirOf(dir) {
			at, there := t.place(dir)
			if there {
				break
			}
			t.Entries = slices.Insert(t.Entries, at, Entry{
				Path: dir, Kind: Directory, Attrs: Attrs{Mode: 0o755, MTime: t.Entries[0].MTime}, complete: true,
			})
		}
	}
}
