package firstrun

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// A manifest tells what an image has put into a volume: the baseline of the three-way decisions of an
// upgrade. In a template it tells what the template holds, where the file system of the image cannot (owners
// squashed, no extended attributes).
//
// It is text: a first line, one line an entry in the order of ComparePaths, and a last line with their number
// without which it is torn. A line has fields between tabs: kind, mode (octal), uid, gid, size, mtime
// (nanoseconds), digest or "-", path, and then optionally "target=", "hard=", "device=", "kept=" and "xattr:NAME="
// (base64). Paths and targets with bytes below 0x21, a quote at the beginning or a backslash are quoted as in Go.
const (
	manifestFirst = "pintle-manifest 1"
	manifestLast  = "end "
)

// EncodeManifest writes a manifest.
func EncodeManifest(entries []Entry) []byte {
	b := make([]byte, 0, 160*(len(entries)+1)) // a guess
	b = append(b, manifestFirst...)
	b = append(b, '\n')
	for i := range entries {
		b = appendEntry(b, &entries[i])
	}
	b = append(b, manifestLast...)
	b = strconv.AppendInt(b, int64(len(entries)), 10)
	return append(b, '\n')
}

func appendEntry(b []byte, e *Entry) []byte {
	b = append(b, byte(e.Kind), '\t')
	b = strconv.AppendUint(b, uint64(e.Mode), 8)
	b = append(b, '\t')
	b = strconv.AppendUint(b, uint64(e.UID), 10)
	b = append(b, '\t')
	b = strconv.AppendUint(b, uint64(e.GID), 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, e.Size, 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, e.MTime, 10)
	b = append(b, '\t')
	if e.Digest == "" {
		b = append(b, '-')
	} else {
		b = append(b, e.Digest...)
	}
	b = append(b, '\t')
	b = appendQuoted(b, e.Path)
	if e.Kind == Symlink {
		b = appendQuoted(append(b, "\ttarget="...), e.Target)
	}
	if e.Hard != "" {
		b = appendQuoted(append(b, "\thard="...), e.Hard)
	}
	if e.Device != 0 {
		b = strconv.AppendUint(append(b, "\tdevice="...), e.Device, 10)
	}
	if e.Kept {
		b = append(b, "\tkept="...)
	}
	names := make([]string, 0, len(e.Xattrs))
	for name := range e.Xattrs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b = append(b, "\txattr:"...)
		b = append(b, strings.ReplaceAll(strconv.Quote(name), "=", `\x3d`)...)
		b = append(b, '=')
		b = base64.StdEncoding.AppendEncode(b, []byte(e.Xattrs[name]))
	}
	return append(b, '\n')
}

func appendQuoted(b []byte, s string) []byte {
	plain := s != "" && s[0] != '"'
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] > ' ' && s[i] != '\\' && s[i] != 0x7f
	}
	if plain {
		return append(b, s...)
	}
	return strconv.AppendQuote(b, s)
}

func unquote(s string) (string, error) {
	if s != "" && s[0] == '"' {
		return strconv.Unquote(s)
	}
	return s, nil
}

// DecodeManifest reads a manifest. name is the file's, for errors. The tree keeps data, which must not be changed.
func DecodeManifest(name string, data []byte) (*Tree, error) {
	// One string for all: the entries' texts are parts of it.
	first, text, _ := strings.Cut(unsafe.String(unsafe.SliceData(data), len(data)), "\n")
	if first != manifestFirst {
		return nil, fmt.Errorf("cannot read %s:1: it does not begin with %q", name, manifestFirst)
	}
	t := &Tree{Entries: make([]Entry, 0, strings.Count(text, "\n"))}
	for number := 2; ; number++ {
		line, after, whole := strings.Cut(text, "\n")
		if !whole {
			return nil, fmt.Errorf("cannot read %s:%d: it ends too early", name, number)
		}
		if count, ok := strings.CutPrefix(line, manifestLast); ok {
			if count != strconv.Itoa(len(t.Entries)) || after != "" {
				return nil, fmt.Errorf("cannot read %s:%d: it says %s entries, and there are %d", name, number, count, len(t.Entries))
			}
			return t, nil
		}
		t.Entries = append(t.Entries, Entry{})
		e := &t.Entries[len(t.Entries)-1]
		if err := decodeEntry(line, e); err != nil {
			return nil, fmt.Errorf("cannot read %s:%d: %w", name, number, err)
		}
		if n := len(t.Entries); n > 1 && ComparePaths(t.Entries[n-2].Path, e.Path) >= 0 {
			return nil, fmt.Errorf("cannot read %s:%d: %q is out of order", name, number, e.Path)
		}
		text = after
	}
}

func decodeEntry(line string, e *Entry) error {
	var fields [8]string
	for i := range fields {
		var ok bool
		if fields[i], line, ok = strings.Cut(line, "\t"); !ok && i < len(fields)-1 {
			return fmt.Errorf("it has %d fields, not %d", i+1, len(fields))
		}
	}
	if len(fields[0]) != 1 || !strings.Contains("fdlpscb", fields[0]) {
		return fmt.Errorf("%q is no kind of entry", fields[0])
	}
	e.Kind = Kind(fields[0][0])
	var n numbers
	e.Mode = uint32(n.unsigned(fields[1], 8, 12))
	e.UID = uint32(n.unsigned(fields[2], 10, 32))
	e.GID = uint32(n.unsigned(fields[3], 10, 32))
	e.Size = int64(n.unsigned(fields[4], 10, 63))
	e.MTime = n.signed(fields[5])
	if n.err != nil {
		return n.err
	}
	if fields[6] != "-" {
		e.Digest = fields[6]
	}
	var err error
	if e.Path, err = unquote(fields[7]); err != nil {
		return fmt.Errorf("%s is no path", fields[7])
	}
	if e.Path != "" {
		if err := CheckPath(e.Path); err != nil {
			return err
		}
	}
	for line != "" && err == nil {
		var extra string
		extra, line, _ = strings.Cut(line, "\t")
		err = decodeExtra(extra, e)
	}
	return err
}

func decodeExtra(extra string, e *Entry) (err error) {
	name, value, _ := strings.Cut(extra, "=")
	switch {
	case name == "target":
		e.Target, err = unquote(value)
	case name == "hard":
		e.Hard, err = unquote(value)
	case name == "kept":
		e.Kept = true
	case name == "device":
		e.Device, err = strconv.ParseUint(value, 10, 64)
	case strings.HasPrefix(name, "xattr:"):
		var attr string
		var content []byte
		if attr, err = strconv.Unquote(name[len("xattr:"):]); err == nil {
			content, err = base64.StdEncoding.DecodeString(value)
		}
		if e.Xattrs == nil {
			e.Xattrs = Xattrs{}
		}
		e.Xattrs[attr] = string(content)
	default:
		return fmt.Errorf("field %q is unknown", name)
	}
	if err != nil {
		return fmt.Errorf("field %q is wrong: %w", extra, err)
	}
	return nil
}

// numbers reads numbers and keeps the first error.
type numbers struct{ err error }

func (n *numbers) unsigned(s string, base, bits int) uint64 {
	v, err := strconv.ParseUint(s, base, bits)
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%q is no number that fits", s)
	}
	return v
}

func (n *numbers) signed(s string) int64 {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%q is no number", s)
	}
	return v
}

// lines reads a text line by line, without empty ones and comments, with their numbers.
func lines(text []byte, each func(number int, line string) error) error {
	sc := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; sc.Scan(); number++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := each(number, line); err != nil {
			return err
		}
	}
	return sc.Err()
}
