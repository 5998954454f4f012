package install

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"

	"pintle/units"
)

// Command is a systemctl command that works on unit files alone, as with --root= and where no manager runs.
type Command struct {
	Verb  string
	Names []string // as the user typed them
	Options
	Quiet  bool // say only what went wrong
	NoWarn bool // do not explain why nothing can be enabled
	Now    bool // --now, which needs a manager
	Full   bool // is-enabled shows the links, too
}

// Output is what a command prints, and its exit status.
type Output struct {
	Stdout, Stderr []string // lines
	Exit           int
}

// Verbs are the verbs of Run.
var Verbs = []string{
	"enable", "disable", "reenable", "preset", "preset-all", "mask", "unmask", "link", "revert",
	"add-wants", "add-requires", "set-default", "get-default", "is-enabled",
}

// exitNotFound is the exit status of is-enabled if there is no such unit (systemctl(1), "Exit status").
const exitNotFound = 4

// Run does a command as systemctl does.
func (f *Files) Run(c Command) Output {
	r := run{f: f, c: c}
	if !slices.Contains(Verbs, c.Verb) {
		r.fail("Verb '%s' cannot be used with --root= or --image=.", c.Verb)
		return r.out
	}
	least := 1
	switch c.Verb {
	case "preset-all", "get-default":
		least = 0
	case "add-wants", "add-requires":
		least = 2
	}
	switch {
	case len(c.Names) < least:
		r.fail("Too few arguments.")
	case len(c.Names) > 1 && c.Verb == "set-default", len(c.Names) > 0 && least == 0:
		r.fail("Too many arguments.")
	default:
		r.do()
	}
	return r.out
}

// run is a command on its way.
type run struct {
	f   *Files
	c   Command
	out Output
}

func (r *run) fail(format string, args ...any) {
	r.say(format, args...)
	r.out.Exit = 1
}

func (r *run) say(format string, args ...any) {
	r.out.Stderr = append(r.out.Stderr, fmt.Sprintf(format, args...))
}

func (r *run) print(line string) { r.out.Stdout = append(r.out.Stdout, line) }

func (r *run) do() {
	c, f := r.c, r.f
	switch c.Verb {
	case "get-default":
		r.getDefault()
		return
	case "set-default":
		r.setDefault()
		return
	case "preset-all":
		r.finish("preset", f.PresetAll(c.Options))
		return
	case "add-wants", "add-requires":
		r.addDependency()
		return
	}
	operation := "to " + c.Verb
	if c.Verb == "is-enabled" {
		operation = "to check"
	}
	names, ok := r.mangle(operation, c.Names)
	if !ok {
		return
	}
	switch c.Verb {
	case "is-enabled":
		r.isEnabled(names)
		return
	case "enable":
		r.finish(c.Verb, f.Enable(names, c.Options))
	case "disable":
		r.finish(c.Verb, f.Disable(r.withoutPaths(names), c.Options))
	case "reenable":
		r.finish(c.Verb, f.Reenable(names, c.Options))
	case "link":
		if r.absolute(names) {
			r.finish(c.Verb, f.Link(names, c.Options))
		}
	case "preset":
		r.finish(c.Verb, f.Preset(names, c.Options))
	case "mask":
		r.finish(c.Verb, f.Mask(names, c.Options))
	case "unmask":
		r.finish(c.Verb, f.Unmask(names, c.Options))
	case "revert":
		r.finish(c.Verb, f.Revert(names))
	}
}

// finish tells what an operation did.
func (r *run) finish(verb string, res Result) {
	var root *RootError
	if errors.As(res.Err, &root) {
		r.fail("%s", root.Error())
		return
	}
	r.out.Stderr = append(r.out.Stderr, res.Lines(verb, r.c.Quiet)...)
	if res.Err != nil {
		r.out.Exit = 1
		return
	}
	switch verb {
	case "enable", "reenable", "disable":
		if !res.InstallInfo && !r.c.Quiet && !r.c.NoWarn && (verb != "disable" || !res.Changed()) {
			r.out.Stderr = append(r.out.Stderr, strings.Split(NoInstallInfo, "\n")...)
		}
	}
	if r.c.Now {
		switch verb {
		case "enable", "disable", "reenable", "mask", "unmask":
			r.fail("--now cannot be used when systemd is not running or in conjunction with --root=/--global, refusing.")
		default:
			r.fail("--now can only be used with verb enable, disable, reenable, mask, or unmask.")
		}
	}
}

func (r *run) isEnabled(names []string) {
	found, starts := false, false
	for _, name := range names {
		state, warnings, err := r.f.State(name)
		r.out.Stderr = append(r.out.Stderr, warnings...)
		switch {
		case errors.Is(err, syscall.ENOENT) && !isRootError(err):
			if !r.c.Quiet {
				r.print("not-found")
			}
			continue
		case err != nil:
			r.fail("%s", err.Error())
			return
		}
		found, starts = true, starts || state.Starts()
		if r.c.Quiet {
			continue
		}
		r.print(string(state))
		if r.c.Full {
			links, err := r.f.LinksOf(name, r.c.Options)
			if err != nil {
				r.fail("Failed to get file links for %s: %s", name, errnoText(errnoOf(err)))
				return
			}
			for _, link := range links {
				r.print("  " + link)
			}
		}
	}
	switch {
	case starts:
	case found:
		r.out.Exit = 1
	default:
		r.out.Exit = exitNotFound
	}
}

