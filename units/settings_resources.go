package units

import "net/netip"

// ResourceSettings are the settings of systemd.resource-control(5).
type ResourceSettings struct {
	// Slice is the slice in which the unit lies.
	Slice string `parse:"unit-slice" level:"enforced"`
	// AllowedCPUs are the CPUs that processes may use.
	AllowedCPUs []int `parse:"allowed-cpuset" level:"accepted" why:"cgroup"`
	// StartupAllowedCPUs are the same during boot and shutdown.
	StartupAllowedCPUs []int `parse:"allowed-cpuset" level:"accepted" why:"cgroup"`
	// AllowedMemoryNodes are the memory nodes that processes may use.
	AllowedMemoryNodes []int `parse:"allowed-cpuset" level:"accepted" why:"cgroup"`
	// StartupAllowedMemoryNodes are the same during boot and shutdown.
	StartupAllowedMemoryNodes []int `parse:"allowed-cpuset" level:"accepted" why:"cgroup"`
	// CPUAccounting counts CPU time.
	CPUAccounting bool `parse:"bool" level:"accepted" why:"cgroup"`
	// CPUWeight is the share of CPU time among siblings, 1 to 10000, or "idle".
	CPUWeight *CPUWeight `parse:"cg-cpu-weight" level:"accepted" why:"cgroup"`
	// StartupCPUWeight is the same during boot and shutdown.
	StartupCPUWeight *CPUWeight `parse:"cg-cpu-weight" level:"accepted" why:"cgroup"`
	// CPUShares is the share of CPU time in the old hierarchy.
	CPUShares *uint64 `parse:"cpu-shares" level:"accepted" why:"cgroup-v1"`
	// StartupCPUShares is the same during boot and shutdown.
	StartupCPUShares *uint64 `parse:"cpu-shares" level:"accepted" why:"cgroup-v1"`
	// CPUQuota is the CPU time allowed, in percent of one CPU.
	CPUQuota *Permyriad `parse:"cpu-quota" level:"accepted" why:"cgroup"`
	// CPUQuotaPeriodSec is the period over which CPUQuota= is measured.
	CPUQuotaPeriodSec Usec `parse:"sec-def-infinity" level:"accepted" why:"cgroup" default:"infinity"`
	// MemoryAccounting counts memory.
	MemoryAccounting bool `parse:"bool" level:"accepted" why:"cgroup"`
	// MemoryMin is memory that is never reclaimed, in bytes.
	MemoryMin Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// DefaultMemoryMin is the same for the units of a slice.
	DefaultMemoryMin Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// DefaultMemoryLow is MemoryLow= for the units of a slice.
	DefaultMemoryLow Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// DefaultStartupMemoryLow is the same during boot and shutdown.
	DefaultStartupMemoryLow Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// MemoryLow is memory that is reclaimed only at need, in bytes.
	MemoryLow Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// StartupMemoryLow is the same during boot and shutdown.
	StartupMemoryLow Bytes `parse:"memory-limit" level:"accepted" why:"cgroup"`
	// MemoryHigh is the memory beyond which processes are slowed down, in bytes.
	MemoryHigh Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// StartupMemoryHigh is the same during boot and shutdown.
	StartupMemoryHigh Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// MemoryMax is the most memory, in bytes.
	MemoryMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// StartupMemoryMax is the same during boot and shutdown.
	StartupMemoryMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// MemorySwapMax is the most swap, in bytes.
	MemorySwapMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// StartupMemorySwapMax is the same during boot and shutdown.
	StartupMemorySwapMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// MemoryZSwapMax is the most compressed swap, in bytes.
	MemoryZSwapMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// StartupMemoryZSwapMax is the same during boot and shutdown.
	StartupMemoryZSwapMax Bytes `parse:"memory-limit" level:"accepted" why:"cgroup" default:"infinity"`
	// MemoryZSwapWriteback lets compressed swap be written to disk.
	MemoryZSwapWriteback bool `parse:"bool" level:"accepted" why:"cgroup" default:"yes"`
	// MemoryLimit is the most memory in the old hierarchy.
	MemoryLimit Bytes `parse:"memory-limit" level:"accepted" why:"cgroup-v1" default:"infinity"`
	// DeviceAllow are the devices that may be used.
	DeviceAllow []DeviceAccess `parse:"device-allow" level:"accepted" why:"bpf"`
	// DevicePolicy says which devices may be used beside those.
	DevicePolicy string `parse:"device-policy" level:"accepted" why:"bpf" default:"auto"`
	// IOAccounting counts I/O.
	IOAccounting bool `parse:"bool" level:"accepted" why:"cgroup"`
	// IOWeight is the share of I/O among siblings, 1 to 10000.
	IOWeight *uint64 `parse:"cg-weight" level:"accepted" why:"cgroup"`
	// StartupIOWeight is the same during boot and shutdown.
	StartupIOWeight *uint64 `parse:"cg-weight" level:"accepted" why:"cgroup"`
	// IODeviceWeight are shares of I/O by device.
	IODeviceWeight []DeviceValue `parse:"io-device-weight" level:"accepted" why:"cgroup"`
	// IOReadBandwidthMax are limits of reading by device, in bytes a second.
	IOReadBandwidthMax []DeviceValue `parse:"io-limit" level:"accepted" why:"cgroup"`
	// IOWriteBandwidthMax are limits of writing by device, in bytes a second.
	IOWriteBandwidthMax []DeviceValue `parse:"io-limit" level:"accepted" why:"cgroup"`
	// IOReadIOPSMax are limits of reading by device, in operations a second.
	IOReadIOPSMax []DeviceValue `parse:"io-limit" level:"accepted" why:"cgroup"`
	// IOWriteIOPSMax are limits of writing by device, in operations a second.
	IOWriteIOPSMax []DeviceValue `parse:"io-limit" level:"accepted" why:"cgroup"`
	// IODeviceLatencyTargetSec are target latencies by device.
	IODeviceLatencyTargetSec []DeviceValue `parse:"io-device-latency" level:"accepted" why:"cgroup"`
	// BlockIOAccounting counts I/O in the old hierarchy.
	BlockIOAccounting bool `parse:"bool" level:"accepted" why:"cgroup-v1"`
	// BlockIOWeight is the share of I/O in the old hierarchy.
	BlockIOWeight *uint64 `parse:"blockio-weight" level:"accepted" why:"cgroup-v1"`
	// StartupBlockIOWeight is the same during boot and shutdown.
	StartupBlockIOWeight *uint64 `parse:"blockio-weight" level:"accepted" why:"cgroup-v1"`
	// BlockIODeviceWeight are shares of I/O by device in the old hierarchy.
	BlockIODeviceWeight []DeviceValue `parse:"blockio-device-weight" level:"accepted" why:"cgroup-v1"`
	// BlockIOReadBandwidth are limits of reading in the old hierarchy.
	BlockIOReadBandwidth []DeviceValue `parse:"blockio-bandwidth" level:"accepted" why:"cgroup-v1"`
	// BlockIOWriteBandwidth are limits of writing in the old hierarchy.
	BlockIOWriteBandwidth []DeviceValue `parse:"blockio-bandwidth" level:"accepted" why:"cgroup-v1"`
	// TasksAccounting counts tasks.
	TasksAccounting bool `parse:"bool" level:"accepted" why:"cgroup"`
	// TasksMax is the most tasks: a number, a percentage, or "infinity".
	TasksMax Tasks `parse:"tasks-max" level:"accepted" why:"cgroup" default:"infinity"`
	// Delegate leaves the control group's subtree to the service.
	Delegate Delegation `parse:"delegate" level:"accepted" why:"cgroup"`
	// DelegateSubgroup is the subgroup in which the service's processes start.
	DelegateSubgroup string `parse:"delegate-subgroup" level:"accepted" why:"cgroup"`
	// DisableControllers are controllers that are off for the unit and those below.
	DisableControllers []string `parse:"disable-controllers" level:"accepted" why:"cgroup"`
	// IPAccounting counts network traffic.
	IPAccounting bool `parse:"bool" level:"accepted" why:"bpf"`
	// IPAddressAllow are addresses with which traffic is allowed.
	IPAddressAllow []netip.Prefix `parse:"in-addr-prefixes" level:"accepted" why:"bpf"`
	// IPAddressDeny are addresses with which traffic is forbidden.
	IPAddressDeny []netip.Prefix `parse:"in-addr-prefixes" level:"accepted" why:"bpf"`
	// IPIngressFilterPath are BPF programs for what comes in.
	IPIngressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted" why:"bpf"`
	// IPEgressFilterPath are BPF programs for what goes out.
	IPEgressFilterPath []string `parse:"ip-filter-bpf-progs" level:"accepted" why:"bpf"`
	// ManagedOOMSwap lets systemd-oomd act on the unit for want of swap.
	ManagedOOMSwap string `parse:"managed-oom-mode" level:"accepted" why:"cgroup"`
	// ManagedOOMMemoryPressure lets systemd-oomd act on the unit for memory pressure.
	ManagedOOMMemoryPressure string `parse:"managed-oom-mode" level:"accepted" why:"cgroup"`
	// ManagedOOMMemoryPressureLimit is the pressure from which it acts.
	ManagedOOMMemoryPressureLimit *Permyriad `parse:"managed-oom-mem-pressure-limit" level:"accepted" why:"cgroup"`
	// ManagedOOMPreference says how readily it chooses the unit.
	ManagedOOMPreference string `parse:"managed-oom-preference" level:"accepted" why:"cgroup"`
	// BPFProgram are BPF programs to attach.
	BPFProgram []BPFProgram `parse:"bpf-foreign-program" level:"accepted" why:"bpf"`
	// SocketBindAllow are addresses to which sockets may be bound.
	SocketBindAllow []SocketBindRule `parse:"cgroup-socket-bind" level:"accepted" why:"bpf"`
	// SocketBindDeny are addresses to which sockets may not be bound.
	SocketBindDeny []SocketBindRule `parse:"cgroup-socket-bind" level:"accepted" why:"bpf"`
	// RestrictNetworkInterfaces are the network interfaces that may be used, or may not with "~".
	RestrictNetworkInterfaces NameFilter `parse:"restrict-network-interfaces" level:"accepted" why:"bpf"`
	// MemoryPressureThresholdSec is the stall from which memory pressure is told to the service.
	MemoryPressureThresholdSec Usec `parse:"sec" level:"accepted" why:"cgroup"`
	// MemoryPressureWatch says whether memory pressure is told to the service.
	MemoryPressureWatch string `parse:"memory-pressure-watch" level:"accepted" why:"cgroup"`
	// NFTSet are nftables sets to which the unit's ids are added.
	NFTSet []NFTSet `parse:"cgroup-nft-set" level:"accepted" why:"bpf"`
	// CoredumpReceive lets the service receive core dumps of its own control group.
	CoredumpReceive bool `parse:"bool" level:"accepted" why:"cgroup"`
	// What older releases had; the name is known and does nothing.
	_ struct{} `parse:"ignored" names:"NetClass" obsolete:"NetClass" level:"accepted" why:"obsolete"`
}
