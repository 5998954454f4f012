package upgrade_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

// nobody is whom an NFS server squashes root to.
const nobody = 65534

// users are two images and a volume, for a program that somebody runs who may not do everything.
type users struct {
	faulty.Builder
	job string
}

// buildJob builds that program.
func buildJob(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("needs root: it runs programs as other users")
	}
	dir := faulty.Scratch(t)
	faulty.Must(t, os.Chmod(dir, 0o755))
	job := filepath.Join(dir, "job")
	build := exec.Command("go", "build", "-o", job, "./testdata/job")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // all threads of the program change their user
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return job
}

// newUsers makes the images: files of several users, a directory that is sealed, and changes of all kinds.
func newUsers(t *testing.T, job string) users {
	t.Helper()
	u := users{Builder: faulty.Builder{T: t, Root: faulty.Scratch(t)}, job: job}
	faulty.Must(t, os.Chmod(u.Root, 0o755))
	for _, image := range []string{"one", "two"} {
		u.File(image+"/etc/app.conf", image, 0o644)
		u.File(image+"/etc/sealed/inner", image, 0o644)
		u.File(image+"/etc/steady", "steady", 0o644)
		u.File(image+"/var/db/x", "db of "+image, 0o644)
		for _, name := range []string{"/var/db", "/var/db/x"} {
			faulty.Must(t, os.Chown(u.Path(image+name), 101, 102))
		}
	}
	u.File("one/etc/sealed/dropped", "one", 0o644)
	u.File("two/etc/sealed/new", "two", 0o644)
	u.File("two/etc/later/deep/new", "two", 0o644)
	for _, image := range []string{"one", "two"} {
		u.Dir(image+"/etc/sealed", 0o555)
	}
	u.manifests()
	faulty.Must(t, os.Mkdir(u.Path("volume"), 0o755))
	return u
}

func (u users) manifests() {
	u.T.Helper()
	for image, id := range map[string]string{"one": "one 2026-01-01T00:00:00Z", "two": "two 2026-02-01T00:00:00Z"} {
		faulty.Must(u.T, firstrun.WriteTemplateManifest(&firstrun.Sys{}, u.Path(image), id))
	}
}

// run has somebody make the volume ready for an image, and compares how that ends, and what is said.
func (u users) run(attr *syscall.SysProcAttr, squash bool, image string, status int, said ...string) {
	u.T.Helper()
	args := []string{u.Path(image), u.Path("volume")}
	if squash {
		args = append([]string{"-squash"}, args...)
	}
	c := exec.Command(u.job, args...)
	c.Dir, c.SysProcAttr = "/", attr
	out, _ := c.CombinedOutput()
	if got := c.ProcessState.ExitCode(); got != status {
		u.T.Errorf("image %s: it ended with %d, not %d:\n%s", image, got, status, out)
	}
	for _, want := range said {
		if !strings.Contains(string(out), want) {
			u.T.Errorf("image %s: it did not say %q:\n%s", image, want, out)
		}
	}
	if lines := strings.Count(string(out), "\n"); lines > len(said) {
		u.T.Errorf("image %s: it said more than %d lines:\n%s", image, len(said), out)
	}
}

// has compares files of the volume; "" is none.
func (u users) has(files map[string]string) {
	u.T.Helper()
	for name, want := range files {
		text, err := os.ReadFile(u.Path("volume/" + name))
		if string(text) != want || (err == nil) != (want != "") {
			u.T.Errorf("%s is %q, not %q (%v)", name, text, want, err)
		}
	}
}

func (u users) give(name string, uid int) {
	u.T.Helper()
	faulty.Must(u.T, filepath.WalkDir(u.Path(name), func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, uid, uid)
		}
		return err
	}))
}

// Where root is squashed it is root to itself, and nobody to the volume. It does what nobody may, says what that is
// not, and leaves alone what it may not touch.
func TestRootIsSquashed(t *testing.T) {
	job := buildJob(t)
	const may = "(root may not, as where NFS squashes root: export the volume with no_root_squash, or run the container as the user that it belongs to)"
	t.Run("the volume is root's", func(t *testing.T) {
		u := newUsers(t, job)
		u.run(nil, true, "one", 70, "volume/.pintle: permission denied "+may)
		if names, err := os.ReadDir(u.Path("volume")); err != nil || len(names) > 0 {
			t.Errorf("the volume holds %v, %v", names, err)
		}
	})
	t.Run("the volume is nobody's", func(t *testing.T) {
		u := newUsers(t, job)
		u.give("volume", nobody)
		squashed := "root is squashed: what it makes belongs to user 65534"
		owners := "cannot keep owners (CAP_CHOWN is missing, or the volume is on NFS that squashes root: export it with no_root_squash"
		u.run(nil, true, "one", 0, "populated ", squashed, owners)
		u.has(map[string]string{"etc/app.conf": "one", "etc/sealed/inner": "one", "var/db/x": "db of one"})
		u.run(nil, true, "one", 0)
		u.run(nil, true, "two", 0, "upgrading ", squashed, owners)
		u.has(map[string]string{"etc/app.conf": "two", "etc/sealed/inner": "two", "etc/sealed/dropped": "", "etc/sealed/new": "two", "etc/later/deep/new": "two"})
		u.mode("etc/sealed", 0o555)
	})
	for name, uid := range map[string]int{"root has filled it": 0, "root has filled it, and given the state away": nobody} {
		t.Run(name, func(t *testing.T) {
			u := newUsers(t, job)
			u.run(nil, false, "one", 0, "populated ")
			u.give("volume/.pintle", uid)
			before := faulty.Snapshot(t, u.Path("volume"))
			if uid == 0 {
				u.run(nil, true, "two", 70, "cannot open "+u.Path("volume")+"/.pintle: permission denied "+may)
			} else {
				u.run(nil, true, "two", 70, "upgrading ", "root is squashed", "cannot keep owners", "cannot keep times", "which is as it was before: cannot put in place "+u.Path("volume/etc/app.conf")+": permission denied "+may)
			}
			if got := faulty.Snapshot(t, u.Path("volume")); got != before {
				t.Errorf("the volume is another one:\n%s", faulty.Differences(before, got))
			}
		})
	}
}

