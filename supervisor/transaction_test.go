package supervisor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pintle/units"
	"pintle/vectors"
)

// rest is a kind that stands still in some state, to build transactions around.
type rest struct {
	inert
	active ActiveState
	canDo  bool // reload
}

func (r *rest) state() (ActiveState, string) { return r.active, "resting" }
func (r *rest) start() error                 { return nil }
func (r *rest) stop() error                  { return nil }
func (r *rest) canReload() bool              { return r.canDo }

// TestVectorsTransactions builds transactions and compares the jobs installed, their order, and the errors
// with those of systemd.
func TestVectorsTransactions(t *testing.T) {
	type row struct {
		Units   map[string]*vectors.Text
		Request struct{ Type, Unit, Mode string }
		Active  []string `json:"active_before"`
		Merge   []JobType
		Note    string

		Expected struct {
			OK       JobType
			Error    string
			BusError string `json:"bus_error"`
			Message  string
			Jobs     [][2]string
			Order    [][2]string
		}
	}
	vectors.Run(t, "transactions", func(t *testing.T, r row) {
		want := r.Expected
		if r.Merge != nil {
			state := Inactive
			if strings.Contains(r.Note, "unit active") {
				state = Active
			}
			got, ok := mergeFor(r.Merge[0], r.Merge[1], &Unit{active: state})
			if ok != (want.Error == "") || ok && got != want.OK {
				t.Errorf("merged to %q, %v; want %q %s", got, ok, want.OK, want.Error)
			}
			return
		}

		g := units.NewGraph(units.Options{NoBuiltin: true, Path: []string{unitFiles(t, r.Units)}})
		m := New(&fakeHost{}, g, Config{})
		for name := range r.Units {
			u := m.unit(name)
			state := Inactive
			if slices.Contains(r.Active, name) {
				state = Active
			}
			u.kind = &rest{active: state, canDo: u.Service != nil && len(u.Service.ExecReload) > 0}
			u.active = state
		}
		_, err := m.enqueue(JobType(r.Request.Type), m.unit(r.Request.Unit), units.JobMode(r.Request.Mode), nil)
		if want.Error != "" {
			var e *Error
			if !errors.As(err, &e) || e.Name != want.BusError || e.Message != want.Message {
				t.Errorf("error is %#v, want %s %q", err, want.BusError, want.Message)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var jobs, order [][2]string
		all := m.Jobs()
		for _, a := range all {
			if implicit(a.Unit.Name, r.Units) {
				continue
			}
			jobs = append(jobs, [2]string{a.Unit.Name, string(a.Type)})
			for _, b := range all {
				if ordered := goesFirst(a, b); ordered && !implicit(b.Unit.Name, r.Units) {
					order = append(order, [2]string{a.Unit.Name, b.Unit.Name})
				}
			}
		}
		byName := func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(jobs, byName)
		slices.SortFunc(order, byName)
		if !slices.Equal(jobs, want.Jobs) {
			t.Errorf("jobs are %v, want %v", jobs, want.Jobs)
		}
		if !slices.Equal(order, want.Order) {
			t.Errorf("order is %v, want %v", order, want.Order)
		}
	})
}

// implicit tells whether a unit is there without having been asked for: the tables leave out the slices.
func implicit(name string, given map[string]*vectors.Text) bool {
	_, ok := given[name]
	return !ok
}

// goesFirst tells whether job b waits for job a.
func goesFirst(a, b *Job) bool {
	if a == b {
		return false
	}
	before := a.Unit.Deps[units.Before].Has(b.Unit.Name)
	after := a.Unit.Deps[units.After].Has(b.Unit.Name)
	return before && a.before(b) < 0 || after && b.before(a) > 0
}

// unitFiles writes unit files into a directory; one without text is masked.
func unitFiles(t *testing.T, files map[string]*vectors.Text) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		var err error
		if text == nil {
			err = os.Symlink("/dev/null", path)
		} else {
			err = os.WriteFile(path, []byte(*text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
