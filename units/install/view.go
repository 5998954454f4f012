package install

// View answers over and over how unit files are installed: it is what the manager shows of its units. What it has
// read once it does not read again before FilesChanged. It is for one goroutine.
type View struct {
	files       *Files
	known       bool
	directories directories
	listings    map[string]*listing
	rules       []presetRule
	rulesErr    error
	ruled       bool
	states      map[string]State
}

// View makes one; it reads nothing yet.
func (f *Files) View() *View { return &View{files: f} }

// FilesChanged has everything be read anew when it is asked for.
func (v *View) FilesChanged() { *v = View{files: v.files} }

// begin opens the root directory for a moment.
func (v *View) begin() (*operation, error) {
	t, err := openTree(v.files.Root)
	if err != nil {
		return nil, err
	}
	if !v.known {
		v.directories = newDirectories(t, v.files)
		v.listings, v.states, v.known = map[string]*listing{}, map[string]State{}, true
	}
	t.listings = v.listings
	return &operation{Files: v.files, tree: t, directories: v.directories}, nil
}

// end keeps what an operation has read.
func (v *View) end(o *operation) {
	v.listings = o.tree.listings
	o.close()
}

// FileState is how a unit is installed: Bad if that cannot be told.
func (v *View) FileState(name string) string {
	if state, ok := v.states[name]; ok {
		return string(state)
	}
	o, err := v.begin()
	if err != nil {
		return string(Bad)
	}
	defer v.end(o)
	state, err := o.state(name)
	if err != nil {
		state = Bad
	}
	v.states[name] = state
	return string(state)
}

// FilePreset is what the preset files say about a unit: "enabled", "disabled" or "ignored"; empty if they cannot be
// read.
func (v *View) FilePreset(name string) string {
	if !v.ruled {
		o, err := v.begin()
		if err != nil {
			return ""
		}
		v.rules, v.rulesErr = o.readPresets()
		v.ruled = true
		v.end(o)
	}
	if v.rulesErr != nil {
		return ""
	}
	action, _ := decide(v.rules, name, false)
	return string(action)
}
