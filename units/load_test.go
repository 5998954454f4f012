package units

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const simple = "[Service]\nExecStart=/bin/true\n"

func newTestGraph(t testing.TB, files, links map[string]string) (*Graph, string) {
	t.Helper()
	dir := writeTree(t, files, links)
	return NewGraph(Options{Root: dir, Path: []string{"/etc", "/run", "/lib"}}), dir
}

// TestBadInputCostsTheUnitNotTheBoot: whatever lies in the place of a unit file, loading returns at once with
// a unit that says what is wrong.
func TestBadInputCostsTheUnitNotTheBoot(t *testing.T) {
	g, dir := newTestGraph(t, map[string]string{
		"lib/long.service":       "[Unit]\nDescription=" + strings.Repeat("x", 1<<20) + "\n" + simple,
		"lib/nul.service":        "[Unit]\nDescription=a\x00b=c\n" + simple,
		"lib/latin1.service":     "[Unit]\nDescription=caf\xe9\n" + simple,
		"lib/header.service":     "[Unit\n" + simple,
		"lib/garbage.service":    "[Unit]\nnonsense\nBogus=1\n[Service]\nExecStart=/bin/true\nRestart=perhaps\nNice=99\n",
		"lib/fatal.service":      "[Service]\nExecStart=relative/path\n",
		"lib/big.service":        simple + strings.Repeat("# filler\n", 2<<20),
		"lib/dropped.service":    simple,
		"lib/dir.service/x":      "",
		"lib/unreadable.service": simple,
		"lib/wants.target":       "[Unit]\nWants=../up.service a/b.service @.service no-type x@y@z.service\nRequires=" + strings.Repeat("n", 300) + ".service\n",
	}, map[string]string{
		"lib/loop.service":             "loop2.service",
		"lib/loop2.service":            "loop.service",
		"lib/self.service":             "self.service",
		"lib/dangling.service":         "/nowhere/else.service",
		"lib/dropped.service.d/l.conf": "l.conf",
		"lib/tty.service":              "/dev/zero",
	})
	if err := syscall.Mkfifo(dir+"/lib/fifo.service", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(dir+"/lib/dropped.service.d/f.conf", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/lib/dropped.service.d/d.conf", 0o755); err != nil {
		t.Fatal(err)
	}
	g = NewGraph(g.opts) // the directories were read before
	for _, c := range []struct {
		name  string
		state LoadState
		says  string // in the error or the problems
	}{
		{"long.service", LoadError, "1 MiB"},
		{"nul.service", Loaded, ""},
		{"latin1.service", LoadError, "UTF-8"},
		{"header.service", LoadError, "header"},
		{"garbage.service", Loaded, "garbage.service:2"},
		{"fatal.service", BadSetting, "fatal.service:2"},
		{"big.service", LoadError, "16 MiB"},
		{"dir.service", LoadError, "directory"},
		{"fifo.service", LoadError, "FIFO"},
		{"loop.service", LoadError, "symbolic links"},
		{"self.service", LoadError, "symbolic links"},
		{"dangling.service", NotFound, "cannot find"},
		{"dropped.service", Loaded, "FIFO"},
		{"wants.target", Loaded, "wants.target:2"},
		{"../etc/passwd", LoadError, "not a unit name"},
		{"a/b.service", LoadError, "not a unit name"},
		{"", LoadError, "not a unit name"},
		{"template@.service", LoadError, "instance is missing"},
		{strings.Repeat("n", 300) + ".service", LoadError, "not a unit name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := g.Load(c.name)
			said := fmt.Sprint(u.Err, u.Problems)
			if u.State != c.state || !strings.Contains(said, c.says) {
				t.Errorf("state %s, want %s with %q: %.300s", u.State, c.state, c.says, said)
			}
		})
	}
	garbage := g.Get("garbage.service")
	if len(garbage.Problems) != 4 || garbage.Service.Restart != RestartNo {
		t.Errorf("problems %v", garbage.Problems)
	}
}

func TestUnreadableFilesAreToldApart(t *testing.T) {
	if os.Getuid() == 0 {
		// Root reads everything; a link into a directory that is no directory fails the same way.
		g, _ := newTestGraph(t, map[string]string{"lib/file": "x"}, map[string]string{"lib/a.service": "/lib/file/a.service"})
		if u := g.Load("a.service"); u.State != LoadError && u.State != NotFound {
			t.Errorf("state %s", u.State)
		}
		return
	}
	g, dir := newTestGraph(t, map[string]string{"lib/a.service": simple}, nil)
	if err := os.Chmod(dir+"/lib/a.service", 0); err != nil {
		t.Fatal(err)
	}
	if u := g.Load("a.service"); u.State != LoadError {
		t.Errorf("state %s", u.State)
	}
}

