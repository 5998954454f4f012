package supervisor

import (
	"slices"
	"syscall"
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

// Kill sends a signal to processes of a unit (systemctl kill). It changes no state: what follows follows from
// what the processes do. Errors are of type *Error.
func (m *Manager) Kill(name string, whom KillWhom, sig syscall.Signal) error {
	u := m.units[name]
	if u == nil {
		return refuse(ErrNoSuchUnit, name, "Unit %s not loaded.", name)
	}
	if sig <= 0 || sig > 64 {
		return refuse(ErrInvalidArgs, u.Name, "Signal number out of range.")
	}
	var main, control int
	k, ok := u.kind.(killable)
	if ok {
		main, control = k.processes()
	}
	switch whom {
	case "", KillAll, KillAllFail:
	case KillMain, KillMainFail:
		if !ok {
			return refuse(ErrNoSuchProcess, u.Name, "Unit %s has no main processes", u.Name)
		}
		if main == 0 {
			return refuse(ErrNoSuchProcess, u.Name, "No main process to kill")
		}
	case KillControl, KillControlFail:
		if !ok {
			return refuse(ErrNoSuchProcess, u.Name, "Unit %s has no control processes", u.Name)
		}
		if control == 0 {
			return refuse(ErrNoSuchProcess, u.Name, "No control process to kill")
		}
	default:
		return refuse(ErrInvalidArgs, u.Name, "Invalid whom argument: %s", whom)
	}
	var pids []int
	if control != 0 && whom != KillMain && whom != KillMainFail {
		pids = append(pids, control)
	}
	if main != 0 && whom != KillControl && whom != KillControlFail {
		pids = append(pids, main)
	}
	if whom == "" || whom == KillAll || whom == KillAllFail {
		for _, pid := range m.host.Processes(u.Name) {
			if !slices.Contains(pids, pid) {
				pids = append(pids, pid)
			}
		}
		if whom == KillAllFail && len(pids) == 0 {
			return refuse(ErrNoSuchProcess, u.Name, "No matching processes to kill")
		}
	}
	for _, pid := range pids {
		if err := m.host.Signal(pid, sig); err != nil && err != syscall.ESRCH {
			return refuse("org.freedesktop.DBus.Error.AccessDenied", u.Name, "Failed to send signal %d to process %d: %v", int(sig), pid, err)
		}
	}
	return nil
}
