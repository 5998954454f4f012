package units

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"pintle/vectors"
)

// tableHost is the host on which the tables were recorded: system scope, root.
type tableHost struct{}

func (tableHost) Fact(c byte) (string, error) {
	v, ok := map[byte]string{
		'C': "/var/cache", 'D': "/usr/share", 'E': "/etc", 'L': "/var/log", 'S': "/var/lib", 't': "/run",
		'T': "/tmp", 'V': "/var/tmp", 'g': "root", 'G': "0", 'u': "root", 'U': "0", 'h': "/root", 's': "/bin/bash",
		'H': "host.example", 'l': "host", 'm': "0123456789abcdef0123456789abcdef",
	}[c]
	if !ok {
		return "", syscall.ENOENT
	}
	return v, nil
}

func tableSpecifiers(unit string) *Specifiers {
	return &Specifiers{Unit: unit, Host: tableHost{}, Fragment: "/etc/systemd/system/x.service"}
}

func TestVectorsSpecifiers(t *testing.T) {
	vectors.Run(t, "specifiers", func(t *testing.T, row struct {
		Scope, Fn, Unit, Input string
		Expected               outcome
	}) {
		x := tableSpecifiers(row.Unit)
		expand := x.Expand
		if strings.HasPrefix(row.Fn, "unit_name_printf") {
			expand = x.ExpandName
		}
		got, err := expand(row.Input)
		row.Expected.check(t, row.Unit+": "+row.Input, got, err)
	})
}

func TestExpandInstall(t *testing.T) {
	for _, c := range []struct{ name, instance, in, want string }{
		{"foo@.service", "tty1", "%i %n %p", "tty1 foo@tty1.service foo"},
		{"foo@.service", "", "x-%i.service", "x-.service"},
		{"a-b.service", "", "%j %H", "b host.example"},
	} {
		if got, err := ExpandInstall(c.name, c.instance, tableHost{}, c.in); got != c.want || err != nil {
			t.Errorf("%s: %q expands to %q, %v; want %q", c.name, c.in, got, err, c.want)
		}
	}
	if _, err := ExpandInstall("foo@.service", "a b", nil, "%i"); err == nil {
		t.Error("an instance with a blank is accepted")
	}
}

func TestSpecifiersOfFilesAndHosts(t *testing.T) {
	x := tableSpecifiers("x.service")
	if got, err := x.Expand("%y %Y"); got != "/etc/systemd/system/x.service /etc/systemd/system" || err != nil {
		t.Errorf("%%y and %%Y are %q, %v", got, err)
	}
	x.Fragment = ""
	if _, err := x.Expand("%y"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("%%y without a file gives %v", err)
	}
	if _, err := x.Expand("%b"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("a fact that cannot be had gives %v", err)
	}
	x.Host = nil
	if _, err := x.Expand("%m"); !errors.Is(err, syscall.ENXIO) {
		t.Errorf("no host gives %v", err)
	}
	if _, err := x.ExpandName(strings.Repeat("x", 256)); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("a long name gives %v", err)
	}
}

func FuzzSpecifiers(f *testing.F) {
	for _, s := range []string{"", "%", "%%", "%i", "a%n%z", "%f%", "% ,", `%I\x`} {
		f.Add("foo@bar.service", s)
	}
	f.Fuzz(func(t *testing.T, unit, s string) {
		x := tableSpecifiers(unit)
		got, err := x.Expand(s)
		if err == nil && !strings.Contains(s, "%") && got != s {
			t.Errorf("%q without specifiers became %q", s, got)
		}
		if doubled := strings.ReplaceAll(s, "%", "%%"); ValidName(unit, PlainName|InstanceName) && len(s) < 1<<10 {
			if got, err := x.Expand(doubled); got != s || err != nil {
				t.Errorf("%q expands to %q, %v; want %q", doubled, got, err, s)
			}
		}
	})
}
