package run

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
)

// terminal is a pseudo terminal for a service, and ours, with which it is connected.
type terminal struct {
	master, slave *os.File
	path          string
	saved         *unix.Termios
	output        chan struct{} // closed when nothing more comes from the service
}

// openTerminal makes a pseudo terminal as wide as ours.
func openTerminal() (*terminal, error) {
	fail := func(err error) (*terminal, error) {
		return nil, command.Failf("Failed to acquire pseudo tty: %s", command.Reason(err))
	}
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return fail(err)
	}
	t := &terminal{master: os.NewFile(uintptr(fd), "/dev/ptmx"), output: make(chan struct{})}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.master.Close()
		return fail(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.master.Close()
		return fail(err)
	}
	t.path = fmt.Sprintf("/dev/pts/%d", number)
	if t.slave, err = os.OpenFile(t.path, os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.master.Close()
		return fail(err)
	}
	t.resize()
	return t, nil
}

func (t *terminal) close() {
	t.slave.Close()
	t.master.Close()
}

// resize gives the service's terminal the size of ours.
func (t *terminal) resize() {
	if size, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ); err == nil {
		_ = unix.IoctlSetWinsize(int(t.master.Fd()), unix.TIOCSWINSZ, size)
	}
}

// forward connects the terminals until the service ends. What it gives is closed when the user leaves.
func (t *terminal) forward() <-chan struct{} {
	t.slave.Close() // the service has it now; without other ends, reading from the master ends with it
	if saved, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil {
		t.saved = saved
		raw := *saved
		raw.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		raw.Oflag &^= unix.OPOST
		raw.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		raw.Cflag = raw.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
		_ = unix.IoctlSetTermios(0, unix.TCSETS, &raw)
	}
	sizes := make(chan os.Signal, 1)
	signal.Notify(sizes, unix.SIGWINCH)
	go func() {
		for range sizes {
			t.resize()
		}
	}()
	go func() {
		_, _ = io.Copy(os.Stdout, t.master) // ends with EIO when the service closes its end
		close(t.output)
	}()
	detached := make(chan struct{})
	go t.input(detached)
	return detached
}

// The user leaves by typing ^] three times within a second.
const (
	leaveKey   = 0x1d
	leaveTimes = 3
	leaveSpan  = time.Second
)

// input copies what the user types.
func (t *terminal) input(detached chan<- struct{}) {
	var times []time.Time
	buffer := make([]byte, 4096)
	for {
		n, err := os.Stdin.Read(buffer)
		if t.saved != nil && bytes.IndexByte(buffer[:n], leaveKey) >= 0 {
			now := time.Now()
			for range bytes.Count(buffer[:n], []byte{leaveKey}) {
				times = append(times, now)
			}
			if len(times) >= leaveTimes && now.Sub(times[len(times)-leaveTimes]) < leaveSpan {
				close(detached)
				return
			}
		}
		if n > 0 {
			if _, err := t.master.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if t.saved == nil {
				_, _ = t.master.Write([]byte{4}) // ^D: the input is over
			}
			return
		}
	}
}

// drainWait bounds how long we wait for the last words: processes that outlive the service keep the terminal open.
const drainWait = 2 * time.Second

// drain waits until everything that the service wrote is shown.
func (t *terminal) drain() {
	select {
	case <-t.output:
	case <-time.After(drainWait):
	}
}

// restore gives our terminal back as it was.
func (t *terminal) restore() {
	if t.saved != nil {
		_ = unix.IoctlSetTermios(0, unix.TCSETS, t.saved)
		t.saved = nil
	}
}
