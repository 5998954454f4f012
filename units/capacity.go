package units

import (
	"math"
	"strconv"
	"strings"
	"syscall"
)

// Capacity is what a HostFacts may be besides: it tells of what percentages are shares.
type Capacity interface {
	// Memory is the memory that the container may use, in bytes.
	Memory() uint64
	// Tasks is how many processes and threads it may have.
	Tasks() uint64
}

// Memory is the machine's memory, or the limit of the container's control group where that is less.
func (h SystemHost) Memory() uint64 {
	memory := uint64(math.MaxUint64)
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		memory = uint64(info.Totalram) * uint64(info.Unit)
	}
	return min(memory, h.limit("/sys/fs/cgroup/memory.max"))
}

// Tasks is the least of the kernel's limits and that of the container's control group.
func (h SystemHost) Tasks() uint64 {
	return min(h.limit("/proc/sys/kernel/pid_max"), h.limit("/proc/sys/kernel/threads-max"), h.limit("/sys/fs/cgroup/pids.max"))
}

// limit is the number in a file of the kernel; what is no number, as "max", is no limit.
func (h SystemHost) limit(path string) uint64 {
	n, err := strconv.ParseUint(strings.TrimSpace(readHost(path)), 10, 64)
	if err != nil {
		return math.MaxUint64
	}
	return n
}
