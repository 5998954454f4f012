package journalfile

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writer makes a small journal file.
type writer struct {
	b       []byte
	compact bool
	keyed   bool
	table   int
	slots   int
	data    map[string]int
	entries map[string][]int // of each field
}

func newWriter(compact, keyed bool) *writer {
	w := &writer{compact: compact, keyed: keyed, slots: 3, data: map[string]int{}, entries: map[string][]int{}}
	w.b = make([]byte, 264)
	copy(w.b, "LPKSHHRH")
	formats := uint32(0)
	if compact {
		formats |= formatCompact
	}
	if keyed {
		formats |= formatKeyedHash
	}
	binary.LittleEndian.PutUint32(w.b[atIncompatible:], formats)
	copy(w.b[atFileID:], "0123456789abcdef")
	w.table = w.object(4, make([]byte, 16*w.slots)) + objectHeaderSize
	w.put(atDataTable, uint64(w.table))
	w.put(atDataTableSize, uint64(16*w.slots))
	return w
}

func (w *writer) put(at int, v uint64) { binary.LittleEndian.PutUint64(w.b[at:], v) }
func (w *writer) get(at int) uint64    { return binary.LittleEndian.Uint64(w.b[at:]) }
func numbers(list ...uint64) (b []byte) {
	for _, n := range list {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return b
}

func (w *writer) object(kind byte, body []byte) int {
	for len(w.b)%8 != 0 {
		w.b = append(w.b, 0)
	}
	at := len(w.b)
	w.b = append(w.b, kind, 0, 0, 0, 0, 0, 0, 0)
	w.b = append(w.b, numbers(uint64(objectHeaderSize+len(body)))...)
	w.b = append(w.b, body...)
	return at
}

func (w *writer) hash(field string) uint64 {
	if w.keyed {
		return sipHash([16]byte([]byte("0123456789abcdef")), []byte(field))
	}
	return lookup3([]byte(field))
}

func (w *writer) field(field string) int {
	if at, ok := w.data[field]; ok {
		return at
	}
	h := w.hash(field)
	slot := w.table + int(h%uint64(w.slots))*16
	body := numbers(h, 0, 0, 0, 0, 0)
	if w.compact {
		body = append(body, make([]byte, 8)...)
	}
	at := w.object(objectData, append(body, field...))
	for w.get(slot) != 0 { // to the end of the chain
		slot = int(w.get(slot)) + 24
	}
	w.put(slot, uint64(at))
	w.data[field] = at
	return at
}

// entry appends an entry; its time is its number.
func (w *writer) entry(number uint64, boot [16]byte, fields ...string) {
	var items []byte
	for _, f := range fields {
		at := w.field(f)
		if w.compact {
			items = binary.LittleEndian.AppendUint32(items, uint32(at))
		} else {
			items = append(items, numbers(uint64(at), w.hash(f))...)
		}
	}
	body := append(numbers(number, number, number), boot[:]...)
	at := w.object(objectEntry, append(append(body, numbers(0)...), items...))
	for _, f := range fields {
		w.entries[f] = append(w.entries[f], at)
	}
}

// finish links every field to its entries, two to an array.
func (w *writer) finish() []byte {
	for f, list := range w.entries {
		at := w.data[f]
		w.put(at+40, uint64(list[0]))
		w.put(at+56, uint64(len(list)))
		link := at + 48
		for chunk := range slices.Chunk(list[1:], 2) {
			body := numbers(0)
			for _, place := range chunk {
				if w.compact {
					body = binary.LittleEndian.AppendUint32(body, uint32(place))
				} else {
					body = append(body, numbers(uint64(place))...)
				}
			}
			array := w.object(objectArray, body)
			w.put(link, uint64(array))
			link = array + objectHeaderSize
		}
	}
	return w.b
}

// journalIn opens files as the journal of a root.
func journalIn(t testing.TB, files ...[]byte) *Journal {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "var/log/journal/0123456789abcdef0123456789abcdef")
	for _, d := range []string{dir, filepath.Join(root, "etc")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(filepath.Join(root, "etc/machine-id"), []byte("0123456789abcdef0123456789abcdef\n"), 0o644)
	for i, b := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.journal", i)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	j := Open(root)
	t.Cleanup(j.Close)
	return j
}

func messages(list []Entry) string {
	var all []string
	for i := range list {
		all = append(all, list[i].Get("MESSAGE"))
	}
	return strings.Join(all, " ")
}

// What a unit has said and what its manager has said of it come in their order, from whichever file, and nothing
// that others pretend, that another boot has left, or that is too old.
func TestLast(t *testing.T) {
	for _, form := range []struct{ compact, keyed bool }{{false, false}, {true, true}, {false, true}} {
		t.Run(fmt.Sprintf("compact=%t keyed=%t", form.compact, form.keyed), func(t *testing.T) {
			boot := journalIn(t).boot
			a, b := newWriter(form.compact, form.keyed), newWriter(form.compact, form.keyed)
			unit, manager := "_SYSTEMD_UNIT=a.service", "UNIT=a.service"
			a.entry(1, [16]byte{9}, unit, "MESSAGE=before")
			a.entry(2, boot, manager, "_PID=1", "MESSAGE=starting", fmt.Sprintf("_BOOT_ID=%x", boot))
			a.entry(4, boot, unit, "MESSAGE=two")
			a.entry(5, boot, manager, "_PID=77", "MESSAGE=pretended")
			for i := uint64(6); i < 12; i++ {
				a.entry(i, boot, "_SYSTEMD_UNIT=b.service", "MESSAGE=other")
			}
			a.entry(12, boot, unit, "MESSAGE=four")
			b.entry(3, boot, unit, "MESSAGE=one")
			b.entry(11, boot, unit, "MESSAGE=three")
			j := journalIn(t, a.finish(), b.finish())
			matches := UnitMatches("a.service")
			for _, c := range []struct {
				count int
				since uint64
				want  string
			}{{10, 0, "starting one two three four"}, {2, 0, "three four"}, {10, 4, "two three four"}, {10, 99, ""}} {
				if got := messages(j.Last(matches, c.count, c.since)); got != c.want {
					t.Errorf("the last %d since %d are %q, want %q", c.count, c.since, got, c.want)
				}
			}
			if at, ok := j.Begin(); !ok || at != 2 {
				t.Errorf("this boot begins at %d, %t", at, ok)
			}
			if got := j.Last(UnitMatches("none.service"), 10, 0); len(got) != 0 {
				t.Errorf("a unit that never was said %q", messages(got))
			}
		})
	}
}

func TestHashes(t *testing.T) {
	var key [16]byte
	var text [15]byte
	for i := range key {
		key[i] = byte(i)
	}
	copy(text[:], key[:])
	if got := sipHash(key, text[:]); got != 0xa129ca6149be45e5 {
		t.Errorf("SipHash is %x", got)
	}
	if got := lookup3([]byte("Four score and seven years ago")); got != 0x17770551ce7226e6 {
		t.Errorf("lookup3 is %x", got)
	}
}

// FuzzDamaged: damage costs what is damaged, no panic and no endless loop.
func FuzzDamaged(f *testing.F) {
	for _, compact := range []bool{false, true} {
		w := newWriter(compact, true)
		for i := range uint64(5) {
			w.entry(i, [16]byte{}, "_SYSTEMD_UNIT=a.service", "MESSAGE=x", fmt.Sprintf("N=%d", i))
		}
		f.Add(w.finish())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		j := journalIn(t, b)
		j.boot = [16]byte{}
		j.Last(UnitMatches("a.service"), 10, 0)
		j.Begin()
	})
}
