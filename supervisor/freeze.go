package supervisor

import "syscall"

// Freeze stops all processes of a unit, and Thaw has them go on. Where control groups have a freezer, signals have to
// do: a process that SIGSTOP has stopped is seen as stopped by its parent. Errors are of type *Error.
func (m *Manager) Freeze(u *Unit) error {
	if err := u.freezable(); err != nil || u.frozen {
		return err
	}
	u.frozen = true
	// A process may have made another one before it was stopped; a few rounds are as many as it takes in practice.
	stopped := map[int]bool{}
	for range 8 {
		more := false
		for _, pid := range u.Processes() {
			if !stopped[pid] {
				stopped[pid], more = true, true
				_ = m.host.Signal(pid, syscall.SIGSTOP) // it may have ended
			}
		}
		if !more {
			break
		}
	}
	m.touch(u)
	m.run()
	return nil
}

// Thaw takes a Freeze back.
func (m *Manager) Thaw(u *Unit) error {
	if err := u.freezable(); err != nil {
		return err
	}
	u.thaw()
	m.run()
	return nil
}

// freezable is why a unit cannot be frozen, or thawed.
func (u *Unit) freezable() error {
	switch {
	case !u.canFreeze():
		return refuse(ErrNotSupported, u.Name, "Unit '%s' does not support freezing.", u.Name)
	case u.active != Active:
		return refuse(ErrUnitInactive, u.Name, "Unit is inactive.")
	}
	return nil
}

// canFreeze tells whether a unit is of a type that has processes which may be frozen.
func (u *Unit) canFreeze() bool {
	switch TypeOf(u.Name) {
	case "service", "scope":
		return true
	}
	return false
}

// thaw has the processes of a frozen unit go on. Whatever becomes of the unit begins with that.
func (u *Unit) thaw() {
	if !u.frozen {
		return
	}
	u.frozen = false
	for _, pid := range u.Processes() {
		_ = u.m.host.Signal(pid, syscall.SIGCONT)
	}
	u.m.touch(u)
}

func (u *Unit) freezerState() string {
	if u.frozen {
		return "frozen"
	}
	return "running"
}
