package supervisor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"pintle/units"
)

// place is a directory of unit files that the manager writes.
func (h *fakeHost) place(p FilePlace) string { return filepath.Join(h.run, string(p)) }

func (h *fakeHost) WriteUnitFile(place FilePlace, name, text string) (string, error) {
	path := filepath.Join(h.place(place), name)
	if h.refused[name] {
		return "", syscall.EROFS
	}
	fmt.Fprintf(&h.out, "write %s/%s\n", place, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text), 0o644)
}

func (h *fakeHost) RemoveUnitFiles(place FilePlace, unit string) {
	fmt.Fprintf(&h.out, "remove %s/%s\n", place, unit)
	_ = os.Remove(filepath.Join(h.place(place), unit))
	_ = os.RemoveAll(filepath.Join(h.place(place), unit+".d"))
}

func (h *fakeHost) WatchExit(unit string, pid int) error {
	if h.procs[pid] == nil {
		return syscall.ESRCH
	}
	h.watched[unit] = pid
	return nil
}

func (h *fakeHost) Clean(u *units.Unit, what []string) error {
	fmt.Fprintf(&h.out, "clean %s %s\n", u.Name, strings.Join(what, " "))
	return nil
}

func (h *fakeHost) RemoveStamp(unit string) { fmt.Fprintf(&h.out, "remove stamp of %s\n", unit) }

func (h *fakeHost) QueueSignal(pid int, sig syscall.Signal, value int32) error {
	fmt.Fprintf(&h.out, "signal %d %s with %d\n", pid, units.SignalName(sig), value)
	return nil
}

// plainText is the text of a unit without the dependencies that stories have no use for.
func plainText(lines []string) string {
	return "[Unit]\nDefaultDependencies=no\n" + strings.Join(lines, "\n") + "\n"
}

// The commands of stories about units that clients make and change.
func init() {
	// process UNIT: a stranger's process, which is no child of the manager.
	storyCommands["outsider"] = func(s *story, _, _ []string) error {
		s.host.lastPID = max(s.host.lastPID, 1) + 1 // the first is not to be taken for the manager itself
		s.host.procs[s.host.lastPID] = &fakeProcess{pid: s.host.lastPID, stranger: true}
		fmt.Fprintf(&s.host.out, "outsider %d\n", s.host.lastPID)
		return nil
	}
	// transient NAME [PID…] + text: a unit that a client makes and starts. With "controller" before the processes
	// somebody wants to be asked when it stops.
	storyCommands["transient"] = func(s *story, w, in []string) error {
		t := Transient{Name: w[0], Text: plainText(in)}
		for _, word := range w[1:] {
			if word == "controller" {
				t.Controller = ":1.7"
				continue
			}
			var pid int
			fmt.Sscan(word, &pid)
			t.PIDs = append(t.PIDs, pid)
		}
		m := s.manager()
		if service, ok := strings.CutSuffix(t.Name, ".timer"); ok { // it brings that along
			if _, err := m.MakeTransient(Transient{Name: service + ".service", Text: plainText([]string{"[Service]", "ExecStart=/bin/" + service})}); err != nil {
				return err
			}
		}
		if _, err := m.MakeTransient(t); err != nil {
			m.Settle()
			return err
		}
		_, err := m.Enqueue(JobStart, t.Name, units.ModeFail)
		return err
	}
	// set-property UNIT [runtime] + text: the first word of its second line names the drop-in.
	storyCommands["set-property"] = func(s *story, w, in []string) error {
		u := s.manager().Load(w[0])
		name, _, _ := strings.Cut(in[1], "=")
		return s.m.SetProperties(u, len(w) > 1, []DropIn{{name, strings.Join(in, "\n") + "\n"}})
	}
	// property UNIT NAME…
	storyCommands["property"] = func(s *story, w, _ []string) error {
		u := s.manager().Load(w[0])
		for _, name := range w[1:] {
			p, ok := u.Property(name)
			if !ok {
				return fmt.Errorf("no property %s", name)
			}
			fmt.Fprintf(&s.host.out, "%s=%s\n", name, strings.ReplaceAll(strings.Join(p.Texts(), "\n"), s.host.run, "RUN"))
		}
		s.m.Settle()
		return nil
	}
	storyCommands["clean"] = func(s *story, w, _ []string) error { return s.manager().Clean(s.m.Load(w[0]), w[1:]) }
	// cleaned UNIT [ERROR]
	storyCommands["cleaned"] = func(s *story, w, _ []string) error {
		var err error
		if len(w) > 1 {
			err = fmt.Errorf("%s", w[1])
		}
		s.manager().Handle(Cleaned{Unit: w[0], Err: err})
		return nil
	}
	storyCommands["abandon"] = func(s *story, w, _ []string) error { return s.manager().Abandon(s.m.Load(w[0])) }
	// attach UNIT PID…
	storyCommands["attach"] = func(s *story, w, _ []string) error {
		var pids []int
		for _, word := range w[1:] {
			var pid int
			fmt.Sscan(word, &pid)
			pids = append(pids, pid)
		}
		return s.manager().Attach(s.m.Load(w[0]), "", pids)
	}
	// kill UNIT WHOM SIGNAL [VALUE]
	storyCommands["kill"] = func(s *story, w, _ []string) error {
		k := Kill{Unit: w[0], Whom: KillWhom(w[1])}
		fmt.Sscan(w[2], (*int)(&k.Signal))
		if len(w) > 3 {
			k.Value = new(int32)
			fmt.Sscan(w[3], k.Value)
		}
		return s.manager().Signal(k)
	}
	storyCommands["mark"] = func(s *story, w, _ []string) error { return s.manager().Load(w[0]).Mark(w[1:]) }
	storyCommands["marked"] = func(s *story, _, _ []string) error {
		_, err := s.manager().RequestMarked()
		return err
	}
}
