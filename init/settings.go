package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"pintle/units"
)

// compile lists the system calls that turn a fork of PID 1 into the process, in the order in which systemd
// does them: it decides which setting a failure is blamed on, and with which privileges each is done.
func (s *Spawner) compile(p *process) {
	x, add := p.exec, func(c ...call) { p.calls = append(p.calls, c...) }
	p.calls = slices.Grow(p.calls, 16) // what an ordinary service takes

	add(sys(stepSetsid, "setsid", unix.SYS_SETSID))
	add(s.signals(x.IgnoreSIGPIPE)...)
	add(s.streamCalls(p)...)
	add(s.scheduling(x)...)
	if x.UMask != s.umask {
		add(sys(stepExec, "UMask", unix.SYS_UMASK, uintptr(x.UMask)))
	}
	if x.KeyringMode == "private" || x.KeyringMode == "shared" {
		c := sys(stepKeyring, "", unix.SYS_KEYCTL, unix.KEYCTL_JOIN_SESSION_KEYRING, 0).soft()
		c.Optional = true
		add(c)
	}
	add(s.limits(p)...)
	if root := x.RootDirectory; root != "" && root != "/" && p.chroot {
		add(sys(stepChroot, "RootDirectory="+root, unix.SYS_CHROOT, 0).pointing(0, cString(root)))
	}
	add(s.privileges(p)...)
	add(s.changeDirectory(p)...)
	if p.sandbox && x.NoNewPrivileges {
		add(sys(stepNoNewPrivileges, "NoNewPrivileges", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1))
	}
}

// signals gives the process the default action for every signal but SIGPIPE, and an empty mask.
func (s *Spawner) signals(ignorePipe bool) []call {
	action := func(sig int, handler uint64) call {
		// struct sigaction of the kernel: handler, flags, restorer (where there is one), mask.
		return sys(stepSignalMask, "signals", unix.SYS_RT_SIGACTION, uintptr(sig), 0, 0, 8).
			pointing(1, words(handler, 0, 0, 0))
	}
	var pipe uint64
	if ignorePipe {
		pipe = 1 // SIG_IGN
	}
	calls := []call{
		sys(stepSignalMask, "signals", unix.SYS_RT_SIGPROCMASK, 2, 0, 0, 8).pointing(1, words(0)), // SIG_SETMASK
		action(int(unix.SIGPIPE), pipe),
	}
	for _, sig := range s.ignored {
		calls = append(calls, action(sig, 0))
	}
	return calls
}

