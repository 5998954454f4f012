// Package journalfile reads journal files: those entries that belong to a unit, newest first. The format is
// systemd's own (https://systemd.io/JOURNAL_FILE_FORMAT); files may be written to meanwhile, or be damaged, which
// costs no more than what cannot be read.
package journalfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
)

// errFormat is a file that is no journal, or a broken part of one.
var errFormat = errors.New("not a journal file")

// What stands in the header of a file, by its place there.
const (
	headerSize       = 208
	atIncompatible   = 12
	atFileID         = 24
	atDataTable      = 104
	atDataTableSize  = 112
	knownFormats     = 1 | 2 | 4 | 8 | 16
	formatKeyedHash  = 4
	formatCompact    = 16
	objectData       = 1
	objectEntry      = 3
	objectArray      = 6
	flagCompressed   = 1 | 2 | 4
	objectHeaderSize = 16
	payloadMax       = 1 << 20 // of a field; what is longer is cut
)

// file is an open journal file.
type file struct {
	f         *os.File
	size      int64 // when it was opened
	id        [16]byte
	keyed     bool
	compact   bool
	table     int64 // hash table of fields with their values
	tableSize int64 // entries of it
}

func open(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	j := &file{f: f}
	if err := j.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	return j, nil
}

func (j *file) readHeader() error {
	var h [headerSize]byte
	if _, err := j.f.ReadAt(h[:], 0); err != nil {
		return errFormat
	}
	info, err := j.f.Stat()
	if err != nil {
		return err
	}
	j.size = info.Size()
	formats := binary.LittleEndian.Uint32(h[atIncompatible:])
	if !bytes.HasPrefix(h[:], []byte("LPKSHHRH")) || formats&^knownFormats != 0 {
		return errFormat
	}
	j.keyed, j.compact = formats&formatKeyedHash != 0, formats&formatCompact != 0
	copy(j.id[:], h[atFileID:])
	j.table = int64(binary.LittleEndian.Uint64(h[atDataTable:]))
	j.tableSize = int64(binary.LittleEndian.Uint64(h[atDataTableSize:])) / 16
	if j.table <= 0 || j.tableSize <= 0 {
		return errFormat
	}
	return nil
}

// object reads an object, at most limit bytes of what follows its header.
func (j *file) object(at int64, kind byte, limit int64) (flags byte, body []byte, err error) {
	var h [objectHeaderSize]byte
	if at <= 0 || at%8 != 0 {
		return 0, nil, errFormat
	}
	if _, err := j.f.ReadAt(h[:], at); err != nil {
		return 0, nil, err
	}
	size := int64(binary.LittleEndian.Uint64(h[8:])) - objectHeaderSize
	if h[0] != kind || size < 0 || size > j.size-at {
		return 0, nil, errFormat
	}
	body = make([]byte, min(size, limit))
	if _, err := j.f.ReadAt(body, at+objectHeaderSize); err != nil {
		return 0, nil, err
	}
	return h[1], body, nil
}

// data is a field with a value, and the entries that have it.
type data struct {
	at      int64
	entry   int64 // the first of them
	array   int64 // the others
	count   uint64
	payload []byte
	packed  bool // the payload is compressed
}

func (j *file) payloadAt() int64 {
	if j.compact {
		return 56
	}
	return 48
}

func (j *file) data(at int64) (d data, next int64, err error) {
	flags, b, err := j.object(at, objectData, j.payloadAt()+payloadMax)
	if err != nil {
		return d, 0, err
	}
	if int64(len(b)) < j.payloadAt() {
		return d, 0, errFormat
	}
	number := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[i:])) }
	return data{
		at: at, entry: number(24), array: number(32), count: uint64(number(40)),
		payload: b[j.payloadAt():], packed: flags&flagCompressed != 0,
	}, number(8), nil
}

// find looks up a field with a value.
func (j *file) find(field string) (data, bool) {
	var h uint64
	if j.keyed {
		h = sipHash(j.id, []byte(field))
	} else {
		h = lookup3([]byte(field))
	}
	var slot [8]byte
	if _, err := j.f.ReadAt(slot[:], j.table+int64(h%uint64(j.tableSize))*16); err != nil {
		return data{}, false
	}
	at := int64(binary.LittleEndian.Uint64(slot[:]))
	for at != 0 {
		d, next, err := j.data(at)
		if err != nil || next != 0 && next <= at { // what is added later lies behind: else this would be a circle
			return data{}, false
		}
		if !d.packed && string(d.payload) == field {
			return d, true
		}
		at = next
	}
	return data{}, false
}

// entries are the places of the entries that have a field, oldest first.
func (j *file) entries(d data) []int64 {
	list := []int64{d.entry}
	for at := d.array; at != 0 && uint64(len(list)) < d.count; {
		_, b, err := j.object(at, objectArray, j.size)
		if err != nil || len(b) < 8 {
			break
		}
		next := int64(binary.LittleEndian.Uint64(b))
		if next != 0 && next <= at {
			break
		}
		at = next
		for b = b[8:]; uint64(len(list)) < d.count; {
			var place int64
			switch {
			case j.compact && len(b) >= 4:
				place, b = int64(binary.LittleEndian.Uint32(b)), b[4:]
			case !j.compact && len(b) >= 8:
				place, b = int64(binary.LittleEndian.Uint64(b)), b[8:]
			}
			if place == 0 {
				break
			}
			list = append(list, place)
		}
	}
	return list
}

// entry reads an entry without its fields.
func (j *file) entry(at int64) (e Entry, items []int64, err error) {
	_, b, err := j.object(at, objectEntry, 1<<20)
	if err != nil {
		return e, nil, err
	}
	if len(b) < 48 {
		return e, nil, errFormat
	}
	e.Sequence = binary.LittleEndian.Uint64(b)
	e.Realtime = binary.LittleEndian.Uint64(b[8:])
	e.Monotonic = binary.LittleEndian.Uint64(b[16:])
	copy(e.Boot[:], b[24:])
	size := 16
	if j.compact {
		size = 4
	}
	for b = b[48:]; len(b) >= size; b = b[size:] {
		if j.compact {
			items = append(items, int64(binary.LittleEndian.Uint32(b)))
		} else {
			items = append(items, int64(binary.LittleEndian.Uint64(b)))
		}
	}
	return e, items, nil
}

// fields reads the fields of an entry.
func (j *file) fields(e *Entry, items []int64) {
	for _, at := range items {
		d, _, err := j.data(at)
		if err != nil {
			continue
		}
		if d.packed {
			continue
		}
		if name, value, ok := bytes.Cut(d.payload, []byte("=")); ok {
			e.Fields = append(e.Fields, Field{string(name), string(value)})
		}
	}
}
