package handover

import (
	"fmt"
	"reflect"
)

// Check lists the fields of a struct, and of every struct that it holds, that can neither be written nor say that they
// need not be.
func (c *Codec) Check(pointer any) []string {
	t := reflect.TypeOf(pointer).Elem()
	return c.check(t, t.String(), map[reflect.Type]bool{})
}

func (c *Codec) check(t reflect.Type, where string, seen map[reflect.Type]bool) (wrong []string) {
	if _, ok := c.special[t]; ok || seen[t] {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		seen[t] = true
		for _, f := range c.plan(t) {
			wrong = append(wrong, c.check(t.Field(f.index).Type, where+"."+f.name, seen)...)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		wrong = c.check(t.Elem(), where, seen)
	case reflect.Map:
		key := t.Key().Kind()
		if key != reflect.String && (key < reflect.Int || key > reflect.Uintptr) {
			wrong = append(wrong, fmt.Sprintf("%s is a %s", where, t))
		}
		wrong = append(wrong, c.check(t.Elem(), where, seen)...)
	case reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		wrong = append(wrong, fmt.Sprintf("%s is a %s", where, t))
	}
	return wrong
}
