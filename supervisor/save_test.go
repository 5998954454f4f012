package supervisor

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"pintle/units"
)

// everyKind is a unit of each type, with a state machine that has not begun.
func everyKind(m *Manager) (list []*Unit) {
	for _, typ := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, m.newUnit(&units.Unit{Name: "x." + typ, State: units.Loaded, Service: &units.ServiceSettings{},
			Socket: &units.SocketSettings{}, Timer: &units.TimerSettings{}, Path: &units.PathSettings{}, Scope: &units.ScopeSettings{}}))
	}
	for _, typ := range slices.Sorted(maps.Keys(stoodFor)) {
		list = append(list, m.newUnit(&units.Unit{Name: "y." + typ, State: units.Loaded, Provided: "here"}))
	}
	return append(list, m.newUnit(&units.Unit{Name: "x.device", State: units.Loaded}))
}

// TestEveryFieldIsHandedOver finds fields that were added to the manager, to units, jobs or state machines and that
// can neither be written by Save nor say by their tag that they need not be.
func TestEveryFieldIsHandedOver(t *testing.T) {
	m := New(newStory(t).host, nil, Config{})
	c := m.codec(new([]int))
	wrong := append(c.Check(m), c.Check(&Unit{})...)
	wrong = append(wrong, c.Check(&Job{})...)
	wrong = append(wrong, c.Check(&units.Unit{})...)
	for _, u := range everyKind(m) {
		wrong = append(wrong, c.Check(u.kind)...)
	}
	for _, w := range wrong {
		t.Errorf("%s: say `handover:\"-\"` if it is made anew by Restore, or tell Manager.codec how to write it", w)
	}
}

// TestWhatIsWrittenIsRead fills every field with what it never holds and looks whether it is the same after.
func TestWhatIsWrittenIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := New(newStory(t).host, nil, Config{})
	held := &Job{ID: 7, Unit: m.newUnit(&units.Unit{Name: "held.target", State: units.Loaded})}
	m.units["held.target"], m.jobs[7] = held.Unit, held
	c := m.codec(new([]int))
	both := func(from, to any) {
		t.Helper()
		fill(r, reflect.ValueOf(from).Elem(), held)
		wrote := c.Fields(from)
		if err := c.Read(wrote, to); err != nil {
			t.Fatal(err)
		}
		read := c.Fields(to)
		for name, text := range wrote {
			if string(read[name]) != string(text) {
				t.Errorf("%T.%s was %s and became %s", from, name, text, read[name])
			}
		}
	}
	both(&Unit{}, &Unit{})
	both(&Job{}, &Job{})
	both(&units.Unit{}, &units.Unit{})
	both(&Manager{}, &Manager{})
	for i, u := range everyKind(m) {
		both(u.kind, everyKind(m)[i].kind)
	}
}

// fill sets a value to something at random, lists and maps to a few of that.
func fill(r *rand.Rand, v reflect.Value, held *Job) {
	switch v.Interface().(type) {
	case *Unit:
		v.Set(reflect.ValueOf(held.Unit))
		return
	case FD:
		v.Set(reflect.ValueOf(FD{FD: r.IntN(100), Name: "listening"}))
		return
	case *Job:
		v.Set(reflect.ValueOf(held))
		return
	case *units.Unit, timer, units.Resolver, Host, kind, Observer, error, *Manager:
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(-1 - int64(r.IntN(100)))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> (64 - v.Type().Bits()))
	case reflect.Float64:
		v.SetFloat(r.Float64())
	case reflect.String:
		v.SetString([]string{"some", "öther\n", "not \xff UTF-8", "<&>"}[r.IntN(4)])
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if v.Type().Field(i).Tag.Get("handover") != "-" {
				fill(r, reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem(), held)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), held)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(r, v.Index(i), held)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), held)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if key.Kind() == reflect.String {
			key.SetString("Some")
		} else {
			fill(r, key, held)
		}
		fill(r, value, held)
		v.SetMapIndex(key, value)
	}
}

// reexec puts another manager in the place of the story's, with what Save writes changed by some function.
func (s *story) reexec(change func([]byte) []byte) {
	if s.m == nil || s.m.finished {
		return
	}
	state, _, err := s.m.Save()
	if err != nil {
		s.t.Fatal(err)
	}
	if change != nil {
		state = change(state)
	}
	touched := s.m.Touched()
	s.m = New(s.host, s.graph, s.config)
	s.host.m = s.m
	observed := s.host.observed
	s.host.observed = false
	if err := s.m.Restore(state, false); err != nil {
		s.t.Error(err)
	}
	s.host.observed = observed
	// Those who would be told of changes have gone along with their connections.
	s.m.Touched()
	for _, u := range touched {
		if now := s.m.units[u.Name]; now != nil {
			s.m.touch(now)
		}
	}
}

// TestStoriesReexecuted tells every story with a re-execution after each of its commands. Nothing else may come of it.
func TestStoriesReexecuted(t *testing.T) { storiesReexecuted(t, nil) }

// TestStoriesUpgraded is the same, with a program that writes fields which the next one does not know.
func TestStoriesUpgraded(t *testing.T) {
	storiesReexecuted(t, func(state []byte) []byte {
		var s map[string]any
		d := json.NewDecoder(bytes.NewReader(state))
		d.UseNumber()
		if err := d.Decode(&s); err != nil {
			t.Fatal(err)
		}
		addUnknown(s)
		state, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return state
	})
}

// addUnknown adds a field to every object.
func addUnknown(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			switch name {
			case "pids", "killed", "commands", "index": // maps of theirs, not structs
			default:
				addUnknown(value)
			}
		}
		if _, ok := v["base64"]; !ok {
			v["addedLater"] = map[string]any{"of": []any{1, "form", nil}}
		}
	case []any:
		for _, value := range v {
			addUnknown(value)
		}
	}
}

// sorted sorts what comes of each command: what two timers do at one and the same instant has no order.
func sorted(story string) string {
	blocks := strings.Split(story, "\n\n")
	for i, block := range blocks {
		lines := strings.Split(block, "\n")
		slices.Sort(lines)
		blocks[i] = strings.Join(lines, "\n")
	}
	return strings.Join(blocks, "\n\n")
}

func storiesReexecuted(t *testing.T, change func([]byte) []byte) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStory(t)
			s.between = func() {
				s.reexec(change)
				for line := range strings.Lines(s.host.out.String()) {
					// The host is told again what is waited for.
					if word, _, _ := strings.Cut(line, " "); !slices.Contains([]string{"accepting", "watch", "clean"}, word) {
						t.Errorf("the re-execution itself did something: %s", line)
					}
				}
			}
			if got := s.tell(string(text)); got != string(text) && sorted(got) != sorted(string(text)) {
				t.Errorf("%s has another end:\n%s", file, firstDifference(string(text), got))
			}
		})
	}
}
