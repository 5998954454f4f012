// Package handover writes structs down and reads them back, for one program that takes the place of another in the
// same process (systemctl daemon-reexec): every field is written, exported or not, so that a field that is added to a
// struct is handed over without anybody having to think of it. What cannot be, or need not, says so in its tag:
//
//	handover:"-"     made anew by whoever reads the struct
//	handover:"name"  written under this name; without it under the field's own
//
// A field whose type cannot be written (a function, a channel, a pointer to what has a life of its own) and that does
// not say so is reported by Check, which a test calls.
//
// The form is JSON, and what either side does not know is no error: the two programs need not be of the same build.
// A field that is not there keeps the value that it has, and one that nobody knows is passed over.
package handover

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Codec knows how to write types that have a life of their own.
type Codec struct {
	special map[reflect.Type]special
	plans   map[reflect.Type][]field
	sparse  bool // zero values are left out
}

type special struct {
	write func(reflect.Value) (json.RawMessage, bool)
	read  func(json.RawMessage, reflect.Value) error
}

// field is one field of a struct that is handed over.
type field struct {
	index int
	name  string
}

// New makes a Codec that knows plain types only.
func New() *Codec {
	return &Codec{special: map[reflect.Type]special{}, plans: map[reflect.Type][]field{}}
}

// Register says how values of type T are written and read. write may say that there is nothing to write; a value that
// is an element of a list is null then. read gets the value's own place.
func Register[T any](c *Codec, write func(*T) (text json.RawMessage, ok bool), read func(json.RawMessage, *T) error) {
	c.special[reflect.TypeFor[T]()] = special{
		func(v reflect.Value) (json.RawMessage, bool) { return write(v.Addr().Interface().(*T)) },
		func(text json.RawMessage, v reflect.Value) error { return read(text, v.Addr().Interface().(*T)) },
	}
}

// Fields writes each field of a struct, by its name.
func (c *Codec) Fields(pointer any) map[string]json.RawMessage {
	return c.fields(reflect.ValueOf(pointer).Elem())
}

// Sparse is Fields without those that are zero, for a struct that is read into one that is new.
func (c *Codec) Sparse(pointer any) map[string]json.RawMessage {
	c.sparse = true
	defer func() { c.sparse = false }()
	return c.Fields(pointer)
}

func (c *Codec) fields(v reflect.Value) map[string]json.RawMessage {
	texts := map[string]json.RawMessage{}
	for _, f := range c.plan(v.Type()) {
		if c.sparse && v.Field(f.index).IsZero() {
			continue
		}
		if text, ok := c.value(open(v.Field(f.index))); ok {
			texts[f.name] = text
		}
	}
	return texts
}

// Difference are the fields of one struct that are other than those of another.
func Difference(fields, from map[string]json.RawMessage) map[string]json.RawMessage {
	other := map[string]json.RawMessage{}
	for name, text := range fields {
		if before, ok := from[name]; !ok || !bytes.Equal(text, before) {
			other[name] = text
		}
	}
	for name := range from {
		if _, ok := fields[name]; !ok {
			other[name] = json.RawMessage("null")
		}
	}
	return other
}

// Read sets the fields of a struct that are there. It goes on after what cannot be read, and returns the first error.
func (c *Codec) Read(fields map[string]json.RawMessage, pointer any) error {
	return c.readFields(fields, reflect.ValueOf(pointer).Elem())
}

func (c *Codec) readFields(texts map[string]json.RawMessage, v reflect.Value) (first error) {
	for _, f := range c.plan(v.Type()) {
		text, ok := texts[f.name]
		if !ok {
			continue
		}
		if err := c.read(text, open(v.Field(f.index))); err != nil && first == nil {
			first = fmt.Errorf("cannot take over %s.%s: %w", v.Type(), f.name, err)
		}
	}
	return first
}

// open gives access to a field that may not be exported: it is read and set in place.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// plan lists what is handed over of a struct.
func (c *Codec) plan(t reflect.Type) []field {
	if plan, ok := c.plans[t]; ok {
		return plan
	}
	var plan []field
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("handover")
		if name == "-" || f.Type.Size() == 0 {
			continue
		}
		if name == "" {
			name = f.Name
		}
		plan = append(plan, field{i, name})
	}
	c.plans[t] = plan
	return plan
}

// value writes one value, which must be addressable; false if it is nothing.
func (c *Codec) value(v reflect.Value) (json.RawMessage, bool) {
	if s, ok := c.special[v.Type()]; ok {
		return s.write(v)
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(nil, v.Bool()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(nil, v.Int(), 10), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(nil, v.Uint(), 10), true
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(nil, v.Float(), 'g', -1, 64), true
	case reflect.String:
		return text(v.String()), true
	case reflect.Struct:
		return object(c.fields(v)), true
	case reflect.Pointer:
		if v.IsNil() {
			return nil, false
		}
		return c.value(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return nil, false
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return text(base64.StdEncoding.EncodeToString(v.Bytes())), true
		}
		return c.list(v), true
	case reflect.Array:
		return c.list(v), true
	case reflect.Map:
		if v.IsNil() {
			return nil, false
		}
		return c.mapping(v), true
	}
	panic(fmt.Sprintf("cannot hand over a %s", v.Type())) // Check finds it before
}

func (c *Codec) list(v reflect.Value) json.RawMessage {
	out := []byte{'['}
	for i := range v.Len() {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, orNull(c.value(v.Index(i)))...)
	}
	return append(out, ']')
}

func (c *Codec) mapping(v reflect.Value) json.RawMessage {
	texts := make(map[string]json.RawMessage, v.Len())
	for it := v.MapRange(); it.Next(); {
		place := reflect.New(v.Type().Elem()).Elem()
		place.Set(it.Value())
		key := it.Key()
		name := ""
		switch {
		case key.Kind() == reflect.String:
			name = key.String()
		case key.CanInt():
			name = strconv.FormatInt(key.Int(), 10)
		default:
			name = strconv.FormatUint(key.Uint(), 10)
		}
		texts[name] = orNull(c.value(place))
	}
	return object(texts)
}

func orNull(text json.RawMessage, ok bool) json.RawMessage {
	if !ok {
		return json.RawMessage("null")
	}
	return text
}

// object writes names in a certain order, so that the same state is always the same text.
func object(texts map[string]json.RawMessage) json.RawMessage {
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	out := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(name)...), ':'), texts[name]...)
	}
	return append(out, '}')
}

// text writes a string; one that is not UTF-8, of which JSON knows nothing, as an object that holds its bytes.
func text(s string) json.RawMessage {
	if utf8.ValidString(s) {
		return quoted(s)
	}
	return fmt.Appendf(nil, `{"base64":%q}`, base64.StdEncoding.EncodeToString([]byte(s)))
}

func quoted(s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 127 || c == '"' || c == '\\' {
			b, _ := json.Marshal(s)
			return b
		}
	}
	b := make([]byte, 0, len(s)+2)
	return append(append(append(b, '"'), s...), '"')
}
