package upgrade

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Extract writes the scriptlets of packages, as dpkg or rpm have them in the root directory, into a directory
// where ReadScriptlets finds them. A package without scriptlet has none to run, and is left out.
func Extract(root, to string, packages []string) error {
	if err := os.MkdirAll(filepath.Join(root, to), 0o755); err != nil {
		return fmt.Errorf("cannot extract scriptlets: %w", err)
	}
	var versions strings.Builder
	for i, name := range packages {
		kind, version, script, err := scriptletOf(root, name)
		if err != nil {
			return fmt.Errorf("cannot extract the scriptlet of %s: %w", name, err)
		}
		fmt.Fprintf(&versions, "%s %s\n", name, version)
		if script == "" {
			continue
		}
		path := filepath.Join(root, to, fmt.Sprintf("%03d-%s.%s", i+1, name, kind))
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			return fmt.Errorf("cannot extract the scriptlet of %s: %w", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, to, "versions"), []byte(versions.String()), 0o644); err != nil {
		return fmt.Errorf("cannot extract scriptlets: %w", err)
	}
	return nil
}

func scriptletOf(root, name string) (kind, version, script string, err error) {
	status, err := os.ReadFile(filepath.Join(root, "var/lib/dpkg/status"))
	if err == nil {
		version, arch := dpkgVersion(string(status), name)
		if version == "" {
			return "", "", "", errors.New("dpkg has no such package installed")
		}
		for _, file := range []string{name, name + ":" + arch} {
			text, err := os.ReadFile(filepath.Join(root, "var/lib/dpkg/info", file+".postinst"))
			if !errors.Is(err, fs.ErrNotExist) {
				return "deb", version, string(text), err
			}
		}
		return "deb", version, "", nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", "", "", err
	}
	out, err := exec.Command("rpm", "--root", root, "-q", "--qf", `%{EVR}\n%{POSTINPROG}\n%{POSTIN}`, name).Output()
	if err != nil {
		return "", "", "", fmt.Errorf("neither dpkg nor rpm tells of it: %w", err)
	}
	version, rest, _ := strings.Cut(string(out), "\n")
	program, text, _ := strings.Cut(rest, "\n")
	return "rpm", version, rpmScript(program, text), nil
}

// rpmScript makes a program of a scriptlet. ldconfig has been run when the image was built.
func rpmScript(program, text string) string {
	if text == "(none)" || strings.TrimSpace(text) == "" || program == "/sbin/ldconfig" {
		return ""
	}
	var b strings.Builder
	b.WriteString("#!" + program + "\n")
	for line := range strings.Lines(text + "\n") {
		if strings.TrimSpace(line) != "/sbin/ldconfig" {
			b.WriteString(line)
		}
	}
	return b.String()
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
