//go:build linux && (amd64 || arm64)

package pid1

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// syscall.ForkExec cannot serve as the fast path: the environment of every process holds its own pid
// ($SYSTEMD_EXEC_PID), which is known only after the fork; a limit on open files cannot be given; and when exec
// fails it waits for the child itself, which steals an exit from the reaper. So PID 1 forks itself, the way
// package syscall does: the child borrows the address space (vfork(2)) and does nothing but raw system calls.

func rawVfork(flags uintptr) (pid, errno uintptr)

//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

//go:linkname afterForkInChild syscall.runtime_AfterForkInChild
func afterForkInChild()

// image is all that a fork needs, laid out for the kernel beforehand.
type image struct {
	calls   []call
	paths   []*byte // candidates, tried in turn while there is no such file
	argv    []*byte
	envv    []*byte
	pidText [][]byte        // room for the own pid, within the strings of envv
	refused []syscall.Errno // the error of each call that was passed over
	failed  int             // the call that failed; len(calls) for exec
	errno   syscall.Errno
}

const pidRoom = 11 // the digits of a pid and the terminating NUL

// forkExec starts the process of an image. When it returns the program has been executed, or img.errno says why
// not; in both cases there is a process, whose exit is left to the reaper. An error means that there is none.
func (img *image) forkExec() (int, error) {
	fix(img.calls)
	img.refused = make([]syscall.Errno, len(img.calls))
	syscall.ForkLock.Lock()
	pid, errno := img.clone()
	syscall.ForkLock.Unlock()
	runtime.KeepAlive(img)
	if errno != 0 {
		return 0, syscall.Errno(errno)
	}
	return int(pid), nil
}

// clone forks; in the child it does not return.
//
// Nothing here may grow the stack, allocate or call what is instrumented: the child shares everything with a
// parent that is stopped in the middle of this function.
//
//go:noinline
//go:norace
//go:nocheckptr
func (img *image) clone() (pid, errno uintptr) {
	var (
		r, prev, own uintptr
		e            syscall.Errno
		i, n, w      int
		c            *call
		b            []byte
	)
	beforeFork()
	pid, errno = rawVfork(uintptr(unix.CLONE_VFORK | unix.CLONE_VM | int(unix.SIGCHLD)))
	if errno != 0 || pid != 0 {
		afterFork()
		return pid, errno
	}

	afterForkInChild()
	own, _, _ = syscall.RawSyscall6(unix.SYS_GETPID, 0, 0, 0, 0, 0, 0)
	for i = 0; i < len(img.pidText); i++ {
		b = img.pidText[i]
		n = pidRoom - 1
		for r = own; r > 0; r /= 10 {
			n--
			b[n] = byte('0' + r%10)
		}
		for w = 0; n < pidRoom-1; n++ {
			b[w] = b[n]
			w++
		}
		b[w] = 0
	}
	for i = 0; i < len(img.calls); i++ {
		c = &img.calls[i]
		if c.Prev >= 0 {
			c.Args[c.Prev] = prev
		}
		r, _, e = syscall.RawSyscall6(c.Nr, c.Args[0], c.Args[1], c.Args[2], c.Args[3], c.Args[4], c.Args[5])
		if e == 0 {
			prev = r
			continue
		}
		prev = ^uintptr(0)
		if c.Soft && refused(e) {
			img.refused[i] = e
			continue
		}
		if c.Optional {
			continue
		}
		img.failed, img.errno = i, e
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, uintptr(c.Step), 0, 0, 0, 0, 0)
	}
	for i = 0; i < len(img.paths); i++ {
		_, _, e = syscall.RawSyscall6(unix.SYS_EXECVE, uintptr(unsafe.Pointer(img.paths[i])),
			uintptr(unsafe.Pointer(&img.argv[0])), uintptr(unsafe.Pointer(&img.envv[0])), 0, 0, 0)
		if e != unix.ENOENT && e != unix.EACCES && e != unix.ENOTDIR {
			break
		}
	}
	img.failed, img.errno = len(img.calls), e
	for {
		syscall.RawSyscall6(unix.SYS_EXIT_GROUP, uintptr(stepExec), 0, 0, 0, 0, 0)
	}
}
