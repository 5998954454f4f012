package supervisor

import (
	"slices"
	"testing"

	"pintle/units"
	"pintle/vectors"
)

// startOf is the jobs that a start of a unit makes of unit files, none of which is active.
func startOf(t *testing.T, files map[string]string, anchor string, mode units.JobMode) (*Manager, []string, error) {
	t.Helper()
	texts := map[string]*vectors.Text{}
	for name, text := range files {
		text := vectors.Text(text)
		texts[name] = &text
	}
	m := New(&fakeHost{}, units.NewGraph(units.Options{NoBuiltin: true, Path: []string{unitFiles(t, texts)}}), Config{})
	_, err := m.enqueue(JobStart, m.unit(anchor), mode, nil)
	var jobs []string
	for _, j := range m.Jobs() {
		jobs = append(jobs, j.Unit.Name+" "+string(j.Type))
	}
	slices.Sort(jobs)
	return m, jobs, err
}

// TestIsolateKeepsWhatADroppedJobAskedFor: b cannot be had with c, so its start is dropped. What b wanted goes
// with it, but not when isolating, which would stop what it does not start.
func TestIsolateKeepsWhatADroppedJobAskedFor(t *testing.T) {
	const plain = "[Unit]\nDefaultDependencies=no\n"
	files := map[string]string{
		"a.target": plain + "AllowIsolate=yes\nRequires=c.target\nWants=b.target\n",
		"b.target": plain + "Conflicts=c.target\nWants=d.target\n", "c.target": plain, "d.target": plain,
	}
	for mode, want := range map[units.JobMode][]string{
		units.ModeReplace: {"a.target start", "c.target start"},
		units.ModeIsolate: {"a.target start", "c.target start", "d.target start"},
	} {
		if _, jobs, err := startOf(t, files, "a.target", mode); err != nil || !slices.Equal(jobs, want) {
			t.Errorf("%s: jobs are %v, %v; want %v", mode, jobs, err, want)
		}
	}
}

// TestStartThatLostItsReasonIsMergedIntoVerification: e cannot be had with c, so its start goes, and with it the
// reason for a's. But a's start stands behind the verification that came after it, and is merged with that.
func TestStartThatLostItsReasonIsMergedIntoVerification(t *testing.T) {
	const plain = "[Unit]\nDefaultDependencies=no\n"
	_, jobs, err := startOf(t, map[string]string{
		"c.target": plain + "Requires=b.target\nRequisite=a.target\n", "b.target": plain + "Wants=e.target\n",
		"e.target": plain + "Conflicts=c.target\nRequires=a.target\n", "a.target": plain + "Requires=f.target\n", "f.target": plain,
	}, "c.target", units.ModeReplace)
	if want := []string{"a.target start", "b.target start", "c.target start", "f.target start"}; err != nil || !slices.Equal(jobs, want) {
		t.Errorf("jobs are %v, %v; want %v", jobs, err, want)
	}
}
