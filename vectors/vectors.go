// Package vectors runs tests over the tables of facts taken from a real systemd.
//
// The tables are copies in testdata. With PINTLE_VECTORS=DIR they are read from DIR instead, so that further
// rows of the same form can be run.
package vectors

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Text is a string of a table; one that is not UTF-8 is written {"base64": "…"} there.
type Text string

// UnmarshalJSON reads both forms.
func (s *Text) UnmarshalJSON(b []byte) error {
	var coded struct{ Base64 []byte }
	if len(b) > 0 && b[0] == '{' {
		if err := json.Unmarshal(b, &coded); err != nil {
			return err
		}
		*s = Text(coded.Base64)
		return nil
	}
	return json.Unmarshal(b, (*string)(s))
}

// Run runs one subtest TABLE/ID for each row of a table, decoded into Row.
func Run[Row any](t *testing.T, table string, check func(*testing.T, Row)) {
	t.Helper()
	var file struct{ Vectors []json.RawMessage }
	Read(t, table, &file)
	if len(file.Vectors) == 0 {
		t.Fatalf("table %s has no rows", table)
	}
	t.Run(table, func(t *testing.T) {
		for _, raw := range file.Vectors {
			var id struct{ ID string }
			if err := json.Unmarshal(raw, &id); err != nil {
				t.Fatal(err)
			}
			t.Run(id.ID, func(t *testing.T) {
				var row Row
				if err := json.Unmarshal(raw, &row); err != nil {
					t.Fatalf("cannot decode row: %v\n%s", err, raw)
				}
				check(t, row)
			})
		}
	})
}

// Read decodes a whole table file, for what stands beside its rows.
func Read(t *testing.T, table string, into any) {
	t.Helper()
	dir := os.Getenv("PINTLE_VECTORS")
	if dir == "" {
		_, here, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(here), "testdata")
	}
	data, err := os.ReadFile(filepath.Join(dir, table+".json"))
	if err != nil {
		if os.IsNotExist(err) && os.Getenv("PINTLE_VECTORS") != "" {
			t.Skipf("PINTLE_VECTORS has no %s.json", table)
		}
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("cannot decode table %s: %v", table, err)
	}
}
