// Package parity holds pintle against genuine systemd: the same image, units and client commands, and identical
// observations wanted. README.md says how scenarios are made and run.
package parity

import (
	_ "embed"
	"fmt"
	"strings"
)

// A Difference is a scenario whose observations are known to differ from systemd's, and why.
type Difference struct {
	Scenario string
	// Impls are the implementations (run --impl) that differ.
	Impls  []string
	Reason string
}

// Impls are the implementations that are held against systemd: pintle as PID 1 with systemd's own clients, and
// with its own.
var Impls = []string{"pintle", "pintle-applets"}

//go:embed differences.txt
var differences string

// Differences are those that are known: the lines of differences.txt.
func Differences() ([]Difference, error) { return parse(differences) }

// parse reads lines of a scenario, the implementation that differs (or "both"), and a reason. Blank lines and
// those that begin with "#" mean nothing.
func parse(text string) ([]Difference, error) {
	var all []Difference
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 {
			return nil, fmt.Errorf("cannot read differences.txt:%d: want SCENARIO IMPL REASON", i+1)
		}
		d := Difference{Scenario: fields[0], Impls: []string{fields[1]}, Reason: strings.Join(fields[2:], " ")}
		switch fields[1] {
		case "both":
			d.Impls = Impls
		case Impls[0], Impls[1]:
		default:
			return nil, fmt.Errorf("cannot read differences.txt:%d: %q is no implementation: want %s or both",
				i+1, fields[1], strings.Join(Impls, ", "))
		}
		for _, impl := range d.Impls {
			if key := d.Scenario + " " + impl; seen[key] {
				return nil, fmt.Errorf("cannot read differences.txt:%d: %s is listed twice", i+1, key)
			} else {
				seen[key] = true
			}
		}
		all = append(all, d)
	}
	return all, nil
}
