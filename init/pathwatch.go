package pid1

import (
	"bytes"
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"

	"pintle/supervisor/epoll"
)

// pathWatches tells when files appear or change, by one inotify descriptor that exists only while something
// is watched. A path that is not there yet is watched at the deepest directory that is.
type pathWatches struct {
	set     *epoll.Set
	changed func(unit string)
	fd      int
	paths   map[string]string         // unit → path
	units   map[int32]map[string]bool // inotify watch → units
}

const watchMask = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_CLOSE_WRITE | unix.IN_ATTRIB |
	unix.IN_MOVED_FROM | unix.IN_DELETE | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF

func newPathWatches(set *epoll.Set, changed func(unit string)) *pathWatches {
	return &pathWatches{set: set, changed: changed, fd: -1, paths: map[string]string{}, units: map[int32]map[string]bool{}}
}

// watch reports changes of the file at path, and of the directories that lead to it.
func (p *pathWatches) watch(unit, path string) error {
	p.unwatch(unit)
	if p.fd < 0 {
		fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
		if err != nil {
			return fmt.Errorf("cannot watch %s: %w", path, err)
		}
		if err := p.set.Add(fd, epoll.In, p.ready); err != nil {
			unix.Close(fd)
			return err
		}
		p.fd = fd
	}
	if err := p.arm(unit, path); err != nil {
		return err
	}
	p.paths[unit] = path
	return nil
}

// arm watches every directory that leads to path as far as it exists: one of them may be moved away.
func (p *pathWatches) arm(unit, path string) error {
	watched := false
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		wd, err := unix.InotifyAddWatch(p.fd, dir, watchMask|unix.IN_ONLYDIR)
		if err == nil {
			watched = true
			p.note(wd, unit)
		} else if err == unix.ENOSPC || err == unix.ENOMEM {
			return fmt.Errorf("cannot watch %s: %w", dir, err)
		}
		if dir == "/" || dir == "." || watched {
			break
		}
	}
	if wd, err := unix.InotifyAddWatch(p.fd, path, watchMask|unix.IN_MASK_ADD); err == nil {
		p.note(int(wd), unit)
	}
	if !watched {
		return fmt.Errorf("cannot watch %s: no directory that leads to it exists", path)
	}
	return nil
}

func (p *pathWatches) note(wd int, unit string) {
	if p.units[int32(wd)] == nil {
		p.units[int32(wd)] = map[string]bool{}
	}
	p.units[int32(wd)][unit] = true
}

func (p *pathWatches) unwatch(unit string) {
	if _, ok := p.paths[unit]; !ok {
		return
	}
	delete(p.paths, unit)
	for wd, units := range p.units {
		delete(units, unit)
		if len(units) == 0 {
			delete(p.units, wd)
			_, _ = unix.InotifyRmWatch(p.fd, uint32(wd))
		}
	}
	if len(p.paths) == 0 {
		p.set.Remove(p.fd)
		unix.Close(p.fd)
		p.fd = -1
	}
}

// ready reports each unit once, however many events there are.
func (p *pathWatches) ready(uint32) {
	touched := map[string]bool{}
	var buf [4096]byte
	for {
		n, err := unix.Read(p.fd, buf[:])
		if err != nil || n <= 0 {
			break
		}
		for off := 0; off+unix.SizeofInotifyEvent <= n; {
			ev := (*unix.InotifyEvent)(unsafe.Pointer(&buf[off]))
			name := bytes.TrimRight(buf[off+unix.SizeofInotifyEvent:off+unix.SizeofInotifyEvent+int(ev.Len)], "\x00")
			off += unix.SizeofInotifyEvent + int(ev.Len)
			if ev.Mask&unix.IN_Q_OVERFLOW != 0 {
				for unit := range p.paths {
					touched[unit] = true
				}
			}
			for unit := range p.units[ev.Wd] {
				if p.concerns(unit, string(name)) {
					touched[unit] = true
				}
			}
			if ev.Mask&unix.IN_IGNORED != 0 {
				delete(p.units, ev.Wd)
			}
		}
	}
	for unit := range touched {
		if path, ok := p.paths[unit]; ok {
			_ = p.arm(unit, path) // further directories may exist now
			p.changed(unit)
		}
	}
}

// concerns tells whether an entry of a watched directory is part of the unit's path; most are not.
func (p *pathWatches) concerns(unit, name string) bool {
	if name == "" {
		return true
	}
	for path := p.paths[unit]; len(path) > 1; path = filepath.Dir(path) {
		if filepath.Base(path) == name {
			return true
		}
	}
	return false
}
