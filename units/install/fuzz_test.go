package install

import (
	"os"
	"strings"
	"testing"
)

// FuzzInstallSection reads any text as the [Install] section of a template and of its instance, and enables both:
// whatever it says, links are made below /etc/systemd/system only, and disabling removes them all.
func FuzzInstallSection(f *testing.F) {
	for seed := range uint64(6) {
		r := newRandomTree(seed)
		for _, text := range r.files {
			f.Add(text)
		}
	}
	f.Add("[Install]\nWantedBy=../../../x.target\nAlias=/etc/passwd ../../x.service x.wants/../../y@.service\nAlso=../a.service\n")
	f.Add("[Install]\nDefaultInstance=..\nWantedBy=%i.target %I.target %%.target\nAlias=%p%p%p@.service\n")
	f.Fuzz(func(t *testing.T, text string) {
		root := t.TempDir()
		plant(t, root, map[string]string{"/usr/lib/systemd/system/t@.service": text + " ", "/usr/lib/systemd/system/p.service": text + " "}, nil)
		before := contents(t, root)
		files := &Files{Root: root}
		names := []string{"t@.service", "t@i.service", "p.service"}
		for _, name := range names {
			res := files.Enable([]string{name}, Options{Force: true})
			for _, c := range res.Changes {
				if (c.Type == Symlink || c.Type == Unlink) && !strings.HasPrefix(c.Path, root+"/etc/systemd/system/") {
					t.Errorf("changed %s", c.Path)
				}
			}
			_ = res.Lines("enable", false)
			_, _, _ = files.State(name)
		}
		files.Disable(names, Options{})
		if after := contents(t, root); after != before {
			t.Errorf("left after disabling:\n%s\nbefore:\n%s", after, before)
		}
	})
}

// FuzzPresets reads any text as a preset file.
func FuzzPresets(f *testing.F) {
	f.Add("enable t@.service a b\ndisable *\n", "t@.service")
	f.Add("enable t@.service ../x\nenable\ndisable\nignore [a-\n", "t@../x.service")
	f.Fuzz(func(t *testing.T, text, name string) {
		var rules []presetRule
		for line := range strings.Lines(text) {
			if rule, ok := parsePreset(strings.TrimSpace(line)); ok {
				rules = append(rules, rule)
			}
		}
		action, instances := decide(rules, name, true)
		switch action {
		case presetEnable, presetDisable, presetIgnore:
		default:
			t.Errorf("action %q", action)
		}
		for _, instance := range instances {
			if strings.Contains(instance, "/") {
				t.Errorf("instance %q", instance)
			}
		}
	})
}

func TestMain(m *testing.M) {
	_ = os.Setenv("SYSTEMD_UNIT_PATH", "")
	os.Exit(m.Run())
}
