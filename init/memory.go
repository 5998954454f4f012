package pid1

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bootGC is GOGC during the boot: the first collection comes at a heap of 16 MiB, which takes several hundred
// units.
const bootGC = 400

// steadyGC is GOGC once the boot is over: the heap is a MiB or two then, and collected in less than a
// millisecond, so garbage need not become as large as what is in use.
const steadyGC = 50

// hugePage is the size of a huge page where ours can be had: on amd64, and on arm64 with pages of 4 KiB.
const hugePage = 2 << 20

// widened is the address of the heap's huge page; 0: there is none, any more.
var widened atomic.Uintptr

// widen has the heap grow into a huge page: what units are read into then costs one page fault in place of five hundred,
// a sixth of the time until the first service. The heap grows upwards, so that what is made here and never touched
// leads to the next such page. Where the kernel gives none, nothing is lost; slim returns what is not needed.
func widen() {
	probe := make([]byte, 64<<10)
	at := uintptr(unsafe.Pointer(unsafe.SliceData(probe)))
	next := (at + hugePage - 1) &^ (hugePage - 1)
	if gap := int(next-at) - len(probe); gap > 0 {
		runtime.KeepAlive(make([]byte, gap))
	}
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, next, hugePage, unix.MADV_HUGEPAGE)
	widened.Store(next)
}

// slim gives back what only the boot needed: garbage of the unit files and of the transaction, and the binary's
// read-only data, of which half are tables for the garbage collector. Those pages are clean and shared with the
// page cache; what is asked for is mapped again without being read from the disk. The code stays: to map it
// again would cost the first restart of a service a millisecond. It is called once the boot is over and after
// every reload.
func slim() {
	debug.SetGCPercent(steadyGC)
	if page := widened.Swap(0); page != 0 {
		// In small pages again, so that those which are free can be returned.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, page, hugePage, unix.MADV_NOHUGEPAGE)
	}
	debug.FreeOSMemory()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		if from, size, ok := readOnlyMapping(line, self); ok {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, size, unix.MADV_DONTNEED)
		}
	}
}

// readOnlyMapping reads a line of proc_pid_maps(5), if it is a mapping of that file that is data and not writable.
func readOnlyMapping(line, file string) (from, size uintptr, ok bool) {
	f := strings.Fields(line)
	if len(f) != 6 || f[5] != file || f[1] != "r--p" {
		return 0, 0, false
	}
	begin, end, _ := strings.Cut(f[0], "-")
	a, err := strconv.ParseUint(begin, 16, int(8*unsafe.Sizeof(from)))
	b, err2 := strconv.ParseUint(end, 16, int(8*unsafe.Sizeof(from)))
	if err != nil || err2 != nil || a >= b {
		return 0, 0, false
	}
	return uintptr(a), uintptr(b - a), true
}