func (u users) mode(name string, want os.FileMode) {
	u.T.Helper()
	info, err := os.Stat(u.Path("volume/" + name))
	faulty.Must(u.T, err)
	if info.Mode().Perm() != want {
		u.T.Errorf("%s has mode %o, not %o", name, info.Mode().Perm(), want)
	}
}

// Any user may own the volume: one with a number that the image does not know, or root of a user namespace in which
// there is nobody else. What it may not read stays out, and directories that it has sealed are no obstacle.
func TestAnyUser(t *testing.T) {
	job := buildJob(t)
	const uid = 12345
	as := func(container int) *syscall.SysProcAttr {
		return &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, Credential: &syscall.Credential{Uid: uint32(container), Gid: uint32(container), NoSetGroups: true},
			UidMappings: []syscall.SysProcIDMap{{ContainerID: container, HostID: uid, Size: 1}}, GidMappings: []syscall.SysProcIDMap{{ContainerID: container, HostID: uid, Size: 1}}}
	}
	for name, c := range map[string]struct {
		attr   *syscall.SysProcAttr
		owners string
	}{
		"a number of its own":      {&syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}, "cannot keep owners (not running as root"},
		"root of a user namespace": {as(0), "cannot keep owners (CAP_CHOWN is missing"},
		"a user of a namespace":    {as(7), "cannot keep owners (not running as root"},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUsers(t, job)
			for _, image := range []string{"one", "two"} {
				u.File(image+"/etc/secret/key", "secret", 0o600)
				u.Dir(image+"/etc/secret", 0o700)
				u.File(image+"/etc/shadow", "secret", 0o600)
				faulty.Must(t, unix.Mknod(u.Path(image+"/etc/null"), unix.S_IFCHR|0o666, 1<<8|3))
			}
			u.manifests()
			u.give("volume", uid)
			left, devices := "left out what this user may not read in the image: 2 entries, such as /etc/secret", "left out devices, which this user may not make (CAP_MKNOD): /etc/null"
			u.run(c.attr, false, "one", 0, "populated ", left, devices, c.owners)
			u.has(map[string]string{"etc/app.conf": "one", "etc/sealed/inner": "one", "etc/secret/key": "", "etc/shadow": ""})
			u.run(c.attr, false, "one", 0)
			u.run(c.attr, false, "two", 0, "upgrading ", left, devices, c.owners)
			u.has(map[string]string{"etc/app.conf": "two", "etc/sealed/inner": "two", "etc/sealed/dropped": "", "etc/sealed/new": "two", "etc/later/deep/new": "two", "etc/shadow": ""})
			u.mode("etc/sealed", 0o555)

			// Steps need a copy to go back to, and somebody has put files there that cannot be copied.
			u.File("volume/theirs", "private", 0o600)
			u.File("one.steps/1-2", "#!/bin/sh\necho stepped > $PINTLE_VOLUME/stepped\n", 0o755)
			u.File("one.version", "2", 0o644)
			faulty.Must(t, os.WriteFile(u.Path("volume/.pintle/version"), []byte("1\n"), 0o644))
			faulty.Must(t, firstrun.WriteTemplateManifest(&firstrun.Sys{}, u.Path("one"), "three 2026-03-01T00:00:00Z"))
			u.run(c.attr, false, "one", 70, "upgrading ", "which is as it was before: cannot make a backup of "+u.Path("volume")+": cannot copy /theirs: permission denied")
			u.has(map[string]string{"stepped": "", "etc/app.conf": "two", "theirs": "private"})
			faulty.Must(t, os.Remove(u.Path("volume/theirs")))
			u.run(c.attr, false, "one", 0, "upgrading ", "volume version 1 becomes 2", left, devices, c.owners)
			u.has(map[string]string{"stepped": "stepped\n", "etc/app.conf": "one"})
		})
	}
}
