package firstrun

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// inUseFile is locked, shared with others, by PID 1 of every container whose services use the volume, for as
// long as it lives. Whoever fills or upgrades the volume locks it for himself alone: services of another
// container must not see their files change.
const inUseFile = "in-use"

// Use marks a volume as used by this container's services. The mark lasts as long as the descriptor is open,
// that is as long as the process lives; -1 where there is nothing to mark.
func Use(volume string) int {
	fd, err := unix.Open(volume+"/"+StateDir+"/"+inUseFile, unix.O_RDWR|openAlways, 0)
	if err != nil {
		// A volume that is mounted read-only is used, too.
		if fd, err = unix.Open(volume+"/"+StateDir+"/"+inUseFile, unix.O_RDONLY|openAlways, 0); err != nil {
			return -1
		}
	}
	if unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB) != nil {
		unix.Close(fd)
		return -1
	}
	if host, err := os.Hostname(); err == nil {
		_, _ = unix.Pwrite(fd, []byte(host+"\n"), 0) // for messages
		_ = unix.Ftruncate(fd, int64(len(host)+1))
	}
	return fd
}

// Exclude waits until no container's services use the volume, and keeps others from it until the lock is given
// back. Without locks in the file system nobody can tell, and that is taken for nobody.
func (l *Lock) Exclude(wait time.Duration, waiting func(Owner)) error {
	v := l.v
	fd, err := v.Sys.Open(v.State, inUseFile, unix.O_RDWR|unix.O_CREAT, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w%s", v.statePath(inUseFile), err, hint(err))
	}
	deadline := time.Now().Add(wait)
	said := false
	for {
		err := v.Sys.Lock(fd, unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EWOULDBLOCK {
			l.use = fd
			return nil
		}
		buf := make([]byte, 256)
		n, _ := v.Sys.Read(fd, buf, 0)
		owner := Owner{Host: strings.TrimSpace(string(buf[:max(n, 0)])), What: "its services run", Since: v.inUseSince()}
		if !time.Now().Before(deadline) {
			v.Sys.Close(fd)
			return &LockedError{v.Path, owner}
		}
		if !said && waiting != nil {
			said = true
			waiting(owner)
		}
		time.Sleep(min(lockPoll, time.Until(deadline)))
	}
}

func (v *Volume) inUseSince() time.Time {
	var st unix.Stat_t
	if v.Sys.Stat(v.State, inUseFile, &st) != nil {
		return time.Time{}
	}
	return time.Unix(st.Mtim.Unix()).UTC()
}
