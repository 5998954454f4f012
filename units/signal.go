package units

import (
	"strconv"
	"strings"
	"syscall"
)

// The range of real-time signals as the C library gives it to programs.
const (
	SigRTMin syscall.Signal = 34
	SigRTMax syscall.Signal = 64
)

// signalNames are the names of signals 1…31 without SIG.
var signalNames = [...]string{
	1: "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
	"TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
	"WINCH", "IO", "PWR", "SYS",
}

// ParseSignal reads a signal: a number, or a name with or without SIG, such as SIGTERM, HUP, RTMIN+3.
func ParseSignal(s string) (syscall.Signal, error) {
	const kind = "signal"
	if n, err := ParseInt(s, 32); err == nil {
		if n < 1 || n > int64(SigRTMax) {
			return 0, outOfRange(kind, s)
		}
		return syscall.Signal(n), nil
	}
	name := strings.TrimPrefix(s, "SIG")
	for i, known := range &signalNames {
		if known != "" && known == name {
			return syscall.Signal(i), nil
		}
	}
	base, sign := SigRTMin, "+"
	offset, ok := strings.CutPrefix(name, "RTMIN")
	if !ok {
		base, sign = SigRTMax, "-"
		offset, ok = strings.CutPrefix(name, "RTMAX")
	}
	switch {
	case !ok || offset != "" && !strings.HasPrefix(offset, sign):
		return 0, malformed(kind, s, "no such signal")
	case offset == "":
		return base, nil
	}
	n, err := ParseInt(offset, 32)
	if err != nil {
		return 0, err
	}
	if sig := base + syscall.Signal(n); sig >= SigRTMin && sig <= SigRTMax {
		return sig, nil
	}
	return 0, outOfRange(kind, s)
}

// SignalName is the name of a signal without SIG; a number for one that has no name.
func SignalName(sig syscall.Signal) string {
	switch {
	case sig > 0 && int(sig) < len(signalNames):
		return signalNames[sig]
	case sig >= SigRTMin && sig <= SigRTMax:
		return "RTMIN+" + strconv.Itoa(int(sig-SigRTMin))
	}
	return strconv.Itoa(int(sig))
}
