package pid1

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func putFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		if err == nil && path != dir {
			rel, _ := filepath.Rel(dir, path)
			all = append(all, rel)
		}
		return nil
	})
	slices.Sort(all)
	return all
}

// The rules of the boot script that this replaces: contents go, directories and what engines put there stay,
// and nothing outside is touched.
func TestPurge(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	putFile(t, outside+"/precious", "x")
	putFile(t, dir+"/rsyslogd.pid", "1")
	putFile(t, dir+"/.containerenv", "engine")
	putFile(t, dir+"/lock/subsys/crond", "")
	putFile(t, dir+"/lock/.hidden", "")
	putFile(t, dir+"/arc/deep/er/file", "")
	os.Symlink(outside, dir+"/link")
	os.Symlink(outside, dir+"/arc/link")
	os.Symlink(outside+"/precious", dir+"/arc/file-link")
	os.Symlink("nowhere", dir+"/dangling")
	p := purger{report: func(format string, args ...any) { t.Errorf(format, args...) }}
	p.purge(dir)
	if got, want := tree(t, dir), []string{".containerenv", "arc", "lock"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := tree(t, outside); !slices.Equal(got, []string{"precious"}) {
		t.Errorf("outside: %v", got)
	}
	p.purge(filepath.Join(dir, "missing"))
	os.Symlink(outside, dir+"/run")
	p.purge(dir + "/run") // a link is not followed, even when it is the directory itself
	if got := tree(t, outside); !slices.Equal(got, []string{"precious"}) {
		t.Errorf("outside: %v", got)
	}
}

func TestPurgeIsBounded(t *testing.T) {
	dir := t.TempDir()
	deep := dir + "/a" + strings.Repeat("/d", purgeDepth+10)
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	said := 0
	p := purger{report: func(string, ...any) { said++ }}
	p.purge(dir)
	if said != 1 {
		t.Errorf("%d lines, want 1", said)
	}
}

func TestSharedWithHost(t *testing.T) {
	const info = `22 1 0:21 / / rw - overlay overlay rw
30 22 8:1 /tmp /tmp rw - ext4 /dev/sda1 rw
31 22 8:1 /var/lib/docker/volumes/x/_data /run rw - ext4 /dev/sda1 rw
`
	if !sharedWithHost("/tmp", []byte(info)) || sharedWithHost("/run", []byte(info)) || sharedWithHost("/tmp", nil) {
		t.Error("cannot tell the host's directory from a volume")
	}
}

// A process 1 over the host's root must not take the host's /tmp for a container's, whatever its environment
// says.
func TestMadeByEngine(t *testing.T) {
	const (
		own       = "22 1 0:21 / / rw - overlay overlay rw\n23 22 0:22 / /proc rw - proc proc rw\n"
		hosts     = "31 22 8:1 /var/lib/docker/containers/x/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n"
		inherited = own + "40 23 0:40 / /proc rw - proc proc rw\n41 22 0:41 / /run rw - tmpfs tmpfs rw\n"
	)
	for _, row := range []struct {
		container, mountinfo string
		want                 bool
	}{
		{"docker", own, true},
		{"", own + hosts, true},
		{"", own, false},
		{"docker", inherited, false},
		{"docker", inherited + hosts, false},
		{"docker", "", false},
	} {
		if got := madeByEngine(row.container, []byte(row.mountinfo)); got != row.want {
			t.Errorf("container=%q, %q: got %v", row.container, row.mountinfo, got)
		}
	}
}