func isRootError(err error) bool {
	var root *RootError
	return errors.As(err, &root)
}

// LinksOf are the links to a unit that disabling it would remove.
func (f *Files) LinksOf(name string, opts Options) (links []string, err error) {
	opts.DryRun = true
	res := f.Disable([]string{name}, opts)
	for _, c := range res.Changes {
		if c.Type == Unlink {
			links = append(links, c.Path)
		}
	}
	return links, res.Err
}

func (r *run) getDefault() (name string, ok bool) {
	name, warnings, err := r.f.Default()
	r.out.Stderr = append(r.out.Stderr, warnings...)
	if err != nil {
		r.fail("%s", err.Error())
		return "", false
	}
	if r.c.Verb == "get-default" {
		r.print(name)
	}
	return name, true
}

func (r *run) setDefault() {
	name, ok := r.mangleOne(r.c.Names[0], "set-default", ".target")
	if !ok {
		return
	}
	r.c.Force = true
	r.finish("set default", r.f.SetDefault(name, r.c.Options))
	if r.out.Exit != 0 || r.c.Quiet {
		return
	}
	if now, ok := r.getDefault(); ok && now != name {
		r.say("Note: \"%s\" is the default unit (possibly a runtime override).", now)
	}
}

func (r *run) addDependency() {
	target, ok := r.mangleOne(r.c.Names[0], "as target", ".target")
	if !ok {
		return
	}
	names, ok := r.mangle("as dependency", r.c.Names[1:])
	if !ok {
		return
	}
	kind := units.Wants
	if r.c.Verb == "add-requires" {
		kind = units.Requires
	}
	r.finish("add dependency on", r.f.AddDependency(names, target, kind, r.c.Options))
}

// mangle turns what a user typed into unit names or absolute paths of unit files.
func (r *run) mangle(operation string, names []string) (mangled []string, ok bool) {
	for _, name := range names {
		if strings.Contains(name, "/") {
			if !path.IsAbs(name) {
				name = join(workingDirectory(), name)
			}
			mangled = append(mangled, units.SimplifyPath(name))
			continue
		}
		name, ok := r.mangleOne(name, operation, ".service")
		if !ok {
			return nil, false
		}
		mangled = append(mangled, name)
	}
	return mangled, true
}

func (r *run) mangleOne(name, operation, suffix string) (string, bool) {
	mangled, warnings, err := MangleName(name, operation, suffix)
	if !r.c.Quiet {
		r.out.Stderr = append(r.out.Stderr, warnings...)
	}
	if err != nil {
		r.fail("Failed to mangle unit name: %s", errnoText(errnoOf(err)))
		return "", false
	}
	return mangled, true
}

// MangleName is units.MangleName without globs, with what systemctl says about names that are not what they
// should be; operation tells what the name is for ("to enable").
func MangleName(name, operation, suffix string) (mangled string, warnings []string, err error) {
	mangled, err = units.MangleName(name, suffix, false)
	if err != nil || units.ValidName(name, units.AnyName) || path.IsAbs(name) {
		return mangled, nil, err
	}
	hint := " (maybe you should use systemd-escape?)"
	if strings.ContainsAny(name, "*?[") && !strings.ContainsAny(name, "/ ") {
		warnings = append(warnings, fmt.Sprintf("Glob pattern passed %s, but globs are not supported for this.", operation))
		hint = ""
	}
	if escaped := strings.TrimSuffix(mangled, suffix); escaped != strings.TrimSuffix(name, suffix) {
		warnings = append(warnings, fmt.Sprintf("Invalid unit name \"%s\" escaped as \"%s\"%s.", name, escaped, hint))
	}
	return mangled, warnings, nil
}

// withoutPaths leaves the names of unit files that are given by their paths.
func (r *run) withoutPaths(names []string) []string {
	names = slices.Clone(names)
	had := false
	for i, name := range names {
		if strings.Contains(name, "/") {
			names[i], had = base(name), true
		}
	}
	if had {
		r.say("Warning: Can't execute disable on the unit file path. Proceeding with the unit name.")
	}
	return names
}

// absolute refuses names where paths must be given.
func (r *run) absolute(names []string) bool {
	for _, name := range names {
		switch {
		case path.IsAbs(name):
			continue
		case r.f.Root != "":
			r.fail("Non-absolute paths are not allowed when --root is used: %s", name)
		default:
			r.fail("Link argument must contain at least one directory separator.\nIf you intended to link a file in the current directory, try ./%s instead.", name)
		}
		return false
	}
	return true
}
