package pid1

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// stat is what /proc/PID/stat says (proc_pid_stat(5)).
type stat struct {
	state                  byte
	parent, group, session int
	threads                int
	start                  uint64
}

// zombie tells whether the process only waits to be reaped. A leader that has ended while its threads go on
// shows as a zombie, too, but is alive.
func (s stat) zombie() bool { return s.state == 'X' || s.state == 'Z' && s.threads <= 1 }

// readStat reads a process's state; ok is false if there is no such process.
func readStat(proc string, pid int) (st stat, ok bool) {
	text := readSmall(proc + "/" + strconv.Itoa(pid) + "/stat")
	// The name is in parentheses and may hold anything, parentheses and spaces too.
	end := strings.LastIndexByte(text, ')')
	if end < 0 {
		return st, false
	}
	var fields [20]string
	n := 0
	for f := range strings.FieldsSeq(text[end+1:]) {
		if n == len(fields) {
			break
		}
		fields[n] = f
		n++
	}
	if n < len(fields) {
		return st, false
	}
	number := func(i int) int { v, _ := strconv.Atoi(fields[i]); return v }
	st.state = fields[0][0]
	st.parent, st.group, st.session, st.threads = number(1), number(2), number(3), number(17)
	st.start, _ = strconv.ParseUint(fields[19], 10, 64)
	return st, true
}

// readSmall reads a file of /proc without the runtime's poller; "" if it cannot be read.
func readSmall(path string) string {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var first [4096]byte
	n, err := unix.Read(fd, first[:])
	if err != nil || n <= 0 {
		return ""
	}
	if n < len(first) {
		return string(first[:n])
	}
	out := slices.Clone(first[:n])
	const most = 1 << 20
	for len(out) < most {
		if n, err = unix.Read(fd, first[:]); err != nil || n <= 0 {
			break
		}
		out = append(out, first[:n]...)
	}
	return string(out)
}

// listPIDs lists all processes in ascending order.
func listPIDs(proc string) []int {
	dir, err := os.Open(proc)
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil && len(names) == 0 {
		return nil
	}
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}
