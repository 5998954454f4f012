package analyze

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/units"
)

// searchPath is where the manager that is meant looks for units.
func (o *options) searchPath() []string {
	switch {
	case o.global:
		return units.GlobalUserPath(os.Getenv)
	case o.scope == client.User:
		return units.UserPath(os.Getenv)
	}
	return units.SystemPath(os.Getenv)
}

func (o *options) unitPaths([]string) error {
	for _, dir := range o.searchPath() {
		fmt.Fprintln(o.out, dir)
	}
	return nil
}

// unitFiles lists names with the files that they lead to, and units with their other names.
func (o *options) unitFiles(patterns []string) error {
	graph := units.NewGraph(units.Options{Path: o.searchPath(), NoBuiltin: true})
	wanted := func(names ...string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(names, func(name string) bool {
			return slices.ContainsFunc(patterns, func(p string) bool {
				match, _ := path.Match(p, name)
				return match || p == name
			})
		})
	}
	names := graph.Names()
	aliases := map[string][]string{}
	for _, name := range names {
		id, file := graph.Find(name)
		if id != name {
			aliases[id] = append(aliases[id], name)
		}
		if wanted(name, filepath.Base(file)) {
			fmt.Fprintf(o.out, "ids: %s → %s\n", name, file)
		}
	}
	for _, name := range names {
		if others := aliases[name]; len(others) > 0 && wanted(append(others, name)...) {
			fmt.Fprintf(o.out, "aliases: %s ← %s\n", name, strings.Join(others, ", "))
		}
	}
	return nil
}

// configDirs are where configuration lies, the most important first.
func configDirs() []string { return []string{"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"} }

// catConfig prints files as they apply: the main file, then the drop-ins by their names.
func (o *options) catConfig(args []string) error {
	root := strings.TrimSuffix(o.root, "/")
	for i, arg := range args {
		if i > 0 {
			fmt.Fprint(o.out, "\n\n")
		}
		name := arg
		if filepath.IsAbs(arg) {
			var ok bool
			for _, dir := range configDirs() {
				if name, ok = strings.CutPrefix(arg, dir+"/"); ok {
					break
				}
			}
			if !ok {
				return command.Failf("Path %s does not start with any known prefix.", arg)
			}
		}
		if err := o.catFiles(root, name); err != nil {
			return err
		}
	}
	return nil
}

// collection tells of a directory of files that apply one by one what their names end in; empty for the name
// of a main file.
func collection(name string) string {
	switch name {
	case "udev/hwdb.d":
		return ".hwdb"
	case "udev/rules.d":
		return ".rules"
	case "kernel/install.d":
		return ".install"
	case "systemd/ntp-units.d":
		return ".list"
	case "systemd/system-preset", "systemd/user-preset":
		return ".preset"
	}
	if strings.HasSuffix(name, ".d") {
		return ".conf"
	}
	return ""
}

func (o *options) catFiles(root, name string) error {
	var files []string
	if suffix := collection(name); suffix != "" {
		files = configFiles(root, name, suffix)
	} else {
		for _, dir := range configDirs() {
			file := filepath.Join(dir, name)
			if _, err := os.Stat(root + file); err == nil {
				files = append(files, file)
				break
			}
		}
		if len(files) == 0 {
			fmt.Fprintf(o.out, "# Main configuration file %s not found\n", name)
		}
		files = append(files, configFiles(root, name+".d", ".conf")...)
	}
	for i, file := range files {
		if i > 0 {
			fmt.Fprintln(o.out)
		}
		fmt.Fprintf(o.out, "# %s\n", root+file)
		text, err := os.ReadFile(root + file)
		if err != nil {
			return command.Failf("Failed to cat %s: %s", root+file, command.Reason(err))
		}
		if len(text) > 0 && text[len(text)-1] != '\n' {
			text = append(text, '\n')
		}
		fmt.Fprintf(o.out, "%s", text)
	}
	return nil
}

// configFiles are the files of a directory in all the places where it may lie, in the order of their names; of
// several with a name the most important one.
func configFiles(root, dir, suffix string) []string {
	byName := map[string]string{}
	for _, place := range configDirs() {
		entries, err := os.ReadDir(filepath.Join(root, place, dir))
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := e.Name()
			file := filepath.Join(place, dir, name)
			info, err := os.Stat(root + file)
			if _, seen := byName[name]; !seen && err == nil && !info.IsDir() && strings.HasSuffix(name, suffix) && name[0] != '.' {
				byName[name] = file
			}
		}
	}
	var files []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[name])
	}
	return files
}
