package handover

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// read sets a value in its place.
func (c *Codec) read(text json.RawMessage, v reflect.Value) error {
	if s, ok := c.special[v.Type()]; ok {
		return s.read(text, v)
	}
	if isNull(text) {
		v.SetZero()
		return nil
	}
	switch v.Kind() {
	case reflect.Bool:
		is, err := strconv.ParseBool(string(text))
		v.SetBool(is)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(string(text), 10, v.Type().Bits())
		v.SetInt(n)
		return err
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(string(text), 10, v.Type().Bits())
		v.SetUint(n)
		return err
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(string(text), v.Type().Bits())
		v.SetFloat(n)
		return err
	case reflect.String:
		s, err := readText(text)
		v.SetString(s)
		return err
	case reflect.Struct:
		var texts map[string]json.RawMessage
		if err := json.Unmarshal(text, &texts); err != nil {
			return err
		}
		return c.readFields(texts, v)
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		v.Set(p)
		return c.read(text, p.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			s, err := readText(text)
			if err != nil {
				return err
			}
			b, err := base64.StdEncoding.DecodeString(s)
			v.SetBytes(b)
			return err
		}
		return c.readList(text, v)
	case reflect.Array:
		list := reflect.New(reflect.SliceOf(v.Type().Elem())).Elem()
		err := c.readList(text, list)
		v.SetZero()
		reflect.Copy(v, list)
		return err
	case reflect.Map:
		return c.readMapping(text, v)
	}
	return fmt.Errorf("nobody knows how to read a %s", v.Type())
}

// readList reads a list. Of what is registered, elements that have become nothing are left out.
func (c *Codec) readList(text json.RawMessage, v reflect.Value) (first error) {
	var texts []json.RawMessage
	if err := json.Unmarshal(text, &texts); err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), 0, len(texts))
	for _, text := range texts {
		place := reflect.New(v.Type().Elem()).Elem()
		if err := c.read(text, place); err != nil && first == nil {
			first = err
		}
		if _, ok := c.special[place.Type()]; ok && place.IsZero() {
			continue
		}
		list = reflect.Append(list, place)
	}
	v.Set(list)
	return first
}

func (c *Codec) readMapping(text json.RawMessage, v reflect.Value) (first error) {
	var texts map[string]json.RawMessage
	if err := json.Unmarshal(text, &texts); err != nil {
		return err
	}
	m := reflect.MakeMapWithSize(v.Type(), len(texts))
	for name, text := range texts {
		place := reflect.New(v.Type().Elem()).Elem()
		key := reflect.New(v.Type().Key()).Elem()
		err := c.read(text, place)
		if err == nil {
			err = setKey(key, name)
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		if _, ok := c.special[place.Type()]; ok && place.IsZero() {
			continue
		}
		m.SetMapIndex(key, place)
	}
	v.Set(m)
	return first
}

func setKey(key reflect.Value, name string) error {
	switch {
	case key.Kind() == reflect.String:
		key.SetString(name)
		return nil
	case key.CanInt():
		n, err := strconv.ParseInt(name, 10, 64)
		key.SetInt(n)
		return err
	default:
		n, err := strconv.ParseUint(name, 10, 64)
		key.SetUint(n)
		return err
	}
}

func isNull(text json.RawMessage) bool {
	return len(text) == 0 || bytes.Equal(text, []byte("null"))
}

func readText(text json.RawMessage) (s string, err error) {
	if len(text) == 0 || text[0] != '{' {
		err = json.Unmarshal(text, &s)
		return s, err
	}
	var raw struct {
		Base64 *[]byte `json:"base64"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return "", err
	}
	if raw.Base64 == nil {
		return "", fmt.Errorf("it is no string")
	}
	return string(*raw.Base64), nil
}
