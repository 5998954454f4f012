package units

// ResourceSettings are the settings of systemd.resource-control(5).
type ResourceSettings struct {
	// Slice: names/inheritance, In-slice deps; cgroup path only if writable
	Slice string `parse:"unit-slice" level:"enforced"`
	// AllowedCPUs: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	AllowedCPUs string `parse:"allowed-cpuset" level:"if-permitted" why:"cgroup"`
	// StartupAllowedCPUs: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupAllowedCPUs string `parse:"allowed-cpuset" level:"if-permitted" why:"cgroup"`
	// AllowedMemoryNodes: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	AllowedMemoryNodes string `parse:"allowed-cpuset" level:"if-permitted" why:"cgroup"`
	// StartupAllowedMemoryNodes: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupAllowedMemoryNodes string `parse:"allowed-cpuset" level:"if-permitted" why:"cgroup"`
	// CPUAccounting: accounting on if cgroup writable; else show "[not set]"
	CPUAccounting bool `parse:"bool" level:"if-permitted" why:"cgroup"`
	// CPUWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUWeight string `parse:"cg-cpu-weight" level:"if-permitted" why:"cgroup"`
	// StartupCPUWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupCPUWeight string `parse:"cg-cpu-weight" level:"if-permitted" why:"cgroup"`
	// CPUShares: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	CPUShares string `parse:"cpu-shares" level:"accepted" why:"cgroup-v1"`
	// StartupCPUShares: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	StartupCPUShares string `parse:"cpu-shares" level:"accepted" why:"cgroup-v1"`
	// CPUQuota: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUQuota string `parse:"cpu-quota" level:"if-permitted" why:"cgroup"`
	// CPUQuotaPeriodSec: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	CPUQuotaPeriodSec Usec `parse:"sec-def-infinity" level:"if-permitted" why:"cgroup" default:"infinity"`
	// MemoryAccounting: accounting on if cgroup writable; else show "[not set]"
	MemoryAccounting bool `parse:"bool" level:"if-permitted" why:"cgroup"`
	// MemoryMin: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryMin Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// DefaultMemoryMin: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultMemoryMin Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// DefaultMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultMemoryLow Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// DefaultStartupMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	DefaultStartupMemoryLow Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// MemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryLow Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// StartupMemoryLow: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryLow Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup"`
	// MemoryHigh: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryHigh Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// StartupMemoryHigh: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryHigh Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// MemoryMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// StartupMemoryMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// MemorySwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemorySwapMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// StartupMemorySwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemorySwapMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// MemoryZSwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryZSwapMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// StartupMemoryZSwapMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupMemoryZSwapMax Bytes `parse:"memory-limit" level:"if-permitted" why:"cgroup" default:"infinity"`
	// MemoryZSwapWriteback: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	MemoryZSwapWriteback bool `parse:"bool" level:"if-permitted" why:"cgroup" default:"yes"`
	// MemoryLimit: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	MemoryLimit Bytes `parse:"memory-limit" level:"accepted" why:"cgroup-v1" default:"infinity"`
	// DeviceAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	DeviceAllow []string `parse:"device-allow" level:"accepted" why:"bpf"`
	// DevicePolicy: BPF/nft/devices controller: unavailable unprivileged; notice once
	DevicePolicy string `parse:"device-policy" level:"accepted" why:"bpf" default:"auto"`
	// IOAccounting: accounting on if cgroup writable; else show "[not set]"
	IOAccounting bool `parse:"bool" level:"if-permitted" why:"cgroup"`
	// IOWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWeight *uint64 `parse:"cg-weight" level:"if-permitted" why:"cgroup"`
	// StartupIOWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	StartupIOWeight *uint64 `parse:"cg-weight" level:"if-permitted" why:"cgroup"`
	// IODeviceWeight: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IODeviceWeight []string `parse:"io-device-weight" level:"if-permitted" why:"cgroup"`
	// IOReadBandwidthMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOReadBandwidthMax []string `parse:"io-limit" level:"if-permitted" why:"cgroup"`
	// IOWriteBandwidthMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWriteBandwidthMax []string `parse:"io-limit" level:"if-permitted" why:"cgroup"`
	// IOReadIOPSMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOReadIOPSMax []string `parse:"io-limit" level:"if-permitted" why:"cgroup"`
	// IOWriteIOPSMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IOWriteIOPSMax []string `parse:"io-limit" level:"if-permitted" why:"cgroup"`
	// IODeviceLatencyTargetSec: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	IODeviceLatencyTargetSec []string `parse:"io-device-latency" level:"if-permitted" why:"cgroup"`
	// BlockIOAccounting: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOAccounting bool `parse:"bool" level:"accepted" why:"cgroup-v1"`
	// BlockIOWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOWeight string `parse:"blockio-weight" level:"accepted" why:"cgroup-v1"`
	// StartupBlockIOWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	StartupBlockIOWeight string `parse:"blockio-weight" level:"accepted" why:"cgroup-v1"`
	// BlockIODeviceWeight: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIODeviceWeight []string `parse:"blockio-device-weight" level:"accepted" why:"cgroup-v1"`
	// BlockIOReadBandwidth: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOReadBandwidth []string `parse:"blockio-bandwidth" level:"accepted" why:"cgroup-v1"`
	// BlockIOWriteBandwidth: cgroup v1 legacy; translate to IO*/CPUWeight/MemoryMax if v2 writable
	BlockIOWriteBandwidth []string `parse:"blockio-bandwidth" level:"accepted" why:"cgroup-v1"`
	// TasksAccounting: accounting on if cgroup writable; else show "[not set]"
	TasksAccounting bool `parse:"bool" level:"if-permitted" why:"cgroup"`
	// TasksMax: write cgroup v2 attribute of the unit cgroup when writable; else notice once
	TasksMax string `parse:"tasks-max" level:"if-permitted" why:"cgroup"`
	// Delegate: cgroup delegation if /sys/fs/cgroup writable
	Delegate string `parse:"delegate" level:"if-permitted" why:"cgroup"`
	// DelegateSubgroup: cgroup delegation if /sys/fs/cgroup writable
	DelegateSubgroup string `parse:"delegate-subgroup" level:"if-permitted" why:"cgroup"`
	// DisableControllers: cgroup delegation if /sys/fs/cgroup writable
	DisableControllers []string `parse:"disable-controllers" level:"if-permitted" why:"cgroup"`
	// IPAccounting: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAccounting bool `parse:"bool" level:"accepted" why:"bpf"`
	// IPAddressAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAddressAllow []string `parse:"in-addr-prefixes" level:"accepted" why:"bpf"`
	// IPAddressDeny: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPAddressDeny []string `parse:"in-addr-prefixes" level:"accepted" why:"bpf"`
	// IPIngressFilterPath: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPIngressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted" why:"bpf"`
	// IPEgressFilterPath: BPF/nft/devices controller: unavailable unprivileged; notice once
	IPEgressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted" why:"bpf"`
	// ManagedOOMSwap: systemd-oomd only
	ManagedOOMSwap string `parse:"managed-oom-mode" level:"accepted" why:"cgroup"`
	// ManagedOOMMemoryPressure: systemd-oomd only
	ManagedOOMMemoryPressure string `parse:"managed-oom-mode" level:"accepted" why:"cgroup"`
	// ManagedOOMMemoryPressureLimit: systemd-oomd only
	ManagedOOMMemoryPressureLimit string `parse:"managed-oom-mem-pressure-limit" level:"accepted" why:"cgroup"`
	// ManagedOOMPreference: systemd-oomd only
	ManagedOOMPreference string `parse:"managed-oom-preference" level:"accepted" why:"cgroup"`
	// BPFProgram: BPF/nft/devices controller: unavailable unprivileged; notice once
	BPFProgram []string `parse:"bpf-foreign-program" level:"accepted" why:"bpf"`
	// SocketBindAllow: BPF/nft/devices controller: unavailable unprivileged; notice once
	SocketBindAllow []string `parse:"cgroup-socket-bind" level:"accepted" why:"bpf"`
	// SocketBindDeny: BPF/nft/devices controller: unavailable unprivileged; notice once
	SocketBindDeny []string `parse:"cgroup-socket-bind" level:"accepted" why:"bpf"`
	// RestrictNetworkInterfaces: BPF/nft/devices controller: unavailable unprivileged; notice once
	RestrictNetworkInterfaces []string `parse:"restrict-network-interfaces" level:"accepted" why:"bpf"`
	// MemoryPressureThresholdSec: MEMORY_PRESSURE_WATCH env needs unit cgroup; else unset
	MemoryPressureThresholdSec Usec `parse:"sec" level:"if-permitted" why:"cgroup"`
	// MemoryPressureWatch: MEMORY_PRESSURE_WATCH env needs unit cgroup; else unset
	MemoryPressureWatch string `parse:"memory-pressure-watch" level:"if-permitted" why:"cgroup"`
	// NFTSet: BPF/nft/devices controller: unavailable unprivileged; notice once
	NFTSet []string `parse:"cgroup-nft-set" level:"accepted" why:"bpf"`
	// CoredumpReceive: coredump forwarding
	CoredumpReceive bool `parse:"bool" level:"accepted" why:"cgroup"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"NetClass" obsolete:"NetClass" level:"accepted" why:"obsolete"`
}
