package units

import (
	"encoding/base64"
	"math"
	"slices"
	"strings"
)

func workingDirectory(l *line, dst any, value string) error {
	d := dst.(*WorkingDirectory)
	var w WorkingDirectory
	if rest, ok := strings.CutPrefix(value, "-"); ok {
		w.Optional, value = true, rest
	}
	switch value {
	case "":
		*d = WorkingDirectory{}
		return nil
	case "~":
		w.Home = true
	default:
		v, err := l.x.Expand(value)
		if err == nil {
			w.Path, err = ParsePath(v)
		}
		if err != nil {
			if w.Optional {
				return err
			}
			return fatal(err)
		}
	}
	*d = w
	return nil
}

// accountName checks the name or number of a user or group. Names that other tools allow are allowed, too.
func accountName(s string) (string, error) {
	switch bad := malformed("user or group", s, "not a valid name or number"); {
	case s == "" || len(s) > 255 || s == "." || s == ".." || strings.ContainsAny(s, ":/"),
		strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", bad
	case strings.Trim(s, "0123456789") == "":
		// 0xffffffff stands for no user, and so did 0xffff once.
		if id, err := ParseUint(s, 32); err != nil || id == math.MaxUint32 || id == math.MaxUint16 {
			return "", bad
		}
	case s[0] == '-' && strings.Trim(s[1:], "0123456789") == "":
		return "", bad
	}
	return s, nil
}

func parseIOClass(s string) (int, error) {
	return wordOrNumber("I/O scheduling class", s, 3, "none", "realtime", "best-effort", "idle")
}

func parseSchedPolicy(s string) (int, error) {
	// The numbers are those of sched.h; 4 is not taken, 6 is SCHED_DEADLINE.
	return wordOrNumber("CPU scheduling policy", s, 6, "other", "fifo", "rr", "batch", "", "idle")
}

func wordOrNumber(kind, s string, limit int64, words ...string) (int, error) {
	if i := slices.Index(words, s); i >= 0 && s != "" {
		return i, nil
	}
	return parseWithin(kind, s, 0, limit)
}

func intWithin(kind string, low, high int64) func(string) (int, error) {
	return func(s string) (int, error) { return parseWithin(kind, s, low, high) }
}

// cpuAffinity is cpuList for CPUAffinity=, where "numa" stands for the CPUs of the nodes of NUMAMask=.
func cpuAffinity(l *line, dst any, value string) error {
	if value == "" || value == "numa" {
		l.unit.Exec.CPUAffinityFromNUMA = value == "numa"
	}
	if value == "numa" {
		return nil
	}
	return cpuList(l, dst, value)
}

// cpuList adds a set of CPUs, or of memory nodes; an empty value resets it.
func cpuList(_ *line, dst any, value string) error {
	list := dst.(*[]int)
	if value == "" {
		*list = nil
		return nil
	}
	cpus, err := ParseCPUSet(value)
	if err != nil {
		return err
	}
	cpus = append(cpus, *list...)
	slices.Sort(cpus)
	*list = slices.Compact(cpus)
	return nil
}

func environment(parse func([]string, string, *Specifiers) ([]string, []error)) valueParser {
	return func(l *line, dst any, value string) error {
		list := dst.(*[]string)
		out, problems := parse(*list, value, l.x)
		for _, p := range problems {
			l.warn(p)
		}
		*list = out
		return nil
	}
}

func environmentFile(l *line, dst any, value string) error {
	list := dst.(*[]EnvironmentFile)
	if value == "" {
		*list = nil
		return nil
	}
	f, err := ParseEnvironmentFilePath(value, l.x)
	if err == nil {
		*list = append(*list, f)
	}
	return err
}

func commandList(l *line, dst any, value string) error {
	list := dst.(*[]Command)
	if value == "" {
		*list = nil
		return nil
	}
	commands, err := ParseCommands(value, l.x)
	*list = append(*list, commands...)
	return err
}

// standardInput reads StandardInput= (systemd.exec(5)).
func standardInput(l *line, dst any, value string) error {
	return stdio(l, dst.(*Stdio), value, []StdioKind{StdioNull, StdioTTY, StdioTTYForce, StdioTTYFail, StdioSocket, StdioData}, []StdioKind{StdioFile})
}

// standardOutput reads StandardOutput= and StandardError=. The names of what syslog was once given are read
// as the journal.
func standardOutput(l *line, dst any, value string) error {
	switch value {
	case "syslog":
		value = "journal"
	case "syslog+console":
		value = "journal+console"
	}
	return stdio(l, dst.(*Stdio), value,
		[]StdioKind{StdioNull, StdioInherit, StdioTTY, StdioJournal, StdioKmsg, StdioJournalConsole, StdioKmsgConsole, StdioSocket},
		[]StdioKind{StdioFile, StdioAppend, StdioTruncate})
}

