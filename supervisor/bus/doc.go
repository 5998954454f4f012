// Package bus serves org.freedesktop.systemd1(5) over D-Bus, to peers that connect to a socket of PID 1's own.
//
// # The protocol
//
// A connection is a stream of bytes on an AF_UNIX socket. It begins with one NUL byte and lines that end in
// CR LF (auth.go), and goes on with messages (message.go):
//
//	client                                  server
//	\0AUTH EXTERNAL [uid in hex]\r\n   →
//	                                   ←    OK guid\r\n         the uid is the peer's (SO_PEERCRED)
//	                                        DATA\r\n            no uid given: it may come as DATA
//	                                        REJECTED EXTERNAL\r\n
//	DATA [uid in hex]\r\n              →
//	                                   ←    OK guid\r\n
//	NEGOTIATE_UNIX_FD\r\n              →
//	                                   ←    AGREE_UNIX_FD\r\n
//	BEGIN\r\n                          →
//	message message …                  ⇄    message message …
//
// A client may send all its lines, and its first messages with them, before it reads an answer. There is no Hello
// on such a connection, and there are no names: it has two ends.
//
//	message   0 byte order 'l' or 'B'      endian
//	          1 type                       dbus.TypeMethodCall …
//	          2 flags                      dbus.FlagNoReplyExpected …
//	          3 version, always 1
//	          4 length of the body         bodyAt
//	          8 serial, not 0              serialAt
//	         12 length of the fields       fieldsAt
//	         16 fields: array of (byte, variant): path, interface, member, …
//	            zeroes up to a multiple of 8
//	            body, of the types that the field signature tells
//
// The socket is open to everybody, and the peer's credentials decide: root and the manager's own user may call every
// method, others those that change nothing. (Genuine systemd lets only root connect, and has others come by the
// system bus, which is not there in most containers.)
//
// On the system bus (System) PID 1 is a client like others: it authenticates, says Hello, takes the name
// org.freedesktop.systemd1 and is called by unique names, whose credentials the bus knows. The bus asks it to start
// units by a signal:
//
//	bus                                     PID 1
//	signal Activator.ActivationRequest  →
//	                                    ←   signal Activator.ActivationFailure      only if it cannot be started
//
// # Who does what
//
// Each connection has one goroutine that reads and one that writes. A call is read, measured and decoded by the
// first, and then handed to the loop of PID 1 (Config.Do), which is the only one to look at the manager. There
// the handler finds its answer and puts it on the connection's queue; the second goroutine encodes and writes it.
// Nothing on the loop ever waits for a client: one that does not read is not read from either, and if signals
// for it pile up it is dropped.
//
// What may be called, with what and by whom, is told in one place, the table of an Interface: dispatch, the check
// of signatures, authorization and introspection are all read from it. A handler is a function from a Call to
// what it answers. What a handler returns must not be changed afterwards, because it is encoded later.
//
// Changes are collected while the loop works and sent when Flush is called at the end of its turn: what a call
// has answered precedes what the call has caused, and a unit that has changed twice in one turn is told of once.
package bus
