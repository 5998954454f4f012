// Package units reads systemd unit files: names, search path, drop-ins, values and dependencies.
// A file becomes a typed value once, at load; nothing downstream parses text again.
package units

import "fmt"

// LoadState says how far a unit's files could be read (org.freedesktop.systemd1(5), LoadState).
type LoadState string

// The load states.
const (
	Stub       LoadState = "stub"
	Loaded     LoadState = "loaded"
	NotFound   LoadState = "not-found"
	BadSetting LoadState = "bad-setting"
	LoadError  LoadState = "error"
	Merged     LoadState = "merged"
	Masked     LoadState = "masked"
)

// Problem is one thing wrong in a unit's files. It costs the line it names, never more.
type Problem struct {
	File string // absolute path of the fragment or drop-in
	Line int    // last physical line of the assignment; 0: the file as a whole
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Text)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Unit is one loaded unit: what its files say, and what it depends on.
//
// Everything but Deps is fixed once the unit is loaded. Deps grows on both ends whenever a Graph loads a
// unit that refers to this one.
type Unit struct {
	Name     string   // the id, e.g. "dbus.service"
	Aliases  []string // other names of the same unit
	State    LoadState
	Err      error     // why State is bad-setting, error or not-found
	Fragment string    // path of the main file; empty if there is none
	DropIns  []string  // paths of the drop-ins in the order they were applied
	Problems []Problem // lines that were warned about and skipped
	// stamps are of Fragment and of each of DropIns, as they were read; see Graph.Outdated.
	stamps []stamp

	// Unenforced are the settings that a container does not, or may not, honour.
	Unenforced []Unenforced

	UnitSettings                  // [Unit]
	Install      InstallSettings  // [Install]
	Service      *ServiceSettings // set for services
	Socket       *SocketSettings  // set for sockets
	Timer        *TimerSettings   // set for timers
	Path         *PathSettings    // set for paths
	Mount        *MountSettings   // set for mounts
	Automount    *AutomountSettings
	Swap         *SwapSettings
	Scope        *ScopeSettings
	Exec         *ExecSettings     // set for services, sockets, mounts and swaps
	Kill         *KillSettings     // set for services, sockets, mounts, swaps and scopes
	Resources    *ResourceSettings // set for services, sockets, mounts, swaps, slices and scopes

	// Perpetual units are active from the manager's start to its end and can be neither started nor stopped:
	// the root slice, system.slice, init.scope and the root mount.
	Perpetual bool

	// Provided says why nothing is executed for this unit: PID 1 itself does its work, or it means nothing
	// in a container. Its commands, sockets and conditions are left out, so that starting it succeeds at once.
	Provided string

	// Deps are the effective dependencies, declared, implicit and default ones, in both directions
	// (Requires and RequiredBy, …), by canonical unit name.
	Deps map[Dependency]Set
}

// InstallSettings are the settings of [Install] (systemd.unit(5)); only enable and disable read them.
type InstallSettings struct {
	// Alias are further names, made as links by systemctl enable.
	Alias []string `parse:"install" level:"enforced"`
	// WantedBy are units that want this one once it is enabled.
	WantedBy []string `parse:"install" level:"enforced"`
	// RequiredBy are units that require this one once it is enabled.
	RequiredBy []string `parse:"install" level:"enforced"`
	// UpheldBy are units that uphold this one once it is enabled.
	UpheldBy []string `parse:"install" level:"enforced"`
	// Also are units that are enabled and disabled together with this one.
	Also []string `parse:"install" level:"enforced"`
	// DefaultInstance is the instance that enabling the template enables.
	DefaultInstance string `parse:"install-instance" level:"enforced"`
}

// Set is a set of unit names that keeps the order in which they were added.
type Set struct {
	names []string
	index map[string]int // built when the set grows past a few names
}

// Dependency is a kind of dependency between two units, by systemd's name for it.
type Dependency string

// The dependency kinds; each has an inverse.
const (
	Requires             Dependency = "Requires"
	Requisite            Dependency = "Requisite"
	Wants                Dependency = "Wants"
	BindsTo              Dependency = "BindsTo"
	PartOf               Dependency = "PartOf"
	Upholds              Dependency = "Upholds"
	RequiredBy           Dependency = "RequiredBy"
	RequisiteOf          Dependency = "RequisiteOf"
	WantedBy             Dependency = "WantedBy"
	BoundBy              Dependency = "BoundBy"
	UpheldBy             Dependency = "UpheldBy"
	ConsistsOf           Dependency = "ConsistsOf"
	Conflicts            Dependency = "Conflicts"
	ConflictedBy         Dependency = "ConflictedBy"
	Before               Dependency = "Before"
	After                Dependency = "After"
	OnSuccess            Dependency = "OnSuccess"
	OnSuccessOf          Dependency = "OnSuccessOf"
	OnFailure            Dependency = "OnFailure"
	OnFailureOf          Dependency = "OnFailureOf"
	Triggers             Dependency = "Triggers"
	TriggeredBy          Dependency = "TriggeredBy"
	PropagatesReloadTo   Dependency = "PropagatesReloadTo"
	ReloadPropagatedFrom Dependency = "ReloadPropagatedFrom"
	PropagatesStopTo     Dependency = "PropagatesStopTo"
	StopPropagatedFrom   Dependency = "StopPropagatedFrom"
	JoinsNamespaceOf     Dependency = "JoinsNamespaceOf"
	References           Dependency = "References"
	ReferencedBy         Dependency = "ReferencedBy"
	InSlice              Dependency = "InSlice"
	SliceOf              Dependency = "SliceOf"
)

// Resolver finds units by name; the supervisor sees the unit files only through it.
type Resolver interface {
	// Load returns the unit of that name, loading it and everything it refers to if need be. It never
	// returns nil: a unit without files has State NotFound.
	Load(name string) *Unit
	// Get returns the unit if it is loaded, or nil.
	Get(name string) *Unit
	// Unload forgets a unit that nothing needs any more, so that the next Load reads its files again.
	Unload(name string)
}
