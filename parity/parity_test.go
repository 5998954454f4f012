package parity

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pintle/images/engine"
)

// limit is on one pass over all scenarios. It takes two minutes on two busy cores; a scenario that hangs costs 20 s.
const limit = 12 * time.Minute

// TestMain has the image made and the binary built.
func TestMain(m *testing.M) {
	if err := engine.Steps([]string{"parity/image"}, []string{"make", "--no-print-directory", "build"}); err != nil {
		fmt.Fprintln(os.Stderr, "parity:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// What every scenario observes is what genuine systemd made it observe, but for the known differences; and those
// differ still.
func TestScenarios(t *testing.T) {
	known, err := Differences()
	if err != nil {
		t.Fatal(err)
	}
	for _, impl := range Impls {
		t.Run(impl, func(t *testing.T) {
			reasons := map[string]string{}
			for _, d := range known {
				if slices.Contains(d.Impls, impl) {
					reasons[d.Scenario] = d.Reason
				}
			}
			reports := run(t, impl)
			for scenario := range reasons {
				if _, played := reports[scenario]; !played {
					t.Errorf("differences.txt names scenario %q, which there is not", scenario)
				}
			}
			for _, scenario := range scenarios(t) {
				t.Run(scenario, func(t *testing.T) { judge(t, reports, scenario, reasons[scenario]) })
			}
		})
	}
}

// judge holds what became of a scenario against what is known of it.
func judge(t *testing.T, reports map[string]string, scenario, reason string) {
	report, played := reports[scenario]
	switch {
	case !played:
		t.Error("nothing came of it")
	case report != "" && reason == "":
		t.Errorf("differs from systemd:\n%s", report)
	case report == "" && reason != "":
		t.Errorf("does as systemd does; differences.txt need not say any more: %s", reason)
	}
}

// scenarios are the names of all.
func scenarios(t *testing.T) []string {
	paths, err := filepath.Glob("scenarios/*/script")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(filepath.Dir(path))
	}
	return names
}

// run has ./run play all scenarios, and gives a report of each: empty if it passed.
func run(t *testing.T, impl string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "./run", "--impl", impl)
	cmd.Env = append(os.Environ(), "PINTLE_BIN=../out/pintle")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it removes its containers
	cmd.WaitDelay = time.Minute
	cmd.Stderr = os.Stderr
	out, err := cmd.Output() // the status tells only that scenarios differ
	if ctx.Err() != nil {
		t.Errorf("./run --impl %s did not end within %s", impl, limit)
	}
	reports := map[string]string{}
	scenario := ""
	for _, line := range strings.SplitAfter(string(out), "\n") {
		verdict, rest, _ := strings.Cut(line, " ")
		switch {
		case verdict == "ok":
			scenario = ""
			reports[strings.TrimSpace(rest)] = ""
			continue
		case verdict == "DIFF":
			scenario = strings.TrimSuffix(strings.Fields(rest)[0], ":")
		}
		if scenario != "" {
			reports[scenario] += line
		}
	}
	if len(reports) == 0 {
		t.Fatalf("./run --impl %s: %v\n%s", impl, err, out)
	}
	return reports
}

func TestParse(t *testing.T) {
	got, err := parse("# c\n\na both x y\nb pintle z\n")
	if err != nil || fmt.Sprint(got) != "[{a [pintle pintle-applets] x y} {b [pintle] z}]" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"a both", "a systemd x", "a both x\na pintle y"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
