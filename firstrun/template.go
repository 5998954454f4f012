package firstrun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Template is the tree that an image brings for a volume, open.
type Template struct {
	Sys  *Sys
	Path string
	Fd   int
	Tree *Tree // nil until List

	workers int
	expects []ListEntry
	without []string
}

// OpenTemplate opens a template. Most starts need to know nothing of what is in it, so nothing is listed yet.
func OpenTemplate(sys *Sys, path string, workers int) (*Template, error) {
	fd, err := sys.Open(unix.AT_FDCWD, path+"/.", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open template %s: %w", path, err)
	}
	return &Template{Sys: sys, Path: path, Fd: fd, workers: workers}, nil
}

// Close closes the template.
func (t *Template) Close() { t.Sys.Close(t.Fd) }

// Expect adds the places of a list to those that the template has; see Pair.List.
func (t *Template) Expect(list []ListEntry) { t.expects = list }

// Exclude leaves out of the template what matches patterns of paths, with all that is below it.
func (t *Template) Exclude(patterns []string) { t.without = patterns }

// List lists the template, unless that was done. Where it has a manifest, that tells attributes and digests.
func (t *Template) List() error {
	if t.Tree != nil {
		return nil
	}
	var tree, manifest *Tree
	err := atOnce(t.workers,
		func() (err error) {
			tree, err = t.Sys.Scan(t.Fd, ScanOptions{Shallow: true, Workers: t.workers})
			return err
		},
		func() (err error) {
			manifest, err = t.manifest()
			return err
		})
	if err != nil {
		return fmt.Errorf("cannot use template %s: %w", t.Path, err)
	}
	if manifest != nil {
		tree.apply(manifest)
	}
	if err := tree.exclude(t.without); err != nil {
		return fmt.Errorf("cannot use template %s: %w", t.Path, err)
	}
	tree.expect(t.expects)
	t.Tree = tree
	return nil
}

// manifest reads the template's own manifest; nil if it has none.
func (t *Template) manifest() (*Tree, error) {
	data, err := t.Sys.readFile(t.Fd, StateDir+"/"+ManifestFile)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return DecodeManifest(StateDir+"/"+ManifestFile, data)
}

// apply takes from the manifest of a template what the image's file system may not be able to keep.
func (t *Tree) apply(manifest *Tree) {
	for _, row := range Join(t, manifest) {
		e, b := row[0], row[1]
		if e != nil && b != nil && b.Kind == e.Kind && b.Size == e.Size && b.Target == e.Target {
			if sameTime(e.MTime, b.MTime) {
				e.Digest = b.Digest // else it was changed since, and has to be read
			}
			e.Attrs, e.complete = b.Attrs, true
		}
	}
}

// sameTime compares the time of a file with what a manifest says. Engines keep whole seconds of files of an image.
func sameTime(is, said int64) bool {
	return is == said || is%1e9 == 0 && is == said-said%1e9
}

// exclude removes what matches patterns, and all that is below it.
func (t *Tree) exclude(patterns []string) error {
	if len(patterns) == 0 {
		return nil
	}
	skip := ""
	var failed error
	t.Entries = slices.DeleteFunc(t.Entries, func(e Entry) bool {
		if e.Path == "" || skip != "" && Under(e.Path, skip) {
			return e.Path != ""
		}
		skip = ""
		for _, pattern := range patterns {
			ok, err := filepath.Match(strings.Trim(pattern, "/"), e.Path)
			if err != nil {
				failed = fmt.Errorf("pattern %q: %w", pattern, err)
			}
			if ok {
				skip = e.Path
				return true
			}
		}
		return false
	})
	return failed
}

// Complete reads what Tree does not say yet, digests and extended attributes, about some of its entries.
func (t *Template) Complete(entries []*Entry) error { return t.Sys.complete(t.Fd, entries, t.workers) }

// WriteTemplateManifest writes, while an image is built, what a template holds and which build it is of ("":
// the build id is not written).
func WriteTemplateManifest(sys *Sys, path, buildID string) error {
	fd, err := sys.Open(unix.AT_FDCWD, path+"/.", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return fmt.Errorf("cannot open template %s: %w", path, err)
	}
	defer sys.Close(fd)
	tree, err := sys.Scan(fd, ScanOptions{})
	if err != nil {
		return fmt.Errorf("cannot list template %s: %w", path, err)
	}
	state := filepath.Join(path, StateDir)
	if err := os.MkdirAll(state, 0o755); err != nil {
		return fmt.Errorf("cannot write the manifest: %w", err)
	}
	files := map[string][]byte{ManifestFile: EncodeManifest(tree.Entries)}
	if buildID != "" {
		files[BuildIDFile] = []byte(buildID + "\n")
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(state, name), data, 0o644); err != nil {
			return fmt.Errorf("cannot write the manifest: %w", err)
		}
	}
	return nil
}
