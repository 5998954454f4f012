package install

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pintle/units"
)

// told is the lines that a command wrote, without the root directory.
func told(root string, out Output) string {
	return strings.ReplaceAll(text(out.Stdout)+text(out.Stderr), root, "")
}

// TestStories are commands on small trees that are not in the vectors, some of them of the newest systemd only.
func TestStories(t *testing.T) {
	for _, story := range []struct {
		name         string
		files, links map[string]string
		steps        [][2]string // command, what it says
	}{
		{
			"UpheldBy makes a link in .upholds",
			map[string]string{"/usr/lib/systemd/system/a.service": "[Install]\nUpheldBy=b.service\n", "/usr/lib/systemd/system/b.service": enabling}, nil,
			[][2]string{
				{"enable a", "Created symlink /etc/systemd/system/b.service.upholds/a.service → /usr/lib/systemd/system/a.service.\n"},
				{"is-enabled a", "enabled\n"},
				{"disable a", "Removed \"/etc/systemd/system/b.service.upholds/a.service\".\n"},
				{"is-enabled a", "disabled\n"},
			},
		},
		{
			"what a removed unit left behind is removed",
			nil, map[string]string{"/etc/systemd/system/m.target.wants/a.service": "/usr/lib/systemd/system/a.service"},
			[][2]string{
				{"is-enabled a", "not-found\n"},
				{"disable a", "Failed to disable unit, unit a.service does not exist.\nRemoved \"/etc/systemd/system/m.target.wants/a.service\".\n"},
				{"disable a", "Failed to disable unit, unit a.service does not exist.\n"},
			},
		},
		{
			"a linked unit stays linked when it is enabled again",
			map[string]string{"/opt/a.service": "[Install]\nWantedBy=a.service\n"}, nil,
			[][2]string{
				{"link /opt/a.service", "Created symlink /etc/systemd/system/a.service → /opt/a.service.\n"},
				{"is-enabled a", "linked\n"},
				{"reenable a.service", "Removed \"/etc/systemd/system/a.service\".\nCreated symlink /etc/systemd/system/a.service → /opt/a.service.\nCreated symlink /etc/systemd/system/a.service.wants/a.service → /opt/a.service.\n"},
				{"--runtime disable a", ""},
			},
		},
		{
			"a chain of links is removed to its end",
			map[string]string{"/usr/lib/systemd/system/z.service": enabling},
			map[string]string{
				"/etc/systemd/system/a.service": "b.service", "/etc/systemd/system/b.service": "c.service",
				"/etc/systemd/system/c.service": "/usr/lib/systemd/system/z.service", "/etc/systemd/system/keep.service": "/opt/keep.service",
			},
			[][2]string{
				{"is-enabled z", "indirect\n"},
				{"is-enabled a", "alias\n"},
				{"disable z", "Removed \"/etc/systemd/system/a.service\".\nRemoved \"/etc/systemd/system/b.service\".\nRemoved \"/etc/systemd/system/c.service\".\n"},
			},
		},
		{
			"presets enable instances",
			map[string]string{
				"/usr/lib/systemd/system/t@.service":            "[Install]\nWantedBy=t@.service\nDefaultInstance=d\n",
				"/usr/lib/systemd/system-preset/10-t.preset":    "enable t@.service x y\ndisable *\n",
				"/etc/systemd/system-preset/10-t.preset.rpmnew": "disable *\n",
			},
			nil,
			[][2]string{
				{"preset t@.service", "Created symlink /etc/systemd/system/t@.service.wants/t@x.service → /usr/lib/systemd/system/t@.service.\nCreated symlink /etc/systemd/system/t@.service.wants/t@y.service → /usr/lib/systemd/system/t@.service.\n"},
				{"is-enabled t@x.service t@y.service t@z.service t@.service", "enabled\nenabled\ndisabled\nindirect\n"},
				{"preset t@x.service t@z.service", ""},
			},
		},
		{
			"a preset that disables says nothing of what is not enabled",
			map[string]string{"/usr/lib/systemd/system/a.service": enabling, "/usr/lib/systemd/system-preset/10-t.preset": "disable a.service\n"},
			map[string]string{"/etc/systemd/system/q.target.wants/a.service": "/usr/lib/systemd/system/a.service"},
			[][2]string{
				{"--preset-mode=enable-only preset a.service", ""},
				{"preset a.service", "Removed \"/etc/systemd/system/q.target.wants/a.service\".\n"},
				{"--preset-mode=disable-only preset-all", ""},
			},
		},
		{
			"what is said of commands that make no sense",
			map[string]string{"/usr/lib/systemd/system/a.service": "[Unit]\n"}, nil,
			[][2]string{
				{"start a", "Verb 'start' cannot be used with --root= or --image=.\n"},
				{"enable", "Too few arguments.\n"},
				{"add-wants a.target", "Too few arguments.\n"},
				{"get-default a", "Too many arguments.\n"},
				{"set-default a b", "Too many arguments.\n"},
				{"link a.service", "Non-absolute paths are not allowed when --root is used: a.service\n"},
				{"get-default", "Failed to get default target: No such file or directory\n"},
				{"disable /usr/lib/systemd/system/a.service", "Warning: Can't execute disable on the unit file path. Proceeding with the unit name.\nThe unit files have no"},
				{"--quiet enable a", ""},
				{"add-wants a@b@c.target a", "Failed to add dependency on unit, unit a@b@c.target does not exist.\n"},
				{"mask ''", "Invalid unit name \"''\" escaped as \"\\x27\\x27\" (maybe you should use systemd-escape?).\nCreated symlink /etc/systemd/system/\\x27\\x27.service → /dev/null.\n"},
			},
		},
	} {
		t.Run(story.name, func(t *testing.T) {
			root := t.TempDir()
			plant(t, root, story.files, story.links)
			for _, step := range story.steps {
				out := (&Files{Root: root}).Run(parseCommand(strings.Fields(step[0])))
				got := told(root, out)
				if got != step[1] && !(strings.HasSuffix(step[1], "have no") && strings.HasPrefix(got, step[1])) {
					t.Errorf("%s: said\n%swant\n%s", step[0], got, step[1])
				}
			}
		})
	}
}

