package firstrun_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// scratch is an empty directory in memory where that is possible: thousands of runs sync it.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "pintle-data-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(path, 0o700)
			}
			return nil
		})
		_ = os.RemoveAll(dir)
	})
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot describes a tree in every attribute that is to be kept, by other means than the package's own.
// What times and serial numbers of the state directory say is left out.
func snapshot(t testing.TB, root string) string {
	t.Helper()
	var list []string
	inodes := map[uint64]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if strings.HasPrefix(rel, ".pintle/clean") || rel == ".pintle/lock" || rel == ".pintle/backup" {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		line := fmt.Sprintf("%q %o %d:%d %x", rel, st.Mode, st.Uid, st.Gid, st.Rdev)
		inState := rel == ".pintle" || strings.HasPrefix(rel, ".pintle/")
		if !inState {
			line += fmt.Sprintf(" %d.%09d", st.Mtim.Sec, st.Mtim.Nsec)
		}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFLNK:
			target, _ := os.Readlink(path)
			line += fmt.Sprintf(" -> %q", target)
		case unix.S_IFREG:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d %x", len(data), sha256.Sum256(data))
			if st.Size > 1<<20 {
				line += fmt.Sprintf(" sparse=%v", st.Blocks*512 < st.Size)
			}
			if first, ok := inodes[st.Ino]; ok && st.Nlink > 1 {
				line += fmt.Sprintf(" = %q", first)
			} else {
				inodes[st.Ino] = rel
			}
			if !inState {
				line += fmt.Sprintf(" links=%d", st.Nlink)
			}
		}
		list = append(list, line+xattrsOf(path))
		return nil
	})
	must(t, err)
	sort.Strings(list)
	return strings.Join(list, "\n") + "\n"
}

func xattrsOf(path string) string {
	buf := make([]byte, 4096)
	n, err := unix.Llistxattr(path, buf)
	if err != nil || n == 0 {
		return ""
	}
	names := strings.Split(strings.TrimSuffix(string(buf[:n]), "\x00"), "\x00")
	sort.Strings(names)
	text := ""
	for _, name := range names {
		value := make([]byte, 4096)
		n, err := unix.Lgetxattr(path, name, value)
		if err != nil {
			n = 0
		}
		text += fmt.Sprintf(" %s=%x", name, value[:n])
	}
	return text
}

// differences shows the lines that two snapshots do not share.
func differences(want, got string) string {
	have := map[string]bool{}
	for line := range strings.SplitSeq(got, "\n") {
		have[line] = true
	}
	var b strings.Builder
	for line := range strings.SplitSeq(want, "\n") {
		if !have[line] {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		delete(have, line)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if have[line] {
			fmt.Fprintf(&b, "+ %s\n", line)
		}
	}
	return b.String()
}

// builder makes trees.
type builder struct {
	t    testing.TB
	root string
}

func (b builder) path(name string) string { return filepath.Join(b.root, name) }

func (b builder) dir(name string, mode fs.FileMode) {
	b.t.Helper()
	must(b.t, os.MkdirAll(b.path(name), 0o755))
	must(b.t, os.Chmod(b.path(name), mode))
}

func (b builder) file(name, content string, mode fs.FileMode) {
	b.t.Helper()
	must(b.t, os.MkdirAll(filepath.Dir(b.path(name)), 0o755))
	must(b.t, os.WriteFile(b.path(name), []byte(content), 0o644))
	must(b.t, os.Chmod(b.path(name), mode))
}

func (b builder) link(name, target string) {
	b.t.Helper()
	must(b.t, os.MkdirAll(filepath.Dir(b.path(name)), 0o755))
	must(b.t, os.Symlink(target, b.path(name)))
}

// times gives every entry a time of its own, in the past.
func (b builder) times() {
	b.t.Helper()
	var paths []string
	must(b.t, filepath.WalkDir(b.root, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	}))
	for i := len(paths) - 1; i >= 0; i-- {
		at := unix.NsecToTimespec(time.Date(2021, 3, 4, 5, 6, i, 123456789, time.UTC).UnixNano())
		must(b.t, unix.UtimesNanoAt(unix.AT_FDCWD, paths[i], []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW))
	}
}

