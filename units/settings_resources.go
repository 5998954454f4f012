package units

// ResourceSettings are the settings of systemd.resource-control(5).
type ResourceSettings struct {
	// Slice: names/inheritance, In-slice deps; cgroup path only if writable
	Slice string `parse:"unit-slice" level:"enforced"`
	// AllowedCPUs: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	AllowedCPUs string `parse:"allowed-cpuset" level:"if-permitted"`
	// StartupAllowedCPUs: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupAllowedCPUs string `parse:"allowed-cpuset" level:"if-permitted"`
	// AllowedMemoryNodes: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	AllowedMemoryNodes string `parse:"allowed-cpuset" level:"if-permitted"`
	// StartupAllowedMemoryNodes: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupAllowedMemoryNodes string `parse:"allowed-cpuset" level:"if-permitted"`
	// CPUAccounting: accounting on if cgroup writable; else show "[not set]"
	CPUAccounting bool `parse:"bool" level:"if-permitted"`
	// CPUWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUWeight string `parse:"cg-cpu-weight" level:"if-permitted"`
	// StartupCPUWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupCPUWeight string `parse:"cg-cpu-weight" level:"if-permitted"`
	// CPUShares: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	CPUShares string `parse:"cpu-shares" level:"accepted"`
	// StartupCPUShares: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	StartupCPUShares string `parse:"cpu-shares" level:"accepted"`
	// CPUQuota: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUQuota string `parse:"cpu-quota" level:"if-permitted"`
	// CPUQuotaPeriodSec: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUQuotaPeriodSec Usec `parse:"sec-def-infinity" level:"if-permitted"`
	// MemoryAccounting: accounting on if cgroup writable; else show "[not set]"
	MemoryAccounting bool `parse:"bool" level:"if-permitted"`
	// MemoryMin: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryMin Bytes `parse:"memory-limit" level:"if-permitted"`
	// DefaultMemoryMin: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultMemoryMin Bytes `parse:"memory-limit" level:"if-permitted"`
	// DefaultMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultMemoryLow Bytes `parse:"memory-limit" level:"if-permitted"`
	// DefaultStartupMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultStartupMemoryLow Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryLow Bytes `parse:"memory-limit" level:"if-permitted"`
	// StartupMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryLow Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemoryHigh: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryHigh Bytes `parse:"memory-limit" level:"if-permitted"`
	// StartupMemoryHigh: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryHigh Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemoryMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// StartupMemoryMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemorySwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemorySwapMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// StartupMemorySwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemorySwapMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemoryZSwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryZSwapMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// StartupMemoryZSwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryZSwapMax Bytes `parse:"memory-limit" level:"if-permitted"`
	// MemoryZSwapWriteback: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryZSwapWriteback bool `parse:"bool" level:"if-permitted"`
	// MemoryLimit: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	MemoryLimit Bytes `parse:"memory-limit" level:"accepted"`
	// DeviceAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	DeviceAllow []string `parse:"device-allow" level:"accepted"`
	// DevicePolicy: BPF/nft/devices controller: unavailable unprivileged; notice once
	DevicePolicy string `parse:"device-policy" level:"accepted"`
	// IOAccounting: accounting on if cgroup writable; else show "[not set]"
	IOAccounting bool `parse:"bool" level:"if-permitted"`
	// IOWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWeight *uint64 `parse:"cg-weight" level:"if-permitted"`
	// StartupIOWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupIOWeight *uint64 `parse:"cg-weight" level:"if-permitted"`
	// IODeviceWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IODeviceWeight []string `parse:"io-device-weight" level:"if-permitted"`
	// IOReadBandwidthMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOReadBandwidthMax []string `parse:"io-limit" level:"if-permitted"`
	// IOWriteBandwidthMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWriteBandwidthMax []string `parse:"io-limit" level:"if-permitted"`
	// IOReadIOPSMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOReadIOPSMax []string `parse:"io-limit" level:"if-permitted"`
	// IOWriteIOPSMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWriteIOPSMax []string `parse:"io-limit" level:"if-permitted"`
	// IODeviceLatencyTargetSec: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IODeviceLatencyTargetSec []string `parse:"io-device-latency" level:"if-permitted"`
	// BlockIOAccounting: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOAccounting bool `parse:"bool" level:"accepted"`
	// BlockIOWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOWeight string `parse:"blockio-weight" level:"accepted"`
	// StartupBlockIOWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	StartupBlockIOWeight string `parse:"blockio-weight" level:"accepted"`
	// BlockIODeviceWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIODeviceWeight []string `parse:"blockio-device-weight" level:"accepted"`
	// BlockIOReadBandwidth: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOReadBandwidth []string `parse:"blockio-bandwidth" level:"accepted"`
	// BlockIOWriteBandwidth: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOWriteBandwidth []string `parse:"blockio-bandwidth" level:"accepted"`
	// TasksAccounting: accounting on if cgroup writable; else show "[not set]"
	TasksAccounting bool `parse:"bool" level:"if-permitted"`
	// TasksMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	TasksMax string `parse:"tasks-max" level:"if-permitted"`
	// Delegate: cgroup delegation if /sys/fs/cgroup writable
	Delegate string `parse:"delegate" level:"if-permitted"`
	// DelegateSubgroup: cgroup delegation if /sys/fs/cgroup writable
	DelegateSubgroup string `parse:"delegate-subgroup" level:"if-permitted"`
	// DisableControllers: cgroup delegation if /sys/fs/cgroup writable
	DisableControllers []string `parse:"disable-controllers" level:"if-permitted"`
	// IPAccounting: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAccounting bool `parse:"bool" level:"accepted"`
	// IPAddressAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAddressAllow []string `parse:"in-addr-prefixes" level:"accepted"`
	// IPAddressDeny: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAddressDeny []string `parse:"in-addr-prefixes" level:"accepted"`
	// IPIngressFilterPath: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPIngressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted"`
	// IPEgressFilterPath: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPEgressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted"`
	// ManagedOOMSwap: systemd-oomd only
	ManagedOOMSwap string `parse:"managed-oom-mode" level:"accepted"`
	// ManagedOOMMemoryPressure: systemd-oomd only
	ManagedOOMMemoryPressure string `parse:"managed-oom-mode" level:"accepted"`
	// ManagedOOMMemoryPressureLimit: systemd-oomd only
	ManagedOOMMemoryPressureLimit string `parse:"managed-oom-mem-pressure-limit" level:"accepted"`
	// ManagedOOMPreference: systemd-oomd only
	ManagedOOMPreference string `parse:"managed-oom-preference" level:"accepted"`
	// BPFProgram: BPF/nft/devices controller: unavailable unprivileged; notice once
	BPFProgram []string `parse:"bpf-foreign-program" level:"accepted"`
	// SocketBindAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	SocketBindAllow []string `parse:"cgroup-socket-bind" level:"accepted"`
	// SocketBindDeny: BPF/nft/devices controller: unavailable unprivileged; notice once
	SocketBindDeny []string `parse:"cgroup-socket-bind" level:"accepted"`
	// RestrictNetworkInterfaces: BPF/nft/devices controller: unavailable unprivileged; notice once
	RestrictNetworkInterfaces []string `parse:"restrict-network-interfaces" level:"accepted"`
	// MemoryPressureThresholdSec: MEMORY_PRESSURE_WATCH env needs unit cgroup; else unset
	MemoryPressureThresholdSec Usec `parse:"sec" level:"if-permitted"`
	// MemoryPressureWatch: MEMORY_PRESSURE_WATCH env needs unit cgroup; else unset
	MemoryPressureWatch string `parse:"memory-pressure-watch" level:"if-permitted"`
	// NFTSet: BPF/nft/devices controller: unavailable unprivileged; notice once
	NFTSet []string `parse:"cgroup-nft-set" level:"accepted"`
	// CoredumpReceive: coredump forwarding
	CoredumpReceive bool `parse:"bool" level:"accepted"`
}
