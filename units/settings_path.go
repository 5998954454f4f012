package units

// PathSettings are the settings of [Path] (systemd.path(5)).
type PathSettings struct {
	// Specs are the watched paths in the order of the file.
	Specs []PathSpec `parse:"path-spec" names:"PathExists,PathExistsGlob,PathChanged,PathModified,DirectoryNotEmpty" level:"enforced"`
	// Unit: as documented
	Unit string `parse:"trigger-unit" level:"enforced"`
	// MakeDirectory: as documented
	MakeDirectory bool `parse:"bool" level:"enforced"`
	// DirectoryMode: as documented
	DirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// TriggerLimitIntervalSec: trigger limit 2s/200 -> trigger-limit-hit
	TriggerLimitIntervalSec Usec `parse:"sec" level:"enforced" default:"2s"`
	// TriggerLimitBurst: trigger limit 2s/200 -> trigger-limit-hit
	TriggerLimitBurst uint `parse:"unsigned" level:"enforced" default:"200"`
}
