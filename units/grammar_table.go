package units

import "sync"

// valueParsers are the value grammars by the names that the parse tags use.
var valueParsers = sync.OnceValue(func() map[string]valueParser {
	size := parseWith(ParseBytes)
	span := parseWith(ParseSpan)
	strv := wordList(WordUnquote, false, nil)
	expanded := wordList(WordUnquote|WordCUnescape, true, nil)
	logLevel := parseWith(ParseLogLevel)
	return map[string]valueParser{
		// ignored settings have no field to be read into.
		"ignored":   func(*line, any, string) error { return nil },
		"bool":      parseWith(ParseBool),
		"tristate":  parseWith(parseTristate),
		"sec":       span,
		"sec-fix-0": parseWith(ParseSpanFix0), "sec-def-infinity": parseWith(ParseSpanDefInfinity),
		"nsec":     parseOptional(ParseNanoseconds),
		"unsigned": parseWith(func(s string) (uint, error) { u, err := ParseUint(s, 32); return uint(u), err }),
		"int":      parseOptional(func(s string) (int, error) { i, err := ParseInt(s, 32); return int(i), err }),
		"long":     parseWith(func(s string) (int64, error) { return ParseInt(s, 64) }),
		"mode":     parseWith(ParseMode), "iec-size": size, "signal": parseWith(ParseSignal),
		"string": verbatim, "unit-string-printf": text, "reboot-parameter": text,
		"unit-path-printf":      checkedText(ParsePath),
		"unit-path-strv-printf": wordList(WordUnquote, true, ParsePath),

		"unit-deps": dependencyList, "unit-mounts-for": wordList(WordUnquote, true, ParsePath),
		"documentation": documentation, "condition": conditionLine, "install": installList, "install-instance": text,
		"job-mode":        oneOfOrJobMode,
		"job-timeout-sec": jobTimeout, "job-running-timeout-sec": jobRunningTimeout,
		"emergency-action": oneOf(wordsOf[EmergencyAction]("emergency_action")...),
		"exit-status":      parseOptional(parseExitCode),
		"collect-mode":     oneOf(wordsOf[CollectMode]("collect_mode")...),
		"exec":             commandList, "pid-file": pidFile,
		"service-timeout": serviceTimeout, "service-timeout-abort": parseOptional(ParseSpanFix0),
		"service-timeout-failure-mode": oneOf(wordsOf[TimeoutFailureMode]("service_timeout_failure_mode")...),
		"service-type":                 oneOf(wordsOf[ServiceType]("service_type")...),
		"service-exit-type":            oneOf(wordsOf[ExitType]("service_exit_type")...),
		"service-restart":              oneOf(wordsOf[Restart]("service_restart")...),
		"service-restart-mode":         oneOf(wordsOf[RestartMode]("service_restart_mode")...),
		"set-status":                   exitStatusSet, "bus-name": checkedText(busName),
		"exec-preserve-mode": oneOfOrBool(PreserveYes, PreserveNo, wordsOf[PreserveMode]("exec_preserve_mode")...),
		"notify-access":      oneOf(wordsOf[NotifyAccess]("notify_access")...),
		"service-sockets":    socketList, "oom-policy": oneOf(wordsOf[OOMPolicy]("oom_policy")...),
		"open-file": openFile, "kill-mode": killMode,

		"socket-listen": listenLine, "socket-protocol": enumText("udplite", "sctp", "mptcp"),
		"socket-bind": enumText("default", "both", "ipv6-only"), "socket-bindtodevice": verbatim,
		"socket-service": relatedUnit("service"), "socket-timestamping": enumTextOrBool("ns", "off", "off", "us", "usec", "µs", "ns", "nsec"),
		"ip-tos": ipTOS, "fdname": checkedText(descriptorName),
		"timer": timerLine, "path-spec": pathLine, "trigger-unit": relatedUnit(""), "mount-node": text,

		"working-directory": workingDirectory, "root-image-options": expanded, "image-policy": text,
		"exec-root-hash": text, "exec-root-hash-sig": text, "namespace-path-strv": wordList(WordUnquote|WordCUnescape, true, namespacePath),
		"extension-images": expanded, "mount-images": expanded, "bind-paths": expanded, "temporary-filesystems": expanded,
		"user-group-compat": checkedText(accountName), "user-group-strv-compat": wordList(WordUnquote, true, accountName),
		"exec-nice": parseOptional(ParseNice), "exec-oom-score-adjust": parseOptional(ParseOOMScoreAdjust),
		"exec-coredump-filter": verbatim, "exec-io-class": parseOptional(parseIOClass),
		"exec-io-priority": parseOptional(intWithin("I/O priority", 0, 7)), "exec-cpu-sched-policy": parseOptional(parseSchedPolicy),
		"exec-cpu-sched-prio": parseOptional(intWithin("scheduling priority", 0, 99)), "exec-cpu-affinity": cpuList,
		"numa-policy": enumText("default", "preferred", "bind", "interleave", "local"), "numa-mask": verbatim,
		"environ": environment(ParseEnvironment), "pass-environ": environment(ParsePassEnvironment),
		"unset-environ": environment(ParseUnsetEnvironment), "unit-env-file": environmentFile,
		"exec-input": standardInput, "exec-output": standardOutput, "exec-input-text": inputText, "exec-input-data": inputData,
		"tty-size":     parseOptional(func(s string) (uint, error) { u, err := ParseUint(s, 16); return uint(u), err }),
		"log-facility": parseWith(ParseLogFacility), "log-level": logLevel,
		"log-extra-fields": expanded, "log-filter-patterns": expanded, "exec-secure-bits": secureBits,
		"capability-set": capabilitySet, "exec-keyring-mode": oneOf(wordsOf[KeyringMode]("exec_keyring_mode")...),
		"protect-proc": enumText(Enumeration("protect_proc")...), "proc-subset": enumText(Enumeration("proc_subset")...),
		"syscall-filter": systemCalls, "syscall-log": systemCalls, "syscall-archs": strv, "syscall-errno": verbatim,
		"restrict-namespaces": verbatim, "address-families": invertibleList, "restrict-filesystems": invertibleList,
		"rlimit": resourceLimit, "colon-separated-paths": colonPaths, "log-namespace": text,
		"protect-system":              enumTextOrBool("yes", "no", "no", "yes", "full", "strict"),
		"protect-home":                enumTextOrBool("yes", "no", "no", "yes", "read-only", "tmpfs"),
		"exec-mount-propagation-flag": verbatim, "personality": verbatim, "exec-directories": execDirectories,
		"set-credential": setCredential, "load-credential": loadCredential, "import-credential": expanded,
		"exec-utmp-mode": enumText(Enumeration("exec_utmp_mode")...), "exec-selinux-context": text, "exec-apparmor-profile": text,
		"exec-smack-process-label": text,

		"unit-slice": sliceName, "allowed-cpuset": verbatim, "cg-cpu-weight": verbatim, "cpu-shares": verbatim,
		"cpu-quota": verbatim, "memory-limit": memoryLimit, "device-allow": expanded, "device-policy": enumText(Enumeration("cgroup_device_policy")...),
		"cg-weight": parseOptional(parseWeight), "io-device-weight": expanded, "io-limit": expanded, "io-device-latency": expanded,
		"blockio-weight": verbatim, "blockio-device-weight": expanded, "blockio-bandwidth": expanded, "tasks-max": verbatim,
		"delegate": verbatim, "delegate-subgroup": verbatim, "disable-controllers": strv, "in-addr-prefixes": strv,
		"ip-filter-bpf-progs": expanded, "managed-oom-mode": enumText("auto", "kill"), "managed-oom-mem-pressure-limit": verbatim,
		"managed-oom-preference": enumText("none", "avoid", "omit"), "bpf-foreign-program": expanded, "cgroup-socket-bind": strv,
		"restrict-network-interfaces": invertibleList, "memory-pressure-watch": enumTextOrBool("on", "off", Enumeration("cgroup_pressure_watch")...),
		"cgroup-nft-set": expanded,
	}
})

// killMode reads KillMode=; an empty value resets it.
func killMode(l *line, dst any, value string) error {
	if value == "" {
		value = string(KillControlGroup)
	}
	return oneOf(wordsOf[KillMode]("kill_mode")...)(l, dst, value)
}

// enumText is oneOf for plain strings.
func enumText(words ...string) valueParser { return oneOf(words...) }

// enumTextOrBool is oneOfOrBool for plain strings.
func enumTextOrBool(yes, no string, words ...string) valueParser {
	return oneOfOrBool(yes, no, words...)
}
