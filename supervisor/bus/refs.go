package bus

import "pintle/supervisor"

// client is who has called, for as long as it is there: a connection, or a unique name on the system bus.
func (c *Call) client() any {
	if c.Peer.Name != "" {
		return c.Peer.Name
	}
	return c.to
}

// ref has the manager keep a unit for a client, though it may be down, until the client takes that back or is gone.
func (s *Server) ref(client any, u *supervisor.Unit) {
	if s.refs == nil {
		s.refs = map[any]map[*supervisor.Unit]int{}
	}
	if s.refs[client] == nil {
		s.refs[client] = map[*supervisor.Unit]int{}
	}
	s.refs[client][u]++
	s.config.Manager.Hold(u)
}

// unref takes one ref back; false if the client has none.
func (s *Server) unref(client any, u *supervisor.Unit) bool {
	held := s.refs[client]
	if held[u] == 0 {
		return false
	}
	if held[u]--; held[u] == 0 {
		delete(held, u)
	}
	if len(held) == 0 {
		delete(s.refs, client)
	}
	s.config.Manager.Release(u)
	return true
}

// release takes all refs of a client back, which is gone.
func (s *Server) release(client any) {
	held := s.refs[client]
	delete(s.refs, client)
	for u, n := range held {
		for range n {
			s.config.Manager.Release(u)
		}
	}
}
