package firstrun

// Die leaves a lock as a process does that is killed.
func (l *Lock) Die() { l.v.Sys.Close(l.fd) }
