package journal

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func TestParseSyslog(t *testing.T) {
	for _, row := range []struct {
		datagram, identifier, text string
		priority                   int
	}{
		{"<30>Nov 21 20:58:13 sshd[42]: Accepted publickey", "sshd", "Accepted publickey", 30},
		{"<30>Nov  1 20:58:13 cron: (root) CMD", "cron", "(root) CMD", 30},
		{"<13>root: hello", "root", "hello", 13},
		{"hello world", "syslog", "hello world", 13},
		{"<6>hello\n\x00", "syslog", "hello", 14},
		{"<1024>x: y", "<1024>x", "y", 13},
		{"<>x", "syslog", "<>x", 13},
		{"<13>: text", "syslog", ": text", 13},
		{"<13>a[]: text", "a", "text", 13},
		{"<13>[1]: text", "[1]", "text", 13},
		{"<13>tag:", "tag", "", 13},
		{"", "syslog", "", 13},
	} {
		m := ParseSyslog([]byte(row.datagram), 7)
		if m.Identifier != row.identifier || string(m.Text) != row.text || m.Priority != row.priority || m.PID != 7 {
			t.Errorf("%q: got %q %q %d", row.datagram, m.Identifier, m.Text, m.Priority)
		}
	}
}

func TestParseNative(t *testing.T) {
	for _, row := range []struct {
		entry, identifier, text string
		priority                int
		ok                      bool
	}{
		{"MESSAGE=hello\nPRIORITY=3\nSYSLOG_IDENTIFIER=app\n", "app", "hello", 1<<3 | 3, true},
		{"MESSAGE\n\x05\x00\x00\x00\x00\x00\x00\x00a\nb=c\nPRIORITY=6\n", "journal", "a\nb=c", 1<<3 | 6, true},
		{"MESSAGE\n\xff\x00\x00\x00\x00\x00\x00\x00short", "journal", "", 0, false},
		{"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffshort", "journal", "", 0, false},
		{"MESSAGE\n", "journal", "", 0, false},
		{"PRIORITY=9\nSYSLOG_FACILITY=3\nMESSAGE=x", "journal", "x", 3<<3 | 5, true},
		{"", "journal", "", 0, false},
	} {
		m, ok := ParseNative([]byte(row.entry), 7)
		if ok != row.ok || ok && (m.Identifier != row.identifier || string(m.Text) != row.text || m.Priority != row.priority) {
			t.Errorf("%q: got %v %q %q %d", row.entry, ok, m.Identifier, m.Text, m.Priority)
		}
	}
}

func TestCleanLines(t *testing.T) {
	for _, row := range []struct {
		text, plain, colour string
	}{
		{"hello\tworld", "hello\tworld", "hello\tworld"},
		{"größe ✓", "größe ✓", "größe ✓"},
		{"a\x00b\x07", `a\x00b\x07`, `a\x00b\x07`},
		{"\xff\xfe", `\xff\xfe`, `\xff\xfe`},
		{"\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m"},
		{"\x1b]0;title\x07", `\x1b]0;title\x07`, `\x1b]0;title\x07`},
		{"\x1b[2J", `\x1b[2J`, `\x1b[2J`},
		{"\x1b[3", `\x1b[3`, `\x1b[3`},
		{"c1 \u009b2J", `c1 \xc2\x9b2J`, `c1 \xc2\x9b2J`},
	} {
		if g := string(appendClean(nil, []byte(row.text), false)); g != row.plain {
			t.Errorf("%q: got %q, want %q", row.text, g, row.plain)
		}
		if g := string(appendClean(nil, []byte(row.text), true)); g != row.colour {
			t.Errorf("%q in colour: got %q, want %q", row.text, g, row.colour)
		}
	}
}

// Whatever a client sends, the console gets one printable line.
func FuzzParseSyslog(f *testing.F) {
	for _, s := range []string{"<30>Nov 21 20:58:13 sshd[42]: text", "<13>a: \x1b[2J", "<999>\x00\n", "MESSAGE\n\x01\x00\x00\x00\x00\x00\x00\x00x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		m := ParseSyslog(datagram, 1)
		n, _ := ParseNative(datagram, 1)
		for _, m := range []Message{m, n} {
			line := m.appendTo(nil, false)
			body := line[:len(line)-1]
			if !utf8.Valid(line) || bytes.ContainsAny(body, "\n\x00\x1b\r") {
				t.Errorf("%q gives %q", datagram, line)
			}
			if m.Priority < 0 || m.Priority > 1023 {
				t.Errorf("%q has priority %d", datagram, m.Priority)
			}
		}
	})
}
