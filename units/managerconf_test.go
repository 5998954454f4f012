package units

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// confTree is a root with files.
func confTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Drop-ins of all directories apply in the order of their names, above the file itself; of two with one name that of
// the directory of higher priority counts. What is wrong costs its line.
func TestSystemConf(t *testing.T) {
	root := confTree(t, map[string]string{
		"etc/systemd/system.conf":                      "[Manager]\nDefaultTimeoutStopSec=5\nDefaultEnvironment=A=1\nLogLevel=debug\n",
		"usr/lib/systemd/system.conf":                  "[Manager]\nDefaultRestartSec=9\n",
		"usr/lib/systemd/system.conf.d/20-b.conf":      "[Manager]\nDefaultTimeoutStopSec=6\nDefaultEnvironment=B=2 \"C=x y\"\n",
		"etc/systemd/system.conf.d/10-a.conf":          "[Manager]\nDefaultTimeoutStopSec=7\nWibble=1\nDefaultStartLimitBurst=x\nDefaultLimitNOFILE=10:20\n[Service]\nType=notify\n",
		"usr/lib/systemd/system.conf.d/10-a.conf":      "[Manager]\nDefaultRestartSec=8\n",
		"etc/systemd/system.conf.d/30-masked.conf":     "",
		"usr/lib/systemd/system.conf.d/30-masked.conf": "[Manager]\nDefaultRestartSec=7\n",
		"etc/systemd/system/a.service":                 "[Service]\nExecStart=/bin/true\n",
		"etc/systemd/system/b.service":                 "[Service]\nExecStart=/bin/true\nTimeoutStopSec=1\nLimitNOFILE=5\n",
	})
	g := NewGraph(Options{Root: root, Path: []string{"/etc/systemd/system"}, SystemConf: true})
	m, a, b := g.Manager(), g.Load("a.service"), g.Load("b.service")
	for what, is := range map[string][2]string{
		"environment":                {fmt.Sprintf("%q", m.DefaultEnvironment), `["A=1" "B=2" "C=x y"]`},
		"time to stop":               {FormatSpan(a.Service.TimeoutStopSec, 1), "6s"},
		"time to stop of b":          {FormatSpan(b.Service.TimeoutStopSec, 1), "1s"},
		"time to restart":            {FormatSpan(a.Service.RestartSec, 1), "100ms"},
		"time to start":              {FormatSpan(a.Service.TimeoutStartSec, 1), "1min 30s"},
		"burst":                      {fmt.Sprint(a.StartLimitBurst), "5"},
		"limit on open files":        {fmt.Sprint(*a.Exec.LimitNOFILE), "10:20"},
		"limit on open files of b":   {fmt.Sprint(*b.Exec.LimitNOFILE), "5"},
		"limit on memory of a":       {fmt.Sprint(a.Exec.LimitAS), "<nil>"},
		"default of the start limit": {FormatSpan(m.DefaultStartLimitIntervalSec, 1), "10s"},
	} {
		if is[0] != is[1] {
			t.Errorf("%s: %s, not %s", what, is[0], is[1])
		}
	}
	if problems := fmt.Sprint(g.Problems()); len(g.Problems()) != 3 {
		t.Errorf("problems: %s", problems)
	}
}

// Where nothing is configured, nothing is copied.
func TestSystemConfEmpty(t *testing.T) {
	root := confTree(t, map[string]string{"etc/systemd/system.conf": "[Manager]\n#DefaultTimeoutStopSec=90s\n"})
	g := NewGraph(Options{Root: root, SystemConf: true})
	if g.manager != nil || len(g.defaults) > 0 {
		t.Errorf("a file of comments made settings: %v", g.manager)
	}
	if got := g.Manager().DefaultTimeoutStopSec; FormatSpan(got, 1) != "1min 30s" {
		t.Errorf("the default time to stop is %s", FormatSpan(got, 1))
	}
}

// Every setting of the manager that is the default of others fits them.
func TestManagerDefaultsFit(t *testing.T) {
	n := 0
	eachDefault(func(i int, p part, field int) {
		n++
		if own, of := partTypes[partManager].Field(i).Type, partTypes[p].Field(field).Type; own != of {
			t.Errorf("%s is a %s, and a default for %s, a %s", partTypes[partManager].Field(i).Name, own, partTypes[p].Field(field).Name, of)
		}
	})
	if n < 30 {
		t.Errorf("only %d settings are defaults", n)
	}
}

func TestReleaseOf(t *testing.T) {
	for library, want := range map[string]Release{
		"usr/lib/" + multiarch() + "/systemd/libsystemd-shared-252.so": {252, true},
		"usr/lib/systemd/libsystemd-shared-252-55.el9.so":              {252, false},
		"usr/lib/systemd/libsystemd-shared-257.so":                     {Version: newestSystemd},
		"usr/lib/libsystemd.so.0":                                      {Version: newestSystemd},
	} {
		if got := ReleaseOf(confTree(t, map[string]string{library: ""})); got != want {
			t.Errorf("%s: %v, not %v", library, got, want)
		}
	}
}
