package units

import (
	"bytes"
	"fmt"
	"io"
	"syscall"
	"unicode/utf8"

	"github.com/coreos/go-systemd/v22/unit"
)

// lineMax is the longest physical or joined line of a unit file, in bytes; systemd reads no longer ones.
const lineMax = 1 << 20

// Assignment is one "Key=Value" of a unit file, in the order of the file.
type Assignment struct {
	Section, Key, Value string
	Line                int // the last physical line, counted from 1
}

// Warning is a line of a unit file that was skipped.
type Warning struct {
	Line int
	Text string
	Kind WarningKind
	Name string // of the section, if that is unknown
}

// WarningKind is a reason to skip a line.
type WarningKind int

// The reasons to skip a line.
const (
	NoSection      WarningKind = iota + 1 // an assignment before the first section
	NoEquals                              // no "="
	NoKey                                 // nothing before "="
	UnknownSection                        // a section header, and all that follows it
)

// SyntaxError ends the reading of a file; the assignments above it count.
type SyntaxError struct {
	Line    int
	Text    string
	Content string        // of the line, if it was read
	Errno   syscall.Errno // EBADMSG: bad section header; ENOBUFS: line too long; EINVAL: not UTF-8
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Unwrap gives the errno that systemd would report.
func (e *SyntaxError) Unwrap() error { return e.Errno }

// Lex reads the text of a unit file (systemd.syntax(7)). Sections that known refuses are skipped, with a
// warning unless their name starts with "X-". The error is a *SyntaxError, and what stands above it in the
// file is returned with it.
//
// The words are found by go-systemd's lexer. It departs from systemd in line ends, comments, continuations,
// blanks and long lines, so a normalizer first writes every assignment on a line of its own, guarded by NULs.
func Lex(text []byte, known func(section string) bool) ([]Assignment, []Warning, error) {
	l := lexAll([]lexText{{text, known}})[0]
	return l.assignments, l.warnings, l.err
}

// lexText is the text of a unit file, and the sections that count in it.
type lexText struct {
	text  []byte
	known func(section string) bool
}

// lexed is what Lex makes of a text.
type lexed struct {
	assignments []Assignment
	warnings    []Warning
	err         error
}

// lexAll is Lex for several texts, in one go through the library: to set that up takes longer than a short file. As
// every text begins with a section header, those of one do not run on into the next.
func lexAll(texts []lexText) []lexed {
	var out bytes.Buffer
	size := 0
	for _, t := range texts {
		size += len(t.text) + len(t.text)/4
	}
	out.Grow(size)
	all, lines := make([]lexed, len(texts)), make([][]int, len(texts))
	count := 0
	for i, t := range texts {
		n := normalizer{text: t.text, known: t.known, out: &out}
		all[i].err = n.run()
		all[i].warnings, lines[i] = n.warnings, n.lines
		count += len(n.lines)
	}
	if count == 0 {
		return all
	}
	options, err := unit.DeserializeOptions(&chunkReader{out.Bytes()})
	if err != nil || len(options) != count {
		// Not reachable while the normalizer and the library agree; the fuzz test holds them together.
		return refused(texts, all, err)
	}
	for i := range all {
		own := options[:len(lines[i])]
		options = options[len(own):]
		if len(own) == 0 {
			continue
		}
		all[i].assignments = make([]Assignment, len(own))
		for k, o := range own {
			all[i].assignments[k] = Assignment{o.Section, unguard(o.Name), unguard(o.Value), lines[i][k]}
		}
	}
	return all
}

// refused is what becomes of texts that the library does not take: of several, each has to speak for itself.
func refused(texts []lexText, all []lexed, err error) []lexed {
	if len(texts) == 1 {
		all[0].err = &SyntaxError{Text: fmt.Sprintf("cannot read the file: %v", err), Errno: syscall.EBADMSG}
		return all
	}
	for i := range texts {
		all[i] = lexAll(texts[i : i+1])[0]
	}
	return all
}

// guard encloses keys and values, so that the library can neither trim what systemd keeps nor take a
// backslash at the end for a continuation. No line holds a NUL: it ends a line.
const guard = "\x00"

func unguard(s string) string { return s[1 : len(s)-1] }

// chunkReader hands out few bytes at a time: the library refuses a line when it finds too much of it buffered.
type chunkReader struct{ rest []byte }

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 512)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// normalizer rewrites a unit file to what the library reads as systemd would.
type normalizer struct {
	text     []byte
	known    func(string) bool
	out      *bytes.Buffer
	lines    []int // of the assignments in out
	warnings []Warning
	line     int
	section  string
	opened   bool // a section header was seen
	skipping bool // the section is unknown
	bomSeen  bool
}

const blanks = " \t\n\r"

