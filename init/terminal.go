package pid1

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// takeTerminal makes standard input the controlling terminal of the new session.
func takeTerminal(x *units.ExecSettings, st stream) []call {
	var force uintptr
	if st.tty == units.StdioTTYForce {
		force = 1
	}
	take := sys(stepStdin, st.path, unix.SYS_IOCTL, 0, unix.TIOCSCTTY, force)
	if st.tty == units.StdioTTY {
		take.Wait, take.TTY = true, st.path
	}
	if force != 0 {
		// Taking a terminal from another session needs CAP_SYS_ADMIN; the stream serves without.
		take = take.soft()
	}
	calls := []call{take}
	optional := func(c call) {
		c.Optional = true
		calls = append(calls, c)
	}
	if x.TTYReset {
		optional(sys(stepStdin, st.path, unix.SYS_IOCTL, 0, unix.TCSETS, 0).pointing(2, saneTerminal()))
	}
	if x.TTYRows != nil || x.TTYColumns != nil {
		var size [4]uint16
		if x.TTYRows != nil {
			size[0] = uint16(min(*x.TTYRows, 0xffff))
		}
		if x.TTYColumns != nil {
			size[1] = uint16(min(*x.TTYColumns, 0xffff))
		}
		var data []byte
		for _, v := range size {
			data = binary.NativeEndian.AppendUint16(data, v)
		}
		optional(sys(stepStdin, st.path, unix.SYS_IOCTL, 0, unix.TIOCSWINSZ, 0).pointing(2, data))
	}
	return calls
}

// saneTerminal is a struct termios in line mode with the usual characters (stty sane).
func saneTerminal() []byte {
	data := words32(
		unix.ICRNL|unix.IXON|unix.IUTF8,
		unix.OPOST|unix.ONLCR,
		unix.B38400|unix.CS8|unix.CREAD|unix.HUPCL,
		unix.ISIG|unix.ICANON|unix.IEXTEN|unix.ECHO|unix.ECHOE|unix.ECHOK|unix.ECHOCTL|unix.ECHOKE)
	control := make([]byte, 20) // line discipline and c_cc
	for at, c := range map[int]byte{unix.VINTR: 3, unix.VQUIT: 28, unix.VERASE: 127, unix.VKILL: 21, unix.VEOF: 4,
		unix.VMIN: 1, unix.VSTART: 17, unix.VSTOP: 19, unix.VSUSP: 26, unix.VREPRINT: 18, unix.VDISCARD: 15,
		unix.VWERASE: 23, unix.VLNEXT: 22} {
		control[1+at] = c
	}
	return append(data, control...)
}
