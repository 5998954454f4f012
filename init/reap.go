package pid1

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// reapMax bounds one batch, so that ten thousand orphans at once do not keep a request waiting.
const reapMax = 512

// singly is how many zombies are looked at one by one (see PID1.reap) before they are taken by the batch.
const singly = 32

// nextZombie is a child that has ended and is not reaped yet, or 0.
func nextZombie() int {
	// siginfo_t as waitid(2) fills it in: the pid follows three integers, aligned as its union is.
	var info struct {
		signo, errno, code int32
		_                  [unsafe.Sizeof(uintptr(0)) - 4]byte
		pid                int32
		_                  [128]byte
	}
	err := unix.Waitid(unix.P_ALL, 0, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err != nil {
		return 0
	}
	return int(info.pid)
}

// reap takes up to reapMax zombies, or, if pid is not -1, that one. It is called on the loop goroutine only, and
// nothing else in PID 1 waits for processes, so every exit of a process the manager owns arrives here.
func reap(pid int, into supervisor.Exits) (exits supervisor.Exits, more bool) {
	var status unix.WaitStatus
	most := reapMax
	if pid > 0 {
		most = len(into) + 1
	}
	for len(into) < most {
		one, err := unix.Wait4(pid, &status, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
		case err != nil || one <= 0:
			return into, false
		default:
			into = append(into, exitOf(one, status))
		}
	}
	return into, true
}

func exitOf(pid int, status unix.WaitStatus) supervisor.Exit {
	switch {
	case status.CoreDump():
		return supervisor.Exit{PID: pid, Code: supervisor.CodeDumped, Status: int(status.Signal())}
	case status.Signaled():
		return supervisor.Exit{PID: pid, Code: supervisor.CodeKilled, Status: int(status.Signal())}
	default:
		return supervisor.Exit{PID: pid, Code: supervisor.CodeExited, Status: status.ExitStatus()}
	}
}
