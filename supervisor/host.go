package supervisor

import (
	"syscall"

	"pintle/units"
)

// Host is everything outside of the manager: the kernel, the clock, files, the console. No call waits for
// another process; what takes time is reported later as an Event. The manager calls it from one goroutine.
type Host interface {
	// Now is the present instant.
	Now() Instant

	// Spawn starts a process and returns its pid once it exists. An error means that nothing was started
	// and that no exit will be reported (Result=resources). A process that could not be set up or executed
	// is reported like any other, by an Exit with one of the codes 200…245 of systemd.exec(5). When the
	// program has replaced the new process, an Executed event follows if Spawn.ReportExec is set.
	Spawn(*Spawn) (pid int, err error)

	// Signal sends a signal to a process; syscall.ESRCH if it is gone.
	Signal(pid int, sig syscall.Signal) error

	// Processes lists the live processes of a unit, zombies not counted, in no certain order: those in its
	// cgroup, or those of its lineage where no cgroup may be made.
	Processes(unit string) []int

	// Adopt makes a process that the host may not know (a MAINPID= or PIDFile= one) part of a unit. child
	// tells whether it is the manager's own child; the exit of another's is not reported.
	Adopt(unit string, pid int) (child bool)

	// Alive tells whether a process exists and is no zombie.
	Alive(pid int) bool

	// Test evaluates one condition, "!" included; an error counts as false.
	Test(units.Condition) (bool, error)

	// ReadPIDFile reads the first line of a PID file. It checks that the file is no symlink planted by
	// another user (systemd.service(5), PIDFile=); trusted means that the file is owned by root, so that
	// the process need not be known to belong to the unit.
	ReadPIDFile(path string) (pid int, trusted bool, err error)

	// WatchPath reports PathChanged{unit} whenever the file at path may have been created or changed,
	// until UnwatchPath.
	WatchPath(unit, path string) error
	UnwatchPath(unit string)

	// Remove unlinks a file that the unit owns (a PID file); a missing one is no error.
	Remove(path string)

	// Listen opens the sockets of a socket unit, in the order of its Listen…= lines, and reports
	// Connection{unit} once when one of them becomes readable after Accepting(unit, true).
	Listen(u *units.Unit) ([]FD, error)
	Accepting(unit string, watch bool)

	// CloseFDs closes descriptors that were handed to the manager.
	CloseFDs([]FD)

	// SameFile tells whether two descriptors are of the same file (device and inode).
	SameFile(a, b int) bool

	// WatchStored reports StoredHangup when a descriptor of a unit's fd store sees EPOLLHUP or EPOLLERR.
	WatchStored(unit string, fd FD)

	// WatchBusName reports BusNameOwner events for a name of Type=dbus; false if there is no bus.
	WatchBusName(unit, name string) bool

	// Cleanup is called when a service has become inactive or a socket has been closed. Of a socket the host
	// removes what is in the file system (RemoveOnStop=). Of a service it forgets the processes and removes the
	// runtime directories unless keepRuntime is set.
	Cleanup(u *units.Unit, keepRuntime bool)

	// UnitChanged and JobDone tell of every change of state and of every job that ends, for the console,
	// the bus and tests. They must not call back into the manager.
	UnitChanged(u *Unit, from, to ActiveState)
	JobDone(j *Job)

	// Log writes a line about a unit ("" for the manager itself).
	Log(level Level, unit, message string)

	// Exit ends the manager's run, once: every unit has been stopped, or an action asks for it at once.
	Exit(Objective)
}

// Instant is a point in time on both clocks, in microseconds.
type Instant struct {
	Monotonic units.Usec
	Realtime  units.Usec
}

// FD is an open descriptor with its name (sd_listen_fds_with_names(3)).
type FD struct {
	FD   int
	Name string
}

// descriptor is the number of an open descriptor without a name, or -1.
type descriptor int

// Level is a syslog(3) priority.
type Level int

// The levels in use.
const (
	LevelError   Level = 3
	LevelWarning Level = 4
	LevelNotice  Level = 5
	LevelInfo    Level = 6
	LevelDebug   Level = 7
)

// Spawn is one process to start. The host adds what only it can know: the manager's environment, the
// environment files, user and group, limits, directories, standard streams.
type Spawn struct {
	Unit         *units.Unit
	Role         Role
	Command      units.Command
	InvocationID string     // 32 hex digits
	Env          []string   // $MAINPID, $SERVICE_RESULT, $TRIGGER_UNIT, …: below the unit's own settings
	FDs          []FD       // LISTEN_FDS: sockets, then the fd store; for the main process only
	Sockets      int        // how many of them are sockets, or the connection, that NonBlocking= is about
	Stdin        int        // socket or connection for StandardInput=socket, else -1
	Streams      *Streams   // standard streams that are to be used in place of the unit's settings
	Notify       bool       // set $NOTIFY_SOCKET
	Watchdog     units.Usec // $WATCHDOG_USEC, 0 for none
	ReportExec   bool       // report Executed
	RootOnly     bool       // PermissionsStartOnly=: User= and RootDirectory= do not apply
}

// Role says which of a unit's command lists a process belongs to.
type Role string

// The roles of processes.
const (
	RoleCondition Role = "ExecCondition"
	RoleStartPre  Role = "ExecStartPre"
	RoleStart     Role = "ExecStart"
	RoleStartPost Role = "ExecStartPost"
	RoleReload    Role = "ExecReload"
	RoleStop      Role = "ExecStop"
	RoleStopPost  Role = "ExecStopPost"
)

// Objective is why and how the manager's run ends.
type Objective struct {
	Action units.EmergencyAction // exit, exit-force, poweroff, reboot, halt, …
	Status int                   // exit status
	Reason string                // for the console
}
