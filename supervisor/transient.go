package supervisor

import (
	"fmt"
	"slices"

	"pintle/units"
)

// Transient is a unit that a client makes (StartTransientUnit of the Manager interface, systemd-run(1)). It is like
// any other, but that its file goes with it.
type Transient struct {
	Name string
	Text string // of its file
	// PIDs are the processes that a scope is made of.
	PIDs []int
	// Controller is the bus name of who is asked when a scope is to stop.
	Controller string
	// Streams are standard streams that a service is to have; they are closed when it has ended.
	Streams *Streams
}

// Streams are descriptors for standard input, output and error, -1 for none.
type Streams [3]int

// FilePlace is a directory of unit files that the manager writes to (systemd.unit(5), "Unit File Load Path").
type FilePlace string

// The places.
const (
	PlaceTransient FilePlace = "transient" // of units that clients have made
	PlaceRuntime   FilePlace = "runtime"   // what clients have set until the next boot
	PlaceControl   FilePlace = "control"   // what they have set for good
)

// unitWriter is what a Host may be besides: it writes unit files.
type unitWriter interface {
	// WriteUnitFile writes a file, or a drop-in as "NAME.d/FILE", and returns its path.
	WriteUnitFile(place FilePlace, name, text string) (path string, err error)
	// RemoveUnitFiles removes a unit's file and drop-ins.
	RemoveUnitFiles(place FilePlace, unit string)
}

// unitTexts is what a Resolver may be besides: it takes texts in the place of files; see units.Graph.
type unitTexts interface {
	Check(name, text string) []units.Problem
	Add(name, file, text string) error
	Discard(name string)
	Amend(name, file, text string) *units.Unit
}

// CheckText tells what is wrong with a text as a file of a unit.
func (m *Manager) CheckText(unit, text string) []units.Problem {
	if g, ok := m.graph.(unitTexts); ok {
		return g.Check(unit, text)
	}
	return nil
}

// MayBeTransient refuses names of units that a client cannot make.
func MayBeTransient(name string) error {
	switch t := TypeOf(name); {
	case units.KindOfName(name)&(units.PlainName|units.InstanceName) == 0:
		return refuse(ErrInvalidArgs, name, "Invalid unit name or type.")
	case !slices.Contains([]string{"service", "socket", "timer", "path", "slice", "scope", "mount", "automount"}, t):
		return refuse(ErrInvalidArgs, name, "Unit type %s does not support transient units.", t)
	}
	return nil
}

// MakeTransient makes a unit. Nothing holds on to it yet: unless a job or a reference does, it is forgotten again when
// the manager runs. Errors are of type *Error.
func (m *Manager) MakeTransient(t Transient) (*Unit, error) {
	if err := MayBeTransient(t.Name); err != nil {
		return nil, err
	}
	if err := m.CheckNew(t.Name); err != nil {
		return nil, err
	}
	for _, pid := range t.PIDs {
		if err := m.attachable(t.Name, pid); err != nil {
			return nil, err
		}
	}
	u := m.unit(t.Name)
	files, writes := m.host.(unitWriter)
	texts, takes := m.graph.(unitTexts)
	if !writes || !takes {
		return nil, refuse(ErrNotSupported, t.Name, "cannot make %s: no transient units here", t.Name)
	}
	file, err := files.WriteUnitFile(PlaceTransient, t.Name, t.Text)
	if err != nil {
		return nil, fmt.Errorf("cannot make %s: %w", t.Name, err)
	}
	m.graph.Unload(t.Name)
	if err := texts.Add(t.Name, file, t.Text); err != nil {
		return nil, err
	}
	m.replace(u, m.graph.Load(t.Name))
	u.streams, u.controller = t.Streams, t.Controller
	if TypeOf(t.Name) == "scope" {
		if len(t.PIDs) == 0 {
			return nil, refuse("org.freedesktop.DBus.Error.FileNotFound", t.Name, "Unit %s failed to load properly, "+
				"please adjust/correct and reload service manager: No such file or directory", t.Name)
		}
		if s, ok := u.kind.(*scope); ok {
			s.pids = t.PIDs
		}
	}
	return u, nil
}

// CheckNew refuses names of units that there are already.
func (m *Manager) CheckNew(name string) error {
	u := m.unit(name)
	m.garbage.add(u, queuedGarbage)
	if !u.pristine() || u.Name != name {
		return refuse("org.freedesktop.systemd1.UnitExists", name, "Unit %s was already loaded or has a fragment file.", name)
	}
	return nil
}

