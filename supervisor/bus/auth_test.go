package bus

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"
)

// Exchanges as clients begin them, and what the server says. "." stands for BEGIN having been taken.
func TestAuthentication(t *testing.T) {
	for _, c := range []struct{ name, client, server string }{
		{"sd-bus, which says all at once", "AUTH EXTERNAL|DATA|NEGOTIATE_UNIX_FD|BEGIN", "DATA|OK g|AGREE_UNIX_FD|."},
		{"with its uid, as godbus and libdbus do", "AUTH EXTERNAL 31303030|NEGOTIATE_UNIX_FD|BEGIN", "OK g|AGREE_UNIX_FD|."},
		{"without descriptors", "AUTH EXTERNAL 31303030|BEGIN", "OK g|."},
		{"the uid as data", "AUTH EXTERNAL|DATA 31303030|BEGIN", "DATA|OK g|."},
		{"asking for mechanisms first", "AUTH|AUTH EXTERNAL 31303030|BEGIN", "REJECTED EXTERNAL|OK g|."},
		{"anonymous", "AUTH ANONYMOUS 61|BEGIN", "REJECTED EXTERNAL|ERROR"},
		{"as somebody else", "AUTH EXTERNAL 30|BEGIN", "REJECTED EXTERNAL|ERROR"},
		{"no number", "AUTH EXTERNAL 31zz|DATA|BEGIN", "REJECTED EXTERNAL|ERROR|ERROR"},
		{"a second thought", "AUTH EXTERNAL|CANCEL|DATA|AUTH EXTERNAL 31303030|BEGIN", "DATA|REJECTED EXTERNAL|ERROR|OK g|."},
		{"beginning anew after being accepted", "AUTH EXTERNAL 31303030|AUTH ANONYMOUS|BEGIN", "OK g|REJECTED EXTERNAL|ERROR"},
		{"descriptors before being accepted", "NEGOTIATE_UNIX_FD|BEGIN", "ERROR|ERROR"},
		{"words that nobody knows", "HELO|auth EXTERNAL|BEGIN now", "ERROR|ERROR|ERROR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			in := bufio.NewReader(strings.NewReader("\x00" + strings.ReplaceAll(c.client, "|", "\r\n") + "\r\n" + "the first message"))
			fds, err := authenticate(in, &out, 1000, "g")
			got := strings.TrimSuffix(strings.ReplaceAll(out.String(), "\r\n", "|"), "|")
			if err == nil {
				got += "|."
				if rest, _ := in.ReadString(0); rest != "the first message" {
					t.Errorf("%q is left for the first message", rest)
				}
			}
			if got != c.server {
				t.Errorf("answered %q, want %q", got, c.server)
			}
			if want := strings.Contains(c.server, "AGREE"); fds != want {
				t.Errorf("descriptors may be passed: %v", fds)
			}
		})
	}
}

func TestAuthenticationGivesUp(t *testing.T) {
	for name, text := range map[string]string{
		"no zero byte":      "AUTH EXTERNAL\r\n",
		"a line of no end":  "\x00" + strings.Repeat("A", 1<<20),
		"no carriage":       "\x00AUTH EXTERNAL\n",
		"lines of no end":   "\x00" + strings.Repeat("AUTH\r\n", 1000),
		"nothing":           "",
		"an end in between": "\x00AUTH EXTERNAL\r\nDA",
	} {
		var out bytes.Buffer
		if _, err := authenticate(bufio.NewReader(strings.NewReader(text)), &out, 0, "g"); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Who says nothing is not waited for.
func TestAuthenticationInTime(t *testing.T) {
	w := newWorld(t, nil)
	w.do(func() { w.server.wait = 10 * time.Millisecond })
	c := w.raw()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, %v; want the end of the connection", n, err)
	}
}

func FuzzAuthentication(f *testing.F) {
	f.Add("\x00AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")
	f.Add("\x00AUTH EXTERNAL 30\r\nBEGIN\r\n")
	f.Add("\x00\r\nERROR\r\nCANCEL\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		_, err := authenticate(bufio.NewReader(strings.NewReader(text)), &out, 1000, "g")
		if err == nil && !strings.Contains(out.String(), "OK g\r\n") {
			t.Errorf("begun without having been accepted: %q", out.String())
		}
		if out.Len() > authLinesMax*32 {
			t.Errorf("answered with %d bytes", out.Len())
		}
	})
}
