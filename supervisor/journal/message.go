package journal

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Message is one line of a log.
type Message struct {
	Identifier string // unit name, or what a syslog client calls itself
	PID        int    // 0: unknown
	Priority   int    // facility*8 + level, as in syslog(3)
	Text       []byte
}

// The priorities that a line has when nothing says otherwise.
const (
	daemonInfo = 3<<3 | 6 // standard output of services
	userNotice = 1<<3 | 5 // syslog datagrams without "<N>", RFC 3164 section 4.3.3
)

// Lines appends a message of perhaps several lines as the console shows it.
func (m *Message) Lines(b []byte, colour bool) []byte {
	one := *m
	for rest, more := m.Text, true; more; {
		one.Text, rest, more = bytes.Cut(rest, []byte{'\n'})
		b = one.appendTo(b, colour)
	}
	return b
}

// appendTo appends the line as the console shows it, "identifier[pid]: text", as journalctl -o short has it
// without the date: engines date the lines themselves.
func (m *Message) appendTo(b []byte, colour bool) []byte {
	b = append(b, m.Identifier...)
	if m.PID > 0 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(m.PID), 10)
		b = append(b, ']')
	}
	b = append(b, ": "...)
	b = appendClean(b, m.Text, colour)
	return append(b, '\n')
}

// appendClean appends text so that it is one printable line: control characters and bytes that are no UTF-8
// become \xNN. Sequences that only choose colours stay for a terminal and vanish elsewhere; no other
// escape sequence reaches the terminal of whoever watches the container.
func appendClean(b, text []byte, colour bool) []byte {
	for len(text) > 0 {
		n := 0
		for n < len(text) && (text[n] >= ' ' && text[n] < 0x7f || text[n] == '\t') {
			n++
		}
		b = append(b, text[:n]...)
		text = text[n:]
		if len(text) == 0 {
			break
		}
		if n := colourSequence(text); n > 0 {
			if colour {
				b = append(b, text[:n]...)
			}
			text = text[n:]
			continue
		}
		// U+0080…U+009F are control characters, too.
		if r, n := utf8.DecodeRune(text); n > 1 && r > 0x9f {
			b = append(b, text[:n]...)
			text = text[n:]
			continue
		}
		const hex = "0123456789abcdef"
		b = append(b, '\\', 'x', hex[text[0]>>4], hex[text[0]&15])
		text = text[1:]
	}
	return b
}

// colourSequence is the length of the "select graphic rendition" sequence that text begins with, or 0.
func colourSequence(text []byte) int {
	if len(text) < 3 || text[0] != 0x1b || text[1] != '[' {
		return 0
	}
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case c == 'm':
			return i + 1
		case (c < '0' || c > '9') && c != ';' && c != ':':
			return 0
		}
	}
	return 0
}

// cutPriority takes "<N>" from the beginning of a line (sd-daemon(3)): levels alone keep the facility that
// the line had before.
func cutPriority(text []byte, priority int) ([]byte, int) {
	if len(text) < 3 || text[0] != '<' {
		return text, priority
	}
	end := bytes.IndexByte(text[:min(len(text), 5)], '>')
	if end < 2 {
		return text, priority
	}
	n := 0
	for _, c := range text[1:end] {
		if c < '0' || c > '9' {
			return text, priority
		}
		n = n*10 + int(c-'0')
	}
	if n > 1023 {
		return text, priority
	}
	if n < 8 {
		n |= priority &^ 7
	}
	return text[end+1:], n
}

// ParseSyslog reads a datagram of /dev/log: "<N>Mmm dd hh:mm:ss identifier[pid]: text", where all but the
// text may be missing. pid is the sender's, as the kernel knows it.
func ParseSyslog(datagram []byte, pid int) Message {
	m := Message{Identifier: "syslog", PID: pid}
	text := bytes.TrimRight(datagram, " \t\r\n\x00")
	text, m.Priority = cutPriority(text, userNotice)
	text = cutDate(text)
	if id, rest, ok := cutIdentifier(text); ok {
		m.Identifier, text = id, rest
	}
	m.Text = text
	return m
}

// cutDate takes "Mmm dd hh:mm:ss " from the beginning, if it is there.
func cutDate(text []byte) []byte {
	const like = "Aaa 90 90:90:90 "
	if len(text) < len(like) {
		return text
	}
	for i := range len(like) {
		c := text[i]
		switch like[i] {
		case 'A', 'a':
			if c|0x20 < 'a' || c|0x20 > 'z' {
				return text
			}
		case '9', '0':
			if (c < '0' || c > '9') && (i != 4 || c != ' ') {
				return text
			}
		default:
			if c != like[i] {
				return text
			}
		}
	}
	return text[len(like):]
}

// cutIdentifier takes "identifier: " or "identifier[pid]: " from the beginning. The pid there is only the
// sender's claim and is not used.
func cutIdentifier(text []byte) (id string, rest []byte, ok bool) {
	text = bytes.TrimLeft(text, " \t")
	end := bytes.IndexAny(text, " \t")
	if end < 0 {
		end = len(text)
	}
	word := text[:end]
	if len(word) < 2 || word[len(word)-1] != ':' {
		return "", nil, false
	}
	word = word[:len(word)-1]
	if word[len(word)-1] == ']' {
		if open := bytes.LastIndexByte(word, '['); open > 0 {
			word = word[:open]
		}
	}
	rest = text[end:]
	if len(rest) > 0 {
		rest = rest[1:]
	}
	return cleanIdentifier(word), rest, true
}

// identifierMax bounds what a client may call itself.
const identifierMax = 128

// cleanIdentifier makes a printable word of what a client calls itself.
func cleanIdentifier(word []byte) string {
	return string(appendClean(nil, word[:min(len(word), identifierMax)], false))
}
