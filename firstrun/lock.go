package firstrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lockFile is locked, with flock(2), by whoever writes to the volume. The kernel lets go of the lock when its
// holder dies, so what is written in the file is for people: it tells who holds the lock, or who died with it.
//
// Some network file systems cannot lock. There the directory lockDir is the lock: whoever made it holds it,
// and shows that he lives by its time. A lock that has not moved for lockStale is a dead container's.
const (
	lockFile   = "lock"
	lockDir    = "lock.held"
	lockBeat   = 2 * time.Second
	lockStale  = 15 * time.Second
	lockPoll   = 100 * time.Millisecond
	ownerLimit = 4096
)

// Owner is who holds a lock.
type Owner struct {
	Host  string    `json:"host"` // of a container: its id, unless it was given another name
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	What  string    `json:"what"`
}

// String tells of the owner.
func (o Owner) String() string {
	if o.Host == "" {
		return "another container"
	}
	return fmt.Sprintf("container %s (%s since %s)", o.Host, o.What, o.Since.Format(time.RFC3339))
}

// LockedError is the error of a lock that another container holds.
type LockedError struct {
	Volume string
	Owner  Owner
}

// Error says who holds the lock.
func (e *LockedError) Error() string {
	return fmt.Sprintf("cannot lock volume %s: %s uses it", e.Volume, e.Owner)
}

// Lock is a lock that is held.
type Lock struct {
	v    *Volume
	fd   int
	use  int           // descriptor of inUseFile, if nobody's services may use the volume; else -1
	stop chan struct{} // of the heartbeat; nil where the kernel locks
	done chan struct{}
	// Died is who held the lock before and did not live to give it back; nil if nobody.
	Died *Owner
}

// Lock takes the volume's lock for what is named, waiting for others as long as wait says. While it waits
// waiting is called, once, with who holds the lock.
func (v *Volume) Lock(what string, wait time.Duration, waiting func(Owner)) (*Lock, error) {
	if err := v.MakeState(); err != nil {
		return nil, err
	}
	fd, err := v.Sys.Open(v.State, lockFile, unix.O_RDWR|unix.O_CREAT, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w%s", v.statePath(lockFile), err, hint(err))
	}
	l := &Lock{v: v, fd: fd, use: -1}
	deadline := time.Now().Add(wait)
	said := false
	var seen heartbeat
	for {
		held, err := l.try(&seen)
		if err != nil {
			v.Sys.Close(fd)
			return nil, fmt.Errorf("cannot lock %s: %w", v.statePath(lockFile), err)
		}
		if !held {
			break
		}
		owner, _ := l.owner()
		if !time.Now().Before(deadline) {
			v.Sys.Close(fd)
			return nil, &LockedError{v.Path, owner}
		}
		if !said && waiting != nil {
			said = true
			waiting(owner)
		}
		time.Sleep(min(lockPoll, time.Until(deadline)))
	}
	if died, ok := l.owner(); ok {
		l.Died = &died
	}
	l.sign(what)
	return l, nil
}

// heartbeat is when a lock directory was seen to move last.
type heartbeat struct {
	mtime int64
	at    time.Time
}

// try tries to take the lock; held tells that another one has it.
func (l *Lock) try(seen *heartbeat) (held bool, err error) {
	switch err := l.v.Sys.Lock(l.fd, unix.LOCK_EX|unix.LOCK_NB); err {
	case nil:
		return false, nil
	case unix.EWOULDBLOCK:
		return true, nil
	case unix.ENOLCK, unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL:
		return l.tryDir(seen)
	default:
		return false, err
	}
}

func (l *Lock) tryDir(seen *heartbeat) (held bool, err error) {
	sys, state := l.v.Sys, l.v.State
	err = sys.Mkdir(state, lockDir, 0o700)
	if err == nil {
		l.stop, l.done = make(chan struct{}), make(chan struct{})
		go l.beat()
		return false, nil
	}
	if err != unix.EEXIST {
		return false, err
	}
	var st unix.Stat_t
	if err := sys.Stat(state, lockDir, &st); err != nil {
		return err == unix.ENOENT, ignoreMissing(err)
	}
	if m := st.Mtim.Nano(); seen.at.IsZero() || m != seen.mtime {
		*seen = heartbeat{m, time.Now()}
		return true, nil
	}
	if time.Since(seen.at) < lockStale {
		return true, nil
	}
	// One of those who see this removes it; a rename tells which.
	grave := fmt.Sprintf("%s.%d", lockDir, os.Getpid())
	if err := sys.Rename(state, lockDir, state, grave); err == nil {
		_ = sys.Unlink(state, grave, unix.AT_REMOVEDIR)
	}
	*seen = heartbeat{}
	return true, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// beat shows that the holder of a lock directory lives.
func (l *Lock) beat() {
	defer close(l.done)
	tick := time.NewTicker(lockBeat)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = l.v.Sys.Times(l.v.State, lockDir, time.Now().UnixNano())
		case <-l.stop:
			return
		}
	}
}

// owner reads who has signed the lock.
func (l *Lock) owner() (o Owner, ok bool) {
	buf := make([]byte, ownerLimit)
	n, err := l.v.Sys.Read(l.fd, buf, 0)
	if err != nil || n == 0 || json.Unmarshal(buf[:n], &o) != nil {
		return Owner{}, false
	}
	return o, true
}

func (l *Lock) sign(what string) {
	host, _ := os.Hostname()
	data, err := json.Marshal(Owner{Host: strings.ToValidUTF8(host, "?"), PID: os.Getpid(), Since: time.Now().UTC(), What: what})
	if err != nil {
		return
	}
	// Nothing but a message depends on it.
	_ = l.v.Sys.Truncate(l.fd, 0)
	_ = l.v.Sys.Write(l.fd, data, 0)
}

// Unlock gives the lock back.
func (l *Lock) Unlock() {
	_ = l.v.Sys.Truncate(l.fd, 0)
	if l.stop != nil {
		close(l.stop)
		<-l.done
		_ = l.v.Sys.Unlink(l.v.State, lockDir, unix.AT_REMOVEDIR)
	}
	if l.use >= 0 {
		l.v.Sys.Close(l.use)
	}
	l.v.Sys.Close(l.fd)
}
