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
	Arch    string // of a Debian package
	Old     string // the version that the volume has seen
}

// env are variables that the package manager would set; tools for maintainer scripts (dpkg-maintscript-helper,
// debconf) ask for them.
func (s Scriptlet) env() []string {
	if s.Kind != "deb" {
		return nil
	}
	return []string{"DPKG_MAINTSCRIPT_PACKAGE=" + s.Package, "DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1", "DPKG_MAINTSCRIPT_ARCH=" + s.Arch,
		"DPKG_MAINTSCRIPT_NAME=postinst", "DPKG_ADMINDIR=/var/lib/dpkg", "DPKG_ROOT=", "DEBIAN_FRONTEND=noninteractive"}
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
	versions, arches := parseVersions(data)
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
		list = append(list, Scriptlet{Path: filepath.Join(dir, e.Name()), Package: name, Version: versions[name], Arch: arches[name], Kind: ext[1:]})
	}
	return list, nil
}

// parseVersions reads lines of a package, its version, and perhaps its architecture.
func parseVersions(data []byte) (versions, arches map[string]string) {
	versions, arches = map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) > 1 {
			versions[f[0]] = f[1]
		}
		if len(f) > 2 {
			arches[f[0]] = f[2]
		}
	}
	return versions, arches
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
	seen, _ := parseVersions(data)
	var changed []Scriptlet
	for _, s := range list {
		s.Old = seen[s.Package]
		if s.Old != s.Version || s.Version == "" {
			changed = append(changed, s)
		}
	}
	return changed, nil
}
