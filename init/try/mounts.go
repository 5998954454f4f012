package try

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// enter makes the new root with everything that a container finds in it, and moves there.
func (p *plan) enter() error {
	if err := mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return err
	}
	base := filepath.Join(p.Dir, "fs")
	root := filepath.Join(base, "root")
	if err := mount("tmpfs", base, "tmpfs", unix.MS_NODEV, "mode=0755"); err != nil {
		return err
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		return fmt.Errorf("cannot make the new root: %w", err)
	}
	var err error
	switch {
	case p.Root == "":
		err = p.hostRoot(base, root)
	case p.Keep:
		err = mount(p.Root, root, "", unix.MS_BIND|unix.MS_REC, "")
	default:
		if err = overlay(p.Root, base, "layer", root); err != nil {
			err = fmt.Errorf("%w (with --keep the boot needs no such layer, and writes into the directory)", err)
		}
	}
	if err != nil {
		return err
	}
	if err := mountPoints(root); err != nil {
		return err
	}
	if err := p.kernelFilesystems(root); err != nil {
		return err
	}
	if err := p.names(root); err != nil {
		fmt.Fprintf(os.Stderr, "pintle try: %v; what the root has stays\n", err)
	}
	if err := unix.Chdir(root); err != nil {
		return fmt.Errorf("cannot enter the new root: %w", err)
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("cannot make %s the root: %w", root, err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("cannot leave the old root: %w", err)
	}
	return unix.Chdir("/")
}

// mountPoints makes the directories that filesystems are mounted on. A link of the image in their place
// would lead out of it.
func mountPoints(root string) error {
	for _, name := range []string{"proc", "sys", "dev", "run", "tmp"} {
		path := filepath.Join(root, name)
		if err := os.Mkdir(path, 0o755); err != nil && !os.IsExist(err) {
			return fmt.Errorf("cannot make /%s in the new root: %w", name, err)
		}
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot use the new root: its /%s is no directory", name)
		}
	}
	return nil
}

