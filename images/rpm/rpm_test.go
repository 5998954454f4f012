// Package rpm holds pintle's way with RPM's scriptlets against the genuine rpm.
package rpm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pintle/firstrun"
	"pintle/images/engine"
	"pintle/upgrade"
)

// TestMain gets rpm and rpmbuild, which need not be this machine's package manager.
func TestMain(m *testing.M) {
	if err := engine.Steps([]string{"images/need", "rpm"}); err != nil {
		fmt.Fprintln(os.Stderr, "rpm:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// spec is a package whose scriptlets write down that they were run, and with what: on the volume where pintle
// runs them, and in the root where rpm does. On an upgrade its %post ends with status 1, as many do.
const spec = `Name: %{name_}
Version: %{version_}
Release: 1
Summary: A package with scriptlets
License: MIT
BuildArch: noarch
%description
It says what is run.
%pre
echo "pre $1" >> "$PINTLE_VOLUME/log"
%post
/sbin/ldconfig
echo "post %{name_} %{version_} $1" >> "$PINTLE_VOLUME/log"
[ $1 -eq 1 ]
%postun
echo "postun $1" >> "$PINTLE_VOLUME/log"
%posttrans
echo "posttrans %{name_} %{version_} $1" >> "$PINTLE_VOLUME/log"
%files
`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
}

// build makes packages, and gives their files.
func build(t *testing.T, dir, version string, names ...string) (files []string) {
	t.Helper()
	path := filepath.Join(dir, "package.spec")
	must(t, os.WriteFile(path, []byte(spec), 0o644))
	for _, name := range names {
		run(t, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir, "--define", "_rpmdir "+dir, "--define", "name_ "+name, "--define", "version_ "+version, path)
		files = append(files, filepath.Join(dir, "noarch", name+"-"+version+"-1.noarch.rpm"))
	}
	return files
}

// makeRoot makes a root directory in which a shell runs, and installs packages there.
func makeRoot(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	out, err := exec.Command("ldd", "/bin/sh").Output()
	must(t, err)
	for word := range strings.FieldsSeq(string(out) + " /bin/sh") {
		if strings.HasPrefix(word, "/") {
			must(t, os.MkdirAll(filepath.Join(root, filepath.Dir(word)), 0o755))
			run(t, "cp", "-L", word, filepath.Join(root, word))
		}
	}
	must(t, os.MkdirAll(filepath.Join(root, "sbin"), 0o755))
	must(t, os.WriteFile(filepath.Join(root, "sbin/ldconfig"), []byte("#!/bin/sh\n"), 0o755))
	run(t, "rpm", "--root", root, "--initdb")
	run(t, append([]string{"rpm", "--root", root, "-i", "--nodeps"}, files...)...)
	return root
}

// said gives what scriptlets have written down that are about the state after the upgrade.
func said(t *testing.T, log string) string {
	t.Helper()
	text, err := os.ReadFile(log)
	must(t, err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "post ") || strings.HasPrefix(line, "posttrans ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// On a volume that goes from one image to another, the scriptlets of its packages run as they do when rpm upgrades the
// packages: the same ones, in the same order, with the same argument.
func TestScriptletsRunAsRPMRunsThem(t *testing.T) {
	dir := t.TempDir()
	one := build(t, dir, "1", "alpha", "beta", "steady")
	two := build(t, dir, "2", "alpha", "beta")

	genuine := makeRoot(t, one...)
	must(t, os.Remove(filepath.Join(genuine, "log")))
	run(t, append([]string{"rpm", "--root", genuine, "-U", "--nodeps"}, two...)...)
	want := said(t, filepath.Join(genuine, "log"))

	images := map[string]string{"1": makeRoot(t, one...), "2": makeRoot(t, append(two, one[2])...)}
	if text := said(t, filepath.Join(images["2"], "log")); !strings.Contains(text, "post alpha 2 1\n") {
		t.Errorf("when the image is built its packages are installed, not upgraded:\n%s", text)
	}
	// In the order in which rpm has chosen to upgrade them.
	names := []string{"steady"}
	for line := range strings.Lines(want) {
		if f := strings.Fields(line); f[0] == "post" {
			names = append(names, f[1])
		}
	}
	if len(names) != 3 {
		t.Fatalf("rpm has run\n%s", want)
	}
	volume := t.TempDir()
	for _, build := range []string{"1", "2"} {
		root := images[build]
		must(t, upgrade.Extract(root, "usr/lib/pintle/scriptlets", names))
		template := filepath.Join(root, "data-template")
		must(t, os.Mkdir(template, 0o755))
		must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, template, build))
		c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: template, Volume: volume}}, Scriptlets: filepath.Join(root, "usr/lib/pintle/scriptlets")}
		job, err := c.Open(c.Pairs[0], upgrade.Alone, "making it ready", t.Logf)
		must(t, err)
		err = job.Do(firstrun.Silent{}, t.Logf)
		job.Close()
		must(t, err)
		if _, err := os.Stat(filepath.Join(volume, "log")); build == "1" && err == nil {
			t.Error("scriptlets have run on a volume that was filled")
		}
	}
	if got := said(t, filepath.Join(volume, "log")); got != want {
		t.Errorf("pintle has run\n%snot, as rpm,\n%s", got, want)
	}
	if text, _ := os.ReadFile(filepath.Join(volume, "log")); strings.Contains(string(text), "postun") {
		t.Errorf("more has been run:\n%s", text)
	}
}

// A package that is not there, and one that only rpm can run, are refused while the image is built.
func TestWhatCannotBeExtracted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lua.spec")
	must(t, os.WriteFile(path, []byte("Name: lua\nVersion: 1\nRelease: 1\nSummary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%post -p <lua>\nprint(1)\n%files\n"), 0o644))
	run(t, "rpmbuild", "-bb", "--quiet", "--define", "_topdir "+dir, "--define", "_rpmdir "+dir, path)
	root := makeRoot(t, filepath.Join(dir, "noarch/lua-1-1.noarch.rpm"))
	for name, want := range map[string]string{
		"lua":     "cannot extract the scriptlet of lua: its %post: it is in Lua, which only rpm can run",
		"missing": "cannot extract the scriptlet of missing: neither dpkg nor rpm tells of it: exit status 1: package missing is not installed",
	} {
		if err := upgrade.Extract(root, "scriptlets", []string{name}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
