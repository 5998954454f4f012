package try

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Setup is the inner half: process 1 of fresh namespaces. It arranges what an engine would and becomes
// `pintle init`; it returns only if it cannot.
func Setup() error {
	runtime.LockOSThread()
	io.Copy(io.Discard, os.NewFile(3, "gate")) // until our ids are mapped
	if err := becomeRoot(); err != nil {
		return err
	}
	planned := os.NewFile(4, "plan")
	if _, err := planned.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("cannot read the plan: %w", err)
	}
	var p plan
	if err := json.NewDecoder(planned).Decode(&p); err != nil {
		return fmt.Errorf("cannot read the plan: %w", err)
	}
	planned.Close()
	// Becoming root has undone what the outer half asked for.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("cannot follow the outer process: %w", err)
	}
	self, err := unix.Open("/proc/self/exe", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot open the binary: %w", err)
	}
	if err := unix.Sethostname([]byte(p.Hostname)); err != nil {
		return fmt.Errorf("cannot set the host name: %w", err)
	}
	if p.PrivateNetwork {
		if err := loopback(); err != nil {
			return err
		}
	}
	if err := p.enter(); err != nil {
		return err
	}
	args := append([]string{"init"}, os.Args[1:]...)
	err = unix.Exec("/proc/self/fd/"+strconv.Itoa(self), args, os.Environ())
	return fmt.Errorf("cannot execute pintle inside: %w", err)
}

// loopback brings the interface lo up.
func loopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot bring the loopback interface up: %w", err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("cannot bring the loopback interface up: %w", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(ifr))); errno != 0 {
		return fmt.Errorf("cannot bring the loopback interface up: %w", errno)
	}
	return nil
}
