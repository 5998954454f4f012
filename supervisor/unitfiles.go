package supervisor

import "path"

// installation is what a Resolver may be besides: it tells how unit files are installed (package install).
type installation interface {
	FileState(name string) string
	FilePreset(name string) string
	FilesChanged()
}

// outdating is what a Resolver may be besides: it tells whether a unit would be another one if its files were read
// anew.
type outdating interface{ Outdated(name string) bool }

// FileState is how the unit's file is installed ("enabled", "static", "masked", …; systemctl(1), is-enabled);
// empty if it has none.
func (u *Unit) FileState() string {
	if u.Transient() {
		return "transient" // it may be younger than what the resolver knows of files
	}
	if g, ok := u.m.graph.(installation); ok && u.Fragment != "" {
		return g.FileState(u.Name)
	}
	return ""
}

// FilePreset is what the preset files say about the unit's file ("enabled", "disabled" or "ignored";
// systemd.preset(5)); empty if it has none.
func (u *Unit) FilePreset() string {
	if g, ok := u.m.graph.(installation); ok && u.Fragment != "" {
		return g.FilePreset(path.Base(u.Fragment))
	}
	return ""
}

// NeedDaemonReload tells whether the unit's files have changed since they were read. Of units that were enabled,
// disabled and the like it is not known which others that concerns, so it then holds for all.
func (u *Unit) NeedDaemonReload() bool {
	if u.m.filesChanged {
		return true
	}
	g, ok := u.m.graph.(outdating)
	return ok && g.Outdated(u.Name)
}

// UnitFilesChanged tells the manager that unit files were enabled, disabled, masked or the like. What it knows of
// its units stays as it is until they are read anew.
func (m *Manager) UnitFilesChanged() {
	m.filesChanged = true
	if g, ok := m.graph.(installation); ok {
		g.FilesChanged()
	}
}
