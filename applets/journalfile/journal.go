package journalfile

import (
	"cmp"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Entry is an entry of the journal.
type Entry struct {
	Sequence            uint64
	Realtime, Monotonic uint64 // microseconds
	Boot                [16]byte
	Fields              []Field // without those that are stored compressed
}

// Field is a field of an entry.
type Field struct{ Name, Value string }

// Get is the value of a field, empty if there is none.
func (e *Entry) Get(name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Journal is the journal files of this machine.
type Journal struct {
	files []*file
	boot  [16]byte
	bootF string
}

// Open opens the journal of this machine, below a root directory (empty: the real one). What is not there or may
// not be read is left out.
func Open(root string) *Journal {
	j := &Journal{}
	id := firstLine(filepath.Join(root, "/etc/machine-id"))
	j.bootF = "_BOOT_ID=" + strings.ReplaceAll(firstLine("/proc/sys/kernel/random/boot_id"), "-", "")
	if b, err := hex.DecodeString(strings.TrimPrefix(j.bootF, "_BOOT_ID=")); err == nil && len(b) == 16 {
		copy(j.boot[:], b)
	}
	if id == "" {
		return j
	}
	for _, dir := range []string{"/run/log/journal", "/var/log/journal"} {
		dir = filepath.Join(root, dir, id)
		list, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, entry := range list {
			name := entry.Name()
			if !strings.HasSuffix(name, ".journal") && !strings.HasSuffix(name, ".journal~") || !entry.Type().IsRegular() {
				continue
			}
			if f, err := open(filepath.Join(dir, name)); err == nil {
				j.files = append(j.files, f)
			}
		}
	}
	return j
}

// Close closes the files.
func (j *Journal) Close() {
	for _, f := range j.files {
		f.f.Close()
	}
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// UnitMatches are the fields of the entries of a unit, or about it from those who may say so: all of one of the
// lists.
func UnitMatches(unit string) [][]string {
	list := [][]string{
		{"_SYSTEMD_UNIT=" + unit},
		{"COREDUMP_UNIT=" + unit, "_UID=0", "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"},
		{"UNIT=" + unit, "_PID=1"},
		{"OBJECT_SYSTEMD_UNIT=" + unit, "_UID=0"},
	}
	if strings.HasSuffix(unit, ".slice") {
		list = append(list, []string{"_SYSTEMD_SLICE=" + unit})
	}
	return list
}

// UserUnitMatches is UnitMatches for a unit of a user's own manager.
func UserUnitMatches(unit, uid string) [][]string {
	return [][]string{
		{"_SYSTEMD_USER_UNIT=" + unit, "_UID=" + uid},
		{"USER_UNIT=" + unit, "_UID=" + uid},
		{"COREDUMP_USER_UNIT=" + unit, "_UID=" + uid},
		{"OBJECT_SYSTEMD_USER_UNIT=" + unit, "_UID=" + uid},
	}
}

// found is an entry and where it is.
type found struct {
	Entry
	f     *file
	items []int64
}

// Last gives the newest entries of this boot that match, not more than count, oldest first. since is the monotonic
// time in microseconds before which none counts.
func (j *Journal) Last(matches [][]string, count int, since uint64) []Entry {
	var all []found
	for _, f := range j.files {
		all = append(all, j.lastOf(f, matches, count, since)...)
	}
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.Monotonic, b.Monotonic), cmp.Compare(a.Sequence, b.Sequence))
	})
	all = all[max(0, len(all)-count):]
	list := make([]Entry, 0, len(all))
	for _, e := range all {
		e.f.fields(&e.Entry, e.items)
		list = append(list, e.Entry)
	}
	return list
}

func (j *Journal) lastOf(f *file, matches [][]string, count int, since uint64) (newest []found) {
	var places []int64
	needs := map[int64][][]int64{} // what an entry at a place must have, one of these lists
	for _, fields := range matches {
		first, ok := f.find(fields[0])
		if !ok {
			continue
		}
		var also []int64
		for _, other := range fields[1:] {
			d, found := f.find(other)
			ok = ok && found
			also = append(also, d.at)
		}
		if !ok {
			continue
		}
		for _, place := range f.entries(first) {
			if _, known := needs[place]; !known {
				places = append(places, place)
			}
			needs[place] = append(needs[place], also)
		}
	}
	slices.Sort(places)
	for _, place := range slices.Backward(places) {
		if len(newest) == count {
			break
		}
		e, items, err := f.entry(place)
		if err != nil || e.Boot != j.boot || e.Monotonic < since {
			continue
		}
		if slices.ContainsFunc(needs[place], func(also []int64) bool { return containsAll(items, also) }) {
			newest = append(newest, found{e, f, items})
		}
	}
	return newest
}

func containsAll(items, wanted []int64) bool {
	for _, w := range wanted {
		if !slices.Contains(items, w) {
			return false
		}
	}
	return true
}

// Begin is the monotonic time of the oldest entry of this boot, in microseconds; false if there is none.
func (j *Journal) Begin() (at uint64, ok bool) {
	for _, f := range j.files {
		d, found := f.find(j.bootF)
		if !found {
			continue
		}
		if e, _, err := f.entry(d.entry); err == nil && (!ok || e.Monotonic < at) {
			at, ok = e.Monotonic, true
		}
	}
	return at, ok
}
