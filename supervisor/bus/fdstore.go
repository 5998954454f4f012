package bus

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// storedRow is a row of DumpUnitFileDescriptorStore: a descriptor that a service has stored, and what it is.
type storedRow struct {
	Name                 string
	Mode                 uint32
	DevMajor, DevMinor   uint32
	Inode                uint64
	RdevMajor, RdevMinor uint32
	Path                 string
	Flags                uint32
}

const storedRows = "a(suuutuusu)"

// dumpStore lists what a service has stored (systemd-analyze fdstore).
func dumpStore(c *Call) ([]any, error) {
	if c.Unit.Service == nil {
		return nil, Errorf(ErrNotSupported, "Unit is not of type .service")
	}
	stored := c.Unit.Stored()
	if c.Unit.Service.FileDescriptorStoreMax == 0 && len(stored) == 0 {
		return nil, Errorf("org.freedesktop.systemd1.FileDescriptorStoreDisabled", "File descriptor store not enabled for %s.", c.Unit.Name)
	}
	rows := []storedRow{}
	for _, fd := range stored {
		var st unix.Stat_t
		if unix.Fstat(fd.FD, &st) != nil {
			continue
		}
		row := storedRow{Name: fd.Name, Mode: st.Mode, DevMajor: unix.Major(st.Dev), DevMinor: unix.Minor(st.Dev), Inode: st.Ino}
		if kind := st.Mode & unix.S_IFMT; kind == unix.S_IFCHR || kind == unix.S_IFBLK {
			row.RdevMajor, row.RdevMinor = unix.Major(st.Rdev), unix.Minor(st.Rdev)
		}
		path, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd.FD))
		row.Path = clean(path)
		if flags, err := unix.FcntlInt(uintptr(fd.FD), unix.F_GETFL, 0); err == nil {
			row.Flags = uint32(flags)
		}
		rows = append(rows, row)
	}
	return []any{rows}, nil
}

// pidOf is the process that a descriptor of one is for (pidfd_open(2)); 0 for any other descriptor, -1 for a process
// that has been reaped.
func pidOf(fd int) int {
	info, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(info)) {
		if text, ok := strings.CutPrefix(line, "Pid:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(text))
			return pid
		}
	}
	return 0
}

// getUnitByPIDFD is GetUnitByPID for who holds on to the process, so that no other can be meant.
func getUnitByPIDFD(c *Call) ([]any, error) {
	fd, ok := c.FD(0)
	if !ok {
		return nil, unix.EBADF
	}
	pid := pidOf(fd)
	switch {
	case pid == 0:
		return nil, unix.EBADF
	case pid < 0:
		return nil, unix.ESRCH
	}
	u, err := c.unitByPID(pid)
	if err != nil {
		return nil, err
	}
	return []any{UnitPath(u.Name), u.Name, invocation(u)}, nil
}

// invocation is the id of a unit's run as bytes, empty for one that has not run.
func invocation(u *supervisor.Unit) []byte {
	id := u.InvocationID()
	bytes := make([]byte, 0, len(id)/2)
	for i := 0; i+1 < len(id); i += 2 {
		b, _ := strconv.ParseUint(id[i:i+2], 16, 8)
		bytes = append(bytes, byte(b))
	}
	return bytes
}
