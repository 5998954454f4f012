package units

import (
	"strconv"
	"strings"
	"syscall"
)

// ExitClass says who gave an exit status its meaning (systemd.exec(5), "Process Exit Codes").
type ExitClass string

// The classes of exit statuses.
const (
	ExitClassLibc    ExitClass = "libc"
	ExitClassLSB     ExitClass = "LSB"
	ExitClassBSD     ExitClass = "BSD"
	ExitClassSystemd ExitClass = "systemd"
)

// Exit statuses with which a process ends that could not be executed as its unit demands.
const (
	ExitChdir            = 200
	ExitNice             = 201
	ExitFDs              = 202
	ExitExec             = 203
	ExitMemory           = 204
	ExitLimits           = 205
	ExitOOMAdjust        = 206
	ExitSignalMask       = 207
	ExitStdin            = 208
	ExitStdout           = 209
	ExitChroot           = 210
	ExitIOPrio           = 211
	ExitTimerSlack       = 212
	ExitSecureBits       = 213
	ExitSetScheduler     = 214
	ExitCPUAffinity      = 215
	ExitGroup            = 216
	ExitUser             = 217
	ExitCapabilities     = 218
	ExitCgroupFailed     = 219
	ExitSetsid           = 220
	ExitConfirm          = 221
	ExitStderr           = 222
	ExitPAM              = 224
	ExitNetwork          = 225
	ExitNamespace        = 226
	ExitNoNewPrivileges  = 227
	ExitSeccomp          = 228
	ExitSELinuxContext   = 229
	ExitPersonality      = 230
	ExitAppArmor         = 231
	ExitAddressFamilies  = 232
	ExitRuntimeDirectory = 233
	ExitChown            = 235
	ExitSmackLabel       = 236
	ExitKeyring          = 237
	ExitStateDirectory   = 238
	ExitCacheDirectory   = 239
	ExitLogsDirectory    = 240
	ExitConfigDirectory  = 241
	ExitNUMAPolicy       = 242
	ExitCredentials      = 243
	ExitBPF              = 244
	ExitKSM              = 245
	ExitExceptionStatus  = 255
)

// exitNames names the exit statuses, in ascending order.
var exitNames = [...]struct {
	status int
	name   string
}{
	{0, "SUCCESS"}, {1, "FAILURE"},
	{2, "INVALIDARGUMENT"}, {3, "NOTIMPLEMENTED"}, {4, "NOPERMISSION"}, {5, "NOTINSTALLED"},
	{6, "NOTCONFIGURED"}, {7, "NOTRUNNING"},
	{64, "USAGE"}, {65, "DATAERR"}, {66, "NOINPUT"}, {67, "NOUSER"}, {68, "NOHOST"}, {69, "UNAVAILABLE"},
	{70, "SOFTWARE"}, {71, "OSERR"}, {72, "OSFILE"}, {73, "CANTCREAT"}, {74, "IOERR"}, {75, "TEMPFAIL"},
	{76, "PROTOCOL"}, {77, "NOPERM"}, {78, "CONFIG"},
	{ExitChdir, "CHDIR"}, {ExitNice, "NICE"}, {ExitFDs, "FDS"}, {ExitExec, "EXEC"}, {ExitMemory, "MEMORY"},
	{ExitLimits, "LIMITS"}, {ExitOOMAdjust, "OOM_ADJUST"}, {ExitSignalMask, "SIGNAL_MASK"}, {ExitStdin, "STDIN"},
	{ExitStdout, "STDOUT"}, {ExitChroot, "CHROOT"}, {ExitIOPrio, "IOPRIO"}, {ExitTimerSlack, "TIMERSLACK"},
	{ExitSecureBits, "SECUREBITS"}, {ExitSetScheduler, "SETSCHEDULER"}, {ExitCPUAffinity, "CPUAFFINITY"},
	{ExitGroup, "GROUP"}, {ExitUser, "USER"}, {ExitCapabilities, "CAPABILITIES"}, {ExitCgroupFailed, "CGROUP"},
	{ExitSetsid, "SETSID"}, {ExitConfirm, "CONFIRM"}, {ExitStderr, "STDERR"}, {ExitPAM, "PAM"},
	{ExitNetwork, "NETWORK"}, {ExitNamespace, "NAMESPACE"}, {ExitNoNewPrivileges, "NO_NEW_PRIVILEGES"},
	{ExitSeccomp, "SECCOMP"}, {ExitSELinuxContext, "SELINUX_CONTEXT"}, {ExitPersonality, "PERSONALITY"},
	{ExitAppArmor, "APPARMOR"}, {ExitAddressFamilies, "ADDRESS_FAMILIES"},
	{ExitRuntimeDirectory, "RUNTIME_DIRECTORY"}, {ExitChown, "CHOWN"}, {ExitSmackLabel, "SMACK_PROCESS_LABEL"},
	{ExitKeyring, "KEYRING"}, {ExitStateDirectory, "STATE_DIRECTORY"}, {ExitCacheDirectory, "CACHE_DIRECTORY"},
	{ExitLogsDirectory, "LOGS_DIRECTORY"}, {ExitConfigDirectory, "CONFIGURATION_DIRECTORY"},
	{ExitNUMAPolicy, "NUMA_POLICY"}, {ExitCredentials, "CREDENTIALS"}, {ExitBPF, "BPF"}, {ExitKSM, "KSM"},
	{ExitExceptionStatus, "EXCEPTION"},
}