func TestNowNeedsAManager(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": enabling}, nil)
	f := &Files{Root: root}
	for verb, want := range map[string]string{
		"enable": "--now cannot be used when systemd is not running or in conjunction with --root=/--global, refusing.",
		"preset": "--now can only be used with verb enable, disable, reenable, mask, or unmask.",
	} {
		out := f.Run(Command{Verb: verb, Names: []string{"a"}, Now: true})
		if out.Exit != 1 || len(out.Stderr) == 0 || out.Stderr[len(out.Stderr)-1] != want {
			t.Errorf("%s --now: exit status %d, %q", verb, out.Exit, out.Stderr)
		}
	}
}

func TestTheLinksOfAUnit(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": enabling}, nil)
	f := &Files{Root: root}
	f.Enable([]string{"a.service"}, Options{})
	out := f.Run(Command{Verb: "is-enabled", Names: []string{"a"}, Full: true})
	want := "enabled\n  /etc/systemd/system/also.service\n  /etc/systemd/system/multi-user.target.wants/a.service\n"
	if got := told(root, out); got != want {
		t.Errorf("is-enabled --full says\n%s", got)
	}
	if state, _, _ := f.State("a.service"); state != Enabled {
		t.Errorf("looking at the links has made the unit %s", state)
	}
}

