package pid1

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// SpawnerConfig is what a Spawner is told about the machine and about PID 1.
type SpawnerConfig struct {
	// NamelessUser leaves $USER out where no User= is set, as older releases of systemd do.
	NamelessUser bool
	// Env is what every service starts with: $PATH, $LANG, DefaultEnvironment=, systemctl set-environment.
	Env []string
	// PassEnv is what PassEnvironment= takes from: PID 1's own environment.
	PassEnv []string
	// NotifyPath is the value of $NOTIFY_SOCKET.
	NotifyPath string
	// Self is our own binary for the shim; /proc/self/exe if empty.
	Self string
	// Root is put before the paths of files and directories that units name; for tests.
	Root string
	// Output gives the descriptor that takes a unit's output for the journal, kmsg and console kinds. It stays
	// the property of who gives it.
	Output func(u *units.Unit, role supervisor.Role) (*os.File, error)
	// JournalStream: Output's descriptors are streams of a journal that also has its native socket, so
	// $JOURNAL_STREAM may say so.
	JournalStream bool
	// Credentials is the directory for the credentials of units; /run/credentials if empty.
	Credentials string
	// Identity is who PID 1 is; that of the calling process if nil.
	Identity *Identity
	// Report takes events. It must not wait: it is called from within Spawn, too.
	Report func(supervisor.Event)
	// Log takes what is worth a line about a unit: why a process could not be set up, and, once for each
	// unit and setting, what the container does not permit.
	Log func(level supervisor.Level, unit, message string)
	// Go runs a function on a goroutine of its own and survives a panic in it; nil: nothing does.
	Go func(func())
	// Tracker is told of each process, and marks those of a unit.
	Tracker *Tracker
}

// Spawner starts the processes of units.
type Spawner struct {
	cfg      spawnerConfig  `handover:"-"`
	env      []string       `handover:"-"`
	pass     []string       `handover:"-"`
	accounts accounts       `handover:"-"`
	own      *account       `handover:"-"`
	null     int            `handover:"-"`
	umask    units.FileMode `handover:"-"`
	hard     [16]uint64     `handover:"-"` // PID 1's hard limits
	maxFiles uint64         `handover:"-"`
	ignored  []int          `handover:"-"` // signals that PID 1 was started with as ignored
	viaShim  bool           `handover:"-"` // for tests: always take the shim

	mu      sync.Mutex `handover:"-"`
	noted   map[string]bool
	dynamic map[string]uint32

	pending sync.Mutex        `handover:"-"` // guards shims, and what they say until it has been passed on
	shims   map[int]*shimWait // that have not executed their program yet, by pid
}

// spawnerConfig is a SpawnerConfig with the identity resolved.
type spawnerConfig struct {
	SpawnerConfig
	Identity Identity
}

// NewSpawner makes a Spawner. It opens /dev/null, for which an error is returned where there is none.
func NewSpawner(cfg SpawnerConfig) (*Spawner, error) {
	s := &Spawner{
		cfg: spawnerConfig{SpawnerConfig: cfg}, accounts: accounts{cfg.Root},
		noted: map[string]bool{}, dynamic: map[string]uint32{}, shims: map[int]*shimWait{},
	}
	if cfg.Identity != nil {
		s.cfg.Identity = *cfg.Identity
	} else {
		s.cfg.Identity = readIdentity()
	}
	if s.cfg.Self == "" {
		s.cfg.Self = "/proc/self/exe"
	}
	if s.cfg.Credentials == "" {
		s.cfg.Credentials = cfg.Root + "/run/credentials"
	}
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open /dev/null: %w", err)
	}
	s.null = null
	mask := unix.Umask(0o022)
	unix.Umask(mask)
	s.umask = units.FileMode(mask)
	s.readLimits()
	s.ignored = ignoredSignals()
	s.SetEnv(cfg.Env, cfg.PassEnv)
	return s, nil
}

// SetEnv replaces the manager's environment (systemctl set-environment).
func (s *Spawner) SetEnv(env, pass []string) {
	s.env = units.MergeEnv(nil, env...)
	s.pass = units.MergeEnv(units.MergeEnv(nil, pass...), env...)
}

// Close gives back what the Spawner holds.
func (s *Spawner) Close() { unix.Close(s.null) }

