package supervisor

// Remnant is what is left of a unit whose state was lost: a service's main process, or 0 if that is not known, or the
// descriptors of a socket.
type Remnant struct {
	Unit string
	Main int
	FDs  []FD
}

// Salvage takes units for up by what is left of them. The manager must be new. It is for the case that Save or Restore
// has failed; Boot should follow, which starts what is not up.
func (m *Manager) Salvage(list []Remnant) {
	for _, r := range list {
		u := m.unit(r.Unit)
		switch k := u.kind.(type) {
		case *service:
			if r.FDs == nil {
				k.salvage(r.Main)
			}
		case *socket:
			k.fds = r.FDs
			k.listen()
		}
	}
	m.run()
}

func (s *service) salvage(main int) {
	if s.sub != ServiceDead {
		return
	}
	s.u.invocationID = s.u.m.newID() // the one that its processes have is lost
	if main != 0 {
		s.adoptMain(main)
	} else if _, err := s.loadPIDFile(); err != nil {
		s.guessMain()
	}
	s.enter(ServiceRunning)
}
