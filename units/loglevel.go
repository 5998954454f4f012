package units

import "slices"

// The names of syslog(3)'s levels and facilities, in the order of their numbers.
var (
	logLevels     = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
	logFacilities = []string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
		"12", "13", "14", "15", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
)

// ParseLogLevel reads a syslog(3) level by name or number.
func ParseLogLevel(s string) (int, error) {
	if i := slices.Index(logLevels, s); i >= 0 {
		return i, nil
	}
	return parseWithin("log level", s, 0, 7)
}

// ParseLogFacility reads a syslog(3) facility by name or number; the result is not shifted.
func ParseLogFacility(s string) (int, error) {
	if i := slices.Index(logFacilities, s); i >= 0 {
		return i, nil
	}
	return parseWithin("log facility", s, 0, 127)
}
