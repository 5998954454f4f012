package supervisor

import (
	"slices"

	"pintle/units"
)

// The file descriptor store keeps descriptors for a service while it restarts (systemd.service(5),
// FileDescriptorStoreMax=). What it holds is handed out after the sockets, in LISTEN_FDS.

// keep stores descriptors under a name; those that do not fit, or are there already, are given back.
func (s *service) keep(fds []int, name string, watch bool) (rest []int) {
	if name == "" || !validFDName(name) {
		name = "stored"
	}
	for _, fd := range fds {
		if s.stores(fd) {
			rest = append(rest, fd)
			continue
		}
		if uint(len(s.store)) >= s.cfg.FileDescriptorStoreMax {
			s.u.log(LevelWarning, "The file descriptor store is full (FileDescriptorStoreMax=%d).", s.cfg.FileDescriptorStoreMax)
			rest = append(rest, fd)
			continue
		}
		kept := FD{FD: fd, Name: name}
		// The latest comes first, as the services of systemd are used to.
		s.store = append([]FD{kept}, s.store...)
		if watch {
			s.u.host().WatchStored(s.u.Name, kept)
		}
	}
	return rest
}

func (s *service) stores(fd int) bool {
	for _, kept := range s.store {
		if s.u.host().SameFile(kept.FD, fd) {
			return true
		}
	}
	return false
}

// Stored are the descriptors in the store of a service, in the order of LISTEN_FDNAMES. They stay the manager's.
func (u *Unit) Stored() []FD {
	if s, ok := u.kind.(*service); ok {
		return slices.Clone(s.store)
	}
	return nil
}

// validFDName is the rule of sd_notify(3), FDNAME=: ASCII without control characters and colons, up to 255.
func validFDName(name string) bool {
	if len(name) > 255 {
		return false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < ' ' || c >= 127 || c == ':' {
			return false
		}
	}
	return true
}

// removeStored is FDSTOREREMOVE=1.
func (s *service) removeStored(name string) {
	s.dropStore(func(fd FD) bool { return fd.Name == name })
}

// dropStored: the other end of a stored descriptor has gone.
func (s *service) dropStored(fd int) {
	s.dropStore(func(kept FD) bool { return kept.FD == fd })
}

func (s *service) dropStore(drop func(FD) bool) {
	var kept, dropped []FD
	for _, fd := range s.store {
		if drop(fd) {
			dropped = append(dropped, fd)
		} else {
			kept = append(kept, fd)
		}
	}
	s.store = kept
	if len(dropped) > 0 {
		s.u.host().CloseFDs(dropped)
	}
	if len(s.store) == 0 && s.sub == ServiceDeadResourcesPinned {
		s.enter(ServiceDead)
	}
}

// keeps tells whether an inactive service must not be forgotten because of its store. It is asked when nothing
// else needs the service any more; what a restart that was cancelled half way has left in the store goes then.
func (s *service) keeps() bool {
	if s.sub == ServiceDeadResourcesPinned {
		return true
	}
	s.dropStore(func(FD) bool { return true })
	s.disconnect()
	return false
}

// releaseStore empties the store of a service that has stopped for good.
func (s *service) releaseStore() {
	switch s.cfg.FileDescriptorStorePreserve {
	case units.PreserveYes:
		return
	case units.PreserveNo:
	default:
		if s.comesBack() {
			return
		}
	}
	s.dropStore(func(FD) bool { return true })
}
