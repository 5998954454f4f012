package analyze

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"pintle/applets/command"
	"pintle/units"
)

// verify tells what is wrong in unit files, and in what they pull in. What is wrong in a line is said in pintle's own
// words; all else in those of systemd-analyze, and so is the exit status.
func (o *options) verify(args []string) error {
	names, dirs, err := verifyArguments(args)
	if err != nil {
		return err
	}
	graph := units.NewGraph(units.Options{Root: o.root, Path: append(dirs, o.searchPath()...), Host: units.SystemHost{Root: o.root}})
	failed := false
	var asked []string
	for _, name := range names {
		if u := graph.Load(name); u.State == units.NotFound {
			fmt.Fprintf(os.Stderr, "Unit %s not found.\n", name)
			failed = true
			continue
		}
		asked = append(asked, name)
	}
	for _, r := range graph.Verify(o.recursive != "no", asked...) {
		own := slices.ContainsFunc(asked, func(n string) bool { return graph.Get(n) == r.Unit })
		if o.recursive == "one" && !own && !direct(graph, asked, r.Unit) {
			continue
		}
		if o.tell(r, own) {
			failed = true
		}
	}
	if failed {
		return command.Silent(1)
	}
	return nil
}

// direct tells whether one of the units that were asked for names a unit itself.
func direct(graph *units.Graph, asked []string, u *units.Unit) bool {
	return slices.ContainsFunc(asked, func(name string) bool {
		for _, set := range graph.Get(name).Deps {
			if slices.Contains(set.Names(), u.Name) {
				return true
			}
		}
		return false
	})
}

// tell prints what is wrong with a unit; it is true if that is a failure.
func (o *options) tell(r units.Report, asked bool) (failed bool) {
	u := r.Unit
	problems := slices.Clone(u.Problems)
	slices.SortStableFunc(problems, func(a, b units.Problem) int {
		if a.File != b.File {
			return 0
		}
		return a.Line - b.Line
	})
	told := false
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
		told = told || u.Err != nil && strings.Contains(u.Err.Error(), p.Text)
		failed = failed || o.recursive != ""
	}
	if u.State == units.BadSetting || u.State == units.LoadError {
		if told {
			fmt.Fprintf(os.Stderr, "%s: Unit configuration has fatal error, unit will not be started.\n", u.Name)
		} else {
			fmt.Fprintf(os.Stderr, "%s: %v\n", u.Name, u.Err)
		}
		if asked {
			fmt.Fprintf(os.Stderr, "Unit %s has a bad unit file setting.\n", u.Name)
		}
		return failed || asked
	}
	if !asked {
		return failed
	}
	for _, need := range r.Needs {
		what := "not found."
		switch need.State {
		case units.Masked:
			what = "is masked."
		case units.BadSetting, units.LoadError:
			what = "has a bad unit file setting."
		}
		fmt.Fprintf(os.Stderr, "%s: Failed to create %s/start: Unit %s %s\n", u.Name, u.Name, need.Name, what)
		failed = true
	}
	for _, p := range r.Programs {
		why := p.Err.Error()
		if _, err := os.Stat(filepath.Join(o.root, p.Path)); errors.Is(err, os.ErrNotExist) {
			why = "No such file or directory"
		} else if err == nil {
			why = "Permission denied"
		}
		fmt.Fprintf(os.Stderr, "%s: Command %s is not executable: %s\n", u.Name, p.Path, why)
		failed = true
	}
	return o.manuals(u) || failed
}

// manuals looks for the manual pages that a unit names.
func (o *options) manuals(u *units.Unit) (failed bool) {
	man, err := exec.LookPath("man")
	if !o.man || err != nil {
		return false
	}
	for _, document := range u.Documentation {
		page, ok := strings.CutPrefix(document, "man:")
		if !ok {
			continue
		}
		exit := (*exec.ExitError)(nil)
		if err := exec.Command(man, page).Run(); errors.As(err, &exit) {
			fmt.Fprintf(os.Stderr, "%s: Command 'man %s' failed with code %d\n", u.Name, page, exit.ExitCode())
			failed = true
		}
	}
	return failed
}

// verifyArguments sorts names of units from paths of unit files, whose directories are searched first. A template is
// verified as one of its instances.
func verifyArguments(args []string) (names, dirs []string, err error) {
	for _, arg := range args {
		path, err := filepath.Abs(arg)
		name := filepath.Base(arg)
		kind := units.KindOfName(name)
		if err != nil || kind == 0 {
			return nil, nil, command.Failf("Failed to prepare filename %s: Invalid argument", arg)
		}
		if kind == units.TemplateName {
			if name, err = units.Instantiate(name, "i"); err != nil {
				return nil, nil, command.Failf("Failed to prepare filename %s: %s", arg, command.Reason(err))
			}
		}
		if strings.Contains(arg, "/") && !slices.Contains(dirs, filepath.Dir(path)) {
			dirs = append(dirs, filepath.Dir(path))
		}
		names = append(names, name)
	}
	return names, dirs, nil
}
