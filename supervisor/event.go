package supervisor

import "syscall"

// Event is something that happened outside of the manager.
type Event interface{ isEvent() }

// Exit is how one process ended.
type Exit struct {
	PID    int
	Code   ExitCode
	Status int // exit status, or the signal
}

// ExitCode is waitid(2)'s si_code.
type ExitCode int

// The exit codes, as $EXIT_CODE and ExecMainCode name them.
const (
	CodeNone   ExitCode = 0
	CodeExited ExitCode = 1
	CodeKilled ExitCode = 2
	CodeDumped ExitCode = 3
)

func (c ExitCode) String() string {
	switch c {
	case CodeExited:
		return "exited"
	case CodeKilled:
		return "killed"
	case CodeDumped:
		return "dumped"
	}
	return ""
}

// The events.
type (
	// Exits are all processes reaped in one go, in the order of their exits; the manager's own and strangers.
	Exits []Exit
	// Executed: the program has replaced the process that Spawn started.
	Executed struct{ PID int }
	// Notification is one sd_notify(3) datagram, already split into lines. Unit is the sender's unit as
	// the host found it when it read the datagram, or empty.
	Notification struct {
		PID    int
		UID    uint32
		Unit   string
		Fields []string
		FDs    []int
	}
	// PathChanged: a path given to Host.WatchPath or WatchPaths may have changed. Path is set if it was, in the
	// way that a PathChanged= or PathModified= asks for.
	PathChanged struct{ Unit, Path string }
	// Connection: one of a socket unit's descriptors is readable.
	Connection struct {
		Unit string
		FD   int
	}
	// StoredHangup: a descriptor of a unit's fd store was hung up.
	StoredHangup struct {
		Unit string
		FD   int
	}
	// ProcessGone: a process given to WatchExit has ended.
	ProcessGone struct{ Unit string }
	// Cleaned: what Host.Clean was asked to remove is gone, or could not be removed.
	Cleaned struct {
		Unit string
		Err  error
	}
	// BusNameOwner: a Type=dbus name was taken or lost.
	BusNameOwner struct {
		Unit  string
		Owned bool
	}
)

func (Exits) isEvent()        {}
func (Executed) isEvent()     {}
func (Notification) isEvent() {}
func (PathChanged) isEvent()  {}
func (Connection) isEvent()   {}
func (StoredHangup) isEvent() {}
func (BusNameOwner) isEvent() {}
func (ProcessGone) isEvent()  {}
func (Cleaned) isEvent()      {}

// Signal is the signal that ended the process, or 0.
func (e Exit) Signal() syscall.Signal {
	if e.Code == CodeKilled || e.Code == CodeDumped {
		return syscall.Signal(e.Status)
	}
	return 0
}
