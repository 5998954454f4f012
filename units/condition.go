package units

// conditionKind is one type of condition.
type conditionKind struct {
	path bool   // the value is an absolute path
	why  string // what a container keeps it from knowing
	// conditionOnly kinds have no Assert….
	conditionOnly bool
}

var conditionKinds = map[string]conditionKind{
	"PathExists": {path: true}, "PathExistsGlob": {path: true}, "PathIsDirectory": {path: true},
	"PathIsSymbolicLink": {path: true}, "PathIsMountPoint": {path: true}, "PathIsReadWrite": {path: true},
	"PathIsEncrypted": {path: true, why: "a container does not see how its disks are encrypted"}, "DirectoryNotEmpty": {path: true},
	"FileNotEmpty": {path: true}, "FileIsExecutable": {path: true}, "NeedsUpdate": {path: true},
	"FirstBoot": {}, "Architecture": {}, "Firmware": {why: "a container does not see the firmware", conditionOnly: true}, "Virtualization": {},
	"Host": {}, "KernelCommandLine": {}, "KernelVersion": {}, "Credential": {}, "Security": {}, "Capability": {},
	"ACPower": {}, "Memory": {}, "CPUFeature": {}, "CPUs": {}, "Environment": {}, "User": {}, "Group": {},
	"ControlGroupController": {}, "OSRelease": {}, "MemoryPressure": {}, "CPUPressure": {}, "IOPressure": {},
}
