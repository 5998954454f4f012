package units

// MountSettings are the settings of [Mount] that are not shared with other sections (systemd.mount(5)).
type MountSettings struct {
	// What is the device, file or other resource to mount.
	What string `parse:"mount-node" level:"if-permitted" why:"mount"`
	// Where is the mount point; it must agree with the unit's name.
	Where string `parse:"unit-path-printf" level:"if-permitted" why:"mount"`
	// Type is the file system's type; empty lets mount(8) find out.
	Type string `parse:"unit-string-printf" level:"if-permitted" why:"mount"`
	// Options are the mount options, comma separated.
	Options string `parse:"unit-string-printf" level:"if-permitted" why:"mount"`
	// SloppyOptions tolerates options that the file system does not know.
	SloppyOptions bool `parse:"bool" level:"if-permitted" why:"mount"`
	// LazyUnmount detaches the file system at once and cleans up when it is no longer busy.
	LazyUnmount bool `parse:"bool" level:"if-permitted" why:"mount"`
	// ReadWriteOnly fails rather than falling back to a read-only mount.
	ReadWriteOnly bool `parse:"bool" level:"if-permitted" why:"mount"`
	// ForceUnmount unmounts what cannot be reached.
	ForceUnmount bool `parse:"bool" level:"if-permitted" why:"mount"`
	// DirectoryMode is the access mode of mount points and their parents when they are made.
	DirectoryMode FileMode `parse:"mode" level:"if-permitted" why:"mount" default:"0755"`
	// TimeoutSec is how long the mount command may take.
	TimeoutSec Usec `parse:"sec-fix-0" level:"if-permitted" why:"mount" default:"90"`
}

// AutomountSettings are the settings of [Automount] (systemd.automount(5)).
type AutomountSettings struct {
	// Where is the mount point; it must agree with the unit's name.
	Where string `parse:"unit-path-printf" level:"accepted" why:"automount"`
	// ExtraOptions are options for the autofs mount.
	ExtraOptions string `parse:"unit-string-printf" level:"accepted" why:"automount"`
	// DirectoryMode is the access mode of mount points and their parents when they are made.
	DirectoryMode FileMode `parse:"mode" level:"accepted" why:"automount" default:"0755"`
	// TimeoutIdleSec is the idle time after which the file system is unmounted.
	TimeoutIdleSec Usec `parse:"sec-fix-0" level:"accepted" why:"automount"`
}

// SwapSettings are the settings of [Swap] that are not shared with other sections (systemd.swap(5)).
type SwapSettings struct {
	// What is the device or file to swap to.
	What string `parse:"mount-node" level:"accepted" why:"swap"`
	// Priority is the swap priority, -1 to 32767.
	Priority *int `parse:"int" level:"accepted" why:"swap"`
	// Options are those of fstab(5), comma separated.
	Options string `parse:"unit-string-printf" level:"accepted" why:"swap"`
	// TimeoutSec is how long swapon may take.
	TimeoutSec Usec `parse:"sec-fix-0" level:"accepted" why:"swap" default:"90"`
}

// ScopeSettings are the settings of [Scope] that are not shared with other sections (systemd.scope(5)).
type ScopeSettings struct {
	// RuntimeMaxSec is how long the scope may be active.
	RuntimeMaxSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// RuntimeRandomizedExtraSec is a random time added to it, at most.
	RuntimeRandomizedExtraSec Usec `parse:"sec" level:"enforced"`
	// TimeoutStopSec is the time between the stop signal and SIGKILL.
	TimeoutStopSec Usec `parse:"sec" level:"enforced" default:"90"`
	// OOMPolicy says what happens when the kernel kills a process of the scope for want of memory.
	OOMPolicy OOMPolicy `parse:"oom-policy" level:"accepted" why:"cgroup"`
}