func stdio(l *line, dst *Stdio, value string, words, files []StdioKind) error {
	if slices.Contains(words, StdioKind(value)) {
		*dst = Stdio{Kind: StdioKind(value)}
		return nil
	}
	if value == "fd" {
		*dst = Stdio{Kind: StdioFD, Arg: defaultFDName(l.key)}
		return nil
	}
	kind, arg, ok := strings.Cut(value, ":")
	if ok && kind == "fd" {
		name, err := l.x.Expand(arg)
		if err == nil {
			name, err = ParseFDName(name)
		}
		if err == nil {
			*dst = Stdio{Kind: StdioFD, Arg: name}
		}
		return err
	}
	if !ok || !slices.Contains(files, StdioKind(kind)) {
		return malformed("standard stream", value, "no such kind of "+l.key)
	}
	path, err := l.x.Expand(arg)
	if err == nil {
		path, err = ParsePath(path)
	}
	if err == nil {
		*dst = Stdio{Kind: StdioKind(kind), Arg: path}
	}
	return err
}

// defaultFDName is the descriptor that "fd" without a name stands for.
func defaultFDName(key string) string {
	return map[string]string{"StandardInput": "stdin", "StandardOutput": "stdout", "StandardError": "stderr"}[key]
}

// inputText appends a line to what the process reads; StandardInput= becomes data unless it says otherwise.
// inputData reads StandardInputText= and StandardInputData=, which make one whole.
func inputData(l *line, to any, value string) error {
	dst := to.(*[]byte)
	if value == "" {
		*dst = nil
		return nil
	}
	var data []byte
	if l.set.Name == "StandardInputText" {
		v, err := CUnescape(value, false)
		if err == nil {
			v, err = l.x.Expand(v)
		}
		if err != nil {
			return err
		}
		data = []byte(v + "\n")
	} else {
		var err error
		if data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), "")); err != nil {
			return err
		}
	}
	if len(*dst)+len(data) > 64<<20 {
		return outOfRange("standard input", value[:16])
	}
	*dst = append(slices.Clip(*dst), data...)
	return nil
}

