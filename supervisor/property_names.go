package supervisor

// The properties of each interface of org.freedesktop.systemd1(5), in the order in which systemctl show prints
// them, as NAME:SIGNATURE. What a name stands for is found by name: in stateOf, among the settings, or in absent.
// The sign at the end says how changes are told of on the bus (Emits); without one the value changes only when
// unit files are loaded anew.

// serviceProperties are those of org.freedesktop.systemd1.Service alone.
const serviceProperties = `
	Type:s ExitType:s Restart:s RestartMode:s PIDFile:s NotifyAccess:s RestartUSec:t RestartSteps:u
	RestartMaxDelayUSec:t RestartUSecNext:t- TimeoutStartUSec:t TimeoutStopUSec:t TimeoutAbortUSec:t-
	TimeoutStartFailureMode:s TimeoutStopFailureMode:s RuntimeMaxUSec:t RuntimeRandomizedExtraUSec:t
	WatchdogUSec:t- WatchdogTimestamp:t- WatchdogTimestampMonotonic:t- RootDirectoryStartOnly:b RemainAfterExit:b
	GuessMainPID:b RestartPreventExitStatus:(aiai) RestartForceExitStatus:(aiai) SuccessExitStatus:(aiai)
	MainPID:u+ ControlPID:u+ BusName:s FileDescriptorStoreMax:u NFileDescriptorStore:u-
	FileDescriptorStorePreserve:s StatusText:s+ StatusErrno:i+ StatusBusError:s+ Result:s+ ReloadResult:s+
	CleanResult:s+ USBFunctionDescriptors:s USBFunctionStrings:s UID:u+ GID:u+ NRestarts:u+ OOMPolicy:s
	OpenFile:a(sst) ReloadSignal:i ExecMainStartTimestamp:t+ ExecMainStartTimestampMonotonic:t+
	ExecMainExitTimestamp:t+ ExecMainExitTimestampMonotonic:t+ ExecMainHandoffTimestamp:t+
	ExecMainHandoffTimestampMonotonic:t+ ExecMainPID:u+ ExecMainCode:i+ ExecMainStatus:i+
	ExecCondition:a(sasbttttuii)! ExecConditionEx:a(sasasttttuii)! ExecStartPre:a(sasbttttuii)!
	ExecStartPreEx:a(sasasttttuii)! ExecStart:a(sasbttttuii)! ExecStartEx:a(sasasttttuii)!
	ExecStartPost:a(sasbttttuii)! ExecStartPostEx:a(sasasttttuii)! ExecReload:a(sasbttttuii)!
	ExecReloadEx:a(sasasttttuii)! ExecStop:a(sasbttttuii)! ExecStopEx:a(sasasttttuii)! ExecStopPost:a(sasbttttuii)!
	ExecStopPostEx:a(sasasttttuii)!
`

// socketProperties are those of org.freedesktop.systemd1.Socket alone.
const socketProperties = `
	BindIPv6Only:s Backlog:u TimeoutUSec:t BindToDevice:s SocketUser:s SocketGroup:s SocketMode:u DirectoryMode:u
	Accept:b FlushPending:b Writable:b KeepAlive:b KeepAliveTimeUSec:t KeepAliveIntervalUSec:t KeepAliveProbes:u
	DeferAcceptUSec:t NoDelay:b Priority:i ReceiveBuffer:t SendBuffer:t IPTOS:i IPTTL:i PipeSize:t FreeBind:b
	Transparent:b Broadcast:b PassCredentials:b PassFileDescriptorsToExec:b PassSecurity:b PassPacketInfo:b
	Timestamping:s RemoveOnStop:b Listen:a(ss) Symlinks:as Mark:i MaxConnections:u MaxConnectionsPerSource:u
	MessageQueueMaxMessages:x MessageQueueMessageSize:x TCPCongestion:s ReusePort:b SmackLabel:s SmackLabelIPIn:s
	SmackLabelIPOut:s ControlPID:u+ Result:s+ NConnections:u- NAccepted:u- NRefused:u- FileDescriptorName:s-
	SocketProtocol:i TriggerLimitIntervalUSec:t TriggerLimitBurst:u PollLimitIntervalUSec:t PollLimitBurst:u UID:u+
	GID:u+ ExecStartPre:a(sasbttttuii)! ExecStartPost:a(sasbttttuii)! ExecStopPre:a(sasbttttuii)!
	ExecStopPost:a(sasbttttuii)!
`

