package units

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestSystemHost(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	uid, gid := strconv.Itoa(os.Getuid()), strconv.Itoa(os.Getgid())
	write("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
	write("etc/machine-id", "0123456789ABCDEF0123456789abcdef\n")
	write("etc/machine-info", "PRETTY_HOSTNAME='A fine host'\n")
	write("etc/passwd", "me:x:"+uid+":"+gid+"::/home/me:/bin/zsh\n")
	write("etc/group", "us:x:"+gid+":\n")
	t.Setenv("TMPDIR", root)
	host := SystemHost{Root: root}
	want := map[byte]string{
		't': "/run", 'S': "/var/lib", 'C': "/var/cache", 'L': "/var/log", 'E': "/etc", 'D': "/usr/share", 'T': root, 'V': root,
		'o': "debian", 'w': "12", 'W': "", 'A': "", 'B': "", 'M': "", 'm': "0123456789abcdef0123456789abcdef", 'q': "A fine host",
		'U': uid, 'G': gid, 'g': "us", 's': "/bin/zsh", 'u': "me", 'h': "/home/me", 'a': Architecture(),
	}
	if uid == "0" {
		want['u'], want['h'] = "root", "/root"
	}
	for c, v := range want {
		if got, err := host.Fact(c); got != v || err != nil {
			t.Errorf("%%%c is %q, %v; want %q", c, got, err, v)
		}
	}
	own, err := SystemHost{}.Fact('b')
	if got, _ := host.Fact('b'); got != own || len(got) != 32 || err != nil {
		t.Errorf("the boot id is %s, that of the kernel %s, %v", got, own, err)
	}
	if _, err := host.Fact('z'); !errors.Is(err, syscall.EBADSLT) {
		t.Errorf("%%z gives %v", err)
	}
	write("etc/machine-id", "uninitialized\n")
	if _, err := host.Fact('m'); !errors.Is(err, syscall.EUCLEAN) {
		t.Errorf("an uninitialized machine id gives %v", err)
	}
}

// TestAHostileRoot has a link out of the root and a FIFO where facts are looked for.
func TestAHostileRoot(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Mkdir(root+"/etc", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, root+"/etc/machine-id"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(root+"/etc/os-release", 0o644); err != nil {
		t.Fatal(err)
	}
	host := SystemHost{Root: root}
	if got, err := host.Fact('m'); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the machine id is %q, %v", got, err)
	}
	if got, err := host.Fact('o'); got != "linux" || err != nil {
		t.Errorf("the distribution is %q, %v", got, err)
	}
}

func TestEmptyHost(t *testing.T) {
	host := SystemHost{Root: t.TempDir()}
	t.Setenv("TMPDIR", "/does/not/exist")
	long, _ := host.Fact('H')
	short, _, _ := strings.Cut(long, ".")
	for c, want := range map[byte]string{'T': "/tmp", 'V': "/var/tmp", 'o': "linux", 's': "/bin/sh", 'l': short, 'q': long} {
		if got, err := host.Fact(c); got != want || err != nil {
			t.Errorf("%%%c is %q, %v; want %q", c, got, err, want)
		}
	}
	for _, c := range []byte("uhgv") {
		if got, err := host.Fact(c); got == "" || err != nil {
			t.Errorf("%%%c is %q, %v", c, got, err)
		}
	}
}
