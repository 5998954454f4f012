package units

// ExecSettings are the settings of systemd.exec(5): the environment a process is started in.
type ExecSettings struct {
	// WorkingDirectory: chdir in child; "~" = home of User; "-" prefix ignores ENOENT; failure exit 200
	WorkingDirectory WorkingDirectory `parse:"working-directory" level:"enforced"`
	// RootDirectory: systemd insists (exit 226 without mount ns); plain chroot(2) works with CAP_SYS_CHROOT (docker grants it), failure exit 210
	RootDirectory string `parse:"unit-path-printf" level:"if-permitted" why:"chroot"`
	// RootImage: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootImage string `parse:"unit-path-printf" level:"accepted" why:"image"`
	// RootImageOptions: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootImageOptions []string `parse:"root-image-options" level:"accepted" why:"image"`
	// RootImagePolicy: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// RootHash: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootHash string `parse:"exec-root-hash" level:"accepted" why:"image"`
	// RootHashSignature: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootHashSignature string `parse:"exec-root-hash-sig" level:"accepted" why:"image"`
	// RootVerity: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootVerity string `parse:"unit-path-printf" level:"accepted" why:"image"`
	// RootEphemeral: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	RootEphemeral bool `parse:"bool" level:"accepted" why:"image"`
	// ExtensionDirectories: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	ExtensionDirectories []string `parse:"namespace-path-strv" level:"accepted" why:"image"`
	// ExtensionImages: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	ExtensionImages []string `parse:"extension-images" level:"accepted" why:"image"`
	// ExtensionImagePolicy: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	ExtensionImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// MountImages: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	MountImages []string `parse:"mount-images" level:"accepted" why:"image"`
	// MountImagePolicy: loop devices/dm-verity/overlay images: not possible; refuse via 226 or notice
	MountImagePolicy string `parse:"image-policy" level:"accepted" why:"image"`
	// User: setgroups/setgid/setuid in child (CAP_SETUID/GID are in default docker set); unknown user exit 217, group 216; sets USER/LOGNAME/HOME/SHELL
	User string `parse:"user-group-compat" level:"enforced"`
	// Group: setgroups/setgid/setuid in child (CAP_SETUID/GID are in default docker set); unknown user exit 217, group 216; sets USER/LOGNAME/HOME/SHELL
	Group string `parse:"user-group-compat" level:"enforced"`
	// SupplementaryGroups: setgroups/setgid/setuid in child (CAP_SETUID/GID are in default docker set); unknown user exit 217, group 216; sets USER/LOGNAME/HOME/SHELL
	SupplementaryGroups []string `parse:"user-group-strv-compat" level:"enforced"`
	// SetLoginEnvironment: tristate: force HOME/LOGNAME/SHELL
	SetLoginEnvironment Tristate `parse:"tristate" level:"enforced"`
	// Nice: setpriority; raising priority needs CAP_SYS_NICE (failure exit 201)
	Nice *int `parse:"exec-nice" level:"if-permitted" why:"nice"`
	// OOMScoreAdjust: write /proc/self/oom_score_adj; lowering needs CAP_SYS_RESOURCE: EPERM is ignored in containers by systemd
	OOMScoreAdjust *int `parse:"exec-oom-score-adjust" level:"if-permitted" why:"oom"`
	// CoredumpFilter: /proc/self/coredump_filter
	CoredumpFilter string `parse:"exec-coredump-filter" level:"enforced"`
	// IOSchedulingClass: ioprio_set; realtime needs privilege
	IOSchedulingClass *int `parse:"exec-io-class" level:"if-permitted" why:"nice"`
	// IOSchedulingPriority: ioprio_set; realtime needs privilege
	IOSchedulingPriority *int `parse:"exec-io-priority" level:"if-permitted" why:"nice"`
	// CPUSchedulingPolicy: sched_setscheduler; RT needs CAP_SYS_NICE; failure exit 214
	CPUSchedulingPolicy *int `parse:"exec-cpu-sched-policy" level:"if-permitted" why:"nice"`
	// CPUSchedulingPriority: sched_setscheduler; RT needs CAP_SYS_NICE; failure exit 214
	CPUSchedulingPriority *int `parse:"exec-cpu-sched-prio" level:"if-permitted" why:"nice"`
	// CPUSchedulingResetOnFork: sched_setscheduler; RT needs CAP_SYS_NICE; failure exit 214
	CPUSchedulingResetOnFork bool `parse:"bool" level:"if-permitted" why:"nice"`
	// CPUAffinity: sched_setaffinity (within cpuset)
	CPUAffinity []int `parse:"exec-cpu-affinity" level:"enforced"`
	// NUMAPolicy: set_mempolicy is blocked by docker seccomp without SYS_NICE: warn
	NUMAPolicy string `parse:"numa-policy" level:"accepted" why:"numa"`
	// NUMAMask: set_mempolicy is blocked by docker seccomp without SYS_NICE: warn
	NUMAMask string `parse:"numa-mask" level:"accepted" why:"numa"`
	// UMask: umask, default 0022
	UMask FileMode `parse:"mode" level:"enforced" default:"0022"`
	// Environment: see environ/env_file/env_expand vectors
	Environment []string `parse:"environ" level:"enforced"`
	// EnvironmentFile: see environ/env_file/env_expand vectors
	EnvironmentFile []EnvironmentFile `parse:"unit-env-file" level:"enforced"`
	// PassEnvironment: see environ/env_file/env_expand vectors
	PassEnvironment []string `parse:"pass-environ" level:"enforced"`
	// UnsetEnvironment: see environ/env_file/env_expand vectors
	UnsetEnvironment []string `parse:"unset-environ" level:"enforced"`
	// DynamicUser: allocate uid 61184..65519 by name hash + setuid; implied sandboxing only if possible; dirs under private/
	DynamicUser bool `parse:"bool" level:"if-permitted" why:"users"`
	// RemoveIPC: remove SysV/POSIX IPC of the uid on stop
	RemoveIPC bool `parse:"bool" level:"accepted" why:"ipc-sweep"`
	// StandardInput: null tty tty-force tty-fail data file:PATH socket fd[:NAME]
	StandardInput Stdio `parse:"exec-input" level:"enforced" default:"null"`
	// StandardOutput: inherit null tty journal kmsg journal+console kmsg+console file: append: truncate: socket fd[:NAME] (syslog* warns -> journal)
	StandardOutput Stdio `parse:"exec-output" level:"enforced" default:"journal"`
	// StandardError: inherit null tty journal kmsg journal+console kmsg+console file: append: truncate: socket fd[:NAME] (syslog* warns -> journal)
	StandardError Stdio `parse:"exec-output" level:"enforced" default:"inherit"`
	// StandardInputText: text with C-unescape+specifier, newline appended; base64 data; implies StandardInput=data if default
	StandardInputText []byte `parse:"exec-input-text" level:"enforced"`
	// StandardInputData: text with C-unescape+specifier, newline appended; base64 data; implies StandardInput=data if default
	StandardInputData []byte `parse:"exec-input-data" level:"enforced"`
	// TTYPath: only if a tty is in the container (/dev/console)
	TTYPath string `parse:"unit-path-printf" level:"if-permitted" why:"tty"`
	// TTYReset: only if a tty is in the container (/dev/console)
	TTYReset bool `parse:"bool" level:"if-permitted" why:"tty"`
	// TTYVHangup: only if a tty is in the container (/dev/console)
	TTYVHangup bool `parse:"bool" level:"accepted" why:"tty"`
	// TTYVTDisallocate: only if a tty is in the container (/dev/console)
	TTYVTDisallocate bool `parse:"bool" level:"accepted" why:"tty"`
	// TTYRows: only if a tty is in the container (/dev/console)
	TTYRows *uint `parse:"tty-size" level:"if-permitted" why:"tty"`
	// TTYColumns: only if a tty is in the container (/dev/console)
	TTYColumns *uint `parse:"tty-size" level:"if-permitted" why:"tty"`
	// SyslogIdentifier: metadata of own journal records
	SyslogIdentifier string `parse:"unit-string-printf" level:"enforced"`
	// SyslogFacility: metadata of own journal records
	SyslogFacility int `parse:"log-facility" level:"enforced" default:"daemon"`
	// SyslogLevel: metadata of own journal records
	SyslogLevel int `parse:"log-level" level:"enforced" default:"info"`
	// SyslogLevelPrefix: metadata of own journal records
	SyslogLevelPrefix bool `parse:"bool" level:"enforced" default:"yes"`
	// LogLevelMax: metadata of own journal records
	LogLevelMax int `parse:"log-level" level:"enforced" default:"debug"`
	// LogRateLimitIntervalSec: metadata of own journal records
	LogRateLimitIntervalSec Usec `parse:"sec" level:"enforced"`
	// LogRateLimitBurst: metadata of own journal records
	LogRateLimitBurst uint `parse:"unsigned" level:"enforced"`
	// LogExtraFields: metadata of own journal records
	LogExtraFields []string `parse:"log-extra-fields" level:"enforced"`
	// LogFilterPatterns: regexp (PCRE2 in systemd; RE2 subset in Go)
	LogFilterPatterns []string `parse:"log-filter-patterns" level:"if-permitted" why:"patterns"`
	// SecureBits: prctl(PR_SET_SECUREBITS) needs CAP_SETPCAP; exit 221(SECUREBITS)
	SecureBits int `parse:"exec-secure-bits" level:"if-permitted" why:"caps"`
	// CapabilityBoundingSet: drop bounding/ambient caps; CAP_SETPCAP needed (docker grants); lists merge, ~ inverts
	CapabilityBoundingSet CapabilitySet `parse:"capability-set" level:"if-permitted" why:"caps"`
	// AmbientCapabilities: drop bounding/ambient caps; CAP_SETPCAP needed (docker grants); lists merge, ~ inverts
	AmbientCapabilities CapabilitySet `parse:"capability-set" level:"if-permitted" why:"caps"`
	// TimerSlackNSec: prctl
	TimerSlackNSec *uint64 `parse:"nsec" level:"enforced"`
	// NoNewPrivileges: prctl(PR_SET_NO_NEW_PRIVS); also forced by seccomp settings when unprivileged
	NoNewPrivileges bool `parse:"bool" level:"enforced"`
	// KeyringMode: keyctl usually blocked; systemd ignores EPERM/ENOSYS
	KeyringMode KeyringMode `parse:"exec-keyring-mode" level:"if-permitted" default:"private" why:"keyring"`
	// ProtectProc: needs mounting a new procfs
	ProtectProc string `parse:"protect-proc" level:"accepted" why:"proc"`
	// ProcSubset: needs mounting a new procfs
	ProcSubset string `parse:"proc-subset" level:"accepted" why:"proc"`
	// SystemCallFilter: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	SystemCallFilter SystemCallFilter `parse:"syscall-filter" level:"accepted" why:"seccomp"`
	// SystemCallArchitectures: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	SystemCallArchitectures []string `parse:"syscall-archs" level:"accepted" why:"seccomp"`
	// SystemCallErrorNumber: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	SystemCallErrorNumber string `parse:"syscall-errno" level:"accepted" why:"seccomp"`
	// SystemCallLog: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	SystemCallLog SystemCallFilter `parse:"syscall-log" level:"accepted" why:"seccomp"`
	// MemoryDenyWriteExecute: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	MemoryDenyWriteExecute bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictNamespaces: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	RestrictNamespaces string `parse:"restrict-namespaces" level:"accepted" why:"seccomp"`
	// RestrictRealtime: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	RestrictRealtime bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictSUIDSGID: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	RestrictSUIDSGID bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictAddressFamilies: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	RestrictAddressFamilies []string `parse:"address-families" level:"accepted" why:"seccomp"`
	// LockPersonality: seccomp filter works unprivileged with NNP; needs own BPF assembler; @groups tables; otherwise notice
	LockPersonality bool `parse:"bool" level:"accepted" why:"seccomp"`
	// RestrictFileSystems: BPF LSM
	RestrictFileSystems []string `parse:"restrict-filesystems" level:"accepted" why:"bpf"`
	// LimitCPU: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitCPU *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitFSIZE: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitFSIZE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitDATA: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitDATA *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitSTACK: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitSTACK *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitCORE: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitCORE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRSS: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitRSS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNOFILE: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitNOFILE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitAS: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitAS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNPROC: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitNPROC *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitMEMLOCK: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitMEMLOCK *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitLOCKS: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitLOCKS *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitSIGPENDING: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitSIGPENDING *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitMSGQUEUE: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitMSGQUEUE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitNICE: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitNICE *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRTPRIO: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitRTPRIO *ResourceLimit `parse:"rlimit" level:"enforced"`
	// LimitRTTIME: setrlimit soft[:hard]; cannot exceed container hard limit w/o CAP_SYS_RESOURCE: clamp (setrlimit_closest); exit 205 otherwise
	LimitRTTIME *ResourceLimit `parse:"rlimit" level:"enforced"`
	// ReadWritePaths: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ReadWritePaths []string `parse:"namespace-path-strv" level:"accepted" alias:"ReadWriteDirectories" why:"mount-ns"`
	// ReadOnlyPaths: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ReadOnlyPaths []string `parse:"namespace-path-strv" level:"accepted" alias:"ReadOnlyDirectories" why:"mount-ns"`
	// InaccessiblePaths: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	InaccessiblePaths []string `parse:"namespace-path-strv" level:"accepted" alias:"InaccessibleDirectories" why:"mount-ns"`
	// ExecPaths: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ExecPaths []string `parse:"namespace-path-strv" level:"accepted" why:"mount-ns"`
	// NoExecPaths: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	NoExecPaths []string `parse:"namespace-path-strv" level:"accepted" why:"mount-ns"`
	// ExecSearchPath: PATH used to look up relative executables
	ExecSearchPath []string `parse:"colon-separated-paths" level:"enforced"`
	// BindPaths: systemd insists here (insist_on_sandboxing): exit 226 NAMESPACE when mount ns impossible, except binds onto themselves
	BindPaths []string `parse:"bind-paths" level:"accepted" why:"mount-ns"`
	// BindReadOnlyPaths: systemd insists here (insist_on_sandboxing): exit 226 NAMESPACE when mount ns impossible, except binds onto themselves
	BindReadOnlyPaths []string `parse:"bind-paths" level:"accepted" why:"mount-ns"`
	// TemporaryFileSystem: systemd insists here (insist_on_sandboxing): exit 226 NAMESPACE when mount ns impossible, except binds onto themselves
	TemporaryFileSystem []string `parse:"temporary-filesystems" level:"accepted" why:"mount-ns"`
	// PrivateTmp: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	PrivateTmp bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// PrivateDevices: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	PrivateDevices bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelTunables: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectKernelTunables bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelModules: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectKernelModules bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectKernelLogs: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectKernelLogs bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectClock: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectClock bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// ProtectControlGroups: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectControlGroups bool `parse:"bool" level:"accepted" why:"mount-ns"`
	// NetworkNamespacePath: unshare(CLONE_NEWNET/IPC/USER) or setns; EPERM => systemd warns and goes on for PrivateNetwork/IPC (exit 225 otherwise)
	NetworkNamespacePath string `parse:"unit-path-printf" level:"accepted" why:"namespace"`
	// IPCNamespacePath: unshare(CLONE_NEWNET/IPC/USER) or setns; EPERM => systemd warns and goes on for PrivateNetwork/IPC (exit 225 otherwise)
	IPCNamespacePath string `parse:"unit-path-printf" level:"accepted" why:"namespace"`
	// LogNamespace: needs journald namespaces
	LogNamespace string `parse:"log-namespace" level:"accepted" why:"journal-ns"`
	// PrivateNetwork: unshare(CLONE_NEWNET/IPC/USER) or setns; EPERM => systemd warns and goes on for PrivateNetwork/IPC (exit 225 otherwise)
	PrivateNetwork bool `parse:"bool" level:"accepted" why:"net-ns"`
	// PrivateUsers: unshare(CLONE_NEWNET/IPC/USER) or setns; EPERM => systemd warns and goes on for PrivateNetwork/IPC (exit 225 otherwise)
	PrivateUsers bool `parse:"bool" level:"accepted" why:"user-ns"`
	// PrivateMounts: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	PrivateMounts Tristate `parse:"tristate" level:"accepted" why:"mount-ns"`
	// PrivateIPC: unshare(CLONE_NEWNET/IPC/USER) or setns; EPERM => systemd warns and goes on for PrivateNetwork/IPC (exit 225 otherwise)
	PrivateIPC bool `parse:"bool" level:"accepted" why:"ipc-ns"`
	// ProtectSystem: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectSystem string `parse:"protect-system" level:"accepted" why:"mount-ns"`
	// ProtectHome: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectHome string `parse:"protect-home" level:"accepted" why:"mount-ns"`
	// MountFlags: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	MountFlags string `parse:"exec-mount-propagation-flag" level:"accepted" why:"mount-ns"`
	// MountAPIVFS: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	MountAPIVFS Tristate `parse:"tristate" level:"accepted" why:"mount-ns"`
	// Personality: personality(2), docker seccomp allows few
	Personality string `parse:"personality" level:"if-permitted" why:"personality"`
	// RuntimeDirectoryPreserve: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	RuntimeDirectoryPreserve PreserveMode `parse:"exec-preserve-mode" level:"enforced" default:"no"`
	// RuntimeDirectoryMode: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	RuntimeDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// RuntimeDirectory: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	RuntimeDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// StateDirectoryMode: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	StateDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// StateDirectory: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	StateDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// CacheDirectoryMode: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	CacheDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// CacheDirectory: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	CacheDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// LogsDirectoryMode: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	LogsDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// LogsDirectory: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	LogsDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// ConfigurationDirectoryMode: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	ConfigurationDirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// ConfigurationDirectory: create below /run,/var/lib,/var/cache,/var/log,/etc owned by User; env RUNTIME_DIRECTORY etc colon-joined; runtime removed on stop unless Preserve; "name:alias[:ro]" symlinks
	ConfigurationDirectory []ExecDirectory `parse:"exec-directories" level:"enforced"`
	// SetCredential: files in /run/credentials/UNIT (0400/0500, plain dir when ramfs mount impossible), $CREDENTIALS_DIRECTORY, %d
	SetCredential []Credential `parse:"set-credential" level:"enforced"`
	// SetCredentialEncrypted: needs host key/TPM decryption
	SetCredentialEncrypted []Credential `parse:"set-credential" level:"accepted" why:"encrypted"`
	// LoadCredential: files in /run/credentials/UNIT (0400/0500, plain dir when ramfs mount impossible), $CREDENTIALS_DIRECTORY, %d
	LoadCredential []Credential `parse:"load-credential" level:"enforced"`
	// LoadCredentialEncrypted: needs host key/TPM decryption
	LoadCredentialEncrypted []Credential `parse:"load-credential" level:"accepted" why:"encrypted"`
	// ImportCredential: files in /run/credentials/UNIT (0400/0500, plain dir when ramfs mount impossible), $CREDENTIALS_DIRECTORY, %d
	ImportCredential []string `parse:"import-credential" level:"enforced"`
	// TimeoutCleanSec: systemctl clean timeout
	TimeoutCleanSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// PAMName: static Go binary cannot load PAM; notice (limits/env of PAM not applied)
	PAMName string `parse:"unit-string-printf" level:"accepted" why:"pam"`
	// IgnoreSIGPIPE: default yes: SIG_IGN for SIGPIPE in child
	IgnoreSIGPIPE bool `parse:"bool" level:"enforced" default:"yes"`
	// UtmpIdentifier: utmp record if /run/utmp exists
	UtmpIdentifier string `parse:"unit-string-printf" level:"accepted" why:"utmp"`
	// UtmpMode: utmp record if /run/utmp exists
	UtmpMode string `parse:"exec-utmp-mode" level:"accepted" default:"init" why:"utmp"`
	// SELinuxContext: LSM; "-" prefix or SELinux absent: no-op
	SELinuxContext string `parse:"exec-selinux-context" level:"accepted" why:"lsm"`
	// AppArmorProfile: write /proc/self/attr/(apparmor/)exec if AppArmor on
	AppArmorProfile string `parse:"exec-apparmor-profile" level:"accepted" why:"apparmor"`
	// SmackProcessLabel: LSM; "-" prefix or SELinux absent: no-op
	SmackProcessLabel string `parse:"exec-smack-process-label" level:"accepted" why:"lsm"`
	// ProtectHostname: mount namespace needs CAP_SYS_ADMIN; when unavailable systemd logs "assuming containerized execution, ignoring" (unless bind/tmpfs/root image strictly required: exit 226)
	ProtectHostname bool `parse:"bool" level:"accepted" why:"uts-ns"`
	// MemoryKSM: prctl PR_SET_MEMORY_MERGE
	MemoryKSM Tristate `parse:"tristate" level:"if-permitted" why:"ksm"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"Capabilities" obsolete:"Capabilities" level:"accepted" why:"obsolete"`
}
