package faulty

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Scratch is an empty directory in memory where that is possible: thousands of runs sync it.
func Scratch(t testing.TB) string {
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

// Must ends a test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Snapshot describes a tree in every attribute that is to be kept, by other means than the package's own.
// What tells of the way there, in the state
// directory, is left out: times, backups, logs.
func Snapshot(t testing.TB, root string) string {
	t.Helper()
	var list []string
	inodes := map[uint64]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if leftOut(rel) {
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
		inState := inState(rel)
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
	Must(t, err)
	sort.Strings(list)
	return strings.Join(list, "\n") + "\n"
}

// inState tells what belongs to the state directory.
func inState(rel string) bool { return rel == ".pintle" || strings.HasPrefix(rel, ".pintle/") }

// leftOut tells files of the state directory that tell of the way there, or are not complete and count for nothing.
func leftOut(rel string) bool {
	name, ok := strings.CutPrefix(rel, ".pintle/")
	return ok && (strings.HasPrefix(name, "clean") || name == "lock" || name == "backup" || name == "log" ||
		strings.HasPrefix(name, "upgrade") || strings.HasSuffix(name, ".new"))
}

func xattrsOf(path string) string {
	all := attributes(path)
	text := ""
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text += fmt.Sprintf(" %s=%x", name, all[name])
	}
	return text
}

// Differences shows the lines that two snapshots do not share.
func Differences(want, got string) string {
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

// Builder makes trees below Root.
type Builder struct {
	T    testing.TB
	Root string
}

// Path gives the full path of a name.
func (b Builder) Path(name string) string { return filepath.Join(b.Root, name) }

// Dir makes a directory and what is above it.
func (b Builder) Dir(name string, mode fs.FileMode) {
	b.T.Helper()
	Must(b.T, os.MkdirAll(b.Path(name), 0o755))
	Must(b.T, os.Chmod(b.Path(name), mode))
}

// File makes a file and what is above it.
func (b Builder) File(name, content string, mode fs.FileMode) {
	b.T.Helper()
	Must(b.T, os.MkdirAll(filepath.Dir(b.Path(name)), 0o755))
	Must(b.T, os.WriteFile(b.Path(name), []byte(content), 0o644))
	Must(b.T, os.Chmod(b.Path(name), mode))
}

// Link makes a symlink and what is above it.
func (b Builder) Link(name, target string) {
	b.T.Helper()
	Must(b.T, os.MkdirAll(filepath.Dir(b.Path(name)), 0o755))
	Must(b.T, os.Symlink(target, b.Path(name)))
}

// Times gives every entry a time of its own, in the past.
func (b Builder) Times() {
	b.T.Helper()
	var paths []string
	Must(b.T, filepath.WalkDir(b.Root, func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	}))
	for i := len(paths) - 1; i >= 0; i-- {
		at := unix.NsecToTimespec(time.Date(2021, 3, 4, 5, 6, i, 123456789, time.UTC).UnixNano())
		Must(b.T, unix.UtimesNanoAt(unix.AT_FDCWD, paths[i], []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW))
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

// MakeTemplate makes a tree with one of everything that a package may bring.
func MakeTemplate(t testing.TB, root string) {
	b := Builder{t, root}
	Must(t, os.MkdirAll(root, 0o755))
	b.Dir("etc/empty", 0o2775)
	b.Dir("var/spool/sealed", 0o755)
	b.File("var/spool/sealed/inner", "inner\n", 0o444)
	b.Dir("var/spool/sealed", 0o555)
	b.File("etc/passwd", "root:x:0:0::/root:/bin/sh\n", 0o644)
	b.File("etc/shadow", "root:*:1::::::\n", 0o600)
	b.File("etc/nothing", "", 0o000)
	b.File("etc/app/app.conf", "port = 80\n", 0o640)
	b.File("etc/app/acl.conf", "acl\n", 0o640)
	b.File("usr/bin/ping", "\x7fELF", 0o755)
	b.File("usr/bin/su", "\x7fELF su", 0o4755)
	b.File("var/lib/a\\b", "backslash", 0o644)
	b.File("var/lib/new\nline", "newline", 0o644)
	b.File("var/lib/\xff\xfe", "no UTF-8", 0o644)
	b.File("var/lib/big", strings.Repeat("0123456789abcdef", 75_000), 0o644)
	b.File("srv/hard/one", "three names\n", 0o644)
	Must(t, os.Link(b.Path("srv/hard/one"), b.Path("etc/two")))
	Must(t, os.Link(b.Path("srv/hard/one"), b.Path("srv/hard/three")))
	b.Link("etc/link", "app/app.conf")
	b.Link("etc/mtab", "/proc/mounts")
	b.Link("etc/dangling", "nowhere")
	Must(t, unix.Mkfifo(b.Path("var/fifo"), 0o620))
	sparse, err := os.Create(b.Path("var/lib/sparse"))
	Must(t, err)
	_, err = sparse.WriteAt([]byte("middle"), 2<<20)
	Must(t, err)
	Must(t, sparse.Truncate(3<<20+17))
	Must(t, sparse.Close())
	Must(t, unix.Lsetxattr(b.Path("etc/passwd"), "user.note", []byte("kept\x00too"), 0))
	if os.Geteuid() == 0 {
		Must(t, os.Chown(b.Path("etc/shadow"), 0, 42))
		Must(t, os.Chown(b.Path("etc/app"), 101, 102))
		Must(t, os.Chown(b.Path("etc/app/app.conf"), 101, 102))
		Must(t, os.Lchown(b.Path("etc/link"), 101, 102))
		Must(t, os.Chown(b.Path("var/fifo"), 7, 7))
		Must(t, unix.Lsetxattr(b.Path("usr/bin/ping"), "security.capability", capabilityOf(), 0))
	}
	Must(t, unix.Lsetxattr(b.Path("etc/app/acl.conf"), "system.posix_acl_access", aclOf(), 0))
	Must(t, unix.Lsetxattr(b.Path("etc/app"), "system.posix_acl_default", aclOf(), 0))
	Must(t, unix.Lsetxattr(b.Path("etc/app"), "user.dir", []byte("directory"), 0))
	b.Times()
}
