package pid1

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A configuration is read from an image's root: files first, then the environment.
func TestLoadConfig(t *testing.T) {
	const (
		main  = "etc/pintle/pintle.toml"
		confd = "etc/pintle/conf.d/"
	)
	for _, tt := range []struct {
		name     string
		files    map[string]string
		environ  []string
		want     func(*Config)
		problems []string // each: file name (base):line: text, as a prefix
	}{
		{name: "nothing"},
		{
			name: "every key",
			files: map[string]string{main: `
[boot]
unit = "multi-user.target"
vital = ["condor.service", "named.service"]
quiet = true
purge = false
systemd = "252"
[stop]
budget = "1min 30s"
[log]
level = "warning"
color = "never"
services = false
buffer = "64K"
`},
			want: func(c *Config) {
				c.Boot = BootConfig{Unit: "multi-user.target", Vital: []string{"condor.service", "named.service"}, Quiet: true, Systemd: "252"}
				c.Stop.Budget = 90_000_000
				c.Log = LogConfig{Level: "warning", Color: "never", Buffer: 64 << 10}
			},
		},
		{
			name: "later wins: main file, conf.d by name, environment",
			files: map[string]string{
				main:               "stop.budget = 1\nboot.unit = 'a.target'\nlog.color = 'never'",
				confd + "20.toml":  "stop = { budget = '3s' }",
				confd + "10.toml":  "[stop]\nbudget = '2s'\n[boot]\nunit = 'b.target'",
				confd + "30.conf":  "[stop]\nbudget = '30s'",
				confd + ".40.toml": "[stop]\nbudget = '40s'",
			},
			environ: []string{"PINTLE_BOOT_UNIT=c.target", "HOME=/root"},
			want: func(c *Config) {
				c.Stop.Budget, c.Boot.Unit, c.Log.Color = 3_000_000, "c.target", "never"
			},
		},
		{
			name:    "environment",
			environ: []string{"PINTLE_STOP_BUDGET=20s", "PINTLE_BOOT_QUIET=yes", "PINTLE_BOOT_VITAL=a.service, b.service", "PINTLE_LOG_BUFFER=2M", "PINTLE_FIRSTRUN_LOCK_TIMEOUT=3s"},
			want: func(c *Config) {
				c.Stop.Budget, c.Boot.Quiet, c.Log.Buffer = 20_000_000, true, 2<<20
				c.Boot.Vital = []string{"a.service", "b.service"}
				c.FirstRun.LockTimeout = 3_000_000
			},
		},
		{
			name: "volumes are tables",
			files: map[string]string{main: "[firstrun]\nlock = 'refuse'\n[[firstrun.volumes]]\ntemplate = '/a'\npath = '/b'\n" +
				"[[firstrun.volumes]]\ntemplate = '/tmp-template'\npath = '/tmp'\neach-boot = true\nlist = '/l'"},
			want: func(c *Config) {
				c.FirstRun.Lock = "refuse"
				c.FirstRun.Volumes = []VolumeConfig{{Template: "/a", Path: "/b"}, {Template: "/tmp-template", Path: "/tmp", EachBoot: true, List: "/l"}}
			},
		},
		{
			name:    "volumes from the environment",
			files:   map[string]string{main: "[[firstrun.volumes]]\npath = '/c'"},
			environ: []string{`PINTLE_FIRSTRUN_VOLUMES=[{template = "/a", path = "/b"}]`},
			want:    func(c *Config) { c.FirstRun.Volumes = []VolumeConfig{{Template: "/a", Path: "/b"}} },
		},
		{
			name:    "what is wrong in a table costs itself",
			files:   map[string]string{main: "[[firstrun.volumes]]\ntemplate = '/a'\npaht = '/b'\npath = '/c'\neach-boot = 'x'", confd + "1.toml": "firstrun.volumes = ['/a:/b']"},
			environ: []string{"PINTLE_FIRSTRUN_VOLUMES=/a:/b", "PINTLE_FIRSTRUN_HOSTNAME=1"},
			want: func(c *Config) {
				c.FirstRun.Volumes = []VolumeConfig{{Template: "/a", Path: "/c"}}
				c.FirstRun.Hostname = true
			},
			problems: []string{
				`pintle.toml:3: cannot use key "paht" of firstrun.volumes: it is unknown; the nearest known one is "path"`,
				`pintle.toml:5: cannot use each-boot = "x" of firstrun.volumes: it must be true or false; it is left out`,
				`1.toml:1: cannot use firstrun.volumes = ["/a:/b"]: it must be a list of tables; [{ template = "/a", path = "/c" }] stays`,
				`environment: cannot use PINTLE_FIRSTRUN_VOLUMES=/a:/b: it must be a list of tables as TOML has it, such as [{ template = "/data-template", path = "/data" }]: `,
			},
		},
		{
			name:  "unknown keys name their line and the nearest key; the others count",
			files: map[string]string{main: "[boot]\nunti = 'a.target'\nquiet = true\n\n[stpo]\nbudget = 3\n[boot.more]\nx = 1"},
			want:  func(c *Config) { c.Boot.Quiet = true },
			problems: []string{
				`pintle.toml:2: cannot use key "boot.unti": it is unknown; the nearest known one is "boot.unit"`,
				`pintle.toml:5: cannot use section [stpo]: it is unknown; the nearest known one is "stop"`,
				`pintle.toml:7: cannot use key "boot.more": it is unknown`,
			},
		},
		{
			name:  "a key without its section",
			files: map[string]string{main: "budget = 3"},
			problems: []string{
				`pintle.toml:1: cannot use key "budget": it is unknown; the nearest known one is "stop.budget"`,
			},
		},
		{
			name: "bad values cost themselves",
			files: map[string]string{main: `
[boot]
unit = 7
vital = [
  "a.service",
  3,
]
quiet = "perhaps"
[stop]
budget = "9 parsecs"
[log]
color = "blue"
buffer = true
services = false`},
			want: func(c *Config) { c.Log.Services = false },
			problems: []string{
				`pintle.toml:3: cannot use boot.unit = 7: it must be a string; "default.target" stays`,
				`pintle.toml:4: cannot use boot.vital = ["a.service", 3]: it must be a list of strings; [] stays`,
				`pintle.toml:8: cannot use boot.quiet = "perhaps": it must be true or false; false stays`,
				`pintle.toml:10: cannot use stop.budget = "9 parsecs": it must be a time span`,
				`pintle.toml:12: cannot use log.color = "blue": it must be one of auto, always, never; "auto" stays`,
				`pintle.toml:13: cannot use log.buffer = true: it must be a size`,
			},
		},
		{
			name:     "a file that is no TOML costs itself",
			files:    map[string]string{main: "[boot]\nquiet = true\nunit = \n", confd + "10.toml": "stop.budget = 5"},
			want:     func(c *Config) { c.Stop.Budget = 5_000_000 },
			problems: []string{`pintle.toml:3: cannot read the file as TOML, all of it is ignored: `},
		},
		{
			name:     "bytes that are no text",
			files:    map[string]string{main: "boot.unit = \"\xff\x00\"\n"},
			problems: []string{`pintle.toml:1: cannot read the file as TOML`},
		},
		{
			name:     "a file without end",
			files:    map[string]string{main: strings.Repeat("#", maxConfigFile+1)},
			problems: []string{`pintle.toml: cannot read the file: it is larger than 1048576 bytes`},
		},
		{
			name:    "variables with pintle's name that are not pintle's",
			environ: []string{"PINTLE_VERSION=3", "PINTLE_STOP_BUGDET=3s", "PINTLE_BOTO_UNIT=x", "PINTLE_STOP_BUDGET=soon"},
			problems: []string{
				`environment: cannot use PINTLE_STOP_BUGDET: it is unknown; the nearest known variable is PINTLE_STOP_BUDGET`,
				`environment: cannot use PINTLE_BOTO_UNIT: it is unknown; the nearest known variable is PINTLE_BOOT_UNIT`,
				`environment: cannot use PINTLE_STOP_BUDGET = "soon": it must be a time span`,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range tt.files {
				write(t, filepath.Join(root, name), text)
			}
			want := DefaultConfig()
			if tt.want != nil {
				tt.want(&want)
			}
			got, problems := LoadConfig(root, tt.environ)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if len(problems) != len(tt.problems) {
				t.Fatalf("got %d problems, want %d: %q", len(problems), len(tt.problems), problems)
			}
			for i, p := range problems {
				p.File = filepath.Base(p.File)
				if !strings.HasPrefix(p.String(), tt.problems[i]) {
					t.Errorf("problem %d:\ngot  %s\nwant %s", i, p, tt.problems[i])
				}
			}
		})
	}
}

// What stands in the way of a file is said, and the boot goes on with the default.
func TestLoadConfigUnreadable(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "etc/pintle/conf.d"), "a file where a directory belongs")
	if err := os.Mkdir(filepath.Join(root, "etc/pintle/pintle.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, problems := LoadConfig(root, nil)
	if !reflect.DeepEqual(got, DefaultConfig()) {
		t.Errorf("got %+v, want the defaults", got)
	}
	if len(problems) != 2 || !strings.Contains(problems[0].Text, "it is no regular file") ||
		!strings.Contains(problems[1].Text, "not a directory") {
		t.Errorf("problems: %q", problems)
	}
}

// Whatever a file holds, the loader survives, and every value that it takes is of the key's form.
func FuzzConfigFile(f *testing.F) {
	f.Add("[boot]\nunit = 'a'\n[[stop]]\nbudget = 3")
	f.Add("boot = 3\n\"\" = 2\n[log.level]\nx.y = [[1], {a = 2}]")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "pintle.toml")
		write(t, path, text)
		for _, p := range CheckConfigFile(path) {
			if !strings.HasPrefix(p.Text, "cannot ") || p.File != path {
				t.Errorf("problem: %s", p)
			}
		}
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
