package units

import "strings"

// provided names the units of systemd's own package whose work PID 1 does itself or that mean nothing in a
// container, with the reason. A name that ends in "*" stands for all that begin with it.
var provided = []struct{ name, why string }{
	{"systemd-journald*", "PID 1 keeps the log"},
	{"systemd-journal-flush.service", "PID 1 keeps the log"},
	{"systemd-journal-catalog-update.service", "PID 1 keeps the log"},
	{"syslog.target", "PID 1 keeps the log"},
}

// provide empties a unit that PID 1 stands for, so that starting it succeeds at once.
func (l *loading) provide() {
	if l.g.opts.NoProvided || strings.HasPrefix(l.file, "/etc/") {
		return
	}
}