// TestUsersFiles works on the directories of users' managers.
func TestUsersFiles(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"/usr/lib/systemd/user/a.service":          "[Install]\nWantedBy=default.target\n",
		"/usr/lib/systemd/user-preset/1.preset":    "disable *\n",
		"/usr/lib/systemd/user/default.target":     "[Unit]\n",
		"/home/u/.config/systemd/user/own.service": "[Install]\nWantedBy=default.target\n",
	}, nil)
	env := map[string]string{"HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/5"}
	user := &Files{Root: root, Scope: User, Getenv: func(name string) string { return env[name] }}
	global := &Files{Root: root, Scope: Global, Getenv: user.Getenv}
	for _, step := range []struct {
		f        *Files
		command  string
		contains string
	}{
		{user, "is-enabled own.service", "disabled\n"},
		{user, "enable own.service", "Created symlink /home/u/.config/systemd/user/default.target.wants/own.service → /home/u/.config/systemd/user/own.service.\n"},
		{user, "--runtime enable own.service", "Created symlink /run/user/5/systemd/user/default.target.wants/own.service → /home/u/.config/systemd/user/own.service.\n"},
		{user, "is-enabled own.service", "enabled\n"},
		{global, "is-enabled own.service", "not-found\n"},
		{global, "enable a.service", "Created symlink /etc/systemd/user/default.target.wants/a.service → /usr/lib/systemd/user/a.service.\n"},
		{user, "is-enabled a.service", "enabled\n"},
		{global, "preset a.service", "Removed \"/etc/systemd/user/default.target.wants/a.service\".\n"},
		{global, "--runtime enable a.service", "Created symlink /run/systemd/user/default.target.wants/a.service → /usr/lib/systemd/user/a.service.\n"},
		{user, "is-enabled a.service", "enabled-runtime\n"},
	} {
		if got := told(root, step.f.Run(parseCommand(strings.Fields(step.command)))); got != step.contains {
			t.Errorf("%s says\n%swant\n%s", step.command, got, step.contains)
		}
	}
}

// TestUnitsOfTheManager treats units that the manager brings along as if a package had them.
func TestUnitsOfTheManager(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": "[Install]\nWantedBy=multi-user.target\n"}, nil)
	f := &Files{Root: root, Provided: func(name string) (string, bool) {
		if name == "default.target" {
			return "multi-user.target", true
		}
		return "", name == "multi-user.target"
	}}
	for _, step := range [][2]string{
		{"enable a", "Created symlink /etc/systemd/system/multi-user.target.wants/a.service → /usr/lib/systemd/system/a.service.\n"},
		{"get-default", "multi-user.target\n"},
		{"set-default multi-user", "Created symlink /etc/systemd/system/default.target → /usr/lib/systemd/system/multi-user.target.\n"},
		{"get-default", "multi-user.target\n"},
		{"add-requires multi-user.target a", "Created symlink /etc/systemd/system/multi-user.target.requires/a.service → /usr/lib/systemd/system/a.service.\n"},
		{"is-enabled multi-user.target", "indirect\n"},
	} {
		if got := told(root, f.Run(parseCommand(strings.Fields(step[0])))); got != step[1] {
			t.Errorf("%s says\n%swant\n%s", step[0], got, step[1])
		}
	}
}

func TestMergedUsr(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": "[Install]\nWantedBy=a.service\n"}, map[string]string{"/lib": "usr/lib"})
	res := (&Files{Root: root}).Enable([]string{"a.service"}, Options{})
	if len(res.Changes) != 1 || res.Changes[0].Source != "/usr/lib/systemd/system/a.service" {
		t.Errorf("changes are %v, %v", res.Changes, res.Err)
	}
	files, err := (&Files{Root: root}).List(nil, []string{"a.*"})
	if err != nil || len(files) != 1 || files[0].State != Enabled {
		t.Errorf("unit files are %v, %v", files, err)
	}
	if files, _ := (&Files{Root: root}).List([]string{"disabled"}, nil); len(files) != 0 {
		t.Errorf("disabled unit files are %v", files)
	}
}

