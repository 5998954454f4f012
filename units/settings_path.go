package units

// PathSettings are the settings of [Path] (systemd.path(5)).
type PathSettings struct {
	// Specs are the watched paths in the order of the file.
	Specs []PathSpec `parse:"path-spec" names:"PathExists,PathExistsGlob,PathChanged,PathModified,DirectoryNotEmpty" level:"enforced"`
	// Unit is the unit to start, by default the service of the same name.
	Unit string `parse:"trigger-unit" level:"enforced"`
	// MakeDirectory makes the directories to watch.
	MakeDirectory bool `parse:"bool" level:"enforced"`
	// DirectoryMode is the access mode of directories made, octal.
	DirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// TriggerLimitIntervalSec is the window in which TriggerLimitBurst= activations are allowed.
	TriggerLimitIntervalSec Usec `parse:"sec" level:"enforced" default:"2s"`
	// TriggerLimitBurst is how many activations are allowed in one window; beyond, the unit fails.
	TriggerLimitBurst uint `parse:"unsigned" level:"enforced" default:"200"`
}
