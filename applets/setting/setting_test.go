package setting

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// newer are settings that came after systemd 252.
const (
	newer = "OpenFile LogFilterPatterns RestartMode RestartSteps RestartMaxDelaySec"
	// images are settings for disk images, which a container cannot mount; pintle's manager does not take them.
	images = "RootImageOptions MountImages ExtensionImages RootHash"
)

// Each line of the table is an assignment and what systemd-run of systemd 252 made of it: properties with
// signature and value as JSON, or an error after "!".
func TestParse(t *testing.T) {
	table, err := os.ReadFile("testdata/systemd-252.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		name, _, _ := strings.Cut(fields[0], "=")
		if strings.Contains(" "+newer+" "+images+" ", " "+name+" ") {
			continue
		}
		t.Run(fields[0], func(t *testing.T) {
			properties, err := Parse("service", fields[0])
			if want, fails := strings.CutPrefix(fields[1], "! "); fails {
				if err == nil || err.Error() != want {
					t.Errorf("%v, wanted %s", err, want)
				}
				return
			}
			if err != nil || len(properties) != len(fields)-1 {
				t.Fatalf("%v, %v, wanted %s", properties, err, fields[1:])
			}
			for i, p := range properties {
				part := strings.SplitN(fields[i+1], " ", 3)
				if got, want := normal(t, plain(reflect.ValueOf(p.Value.Value()))), decode(t, part[2]); p.Name != part[0] ||
					p.Value.Signature().String() != part[1] || !reflect.DeepEqual(got, want) {
					t.Errorf("%s %s %v\nwanted %s", p.Name, p.Value.Signature(), got, fields[i+1])
				}
			}
		})
	}
}

// plain makes slices of structs and of bytes, as JSON has them.
func plain(v reflect.Value) any {
	list := []any{}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			list = append(list, plain(v.Field(i)))
		}
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, plain(v.Index(i)))
		}
	default:
		return v.Interface()
	}
	return list
}

// normal brings a value to the types of decode.
func normal(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(data))
}

func decode(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