// hostRoot shows the host's directories: /etc, /var and /tmp below layers of memory, the others read-only.
func (p *plan) hostRoot(base, root string) error {
	if err := mount("tmpfs", root, "tmpfs", unix.MS_NODEV, "mode=0755"); err != nil {
		return err
	}
	err := eachEntry("/", root, func(name, from, to string) error {
		switch name {
		case "proc", "sys", "dev", "run", "lost+found":
			return nil
		case "etc", "var", "tmp":
			return p.layer(base, from, to)
		}
		return bindReadOnly(from, to)
	})
	if err != nil {
		return err
	}
	// What the host generates units for is not what we were asked to boot.
	for _, dir := range []string{"/etc", "/usr/local/lib", "/usr/lib"} {
		generators := filepath.Join(root, dir, "systemd/system-generators")
		if info, err := os.Lstat(generators); err == nil && info.IsDir() {
			if err := mount("tmpfs", generators, "tmpfs", unix.MS_RDONLY, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// layer shows the directory from at to with a layer of memory above it. A directory with a mount somewhere
// below cannot have one layer: it is made anew, and its entries get layers of their own.
func (p *plan) layer(base, from, to string) error {
	if from == p.Dir {
		return nil
	}
	p.layers++
	if overlay(from, base, strconv.Itoa(p.layers), to) == nil {
		return nil
	}
	if isMountPoint(from) {
		return bindReadOnly(from, to)
	}
	if err := copyMode(from, to); err != nil {
		return err
	}
	return eachEntry(from, to, func(_, from, to string) error { return p.layer(base, from, to) })
}

// eachEntry copies the links of a directory, binds its files, makes its directories and hands those over.
func eachEntry(from, to string, directory func(name, from, to string) error) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return nil // what we may not list is not shown
	}
	for _, e := range entries {
		from, to := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		err := showEntry(e, from, to, directory)
		if _, gone := os.Lstat(from); err != nil && errors.Is(gone, fs.ErrNotExist) {
			_ = os.Remove(to)
			continue // somebody has removed it meanwhile, as happens below /tmp
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// showEntry does it for one entry.
func showEntry(e fs.DirEntry, from, to string, directory func(name, from, to string) error) error {
	switch {
	case e.Type()&os.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err == nil {
			err = os.Symlink(target, to)
		}
		if err != nil {
			return fmt.Errorf("cannot copy the link %s: %w", from, err)
		}
	case e.IsDir():
		if err := os.Mkdir(to, 0o755); err != nil {
			return fmt.Errorf("cannot make %s in the new root: %w", from, err)
		}
		return directory(e.Name(), from, to)
	case e.Type().IsRegular():
		if err := bindFile(from, to); err != nil {
			return err
		}
		return readOnly(to)
	}
	return nil
}

func isMountPoint(dir string) bool {
	var here, above unix.Statx_t
	for path, st := range map[string]*unix.Statx_t{dir: &here, filepath.Dir(dir): &above} {
		if unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, st) != nil {
			return false
		}
	}
	return here.Mnt_id != above.Mnt_id
}

func copyMode(from, to string) error {
	info, err := os.Stat(from)
	if err == nil {
		err = os.Chmod(to, info.Mode())
	}
	if err != nil {
		return fmt.Errorf("cannot copy the mode of %s: %w", from, err)
	}
	return nil
}

// kernelFilesystems mounts what every container has: /proc, /sys, a small /dev, /run and, over a root
// directory, /tmp.
func (p *plan) kernelFilesystems(root string) error {
	at := func(path string) string { return filepath.Join(root, path) }
	if err := mount("proc", at("proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("%w (inside of a container whose engine hides parts of /proc this is forbidden)", err)
	}
	// Sysfs shows the network namespace: ours may be mounted, the host's only bound.
	if !p.PrivateNetwork || mount("sysfs", at("sys"), "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_RDONLY, "") != nil {
		if err := bindReadOnly("/sys", at("sys")); err != nil {
			fmt.Fprintf(os.Stderr, "pintle try: %v; /sys stays empty\n", err)
		}
	}
	if err := mount("tmpfs", at("run"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
		return err
	}
	if p.Root != "" {
		if err := mount("tmpfs", at("tmp"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777"); err != nil {
			return err
		}
	}
	if err := os.Mkdir(at(hostDir), 0o755); err != nil {
		return fmt.Errorf("cannot make %s: %w", hostDir, err)
	}
	if err := mount(p.Dir, at(hostDir), "", unix.MS_BIND, ""); err != nil {
		return err
	}
	if err := readOnly(at(hostDir)); err != nil {
		return err
	}
	return p.devices(at("dev"))
}

// devices makes /dev: the nodes that are safe to share, terminals and shared memory of our own.
func (p *plan) devices(dev string) error {
	at := func(name string) string { return filepath.Join(dev, name) }
	if err := mount("tmpfs", dev, "tmpfs", unix.MS_NOSUID, "mode=0755"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := bindFile("/dev/"+name, at(name)); err != nil {
			return err
		}
	}
	if tty, err := os.Readlink("/proc/self/fd/0"); err == nil && strings.HasPrefix(tty, "/dev/") && isTerminal(0) {
		if err := bindFile(tty, at("console")); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
		"ptmx": "pts/ptmx", "core": "/proc/kcore",
	} {
		if err := os.Symlink(target, at(name)); err != nil {
			return fmt.Errorf("cannot make /dev/%s: %w", name, err)
		}
	}
	ptsOptions := "newinstance,ptmxmode=0666,mode=0620"
	if !p.OneUser {
		ptsOptions += ",gid=5"
	}
	for _, m := range []struct {
		name, kind, options string
		optional            bool
	}{
		{"pts", "devpts", ptsOptions, false},
		{"shm", "tmpfs", "mode=1777", false},
		{"mqueue", "mqueue", "", true}, // not every kernel has it
	} {
		if err := os.Mkdir(at(m.name), 0o755); err != nil {
			return fmt.Errorf("cannot make /dev/%s: %w", m.name, err)
		}
		if err := mount(m.kind, at(m.name), m.kind, unix.MS_NOSUID|unix.MS_NOEXEC, m.options); err != nil && !m.optional {
			return err
		}
	}
	return nil
}

// names writes the files that an engine keeps: /etc/hostname, /etc/hosts and /etc/resolv.conf. A root that
// keeps what is written is left as it is.
func (p *plan) names(root string) error {
	if p.Keep || p.Root == "" {
		return nil
	}
	files := map[string]string{
		"hostname": p.Hostname + "\n",
		"hosts":    "127.0.0.1 localhost\n127.0.1.1 " + p.Hostname + "\n::1 localhost ip6-localhost ip6-loopback\n",
	}
	if resolv, err := os.ReadFile("/etc/resolv.conf"); err == nil && !p.PrivateNetwork {
		files["resolv.conf"] = string(resolv)
	}
	// Links of the image resolve inside of it, or not at all.
	in, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("cannot open the new root: %w", err)
	}
	defer in.Close()
	if err := in.Mkdir("etc", 0o755); err != nil && !os.IsExist(err) {
		return fmt.Errorf("cannot make /etc: %w", err)
	}
	for name, text := range files {
		path := "etc/" + name
		if err := in.Remove(path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("cannot replace /%s: %w", path, err)
		}
		if err := in.WriteFile(path, []byte(text), 0o644); err != nil {
			return fmt.Errorf("cannot write /%s: %w", path, err)
		}
	}
	return nil
}

// overlay shows dir at target with a layer of memory above it, which has base/name.
func overlay(dir, base, name, target string) error {
	upper, work := filepath.Join(base, name+".upper"), filepath.Join(base, name+".work")
	for _, d := range []string{upper, work} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return fmt.Errorf("cannot make a layer above %s: %w", dir, err)
		}
	}
	if err := copyMode(dir, upper); err != nil {
		return err
	}
	// The name of the directory may have any byte in it; "." needs no escapes.
	if err := unix.Chdir(dir); err != nil {
		return fmt.Errorf("cannot enter %s: %w", dir, err)
	}
	defer unix.Chdir("/")
	options := "lowerdir=.,upperdir=" + upper + ",workdir=" + work + ",userxattr"
	if err := unix.Mount("overlay", target, "overlay", 0, options); err != nil {
		return fmt.Errorf("cannot lay a layer of memory above %s: %w", dir, err)
	}
	return nil
}

func mount(source, target, kind string, flags uintptr, options string) error {
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		what := source
		if what == "" {
			what = "namespace"
		}
		return fmt.Errorf("cannot mount %s on %s: %w", what, target, err)
	}
	return nil
}

func bindReadOnly(source, target string) error {
	if err := mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return readOnly(target)
}

// readOnly forbids writes to a mount and those below it.
func readOnly(target string) error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &attr); err != nil {
		return fmt.Errorf("cannot make %s read-only: %w", target, err)
	}
	return nil
}

func bindFile(source, target string) error {
	f, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("cannot make %s: %w", target, err)
	}
	f.Close()
	return mount(source, target, "", unix.MS_BIND, "")
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}