// TestFailures gives every error its words, and the name of its D-Bus error.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		change       Change
		name         string
		answer, line string
	}{
		{Change{Errno: syscall.EEXIST, Path: "/p"}, "UnitExists", "File /p already exists.", `file "/p" already exists.`},
		{Change{Errno: syscall.EEXIST, Path: "/p", Source: "/s"}, "UnitExists", "File /p already exists and is a symlink to /s.", `file "/p" already exists and is a symlink to "/s".`},
		{Change{Errno: syscall.ERFKILL, Path: "/p"}, "UnitMasked", "Unit file /p is masked.", "unit /p is masked."},
		{Change{Errno: syscall.EADDRNOTAVAIL, Path: "/p"}, "UnitGenerated", "Unit /p is transient or generated.", "unit /p is transient or generated."},
		{Change{Errno: syscall.ETXTBSY, Path: "/p"}, "UnitBadPath", "File /p is under the systemd unit hierarchy already.", "file /p is under the systemd unit hierarchy already."},
		{Change{Errno: syscall.EBADSLT, Path: "/p"}, "BadUnitSetting", "Invalid specifier in /p.", `invalid specifier in "/p".`},
		{Change{Errno: syscall.EIDRM, Path: "/p", Source: "s"}, "BadUnitSetting", "Destination unit /p is a non-template unit.", "s, destination unit /p is a non-template unit."},
		{Change{Errno: syscall.EUCLEAN, Path: "p"}, "BadUnitSetting", `"p" is not a valid unit name.`, `"p" is not a valid unit name.`},
		{Change{Errno: syscall.ELOOP, Path: "/p"}, "UnitLinked", "Refusing to operate on alias name or linked unit file: /p", "refusing to operate on linked unit file /p."},
		{Change{Errno: syscall.EXDEV, Path: "/p"}, "BadUnitSetting", "Invalid unit reference /p.", `invalid unit reference "/p".`},
		{Change{Errno: syscall.EXDEV, Path: "/p", Source: "s"}, "BadUnitSetting", "Cannot alias s as /p.", "cannot alias s as /p."},
		{Change{Errno: syscall.ENOENT, Path: "/p"}, "NoSuchUnit", "Unit file /p does not exist.", "unit /p does not exist."},
		{Change{Errno: syscall.ENOLINK, Path: "/p"}, "NoSuchUnit", "Unit /p is an unresolvable alias.", `file "/p": Link has been severed`},
		{Change{Errno: syscall.EUNATCH, Path: "/p"}, "BadUnitSetting", "Cannot resolve specifiers in /p.", `cannot resolve specifiers in "/p".`},
		{Change{Errno: syscall.EACCES, Path: "/p"}, "", "File /p: Permission denied", `file "/p": Permission denied`},
		{Change{Errno: syscall.EROFS, Path: "/p"}, "", "File /p: Read-only file system", `file "/p": Read-only file system`},
		{Change{Errno: syscall.EINVAL, Path: "/p"}, "", "File /p: Invalid argument", `file "/p": Invalid argument`},
	} {
		name := c.change.BusName()
		if name[strings.LastIndexByte(name, '.')+1:] != c.name || c.change.Error() != c.answer {
			t.Errorf("%v answers %s, %q, want %s, %q", c.change.Errno, name, c.change.Error(), c.name, c.answer)
		}
		line := strings.TrimPrefix(strings.TrimPrefix(c.change.Message("V"), "Failed to V unit, "), "Failed to V ")
		if line != c.line {
			t.Errorf("%v says %q, want %q", c.change.Errno, line, c.line)
		}
		if !errors.Is(c.change, c.change.Errno) || c.change.Good() {
			t.Errorf("%v is no error", c.change)
		}
	}
}

func TestOptions(t *testing.T) {
	for word, want := range map[string]PresetMode{"": PresetFull, "full": PresetFull, "enable-only": PresetEnableOnly, "disable-only": PresetDisableOnly} {
		if got, err := ParsePresetMode(word); got != want || err != nil {
			t.Errorf("preset mode %q is %q, %v", word, got, err)
		}
	}
	if _, err := ParsePresetMode("half"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("preset mode half: %v", err)
	}
	root := t.TempDir()
	plant(t, root, map[string]string{"/usr/lib/systemd/system/a.service": "[Install]\nWantedBy=a.service\n"}, nil)
	f := &Files{Root: root}
	for dir, opts := range map[string]Options{"/etc/systemd/system.attached": {Portable: true}, "/run/systemd/system.attached": {Portable: true, Runtime: true}} {
		res := f.Enable([]string{"a.service"}, opts)
		if len(res.Changes) != 1 || res.Changes[0].Path != root+dir+"/a.service.wants/a.service" || res.Failure() != nil || !res.InstallInfo {
			t.Errorf("%v: %v", opts, res)
		}
	}
	if res := f.AddDependency([]string{"a.service"}, "a.service", units.After, Options{}); res.Err != syscall.EINVAL {
		t.Errorf("adding After=: %v", res.Err)
	}
	if res := f.Disable([]string{"a/b"}, Options{}); res.Failure() == nil || res.Failure().Errno != syscall.EUCLEAN {
		t.Errorf("disabling a/b: %v", res)
	}
	if res := f.Unmask([]string{"a/b"}, Options{}); res.Err != syscall.EINVAL {
		t.Errorf("unmasking a/b: %v", res)
	}
	if res := f.Revert([]string{"a/b"}); res.Err != syscall.EINVAL {
		t.Errorf("reverting a/b: %v", res)
	}
	if _, _, err := f.State("a/b"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("state of a/b: %v", err)
	}
	if _, err := f.QueryPreset("a/b"); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("preset of a/b: %v", err)
	}
}

