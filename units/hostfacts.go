package units

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// SystemHost is the HostFacts of the machine, or of a root directory on it, for a system manager. Facts are
// read when they are asked for; few units do.
type SystemHost struct {
	Root string // where /etc and /usr are; empty for the host's own
}

// Fact returns the value of one specifier (systemd.unit(5), "Specifiers").
func (h SystemHost) Fact(specifier byte) (string, error) {
	switch specifier {
	case 't':
		return "/run", nil
	case 'S':
		return "/var/lib", nil
	case 'C':
		return "/var/cache", nil
	case 'L':
		return "/var/log", nil
	case 'E':
		return "/etc", nil
	case 'D':
		return "/usr/share", nil
	case 'T':
		return temporaryDirectory("/tmp"), nil
	case 'V':
		return temporaryDirectory("/var/tmp"), nil
	case 'a':
		return Architecture(), nil
	case 'A':
		return h.osRelease("IMAGE_VERSION", ""), nil
	case 'B':
		return h.osRelease("BUILD_ID", ""), nil
	case 'M':
		return h.osRelease("IMAGE_ID", ""), nil
	case 'o':
		return h.osRelease("ID", "linux"), nil
	case 'w':
		return h.osRelease("VERSION_ID", ""), nil
	case 'W':
		return h.osRelease("VARIANT_ID", ""), nil
	case 'b':
		// The kernel's, whichever root is looked at.
		return SystemHost{}.id("/proc/sys/kernel/random/boot_id")
	case 'm':
		return h.id("/etc/machine-id")
	case 'H', 'l', 'q', 'v':
		return h.named(specifier)
	case 'U':
		return strconv.Itoa(os.Getuid()), nil
	case 'G':
		return strconv.Itoa(os.Getgid()), nil
	case 'u', 'h', 's':
		return h.user(specifier)
	case 'g':
		return h.group()
	}
	return "", &ValueError{Value: "%" + string(specifier), Kind: "specifier", Why: "nothing about the host", Errno: syscall.EBADSLT}
}

// temporaryDirectory goes by the environment as programs do (file-hierarchy(7)).
func temporaryDirectory(usual string) string {
	for _, name := range [...]string{"TMPDIR", "TEMP", "TMP"} {
		if dir := os.Getenv(name); IsAbsolutePath(dir) && NormalizedPath(dir) {
			if info, err := os.Stat(dir); err == nil && info.IsDir() {
				return dir
			}
		}
	}
	return usual
}

// Architecture is systemd's word for the CPU's architecture (systemd.unit(5), ConditionArchitecture=).
func Architecture() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x86-64"
	case "386":
		return "x86"
	case "ppc64le":
		return "ppc64-le"
	case "loong64":
		return "loongarch64"
	case "mipsle":
		return "mips-le"
	case "mips64le":
		return "mips64-le"
	}
	return runtime.GOARCH
}

// osRelease is a field of os-release(5).
func (h SystemHost) osRelease(field, missing string) string {
	for _, path := range [...]string{"/etc/os-release", "/usr/lib/os-release"} {
		if v, ok := h.field(path, field); ok {
			return v
		}
	}
	return missing
}

// read reads a file of the host. Another root may be of unknown origin: no link is followed out of it, and what is
// no regular file is not opened.
func (h SystemHost) read(path string) ([]byte, error) {
	r := root(strings.TrimSuffix(h.Root, "/"))
	if r == "" {
		return os.ReadFile(path)
	}
	text, _, err := r.readFile(path)
	return text, err
}

// field reads one variable of a file in the grammar of EnvironmentFile=.
func (h SystemHost) field(path, name string) (string, bool) {
	data, err := h.read(path)
	if err != nil {
		return "", false
	}
	env, _ := ParseEnvironmentFile(data)
	return lookupEnv(env, name)
}

// id reads 128 bits in hexadecimal digits, with dashes or without.
func (h SystemHost) id(path string) (string, error) {
	data, err := h.read(path)
	if err != nil {
		return "", fmt.Errorf("cannot tell the id of machine or boot: %w", err)
	}
	id := strings.ReplaceAll(strings.TrimSpace(string(data)), "-", "")
	if len(id) != 32 || strings.Trim(strings.ToLower(id), lowerHex) != "" {
		return "", &ValueError{Value: id, Kind: "id in " + path, Why: "not 32 hexadecimal digits", Errno: syscall.EUCLEAN}
	}
	return strings.ToLower(id), nil
}

func (h SystemHost) named(specifier byte) (string, error) {
	var u syscall.Utsname
	if err := syscall.Uname(&u); err != nil {
		return "", fmt.Errorf("cannot tell the name of the host: %w", err)
	}
	name := utsField(u.Nodename)
	switch specifier {
	case 'v':
		return utsField(u.Release), nil
	case 'l':
		name, _, _ = strings.Cut(name, ".")
	case 'q':
		if pretty, ok := h.field("/etc/machine-info", "PRETTY_HOSTNAME"); ok && pretty != "" {
			return pretty, nil
		}
	}
	return name, nil
}

// utsField is a field of utsname, whose bytes are signed on some machines.
func utsField[C int8 | uint8](field [65]C) string {
	var b []byte
	for _, c := range field {
		if c == 0 {
			break
		}
		b = append(b, byte(c))
	}
	return string(b)
}

// account finds the line of an id in /etc/passwd or /etc/group.
func (h SystemHost) account(path string, id int) ([]string, bool) {
	data, err := h.read(path)
	if err != nil {
		return nil, false
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) > 3 && f[2] == strconv.Itoa(id) {
			return f, true
		}
	}
	return nil, false
}

// user tells the name, home or shell of the manager's own user.
func (h SystemHost) user(specifier byte) (string, error) {
	uid := os.Getuid()
	f, ok := h.account("/etc/passwd", uid)
	ok = ok && len(f) > 6
	switch {
	case specifier == 'u' && uid == 0:
		return "root", nil
	case specifier == 'h' && uid == 0:
		return "/root", nil
	case specifier == 'u' && ok:
		return f[0], nil
	case specifier == 'u':
		return strconv.Itoa(uid), nil
	case specifier == 'h' && ok && IsAbsolutePath(f[5]):
		return f[5], nil
	case specifier == 'h':
		return "/", nil
	case ok && IsAbsolutePath(f[6]):
		return f[6], nil
	}
	return "/bin/sh", nil
}

// group tells the name of the manager's own group.
func (h SystemHost) group() (string, error) {
	gid := os.Getgid()
	if f, ok := h.account("/etc/group", gid); ok {
		return f[0], nil
	}
	if gid == 0 {
		return "root", nil
	}
	return strconv.Itoa(gid), nil
}