// scheduling is what the process gets of the machine: OOM score, nice level, scheduler, processors, I/O.
func (s *Spawner) scheduling(x *units.ExecSettings) []call {
	var calls []call
	add := func(c ...call) { calls = append(calls, c...) }
	if x.OOMScoreAdjust != nil {
		add(writeFile(stepOOMAdjust, "OOMScoreAdjust", "/proc/self/oom_score_adj", strconv.Itoa(*x.OOMScoreAdjust))...)
	}
	if x.CoredumpFilter != nil {
		add(writeFile(stepLimits, "CoredumpFilter", "/proc/self/coredump_filter", fmt.Sprintf("%#x", uint64(*x.CoredumpFilter)))...)
	}
	if x.Nice != nil {
		add(sys(stepNice, "Nice", unix.SYS_SETPRIORITY, unix.PRIO_PROCESS, 0, uintptr(*x.Nice)).soft())
	}
	if x.CPUSchedulingPolicy != nil || x.CPUSchedulingPriority != nil || x.CPUSchedulingResetOnFork {
		policy, priority := 0, 0
		if x.CPUSchedulingPolicy != nil {
			policy = *x.CPUSchedulingPolicy
		}
		if realtime := policy == unix.SCHED_FIFO || policy == unix.SCHED_RR; realtime {
			priority = 1
			if x.CPUSchedulingPriority != nil {
				priority = *x.CPUSchedulingPriority
			}
		}
		if x.CPUSchedulingResetOnFork {
			policy |= unix.SCHED_RESET_ON_FORK
		}
		add(sys(stepScheduler, "CPUSchedulingPolicy", unix.SYS_SCHED_SETSCHEDULER, 0, uintptr(policy), 0).
			pointing(2, words32(uint32(priority))).soft())
	}
	if cpus := affinity(x); len(cpus) > 0 {
		mask := make([]uint64, 16)
		for _, cpu := range cpus {
			if cpu >= 0 && cpu < 64*len(mask) {
				mask[cpu/64] |= 1 << (cpu % 64)
			}
		}
		add(sys(stepCPUAffinity, "CPUAffinity", unix.SYS_SCHED_SETAFFINITY, 0, uintptr(8*len(mask)), 0).
			pointing(2, words(mask...)))
	}
	if x.IOSchedulingClass != nil || x.IOSchedulingPriority != nil {
		class, priority := 2, 4 // best-effort, its middle
		if x.IOSchedulingClass != nil {
			class = *x.IOSchedulingClass
		}
		if x.IOSchedulingPriority != nil {
			priority = *x.IOSchedulingPriority
		}
		if class == 0 || class == 3 { // none and idle have no priorities
			priority = 0
		}
		const whoProcess, classShift = 1, 13
		add(sys(stepIOPrio, "IOSchedulingClass", unix.SYS_IOPRIO_SET, whoProcess, 0,
			uintptr(class<<classShift|priority)).soft())
	}
	if x.TimerSlackNSec != nil {
		add(sys(stepTimerSlack, "TimerSlackNSec", unix.SYS_PRCTL, unix.PR_SET_TIMERSLACK, uintptr(*x.TimerSlackNSec)))
	}
	if domain, ok := personality(x.Personality); ok {
		add(sys(stepPersonality, "Personality", unix.SYS_PERSONALITY, domain).soft())
	}
	if x.MemoryKSM != units.Unset {
		on := uintptr(0)
		if x.MemoryKSM == units.Yes {
			on = 1
		}
		const setMemoryMerge = 67
		c := sys(stepExec, "MemoryKSM", unix.SYS_PRCTL, setMemoryMerge, on)
		c.Optional = true
		add(c)
	}
	return calls
}

// affinity is the CPUs on which a process may run: those named, or with CPUAffinity=numa those near the nodes of
// NUMAMask=. A node that the container does not see has none.
func affinity(x *units.ExecSettings) []int {
	cpus := x.CPUAffinity
	if !x.CPUAffinityFromNUMA {
		return cpus
	}
	lists := make([]string, 0, len(x.NUMAMask.Nodes))
	if x.NUMAMask.All {
		lists, _ = filepath.Glob("/sys/devices/system/node/node*/cpulist")
	}
	for _, node := range x.NUMAMask.Nodes {
		lists = append(lists, fmt.Sprintf("/sys/devices/system/node/node%d/cpulist", node))
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		if near, err := units.ParseCPUSet(strings.TrimSpace(string(text))); err == nil {
			cpus = slices.Concat(cpus, near)
		}
	}
	return cpus
}

// personality is the argument of personality(2) for an architecture's name.
func personality(name string) (domain uintptr, ok bool) {
	switch name {
	case "x86-64", "arm64", "ppc64", "ppc64-le", "s390x", "riscv64":
		return 0, true // PER_LINUX
	case "x86", "arm", "ppc", "ppc-le", "s390":
		return 8, true // PER_LINUX32
	}
	return 0, false
}

// changeDirectory enters WorkingDirectory=, as the user of the process.
func (s *Spawner) changeDirectory(p *process) []call {
	chdir := func(path string) call {
		return sys(stepChdir, "WorkingDirectory="+path, unix.SYS_CHDIR, 0).pointing(0, cString(path))
	}
	wd := p.exec.WorkingDirectory
	path := wd.Path
	if wd.Home {
		path = p.home()
	}
	calls := []call{chdir("/")}
	if path != "" && path != "/" {
		c := chdir(path)
		c.Optional = wd.Optional
		calls = append(calls, c)
	}
	return calls
}