// secureBits reads SecureBits= (prctl(2), PR_SET_SECUREBITS).
func secureBits(_ *line, dst any, value string) error {
	bits := dst.(*int)
	if value == "" {
		*bits = 0
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	// The order of the names is that of the bits.
	names := []string{"noroot", "noroot-locked", "no-setuid-fixup", "no-setuid-fixup-locked", "keep-caps", "keep-caps-locked"}
	for _, w := range words {
		i := slices.Index(names, w)
		if i < 0 {
			return malformed("secure bit", w, "it must be one of "+joinWords(names))
		}
		*bits |= 1 << i
	}
	return nil
}

// capabilitySet merges one CapabilityBoundingSet= or AmbientCapabilities= line into what earlier ones say.
func capabilitySet(l *line, dst any, value string) error {
	set := dst.(*CapabilitySet)
	value, invert := strings.CutPrefix(value, "~")
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	var sum uint64
	for _, w := range words {
		if c, ok := CapabilityNumber(w); ok {
			sum |= 1 << c
		} else {
			l.warn(malformed("capability", w, "no such name"))
		}
	}
	initial := uint64(0)
	if l.set != nil && l.set.Name == "CapabilityBoundingSet" {
		initial = AllCapabilities
	}
	if !set.Set {
		set.Mask = initial
	}
	switch {
	case (sum == 0 || set.Mask == initial) && invert:
		set.Mask = AllCapabilities &^ sum
	case sum == 0 || set.Mask == initial:
		set.Mask = sum
	case invert:
		set.Mask &^= sum
	default:
		set.Mask |= sum
	}
	set.Set = true
	return nil
}

// systemCalls reads SystemCallFilter= and SystemCallLog= lines. The first one decides whether the list allows
// or forbids; a line of the other sense takes names off the list.
func systemCalls(l *line, dst any, value string) error {
	f := dst.(*SystemCallFilter)
	if value == "" {
		*f = SystemCallFilter{}
		return nil
	}
	value, invert := strings.CutPrefix(value, "~")
	if !f.Set {
		f.Set, f.Allow = true, !invert
	}
	words, err := SplitWords(value, 0)
	for _, w := range words {
		name, errno, hasErrno := strings.Cut(w, ":")
		werr := systemCallName(name)
		if werr == nil && hasErrno {
			switch {
			case errno == "":
				werr = malformed("system call", w, "write NAME or NAME:ERRNO")
			case !invert:
				werr = malformed("system call", w, "one that is allowed has no error")
			default:
				_, werr = filterErrno(errno)
			}
		}
		if werr != nil {
			l.warn(werr)
			continue
		}
		f.Rules = append(f.Rules, SystemCallRule{Name: name, Errno: errno, Remove: f.Allow == invert})
	}
	return err
}

// resourceLimit reads a Limit…= line; an empty value unsets the limit.
func resourceLimit(l *line, dst any, value string) error {
	return parseOptional(func(s string) (ResourceLimit, error) {
		return ParseResourceLimit(strings.TrimPrefix(l.key, "Default"), s)
	})(l, dst, value)
}

func colonPaths(l *line, dst any, value string) error {
	list := dst.(*[]string)
	if value == "" {
		*list = nil
		return nil
	}
	words, err := SplitWordsAt(value, ":", WordUnquote)
	for _, w := range words {
		p, werr := l.x.Expand(w)
		if werr == nil {
			p, werr = ParsePath(p)
		}
		if werr != nil {
			l.warn(werr)
			continue
		}
		*list = append(*list, p)
	}
	return err
}

// namespacePath checks a path that may begin with "-" and "+".
func namespacePath(s string) (string, error) {
	rest := strings.TrimPrefix(s, "-")
	rest = strings.TrimPrefix(rest, "+")
	p, err := ParsePath(rest)
	if err != nil {
		return "", err
	}
	return s[:len(s)-len(rest)] + p, nil
}

// execDirectories reads RuntimeDirectory= and its kin: PATH, PATH:LINK or PATH:LINK:ro, relative paths all.
func execDirectories(l *line, dst any, value string) error {
	list := dst.(*[]ExecDirectory)
	if value == "" {
		*list = nil
		return nil
	}
	words, err := SplitWords(value, WordUnquote|WordRetainEscape)
	for _, w := range words {
		d, werr := l.execDirectory(w)
		if werr != nil {
			l.warn(werr)
			continue
		}
		addDirectory(list, d)
	}
	return err
}

func (l *line) execDirectory(word string) (ExecDirectory, error) {
	parts, err := SplitWordsAt(word, ":", WordCUnescape|WordDontCoalesce)
	if err != nil || len(parts) == 0 || len(parts) > 3 {
		return ExecDirectory{}, malformed("directory", word, "write PATH or PATH:LINK")
	}
	var d ExecDirectory
	for i, p := range parts {
		if i == 2 {
			if p != "ro" || l.key == "ConfigurationDirectory" {
				return ExecDirectory{}, malformed("directory", word, `the only flag is "ro"`)
			}
			d.ReadOnly = true
			continue
		}
		if i == 1 && p == "" {
			continue
		}
		p, err := l.x.Expand(p)
		if err != nil {
			return ExecDirectory{}, err
		}
		p = SimplifyPath(p)
		if !NormalizedPath(p) || IsAbsolutePath(p) || p == "private" || strings.HasPrefix(p, "private/") {
			return ExecDirectory{}, malformed("directory", word, "it must be a path relative to the manager's directory, without \"..\" and not \"private\"")
		}
		if i == 0 {
			d.Path = p
		} else if l.key == "ConfigurationDirectory" {
			return ExecDirectory{}, malformed("directory", word, "a configuration directory has no links")
		} else {
			d.Symlinks = []string{p}
		}
	}
	return d, nil
}

func addDirectory(list *[]ExecDirectory, d ExecDirectory) {
	for i := range *list {
		if have := &(*list)[i]; have.Path == d.Path {
			have.Symlinks = append(slices.Clip(have.Symlinks), d.Symlinks...)
			have.ReadOnly = have.ReadOnly || d.ReadOnly
			return
		}
	}
	*list = append(*list, d)
}

// setCredential reads NAME:VALUE; the value may have C escapes, or be base64 where it is encrypted.
func setCredential(l *line, dst any, value string) error {
	list := dst.(*[]Credential)
	if value == "" {
		*list = nil
		return nil
	}
	name, v, ok := strings.Cut(value, ":")
	name, err := l.credentialName(name, ok, value)
	if err != nil {
		return err
	}
	var data []byte
	if l.key == "SetCredentialEncrypted" {
		data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v), ""))
	} else {
		v, err = CUnescape(v, true)
		data = []byte(v)
	}
	if err != nil {
		return err
	}
	setNamed(list, Credential{Name: name, Value: data})
	return nil
}

// loadCredential reads NAME:PATH, or a name alone that stands for both.
func loadCredential(l *line, dst any, value string) error {
	list := dst.(*[]Credential)
	if value == "" {
		*list = nil
		return nil
	}
	word, path, ok := strings.Cut(value, ":")
	name, err := l.credentialName(word, true, value)
	if err != nil {
		return err
	}
	if !ok {
		path = name
	} else if path, err = l.x.Expand(path); err != nil {
		return err
	}
	if !ValidPath(path) || !IsAbsolutePath(path) && !ValidFileName(path) {
		return malformed("credential", value, "the source must be an absolute path or a name")
	}
	setNamed(list, Credential{Name: name, Path: path})
	return nil
}

func (l *line) credentialName(word string, ok bool, value string) (string, error) {
	name, err := l.x.Expand(word)
	if err == nil && (!ok || !ValidFileName(name) || strings.Contains(name, ":") || len(name) > 255) {
		err = malformed("credential", value, "write NAME:VALUE with a name that could be a file's")
	}
	return name, err
}

func setNamed(list *[]Credential, c Credential) {
	for i := range *list {
		if (*list)[i].Name == c.Name {
			(*list)[i] = c
			return
		}
	}
	*list = append(*list, c)
}

func parseTristate(s string) (Tristate, error) {
	if s == "" {
		return Unset, nil
	}
	b, err := ParseBool(s)
	switch {
	case err != nil:
		return Unset, err
	case b:
		return Yes, nil
	}
	return No, nil
}
