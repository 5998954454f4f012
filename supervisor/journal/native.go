package journal

import (
	"bytes"
	"encoding/binary"
)

// ParseNative reads an entry in journald's own protocol (sd_journal_send(3)): lines "FIELD=value", or
// "FIELD", a little-endian 64-bit length and that many bytes. It gives what a console shows; false if the
// entry has no MESSAGE=. A malformed rest is ignored.
func ParseNative(entry []byte, pid int) (Message, bool) {
	m := Message{Identifier: "journal", PID: pid, Priority: userNotice}
	facility, level, found := 1, 5, false
	for len(entry) > 0 {
		line, rest, _ := bytes.Cut(entry, []byte{'\n'})
		name, value, inline := bytes.Cut(line, []byte{'='})
		if !inline {
			if len(rest) < 8 {
				break
			}
			size := binary.LittleEndian.Uint64(rest)
			rest = rest[8:]
			if size > uint64(len(rest)) {
				break
			}
			value, rest = rest[:size], rest[size:]
			rest = bytes.TrimPrefix(rest, []byte{'\n'})
		}
		entry = rest
		switch string(name) {
		case "MESSAGE":
			m.Text, found = value, true
		case "SYSLOG_IDENTIFIER":
			if len(value) > 0 {
				m.Identifier = cleanIdentifier(value)
			}
		case "PRIORITY":
			if len(value) == 1 && value[0] >= '0' && value[0] <= '7' {
				level = int(value[0] - '0')
			}
		case "SYSLOG_FACILITY":
			if n, ok := smallNumber(value); ok && n < 128 {
				facility = n
			}
		}
	}
	m.Priority = facility<<3 | level
	return m, found
}

// smallNumber reads up to three digits.
func smallNumber(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 3 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
