package units

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pintle/vectors"
)

func TestVectorsUnitFileParse(t *testing.T) {
	type row struct {
		Input     vectors.Text
		InputHex  *string `json:"input_hex"`
		Generator *struct {
			Prefix, Repeat, Suffix, Repeat2, Suffix2 string
			Times, Times2                            int
		}
		Sections []string
		Expected struct {
			RC           string
			Assignments  [][4]any
			NAssignments *int `json:"n_assignments"`
			Keys         []string
		}
	}
	vectors.Run(t, "unit_file_parse", func(t *testing.T, r row) {
		text := []byte(r.Input)
		if r.InputHex != nil {
			text, _ = hex.DecodeString(*r.InputHex)
		}
		if g := r.Generator; g != nil {
			text = []byte(g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Suffix + strings.Repeat(g.Repeat2, g.Times2) + g.Suffix2)
		}
		sections := r.Sections
		if sections == nil {
			sections = []string{"Unit", "Service", "Install"}
		}
		got, _, err := Lex(text, func(s string) bool { return slices.Contains(sections, s) })
		if rc := errnoName(err); rc != r.Expected.RC {
			t.Errorf("rc %s, want %s", rc, r.Expected.RC)
		}
		if n := r.Expected.NAssignments; n != nil {
			var keys []string
			for _, a := range got {
				keys = append(keys, a.Key)
			}
			if len(got) != *n || !slices.Equal(keys, r.Expected.Keys) {
				t.Errorf("%d assignments %q, want %d %q", len(got), keys, *n, r.Expected.Keys)
			}
			return
		}
		var have, want []string
		for _, a := range got {
			have = append(have, fmt.Sprintf("%q %q %q %d", a.Section, a.Key, a.Value, a.Line))
		}
		for _, a := range r.Expected.Assignments {
			want = append(want, fmt.Sprintf("%q %q %q %v", a[0], a[1], a[2], a[3]))
		}
		if !slices.Equal(have, want) {
			t.Errorf("\nhave %s\nwant %s", strings.Join(have, "\n     "), strings.Join(want, "\n     "))
		}
	})
}

func errnoName(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case !errors.As(err, &errno):
		return err.Error()
	case errno == syscall.EBADMSG:
		return "EBADMSG"
	case errno == syscall.ENOBUFS:
		return "ENOBUFS"
	case errno == syscall.EINVAL:
		return "EINVAL"
	}
	return errno.Error()
}

func TestLexWarnings(t *testing.T) {
	text := "stray=1\n[Unit]\nnonsense\n=x\n[Unknown]\na=b\nc\n[X-Mine]\nd\n"
	_, warnings, err := Lex([]byte(text), func(s string) bool { return s == "Unit" })
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, w := range warnings {
		lines = append(lines, w.Line)
	}
	if !slices.Equal(lines, []int{1, 3, 4, 5}) {
		t.Errorf("warnings %v", warnings)
	}
}

func FuzzLex(f *testing.F) {
	for _, s := range []string{"[Unit]\nA=b\\\n c\n", "\ufeff[S]\r\n\x00a\\=b\\\\\n#x\\\n;\n\xffq", "[a]b]\n[\"]\n=\n", "[Unit]\n\u00a0k\u00a0=\u00a0v\v\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, _, err := Lex(text, func(s string) bool { return s != "no" })
		var syntax *SyntaxError
		if err != nil && (!errors.As(err, &syntax) || syntax.Line == 0) {
			t.Fatalf("the lexer refuses what the normalizer wrote: %v", err)
		}
		last := 0
		for _, a := range got {
			if a.Key == "" || strings.Trim(a.Key, blanks) != a.Key || strings.Trim(a.Value, blanks) != a.Value {
				t.Fatalf("untrimmed %+v", a)
			}
			if a.Line < last || strings.ContainsAny(a.Key+a.Value, "\n\r\x00") {
				t.Fatalf("line end inside of %+v", a)
			}
			last = a.Line
		}
		// What stands before or behind a text in the same go does not matter to it.
		known := func(s string) bool { return s != "no" }
		other := lexText{[]byte("[S]\nk=v\n"), known}
		together := lexAll([]lexText{other, {text, known}, other})
		if !slices.Equal(together[1].assignments, got) {
			t.Fatalf("together with others %+v, alone %+v", together[1].assignments, got)
		}
		for _, i := range []int{0, 2} {
			if want := []Assignment{{"S", "k", "v", 2}}; !slices.Equal(together[i].assignments, want) {
				t.Fatalf("its neighbour is %+v", together[i].assignments)
			}
		}
	})
}

func BenchmarkLex50(b *testing.B) {
	text := []byte("[Unit]\nDescription=A service\nAfter=network.target\nDocumentation=man:x(8)\n\n[Service]\nType=simple\nExecStart=/usr/sbin/x --foreground\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n")
	known := func(string) bool { return true }
	for b.Loop() {
		for range 50 {
			if _, _, err := Lex(text, known); err != nil {
				b.Fatal(err)
			}
		}
	}
}
