package firstrun

import (
	"iter"
	"slices"
	"strings"
)

// Tree is what a scan or a manifest tells, in the order of ComparePaths. Its first entry is the tree's root,
// path "".
type Tree struct{ Entries []Entry }

// place finds where an entry is, or belongs.
func (t *Tree) place(path string) (int, bool) {
	return slices.BinarySearchFunc(t.Entries, path, func(e Entry, path string) int { return ComparePaths(e.Path, path) })
}

// Get finds an entry; nil if there is none.
func (t *Tree) Get(path string) *Entry {
	if i, ok := t.place(path); ok {
		return &t.Entries[i]
	}
	return nil
}

// Under walks over an entry and all that is below it.
func (t *Tree) Under(path string) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		first, _ := t.place(path)
		for i := first; i < len(t.Entries) && Under(t.Entries[i].Path, path); i++ {
			if !yield(&t.Entries[i]) {
				return
			}
		}
	}
}

// Join walks over all paths that any of the trees has, in order, with the entry of each tree; nil where one
// has none. The row is used again for the next path.
func Join(trees ...*Tree) iter.Seq2[string, []*Entry] {
	return func(yield func(string, []*Entry) bool) {
		at := make([]int, len(trees))
		row := make([]*Entry, len(trees))
		for {
			path, found := "", false
			for i, t := range trees {
				if at[i] == len(t.Entries) {
					continue
				}
				if p := t.Entries[at[i]].Path; !found || p != path && ComparePaths(p, path) < 0 {
					path, found = p, true
				}
			}
			if !found {
				return
			}
			for i, t := range trees {
				row[i] = nil
				if at[i] < len(t.Entries) && t.Entries[at[i]].Path == path {
					row[i] = &t.Entries[at[i]]
					at[i]++
				}
			}
			if !yield(path, row) {
				return
			}
		}
	}
}

// findHardLinks gives all names of one file the first of them.
func (t *Tree) findHardLinks() {
	type file struct{ device, inode uint64 }
	var first map[file]string
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Kind != File || e.links < 2 {
			continue
		}
		if first == nil {
			first = map[file]string{}
		}
		id := file{e.device, e.inode}
		if path, ok := first[id]; ok {
			e.Hard = path
		} else {
			first[id] = e.Path
		}
	}
}

// Under tells whether path is dir or below it.
func Under(path, dir string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, dir) && path[len(dir)] == '/'
}