func TestUnreadableSearchPathIsAProblem(t *testing.T) {
	dir := writeTree(t, map[string]string{"etc": "not a directory", "lib/a.service": simple}, map[string]string{"run": "run"})
	g := NewGraph(Options{Root: dir, Path: []string{"/etc", "/run", "/lib", "/missing"}})
	if u := g.Load("a.service"); u.State != Loaded {
		t.Errorf("state %s: %v", u.State, u.Err)
	}
	if len(g.Problems()) != 2 {
		t.Errorf("problems %v", g.Problems())
	}
}

func TestBuiltinUnitsLoad(t *testing.T) {
	g, _ := newTestGraph(t, map[string]string{"lib/a.service": "[Service]\nExecStart=/bin/true\n", "lib/network.target": "[Unit]\nDescription=mine\n"},
		map[string]string{"etc/multi-user.target.wants/a.service": "/lib/a.service"})
	u := g.Load("default.target")
	if u.Name != "multi-user.target" || u.State != Loaded || !u.Deps[Wants].Has("a.service") || !u.Deps[After].Has("a.service") {
		t.Errorf("%s %s %v", u.Name, u.State, u.Deps)
	}
	if n := g.Load("network.target"); n.Description != "mine" {
		t.Errorf("a package's own unit must shadow ours: %q", n.Description)
	}
	for _, name := range []string{"-.slice", "system.slice", "init.scope", "-.mount"} {
		if u := g.Load(name); !u.Perpetual || u.State != Loaded {
			t.Errorf("%s is %s and not perpetual", name, u.State)
		}
	}
	entries, err := builtin.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if u := g.Load(e.Name()); u.State != Loaded || len(u.Problems) > 0 {
			t.Errorf("%s: %s, %v, %v", e.Name(), u.State, u.Err, u.Problems)
		}
	}
	for name := range strings.FieldsSeq("runlevel0.target runlevel1.target runlevel2.target runlevel3.target runlevel4.target runlevel5.target runlevel6.target ctrl-alt-del.target") {
		if u := g.Load(name); u.State != Loaded || u.Name == name {
			t.Errorf("%s: %s %s", name, u.Name, u.State)
		}
	}
}

func TestUnitsThatMeanNothingInAContainerStandIn(t *testing.T) {
	files := map[string]string{
		"lib/getty@.service":                    "[Unit]\nRequires=gone.service\nConditionPathExists=/nowhere\n[Service]\nExecStart=/sbin/agetty\nRestart=always\n",
		"etc/systemd-udevd.service":             simple,
		"lib/systemd-journald.socket":           "[Socket]\nListenStream=/run/x\n",
		"lib/fstrim.timer":                      "[Timer]\nOnCalendar=weekly\n",
		"lib/tmp.mount":                         "[Mount]\nWhat=tmpfs\nWhere=/tmp\n",
		"lib/systemd-ask-password-wall.path":    "[Path]\nDirectoryNotEmpty=/run\n",
		"lib/proc-sys-fs-binfmt_misc.automount": "[Automount]\nWhere=/proc/sys/fs/binfmt_misc\n",
	}
	g, _ := newTestGraph(t, files, nil)
	for name := range strings.FieldsSeq("getty@tty1.service systemd-journald.socket fstrim.timer tmp.mount systemd-ask-password-wall.path proc-sys-fs-binfmt_misc.automount systemd-networkd-wait-online.service") {
		u := g.Load(name)
		if u.State != Loaded || u.Provided == "" || len(u.Conditions) > 0 || u.Deps[Triggers].Len() > 0 || u.Deps[Requires].Has("gone.service") {
			t.Errorf("%s: %s %q %v", name, u.State, u.Provided, u.Err)
		}
		if u.Service != nil && (len(u.Service.ExecStart) > 0 || u.Service.Type != TypeOneshot || !u.Service.RemainAfterExit) {
			t.Errorf("%s would run", name)
		}
	}
	if u := g.Load("systemd-udevd.service"); u.Provided != "" || len(u.Service.ExecStart) != 1 {
		t.Errorf("the administrator's own unit file counts: %+v", u.Provided)
	}
	if u := g.Load("systemd-backlight@x.service"); u.State != NotFound {
		t.Errorf("a pattern does not make units: %s", u.State)
	}
}

