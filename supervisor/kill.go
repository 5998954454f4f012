package supervisor

import (
	"slices"
	"strings"
	"syscall"

	"pintle/units"
)

// KillWhom says which processes of a unit a client's signal is for (systemctl(1), --kill-whom=).
type KillWhom string

// Whom a signal is for. With "-fail" it is an error if there is nobody.
const (
	KillAll         KillWhom = "all"
	KillMain        KillWhom = "main"
	KillControl     KillWhom = "control"
	KillAllFail     KillWhom = "all-fail"
	KillMainFail    KillWhom = "main-fail"
	KillControlFail KillWhom = "control-fail"
)

// killable is a kind with processes of its own: the main and the control process, 0 for none.
type killable interface{ processes() (main, control int) }

func (s *service) processes() (main, control int) { return s.main.pid, s.control }

// Kill is a signal for processes of a unit (systemctl kill).
type Kill struct {
	Unit   string
	Whom   KillWhom
	Signal syscall.Signal
	Value  *int32 // goes with the signal (sigqueue(3))
}

// signalQueuer is what a Host may be besides: it sends signals with a value.
type signalQueuer interface {
	QueueSignal(pid int, sig syscall.Signal, value int32) error
}

const firstRealtime syscall.Signal = 34 // SIGRTMIN of the C library

// Kill sends a signal to processes of a unit.
func (m *Manager) Kill(name string, whom KillWhom, sig syscall.Signal) error {
	return m.Signal(Kill{Unit: name, Whom: whom, Signal: sig})
}

// Signal sends a signal to processes of a unit. It changes no state: what follows follows from what the processes do.
// Errors are of type *Error, or the error of the system call that made no sense of it.
func (m *Manager) Signal(k Kill) error {
	u := m.units[k.Unit]
	if u == nil {
		return refuse(ErrNoSuchUnit, k.Unit, "Unit %s not loaded.", k.Unit)
	}
	whom, must := strings.CutSuffix(string(k.Whom), "-fail")
	switch KillWhom(whom) {
	case "", KillAll, KillMain, KillControl:
	default:
		return refuse(ErrInvalidArgs, u.Name, "Invalid who argument %s", k.Whom)
	}
	switch {
	case k.Signal <= 0 || k.Signal > 64:
		return refuse(ErrInvalidArgs, u.Name, "Signal number out of range.")
	case k.Value != nil && k.Signal < firstRealtime:
		return refuse(ErrInvalidArgs, u.Name, "Value parameter only accepted for realtime signals (SIGRTMIN…SIGRTMAX), "+
			"refusing for signal SIG%s.", units.SignalName(k.Signal))
	case u.Resources == nil:
		return syscall.EOPNOTSUPP
	}
	pids, err := m.targets(u, KillWhom(whom), must)
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if err := m.send(pid, k); err != nil && err != syscall.ESRCH {
			return refuse(ErrAccessDenied, u.Name, "Failed to send signal %d to process %d: %v", int(k.Signal), pid, err)
		}
	}
	return nil
}

func (m *Manager) send(pid int, k Kill) error {
	if k.Value == nil {
		return m.host.Signal(pid, k.Signal)
	}
	if q, ok := m.host.(signalQueuer); ok {
		return q.QueueSignal(pid, k.Signal, *k.Value)
	}
	return syscall.EOPNOTSUPP
}

// targets are the processes of a unit that a signal is for. With must it is an error if there are none.
func (m *Manager) targets(u *Unit, whom KillWhom, must bool) (pids []int, err error) {
	var main, control int
	k, ok := u.kind.(killable)
	if ok {
		main, control = k.processes()
	}
	switch {
	case whom == KillMain && !ok:
		return nil, refuse(ErrNoSuchProcess, u.Name, "Unit %s has no main processes", u.Name)
	case whom == KillControl && !ok:
		return nil, refuse(ErrNoSuchProcess, u.Name, "Unit %s has no control processes", u.Name)
	case whom == KillMain && main == 0:
		return nil, refuse(ErrNoSuchProcess, u.Name, "No main process to kill")
	case whom == KillControl && control == 0:
		return nil, refuse(ErrNoSuchProcess, u.Name, "No control process to kill")
	case whom == KillMain:
		return []int{main}, nil
	case whom == KillControl:
		return []int{control}, nil
	}
	for _, pid := range []int{control, main} {
		if pid != 0 {
			pids = append(pids, pid)
		}
	}
	for _, in := range m.within(u) {
		for _, pid := range m.host.Processes(in.Name) {
			if !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
	}
	if must && len(pids) == 0 {
		return nil, refuse(ErrNoSuchProcess, u.Name, "No matching processes to kill")
	}
	return pids, nil
}

// within are a unit, or all that lie in a slice.
func (m *Manager) within(u *Unit) []*Unit {
	if TypeOf(u.Name) != "slice" {
		return []*Unit{u}
	}
	var list []*Unit
	group := u.ControlGroup()
	for _, other := range m.sorted() {
		inner := other.ControlGroup()
		if inner != "" && group != "" && (group == "/" || strings.HasPrefix(inner, group+"/")) && TypeOf(other.Name) != "slice" {
			list = append(list, other)
		}
	}
	return list
}
