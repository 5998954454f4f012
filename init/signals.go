package pid1

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// A signalRow is what PID 1 does when it gets a signal (systemd(1), "Signals").
type signalRow struct {
	signal    syscall.Signal
	do        signalAction
	unit      string                // startUnit
	mode      units.JobMode         // startUnit
	objective units.EmergencyAction // endAtOnce
	effect    string                // in words, for the table and for whoever sent it
}

type signalAction int

const (
	reapChildren  signalAction = iota
	startUnit                  // enqueue a start job
	endInOrder                 // exit.target
	endAtOnce                  // no stop jobs, only the killing that ends every run
	reloadManager              // daemon-reload
	reexecManager              // daemon-reexec
	dumpManager                // the units and their states on the console
	statusOn                   // status lines
	statusOff                  // no status lines
	logDebug                   // log level
	logConfigured              // log level
	crash                      // end with status 255
	reconnectBus               // look for the bus again
	nothing                    // accepted, and without meaning here
)

// rtMin is SIGRTMIN as libc has it: two real-time signals are its own.
const rtMin = syscall.Signal(34)

// crashes is the effect of the signals that stand for a crash of PID 1.
const crashes = "container exit code 255"

// ctrlAltDel is the SIGINT of systemd(1).
const ctrlAltDel = "ctrl-alt-del.target"

// signalTable differs from systemd's in one row, knowingly: there SIGTERM re-executes the manager, and
// "docker stop" of an image without STOPSIGNAL SIGRTMIN+3 hangs until the engine kills it. Here SIGTERM ends
// the container in order, as every other init of a container does.
var signalTable = []signalRow{
	{signal: unix.SIGCHLD, do: reapChildren, effect: "reap"},
	{signal: unix.SIGTERM, do: endInOrder, effect: "stop every unit in order and exit"},
	{signal: unix.SIGINT, do: startUnit, unit: ctrlAltDel, mode: units.ModeReplaceIrreversibly},
	{signal: unix.SIGHUP, do: reloadManager, effect: "daemon-reload"},
	{signal: unix.SIGUSR1, do: reconnectBus, effect: "reconnect to D-Bus"},
	{signal: unix.SIGUSR2, do: dumpManager, effect: "log a full manager dump"},
	{signal: unix.SIGWINCH, do: startUnit, unit: "kbrequest.target", mode: units.ModeReplace},
	{signal: unix.SIGPWR, do: startUnit, unit: "sigpwr.target", mode: units.ModeReplace},
	{signal: unix.SIGQUIT, do: crash, effect: crashes},
	// Sent by somebody. What PID 1 causes itself is a panic, which costs one request (see guard).
	{signal: unix.SIGSEGV, do: crash, effect: crashes},
	{signal: unix.SIGILL, do: crash, effect: crashes},
	{signal: unix.SIGABRT, do: crash, effect: crashes},
	{signal: unix.SIGBUS, do: crash, effect: crashes},
	{signal: unix.SIGFPE, do: crash, effect: crashes},
	{signal: unix.SIGSYS, do: crash, effect: crashes},
	// The Go runtime keeps signal 34 to itself (musl uses it within a process), so this row waits for one that
	// does not; the kernel drops the signal meanwhile, as it does for every process 1 without a handler.
	{signal: rtMin + 0, do: startUnit, unit: "default.target", mode: units.ModeIsolate},
	{signal: rtMin + 1, do: startUnit, unit: "rescue.target", mode: units.ModeIsolate},
	{signal: rtMin + 2, do: startUnit, unit: "emergency.target", mode: units.ModeIsolate},
	{signal: rtMin + 3, do: startUnit, unit: "halt.target", mode: units.ModeReplaceIrreversibly},
	{signal: rtMin + 4, do: startUnit, unit: "poweroff.target", mode: units.ModeReplaceIrreversibly},
	{signal: rtMin + 5, do: startUnit, unit: "reboot.target", mode: units.ModeReplaceIrreversibly},
	{signal: rtMin + 6, do: startUnit, unit: "kexec.target", mode: units.ModeReplaceIrreversibly},
	{signal: rtMin + 7, do: startUnit, unit: "soft-reboot.target", mode: units.ModeReplaceIrreversibly},
	{signal: rtMin + 13, do: endAtOnce, objective: "halt-force", effect: "immediate halt"},
	{signal: rtMin + 14, do: endAtOnce, objective: "poweroff-force", effect: "immediate poweroff"},
	{signal: rtMin + 15, do: endAtOnce, objective: "reboot-force", effect: "immediate reboot"},
	{signal: rtMin + 16, do: endAtOnce, objective: "kexec-force", effect: "immediate kexec"},
	{signal: rtMin + 17, do: endAtOnce, objective: "soft-reboot-force", effect: "immediate soft-reboot"},
	// systemd reads a command from the value of sigqueue(3), which the Go runtime does not pass on.
	{signal: rtMin + 18, do: nothing, effect: "generic"},
	{signal: rtMin + 20, do: statusOn, effect: "enable status messages"},
	{signal: rtMin + 21, do: statusOff, effect: "disable status messages"},
	{signal: rtMin + 22, do: logDebug, effect: "log level debug"},
	{signal: rtMin + 23, do: logConfigured, effect: "restore configured log level"},
	{signal: rtMin + 24, do: nothing, effect: "ignored by the system manager"},
	{signal: rtMin + 25, do: reexecManager, effect: "re-exec"},
	// A container has one place for logs, its console, so there is no other to change to.
	{signal: rtMin + 26, do: nothing, effect: "log target journal-or-kmsg"},
	{signal: rtMin + 27, do: nothing, effect: "log target console"},
	{signal: rtMin + 28, do: nothing, effect: "log target kmsg"},
	{signal: rtMin + 29, do: nothing, effect: "log target syslog-or-kmsg"},
}

