package units

// ExecSettings are the settings of systemd.exec(5): the environment a process is started in.
type ExecSettings struct {
	// WorkingDirectory is the directory in which processes start; "~" is the home of User=, "-" allows it to be
	// missing. Exit status 200 if it cannot be entered.
	WorkingDirectory WorkingDirectory `parse:"working-directory" level:"enforced"`
	// RootDirectory is the new root of the processes. Exit status 210 if it cannot be entered.
	RootDirectory string `parse:"unit-path-fatal" level:"if-permitted" why:"chroot"`
	// RootImage is a disk image that holds the root of the processes.
	RootImage string `parse:"unit-path-fatal" level:"accepted" why:"image"`
	// RootImageOptions are mount options for the partitions of RootImage=.
	RootImageOptions []PartitionOptions `parse:"root-image-options" level:"accepted" why:"image"`
	// RootImagePolicy says what RootImage= must contain.
	RootImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// RootHash is the dm-verity hash of RootImage=, in hexadecimal, or a file with it.
	RootHash string `parse:"exec-root-hash" level:"accepted" why:"image"`
	// RootHashSignature is the signature of RootHash=.
	RootHashSignature string `parse:"exec-root-hash-sig" level:"accepted" why:"image"`
	// RootVerity is the file with the verity data of RootImage=.
	RootVerity string `parse:"unit-path-fatal" level:"accepted" why:"image"`
	// RootEphemeral makes changes to the root vanish with the service.
	RootEphemeral bool `parse:"bool" level:"accepted" why:"image"`
	// ExtensionDirectories are directories laid over the root.
	ExtensionDirectories []string `parse:"namespace-path-strv" level:"accepted" why:"image"`
	// ExtensionImages are images laid over the root.
	ExtensionImages []DiskImage `parse:"extension-images" level:"accepted" why:"image"`
	// ExtensionImagePolicy says what ExtensionImages= must contain.
	ExtensionImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// MountImages are images mounted for the processes.
	MountImages []DiskImage `parse:"mount-images" level:"accepted" why:"image"`
	// MountImagePolicy says what MountImages= must contain.
	MountImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// User is the user, by name or number, as whom processes run. Exit status 217 for one that is not known.
	User string `parse:"user-group-compat" level:"enforced"`
	// Group is their primary group, by default that of User=. Exit status 216 for one that is not known.
	Group string `parse:"user-group-compat" level:"enforced"`
	// SupplementaryGroups are further groups of the processes.
	SupplementaryGroups []string `parse:"user-group-strv-compat" level:"enforced"`
	// SetLoginEnvironment forces or prevents $HOME, $LOGNAME and $SHELL; by default they are set when User= is.
	SetLoginEnvironment Tristate `parse:"tristate" level:"enforced"`
	// Nice is the nice level, -20 (first) to 19. Exit status 201 if it cannot be set.
	Nice *int `parse:"exec-nice" level:"if-permitted" why:"nice"`
	// OOMScoreAdjust is how readily the kernel kills the processes for want of memory, -1000 (never) to 1000.
	OOMScoreAdjust *int `parse:"exec-oom-score-adjust" level:"if-permitted" why:"oom"`
	// CoredumpFilter says what memory goes into a core dump (core(5)).
	CoredumpFilter *CoredumpFilter `parse:"exec-coredump-filter" level:"enforced"`
	// IOSchedulingClass is the I/O class: 0 none, 1 realtime, 2 best-effort, 3 idle.
	IOSchedulingClass *int `parse:"exec-io-class" level:"if-permitted" why:"nice"`
	// IOSchedulingPriority is the priority within the I/O class, 0 (first) to 7.
	IOSchedulingPriority *int `parse:"exec-io-priority" level:"if-permitted" why:"nice"`
	// CPUSchedulingPolicy is the scheduling policy by its number in sched(7). Exit status 214 if it cannot be
	// set.
	CPUSchedulingPolicy *int `parse:"exec-cpu-sched-policy" level:"if-permitted" why:"nice"`
	// CPUSchedulingPriority is the priority of the realtime policies, 1 to 99.
	CPUSchedulingPriority *int `parse:"exec-cpu-sched-prio" level:"if-permitted" why:"nice"`
	// CPUSchedulingResetOnFork keeps children from inheriting a realtime policy.
	CPUSchedulingResetOnFork bool `parse:"bool" level:"if-permitted" why:"nice"`
	// CPUAffinity are the CPUs on which processes may run.
	CPUAffinity []int `parse:"exec-cpu-affinity" level:"enforced"`
	// CPUAffinityFromNUMA is set by CPUAffinity=numa: the CPUs near the nodes of NUMAMask=.
	CPUAffinityFromNUMA bool
	// NUMAPolicy is the memory policy (set_mempolicy(2)).
	NUMAPolicy string `parse:"numa-policy" level:"accepted" why:"numa"`
	// NUMAMask are the nodes of NUMAPolicy=.
	NUMAMask NodeSet `parse:"numa-mask" level:"accepted" why:"numa"`
	// UMask is the file mode creation mask, octal.
	UMask FileMode `parse:"mode" level:"enforced" default:"0022"`
	// Environment are NAME=value assignments; later ones win.
	Environment []string `parse:"environ" level:"enforced"`
	// EnvironmentFile are files with assignments, read before each start; they win over Environment=.
	EnvironmentFile []EnvironmentFile `parse:"unit-env-file" level:"enforced"`
	// PassEnvironment are variables of the manager that processes get.
	PassEnvironment []string `parse:"pass-environ" level:"enforced"`
	// UnsetEnvironment are variables, or exact assignments, removed at the very end.
	UnsetEnvironment []string `parse:"unset-environ" level:"enforced"`
	// DynamicUser runs the processes as a user that exists only as long as the service does.
	DynamicUser bool `parse:"bool-fatal" level:"if-permitted" why:"users"`
	// RemoveIPC removes the IPC objects of the service's user when it stops.
	RemoveIPC bool `parse:"bool" level:"accepted" why:"ipc-sweep"`
	// StandardInput is what descriptor 0 is connected to.
	StandardInput Stdio `parse:"exec-input" level:"enforced" default:"null"`
	// StandardOutput is what descriptor 1 is connected to.
	StandardOutput Stdio `parse:"exec-output" level:"enforced" default:"journal"`
	// StandardError is what descriptor 2 is connected to.
	StandardError Stdio `parse:"exec-output" level:"enforced" default:"inherit"`
	// StandardInputData is what processes read whose StandardInput= is data: lines of text, and what is given as base64,
	// in the order of the assignments.
	StandardInputData []byte `parse:"exec-input-data" level:"enforced" names:"StandardInputText,StandardInputData"`
	// TTYPath is the terminal of StandardInput=tty and its kin, /dev/console by default.
	TTYPath string `parse:"unit-path-printf" level:"if-permitted" why:"tty"`
	// TTYReset resets the terminal before and after.
	TTYReset bool `parse:"bool" level:"if-permitted" why:"tty"`
	// TTYVHangup hangs up all who have the terminal open, before and after.
	TTYVHangup bool `parse:"bool" level:"accepted" why:"tty"`
	// TTYVTDisallocate clears the virtual terminal before and after.
	TTYVTDisallocate bool `parse:"bool" level:"accepted" why:"tty"`
	// TTYRows is the height of the terminal in characters.
	TTYRows *uint `parse:"tty-size" level:"if-permitted" why:"tty"`
	// TTYColumns is the width of the terminal in characters.
	TTYColumns *uint `parse:"tty-size" level:"if-permitted" why:"tty"`
	// SyslogIdentifier is the name under which output is logged; by default that of the program.
	SyslogIdentifier string `parse:"unit-string-printf" level:"enforced"`
	// SyslogFacility is the facility under which output is logged, not shifted.
	SyslogFacility int `parse:"log-facility" level:"enforced" default:"daemon"`
	// SyslogLevel is the level under which output is logged, 0 to 7.
	SyslogLevel int `parse:"log-level" level:"enforced" default:"info"`
	// SyslogLevelPrefix takes "<N>" at the start of a line for its level.
	SyslogLevelPrefix bool `parse:"bool" level:"enforced" default:"yes"`
	// LogLevelMax drops log messages above this level, 7 for none.
	LogLevelMax int `parse:"log-level" level:"enforced" default:"debug"`
	// LogRateLimitIntervalSec is the window in which LogRateLimitBurst= messages are logged; 0 for no limit.
	LogRateLimitIntervalSec Usec `parse:"sec" level:"enforced"`
	// LogRateLimitBurst is how many messages of the service are logged in one window.
	LogRateLimitBurst uint `parse:"unsigned" level:"enforced"`
	// LogExtraFields are FIELD=value pairs added to every log record.
	LogExtraFields []string `parse:"log-extra-fields" level:"enforced"`
	// LogFilterPatterns are patterns that messages must match, or must not with "~".
	LogFilterPatterns []string `parse:"log-filter-patterns" level:"if-permitted" why:"patterns"`
	// SecureBits are the secure bits (capabilities(7)). Exit status 221 if they cannot be set.
	SecureBits int `parse:"exec-secure-bits" level:"if-permitted" why:"caps"`
	// CapabilityBoundingSet are the capabilities that processes can ever have. Exit status 218 if it cannot be
	// set.
	CapabilityBoundingSet CapabilitySet `parse:"capability-set" level:"if-permitted" why:"caps"`
	// AmbientCapabilities are capabilities that processes get in spite of their user.
	AmbientCapabilities CapabilitySet `parse:"capability-set" level:"if-permitted" why:"caps"`
	// TimerSlackNSec is how late timers may be, in nanoseconds.
	TimerSlackNSec *uint64 `parse:"nsec" level:"enforced"`
	// NoNewPrivileges keeps processes from gaining privileges with execve(2).
	NoNewPrivileges bool `parse:"bool" level:"enforced"`
	// KeyringMode says which session keyring processes get.
	KeyringMode KeyringMode `parse:"exec-keyring-mode" level:"if-permitted" default:"private" why:"keyring"`
	// ProtectProc hides the processes of other users in /proc.
	ProtectProc string `parse:"protect-proc" level:"accepted" why:"proc"`
	// ProcSubset hides what is not about processes in /proc.
	ProcSubset string `parse:"proc-subset" level:"accepted" why:"proc"`
	// SystemCallFilter are the system calls that are allowed, or forbidden.
	SystemCallFilter SystemCallFilter `parse:"syscall-filter" level:"accepted" why:"seccomp"`
	// SystemCallArchitectures are the architectures whose system calls are allowed.
	SystemCallArchitectures []string `parse:"syscall-archs" level:"accepted" why:"seccomp"`
	// SystemCallErrorNumber is the error of a forbidden call; by default the process is killed.
	SystemCallErrorNumber FilterErrno `parse:"syscall-errno" level:"accepted" why:"seccomp" default:"kill"`
	// SystemCallLog are the system calls that are logged.
	SystemCallLog SystemCallFilter `parse:"syscall-log" level:"accepted" why:"seccomp"`
	// MemoryDenyWriteExecute forbids memory that is both writable and executable.
	MemoryDenyWriteExecute bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictNamespaces forbids namespaces, all or those listed.
	RestrictNamespaces NamespaceFilter `parse:"restrict-namespaces" level:"accepted" why:"seccomp"`
	// RestrictRealtime forbids realtime scheduling.
	RestrictRealtime bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictSUIDSGID forbids to make files set-user-ID or set-group-ID.
	RestrictSUIDSGID bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictAddressFamilies are the families of sockets that are allowed, or forbidden with "~".
	RestrictAddressFamilies NameFilter `parse:"address-families" level:"accepted" why:"seccomp"`
	// LockPersonality forbids personality(2).
	LockPersonality bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictFileSystems are the file systems that may be used.
	RestrictFileSystems NameFilter `parse:"restrict-filesystems" level:"accepted" why:"bpf"`
	// LimitCPU limits CPU time, in seconds.
	LimitCPU *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitFSIZE limits the size of files, in bytes.
	LimitFSIZE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitDATA limits the data segment, in bytes.
	LimitDATA *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitSTACK limits the stack, in bytes.
	LimitSTACK *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitCORE limits core dumps, in bytes.
	LimitCORE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRSS limits resident memory, in bytes; Linux ignores it.
	LimitRSS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNOFILE limits the number of open files.
	LimitNOFILE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitAS limits the address space, in bytes.
	LimitAS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNPROC limits the number of processes of the user.
	LimitNPROC *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitMEMLOCK limits locked memory, in bytes.
	LimitMEMLOCK *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitLOCKS limits the number of file locks.
	LimitLOCKS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitSIGPENDING limits the number of queued signals.
	LimitSIGPENDING *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitMSGQUEUE limits POSIX message queues, in bytes.
	LimitMSGQUEUE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNICE limits the nice level, as 20 minus the level.
	LimitNICE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRTPRIO limits the realtime priority.
	LimitRTPRIO *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRTTIME limits realtime CPU time without a pause, in microseconds.
	LimitRTTIME *ResourceLimit `parse:"rlimit" level:"enforced"`
	// ReadWritePaths are writable in spite of other settings.
	ReadWritePaths []string `parse:"namespace-path-strv" level:"accepted" alias:"ReadWriteDirectories" why:"mount-ns"`
	// ReadOnlyPaths can only be read.
	ReadOnlyPaths []string `parse:"namespace-path-strv" level:"accepted" alias:"ReadOnlyDirectories" why:"mount-ns"`
	// InaccessiblePaths are hidden.
	InaccessiblePaths []string `parse:"namespace-path-strv" level:"accepted" alias:"InaccessibleDirectories" why:"mount-ns"`
	// ExecPaths may hold programs in spite of NoExecPaths=.
	ExecPaths []string `parse:"namespace-path-strv" level:"accepted" why:"mount-ns"`
	// NoExecPaths must not hold programs.
	NoExecPaths []string `parse:"namespace-path-strv" level:"accepted" why:"mount-ns"`
	// ExecSearchPath are the directories in which programs without a path are looked up.
	ExecSearchPath []string `parse:"colon-separated-paths" level:"enforced"`
	// BindPaths are bound to other places, as SOURCE:DESTINATION:OPTIONS.
	BindPaths []BindMount `parse:"bind-paths" level:"accepted" why:"mount-ns"`
	// BindReadOnlyPaths are bound to other places, read-only.
	BindReadOnlyPaths []BindMount `parse:"bind-paths" level:"accepted" why:"mount-ns"`
	// TemporaryFileSystem are covered by an empty tmpfs.
	TemporaryFileSystem []TemporaryFileSystem `parse:"temporary-filesystems" level:"accepted" why:"mount-ns"`
	// PrivateTmp gives the service its own /tmp and /var/tmp.
	PrivateTmp bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// PrivateDevices gives the service a /dev with pseudo devices only.
	PrivateDevices bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelTunables makes /proc/sys, /sys and their kin read-only.
	ProtectKernelTunables bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelModules forbids to load kernel modules.
	ProtectKernelModules bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelLogs hides the kernel's log.
	ProtectKernelLogs bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectClock forbids to set the clock.
	ProtectClock bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectControlGroups makes the control group tree read-only.
	ProtectControlGroups bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// NetworkNamespacePath is a network namespace to join.
	NetworkNamespacePath string `parse:"unit-path-printf" level:"accepted" why:"namespace"`
	// IPCNamespacePath is an IPC namespace to join.
	IPCNamespacePath string `parse:"unit-path-printf" level:"accepted" why:"namespace"`
	// LogNamespace is a journal of the service's own.
	LogNamespace string `parse:"log-namespace" level:"accepted" why:"journal-ns"`
	// PrivateNetwork gives the service a network with only a loopback device.
	PrivateNetwork bool `parse:"bool" level:"accepted" why:"net-ns"`
	// PrivateUsers gives the service a user namespace.
	PrivateUsers bool `parse:"bool" level:"accepted" why:"user-ns"`
	// PrivateMounts gives the service a mount namespace.
	PrivateMounts Tristate `parse:"tristate" level:"accepted" why:"mount-ns"`
	// PrivateIPC gives the service an IPC namespace.
	PrivateIPC bool `parse:"bool" level:"accepted" why:"ipc-ns"`
	// ProtectSystem makes /usr ("yes"), also /etc ("full"), or everything ("strict") read-only.
	ProtectSystem string `parse:"protect-system" level:"accepted" why:"mount-ns"`
	// ProtectHome hides /home, /root and /run/user, or makes them read-only.
	ProtectHome string `parse:"protect-home" level:"accepted" why:"mount-ns"`
	// MountFlags says how mounts propagate.
	MountFlags string `parse:"exec-mount-propagation-flag" level:"accepted" why:"mount-ns"`
	// MountAPIVFS mounts /proc, /sys, /dev and /run in a root of the service's own.
	MountAPIVFS Tristate `parse:"tristate" level:"accepted" why:"mount-ns"`
	// Personality is the architecture that uname(2) reports.
	Personality string `parse:"personality" level:"if-permitted" why:"personality"`
	// RuntimeDirectoryPreserve keeps the runtime directories after a stop, or over a restart.
	RuntimeDirectoryPreserve PreserveMode `parse:"exec-preserve-mode" level:"enforced" default:"no"`
	// RuntimeDirectoryMode is the access mode of runtime directories.
	RuntimeDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// RuntimeDirectory are directories made below /run and removed on stop; $RUNTIME_DIRECTORY. Exit status
	// 233.
	RuntimeDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// StateDirectoryMode is the access mode of state directories.
	StateDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// StateDirectory are directories made below /var/lib; $STATE_DIRECTORY. Exit status 238.
	StateDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// CacheDirectoryMode is the access mode of cache directories.
	CacheDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// CacheDirectory are directories made below /var/cache; $CACHE_DIRECTORY. Exit status 239.
	CacheDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// LogsDirectoryMode is the access mode of log directories.
	LogsDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// LogsDirectory are directories made below /var/log; $LOGS_DIRECTORY. Exit status 240.
	LogsDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// ConfigurationDirectoryMode is the access mode of configuration directories.
	ConfigurationDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// ConfigurationDirectory are directories made below /etc; $CONFIGURATION_DIRECTORY. Exit status 241.
	ConfigurationDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// SetCredential are credentials with their values; $CREDENTIALS_DIRECTORY. Exit status 243.
	SetCredential []Credential `parse:"set-credential" level:"enforced"`
	// SetCredentialEncrypted are encrypted credentials with their values.
	SetCredentialEncrypted []Credential `parse:"set-credential" level:"accepted" why:"encrypted"`
	// LoadCredential are credentials read from files.
	LoadCredential []Credential `parse:"load-credential" level:"enforced"`
	// LoadCredentialEncrypted are credentials read from encrypted files.
	LoadCredentialEncrypted []Credential `parse:"load-credential" level:"accepted" why:"encrypted"`
	// ImportCredential are patterns of the manager's credentials that the service gets.
	ImportCredential []string `parse:"import-credential" level:"enforced"`
	// TimeoutCleanSec is how long systemctl clean may take.
	TimeoutCleanSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// PAMName is the PAM service of a session that is opened for the service.
	PAMName string `parse:"unit-string-printf" level:"accepted" why:"pam"`
	// IgnoreSIGPIPE starts processes with SIGPIPE ignored.
	IgnoreSIGPIPE bool `parse:"bool" level:"enforced" default:"yes"`
	// UtmpIdentifier is the id of an entry in utmp.
	UtmpIdentifier string `parse:"unit-string-printf" level:"accepted" why:"utmp"`
	// UtmpMode is the kind of that entry.
	UtmpMode string `parse:"exec-utmp-mode" level:"accepted" default:"init" why:"utmp"`
	// SELinuxContext is the SELinux context of the processes.
	SELinuxContext string `parse:"exec-selinux-context" level:"accepted" why:"lsm"`
	// AppArmorProfile is the AppArmor profile of the processes.
	AppArmorProfile string `parse:"exec-apparmor-profile" level:"accepted" why:"apparmor"`
	// SmackProcessLabel is the SMACK label of the processes.
	SmackProcessLabel string `parse:"exec-smack-process-label" level:"accepted" why:"lsm"`
	// ProtectHostname keeps the service from changing the host name.
	ProtectHostname bool `parse:"bool" level:"accepted" why:"uts-ns"`
	// MemoryKSM lets the kernel merge equal pages of the service.
	MemoryKSM Tristate `parse:"tristate" level:"if-permitted" why:"ksm"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"Capabilities" obsolete:"Capabilities" level:"accepted" why:"obsolete"`
}
