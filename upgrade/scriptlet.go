package upgrade

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pintle/firstrun"
)

// PackagesFile is the fact that tells which versions of packages with scriptlets have run on a volume.
const PackagesFile = firstrun.PackagesFile

// Scriptlet is what a package wants to be run when it is upgraded, as it was extracted when the image was built.
type Scriptlet struct {
	Path    string // of the program
	Package string
	Version string
	Kind    string // "deb" or "rpm"
	Old     string // the version that the volume has seen
}

// Args are the arguments that the package manager would give: rpm the number of versions installed, dpkg the
// version that was configured last.
func (s Scriptlet) Args() []string {
	if s.Kind == "rpm" {
		return []string{"2"}
	}
	return []string{"configure", s.Old}
}

// ReadScriptlets lists the scriptlets of an image: ORDER-PACKAGE.deb or .rpm, in the order of their names,
// with the versions that the file "versions" beside them tells.
func ReadScriptlets(dir string) ([]Scriptlet, error) {
	data, err := os.ReadFile(filepath.Join(dir, "versions"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the scriptlets: %w", err)
	}
	versions := parseVersions(data)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot list the scriptlets: %w", err)
	}
	var list []Scriptlet
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		_, name, ok := strings.Cut(strings.TrimSuffix(e.Name(), ext), "-")
		if !ok || ext != ".deb" && ext != ".rpm" {
			continue
		}
		list = append(list, Scriptlet{Path: filepath.Join(dir, e.Name()), Package: name, Version: versions[name], Kind: ext[1:]})
	}
	return list, nil
}

func parseVersions(data []byte) map[string]string {
	versions := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) == 2 {
			versions[f[0]] = f[1]
		}
	}
	return versions
}

// Versions is the fact that goes with scriptlets.
func Versions(list []Scriptlet) string {
	var b bytes.Buffer
	sorted := slices.SortedFunc(slices.Values(list), func(a, b Scriptlet) int { return strings.Compare(a.Package, b.Package) })
	sorted = slices.CompactFunc(sorted, func(a, b Scriptlet) bool { return a.Package == b.Package }) // one may have several
	for _, s := range sorted {
		fmt.Fprintf(&b, "%s %s\n", s.Package, s.Version)
	}
	return b.String()
}

// changedPackages leaves those scriptlets whose package has another version than the volume has seen. A volume
// that knows of no versions is older than they are, and all run.
func changedPackages(v *firstrun.Volume, list []Scriptlet) ([]Scriptlet, error) {
	data, err := v.ReadState(PackagesFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	seen := parseVersions(data)
	var changed []Scriptlet
	for _, s := range list {
		s.Old = seen[s.Package]
		if s.Old != s.Version || s.Version == "" {
			changed = append(changed, s)
		}
	}
	return changed, nil
}
