package pid1

import (
	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// reapMax bounds one batch, so that ten thousand orphans at once do not keep a request waiting.
const reapMax = 512

// reap takes up to reapMax zombies. It is called on the loop goroutine only, and nothing else in PID 1 waits
// for processes, so every exit of a process the manager owns arrives here.
func reap(into supervisor.Exits) (exits supervisor.Exits, more bool) {
	var status unix.WaitStatus
	for len(into) < reapMax {
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
		case err != nil || pid <= 0:
			return into, false
		default:
			into = append(into, exitOf(pid, status))
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
