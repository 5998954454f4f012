package supervisor

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pintle/units"
	"pintle/units/install"
)

var rewrite = flag.Bool("rewrite", false, "write what the stories print now into testdata/*.txt")

// TestStories runs the scripts of testdata. A script is a list of
//
//	command arguments
//	further lines of input
//	----
//	what the manager then does to the world, a line each
//
// parted by blank lines; lines with # are comments. Run "go test -run TestStories -rewrite" and look at the
// difference.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := newStory(t).tell(string(text))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s has another end:\n%s", file, firstDifference(string(text), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			from := max(0, i-12)
			return fmt.Sprintf("line %d\n--- want\n%s\n--- got\n%s", i+1,
				strings.Join(w[from:min(len(w), i+12)], "\n"), strings.Join(g[from:min(len(g), i+12)], "\n"))
		}
	}
	return "there is more:\n" + strings.Join(g[len(w):], "\n")
}

// story is one script that is being told: a manager and the world that it believes in.
type story struct {
	t      *testing.T
	texts  map[string]string
	config Config
	graph  storyGraph
	m      *Manager
	host   *fakeHost

	builtin bool
	between func() // called between two commands, other than those that change only files
}

func newStory(t *testing.T) *story {
	s := &story{t: t, texts: map[string]string{}}
	var seed uint64
	s.config.Rand = func() uint64 { seed++; return seed }
	s.host = &fakeHost{clock: 100_000_000, procs: map[int]*fakeProcess{}, files: map[string]string{},
		sub: map[string]string{}, stubborn: map[string]bool{}, refused: map[string]bool{},
		undying: map[string]bool{}, level: LevelWarning, run: t.TempDir(), watched: map[string]int{}}
	return s
}

// tell runs a script and returns it with the output as it is.
func (s *story) tell(script string) string {
	var out strings.Builder
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i := 0; i < len(lines); {
		if line := lines[i]; line == "" || strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			i++
			continue
		}
		first := i
		for i < len(lines) && lines[i] != "----" {
			i++
		}
		block := lines[first:i]
		for i < len(lines) && lines[i] != "" {
			i++
		}
		for _, line := range block {
			out.WriteString(line + "\n")
		}
		out.WriteString("----\n")
		out.WriteString(s.command(strings.Fields(block[0]), block[1:]))
	}
	return out.String()
}

// command runs one command and returns what came of it.
func (s *story) command(words, input []string) string {
	s.host.out.Reset()
	run, ok := storyCommands[words[0]]
	if !ok {
		s.t.Fatalf("no such command: %s", words[0])
	}
	if err := run(s, words[1:], input); err != nil {
		fmt.Fprintf(&s.host.out, "error: %v\n", err)
	}
	s.host.deliver()
	text := s.host.out.String()
	s.host.out.Reset()
	if s.between != nil && !strings.HasSuffix(words[0], "file") {
		s.between()
	}
	return text
}

// manager makes the manager when the first command needs it, so that units can be given before.
func (s *story) manager() *Manager {
	if s.m == nil {
		s.graph = s.newGraph()
		s.m = New(s.host, s.graph, s.config)
		s.host.m = s.m
	}
	return s.m
}

// storyGraph knows its units' files and how they are installed, as that of PID 1 does.
type storyGraph struct {
	*units.Graph
	*install.View
}

func (s *story) newGraph() storyGraph {
	dir := s.t.TempDir()
	for name, text := range s.texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	path := []string{s.host.place(PlaceControl), s.host.place(PlaceRuntime), s.host.place(PlaceTransient), dir}
	return storyGraph{units.NewGraph(units.Options{NoBuiltin: !s.builtin, Path: path}), (&install.Files{Path: path}).View()}
}

func span(s string) units.Usec {
	d, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return units.Usec(d.Microseconds())
}

func mode(words []string) units.JobMode {
	if len(words) > 1 {
		return units.JobMode(words[1])
	}
	return units.ModeReplace
}

func enqueueCommand(t JobType) func(*story, []string, []string) error {
	return func(s *story, w, _ []string) error {
		_, err := s.manager().Enqueue(t, w[0], mode(w))
		return err
	}
}

// process finds a process by its number, or as the last one that was started of a unit.
func (s *story) process(name string) *fakeProcess {
	if pid, err := strconv.Atoi(name); err == nil {
		return s.host.procs[pid]
	}
	var found *fakeProcess
	for _, p := range s.host.procs {
		if p.unit == name && (found == nil || p.pid > found.pid) {
			found = p
		}
	}
	return found
}