// Spawn starts a process; see supervisor.Host.
func (s *Spawner) Spawn(sp *supervisor.Spawn) (pid int, err error) {
	p, err := s.resolve(sp)
	defer func() {
		for _, fd := range p.closing {
			unix.Close(fd)
		}
	}()
	var setup *setupError
	switch {
	case errors.As(err, &setup):
		s.log(supervisor.LevelError, sp.Unit.Name, fmt.Sprintf("%s: %v", sp.Command.Path, err))
		p.calls = []call{sys(setup.step, "", unix.SYS_EXIT_GROUP, uintptr(setup.step))}
		pid, err = (&image{calls: p.calls, argv: []*byte{nil}, envv: []*byte{nil}}).forkExec()
	case err != nil:
		return 0, fmt.Errorf("cannot start %s of %s: %w", sp.Command.Path, sp.Unit.Name, err)
	default:
		s.compile(p)
		if s.viaShim || len(shimReasons(p)) > 0 {
			pid, err = s.spawnShim(sp, p)
		} else {
			pid, err = s.spawnFast(sp, p)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("cannot fork for %s: %w", sp.Unit.Name, err)
	}
	if s.cfg.Tracker != nil {
		s.cfg.Tracker.Started(sp.Unit.Name, sp.InvocationID, pid)
	}
	return pid, nil
}

// shimReasons lists why a process cannot be set up between fork and exec of PID 1 itself.
func shimReasons(p *process) []string {
	var why []string
	for i, st := range p.streams {
		if st.path == "" {
			continue
		}
		// PID 1 waits until the child has executed its program; opening these may wait for someone.
		var info unix.Stat_t
		if err := unix.Stat(st.path, &info); err == nil && info.Mode&unix.S_IFMT != unix.S_IFREG {
			why = append(why, fmt.Sprintf("stream %d opens %s, which may wait", i, st.path))
		}
	}
	for _, arg := range p.argv {
		if strings.Contains(arg, ownPID) {
			why = append(why, "the command line holds the pid of the process")
			break
		}
	}
	return why
}

// spawnFast forks PID 1; the child does all calls and executes the program.
func (s *Spawner) spawnFast(sp *supervisor.Spawn, p *process) (int, error) {
	img := newImage(append(s.place(p), p.calls...), p.paths, p.argv, p.env)
	pid, err := img.forkExec()
	if err != nil {
		return 0, err
	}
	for i, e := range img.refused {
		if e != 0 {
			s.refusal(p.unit.Name, img.calls[i].What, e)
		}
	}
	if img.errno != 0 {
		what, at := p.paths[0], stepExec
		if img.failed < len(img.calls) {
			what, at = img.calls[img.failed].What, img.calls[img.failed].Step
		}
		s.failure(p.unit.Name, at, what, img.errno)
	} else if sp.ReportExec && s.cfg.Report != nil {
		s.cfg.Report(supervisor.Executed{PID: pid})
	}
	return pid, nil
}

// newImage lays out strings for execve.
func newImage(calls []call, paths, argv, env []string) *image {
	img := &image{calls: calls, failed: -1}
	size := 0
	for _, list := range [][]string{paths, argv, env} {
		for _, str := range list {
			size += len(str) + 1 + pidRoom
		}
	}
	room := make([]byte, 0, size)
	put := func(str string) *byte {
		at := len(room)
		name, own := strings.CutSuffix(str, ownPID)
		room = append(room, name...)
		if own {
			from := len(room)
			room = room[:from+pidRoom]
			img.pidText = append(img.pidText, room[from:from+pidRoom])
			return &room[at]
		}
		room = append(room, 0)
		return &room[at]
	}
	list := func(strs []string, end int) []*byte {
		out := make([]*byte, 0, len(strs)+end)
		for _, str := range strs {
			out = append(out, put(str))
		}
		return out[:len(strs)+end]
	}
	img.paths, img.argv, img.envv = list(paths, 0), list(argv, 1), list(env, 1)
	return img
}

func (s *Spawner) log(level supervisor.Level, unit, message string) {
	if s.cfg.Log != nil {
		s.cfg.Log(level, unit, message)
	}
}

// note logs something about a unit once.
func (s *Spawner) note(unit, message string) {
	s.mu.Lock()
	said := s.noted[unit+"\n"+message]
	s.noted[unit+"\n"+message] = true
	s.mu.Unlock()
	if !said {
		s.log(supervisor.LevelNotice, unit, message)
	}
}

func (s *Spawner) refusal(unit, what string, e syscall.Errno) {
	if what != "" {
		s.note(unit, fmt.Sprintf("cannot apply %s= here (%v): going on without", what, e))
	}
}

func (s *Spawner) failure(unit string, at step, what string, e syscall.Errno) {
	s.log(supervisor.LevelError, unit, fmt.Sprintf("cannot execute: step %d (%s): %v", int(at), what, e))
}

// readIdentity reads who the calling process is.
func readIdentity() Identity {
	id := Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) == nil {
		id.Capabilities = uint64(data[0].Effective) | uint64(data[1].Effective)<<32
	}
	for c := range 64 {
		if have, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(c), 0, 0, 0); err == nil && have == 1 {
			id.Bounding |= 1 << c
		}
	}
	return id
}

// ignoredSignals lists the signals that children would inherit as ignored, SIGPIPE aside.
func ignoredSignals() []int {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(data), "\nSigIgn:\t")
	text, _, _ := strings.Cut(rest, "\n")
	mask, _ := strconv.ParseUint(text, 16, 64)
	var list []int
	for sig := 1; sig <= 64; sig++ {
		if mask&(1<<(sig-1)) != 0 && syscall.Signal(sig) != unix.SIGPIPE {
			list = append(list, sig)
		}
	}
	return list
}
