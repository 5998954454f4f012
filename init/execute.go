package pid1

import (
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// legacyMarker is the first argument of a binary that is to take over: the number of the descriptor, and the signals
// that came while it was about to be executed. "check" asks whether it can.
const legacyMarker = "--deserialize="

// legacyAnswer is what a binary says to that.
var legacyAnswer = "pintle takes over form " + strconv.Itoa(legacyFormat) + "\n"

// checkTime is how long the answer may take.
const checkTime = 5 * time.Second

// selfPath is the binary that we are.
const selfPath = "/proc/self/exe"

// programs are the binaries to try, in this order: the one that is now where ours was, which may be another after an
// upgrade, and the one that we are. What cannot take over, because it is broken or older than all this, is no choice:
// when it is executed there is no way back.
func (p *PID1) programs() []string {
	path, err := os.Readlink(selfPath)
	if err != nil {
		return []string{os.Args[0]}
	}
	path = strings.TrimSuffix(path, " (deleted)")
	there, err := os.Stat(path)
	if err != nil {
		return []string{selfPath}
	}
	if here, err := os.Stat(selfPath); err == nil && os.SameFile(there, here) {
		return []string{path, selfPath}
	}
	if err := canTakeOver(path); err != nil {
		p.logf(supervisor.LevelWarning, "%s was replaced, but cannot take over (%v): executing what it was", path, err)
		return []string{selfPath}
	}
	return []string{path, selfPath}
}

// canTakeOver asks a binary whether it could go on where we are.
func canTakeOver(path string) error {
	var out [2]int
	if err := unix.Pipe2(out[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(out[0])
	pid, err := forkUnblocked(path, []string{path, legacyMarker + "check"}, &syscall.ProcAttr{
		Dir: "/", Env: []string{"PATH=" + DefaultPath}, Files: []uintptr{0, uintptr(out[1]), 2}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	unix.Close(out[1])
	if err != nil {
		return err
	}
	answer := readAnswer(out[0], len(legacyAnswer), time.Now().Add(checkTime))
	_ = unix.Kill(pid, unix.SIGKILL) // what has not answered will not, and what has is done
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
			break
		}
	}
	if answer != legacyAnswer {
		return fmt.Errorf("it says %q and not %q", answer, legacyAnswer)
	}
	return nil
}

func readAnswer(fd, most int, until time.Time) (answer string) {
	buf := make([]byte, most)
	for len(answer) < most {
		left := time.Until(until)
		if left <= 0 {
			break
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			break
		}
		n, err = unix.Read(fd, buf[:most-len(answer)])
		if err != nil || n <= 0 {
			break
		}
		answer += string(buf[:n])
	}
	return answer
}

// forkUnblocked is ForkExec for a process that is to be interested in all signals: those of PID 1 that were blocked
// while it was executed stay blocked in its threads (see execute).
func forkUnblocked(path string, argv []string, attr *syscall.ProcAttr) (int, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var none, before unix.Sigset_t
	if unix.PthreadSigmask(unix.SIG_SETMASK, &none, &before) == nil {
		defer func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil) }()
	}
	return syscall.ForkExec(path, argv, attr)
}

// execute replaces PID 1 with the first of the programs that can be executed. It returns if none can.
//
// Signals that have come are passed on as arguments, and from then on they are blocked: the kernel keeps them until the
// new program asks for them (signal.Notify). Only the first time this is done, when other threads do not block them
// yet, one that arrives within the few microseconds in between is ignored, as process 1 ignores what it does not catch.
// But the Go runtime unblocks SIGHUP, SIGINT and SIGTERM before a program has a say (runtime.blockableSig). It heeds
// that the first two are ignored, so that they are for that millisecond; SIGTERM then ends the container as it does
// in the first millisecond of its life (Inherit).
func (p *PID1) execute(programs []string, memory int, fds []int) error {
	for _, fd := range fds {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
	env := slices.Clone(p.environ)
	for _, name := range slices.Sorted(maps.Keys(p.engine)) {
		env = append(env, name+"="+p.engine[name])
	}
	<-p.caught
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	blocked, before := tableSignals(), unix.Sigset_t{}
	_ = unix.PthreadSigmask(unix.SIG_BLOCK, &blocked, &before)
	signal.Stop(p.signals) // waits until those that have come are in the channel
	marker := legacyMarker + strconv.Itoa(memory)
	came := drain(p.signals)
	for _, sig := range came {
		marker += "," + strconv.Itoa(int(sig))
	}
	argv := slices.Concat(os.Args[:1], []string{marker}, os.Args[1:])
	signal.Ignore(unix.SIGHUP, unix.SIGINT)
	var failure error
	for _, program := range programs {
		err := syscall.Exec(program, argv, env)
		if failure == nil {
			failure = fmt.Errorf("cannot execute %s: %w", program, err)
		}
	}
	for _, row := range signalTable {
		if row.signal != unix.SIGCHLD {
			signal.Notify(p.signals, row.signal)
		}
	}
	for _, sig := range came {
		p.signals <- sig
	}
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	return failure
}

// drain takes what is in the channel, which has room for as many.
func drain(signals <-chan os.Signal) (came []syscall.Signal) {
	for {
		select {
		case sig := <-signals:
			if s, ok := sig.(syscall.Signal); ok {
				came = append(came, s)
			}
		default:
			return came
		}
	}
}

// tableSignals are the signals of the table, but for those that the runtime wants and those that a fault of our own
// raises.
func tableSignals() (set unix.Sigset_t) {
	for _, row := range signalTable {
		if row.do == reapChildren || row.do == crash && row.signal != unix.SIGQUIT {
			continue
		}
		bit := uint(row.signal) - 1
		set.Val[bit/64] |= 1 << (bit % 64)
	}
	return set
}
