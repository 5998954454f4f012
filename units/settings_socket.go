package units

// SocketSettings are the settings of [Socket] that are not shared with other sections (systemd.socket(5)).
type SocketSettings struct {
	// Listens are the Listen…= settings in the order of the file; an empty one resets them all.
	Listens []Listen `parse:"socket-listen" names:"ListenStream,ListenDatagram,ListenSequentialPacket,ListenFIFO,ListenNetlink,ListenSpecial,ListenMessageQueue,ListenUSBFunction" level:"enforced"`
	// SocketProtocol: setsockopt/bind detail, unprivileged
	SocketProtocol string `parse:"socket-protocol" level:"enforced"`
	// BindIPv6Only: setsockopt/bind detail, unprivileged
	BindIPv6Only string `parse:"socket-bind" level:"enforced" default:"default"`
	// Backlog: setsockopt/bind detail, unprivileged
	Backlog uint `parse:"unsigned" level:"enforced" default:"4294967295"`
	// BindToDevice: needs CAP_NET_ADMIN/NET_RAW: warn, go on
	BindToDevice string `parse:"socket-bindtodevice" level:"if-permitted" why:"network"`
	// ExecStartPre: run around bind/close; fds passed with PassFileDescriptorsToExec (v256)
	ExecStartPre []Command `parse:"exec" level:"enforced"`
	// ExecStartPost: run around bind/close; fds passed with PassFileDescriptorsToExec (v256)
	ExecStartPost []Command `parse:"exec" level:"enforced"`
	// ExecStopPre: run around bind/close; fds passed with PassFileDescriptorsToExec (v256)
	ExecStopPre []Command `parse:"exec" level:"enforced"`
	// ExecStopPost: run around bind/close; fds passed with PassFileDescriptorsToExec (v256)
	ExecStopPost []Command `parse:"exec" level:"enforced"`
	// TimeoutSec: per-phase timeout of Exec*
	TimeoutSec Usec `parse:"sec-fix-0" level:"enforced" default:"90"`
	// SocketUser: chown/chmod of node; parent dirs with DirectoryMode (0755); SocketMode default 0666
	SocketUser string `parse:"user-group-compat" level:"enforced"`
	// SocketGroup: chown/chmod of node; parent dirs with DirectoryMode (0755); SocketMode default 0666
	SocketGroup string `parse:"user-group-compat" level:"enforced"`
	// SocketMode: chown/chmod of node; parent dirs with DirectoryMode (0755); SocketMode default 0666
	SocketMode FileMode `parse:"mode" level:"enforced" default:"0666"`
	// DirectoryMode: chown/chmod of node; parent dirs with DirectoryMode (0755); SocketMode default 0666
	DirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// Accept: yes: one foo@N-PEER.service per connection (N-PID-UID for AF_UNIX), fd 3 named "connection"; no: pass listening fds
	Accept bool `parse:"bool" level:"enforced"`
	// FlushPending: drain before listening again
	FlushPending bool `parse:"bool" level:"enforced"`
	// Writable: open ListenSpecial O_RDWR
	Writable bool `parse:"bool" level:"enforced"`
	// MaxConnections: Accept=yes limits (64 default)
	MaxConnections uint `parse:"unsigned" level:"enforced" default:"64"`
	// MaxConnectionsPerSource: Accept=yes limits (64 default)
	MaxConnectionsPerSource uint `parse:"unsigned" level:"enforced"`
	// KeepAlive: setsockopt/bind detail, unprivileged
	KeepAlive bool `parse:"bool" level:"enforced"`
	// KeepAliveTimeSec: setsockopt/bind detail, unprivileged
	KeepAliveTimeSec Usec `parse:"sec" level:"enforced"`
	// KeepAliveIntervalSec: setsockopt/bind detail, unprivileged
	KeepAliveIntervalSec Usec `parse:"sec" level:"enforced"`
	// KeepAliveProbes: setsockopt/bind detail, unprivileged
	KeepAliveProbes uint `parse:"unsigned" level:"enforced"`
	// DeferAcceptSec: setsockopt/bind detail, unprivileged
	DeferAcceptSec Usec `parse:"sec" level:"enforced"`
	// NoDelay: setsockopt/bind detail, unprivileged
	NoDelay bool `parse:"bool" level:"enforced"`
	// Priority: SO_RCVBUF/SNDBUF: try *FORCE (CAP_NET_ADMIN) then plain
	Priority *int `parse:"int" level:"if-permitted" why:"network"`
	// ReceiveBuffer: SO_RCVBUF/SNDBUF: try *FORCE (CAP_NET_ADMIN) then plain
	ReceiveBuffer Bytes `parse:"iec-size" level:"if-permitted" why:"buffers"`
	// SendBuffer: SO_RCVBUF/SNDBUF: try *FORCE (CAP_NET_ADMIN) then plain
	SendBuffer Bytes `parse:"iec-size" level:"if-permitted" why:"buffers"`
	// IPTOS: setsockopt/bind detail, unprivileged
	IPTOS string `parse:"ip-tos" level:"enforced"`
	// IPTTL: setsockopt/bind detail, unprivileged
	IPTTL *int `parse:"int" level:"enforced"`
	// Mark: needs CAP_NET_ADMIN/NET_RAW: warn, go on
	Mark *int `parse:"int" level:"if-permitted" why:"network"`
	// PipeSize: setsockopt/bind detail, unprivileged
	PipeSize Bytes `parse:"iec-size" level:"enforced"`
	// FreeBind: setsockopt/bind detail, unprivileged
	FreeBind bool `parse:"bool" level:"enforced"`
	// Transparent: needs CAP_NET_ADMIN/NET_RAW: warn, go on
	Transparent bool `parse:"bool" level:"if-permitted" why:"network"`
	// Broadcast: setsockopt/bind detail, unprivileged
	Broadcast bool `parse:"bool" level:"enforced"`
	// PassCredentials: setsockopt/bind detail, unprivileged
	PassCredentials bool `parse:"bool" level:"enforced"`
	// PassFileDescriptorsToExec: run around bind/close; fds passed with PassFileDescriptorsToExec (v256)
	PassFileDescriptorsToExec bool `parse:"bool" level:"enforced"`
	// PassSecurity: needs CAP_NET_ADMIN/NET_RAW: warn, go on
	PassSecurity bool `parse:"bool" level:"if-permitted" why:"lsm"`
	// PassPacketInfo: setsockopt/bind detail, unprivileged
	PassPacketInfo bool `parse:"bool" level:"enforced"`
	// Timestamping: setsockopt/bind detail, unprivileged
	Timestamping string `parse:"socket-timestamping" level:"enforced"`
	// TCPCongestion: setsockopt/bind detail, unprivileged
	TCPCongestion string `parse:"string" level:"enforced"`
	// ReusePort: setsockopt/bind detail, unprivileged
	ReusePort bool `parse:"bool" level:"enforced"`
	// MessageQueueMaxMessages: POSIX mq (mqueue fs in container)
	MessageQueueMaxMessages int64 `parse:"long" level:"if-permitted" why:"mqueue"`
	// MessageQueueMessageSize: POSIX mq (mqueue fs in container)
	MessageQueueMessageSize int64 `parse:"long" level:"if-permitted" why:"mqueue"`
	// RemoveOnStop: unlink on stop; create/remove symlinks to the node
	RemoveOnStop bool `parse:"bool" level:"enforced"`
	// Symlinks: unlink on stop; create/remove symlinks to the node
	Symlinks []string `parse:"unit-path-strv-printf" level:"enforced"`
	// FileDescriptorName: LISTEN_FDNAMES name, default = socket unit name (Accept=yes: connection)
	FileDescriptorName string `parse:"fdname" level:"enforced"`
	// Service: non-default service (Accept=no only)
	Service string `parse:"socket-service" level:"enforced"`
	// TriggerLimitIntervalSec: trigger limit (2s / 20, Accept=yes 200) -> failed trigger-limit-hit; poll limit (2s/150) throttles
	TriggerLimitIntervalSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// TriggerLimitBurst: trigger limit (2s / 20, Accept=yes 200) -> failed trigger-limit-hit; poll limit (2s/150) throttles
	TriggerLimitBurst uint `parse:"unsigned" level:"enforced" default:"4294967295"`
	// PollLimitIntervalSec: trigger limit (2s / 20, Accept=yes 200) -> failed trigger-limit-hit; poll limit (2s/150) throttles
	PollLimitIntervalSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// PollLimitBurst: trigger limit (2s / 20, Accept=yes 200) -> failed trigger-limit-hit; poll limit (2s/150) throttles
	PollLimitBurst uint `parse:"unsigned" level:"enforced" default:"4294967295"`
	// SmackLabel: LSM labels
	SmackLabel string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SmackLabelIPIn: LSM labels
	SmackLabelIPIn string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SmackLabelIPOut: LSM labels
	SmackLabelIPOut string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SELinuxContextFromNet: LSM labels
	SELinuxContextFromNet bool `parse:"bool" level:"accepted" why:"lsm"`
}
