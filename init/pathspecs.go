package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/supervisor/epoll"
	"pintle/units"
)

// specWatch is the inotify descriptor of one line of a path unit (systemd.path(5)).
type specWatch struct {
	fd      int
	primary int // watch of the path itself, or -1 while it is not there
	spec    units.PathSpec
}

// What each kind of line waits for in the path itself, and in a directory that leads there.
const (
	gone     = unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ATTRIB
	entered  = unix.IN_CREATE | unix.IN_MOVED_TO
	leading  = gone | entered
	closed   = gone | entered | unix.IN_CLOSE_WRITE | unix.IN_DELETE | unix.IN_MOVED_FROM
	modified = closed | unix.IN_MODIFY
)

var specMasks = map[string]uint32{
	"PathExists": gone, "PathExistsGlob": gone, "PathChanged": closed, "PathModified": modified,
	"DirectoryNotEmpty": gone | entered,
}

// Satisfied tells whether what a line names is there.
func (p *PID1) Satisfied(spec units.PathSpec) bool {
	switch spec.Kind {
	case "PathExistsGlob":
		found, err := filepath.Glob(spec.Path)
		return err == nil && len(found) > 0
	case "DirectoryNotEmpty":
		entries, _ := os.ReadDir(spec.Path)
		for _, e := range entries {
			if !hiddenOrBackup(e.Name()) {
				return true
			}
		}
		return false
	}
	return unix.Access(spec.Path, unix.F_OK) == nil
}

func hiddenOrBackup(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return true
	}
	for _, ending := range []string{".rpmnew", ".rpmsave", ".rpmorig", ".dpkg-old", ".dpkg-new", ".dpkg-tmp",
		".dpkg-dist", ".dpkg-bak", ".dpkg-backup", ".dpkg-remove", ".swp", ".bak", ".old", ".new"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// MakeDirectory makes a directory and those that lead to it.
func (p *PID1) MakeDirectory(path string, mode units.FileMode) error {
	old := unix.Umask(0)
	defer unix.Umask(old)
	if err := os.MkdirAll(path, os.FileMode(mode&0o777)); err != nil {
		return fmt.Errorf("cannot make the directory to watch: %w", err)
	}
	return nil
}

// WatchPaths watches what the lines of a path unit name.
func (p *PID1) WatchPaths(unit string, specs []units.PathSpec) error {
	p.UnwatchPaths(unit)
	if p.takeWatches(unit, specs) {
		return nil
	}
	for _, spec := range specs {
		w, err := watchSpec(spec)
		if err != nil {
			p.UnwatchPaths(unit)
			return err
		}
		if err := p.serveSpec(unit, w); err != nil {
			p.UnwatchPaths(unit)
			return err
		}
	}
	return nil
}

func (p *PID1) serveSpec(unit string, w *specWatch) error {
	if err := p.set.Add(w.fd, epoll.In, func(uint32) { p.specChanged(unit, w) }); err != nil {
		unix.Close(w.fd)
		return err
	}
	p.specs[unit] = append(p.specs[unit], w)
	return nil
}

// takeWatches uses the watches that another PID 1 has handed over, if they are those that are wanted: what has happened
// since its last look waits there.
func (p *PID1) takeWatches(unit string, specs []units.PathSpec) bool {
	list, ok := p.inherited[unit]
	if !ok || !slices.EqualFunc(list, specs, func(w *specWatch, spec units.PathSpec) bool { return w.spec == spec }) {
		return false
	}
	delete(p.inherited, unit)
	for _, w := range list {
		p.warn(p.serveSpec(unit, w))
	}
	return true
}

// discardWatches closes those that nobody has wanted.
func (p *PID1) discardWatches() {
	for _, list := range p.inherited {
		for _, w := range list {
			unix.Close(w.fd)
		}
	}
	p.inherited = nil
}

// UnwatchPaths ends that.
func (p *PID1) UnwatchPaths(unit string) {
	for _, w := range p.specs[unit] {
		p.set.Remove(w.fd)
		unix.Close(w.fd)
	}
	delete(p.specs, unit)
}

// specChanged tells the manager of events. The watches are made anew by what comes of that.
func (p *PID1) specChanged(unit string, w *specWatch) {
	event := supervisor.PathChanged{Unit: unit}
	if w.read() && (w.spec.Kind == "PathChanged" || w.spec.Kind == "PathModified") {
		event.Path = w.spec.Path
	}
	p.manager.Handle(event)
}

// watchSpec watches a path and every directory that leads there, as far as they exist: what is missing may be
// made, and what is there moved away.
func watchSpec(spec units.PathSpec) (*specWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("cannot watch %s: %w", spec.Path, err)
	}
	w := &specWatch{fd: fd, primary: -1, spec: spec}
	watched := false
	for _, path := range leadingPaths(spec) {
		mask := uint32(leading)
		if path == spec.Path {
			mask = specMasks[spec.Kind]
		}
		wd, err := unix.InotifyAddWatch(fd, path, mask)
		if err == nil {
			watched = true
			if path == spec.Path {
				w.primary = wd
			}
			continue
		}
		if err == unix.ENOENT || err == unix.ENOTDIR || err == unix.EACCES {
			break
		}
		unix.Close(fd)
		return nil, fmt.Errorf("cannot watch %s: %w", path, err)
	}
	if !watched {
		unix.Close(fd)
		return nil, fmt.Errorf("cannot watch %s: no directory that leads to it can be", spec.Path)
	}
	return w, nil
}

// leadingPaths are the directories from the root on and the path itself; of a pattern the part that is none.
func leadingPaths(spec units.PathSpec) []string {
	path := spec.Path
	if spec.Kind == "PathExistsGlob" {
		if i := strings.IndexAny(path, "*?["); i >= 0 {
			path = filepath.Dir(path[:i] + "x")
		}
	}
	var paths []string
	for {
		paths = append([]string{path}, paths...)
		if path == "/" || path == "." {
			return paths
		}
		path = filepath.Dir(path)
	}
}

// read takes all events and tells whether one was of the path itself.
func (w *specWatch) read() (itself bool) {
	var buf [4096]byte
	for {
		n, err := unix.Read(w.fd, buf[:])
		if err != nil || n <= 0 {
			return itself
		}
		for off := 0; off+unix.SizeofInotifyEvent <= n; {
			ev := (*unix.InotifyEvent)(unsafe.Pointer(&buf[off]))
			off += unix.SizeofInotifyEvent + int(ev.Len)
			itself = itself || int(ev.Wd) == w.primary
		}
	}
}