// pristine units are known by nothing but their name.
func (u *Unit) pristine() bool {
	free := u.Unit.State == units.NotFound || u.Unit.State == units.Loaded && TypeOf(u.Name) == "slice"
	return free && u.Fragment == "" && u.SourcePath == "" && u.Provided == "" && u.job == nil && u.nop == nil && !u.perpetual()
}

// replace gives a unit that is down what has been loaded for it now.
func (m *Manager) replace(u *Unit, loaded *units.Unit) {
	u.Unit = loaded
	if u.active.down() {
		u.kind = newKind(u)
		u.active, _ = u.kind.state()
	}
	m.touch(u)
	m.recheck(u)
}

// attachable refuses processes that cannot become part of a unit.
func (m *Manager) attachable(unit string, pid int) error {
	switch {
	case pid <= 0:
		return refuse(ErrInvalidArgs, unit, "Process identifier %d is not valid.", pid)
	case pid == 1:
		return refuse(ErrInvalidArgs, unit, "Process %d is a manager process, refusing.", pid)
	case !m.host.Alive(pid):
		return refuse("org.freedesktop.DBus.Error.UnixProcessIdUnknown", unit, "Process with ID %d does not exist.", pid)
	}
	return nil
}

// Attach makes processes part of a unit that is up and leaves its control group to itself (AttachProcessesToUnit).
func (m *Manager) Attach(u *Unit, subgroup string, pids []int) error {
	switch {
	case subgroup != "" && subgroup[0] != '/':
		return refuse(ErrInvalidArgs, u.Name, "Control group path is not absolute: %s", subgroup)
	case subgroup != "" && !units.NormalizedPath(subgroup):
		return refuse(ErrInvalidArgs, u.Name, "Control group path is not normalized: %s", subgroup)
	case u.Resources == nil || !u.Resources.Delegate.On:
		return refuse(ErrInvalidArgs, u.Name, "Process migration not available on non-delegated units.")
	case u.active.down():
		return refuse(ErrInvalidArgs, u.Name, "Unit is not active, refusing.")
	}
	for _, pid := range pids {
		if err := m.attachable(u.Name, pid); err != nil {
			return err
		}
	}
	if s, ok := u.kind.(*scope); ok {
		s.add(pids)
	} else {
		for _, pid := range pids {
			m.host.Adopt(u.Name, pid)
		}
	}
	u.awaitEmpty()
	m.touch(u)
	m.run()
	return nil
}

// dropTransient removes the files of a transient unit that is forgotten, and what a client has left with it.
func (m *Manager) dropTransient(u *Unit) {
	u.closeStreams()
	if !u.Transient() {
		return
	}
	if files, ok := m.host.(unitWriter); ok {
		files.RemoveUnitFiles(PlaceTransient, u.Name)
	}
	if texts, ok := m.graph.(unitTexts); ok {
		texts.Discard(u.Name)
	}
}

// closeStreams closes the streams that came with a transient unit.
func (u *Unit) closeStreams() {
	if u.streams == nil {
		return
	}
	for _, fd := range u.streams {
		if fd >= 0 {
			u.host().CloseFDs([]FD{{FD: fd}})
		}
	}
	u.streams = nil
}

// DropIn is one setting that a client changes while the unit is loaded.
type DropIn struct {
	Name string // of the setting
	Text string // a file of a section and a line or several
}

// SetProperties writes drop-ins for a unit and applies them at once (systemctl set-property). With runtime they are
// forgotten at the next boot; those of a transient unit go with it.
func (m *Manager) SetProperties(u *Unit, runtime bool, list []DropIn) error {
	place := PlaceControl
	switch {
	case u.Transient():
		place = PlaceTransient
	case runtime:
		place = PlaceRuntime
	}
	files, writes := m.host.(unitWriter)
	texts, takes := m.graph.(unitTexts)
	if !writes || !takes {
		return refuse(ErrNotSupported, u.Name, "cannot set properties of %s: nothing can be written here", u.Name)
	}
	for _, d := range list {
		const head = "# This is a drop-in unit file extension, created via \"systemctl set-property\"\n# or an equivalent operation. Do not edit.\n"
		text := head + d.Text
		file, err := files.WriteUnitFile(place, u.Name+".d/50-"+d.Name+".conf", text)
		if err != nil {
			return fmt.Errorf("cannot set %s of %s: %w", d.Name, u.Name, err)
		}
		if amended := texts.Amend(u.Name, file, text); amended != nil {
			u.Unit = amended
		}
	}
	if c, ok := u.kind.(configured); ok {
		c.reconfigure()
	}
	m.touch(u)
	return nil
}
