package upgrade

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// extracted is what a package runs when it is upgraded.
type extracted struct {
	kind    string // "deb" or "rpm"
	version string
	arch    string // of a Debian package
	script  string // dpkg's postinst, or %post; "" for none
	last    string // %posttrans, which runs after the scripts of all packages
}

// Extract writes the scriptlets of packages, as dpkg or rpm have them in the root directory, into a directory
// where ReadScriptlets finds them. A package without scriptlet has none to run, and is left out.
func Extract(root, to string, packages []string) error {
	dir := filepath.Join(root, to)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot extract scriptlets: %w", err)
	}
	var versions strings.Builder
	for i, name := range packages {
		p, err := packageOf(root, name)
		if err == nil {
			err = p.write(dir, name, i+1, len(packages))
		}
		if err != nil {
			return fmt.Errorf("cannot extract the scriptlet of %s: %w", name, err)
		}
		fmt.Fprintln(&versions, strings.TrimSpace(name+" "+p.version+" "+p.arch))
	}
	if err := os.WriteFile(filepath.Join(dir, "versions"), []byte(versions.String()), 0o644); err != nil {
		return fmt.Errorf("cannot extract scriptlets: %w", err)
	}
	return nil
}

func (p *extracted) write(dir, name string, number, of int) error {
	for order, text := range map[int]string{number: p.script, number + of: p.last} {
		if text == "" {
			continue
		}
		path := filepath.Join(dir, fmt.Sprintf("%03d-%s.%s", order, name, p.kind))
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func packageOf(root, name string) (*extracted, error) {
	status, err := os.ReadFile(filepath.Join(root, "var/lib/dpkg/status"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return rpmPackage(root, name)
	case err != nil:
		return nil, err
	}
	version, arch := dpkgVersion(string(status), name)
	if version == "" {
		return nil, errors.New("dpkg has no such package installed")
	}
	p := &extracted{kind: "deb", version: version, arch: arch}
	for _, file := range []string{name, name + ":" + arch} {
		text, err := os.ReadFile(filepath.Join(root, "var/lib/dpkg/info", file+".postinst"))
		if !errors.Is(err, fs.ErrNotExist) {
			p.script = string(text)
			return p, err
		}
	}
	return p, nil
}

// dpkgVersion finds the version and architecture of an installed package.
func dpkgVersion(status, name string) (version, arch string) {
	for paragraph := range strings.SplitSeq(status, "\n\n") {
		fields := map[string]string{}
		for line := range strings.Lines(paragraph) {
			if key, value, ok := strings.Cut(line, ":"); ok && line[0] != ' ' {
				fields[key] = strings.TrimSpace(value)
			}
		}
		if fields["Package"] == name && strings.HasSuffix(fields["Status"], " installed") {
			return fields["Version"], fields["Architecture"]
		}
	}
	return "", ""
}