var storyCommands = map[string]func(*story, []string, []string) error{
	// unit NAME + text: a unit file. Service units without a [Service] section run /bin/NAME.
	"unit": func(s *story, w, in []string) error {
		text := strings.Join(in, "\n") + "\n"
		if name, isService := strings.CutSuffix(w[0], ".service"); isService && !strings.Contains(text, "[Service]") {
			text += "[Service]\nExecStart=/bin/" + strings.ReplaceAll(name, "@", "") + "\n"
		}
		s.texts[w[0]] = "[Unit]\nDefaultDependencies=no\n" + text
		return nil
	},
	// gone UNIT: its file is there no longer, from the next daemon-reload on.
	"gone": func(s *story, w, _ []string) error { delete(s.texts, w[0]); return nil },
	// bare-unit NAME + text: as it is.
	"bare-unit": func(s *story, w, in []string) error {
		s.texts[w[0]] = strings.Join(in, "\n") + "\n"
		return nil
	},
	// builtin: with the targets that pintle brings along.
	"builtin": func(s *story, _, _ []string) error { s.builtin = true; return nil },
	"vital": func(s *story, w, _ []string) error {
		s.config.Vital = w
		return nil
	},
	// verbose: print all that is logged from here on; quiet: nothing of it.
	"verbose": func(s *story, _, _ []string) error { s.host.level = LevelDebug; return nil },
	"quiet":   func(s *story, _, _ []string) error { s.host.level = 0; return nil },
	// stubborn UNIT…: their processes ignore every signal but SIGKILL. manual: every process does as the
	// script says. refuse UNIT…: their processes cannot be started.
	"stubborn": func(s *story, w, _ []string) error {
		for _, name := range w {
			s.host.stubborn[name] = true
		}
		return nil
	},
	// undying UNIT…: not even SIGKILL ends their processes (they hang in the kernel).
	"undying": func(s *story, w, _ []string) error {
		for _, name := range w {
			s.host.undying[name] = true
		}
		return nil
	},
	"manual": func(s *story, _, _ []string) error { s.host.manual = true; return nil },
	"refuse": func(s *story, w, _ []string) error {
		for _, name := range w {
			s.host.refused[name] = true
		}
		return nil
	},
	"file":   func(s *story, w, _ []string) error { s.host.files[w[0]] = strings.Join(w[1:], " "); return nil },
	"nofile": func(s *story, w, _ []string) error { delete(s.host.files, w[0]); return nil },

	"boot":            func(s *story, w, _ []string) error { return s.manager().Boot(w[0]) },
	"start":           enqueueCommand(JobStart),
	"stop":            enqueueCommand(JobStop),
	"restart":         enqueueCommand(JobRestart),
	"reload":          enqueueCommand(JobReload),
	"try-restart":     enqueueCommand(JobTryRestart),
	"try-reload":      enqueueCommand(JobTryReload),
	"reload-or-start": enqueueCommand(JobReloadOrStart),
	"verify-active":   enqueueCommand(JobVerifyActive),
	"reload-or-restart": func(s *story, w, _ []string) error {
		_, err := s.manager().EnqueueReloadOr(JobRestart, w[0], mode(w))
		return err
	},
	"isolate": func(s *story, w, _ []string) error {
		_, err := s.manager().Enqueue(JobStart, w[0], units.ModeIsolate)
		return err
	},
	"cancel": func(s *story, w, _ []string) error {
		id, _ := strconv.Atoi(w[0])
		return s.manager().Cancel(uint32(id))
	},
	"clear-jobs": func(s *story, _, _ []string) error { s.manager().ClearJobs(); return nil },
	"reset-failed": func(s *story, w, _ []string) error {
		return s.manager().ResetFailed(strings.Join(w, ""))
	},
	// daemon-reload: the units that were given are read again.
	"daemon-reload": func(s *story, _, _ []string) error {
		s.graph = s.newGraph()
		s.manager().Reload(s.graph)
		return nil
	},
	// shutdown ACTION [BUDGET [STATUS]]
	"shutdown": func(s *story, w, _ []string) error {
		o, budget := Objective{Action: units.EmergencyAction(w[0]), Reason: "asked to"}, units.Usec(0)
		if len(w) > 1 {
			budget = span(w[1])
		}
		if len(w) > 2 {
			o.Status, _ = strconv.Atoi(w[2])
		}
		s.manager().Shutdown(o, budget)
		return nil
	},
	// exit PID|UNIT [STATUS|SIGNAL]…: processes end, all in one batch.
	"exit": func(s *story, w, _ []string) error {
		for len(w) > 0 {
			p := s.process(w[0])
			if p == nil {
				return fmt.Errorf("no process %s", w[0])
			}
			how := "0"
			if len(w) > 1 {
				how = w[1]
			}
			s.host.end(p, how)
			w = w[min(2, len(w)):]
		}
		return nil
	},
	// fork UNIT…: a process of the unit that the manager has not started.
	"fork": func(s *story, w, _ []string) error {
		for _, name := range w {
			s.host.lastPID++
			s.host.procs[s.host.lastPID] = &fakeProcess{pid: s.host.lastPID, unit: name}
			fmt.Fprintf(&s.host.out, "fork %d %s\n", s.host.lastPID, name)
		}
		return nil
	},
	// executed PID|UNIT: execve has worked.
	"executed": func(s *story, w, _ []string) error {
		p := s.process(w[0])
		if p == nil {
			return fmt.Errorf("no process %s", w[0])
		}
		s.manager().Handle(Executed{PID: p.pid})
		return nil
	},
	// notify PID|UNIT FIELD…
	"notify": func(s *story, w, _ []string) error {
		p := s.process(w[0])
		if p == nil {
			return fmt.Errorf("no process %s", w[0])
		}
		s.manager().Handle(Notification{PID: p.pid, Unit: p.unit, Fields: w[1:]})
		return nil
	},
	// notify-fd PID|UNIT FD FIELD…
	"notify-fd": func(s *story, w, _ []string) error {
		p := s.process(w[0])
		if p == nil {
			return fmt.Errorf("no process %s", w[0])
		}
		fd, _ := strconv.Atoi(w[1])
		s.manager().Handle(Notification{PID: p.pid, Unit: p.unit, Fields: w[2:], FDs: []int{fd}})
		return nil
	},
	"hangup": func(s *story, w, _ []string) error {
		fd, _ := strconv.Atoi(w[1])
		s.manager().Handle(StoredHangup{Unit: w[0], FD: fd})
		return nil
	},
	"path-changed": func(s *story, w, _ []string) error {
		s.manager().Handle(PathChanged{Unit: w[0], Path: strings.Join(w[1:], " ")})
		return nil
	},
	"connection": func(s *story, w, _ []string) error {
		fd, _ := strconv.Atoi(w[1])
		s.manager().Handle(Connection{Unit: w[0], FD: fd})
		return nil
	},
	"bus-name": func(s *story, w, _ []string) error {
		s.manager().Handle(BusNameOwner{Unit: w[0], Owned: w[1] == "owned"})
		return nil
	},
	// advance SPAN: time passes.
	"advance": func(s *story, w, _ []string) error {
		until := s.host.clock + span(w[0])
		for {
			s.host.deliver()
			at, ok := s.manager().Deadline()
			if !ok || at > until {
				break
			}
			if at > s.host.clock {
				s.host.clock = at
				fmt.Fprintf(&s.host.out, "at %s\n", s.host.elapsed())
			}
			s.m.Tick()
		}
		s.host.clock = until
		return nil
	},
	// oversleep SPAN: time passes, and nobody looks at what has become due.
	"oversleep": func(s *story, w, _ []string) error {
		s.host.clock += span(w[0])
		return nil
	},
	// show UNIT…
	"show": func(s *story, w, _ []string) error {
		for _, name := range w {
			u := s.manager().Unit(name)
			if u == nil {
				fmt.Fprintf(&s.host.out, "%s: not held\n", name)
				continue
			}
			active, sub := u.State()
			fmt.Fprintf(&s.host.out, "%s: %s %s (%s), result %s", u.Name, u.Unit.State, active, sub, u.Result())
			if j := u.Job(); j != nil {
				fmt.Fprintf(&s.host.out, ", job %d %s %s", j.ID, j.Type, j.State)
			}
			s.host.out.WriteByte('\n')
		}
		return nil
	},
	"ref":   func(s *story, w, _ []string) error { s.m.Ref(s.m.Load(w[0])); return nil },
	"unref": func(s *story, w, _ []string) error { s.m.Unref(s.m.Load(w[0])); return nil },
	"cut-short": func(s *story, _, _ []string) error {
		fmt.Fprintln(&s.host.out, s.m.CutShort())
		return nil
	},
	"cycles": func(s *story, _, _ []string) error {
		fmt.Fprintln(&s.host.out, s.m.Cycles())
		return nil
	},
	"state": func(s *story, _, _ []string) error {
		fmt.Fprintln(&s.host.out, s.manager().State())
		return nil
	},
	"jobs": func(s *story, _, _ []string) error {
		for _, j := range s.manager().Jobs() {
			fmt.Fprintf(&s.host.out, "%d %s/%s %s\n", j.ID, j.Unit.Name, j.Type, j.State)
		}
		return nil
	},
	"processes": func(s *story, _, _ []string) error {
		for _, pid := range s.host.sortedPIDs() {
			fmt.Fprintf(&s.host.out, "%d %s %s\n", pid, s.host.procs[pid].unit, s.host.procs[pid].role)
		}
		return nil
	},
	"dump": func(s *story, _, _ []string) error {
		s.host.out.WriteString(s.manager().Dump())
		return nil
	},
}