// String is what the row does, in systemd's words.
func (r signalRow) String() string {
	switch {
	case r.do != startUnit:
		return r.effect
	case r.mode == units.ModeIsolate:
		return "isolate " + r.unit
	default:
		return fmt.Sprintf("start %s %s", r.unit, r.mode)
	}
}

// signalName is the name of a signal as systemd writes it: SIGTERM, SIGRTMIN+3.
func signalName(sig syscall.Signal) string {
	if sig >= rtMin {
		return fmt.Sprintf("SIGRTMIN+%d", sig-rtMin)
	}
	return unix.SignalName(sig)
}

func findSignal(sig os.Signal) *signalRow {
	for i := range signalTable {
		if signalTable[i].signal == sig {
			return &signalTable[i]
		}
	}
	return nil
}

// signalRoom is how many signals may wait for the loop.
const signalRoom = 64

// catchSignals reports every signal of the table. SIGCHLD merges with others by nature, so it has a channel
// with room for one; the others must not be lost behind it.
//
// Each signal costs two changes of threads, so they come to be caught beside other things: those that concern
// whoever starts processes or ends the container first, before early is closed; the others, which ask something of a
// manager that is up, once started is closed, and before all is. No unit is started before early, and the boot is
// not over before all.
//
// If signals are caught already, caught is where; else nil.
func catchSignals(caught chan os.Signal, started <-chan struct{}, run func(func())) (reap, act chan os.Signal, early, all <-chan struct{}) {
	if caught == nil {
		caught = make(chan os.Signal, signalRoom)
	}
	children, others := make(chan os.Signal, 1), caught
	first, rest := make(chan struct{}), make(chan struct{})
	run(func() {
		defer close(rest)
		signal.Notify(children, unix.SIGCHLD)
		signal.Notify(others, unix.SIGTERM, unix.SIGINT, rtMin+3)
		// A console whose reader has gone, or a file that has become too large, is an error and not an end; and
		// nobody may end PID 1 by a signal for which the Go runtime, unlike the kernel, makes no difference between
		// process 1 and others. Caught and not ignored, so that children start with the default action.
		unheeded := make(chan os.Signal, 1)
		signal.Notify(unheeded, unix.SIGPIPE)
		close(first)
		<-started
		for _, row := range signalTable {
			if row.signal != unix.SIGCHLD {
				signal.Notify(others, row.signal)
			}
		}
		signal.Notify(unheeded, unix.SIGXFSZ, unix.SIGXCPU, unix.SIGTRAP, unix.SIGSTKFLT)
	})
	return children, others, first, rest
}

// SignalDoc is one row of the table of signals, in words.
type SignalDoc struct{ Name, Effect string }

// Signals lists what PID 1 does on each signal, for documentation.
func Signals() []SignalDoc {
	docs := make([]SignalDoc, len(signalTable))
	for i, row := range signalTable {
		docs[i] = SignalDoc{signalName(row.signal), row.String()}
	}
	return docs
}
