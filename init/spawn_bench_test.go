package pid1

import (
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// BenchmarkForkExec is the floor: what package syscall does for a program in Go.
func BenchmarkForkExec(b *testing.B) {
	env := os.Environ()
	for b.Loop() {
		pid, err := syscall.ForkExec("/bin/true", []string{"/bin/true"}, &syscall.ProcAttr{Env: env, Files: []uintptr{0, 1, 2}})
		if err != nil {
			b.Fatal(err)
		}
		wait(b, pid)
	}
}

func BenchmarkSpawnFast(b *testing.B) { benchmarkSpawn(b, false) }
func BenchmarkSpawnShim(b *testing.B) { benchmarkSpawn(b, true) }

func benchmarkSpawn(b *testing.B, viaShim bool) {
	h := newBench(b, viaShim)
	sp := spawnOf(service(nil), "/bin/true")
	for b.Loop() {
		pid, err := h.Spawn(sp)
		if err != nil {
			b.Fatal(err)
		}
		wait(b, pid)
		h.cfg.Tracker.Exited(pid)
	}
}

func wait(b *testing.B, pid int) {
	var status unix.WaitStatus
	for {
		if _, err := unix.Wait4(pid, &status, 0, nil); err == nil {
			return
		} else if err != unix.EINTR {
			b.Fatal(err)
		}
	}
}