func (n *normalizer) run() error {
	var joined []byte
	continued := false
	for rest := n.text; len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		n.line++
		if len(line) >= lineMax {
			return n.fail(syscall.ENOBUFS, "the line is longer than 1 MiB")
		}
		if start := bytes.TrimLeft(line, blanks); len(start) > 0 && (start[0] == '#' || start[0] == ';') {
			continue // also in the midst of a continuation
		}
		if !n.bomSeen && bytes.HasPrefix(line, []byte("\ufeff")) {
			line, n.bomSeen = line[3:], true
		}
		if continued && len(joined)+len(line) > lineMax {
			return n.fail(syscall.ENOBUFS, "the continued line is longer than 1 MiB")
		}
		if endsEscaped(line) {
			joined = append(append(joined, line[:len(line)-1]...), ' ')
			continued = true
			continue
		}
		if continued {
			line = append(joined, line...)
		}
		if err := n.logical(line); err != nil {
			return err
		}
		joined, continued = joined[:0], false
	}
	if continued {
		n.line++ // as systemd counts: the line that is not there ends the continuation
		return n.logical(joined)
	}
	return nil
}

func (n *normalizer) fail(errno syscall.Errno, text string) error {
	return &SyntaxError{Line: n.line, Text: text, Errno: errno}
}

// failAt fails because of what a line says.
func (n *normalizer) failAt(line []byte, errno syscall.Errno, text string) error {
	return &SyntaxError{Line: n.line, Text: text, Content: string(line), Errno: errno}
}

func (n *normalizer) warn(kind WarningKind, format string, args ...any) {
	n.warnings = append(n.warnings, Warning{Line: n.line, Text: fmt.Sprintf(format, args...), Kind: kind})
}

// logical takes one line with its continuations joined.
func (n *normalizer) logical(line []byte) error {
	line = bytes.Trim(line, blanks)
	if len(line) == 0 {
		return nil
	}
	if !utf8.Valid(line) {
		return n.failAt(line, syscall.EINVAL, "the line is not valid UTF-8; the rest of the file is not read")
	}
	if line[0] == '[' {
		return n.header(line)
	}
	if n.skipping {
		return nil
	}
	if !n.opened {
		n.warn(NoSection, "assignment outside of a section, ignored")
		return nil
	}
	key, value, found := bytes.Cut(line, []byte("="))
	switch {
	case !found:
		n.warn(NoEquals, "line without \"=\" ignored: %.80q", line)
		return nil
	case len(key) == 0:
		n.warn(NoKey, "line without a name before \"=\" ignored: %.80q", line)
		return nil
	}
	n.out.WriteString(guard)
	n.out.Write(bytes.TrimRight(key, blanks))
	n.out.WriteString(guard + "=" + guard)
	n.out.Write(bytes.TrimLeft(value, blanks))
	n.out.WriteString(guard + "\n")
	n.lines = append(n.lines, n.line)
	return nil
}

func (n *normalizer) header(line []byte) error {
	if line[len(line)-1] != ']' {
		return n.failAt(line, syscall.EBADMSG, fmt.Sprintf("bad section header %.80q; the rest of the file is not read", line))
	}
	name := line[1 : len(line)-1]
	for _, c := range name {
		if c < ' ' || c == 0x7f || c == '"' || c == '\'' || c == '\\' {
			return n.failAt(line, syscall.EBADMSG, fmt.Sprintf("bad character in section header %.80q; the rest of the file is not read", line))
		}
	}
	n.opened = true
	n.section = string(name)
	n.skipping = bytes.IndexByte(name, ']') >= 0 || !n.known(n.section)
	if n.skipping {
		if !bytes.HasPrefix(name, []byte("X-")) {
			n.warn(UnknownSection, "unknown section %.80q, ignored", n.section)
			n.warnings[len(n.warnings)-1].Name = n.section
		}
		return nil
	}
	n.out.Write(line)
	n.out.WriteByte('\n')
	return nil
}

// cutLine splits off the first line. "\n", "\r" and NUL each end a line; a run of different ones counts
// once, and NUL closes the run.
func cutLine(text []byte) (line, rest []byte) {
	end := 0
	for end < len(text) && endOfLine(text[end]) == 0 {
		end++
	}
	i, seen := end, uint8(0)
	for i < len(text) && seen&endNUL == 0 {
		kind := endOfLine(text[i])
		if kind == 0 || seen&kind != 0 {
			break
		}
		seen |= kind
		i++
	}
	return text[:end:end], text[i:]
}

const endNUL = 1

func endOfLine(c byte) uint8 {
	switch c {
	case 0:
		return endNUL
	case '\n':
		return 2
	case '\r':
		return 4
	}
	return 0
}

// endsEscaped tells whether a line ends in an odd number of backslashes.
func endsEscaped(line []byte) bool {
	n := len(line)
	for n > 0 && line[n-1] == '\\' {
		n--
	}
	return (len(line)-n)%2 == 1
}
