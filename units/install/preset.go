package install

import (
	"io/fs"
	"slices"
	"strings"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// presetAction is what preset files say about a unit.
type presetAction string

// The actions; the words are those of list-unit-files.
const (
	presetEnable  presetAction = "enabled"
	presetDisable presetAction = "disabled"
	presetIgnore  presetAction = "ignored"
)

// presetRule is one line of a preset file (systemd.preset(5)).
type presetRule struct {
	pattern   string
	action    presetAction
	instances []string // that a template is enabled with
}

// readPresets reads the preset files, first match first.
func (o *operation) readPresets() ([]presetRule, error) {
	var rules []presetRule
	for _, file := range o.tree.configFiles(o.presets, ".preset") {
		if target, err := o.tree.readlink(file); err == nil && target == "/dev/null" {
			continue
		}
		text, _, err := o.tree.read(file, true)
		if err == unix.ENOENT {
			continue
		}
		if err != nil {
			return nil, errnoOf(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			line = strings.Trim(line, " \t\r\n")
			if line == "" || line[0] == '#' || line[0] == ';' {
				continue
			}
			rule, ok := parsePreset(line)
			if !ok {
				o.warn("%s:%d: Couldn't parse line '%s'. Ignoring.", o.shown(file), n, line)
				continue
			}
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// parsePreset reads one line that is no comment.
func parsePreset(line string) (presetRule, bool) {
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return presetRule{}, false
	}
	word, rest := line[:end], strings.TrimLeft(line[end:], " \t")
	switch word {
	case "disable":
		return presetRule{pattern: rest, action: presetDisable}, true
	case "ignore":
		return presetRule{pattern: rest, action: presetIgnore}, true
	case "enable":
		words := strings.Fields(rest)
		if len(words) > 1 && !units.ValidName(words[0], units.TemplateName) {
			return presetRule{}, false
		}
		return presetRule{pattern: words[0], action: presetEnable, instances: words[1:]}, true
	}
	return presetRule{}, false
}

// decide tells what the rules say about a unit: enable, where none says anything. For a template, instances
// are those to enable instead of it.
func decide(rules []presetRule, name string, withInstances bool) (action presetAction, instances []string) {
	for _, rule := range rules {
		if withInstances && len(rule.instances) > 0 {
			if names, ok := rule.matchInstances(name); ok {
				return rule.action, names
			}
		}
		if units.MatchPattern(rule.pattern, name) {
			return rule.action, nil
		}
	}
	return presetEnable, nil
}

// matchInstances tells whether a rule with instances is for a unit: their template, or one of them.
func (r *presetRule) matchInstances(name string) (names []string, ok bool) {
	template, err := units.Template(name)
	if err != nil || template != r.pattern {
		return nil, false
	}
	if units.ValidName(name, units.InstanceName) {
		return nil, slices.Contains(r.instances, units.NameInstance(name))
	}
	for _, instance := range r.instances {
		unit, err := units.Instantiate(template, instance)
		if err != nil {
			return nil, false
		}
		names = append(names, unit)
	}
	return names, true
}

// Preset enables and disables units as the preset files say.
func (f *Files) Preset(names []string, opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		rules, err := o.readPresets()
		if err != nil {
			return 0, err
		}
		var plus, minus set
		for _, name := range names {
			if err := o.preparePreset(&plus, &minus, name, rules); err != nil {
				return 0, err
			}
		}
		return o.preset(&plus, &minus, opts)
	})
}

// PresetAll enables and disables every unit that has a file as the preset files say.
func (f *Files) PresetAll(opts Options) Result {
	return f.run(func(o *operation) (int, error) {
		rules, err := o.readPresets()
		if err != nil {
			return 0, err
		}
		var plus, minus set
		var failed error
		for _, dir := range o.search {
			list := o.tree.list(dir)
			if list.err != nil && list.err != unix.ENOENT {
				first(&failed, errnoOf(list.err))
			}
			for _, e := range list.entries {
				if e.kind != 0 && e.kind != fs.ModeSymlink || !units.ValidName(e.name, units.AnyName) {
					continue
				}
				// What is masked, generated or bad costs that unit.
				if err := o.preparePreset(&plus, &minus, e.name, rules); err != nil && (Change{Errno: errnoOf(err)}).reason() == "" {
					first(&failed, err)
				}
			}
		}
		n, err := o.preset(&plus, &minus, opts)
		first(&failed, err)
		return n, failed
	})
}

// preparePreset puts a unit among those to enable or those to disable.
func (o *operation) preparePreset(plus, minus *set, name string, rules []presetRule) error {
	if plus.find(name) != nil || minus.find(name) != nil {
		return nil
	}
	u, err := o.discover(&set{}, name, followConfig)
	if err != nil {
		return err
	}
	if u.name != name {
		return nil // an alias
	}
	action, instances := decide(rules, name, true)
	switch action {
	case presetDisable:
		_, err := o.discover(minus, name, followConfig)
		return err
	case presetIgnore:
		return nil
	}
	if instances == nil {
		instances = []string{name}
	}
	for _, instance := range instances {
		if _, err := o.enableable(plus, instance, load|followConfig); err != nil {
			return err
		}
	}
	return nil
}

// preset carries out what was decided.
func (o *operation) preset(plus, minus *set, opts Options) (n int, failed error) {
	if opts.Mode != PresetEnableOnly {
		r := removal{}
		if err := o.mark(minus, r); err != nil {
			return 0, err
		}
		first(&failed, o.removeLinks(r, o.target(opts), false))
	}
	if opts.Mode != PresetDisableOnly {
		k, err := o.apply(plus, applying{dir: o.target(opts), force: opts.Force, how: load, lenient: true})
		n += k
		first(&failed, err)
	}
	return n, failed
}

// QueryPreset tells what the preset files say about a unit: "enabled", "disabled" or "ignored".
func (f *Files) QueryPreset(name string) (string, error) {
	presets, err := f.QueryPresets([]string{name})
	if err != nil {
		return "", err
	}
	return presets[0], nil
}

// QueryPresets is QueryPreset for several units.
func (f *Files) QueryPresets(names []string) ([]string, error) {
	o, err := f.begin()
	if err != nil {
		return nil, err
	}
	defer o.close()
	rules, err := o.readPresets()
	if err != nil {
		return nil, err
	}
	actions := make([]string, len(names))
	for i, name := range names {
		if !units.ValidName(name, units.AnyName) {
			return nil, unix.EINVAL
		}
		action, _ := decide(rules, name, false)
		actions[i] = string(action)
	}
	return actions, nil
}
