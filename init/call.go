package pid1

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// call is one system call of a new process between fork and exec. A whole process is described by a list of
// them, so that it can be set up by the fast path, which may do nothing but raw system calls in the address
// space it borrows, and by the shim, which does the very same calls in the re-executed binary.
type call struct {
	Nr          uintptr
	Args        [6]uintptr
	Data        []byte // memory that argument At points to; nil for none
	At          int
	At2, Offset int  // a second pointer, into the middle of Data; Offset 0 for none
	Prev        int  // argument that takes the result of the call before, or -1
	Soft        bool // what the kernel refuses for lack of privilege is noted and passed over
	Optional    bool // any failure is passed over silently
	Wait        bool // the shim waits until the terminal at TTY is released and tries again
	TTY         string
	Step        step // exit status if it fails
	What        string
}

// step is the stage at which a process could not be set up; its value is the exit status that
// systemd.exec(5), "Process Exit Codes", gives it.
type step int

// The stages, in the order of the table of systemd.exec(5).
const (
	stepChdir            step = 200
	stepNice             step = 201
	stepFDs              step = 202
	stepExec             step = 203
	stepLimits           step = 205
	stepOOMAdjust        step = 206
	stepSignalMask       step = 207
	stepStdin            step = 208
	stepStdout           step = 209
	stepChroot           step = 210
	stepIOPrio           step = 211
	stepTimerSlack       step = 212
	stepSecureBits       step = 213
	stepScheduler        step = 214
	stepCPUAffinity      step = 215
	stepGroup            step = 216
	stepUser             step = 217
	stepCapabilities     step = 218
	stepSetsid           step = 220
	stepStderr           step = 222
	stepNamespace        step = 226
	stepNoNewPrivileges  step = 227
	stepPersonality      step = 230
	stepRuntimeDirectory step = 233
	stepStateDirectory   step = 238
	stepCacheDirectory   step = 239
	stepLogsDirectory    step = 240
	stepConfigDirectory  step = 241
	stepKeyring          step = 237
	stepCredentials      step = 243
)

const atCWD = ^uintptr(99) // AT_FDCWD

// sys makes a call that must succeed.
func sys(s step, what string, nr uintptr, args ...uintptr) call {
	c := call{Nr: nr, Prev: -1, Step: s, What: what}
	copy(c.Args[:], args)
	return c
}

// pointing gives argument at the address of a copy of data.
func (c call) pointing(at int, data []byte) call {
	c.At, c.Data = at, data
	return c
}

// soft marks a call that a container may be refused.
func (c call) soft() call {
	c.Soft = true
	return c
}

// from gives argument at the result of the call before.
func (c call) from(at int) call {
	c.Prev = at
	return c
}

// cString is s with its terminating NUL.
func cString(s string) []byte {
	b := make([]byte, len(s)+1)
	copy(b, s)
	return b
}

// words lays out integers as the kernel reads an array of 64-bit words.
func words(v ...uint64) []byte {
	b := make([]byte, 0, 8*len(v))
	for _, w := range v {
		b = binary.NativeEndian.AppendUint64(b, w)
	}
	return b
}

// words32 lays out integers as the kernel reads an array of 32-bit words.
func words32(v ...uint32) []byte {
	b := make([]byte, 0, 4*len(v)+4)
	for _, w := range v {
		b = binary.NativeEndian.AppendUint32(b, w)
	}
	return b
}

// writeFile is the three calls that write a small file under /proc.
func writeFile(s step, what, path, text string) []call {
	return []call{
		sys(s, what, unix.SYS_OPENAT, atCWD, 0, unix.O_WRONLY|unix.O_CLOEXEC).pointing(1, cString(path)).soft(),
		sys(s, what, unix.SYS_WRITE, 0, 0, uintptr(len(text))).pointing(1, []byte(text)).from(0).soft(),
	}
}

// fix stores the addresses of the data in the arguments. The data is kept alive by the list itself, and the
// garbage collector does not move it.
func fix(calls []call) {
	for i := range calls {
		if c := &calls[i]; c.Data != nil {
			c.Args[c.At] = uintptr(unsafe.Pointer(&c.Data[0]))
			if c.Offset > 0 {
				c.Args[c.At2] = uintptr(unsafe.Pointer(&c.Data[c.Offset]))
			}
		}
	}
}

// refused tells whether an error means that a container may not do this, rather than that it went wrong.
//
//go:nosplit
func refused(e syscall.Errno) bool {
	return e == unix.EPERM || e == unix.EACCES || e == unix.ENOSYS ||
		e == unix.EROFS || e == unix.ENOENT || e == unix.EBADF
}
