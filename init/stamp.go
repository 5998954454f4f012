package pid1

import (
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// stampDir holds an empty file for each timer of Persistent=yes; its time of modification is when the timer last
// elapsed (systemd.timer(5)).
const stampDir = "/var/lib/systemd/timers"

func stampFile(unit string) string { return filepath.Join(stampDir, "stamp-"+unit) }

// ReadStamp is when a timer last elapsed, 0 if that is not known.
func (p *PID1) ReadStamp(unit string) units.Usec {
	var st unix.Stat_t
	if unix.Lstat(stampFile(unit), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0
	}
	at := time.Unix(st.Mtim.Unix())
	if at.UnixMicro() <= 0 {
		return 0
	}
	return units.Usec(at.UnixMicro())
}

// WriteStamp notes when a timer has elapsed. Without the note the timer elapses once too often after the next
// boot, which is what Persistent=yes rather has than too seldom.
func (p *PID1) WriteStamp(unit string, at units.Usec) {
	if err := writeStamp(stampFile(unit), at); err != nil {
		p.Log(supervisor.LevelWarning, unit, "cannot note when it elapsed: "+err.Error())
	}
}

func writeStamp(file string, at units.Usec) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	fd, err := unix.Open(file, unix.O_WRONLY|unix.O_CREAT|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return &os.PathError{Op: "open", Path: file, Err: err}
	}
	defer unix.Close(fd)
	ts := unix.NsecToTimeval(int64(at) * 1000)
	if err := unix.Futimes(fd, []unix.Timeval{ts, ts}); err != nil {
		return &os.PathError{Op: "utimes", Path: file, Err: err}
	}
	return nil
}
