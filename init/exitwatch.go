package pid1

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/epoll"
)

// WatchExit reports the end of a process that is no child of PID 1, by a descriptor of it (pidfd_open(2)). A unit has
// one such watch; another takes its place.
func (p *PID1) WatchExit(unit string, pid int) error {
	p.unwatchExit(unit)
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err
	}
	err = p.set.Add(fd, epoll.In|epoll.OneShot, func(uint32) {
		if p.exitWatches[unit] == fd {
			p.unwatchExit(unit)
			p.manager.Handle(supervisor.ProcessGone{Unit: unit})
		}
	})
	if err != nil {
		unix.Close(fd)
		return err
	}
	if p.exitWatches == nil {
		p.exitWatches = map[string]int{}
	}
	p.exitWatches[unit] = fd
	return nil
}

func (p *PID1) unwatchExit(unit string) {
	if fd, ok := p.exitWatches[unit]; ok {
		delete(p.exitWatches, unit)
		p.set.Remove(fd)
		unix.Close(fd)
	}
}

// QueueSignal sends a signal with a value (sigqueue(3)).
func (p *PID1) QueueSignal(pid int, sig syscall.Signal, value int32) error {
	if pid <= 1 {
		return unix.ESRCH
	}
	const queued = ^uint32(0) // SI_QUEUE, -1
	var info [128]byte        // siginfo_t
	put := binary.NativeEndian.PutUint32
	put(info[0:], uint32(sig))
	put(info[8:], queued)
	put(info[16:], uint32(unix.Getpid()))
	put(info[20:], uint32(unix.Getuid()))
	put(info[24:], uint32(value))
	_, _, errno := unix.Syscall(unix.SYS_RT_SIGQUEUEINFO, uintptr(pid), uintptr(sig), uintptr(unsafe.Pointer(&info[0])))
	if errno != 0 {
		return errno
	}
	return nil
}
