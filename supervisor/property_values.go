package supervisor

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"pintle/units"
)

// The values of properties that have parts.
type (
	// CommandRuns is a list of commands with how each ran last. Extended tells of all prefixes, and not only of "-".
	CommandRuns struct {
		Runs     []CommandRun
		Extended bool
	}
	// CommandRun is a command with its last run; the zero ExecStatus if it has not run.
	CommandRun struct {
		units.Command
		Last ExecStatus
	}
	// Listening are the addresses of a socket.
	Listening []units.Listen
	// WatchedPaths are what a path unit watches.
	WatchedPaths []units.PathSpec
	// TimerRuns are triggers of a timer, each with its next elapse on its clock.
	TimerRuns []TimerRun
	// TimerRun is one of them.
	TimerRun struct {
		units.TimerSpec
		Next units.Usec // 0: none
	}
	// LoadFailure is why a unit could not be loaded; zero if it was.
	LoadFailure struct{ Name, Message string }
	// JobID is the number of a unit's job, 0 for none.
	JobID uint32
	// Outcomes are conditions or assertions with how each came out when last tested.
	Outcomes struct {
		Word string // "Condition" or "Assert"
		List []Outcome
	}
	// Outcome is one of them.
	Outcome struct {
		units.Condition
		Result Held
	}
)

// Held is how a condition came out.
type Held int8

// The outcomes.
const (
	HeldNot  Held = -1
	Untested Held = 0
	HeldTrue Held = 1
)

// liner is a value that systemctl show prints one line an element.
type liner interface{ lines() Lines }

func (c CommandRuns) lines() Lines {
	lines := Lines{}
	for _, r := range c.Runs {
		how := "ignore_errors=" + units.YesNo(r.IgnoreFailure)
		if c.Extended {
			how = "flags=" + strings.Join(r.Flags(), " ")
		}
		lines = append(lines, fmt.Sprintf("{ path=%s ; argv[]=%s ; %s ; start_time=[%s] ; stop_time=[%s] ; pid=%d ; code=%s ; status=%s }",
			r.Path, strings.Join(r.Argv, " "), how, orNone(r.Last.Start.Realtime), orNone(r.Last.Exit.Realtime), r.Last.PID,
			r.Last.codeText(), r.Last.statusText()))
	}
	return lines
}

func (l Listening) lines() Lines {
	lines := Lines{}
	for _, listen := range l {
		lines = append(lines, fmt.Sprintf("%s (%s)", listen.Address, listen.Kind))
	}
	return lines
}

func (p WatchedPaths) lines() Lines {
	lines := Lines{}
	for _, spec := range p {
		lines = append(lines, fmt.Sprintf("%s (%s)", spec.Path, spec.Kind))
	}
	return lines
}

func (t TimerRuns) lines() Lines {
	lines := Lines{}
	for _, r := range t {
		if r.Base == "OnCalendar" {
			next := "(null)"
			if r.Next != 0 {
				next = units.FormatTimestamp(r.Next, time.Local)
			}
			lines = append(lines, fmt.Sprintf("{ OnCalendar=%s ; next_elapse=%s }", r.Calendar, next))
			continue
		}
		lines = append(lines, fmt.Sprintf("{ %s=%s ; next_elapse=%s }", r.PropertyBase(),
			units.FormatSpan(r.Span, 1), units.FormatSpan(r.Next, 1)))
	}
	return lines
}

// PropertyBase is the trigger's setting as properties name it: "OnBootUSec" for OnBootSec=.
func (r TimerRun) PropertyBase() string { return strings.TrimSuffix(r.Base, "Sec") + "USec" }

func (f LoadFailure) lines() Lines {
	if f.Name == "" {
		return nil
	}
	return Lines{f.Name + ` "` + f.Message + `"`}
}

func (j JobID) lines() Lines {
	if j == 0 {
		return nil
	}
	return Lines{fmt.Sprint(uint32(j))}
}

// lines are none: systemctl show has no words for these.
func (Outcomes) lines() Lines { return nil }

func orNone(at units.Usec) string {
	if at == 0 {
		return "n/a"
	}
	return units.FormatTimestamp(at, time.Local)
}

func (e *ExecStatus) codeText() string {
	if e.Code == CodeNone {
		return "(null)"
	}
	return e.Code.String()
}

func (e *ExecStatus) statusText() string {
	if e.Code == CodeExited {
		return fmt.Sprint(e.Status)
	}
	return fmt.Sprintf("%d/%s", e.Status, units.SignalName(syscall.Signal(e.Status)))
}
