package units

import (
	"encoding/json"
	"errors"
	"reflect"
	"syscall"
	"testing"

	"pintle/vectors"
)

// outcome is what a table expects of a parser: a value or an errno.
type outcome struct {
	OK    json.RawMessage
	Error string
}

// errnoNames are the errnos the tables use.
var errnoNames = map[string]syscall.Errno{
	"EINVAL": syscall.EINVAL, "ERANGE": syscall.ERANGE, "EBADSLT": syscall.EBADSLT, "ENOEXEC": syscall.ENOEXEC,
	"ENAMETOOLONG": syscall.ENAMETOOLONG, "EILSEQ": syscall.EILSEQ, "E2BIG": syscall.E2BIG,
	"EAFNOSUPPORT": syscall.EAFNOSUPPORT, "EPROTONOSUPPORT": syscall.EPROTONOSUPPORT, "ENXIO": syscall.ENXIO,
	"ENODEV": syscall.ENODEV, "ESRCH": syscall.ESRCH, "EUCLEAN": syscall.EUCLEAN, "ENOENT": syscall.ENOENT,
	"EADDRNOTAVAIL": syscall.EADDRNOTAVAIL, "EBADMSG": syscall.EBADMSG,
}

// check compares what a parser gave with what the table expects.
func (o outcome) check(t *testing.T, input, got any, err error) {
	t.Helper()
	if o.Error != "" {
		want, known := errnoNames[o.Error]
		if !known {
			t.Fatalf("the table expects an errno %s that this test does not know", o.Error)
		}
		if !errors.Is(err, want) {
			t.Errorf("%q: got %#v, %v; want error %s", input, got, err, o.Error)
		}
		return
	}
	if err != nil {
		t.Errorf("%q: unexpected error: %v; want %s", input, err, o.OK)
		return
	}
	same(t, input, got, o.OK)
}

// same compares a value with its JSON form in a table.
func same(t *testing.T, input, got any, want json.RawMessage) {
	t.Helper()
	into := reflect.New(reflect.TypeOf(got))
	if err := json.Unmarshal(want, into.Interface()); err != nil {
		t.Fatalf("%q: the table expects %s, the parser gives a %T", input, want, got)
	}
	w := into.Elem().Interface()
	if v := reflect.ValueOf(got); v.Kind() == reflect.Slice && v.Len() == 0 && into.Elem().Len() == 0 {
		return
	}
	if !reflect.DeepEqual(got, w) {
		t.Errorf("%q: got %#v, want %#v", input, got, w)
	}
}

func texts(list []vectors.Text) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func sameStrings(t *testing.T, input any, got []string, want []vectors.Text) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if w := texts(want); !reflect.DeepEqual(got, w) {
		t.Errorf("%q: got %q, want %q", input, got, w)
	}
}