// timerProperties are those of org.freedesktop.systemd1.Timer.
const timerProperties = `
	Unit:s TimersMonotonic:a(stt)! TimersCalendar:a(sst)! OnClockChange:b OnTimezoneChange:b
	NextElapseUSecRealtime:t+ NextElapseUSecMonotonic:t+ LastTriggerUSec:t+ LastTriggerUSecMonotonic:t+ Result:s+
	AccuracyUSec:t RandomizedDelayUSec:t FixedRandomDelay:b Persistent:b WakeSystem:b RemainAfterElapse:b
`

// pathProperties are those of org.freedesktop.systemd1.Path.
const pathProperties = `
	Unit:s Paths:a(ss) MakeDirectory:b DirectoryMode:u Result:s+ TriggerLimitIntervalUSec:t TriggerLimitBurst:u
`

// mountProperties are those of org.freedesktop.systemd1.Mount alone.
const mountProperties = `
	Where:s What:s+ Options:s+ Type:s+ TimeoutUSec:t ControlPID:u+ DirectoryMode:u SloppyOptions:b LazyUnmount:b
	ForceUnmount:b ReadWriteOnly:b Result:s+ UID:u+ GID:u+ ExecMount:a(sasbttttuii)! ExecUnmount:a(sasbttttuii)!
	ExecRemount:a(sasbttttuii)!
`

// automountProperties are those of org.freedesktop.systemd1.Automount.
const automountProperties = `
	Where:s ExtraOptions:s DirectoryMode:u Result:s+ TimeoutIdleUSec:t
`

// swapProperties are those of org.freedesktop.systemd1.Swap alone.
const swapProperties = `
	What:s+ Priority:i+ Options:s+ TimeoutUSec:t ControlPID:u+ Result:s+ UID:u+ GID:u+ ExecActivate:a(sasbttttuii)!
	ExecDeactivate:a(sasbttttuii)!
`

// scopeProperties are those of org.freedesktop.systemd1.Scope alone.
const scopeProperties = `
	Controller:s+ TimeoutStopUSec:t Result:s+ RuntimeMaxUSec:t RuntimeRandomizedExtraUSec:t OOMPolicy:s
`

// deviceProperties are those of org.freedesktop.systemd1.Device.
const deviceProperties = `
	SysFSPath:s+
`

// cgroupProperties are of every unit type that has a control group under systemd.
const cgroupProperties = `
	Slice:s- ControlGroup:s- ControlGroupId:t- MemoryCurrent:t- MemoryPeak:t- MemorySwapCurrent:t-
	MemorySwapPeak:t- MemoryZSwapCurrent:t- MemoryAvailable:t- EffectiveMemoryMax:t- EffectiveMemoryHigh:t-
	CPUUsageNSec:t- EffectiveCPUs:ay- EffectiveMemoryNodes:ay- TasksCurrent:t- EffectiveTasksMax:t-
	IPIngressBytes:t- IPIngressPackets:t- IPEgressBytes:t- IPEgressPackets:t- IOReadBytes:t- IOReadOperations:t-
	IOWriteBytes:t- IOWriteOperations:t- Delegate:b- DelegateControllers:as- DelegateSubgroup:s- CPUAccounting:b-
	CPUWeight:t- StartupCPUWeight:t- CPUShares:t- StartupCPUShares:t- CPUQuotaPerSecUSec:t- CPUQuotaPeriodUSec:t-
	AllowedCPUs:ay- StartupAllowedCPUs:ay- AllowedMemoryNodes:ay- StartupAllowedMemoryNodes:ay- IOAccounting:b-
	IOWeight:t- StartupIOWeight:t- IODeviceWeight:a(st)- IOReadBandwidthMax:a(st)- IOWriteBandwidthMax:a(st)-
	IOReadIOPSMax:a(st)- IOWriteIOPSMax:a(st)- IODeviceLatencyTargetUSec:a(st)- BlockIOAccounting:b-
	BlockIOWeight:t- StartupBlockIOWeight:t- BlockIODeviceWeight:a(st)- BlockIOReadBandwidth:a(st)-
	BlockIOWriteBandwidth:a(st)- MemoryAccounting:b- DefaultMemoryLow:t- DefaultStartupMemoryLow:t-
	DefaultMemoryMin:t- MemoryMin:t- MemoryLow:t- StartupMemoryLow:t- MemoryHigh:t- StartupMemoryHigh:t-
	MemoryMax:t- StartupMemoryMax:t- MemorySwapMax:t- StartupMemorySwapMax:t- MemoryZSwapMax:t-
	StartupMemoryZSwapMax:t- MemoryZSwapWriteback:b- MemoryLimit:t- DevicePolicy:s- DeviceAllow:a(ss)-
	TasksAccounting:b- TasksMax:t- IPAccounting:b- IPAddressAllow:a(iayu)- IPAddressDeny:a(iayu)-
	IPIngressFilterPath:as- IPEgressFilterPath:as- DisableControllers:as- ManagedOOMSwap:s-
	ManagedOOMMemoryPressure:s- ManagedOOMMemoryPressureLimit:u- ManagedOOMPreference:s- BPFProgram:a(ss)-
	SocketBindAllow:a(iiqq)- SocketBindDeny:a(iiqq)- RestrictNetworkInterfaces:(bas)- MemoryPressureWatch:s-
	MemoryPressureThresholdUSec:t- NFTSet:a(iiss)- CoredumpReceive:b-
`

