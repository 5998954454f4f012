package install

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// owners tells which package a file belongs to.
type owners struct {
	root  string
	files map[string]string // package by path, as far as it is of interest to us (dpkg)
	rpm   string            // the program, where there is a database for it
}

// interesting are the directories in which we install.
func interesting(path string) bool {
	for _, dir := range []string{"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/lib/systemd/", "/lib/systemd/", "/usr/share/man/",
		"/usr/share/bash-completion/", "/usr/share/zsh/", "/usr/share/fish/"} {
		if strings.HasPrefix(path, dir) {
			return true
		}
	}
	return false
}

// readOwners reads the lists of files of dpkg's packages, and finds out whether rpm has packages.
func readOwners(root string) (*owners, error) {
	o := &owners{root: root, files: map[string]string{}}
	lists, err := filepath.Glob(root + "/var/lib/dpkg/info/*.list")
	if err != nil {
		return nil, fmt.Errorf("cannot list the packages: %w", err)
	}
	for _, list := range lists {
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(list), ".list"), ":")
		f, err := os.Open(list)
		if err != nil {
			return nil, fmt.Errorf("cannot list the files of the package %s: %w", name, err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if path := lines.Text(); interesting(path) {
				o.files[path] = name
			}
		}
		f.Close()
	}
	for _, dir := range []string{"/var/lib/rpm", "/usr/lib/sysimage/rpm"} {
		if entries, err := os.ReadDir(root + dir); err == nil && len(entries) > 0 {
			o.rpm, _ = exec.LookPath("rpm")
		}
	}
	return o, nil
}

// of is the package that a file belongs to, empty if none.
func (o *owners) of(path string) string {
	// Packages name files of /usr also as they were before /bin, /sbin and /lib moved there.
	for _, p := range []string{path, strings.TrimPrefix(path, "/usr")} {
		if owner := o.files[p]; owner != "" {
			return owner
		}
	}
	if o.rpm == "" {
		return ""
	}
	args := []string{"-qf", "--queryformat", "%{NAME}", path}
	if o.root != "" {
		args = append([]string{"--root", o.root}, args...)
	}
	out, err := exec.Command(o.rpm, args...).Output()
	if err != nil {
		return "" // it belongs to none, or is not there
	}
	return string(out)
}

// why says why a file stays as it is.
func (o *owners) why(path string) string {
	if owner := o.of(path); owner != "" {
		return "it belongs to the package " + owner
	}
	return "it exists and is not ours"
}