func TestTransientUnits(t *testing.T) {
	g, _ := newTestGraph(t, map[string]string{"lib/a.service": simple, "etc/a.service.d/x.conf": "[Service]\nNice=5\n"}, nil)
	if err := g.Add("a.service", "/run/systemd/transient/a.service", "[Unit]\nDescription=transient\n[Service]\nExecStart=/bin/false\n"); err != nil {
		t.Fatal(err)
	}
	u := g.Load("a.service")
	if u.Description != "transient" || u.Service.ExecStart[0].Path != "/bin/false" || u.Exec.Nice == nil || *u.Exec.Nice != 5 {
		t.Errorf("%+v", u)
	}
	if err := g.Add("a.service", "", simple); err == nil {
		t.Error("a loaded unit cannot be replaced")
	}
	if err := g.Add("a@.service", "", simple); err == nil {
		t.Error("a template cannot be transient")
	}
}

func TestUnloadReadsAgainAndKeepsWhatOthersSay(t *testing.T) {
	g, dir := newTestGraph(t, map[string]string{
		"lib/a.service": "[Unit]\nRequires=b.service\nAfter=b.service\n" + simple,
		"lib/b.service": "[Unit]\nDescription=old\nWants=c.service\nBefore=a.service\n" + simple,
		"lib/c.service": simple,
	}, map[string]string{"lib/alias.service": "b.service"})
	b := g.Load("a.service").Deps[Requires]
	if !b.Has("b.service") || !g.Get("c.service").Deps[WantedBy].Has("b.service") {
		t.Fatal("not linked")
	}
	g.Unload("alias.service")
	if g.Get("b.service") != nil || g.Get("alias.service") != nil {
		t.Error("still there")
	}
	if d := g.Get("c.service").Deps; d[WantedBy].Len() != 0 || d[ReferencedBy].Has("b.service") {
		t.Errorf("c still names b: %v", d)
	}
	if d := g.Get("a.service").Deps; !d[Requires].Has("b.service") || !d[After].Has("b.service") {
		t.Error("a forgot what it says itself")
	}
	if err := os.WriteFile(dir+"/lib/b.service", []byte("[Unit]\nDescription=new\n"+simple), 0o644); err != nil {
		t.Fatal(err)
	}
	u := g.Load("b.service")
	if u.Description != "new" || !u.Deps[RequiredBy].Has("a.service") || !u.Deps[Before].Has("a.service") || u.Deps[Wants].Has("c.service") {
		t.Errorf("%v %v", u.Description, u.Deps)
	}
	g.Unload("never.service")
}

func TestLegacySpellings(t *testing.T) {
	g, _ := newTestGraph(t, map[string]string{"lib/a.service": "[Unit]\nRequiresOverridable=b.service\nOnFailureIsolate=yes\nIgnoreOnSnapshot=yes\nBindTo=c.service\nJobTimeoutSec=5\n" +
		"[Service]\nExecStart=/bin/true\nStartLimitInterval=3\nStartLimitBurst=7\nSysVStartPriority=3\nTimeoutSec=9\nReadOnlyDirectories=/x\nX-Mine=1\n"}, nil)
	u := g.Load("a.service")
	if u.StartLimitIntervalSec != 3*Second || u.StartLimitBurst != 7 || u.Service.TimeoutStopSec != 9*Second || u.OnFailureJobMode != ModeIsolate ||
		u.JobRunningTimeoutSec != 5*Second || !u.Deps[Requires].Has("b.service") || !u.Deps[BindsTo].Has("c.service") || !slices.Equal(u.Exec.ReadOnlyPaths, []string{"/x"}) {
		t.Errorf("%+v", u.UnitSettings)
	}
	if len(u.Problems) != 3 {
		t.Errorf("obsolete settings must be told: %v", u.Problems)
	}
}

func TestSearchPaths(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	usual := SystemPath(env(nil))
	if usual[0] != "/etc/systemd/system.control" || usual[len(usual)-1] != "/run/systemd/generator.late" {
		t.Error(usual)
	}
	if p := SystemPath(env(map[string]string{"SYSTEMD_UNIT_PATH": "/a:/b"})); !slices.Equal(p, []string{"/a", "/b"}) {
		t.Error(p)
	}
	if p := SystemPath(env(map[string]string{"SYSTEMD_UNIT_PATH": "/a:"})); !slices.Equal(p, append([]string{"/a"}, usual...)) {
		t.Error(p)
	}
	p := UserPath(env(map[string]string{"HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/1"}))
	for _, want := range []string{"/home/u/.config/systemd/user", "/run/user/1/systemd/transient", "/usr/lib/systemd/user", "/home/u/.local/share/systemd/user"} {
		if !slices.Contains(p, want) {
			t.Errorf("%s is not in %v", want, p)
		}
	}
}