// ExitStatusName is the name of an exit status and who gave it; both are empty for one without a name.
func ExitStatusName(status int) (name string, class ExitClass) {
	for i := range exitNames {
		if e := &exitNames[i]; e.status == status {
			switch {
			case status < 2:
				class = ExitClassLibc
			case status < 64:
				class = ExitClassLSB
			case status < 200:
				class = ExitClassBSD
			default:
				class = ExitClassSystemd
			}
			return e.name, class
		}
	}
	return "", ""
}

// ParseExitStatus reads an exit status: a number 0…255 or a name.
func ParseExitStatus(s string) (int, error) {
	for i := range exitNames {
		if exitNames[i].name == s {
			return exitNames[i].status, nil
		}
	}
	u, err := ParseUint(s, 8)
	return int(u), err
}

// ParseExitStatusSet adds one SuccessExitStatus= value (or that of its kin) to a set; an empty value resets
// it. Words that are neither an exit status nor a signal are skipped and told in problems.
func ParseExitStatusSet(set ExitStatusSet, value string) (out ExitStatusSet, problems []error) {
	if value == "" {
		return ExitStatusSet{}, nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		problems = append(problems, err)
	}
	for _, word := range words {
		if status, err := ParseExitStatus(word); err == nil {
			set.Codes[status/64] |= 1 << (status % 64)
		} else if sig, err := ParseSignal(word); err == nil {
			set.Signals[(sig-1)/64] |= 1 << ((sig - 1) % 64)
		} else {
			problems = append(problems, malformed("exit status or signal", word, "no such name"))
		}
	}
	return set, problems
}

// Statuses are the exit codes of a set and the names of its signals, both in ascending order.
func (s *ExitStatusSet) Statuses() (codes []int, signals []string) {
	for code := range 256 {
		if s.Has(code) {
			codes = append(codes, code)
		}
	}
	for sig := syscall.Signal(1); sig <= SigRTMax; sig++ {
		if s.HasSignal(sig) {
			signals = append(signals, SignalName(sig))
		}
	}
	return codes, signals
}

// String writes the set as a setting would.
func (s *ExitStatusSet) String() string {
	codes, words := s.Statuses()
	for i := len(codes) - 1; i >= 0; i-- {
		words = append([]string{strconv.Itoa(codes[i])}, words...)
	}
	return strings.Join(words, " ")
}

// CleanExit tells whether an exit is a success: code 0, or one in the set. A daemon may also end by SIGHUP,
// SIGINT, SIGTERM or SIGPIPE, which a command may not (systemd.service(5), SuccessExitStatus=). A core dump is
// never clean.
func (s *ExitStatusSet) CleanExit(status syscall.WaitStatus, daemon bool) bool {
	switch {
	case status.Exited():
		return status.ExitStatus() == 0 || s.Has(status.ExitStatus())
	case status.Signaled() && !status.CoreDump():
		switch sig := status.Signal(); sig {
		case syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE:
			return daemon || s.HasSignal(sig)
		default:
			return s.HasSignal(sig)
		}
	}
	return false
}
