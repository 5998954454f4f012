package systemctl

import (
	"path"
	"slices"

	"pintle/applets/table"
	"pintle/applets/terminal"
	"pintle/units"
	"pintle/units/install"
)

// listUnitFiles is list-unit-files.
func (c *control) listUnitFiles(patterns []string) error {
	if !c.clientSide() {
		return online((*control).listFilesOverBus)(c, patterns)
	}
	files, err := c.files().List(c.states, patterns)
	if err != nil {
		return failure(err, "Failed to get unit file list")
	}
	return c.printFiles(files, patterns)
}

func (c *control) listFilesOverBus(patterns []string) error {
	patterns, err := c.filePatterns(patterns)
	if err != nil {
		return err
	}
	if patterns == nil {
		patterns = []string{}
	}
	states := c.states
	if states == nil {
		states = []string{}
	}
	var list []struct{ Path, State string }
	if err := c.conn.Manager("ListUnitFilesByPatterns", []any{states, patterns}, &list); err != nil {
		return failure(err, "Failed to list unit files")
	}
	var files []install.UnitFile
	for _, f := range list {
		files = append(files, install.UnitFile{Path: f.Path, State: install.State(f.State)})
	}
	return c.printFiles(files, patterns)
}

// filePatterns adds what units depend on, if that is asked for.
func (c *control) filePatterns(patterns []string) ([]string, error) {
	if !c.dependencies {
		return patterns, nil
	}
	names, _, err := c.expand(patterns, "")
	if err != nil {
		return nil, err
	}
	return c.withDependencies(names)
}

func (c *control) printFiles(files []install.UnitFile, patterns []string) error {
	files = slices.DeleteFunc(files, func(f install.UnitFile) bool {
		name := path.Base(f.Path)
		return !matches(patterns, name) ||
			len(c.types) > 0 && !slices.Contains(c.types, units.NameType(name)) ||
			len(c.states) > 0 && !slices.Contains(c.states, string(f.State))
	})
	slices.SortStableFunc(files, func(a, b install.UnitFile) int { return compareNames(path.Base(a.Path), path.Base(b.Path)) })
	c.openPager()
	t := table.New("unit file", "state", "preset")
	presets := c.presets(files)
	for i, f := range files {
		name := path.Base(f.Path)
		last := i+1 < len(files) && units.NameType(name) != units.NameType(path.Base(files[i+1].Path))
		cell := func(text, colour string) table.Cell {
			return table.Cell{Text: text, Colour: colour, Gap: colour != "", Underline: last}
		}
		preset := cell("", "")
		preset.Value = table.Null{}
		if f.State.ShowsPreset() && presets[i] != "" {
			preset = cell(presets[i], fileStateColour(presets[i]))
		}
		t.Add(cell(name, ""), cell(string(f.State), fileStateColour(string(f.State))), preset)
	}
	t.Dash = "-"
	if err := c.table(t); err != nil {
		return err
	}
	if c.legend {
		c.printf("\n%d unit files listed.\n", len(files))
	}
	return status(btoi(len(files) == 0))
}

// presets are what presets say of unit files.
func (c *control) presets(files []install.UnitFile) []string {
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, path.Base(f.Path))
	}
	list, err := c.files().QueryPresets(names)
	if err != nil || len(list) != len(names) {
		return make([]string, len(names))
	}
	return list
}

// fileStateColour is the colour of a state of a unit file.
func fileStateColour(state string) string {
	switch state {
	case "masked", "masked-runtime", "disabled", "bad":
		return terminal.Red
	case "enabled", "alias":
		return terminal.Green
	}
	return ""
}
