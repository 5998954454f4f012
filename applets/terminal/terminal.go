// Package terminal is how systemd's tools look to a person: colours, links, widths and the pager, each only where
// there is somebody to look.
package terminal

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The colours of systemd's tools. A style begins with a reset, so styles do not add up.
const (
	Normal    = "\x1b[0m"
	Underline = "\x1b[0;4m"
	Bold      = "\x1b[0;1;39m"
	Red       = "\x1b[0;1;31m"
	Green     = "\x1b[0;1;32m"
	Yellow    = "\x1b[0;1;38;5;185m"
	Magenta   = "\x1b[0;1;35m"
	Cyan      = "\x1b[0;1;36m"
	Blue      = "\x1b[0;1;34m"
	Grey      = "\x1b[0;38;5;245m"
)

// Screen is where output goes and what may be done there.
type Screen struct {
	Out     io.Writer
	Colours bool
	Links   bool // to files and manuals
	Tty     bool // standard output is a terminal
	Pager   bool // what is written goes through a pager
	host    string
	pager   pager
}

// Standard is the screen on standard output.
func Standard() *Screen {
	s := &Screen{Out: os.Stdout, Tty: isTerminal(1)}
	s.Colours = colours(s.Tty)
	s.Links = s.Tty && s.Colours && yes("SYSTEMD_URLIFY", os.Getenv("TERM") != "dumb")
	return s
}

// In writes text in a style, if there are colours and the style is not empty.
func (s *Screen) In(style, text string) string {
	if !s.Colours || style == "" {
		return text
	}
	return style + text + Normal
}

// Style is what turns a style on, for text that In cannot enclose.
func (s *Screen) Style(style string) string {
	if !s.Colours {
		return ""
	}
	return style
}

// Link makes text lead to an address.
func (s *Screen) Link(url, text string) string {
	if !s.Links || url == "" {
		return text
	}
	for _, c := range []byte(url) {
		if c < ' ' || c >= 0x7f {
			return text // terminals take apart what is not plain
		}
	}
	return "\x1b]8;;" + url + "\a" + text + "\x1b]8;;\a"
}

// FileLink shows a path that leads to the file.
func (s *Screen) FileLink(path, text string) string {
	if !s.Links || !strings.HasPrefix(path, "/") {
		return text
	}
	if s.host == "" {
		s.host, _ = os.Hostname()
	}
	return s.Link("file://"+s.host+escapeURL(path), text)
}

// escapeURL writes a path as part of an address.
func escapeURL(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c > ' ' && c < 0x7f && strings.IndexByte(`"#%<>?[\]^`+"`{|}", c) < 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789abcdef"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}

// Columns is the width of the terminal, in characters.
func Columns() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 && n < 65536 {
		return n
	}
	if size, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ); err == nil && size.Col > 0 {
		return int(size.Col)
	}
	return 80
}

// Width is how wide what is written may become, 0 for any width: only a terminal, or $COLUMNS, sets bounds.
func (s *Screen) Width() int {
	if (s.Pager || !s.Tty) && os.Getenv("COLUMNS") == "" {
		return 0
	}
	return Columns()
}

// colours says whether to write in colours.
func colours(tty bool) bool {
	if value, set := os.LookupEnv("SYSTEMD_COLORS"); set {
		switch value {
		case "16", "256", "24bit", "auto-16", "auto-256", "auto-24bit":
			return !strings.HasPrefix(value, "auto") || tty && os.Getenv("TERM") != "dumb"
		}
		if b, ok := boolean(value); ok {
			return b
		}
	}
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	return tty && isTerminal(2) && os.Getenv("TERM") != "dumb"
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// StderrIsTerminal says whether messages are for a person at a terminal.
func StderrIsTerminal() bool { return isTerminal(2) }

// yes reads a switch in the environment.
func yes(name string, otherwise bool) bool {
	if b, ok := boolean(os.Getenv(name)); ok {
		return b
	}
	return otherwise
}

func boolean(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "1", "yes", "y", "true", "t", "on":
		return true, true
	case "0", "no", "n", "false", "f", "off":
		return false, true
	}
	return false, false
}

// UTF8 says whether the locale can show more than ASCII.
func UTF8() bool {
	if b, ok := boolean(os.Getenv("SYSTEMD_UTF8")); ok {
		return b
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			_, set, found := strings.Cut(value, ".")
			set = strings.ToLower(set)
			return found && (strings.HasPrefix(set, "utf8") || strings.HasPrefix(set, "utf-8")) || value == "C" || value == "POSIX"
		}
	}
	return true
}
