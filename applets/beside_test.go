package applets

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// systemdImage is Debian 12 with systemd 252 (see the parity tests' README for how it is made).
const systemdImage = "sysd:12"

// Beside a genuine systemd as PID 1, our applets print what the genuine tools print, and end as they do. Each line of
// testdata/beside.sh is run with both.
func TestBesideSystemd(t *testing.T) {
	if exec.Command("docker", "image", "inspect", systemdImage).Run() != nil {
		t.Skipf("the image %s is not here", systemdImage)
	}
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "pintle"), "pintle/cmd/pintle")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, a := range All() {
		if err := os.Symlink("pintle", filepath.Join(dir, a.Name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// A control group tree of its own, or containers that share the host's trample on each other. The clock is the
	// host's: nothing here may set it.
	out, err := exec.Command("docker", "run", "-d", "--hostname", "beside", "--tmpfs", "/run", "--tmpfs", "/tmp", "-v", dir+":/ours:ro",
		"--cap-add=SYS_ADMIN", "--cap-add=SYS_PTRACE", "--cap-add=NET_ADMIN", "--cap-add=MAC_ADMIN", "--security-opt", "seccomp=unconfined",
		"--security-opt", "apparmor=unconfined", "--cgroupns=private", "-e", "container=docker", "--entrypoint", "/bin/sh", systemdImage,
		"-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && mount --make-rshared / && exec /lib/systemd/systemd").Output()
	if err != nil {
		t.Fatalf("cannot start the container: %v", err)
	}
	container := strings.TrimSpace(string(out))
	t.Cleanup(func() { _ = exec.Command("docker", "rm", "-f", container).Run() })
	in := func(path, line string) string {
		out, err := exec.Command("docker", "exec", container, "bash", "-c", "PATH="+path+"; exec 2>/errors; "+line+"; echo [$?]; cat /errors").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return string(out)
	}
	const genuine = "/usr/sbin:/usr/bin:/sbin:/bin"
	for deadline := time.Now().Add(time.Minute); in(genuine, "systemctl is-system-running --wait >/dev/null") != "[0]\n"; {
		if time.Now().After(deadline) {
			t.Fatal("systemd does not come up")
		}
	}
	lines, err := os.ReadFile("testdata/beside.sh")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		t.Run(line, func(t *testing.T) {
			if want, got := in(genuine, line), in("/ours:"+genuine, line); got != want {
				t.Errorf("%s--- instead of\n%s", got, want)
			}
		})
	}
}
