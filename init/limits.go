package pid1

import (
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// defaultOpenFiles is the soft limit on open files that a service starts with, as under systemd, whatever the
// container's is: programs that use select(2) or close all descriptors in a loop rely on it. The hard limit is
// the container's own.
const defaultOpenFiles = 1024

// limits sets the resource limits. What exceeds the container's hard limits is lowered to them when PID 1 may
// not raise limits, as systemd does.
func (s *Spawner) limits(p *process) []call {
	x := p.exec
	var calls []call
	set := func(name string, resource int, l units.ResourceLimit) {
		calls = append(calls, sys(stepLimits, name, unix.SYS_PRLIMIT64, 0, uintptr(resource), 0, 0).
			pointing(2, words(l.Soft, l.Hard)))
	}
	for _, l := range []struct {
		name     string
		resource int
		value    *units.ResourceLimit
	}{
		{"LimitCPU", unix.RLIMIT_CPU, x.LimitCPU},
		{"LimitFSIZE", unix.RLIMIT_FSIZE, x.LimitFSIZE},
		{"LimitDATA", unix.RLIMIT_DATA, x.LimitDATA},
		{"LimitSTACK", unix.RLIMIT_STACK, x.LimitSTACK},
		{"LimitCORE", unix.RLIMIT_CORE, x.LimitCORE},
		{"LimitNPROC", unix.RLIMIT_NPROC, x.LimitNPROC},
		{"LimitMEMLOCK", unix.RLIMIT_MEMLOCK, x.LimitMEMLOCK},
		{"LimitAS", unix.RLIMIT_AS, x.LimitAS},
		{"LimitLOCKS", unix.RLIMIT_LOCKS, x.LimitLOCKS},
		{"LimitSIGPENDING", unix.RLIMIT_SIGPENDING, x.LimitSIGPENDING},
		{"LimitMSGQUEUE", unix.RLIMIT_MSGQUEUE, x.LimitMSGQUEUE},
		{"LimitNICE", unix.RLIMIT_NICE, x.LimitNICE},
		{"LimitRTPRIO", unix.RLIMIT_RTPRIO, x.LimitRTPRIO},
		{"LimitRTTIME", unix.RLIMIT_RTTIME, x.LimitRTTIME},
	} {
		if l.value != nil {
			set(l.name, l.resource, s.closest(l.resource, *l.value))
		}
	}

	files := units.ResourceLimit{Soft: defaultOpenFiles, Hard: s.hard[unix.RLIMIT_NOFILE]}
	files.Soft = min(files.Soft, files.Hard)
	if x.LimitNOFILE != nil {
		files = s.closest(unix.RLIMIT_NOFILE, *x.LimitNOFILE)
		files.Soft, files.Hard = min(files.Soft, s.maxFiles), min(files.Hard, s.maxFiles)
	}
	set("LimitNOFILE", unix.RLIMIT_NOFILE, files)

	// Linux has not enforced a limit on resident memory since 2.4, but every process still inherits it, through
	// fork, setsid, exec and a cleared environment, and anyone may read it. So it tells whose process it is.
	switch {
	case x.LimitRSS != nil:
		set("LimitRSS", unix.RLIMIT_RSS, s.closest(unix.RLIMIT_RSS, *x.LimitRSS))
	case s.cfg.Tracker != nil && s.hard[unix.RLIMIT_RSS] == math.MaxUint64:
		mark := s.cfg.Tracker.mark(p.unit.Name)
		set("LimitRSS", unix.RLIMIT_RSS, units.ResourceLimit{Soft: mark, Hard: math.MaxUint64})
	}
	return calls
}

// closest lowers a limit to what PID 1 may give.
func (s *Spawner) closest(resource int, l units.ResourceLimit) units.ResourceLimit {
	if s.cfg.Identity.can(capSysResource) {
		return l
	}
	return units.ResourceLimit{Soft: min(l.Soft, s.hard[resource]), Hard: min(l.Hard, s.hard[resource])}
}

// readLimits notes the hard limits of PID 1.
func (s *Spawner) readLimits() {
	for resource := range s.hard {
		var l unix.Rlimit
		s.hard[resource] = math.MaxUint64
		if unix.Getrlimit(resource, &l) == nil {
			s.hard[resource] = l.Max
		}
	}
	s.maxFiles = math.MaxUint64
	if data, err := os.ReadFile("/proc/sys/fs/nr_open"); err == nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64); err == nil {
			s.maxFiles = n
		}
	}
}