// execProperties are of every unit type that runs commands.
const execProperties = `
	Environment:as EnvironmentFiles:a(sb) PassEnvironment:as UnsetEnvironment:as UMask:u LimitCPU:t LimitCPUSoft:t
	LimitFSIZE:t LimitFSIZESoft:t LimitDATA:t LimitDATASoft:t LimitSTACK:t LimitSTACKSoft:t LimitCORE:t
	LimitCORESoft:t LimitRSS:t LimitRSSSoft:t LimitNOFILE:t LimitNOFILESoft:t LimitAS:t LimitASSoft:t LimitNPROC:t
	LimitNPROCSoft:t LimitMEMLOCK:t LimitMEMLOCKSoft:t LimitLOCKS:t LimitLOCKSSoft:t LimitSIGPENDING:t
	LimitSIGPENDINGSoft:t LimitMSGQUEUE:t LimitMSGQUEUESoft:t LimitNICE:t LimitNICESoft:t LimitRTPRIO:t
	LimitRTPRIOSoft:t LimitRTTIME:t LimitRTTIMESoft:t WorkingDirectory:s RootDirectory:s RootImage:s
	RootImageOptions:a(ss) RootHash:ay RootHashPath:s RootHashSignature:ay RootHashSignaturePath:s RootVerity:s
	RootEphemeral:b ExtensionDirectories:as ExtensionImages:a(sba(ss)) MountImages:a(ssba(ss)) OOMScoreAdjust:i
	CoredumpFilter:t Nice:i IOSchedulingClass:i IOSchedulingPriority:i CPUSchedulingPolicy:i
	CPUSchedulingPriority:i CPUAffinity:ay CPUAffinityFromNUMA:b NUMAPolicy:i NUMAMask:ay TimerSlackNSec:t
	CPUSchedulingResetOnFork:b NonBlocking:b StandardInput:s StandardInputFileDescriptorName:s StandardInputData:ay
	StandardOutput:s StandardOutputFileDescriptorName:s StandardError:s StandardErrorFileDescriptorName:s TTYPath:s
	TTYReset:b TTYVHangup:b TTYVTDisallocate:b TTYRows:q TTYColumns:q SyslogPriority:i SyslogIdentifier:s
	SyslogLevelPrefix:b SyslogLevel:i SyslogFacility:i LogLevelMax:i LogRateLimitIntervalUSec:t LogRateLimitBurst:u
	LogExtraFields:aay LogFilterPatterns:a(bs) LogNamespace:s SecureBits:i CapabilityBoundingSet:t
	AmbientCapabilities:t User:s Group:s DynamicUser:b SetLoginEnvironment:b RemoveIPC:b SetCredential:a(say)
	SetCredentialEncrypted:a(say) LoadCredential:a(ss) LoadCredentialEncrypted:a(ss) ImportCredential:as
	SupplementaryGroups:as PAMName:s ReadWritePaths:as ReadOnlyPaths:as InaccessiblePaths:as ExecPaths:as
	NoExecPaths:as ExecSearchPath:as MountFlags:t PrivateTmp:b PrivateDevices:b ProtectClock:b
	ProtectKernelTunables:b ProtectKernelModules:b ProtectKernelLogs:b ProtectControlGroups:b PrivateNetwork:b
	PrivateUsers:b PrivateMounts:b PrivateIPC:b ProtectHome:s ProtectSystem:s SameProcessGroup:b UtmpIdentifier:s
	UtmpMode:s SELinuxContext:(bs) AppArmorProfile:(bs) SmackProcessLabel:(bs) IgnoreSIGPIPE:b NoNewPrivileges:b
	SystemCallFilter:(bas) SystemCallArchitectures:as SystemCallErrorNumber:i SystemCallLog:(bas) Personality:s
	LockPersonality:b RestrictAddressFamilies:(bas) RuntimeDirectoryPreserve:s RuntimeDirectoryMode:u
	RuntimeDirectory:as RuntimeDirectorySymlink:a(sst) StateDirectoryMode:u StateDirectory:as
	StateDirectorySymlink:a(sst) CacheDirectoryMode:u CacheDirectory:as CacheDirectorySymlink:a(sst)
	LogsDirectoryMode:u LogsDirectory:as LogsDirectorySymlink:a(sst) ConfigurationDirectoryMode:u
	ConfigurationDirectory:as TimeoutCleanUSec:t MemoryDenyWriteExecute:b RestrictRealtime:b RestrictSUIDSGID:b
	RestrictNamespaces:t RestrictFileSystems:(bas) BindPaths:a(ssbt) BindReadOnlyPaths:a(ssbt)
	TemporaryFileSystem:a(ss) MountAPIVFS:b KeyringMode:s ProtectProc:s ProcSubset:s ProtectHostname:b
	NetworkNamespacePath:s IPCNamespacePath:s MemoryKSM:b RootImagePolicy:s MountImagePolicy:s
	ExtensionImagePolicy:s
`

