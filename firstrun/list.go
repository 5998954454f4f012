package firstrun

import (
	"fmt"
	"os"
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

// ParsePair reads "TEMPLATE:VOLUME[:OPTION,…]". The options are "each-boot" and "list=FILE".
func ParsePair(text string) (Pair, error) {
	fields := strings.SplitN(text, ":", 3)
	bad := func(why string) (Pair, error) {
		return Pair{}, fmt.Errorf("cannot use volume %q: %s; write TEMPLATE:VOLUME[:each-boot,list=FILE]", text, why)
	}
	if len(fields) < 2 {
		return bad("it names no volume")
	}
	p := Pair{Template: fields[0], Volume: fields[1]}
	for _, path := range fields[:2] {
		if !strings.HasPrefix(path, "/") {
			return bad(fmt.Sprintf("%q is no absolute path", path))
		}
	}
	if len(fields) < 3 {
		return p, nil
	}
	for option := range strings.SplitSeq(fields[2], ",") {
		name, value, _ := strings.Cut(option, "=")
		switch {
		case option == "each-boot":
			p.EachBoot = true
		case name == "list" && value != "":
			data, err := os.ReadFile(value)
			if err == nil {
				p.List, err = ParseList(value, data)
			}
			if err != nil {
				return bad(err.Error())
			}
		default:
			return bad(fmt.Sprintf("option %q is unknown", option))
		}
	}
	return p, nil
}

// Expect adds the places of a list that the template has not, as empty directories: a symlink of the image
// that leads to one of them must not dangle. Of what is no directory only what is above it is made: the
// program makes the file.
func (t *Template) Expect(list []ListEntry) {
	root := t.Tree.Entries[0]
	for _, l := range list {
		dir := l.Path
		if !l.Directory {
			dir = dirOf(dir)
		}
		for dir != "" && t.Tree.Get(dir) == nil {
			t.Tree.Entries = append(t.Tree.Entries, Entry{
				Path: dir, Kind: Directory, Attrs: Attrs{Mode: 0o755, MTime: root.MTime}, complete: true,
			})
			t.Tree.index[dir] = len(t.Tree.Entries) - 1
			dir = dirOf(dir)
		}
	}
	slices.SortFunc(t.Tree.Entries, func(a, b Entry) int { return ComparePaths(a.Path, b.Path) })
	t.Tree.index = nil
}
