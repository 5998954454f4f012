package units

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Report is what Verify finds in one unit.
type Report struct {
	Unit       *Unit
	Problems   []Problem    // what is wrong with it
	Needs      []*Unit      // what it cannot start without and does not get; Problems tell of them, too
	Programs   []Program    // which commands cannot be executed; Problems tell of them, too
	Unenforced []Unenforced // what is right, but has no or not its whole effect in a container
}

// Program is a command that cannot be executed, and why.
type Program struct {
	Path string
	Err  error
}

// Verify loads units and tells what is wrong with each and what cannot be enforced, in the order of their
// names; with pulled, also of everything that they pull in. A unit that was asked for must exist; of one that
// others pull in only what requires it fails.
func (g *Graph) Verify(pulled bool, names ...string) []Report {
	for _, name := range names {
		g.Load(name)
	}
	var reports []Report
	for _, u := range g.starts(names, pulled) {
		r := Report{Unit: u, Problems: slices.Clone(u.Problems), Unenforced: u.Unenforced}
		asked := slices.ContainsFunc(names, func(n string) bool { return g.Get(n) == u })
		switch u.State {
		case Loaded:
			g.verifyNeeds(&r)
			g.verifyPrograms(&r)
		case BadSetting, LoadError:
			r.Problems = append(r.Problems, Problem{File: u.where(), Text: u.Err.Error()})
		case NotFound:
			if asked {
				r.Problems = append(r.Problems, Problem{File: u.Name, Text: u.Err.Error()})
			}
		}
		if len(r.Problems)+len(r.Unenforced) > 0 {
			reports = append(reports, r)
		}
	}
	return reports
}

// starts are the units and, with pulled, what starting them would start, by name.
func (g *Graph) starts(names []string, pulled bool) []*Unit {
	seen := map[*Unit]bool{}
	var all []*Unit
	queue := slices.Clone(names)
	for len(queue) > 0 {
		u := g.Get(queue[0])
		queue = queue[1:]
		if u == nil || seen[u] {
			continue
		}
		seen[u] = true
		all = append(all, u)
		if !pulled {
			continue
		}
		for _, kind := range []Dependency{Requires, Requisite, BindsTo, Wants, Upholds, Triggers, OnFailure, OnSuccess} {
			queue = append(queue, u.Deps[kind].Names()...)
		}
	}
	slices.SortFunc(all, func(a, b *Unit) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// verifyNeeds finds what a unit cannot start without and does not get.
func (g *Graph) verifyNeeds(r *Report) {
	for _, kind := range []Dependency{Requires, Requisite, BindsTo} {
		for _, name := range r.Unit.Deps[kind].Names() {
			need := g.Get(name)
			if need == nil || need.State == Loaded {
				continue
			}
			text := fmt.Sprintf("cannot be started: %s=%s: %v", kind, name, need.Err)
			if need.State == Masked {
				text = fmt.Sprintf("cannot be started: %s=%s is masked", kind, name)
			}
			r.Needs = append(r.Needs, need)
			r.Problems = append(r.Problems, Problem{File: r.Unit.where(), Text: text})
		}
	}
}

// verifyPrograms finds commands whose program is missing or not executable.
func (g *Graph) verifyPrograms(r *Report) {
	u := r.Unit
	if u.Service == nil || u.Provided != "" || u.Exec != nil && u.Exec.RootDirectory != "" {
		return
	}
	s := u.Service
	for _, list := range [][]Command{s.ExecCondition, s.ExecStartPre, s.ExecStart, s.ExecStartPost, s.ExecReload, s.ExecStop, s.ExecStopPost} {
		for _, c := range list {
			if c.IgnoreFailure || !filepath.IsAbs(c.Path) {
				continue
			}
			if err := g.index.root.executable(c.Path); err != nil {
				r.Programs = append(r.Programs, Program{c.Path, err})
				r.Problems = append(r.Problems, Problem{File: u.where(), Text: fmt.Sprintf("cannot execute %s: %v", c.Path, err)})
			}
		}
	}
}

// executable tells why a file within the root cannot be executed.
func (r root) executable(path string) error {
	resolved, err := r.resolve(path)
	if err != nil {
		return errors.New("no such file")
	}
	info, err := os.Stat(r.host(resolved))
	switch {
	case err != nil:
		return errors.New("no such file")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file")
	case info.Mode()&0o111 == 0:
		return errors.New("it is not executable")
	}
	return nil
}

// where is the file to look into.
func (u *Unit) where() string {
	if u.Fragment != "" {
		return u.Fragment
	}
	return u.Name
}