// aclOf is the value of an ACL that lets user 1234 read besides what the mode says.
func aclOf() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, perm uint16
		id        uint32
	}{{1, 6, 0xffffffff}, {2, 4, 1234}, {4, 4, 0xffffffff}, {16, 4, 0xffffffff}, {32, 0, 0xffffffff}} {
		b = binary.LittleEndian.AppendUint16(b, e.tag)
		b = binary.LittleEndian.AppendUint16(b, e.perm)
		b = binary.LittleEndian.AppendUint32(b, e.id)
	}
	return b
}

// capabilityOf is the value of security.capability for cap_net_bind_service+ep.
func capabilityOf() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x02000001)
	for _, word := range []uint32{1 << 10, 0, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, word)
	}
	return b
}

// makeTemplate makes a tree with one of everything that a package may bring.
func makeTemplate(t testing.TB, root string) {
	b := builder{t, root}
	must(t, os.MkdirAll(root, 0o755))
	b.dir("etc/empty", 0o2775)
	b.dir("var/spool/sealed", 0o755)
	b.file("var/spool/sealed/inner", "inner\n", 0o444)
	b.dir("var/spool/sealed", 0o555)
	b.file("etc/passwd", "root:x:0:0::/root:/bin/sh\n", 0o644)
	b.file("etc/shadow", "root:*:1::::::\n", 0o600)
	b.file("etc/nothing", "", 0o000)
	b.file("etc/app/app.conf", "port = 80\n", 0o640)
	b.file("etc/app/acl.conf", "acl\n", 0o640)
	b.file("usr/bin/ping", "\x7fELF", 0o755)
	b.file("usr/bin/su", "\x7fELF su", 0o4755)
	b.file("var/lib/a\\b", "backslash", 0o644)
	b.file("var/lib/new\nline", "newline", 0o644)
	b.file("var/lib/\xff\xfe", "no UTF-8", 0o644)
	b.file("var/lib/big", strings.Repeat("0123456789abcdef", 75_000), 0o644)
	b.file("srv/hard/one", "three names\n", 0o644)
	must(t, os.Link(b.path("srv/hard/one"), b.path("etc/two")))
	must(t, os.Link(b.path("srv/hard/one"), b.path("srv/hard/three")))
	b.link("etc/link", "app/app.conf")
	b.link("etc/mtab", "/proc/mounts")
	b.link("etc/dangling", "nowhere")
	must(t, unix.Mkfifo(b.path("var/fifo"), 0o620))
	sparse, err := os.Create(b.path("var/lib/sparse"))
	must(t, err)
	_, err = sparse.WriteAt([]byte("middle"), 2<<20)
	must(t, err)
	must(t, sparse.Truncate(3<<20+17))
	must(t, sparse.Close())
	must(t, unix.Lsetxattr(b.path("etc/passwd"), "user.note", []byte("kept\x00too"), 0))
	if os.Geteuid() == 0 {
		must(t, os.Chown(b.path("etc/shadow"), 0, 42))
		must(t, os.Chown(b.path("etc/app"), 101, 102))
		must(t, os.Chown(b.path("etc/app/app.conf"), 101, 102))
		must(t, os.Lchown(b.path("etc/link"), 101, 102))
		must(t, os.Chown(b.path("var/fifo"), 7, 7))
		must(t, unix.Lsetxattr(b.path("usr/bin/ping"), "security.capability", capabilityOf(), 0))
	}
	must(t, unix.Lsetxattr(b.path("etc/app/acl.conf"), "system.posix_acl_access", aclOf(), 0))
	must(t, unix.Lsetxattr(b.path("etc/app"), "system.posix_acl_default", aclOf(), 0))
	must(t, unix.Lsetxattr(b.path("etc/app"), "user.dir", []byte("directory"), 0))
	b.times()
}
