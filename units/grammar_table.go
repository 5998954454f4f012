package units

import "sync"

// valueParsers are the value grammars by the names that the parse tags use.
var valueParsers = sync.OnceValue(func() map[string]valueParser {
	size := parseWith(ParseBytes)
	span := parseWith(ParseSpan)
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
		"string": verbatim, "unit-path-fatal": requiredPath, "bool-fatal": requiredBool, "unit-string-printf": text, "reboot-parameter": text,
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
		"socket-bind": enumTextOrBool("ipv6-only", "both", "default", "both", "ipv6-only"), "socket-bindtodevice": checkedText(interfaceName),
		"socket-service": relatedUnit("service"), "socket-timestamping": enumTextOrBool("ns", "off", "off", "us", "usec", "µs", "ns", "nsec"),
		"ip-tos": ipTOS, "fdname": checkedText(ParseFDName),
		"timer": timerLine, "path-spec": pathLine, "trigger-unit": relatedUnit(""), "mount-node": text,

		"working-directory": workingDirectory, "root-image-options": listOfWords(rootImageOptions), "image-policy": checkedText(imagePolicy),
		"exec-root-hash": checkedText(rootHash), "exec-root-hash-sig": checkedText(rootHashSignature), "namespace-path-strv": wordList(WordUnquote|WordCUnescape, true, namespacePath),
		"extension-images": listOfWords(extensionImage), "mount-images": listOfWords(mountImage),
		"bind-paths": listOfWords(bindPaths), "temporary-filesystems": listOfWords(temporaryFileSystem),
		"user-group-compat": account, "user-group-strv-compat": accounts,
		"exec-nice": parseOptional(ParseNice), "exec-oom-score-adjust": parseOptional(ParseOOMScoreAdjust),
		"exec-coredump-filter": dumpFilter, "exec-io-class": parseOptional(parseIOClass),
		"exec-io-priority": parseOptional(intWithin("I/O priority", 0, 7)), "exec-cpu-sched-policy": parseOptional(parseSchedPolicy),
		"exec-cpu-sched-prio": parseOptional(intWithin("scheduling priority", 0, 99)), "exec-cpu-affinity": cpuAffinity,
		"numa-policy": enumOrEmpty("", "default", "preferred", "bind", "interleave", "local"), "numa-mask": nodeSet,
		"environ": environment(ParseEnvironment), "pass-environ": environment(ParsePassEnvironment),
		"unset-environ": environment(ParseUnsetEnvironment), "unit-env-file": environmentFile,
		"exec-input": standardInput, "exec-output": standardOutput, "exec-input-data": inputData,
		"tty-size":     parseOptional(func(s string) (uint, error) { u, err := ParseUint(s, 16); return uint(u), err }),
		"log-facility": parseWith(ParseLogFacility), "log-level": logLevel,
		"log-extra-fields": wordList(WordUnquote|WordCUnescape, true, logField), "log-filter-patterns": expanded, "exec-secure-bits": secureBits,
		"capability-set": capabilitySet, "exec-keyring-mode": oneOf(wordsOf[KeyringMode]("exec_keyring_mode")...),
		"protect-proc": enumText(Enumeration("protect_proc")...), "proc-subset": enumText(Enumeration("proc_subset")...),
		"syscall-filter": systemCalls, "syscall-log": systemCalls, "syscall-archs": wordList(WordUnquote, false, architectureName),
		"syscall-errno":       parseWith(filterError),
		"restrict-namespaces": restrictNamespaces, "address-families": nameFilter(addressFamily), "restrict-filesystems": nameFilter(fileSystemName),
		"rlimit": resourceLimit, "colon-separated-paths": colonPaths, "log-namespace": checkedText(logNamespace),
		"protect-system":              enumTextOrBool("yes", "no", "no", "yes", "full", "strict"),
		"protect-home":                enumTextOrBool("yes", "no", "no", "yes", "read-only", "tmpfs"),
		"exec-mount-propagation-flag": enumText("", "shared", "slave", "private"),
		"personality":                 enumText(append([]string{""}, personalities...)...), "exec-directories": execDirectories,
		"set-credential": setCredential, "load-credential": loadCredential, "import-credential": expanded,
		"exec-utmp-mode": enumText(Enumeration("exec_utmp_mode")...), "exec-selinux-context": text, "exec-apparmor-profile": text,
		"exec-smack-process-label": text,

		"unit-slice": sliceName, "allowed-cpuset": cpuList, "cg-cpu-weight": parseOptional(cpuWeight), "cpu-shares": parseOptional(weightWithin(2, 262144)),
		"cpu-quota": parseOptional(cpuQuota), "memory-limit": memoryLimit, "device-allow": deviceAllow, "device-policy": enumText(Enumeration("cgroup_device_policy")...),
		"cg-weight": parseOptional(parseWeight), "io-device-weight": deviceValues(parseWeight), "io-limit": deviceValues(ioLimit), "io-device-latency": deviceValues(ioLatency),
		"blockio-weight": parseOptional(weightWithin(10, 1000)), "blockio-device-weight": deviceValues(weightWithin(10, 1000)),
		"blockio-bandwidth": deviceValues(ioLimit), "tasks-max": tasksMax,
		"delegate": delegation, "delegate-subgroup": checkedText(subgroupName),
		"disable-controllers": wordList(WordUnquote, false, controllerName), "in-addr-prefixes": listOfWords(addressPrefix),
		"ip-filter-bpf-progs": pathPerLine, "managed-oom-mode": enumOrEmpty("auto", "auto", "kill"), "managed-oom-mem-pressure-limit": parseOptional(pressureLimit),
		"managed-oom-preference": enumText("none", "avoid", "omit"), "bpf-foreign-program": bpfProgram, "cgroup-socket-bind": listOfWords(socketBind),
		"restrict-network-interfaces": nameFilter(interfaceName), "memory-pressure-watch": enumTextOrBool("on", "off", Enumeration("cgroup_pressure_watch")...),
		"cgroup-nft-set": listOfWords(nftSet),
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

// enumOrEmpty is enumText for settings that an empty value resets.
func enumOrEmpty(preset string, words ...string) valueParser {
	one := enumText(words...)
	return func(l *line, dst any, value string) error {
		if value == "" {
			*dst.(*string) = preset
			return nil
		}
		return one(l, dst, value)
	}
}

// enumTextOrBool is oneOfOrBool for plain strings.
func enumTextOrBool(yes, no string, words ...string) valueParser {
	return oneOfOrBool(yes, no, words...)
}
