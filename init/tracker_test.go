package pid1

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// asPID1 runs a test again as process 1 of pid and mount namespaces of its own, with its own /proc. It returns
// true in there; outside it waits for the run and returns false.
func asPID1(t *testing.T) bool {
	if os.Getenv("PINTLE_TEST_PID1") != "" {
		if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "PINTLE_TEST_PID1=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as process 1: %v\n%s", err, out)
	}
	return false
}

// reap does what PID 1 does with every exit, until done.
func (b *bench) reap(done func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); {
		if time.Now().After(deadline) {
			b.t.Fatal("nothing more happened")
		}
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == nil && pid > 0 {
			b.cfg.Tracker.Exited(pid)
			continue
		}
		time.Sleep(time.Millisecond)
	}
}

func commandLine(pid int) string {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.ReplaceAll(strings.TrimRight(string(data), "\x00"), "\x00", " ")
}

// Daemons without a PID file leave by every door there is; a stop must find them all.
func TestTrackerFindsWhatDaemonsLeaveBehind(t *testing.T) {
	if !asPID1(t) {
		return
	}
	for name, script := range map[string]string{
		"child":                      "sleep 1001 & wait",
		"orphan":                     "sleep 1001 & :",
		"own session":                "setsid sleep 1001 & :",
		"two forks and a session":    "(setsid sh -c 'sleep 1001 & :' & :) & :",
		"a cleared environment":      "(env -i setsid sh -c 'env -i sleep 1001 & :' & :) >/dev/null 2>&1 </dev/null & :",
		"session within a session":   "env -i setsid sh -c 'setsid sh -c \"setsid sleep 1001 & :\" & :' & :",
		"its limits raised again":    "ulimit -S -m unlimited; setsid sleep 1001 & :",
		"chain of short-lived forks": "(((((setsid sleep 1001 & :) & :) & :) & :) & :) & :",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, false)
			tr := b.cfg.Tracker
			sp := spawnOf(service(nil), "/bin/sh", "-c", script)
			sp.Unit.Name = "daemon.service"
			main, err := b.Spawn(sp)
			if err != nil {
				t.Fatal(err)
			}
			other := spawnOf(service(nil), "/bin/sleep", "1002")
			other.Unit.Name, other.InvocationID = "other.service", "fedcba9876543210fedcba9876543210"
			stranger, err := b.Spawn(other)
			if err != nil {
				t.Fatal(err)
			}
			left := func() []int {
				var pids []int
				for _, pid := range listPIDs("/proc") {
					if commandLine(pid) == "sleep 1001" {
						pids = append(pids, pid)
					}
				}
				return pids
			}
			// Nobody looks until everything has settled: there is one process left besides the shell, if it waits.
			b.reap(func() bool {
				if len(left()) != 1 {
					return false
				}
				for _, pid := range listPIDs("/proc") {
					if pid != 1 && pid != main && pid != stranger && commandLine(pid) != "sleep 1001" {
						return false
					}
				}
				_, alive := readStat("/proc", main)
				return alive == strings.HasSuffix(script, "wait")
			})
			want := left()
			if _, alive := readStat("/proc", main); alive {
				want = append(want, main)
				slices.Sort(want)
			}
			if got := tr.Processes("daemon.service"); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if got := tr.Processes("other.service"); !slices.Equal(got, []int{stranger}) {
				t.Errorf("other.service has %v, want %v", got, stranger)
			}
			for _, pid := range want {
				if got := tr.UnitOf(pid); got != "daemon.service" {
					t.Errorf("process %d is of %q", pid, got)
				}
			}
			for _, pid := range append(want, stranger) {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
			b.reap(func() bool { return len(listPIDs("/proc")) == 1 })
			if got := tr.Processes("daemon.service"); len(got) != 0 {
				t.Errorf("after the end: %v", got)
			}
			tr.Forget("daemon.service")
		})
	}
}

// A process that has just ended is still known, for the notification that it left behind.
func TestTrackerKnowsTheDead(t *testing.T) {
	b := newBench(t, false)
	pid, _ := b.run(spawnOf(service(nil), "/bin/true"))
	if got := b.cfg.Tracker.UnitOf(pid); got != "t.service" {
		t.Errorf("got %q", got)
	}
	b.cfg.Tracker.Exited(pid)
	if got := b.cfg.Tracker.UnitOf(pid); got != "t.service" {
		t.Errorf("after its exit: got %q", got)
	}
	if got := b.cfg.Tracker.Processes("t.service"); len(got) != 0 {
		t.Errorf("live processes: %v", got)
	}
}

// Exits alone cost nothing: no file of /proc is read for them.
func TestTrackerDoesNotScanForExits(t *testing.T) {
	tr := NewTracker()
	tr.proc = t.TempDir() + "/nothing"
	if n := testing.AllocsPerRun(10000, func() { tr.Exited(12345) }); n != 0 {
		t.Errorf("%v allocations for an exit", n)
	}
}

// What is not a unit's is not taken for one.
func TestTrackerLeavesStrangersAlone(t *testing.T) {
	tr := NewTracker()
	for _, pid := range []int{0, -1, os.Getpid(), os.Getppid()} {
		if got := tr.UnitOf(pid); got != "" {
			t.Errorf("UnitOf(%d) = %q", pid, got)
		}
	}
}

func TestAdopt(t *testing.T) {
	cmd := exec.Command("sleep", "1003")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	tr := NewTracker()
	tr.Adopt("a.service", cmd.Process.Pid)
	if got := tr.Processes("a.service"); !slices.Equal(got, []int{cmd.Process.Pid}) {
		t.Errorf("got %v", got)
	}
}

// A process that was started elsewhere does not bring those along that it was started with, even if nobody
// leads their session any more.
func TestAdoptLeavesTheRestOfTheSession(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 1005 >/dev/null 2>&1 & echo $!; sleep 1006 >/dev/null 2>&1 & echo $!")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.Output() // the shell, which led the session, has ended
	if err != nil {
		t.Fatal(err)
	}
	var one, other int
	if _, err := fmt.Sscan(string(out), &one, &other); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = syscall.Kill(one, syscall.SIGKILL), syscall.Kill(other, syscall.SIGKILL) }()
	tr := NewTracker()
	tr.Adopt("a.service", one)
	if got := tr.Processes("a.service"); !slices.Equal(got, []int{one}) {
		t.Errorf("got %v, want %d; %d is a stranger", got, one, other)
	}
}

func BenchmarkProcesses(b *testing.B) {
	h := newBench(b, false)
	pid, err := h.Spawn(spawnOf(service(nil), "/bin/sleep", "1004"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if len(h.cfg.Tracker.Processes("t.service")) != 1 {
			b.Fatal("lost it")
		}
	}
	_ = unix.Kill(pid, unix.SIGKILL)
	wait(b, pid)
}

// A process that we have started is no reason to look for others, unless somebody else has got a pid before it.
func TestTrackerKnowsOurOwnPIDs(t *testing.T) {
	tracker := &Tracker{members: map[int]*member{}, sessions: map[int]string{}, invoked: map[string]string{}, last: 10}
	for _, c := range []struct{ pid, last int }{{11, 11}, {12, 12}, {14, 12}, {15, 12}} {
		if tracker.Started("a.service", "", c.pid); tracker.last != c.last {
			t.Errorf("after %d, what is new begins behind %d, not %d", c.pid, tracker.last, c.last)
		}
	}
}
