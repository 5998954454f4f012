package units

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Facts are what conditions ask about the host, the container and the manager. DetectFacts fills them; tests
// and `pintle verify` set what they need.
type Facts struct {
	Root           string   // stands for "/" in paths
	Environ        []string // the manager's environment
	UID, GID       int
	Groups         []int
	CommandLine    []string // in place of the kernel's: PID 1's arguments
	KernelRelease  string
	Architecture   string // systemd's name, "x86-64"
	Hostname       string
	MachineID      string
	Virtualization string // the container manager, "docker", …; "none"
	PrivateUsers   bool   // within a user namespace
	FirstBoot      bool
	CPUs           int
	MemoryBytes    uint64
	BoundingSet    uint64 // capabilities
}

// DetectFacts looks at the host as the calling process sees it. Paths are those of root.
func DetectFacts(rootDir string) *Facts {
	f := &Facts{
		Root: strings.TrimSuffix(rootDir, "/"), Environ: os.Environ(), UID: os.Geteuid(), GID: os.Getegid(),
		CPUs: runtime.NumCPU(), Architecture: Architecture(),
	}
	f.Groups, _ = os.Getgroups()
	f.Hostname, _ = os.Hostname()
	var uts syscall.Utsname
	if syscall.Uname(&uts) == nil {
		for _, c := range uts.Release {
			if c == 0 {
				break
			}
			f.KernelRelease += string(rune(byte(c)))
		}
	}
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		f.MemoryBytes = uint64(info.Totalram) * uint64(info.Unit)
	}
	f.CommandLine = strings.Split(strings.TrimRight(readHost("/proc/1/cmdline"), "\x00"), "\x00")
	f.MachineID = strings.TrimSpace(readHost(f.Root + "/etc/machine-id"))
	f.FirstBoot = f.MachineID == "" || f.MachineID == "uninitialized"
	for line := range strings.Lines(readHost("/proc/self/status")) {
		if v, ok := strings.CutPrefix(line, "CapBnd:"); ok {
			f.BoundingSet, _ = strconv.ParseUint(strings.TrimSpace(v), 16, 64)
		}
	}
	f.PrivateUsers = privateUsers(readHost("/proc/self/uid_map"))
	f.Virtualization = DetectContainer(f.Environ, "")
	return f
}

// privateUsers tells from /proc/self/uid_map whether the ids are those of a user namespace.
func privateUsers(uidMap string) bool {
	m := strings.Fields(uidMap)
	return len(m) > 0 && (len(m) != 3 || m[0] != "0" || m[1] != "0" || m[2] != "4294967295")
}

// DetectContainer names the container manager, as systemd-detect-virt(1) does: $container in the environment
// of PID 1, /run/systemd/container, /run/host/container-manager, or the files that Podman and Docker leave.
// "none" is no container.
func DetectContainer(environ []string, rootDir string) string {
	known := func(name string) string {
		switch name {
		case "lxc", "lxc-libvirt", "systemd-nspawn", "docker", "podman", "rkt", "wsl", "proot", "pouch":
			return name
		case "oci":
			return ""
		}
		return "container-other"
	}
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, "container="); ok && v != "" {
			if name := known(v); name != "" {
				return name
			}
		}
	}
	for _, file := range []string{"/run/systemd/container", "/run/host/container-manager"} {
		if v := strings.TrimSpace(readHost(rootDir + file)); v != "" {
			if name := known(v); name != "" {
				return name
			}
		}
	}
	for _, mark := range []struct{ file, name string }{{"/run/.containerenv", "podman"}, {"/.dockerenv", "docker"}} {
		if _, err := os.Stat(rootDir + mark.file); err == nil {
			return mark.name
		}
	}
	return "none"
}

// readHost reads a small file, "" if it cannot be read.
func readHost(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}

// path is where the process finds a path of the root.
func (f *Facts) path(p string) string {
	if f.Root == "" {
		return p
	}
	if real, err := root(f.Root).resolve(p); err == nil {
		return f.Root + real
	}
	return f.Root + p
}

// unfollowed is path without following the last component.
func (f *Facts) unfollowed(p string) string {
	return filepath.Join(f.path(filepath.Dir(p)), filepath.Base(p))
}
