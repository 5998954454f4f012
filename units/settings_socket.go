package units

// SocketSettings are the settings of [Socket] that are not shared with other sections (systemd.socket(5)).
type SocketSettings struct {
	// Listens are the Listen…= settings in the order of the file; an empty one resets them all.
	Listens []Listen `parse:"socket-listen" names:"ListenStream,ListenDatagram,ListenSequentialPacket,ListenFIFO,ListenNetlink,ListenSpecial,ListenMessageQueue,ListenUSBFunction" level:"enforced"`
	// SocketProtocol is the protocol if not the usual one: udplite, sctp or mptcp.
	SocketProtocol string `parse:"socket-protocol" level:"enforced"`
	// BindIPv6Only says whether an IPv6 socket takes IPv4 connections.
	BindIPv6Only string `parse:"socket-bind" level:"enforced" default:"default"`
	// Backlog is the length of the queue of connections.
	Backlog uint `parse:"unsigned" level:"enforced" default:"4294967295"`
	// BindToDevice is the network interface to bind to.
	BindToDevice string `parse:"socket-bindtodevice" level:"if-permitted" why:"network"`
	// ExecStartPre are run before the sockets are bound.
	ExecStartPre []Command `parse:"exec" level:"accepted" why:"socket-only"`
	// ExecStartPost are run after the sockets are bound.
	ExecStartPost []Command `parse:"exec" level:"accepted" why:"socket-only"`
	// ExecStopPre are run before the sockets are closed.
	ExecStopPre []Command `parse:"exec" level:"accepted" why:"socket-only"`
	// ExecStopPost are run after the sockets are closed.
	ExecStopPost []Command `parse:"exec" level:"accepted" why:"socket-only"`
	// TimeoutSec is how long each of the commands may take.
	TimeoutSec Usec `parse:"sec-fix-0" level:"accepted" why:"socket-only" default:"90"`
	// SocketUser owns sockets and FIFOs in the file system.
	SocketUser string `parse:"user-group-compat" level:"enforced"`
	// SocketGroup is the group of sockets and FIFOs in the file system.
	SocketGroup string `parse:"user-group-compat" level:"enforced"`
	// SocketMode is the access mode of sockets and FIFOs, octal.
	SocketMode FileMode `parse:"mode" level:"enforced" default:"0666"`
	// DirectoryMode is the access mode of directories made for them, octal.
	DirectoryMode FileMode `parse:"mode" level:"enforced" default:"0755"`
	// Accept starts an instance of the service for each connection.
	Accept bool `parse:"bool" level:"enforced"`
	// FlushPending discards what is pending when the socket listens again.
	FlushPending bool `parse:"bool" level:"accepted" why:"socket-only"`
	// Writable opens ListenSpecial= for writing, too.
	Writable bool `parse:"bool" level:"enforced"`
	// MaxConnections is how many connections are served at once with Accept=yes.
	MaxConnections uint `parse:"unsigned" level:"enforced" default:"64"`
	// MaxConnectionsPerSource is how many of them may be of one peer; 0 for no limit.
	MaxConnectionsPerSource uint `parse:"unsigned" level:"accepted" why:"socket-only"`
	// KeepAlive sends keep-alive messages (SO_KEEPALIVE).
	KeepAlive bool `parse:"bool" level:"enforced"`
	// KeepAliveTimeSec is the idle time before the first one (TCP_KEEPIDLE).
	KeepAliveTimeSec Usec `parse:"sec" level:"enforced"`
	// KeepAliveIntervalSec is the time between them (TCP_KEEPINTVL).
	KeepAliveIntervalSec Usec `parse:"sec" level:"enforced"`
	// KeepAliveProbes is how many may go unanswered (TCP_KEEPCNT).
	KeepAliveProbes uint `parse:"unsigned" level:"enforced"`
	// DeferAcceptSec is how long to wait for data before accepting (TCP_DEFER_ACCEPT).
	DeferAcceptSec Usec `parse:"sec" level:"enforced"`
	// NoDelay turns Nagle's algorithm off (TCP_NODELAY).
	NoDelay bool `parse:"bool" level:"enforced"`
	// Priority is the priority of sent packets (SO_PRIORITY).
	Priority *int `parse:"int" level:"if-permitted" why:"network"`
	// ReceiveBuffer is the size of the receive buffer (SO_RCVBUF), in bytes.
	ReceiveBuffer Bytes `parse:"iec-size" level:"if-permitted" why:"buffers"`
	// SendBuffer is the size of the send buffer (SO_SNDBUF), in bytes.
	SendBuffer Bytes `parse:"iec-size" level:"if-permitted" why:"buffers"`
	// IPTOS is the type of service of sent packets (IP_TOS).
	IPTOS string `parse:"ip-tos" level:"enforced"`
	// IPTTL is the time to live of sent packets (IP_TTL).
	IPTTL *int `parse:"int" level:"enforced"`
	// Mark is the firewall mark of sent packets (SO_MARK).
	Mark *int `parse:"int" level:"if-permitted" why:"network"`
	// PipeSize is the size of FIFOs, in bytes.
	PipeSize Bytes `parse:"iec-size" level:"enforced"`
	// FreeBind allows addresses that are not there yet (IP_FREEBIND).
	FreeBind bool `parse:"bool" level:"enforced"`
	// Transparent is the socket option IP_TRANSPARENT.
	Transparent bool `parse:"bool" level:"if-permitted" why:"network"`
	// Broadcast allows to send to broadcast addresses (SO_BROADCAST).
	Broadcast bool `parse:"bool" level:"enforced"`
	// PassCredentials gives receivers the sender's pid and ids (SO_PASSCRED).
	PassCredentials bool `parse:"bool" level:"enforced"`
	// PassFileDescriptorsToExec passes the sockets to the unit's own commands.
	PassFileDescriptorsToExec bool `parse:"bool" level:"enforced"`
	// PassSecurity gives receivers the sender's security context (SO_PASSSEC).
	PassSecurity bool `parse:"bool" level:"if-permitted" why:"lsm"`
	// PassPacketInfo gives receivers the packet's addresses (IP_PKTINFO).
	PassPacketInfo bool `parse:"bool" level:"enforced"`
	// Timestamping gives receivers the time of arrival (SO_TIMESTAMP).
	Timestamping string `parse:"socket-timestamping" level:"enforced"`
	// TCPCongestion is the congestion control algorithm (TCP_CONGESTION).
	TCPCongestion string `parse:"string" level:"enforced"`
	// ReusePort allows several sockets on one port (SO_REUSEPORT).
	ReusePort bool `parse:"bool" level:"enforced"`
	// MessageQueueMaxMessages is how many messages a message queue holds.
	MessageQueueMaxMessages int64 `parse:"long" level:"if-permitted" why:"mqueue"`
	// MessageQueueMessageSize is the size of its messages, in bytes.
	MessageQueueMessageSize int64 `parse:"long" level:"if-permitted" why:"mqueue"`
	// RemoveOnStop removes sockets and FIFOs from the file system on stop.
	RemoveOnStop bool `parse:"bool" level:"enforced"`
	// Symlinks are links to the socket or FIFO.
	Symlinks []string `parse:"unit-path-strv-printf" level:"enforced"`
	// FileDescriptorName is the name with which the sockets are passed; the unit's name by default.
	FileDescriptorName string `parse:"fdname" level:"enforced"`
	// Service is the service to start, by default the one of the same name.
	Service string `parse:"socket-service" level:"enforced"`
	// TriggerLimitIntervalSec is the window in which TriggerLimitBurst= activations are allowed.
	TriggerLimitIntervalSec Usec `parse:"sec" level:"enforced" default:"infinity"`
	// TriggerLimitBurst is how many activations are allowed in one window; beyond, the unit fails.
	TriggerLimitBurst uint `parse:"unsigned" level:"enforced" default:"4294967295"`
	// PollLimitIntervalSec is the window in which PollLimitBurst= events are looked at.
	PollLimitIntervalSec Usec `parse:"sec" level:"accepted" why:"socket-only" default:"infinity"`
	// PollLimitBurst is how many events are looked at in one window; beyond, the socket rests.
	PollLimitBurst uint `parse:"unsigned" level:"accepted" why:"socket-only" default:"4294967295"`
	// SmackLabel is the SMACK label of the socket.
	SmackLabel string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SmackLabelIPIn is the SMACK label for what comes in.
	SmackLabelIPIn string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SmackLabelIPOut is the SMACK label for what goes out.
	SmackLabelIPOut string `parse:"unit-string-printf" level:"accepted" why:"lsm"`
	// SELinuxContextFromNet starts services with the SELinux context of the peer.
	SELinuxContextFromNet bool `parse:"bool" level:"accepted" why:"lsm"`
}
