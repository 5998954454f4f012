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

// resourceLimits are the limits that are simply set. Those on open files and resident memory have ways of their
// own.
var resourceLimits = []struct {
	name     string
	resource int
	of       func(*units.ExecSettings) *units.ResourceLimit
}{
	{"LimitCPU", unix.RLIMIT_CPU, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitCPU }},
	{"LimitFSIZE", unix.RLIMIT_FSIZE, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitFSIZE }},
	{"LimitDATA", unix.RLIMIT_DATA, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitDATA }},
	{"LimitSTACK", unix.RLIMIT_STACK, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitSTACK }},
	{"LimitCORE", unix.RLIMIT_CORE, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitCORE }},
	{"LimitNPROC", unix.RLIMIT_NPROC, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitNPROC }},
	{"LimitMEMLOCK", unix.RLIMIT_MEMLOCK, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitMEMLOCK }},
	{"LimitAS", unix.RLIMIT_AS, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitAS }},
	{"LimitLOCKS", unix.RLIMIT_LOCKS, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitLOCKS }},
	{"LimitSIGPENDING", unix.RLIMIT_SIGPENDING, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitSIGPENDING }},
	{"LimitMSGQUEUE", unix.RLIMIT_MSGQUEUE, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitMSGQUEUE }},
	{"LimitNICE", unix.RLIMIT_NICE, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitNICE }},
	{"LimitRTPRIO", unix.RLIMIT_RTPRIO, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitRTPRIO }},
	{"LimitRTTIME", unix.RLIMIT_RTTIME, func(x *units.ExecSettings) *units.ResourceLimit { return x.LimitRTTIME }},
}

// Limit is what a process gets whose unit does not set a limit (systemctl show).
func (p *PID1) Limit(setting string) (units.ResourceLimit, bool) {
	resource := -1
	switch setting {
	case "LimitNOFILE":
		return p.spawner.openFiles(), true
	case "LimitRSS":
		resource = unix.RLIMIT_RSS
	}
	for _, l := range resourceLimits {
		if l.name == setting {
			resource = l.resource
		}
	}
	var l unix.Rlimit
	if resource < 0 || unix.Getrlimit(resource, &l) != nil {
		return units.ResourceLimit{}, false
	}
	return units.ResourceLimit{Soft: l.Cur, Hard: l.Max}, true
}

// openFiles is the limit on open files of a unit that sets none.
func (s *Spawner) openFiles() units.ResourceLimit {
	hard := s.hard[unix.RLIMIT_NOFILE]
	return units.ResourceLimit{Soft: min(defaultOpenFiles, hard), Hard: hard}
}

// limits sets the resource limits. What exceeds the container's hard limits is lowered to them when PID 1 may
// not raise limits, as systemd does.
func (s *Spawner) limits(p *process) []call {
	x := p.exec
	var calls []call
	set := func(name string, resource int, l units.ResourceLimit) {
		calls = append(calls, sys(stepLimits, name, unix.SYS_PRLIMIT64, 0, uintptr(resource), 0, 0).
			pointing(2, words(l.Soft, l.Hard)))
	}
	for _, l := range resourceLimits {
		if value := l.of(x); value != nil {
			set(l.name, l.resource, s.closest(l.resource, *value))
		}
	}

	files := s.openFiles()
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
