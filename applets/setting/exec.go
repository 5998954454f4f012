package setting

import (
	"encoding/base64"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

func execKinds() []kind {
	const unquote = units.WordUnquote
	return []kind{
		{text, `User Group UtmpIdentifier UtmpMode PAMName TTYPath WorkingDirectory RootDirectory SyslogIdentifier ProtectSystem
			ProtectHome PrivateUsersEx ProtectControlGroupsEx PrivateTmpEx SELinuxContext RootImage RootVerity RuntimeDirectoryPreserve
			Personality KeyringMode ProtectProc ProcSubset NetworkNamespacePath IPCNamespacePath UserNamespacePath LogNamespace
			RootImagePolicy MountImagePolicy ExtensionImagePolicy`},
		{labelled, "AppArmorProfile SmackProcessLabel"},
		{boolean, `IgnoreSIGPIPE TTYVHangup TTYReset TTYVTDisallocate PrivateTmp PrivateDevices PrivateNetwork PrivateUsers
			PrivateMounts PrivateIPC NoNewPrivileges SyslogLevelPrefix MemoryDenyWriteExecute RestrictRealtime DynamicUser RemoveIPC
			ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock ProtectControlGroups MountAPIVFS BindLogSockets
			CPUSchedulingResetOnFork LockPersonality ProtectHostname MemoryKSM RestrictSUIDSGID RootEphemeral SetLoginEnvironment`},
		{words(unquote), `ReadWriteDirectories ReadOnlyDirectories InaccessibleDirectories ReadWritePaths ReadOnlyPaths
			InaccessiblePaths ExecPaths NoExecPaths ConfigurationDirectory SupplementaryGroups SystemCallArchitectures
			ExtensionDirectories`},
		{directories, "RuntimeDirectory StateDirectory CacheDirectory LogsDirectory"},
		{single, "ExecSearchPath"},
		{octal, "RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode UMask"},
		{words(unquote | units.WordCUnescape), "Environment UnsetEnvironment PassEnvironment"},
		{environmentFile, "EnvironmentFile"},
		{stdio, "StandardInput StandardOutput StandardError"},
		{inputText, "StandardInputText"},
		{inputData, "StandardInputData"},
		{number(units.ParseLogLevel), "SyslogLevel LogLevelMax"},
		{number(units.ParseLogFacility), "SyslogFacility"},
		{number(wordIn("other fifo rr batch - idle")), "CPUSchedulingPolicy"},
		{number(wordIn("none realtime best-effort idle")), "IOSchedulingClass"},
		{number(wordIn("default preferred bind interleave local")), "NUMAPolicy"},
		{within(units.ParseNice), "Nice"},
		{within(units.ParseOOMScoreAdjust), "OOMScoreAdjust"},
		{signed, "CPUSchedulingPriority IOSchedulingPriority"},
		{unsigned, "TTYRows TTYColumns LogRateLimitBurst"},
		{span, "LogRateLimitIntervalSec"},
		{nanoseconds, "TimerSlackNSec"},
		{cpus, "CPUAffinity NUMAMask"},
		{capabilities, "CapabilityBoundingSet AmbientCapabilities"},
		{secureBits, "SecureBits"},
		{filter, "SystemCallFilter SystemCallLog RestrictAddressFamilies RestrictFileSystems"},
		{filterError, "SystemCallErrorNumber"},
		{namespaces, "RestrictNamespaces"},
		{bindPaths, "BindPaths BindReadOnlyPaths"},
		{temporaryFileSystems, "TemporaryFileSystem"},
		{credential, "SetCredential SetCredentialEncrypted"},
		{loadCredential, "LoadCredential LoadCredentialEncrypted"},
		{single, "ImportCredential"},
		{logFields, "LogExtraFields"},
		{logPatterns, "LogFilterPatterns"},
		{mountFlags, "MountFlags"},
		{coredumpFilter, "CoredumpFilter"},
	}
}

// execCommand is a command line with the prefixes of its program. Those that change how it is executed make a
// property of another type.
func execCommand(name, value string) ([]Property, error) {
	type plain struct {
		Path          string
		Argv          []string
		IgnoreFailure bool
	}
	type extended struct {
		Path    string
		Argv    []string
		Options []string
	}
	name, ex := strings.CutSuffix(name, "Ex")
	if value == "" {
		if ex {
			return one(name+"Ex", []extended{})
		}
		return one(name, []plain{})
	}
	var options []string
	var ignore, argv0 bool
	rest := value
prefixes:
	for rest != "" {
		switch rest[0] {
		case '-':
			ignore = true
		case '@':
			argv0 = true
		case ':':
			options = append(options, "no-env-expand")
		case '+':
			options = append(options, "privileged")
		case '!':
			if strings.HasPrefix(rest, "!!") {
				options, rest = append(options, "ambient"), rest[1:]
			} else {
				options = append(options, "no-setuid")
			}
		default:
			break prefixes
		}
		rest = rest[1:]
	}
	argv, err := units.SplitWords(rest, units.WordUnquote|units.WordCUnescape)
	if err != nil || len(argv) == 0 {
		return nil, command.Failf("Failed to parse command line: %s", value)
	}
	path := argv[0]
	if argv0 {
		if argv = argv[1:]; len(argv) == 0 {
			return nil, command.Failf("Failed to parse command line: %s", value)
		}
	}
	if len(options) == 0 && !ex {
		return one(name, []plain{{path, argv, ignore}})
	}
	if ignore {
		options = append([]string{"ignore-failure"}, options...)
	}
	return one(name+"Ex", []extended{{path, argv, options}})
}

func environmentFile(name, value string) ([]Property, error) {
	type file struct {
		Path     string
		Optional bool
	}
	if value == "" {
		return one("EnvironmentFiles", []file{})
	}
	path, optional := strings.CutPrefix(value, "-")
	return one("EnvironmentFiles", []file{{path, optional}})
}

func stdio(name, value string) ([]Property, error) {
	for _, form := range [...]struct{ prefix, suffix string }{
		{"fd:", "FileDescriptorName"}, {"file:", "File"}, {"append:", "FileToAppend"}, {"truncate:", "FileToTruncate"},
	} {
		if rest, ok := strings.CutPrefix(value, form.prefix); ok {
			return one(name+form.suffix, rest)
		}
	}
	return one(name, value)
}

func inputText(_, value string) ([]Property, error) {
	s, err := units.CUnescape(value, false)
	if err != nil {
		return nil, command.Failf("Failed to unescape text '%s': %s", value, command.Reason(err))
	}
	return one("StandardInputText", []byte(s+"\n"))
}

func inputData(name, value string) ([]Property, error) {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return nil, command.Failf("Failed to decode base64 data '%s': %s", value, command.Reason(unix.EINVAL))
	}
	return one(name, data)
}