func TestMergedUsrIsSearchedOnce(t *testing.T) {
	dir := writeTree(t, map[string]string{"usr/lib/systemd/system/a.service": simple}, map[string]string{"lib": "usr/lib"})
	g := NewGraph(Options{Root: dir, Path: SystemPath(func(string) string { return "" })})
	if u := g.Load("a.service"); u.Fragment != "/usr/lib/systemd/system/a.service" {
		t.Errorf("fragment %s, %s", u.Fragment, u.State)
	}
}

func TestALinkedWantsDirectoryCounts(t *testing.T) {
	g, _ := newTestGraph(t, map[string]string{"lib/a.service": simple, "lib/other.target": "[Unit]\n"}, map[string]string{
		"etc/multi-user.target.wants":           "/etc/other.target.wants",
		"etc/other.target.wants/a.service":      "/lib/a.service",
		"etc/other.target.wants/getty@.service": "/dev/null",
	})
	if u := g.Load("multi-user.target"); !u.Deps[Wants].Has("a.service") {
		t.Errorf("%v", u.Deps[Wants])
	}
}

func TestUserManagersHaveNoSystemDependencies(t *testing.T) {
	dir := writeTree(t, map[string]string{"lib/a.service": simple, "lib/a.timer": "[Timer]\nOnCalendar=daily\n"}, nil)
	g := NewGraph(Options{Root: dir, Path: []string{"/lib"}, User: true})
	u := g.Load("a.service")
	if u.Deps[Requires].Has("sysinit.target") || !u.Deps[Requires].Has("basic.target") || u.Resources.Slice != "app.slice" {
		t.Errorf("%v", u.Deps)
	}
	if g.Load("a.timer").Deps[After].Has("time-sync.target") {
		t.Error("a user's timer does not wait for the clock")
	}
}

func writeMany(t testing.TB, n int) *Options {
	files := map[string]string{}
	links := map[string]string{}
	for i := range n {
		name := fmt.Sprintf("svc%03d.service", i)
		files["lib/"+name] = "[Unit]\nDescription=Service " + name + "\nAfter=network.target\n\n[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n"
		links["etc/multi-user.target.wants/"+name] = "/lib/" + name
	}
	dir := writeTree(t, files, links)
	return &Options{Path: []string{dir + "/etc", dir + "/run", dir + "/lib"}}
}

// BenchmarkBoot200 is what a boot of 200 services spends on unit files.
func BenchmarkBoot200(b *testing.B) {
	opts := writeMany(b, 200)
	for b.Loop() {
		g := NewGraph(*opts)
		if u := g.Load("default.target"); u.Deps[Wants].Len() < 200 {
			b.Fatal(u.Deps)
		}
	}
}

func TestLoadingIsQuick(t *testing.T) {
	opts := writeMany(t, 200)
	start := time.Now()
	g := NewGraph(*opts)
	g.Load("default.target")
	// Far above what it takes, so that only a wrong complexity fails on a busy machine.
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("200 units took %v", d)
	}
}

// FuzzLoad: no text of a unit file may panic or hang the loader.
func FuzzLoad(f *testing.F) {
	f.Add(simple)
	f.Add("[Unit]\nAfter=%i %n a@.service\nConditionPathExists=|!/x\n[Service]\nExecStart=-@/x y $Z\nCapabilityBoundingSet=~CAP_CHOWN\nSystemCallFilter=@system-service:EPERM\nRuntimeDirectory=a:b:ro\nLimitNOFILE=1:2\nOpenFile=/a:b:append\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"a@b.service", "a.socket", "a.timer", "a.path", "a.mount", "a.scope", "a.swap"} {
			g := NewGraph(Options{})
			if err := g.Add(name, "", text); err != nil {
				t.Fatal(err)
			}
			if u := g.Load(name); u.State == Stub {
				t.Errorf("%s is a stub", name)
			}
		}
	})
}

// TestALinkedUnit is known by its link, and %y tells where its file really is (systemd.unit(5), "Specifiers").
func TestALinkedUnit(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/system", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/a.service", []byte("[Unit]\nDescription=in %y\n[Service]\nExecStart=/bin/true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../a.service", dir+"/system/a.service"); err != nil {
		t.Fatal(err)
	}
	u := NewGraph(Options{Path: []string{dir + "/system"}}).Load("a.service")
	if u.Fragment != dir+"/system/a.service" || u.Description != "in "+dir+"/a.service" {
		t.Errorf("the file is %s, the description %q", u.Fragment, u.Description)
	}
}