// killProperties are of every unit type that has processes.
const killProperties = `
	KillMode:s KillSignal:i RestartKillSignal:i FinalKillSignal:i SendSIGKILL:b SendSIGHUP:b WatchdogSignal:i
`

// unitProperties are those of org.freedesktop.systemd1.Unit, which every unit has.
const unitProperties = `
	Id:s Names:as Following:s- Requires:as Requisite:as Wants:as BindsTo:as PartOf:as Upholds:as RequiredBy:as
	RequisiteOf:as WantedBy:as BoundBy:as UpheldBy:as ConsistsOf:as Conflicts:as ConflictedBy:as Before:as After:as
	OnSuccess:as OnSuccessOf:as OnFailure:as OnFailureOf:as Triggers:as TriggeredBy:as PropagatesReloadTo:as
	ReloadPropagatedFrom:as PropagatesStopTo:as StopPropagatedFrom:as JoinsNamespaceOf:as SliceOf:as
	RequiresMountsFor:as WantsMountsFor:as Documentation:as Description:s AccessSELinuxContext:s LoadState:s ActiveState:s+
	FreezerState:s+ SubState:s+ FragmentPath:s SourcePath:s DropInPaths:as UnitFileState:s- UnitFilePreset:s-
	StateChangeTimestamp:t+ StateChangeTimestampMonotonic:t+ InactiveExitTimestamp:t+
	InactiveExitTimestampMonotonic:t+ ActiveEnterTimestamp:t+ ActiveEnterTimestampMonotonic:t+
	ActiveExitTimestamp:t+ ActiveExitTimestampMonotonic:t+ InactiveEnterTimestamp:t+
	InactiveEnterTimestampMonotonic:t+ CanStart:b CanStop:b CanReload:b CanIsolate:b CanClean:as CanFreeze:b
	Job:(uo)+ StopWhenUnneeded:b RefuseManualStart:b RefuseManualStop:b AllowIsolate:b DefaultDependencies:b
	SurviveFinalKillSignal:b OnSuccessJobMode:s OnFailureJobMode:s IgnoreOnIsolate:b NeedDaemonReload:b-
	Markers:as- JobTimeoutUSec:t JobRunningTimeoutUSec:t JobTimeoutAction:s JobTimeoutRebootArgument:s
	ConditionResult:b+ AssertResult:b+ ConditionTimestamp:t+ ConditionTimestampMonotonic:t+ AssertTimestamp:t+
	AssertTimestampMonotonic:t+ Conditions:a(sbbsi)! Asserts:a(sbbsi)! LoadError:(ss) Transient:b Perpetual:b
	StartLimitIntervalUSec:t StartLimitBurst:u StartLimitAction:s FailureAction:s FailureActionExitStatus:i
	SuccessAction:s SuccessActionExitStatus:i RebootArgument:s InvocationID:ay+ CollectMode:s Refs:as-
	ActivationDetails:a(ss)+
`