// TestRevert takes a unit back to what its package has, and leaves units alone that no package has.
func TestRevert(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"/usr/lib/systemd/system/a.service":                 enabling,
		"/etc/systemd/system/a.service":                     enabling,
		"/etc/systemd/system/a.service.d/1.conf":            "[Unit]\n",
		"/etc/systemd/system/a.service.d/deep/er":           "",
		"/run/systemd/system.control/a.service.d/5-C.conf":  "[Unit]\n",
		"/run/systemd/transient/a.service.d/5-C.conf":       "[Unit]\n",
		"/run/systemd/generator/a.service.d/generated.conf": "[Unit]\n",
		"/usr/lib/systemd/system/a.service.d/vendor.conf":   "[Unit]\n",
		"/etc/systemd/system/own.service":                   enabling,
	}, map[string]string{
		"/run/systemd/system/a.service":              "/dev/null",
		"/etc/systemd/system/x.target.wants/a.timer": "../a.service",
	})
	got := told(root, (&Files{Root: root}).Run(parseCommand([]string{"revert", "a.service", "own.service", "a.service"})))
	for _, file := range []string{
		"/etc/systemd/system/a.service", "/etc/systemd/system/a.service.d", "/etc/systemd/system/a.service.d/1.conf",
		"/run/systemd/system.control/a.service.d", "/run/systemd/transient/a.service.d/5-C.conf", "/run/systemd/system/a.service",
		"/etc/systemd/system/x.target.wants/a.timer",
	} {
		if !strings.Contains(got, "Removed \""+file+"\".\n") {
			t.Errorf("nothing is said of %s in\n%s", file, got)
		}
		if _, err := os.Lstat(root + file); err == nil {
			t.Errorf("%s is still there", file)
		}
	}
	want := []string{"/etc/systemd/system/own.service", "/run/systemd/generator/a.service.d/generated.conf"}
	if left := sortedKeys(treeOf(t, root)); !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}

// TestAViewStaysAsItIs asks the same again after things have changed.
func TestAViewStaysAsItIs(t *testing.T) {
	root := t.TempDir()
	plant(t, root, map[string]string{
		"/usr/lib/systemd/system/a.service":          enabling,
		"/usr/lib/systemd/system-preset/1-a.preset":  "disable a.service\n",
		"/usr/lib/systemd/system/bad.service":        "[bad\n",
		"/srv/units/only.service":                    "[Unit]\n",
		"/etc/systemd/system/t.target.wants/x.notes": "",
	}, nil)
	f := &Files{Root: root}
	v := f.View()
	check := func(when string, want State) {
		t.Helper()
		if state, preset := v.FileState("a.service"), v.FilePreset("a.service"); state != string(want) || preset != "disabled" {
			t.Errorf("%s: a.service is %s, preset %s, want %s", when, state, preset, want)
		}
	}
	check("at first", Disabled)
	f.Enable([]string{"a.service"}, Options{})
	check("when it was enabled", Disabled)
	v.FilesChanged()
	check("looking anew", Enabled)
	if state := v.FileState("bad.service"); state != "bad" {
		t.Errorf("bad.service is %s", state)
	}
	v = (&Files{Root: root, Path: []string{"/srv/units"}}).View()
	if state := v.FileState("only.service"); state != "static" {
		t.Errorf("only.service is %s", state)
	}
	v = (&Files{Root: "/nowhere/at/all"}).View()
	if state, preset := v.FileState("a.service"), v.FilePreset("a.service"); state != "bad" || preset != "" {
		t.Errorf("in no root a.service is %s, preset %q", state, preset)
	}
}