func cpus(name, value string) ([]Property, error) {
	if value == "numa" && name == "CPUAffinity" {
		return one("CPUAffinityFromNUMA", true)
	}
	return cpuSet(name, value)
}

// cpuSet is a set of CPUs, a bit for each.
func cpuSet(name, value string) ([]Property, error) {
	set, err := units.ParseCPUSet(value)
	if err != nil {
		return nil, command.Failf("Failed to parse %s value: %s", name, value)
	}
	var mask []byte
	for _, cpu := range set {
		for len(mask) <= cpu/8 {
			mask = append(mask, make([]byte, 8)...)
		}
		mask[cpu/8] |= 1 << (cpu % 8)
	}
	return one(name, append([]byte{}, mask...))
}

// inverted takes the "~" from a list that says what is not.
func inverted(value string) (rest string, is bool) { return strings.CutPrefix(value, "~") }

func capabilities(name, value string) ([]Property, error) {
	rest, invert := inverted(value)
	var mask uint64
	for word := range strings.FieldsSeq(rest) {
		if n, ok := units.CapabilityNumber(word); ok {
			mask |= 1 << n
		}
	}
	if invert {
		mask = ^mask
	}
	return one(name, mask)
}

// typed has the unit files' own grammar read a value.
func typed(name, value string) (any, error) {
	const unit = "x.service"
	graph := units.NewGraph(units.Options{NoBuiltin: true})
	if strings.ContainsAny(value, "\n\r\\") {
		return nil, unix.EINVAL
	}
	if err := graph.Add(unit, "", "[Service]\nExecStart=/bin/true\n"+name+"="+value+"\n"); err != nil {
		return nil, err
	}
	u := graph.Load(unit)
	v, ok := u.Value(name)
	if !ok || len(u.Problems) > 0 {
		return nil, unix.EINVAL
	}
	return v, nil
}

func secureBits(name, value string) ([]Property, error) {
	v, err := typed(name, value)
	bits, ok := v.(int)
	if err != nil || !ok {
		return nil, command.Failf("Failed to parse %s value: %s", name, value)
	}
	return one(name, int32(bits))
}

func coredumpFilter(name, value string) ([]Property, error) {
	v, err := typed(name, value)
	mask, ok := v.(*units.CoredumpFilter)
	if err != nil || !ok || mask == nil {
		return failed(name, value, unix.EINVAL)
	}
	return one(name, uint64(*mask))
}

func filter(name, value string) ([]Property, error) {
	rest, invert := inverted(value)
	list, err := units.SplitWords(rest, units.WordUnquote)
	if err != nil {
		return nil, command.Failf("Invalid syntax: %s", command.Reason(err))
	}
	return one(name, struct {
		Allow bool
		Names []string
	}{!invert, append([]string{}, list...)})
}

func filterError(name, value string) ([]Property, error) {
	v, err := typed(name, value)
	n, ok := v.(units.FilterErrno)
	if err != nil || !ok {
		return failed(name, value, unix.EINVAL)
	}
	return one(name, int32(n))
}

// allNamespaces are the flags of clone(2) for namespaces.
const allNamespaces = unix.CLONE_NEWCGROUP | unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUSER | unix.CLONE_NEWUTS

func namespaces(name, value string) ([]Property, error) {
	rest, invert := inverted(value)
	flags := uint64(0)
	if b, err := units.ParseBool(rest); err == nil {
		if !b {
			flags = allNamespaces
		}
	} else {
		for word := range strings.FieldsSeq(rest) {
			switch word {
			case "cgroup":
				flags |= unix.CLONE_NEWCGROUP
			case "ipc":
				flags |= unix.CLONE_NEWIPC
			case "net":
				flags |= unix.CLONE_NEWNET
			case "mnt":
				flags |= unix.CLONE_NEWNS
			case "pid":
				flags |= unix.CLONE_NEWPID
			case "user":
				flags |= unix.CLONE_NEWUSER
			case "uts":
				flags |= unix.CLONE_NEWUTS
			default:
				return nil, command.Failf("Failed to parse %s value %s.", name, value)
			}
		}
	}
	if invert {
		flags = ^flags & allNamespaces
	}
	return one(name, flags)
}

func mountFlags(name, value string) ([]Property, error) {
	switch value {
	case "":
		return one(name, uint64(0))
	case "shared":
		return one(name, uint64(unix.MS_SHARED))
	case "slave":
		return one(name, uint64(unix.MS_SLAVE))
	case "private":
		return one(name, uint64(unix.MS_PRIVATE))
	}
	return nil, command.Failf("Failed to parse mount propagation flags: %s", value)
}
