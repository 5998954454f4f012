package units

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

func (f *Facts) firstBoot(v string) (bool, error) {
	want, err := ParseBool(v)
	return want == f.FirstBoot, err
}

func (f *Facts) architecture(v string) (bool, error) {
	return v == "native" || v == f.Architecture, nil
}

func (f *Facts) virtualization(v string) (bool, error) {
	inContainer := f.Virtualization != "" && f.Virtualization != "none"
	if want, err := ParseBool(v); err == nil {
		return want == inContainer, nil
	}
	switch v {
	case "container":
		return inContainer, nil
	case "vm":
		return false, nil // a container's virtual machine is the host's business
	case "private-users":
		return f.PrivateUsers, nil
	}
	return inContainer && v == f.Virtualization, nil
}

func (f *Facts) host(v string) (bool, error) {
	if len(v) == 32 && strings.EqualFold(v, f.MachineID) {
		return true, nil
	}
	return path.Match(strings.ToLower(v), strings.ToLower(f.Hostname))
}

// kernelCommandLine looks for a word, or for NAME= with any value.
func (f *Facts) kernelCommandLine(v string) (bool, error) {
	for _, w := range f.CommandLine {
		if w == v || !strings.Contains(v, "=") && strings.HasPrefix(w, v+"=") {
			return true, nil
		}
	}
	return false, nil
}

func (f *Facts) kernelVersion(v string) (bool, error) {
	words, err := SplitWords(v, WordUnquote)
	if err != nil || len(words) == 0 {
		return false, malformed("kernel version", v, "write OPERATOR VERSION")
	}
	for i := 0; i < len(words); i++ {
		op, want := cutOperator(words[i])
		if want == "" && i+1 < len(words) {
			i++
			want = words[i]
		}
		if op == "" {
			op = "$="
		}
		if ok, err := compareText(op, f.KernelRelease, want); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// operators are those of comparisons, longer ones first.
var operators = []string{"!$=", "$=", "<=", ">=", "!=", "<>", "==", "=", "<", ">", "lt", "le", "eq", "ne", "ge", "gt"}

// cutOperator splits a comparison operator off; words such as "lt" must be followed by a blank.
func cutOperator(s string) (op, rest string) {
	for _, op := range operators {
		if rest, ok := strings.CutPrefix(s, op); ok && (op[0] < 'a' || rest == "" || rest[0] == ' ') {
			return op, strings.TrimLeft(rest, blanks)
		}
	}
	return "", s
}

// compareText compares as strings, as versions or by a pattern, as the operator says.
func compareText(op, have, want string) (bool, error) {
	switch op {
	case "$=":
		return path.Match(want, have)
	case "!$=":
		ok, err := path.Match(want, have)
		return !ok && err == nil, err
	case "=":
		return have == want, nil
	case "!=":
		return have != want, nil
	}
	return ordered(op, CompareVersions(have, want)), nil
}

func ordered(op string, sign int) bool {
	switch op {
	case "<", "lt":
		return sign < 0
	case "<=", "le":
		return sign <= 0
	case "=", "==", "eq":
		return sign == 0
	case "!=", "<>", "ne":
		return sign != 0
	case ">", "gt":
		return sign > 0
	}
	return sign >= 0
}

// credential looks for a credential that was handed to the manager.
func (f *Facts) credential(v string) (bool, error) {
	if !ValidFileName(v) {
		return false, malformed("credential", v, "not a name")
	}
	dir, ok := f.getenv("CREDENTIALS_DIRECTORY")
	if !ok || !strings.HasPrefix(dir, "/") {
		return false, nil
	}
	return f.pathExists(dir + "/" + v)
}

// securityFiles tell by their presence that a security module is in use.
var securityFiles = map[string]string{
	"selinux": "/sys/fs/selinux/enforce", "apparmor": "/sys/kernel/security/apparmor/profiles", "smack": "/sys/fs/smackfs/load",
	"tomoyo": "/sys/kernel/security/tomoyo/version", "ima": "/sys/kernel/security/ima/ascii_runtime_measurements",
}

func (f *Facts) security(v string) (bool, error) {
	if file, ok := securityFiles[v]; ok {
		return f.pathExists(file)
	}
	return false, nil // audit, uefi-secureboot, tpm2, cvm: not a container's
}

func (f *Facts) capability(v string) (bool, error) {
	n, ok := CapabilityNumber(v)
	if !ok {
		return false, malformed("capability", v, "no such name")
	}
	return f.BoundingSet&(1<<n) != 0, nil
}

// acPower holds unless a power supply says that it is off line.
func (f *Facts) acPower(v string) (bool, error) {
	want, err := ParseBool(v)
	if err != nil {
		return false, err
	}
	online, mains := false, false
	entries, _ := readDir(f.path("/sys/class/power_supply"))
	for _, e := range entries {
		dir := f.path("/sys/class/power_supply/" + e.Name())
		if kind := strings.TrimSpace(readHost(dir + "/type")); kind == "Mains" || kind == "USB" {
			mains = true
			online = online || strings.TrimSpace(readHost(dir+"/online")) == "1"
		}
	}
	return want == (online || !mains), nil
}

func (f *Facts) memory(v string) (bool, error) {
	op, rest := cutOperator(v)
	b, err := ParseBytes(rest)
	return err == nil && ordered(op, compareUint(f.MemoryBytes, uint64(b))), err
}

func (f *Facts) cpus(v string) (bool, error) {
	op, rest := cutOperator(v)
	n, err := ParseUint(rest, 32)
	return err == nil && ordered(op, compareUint(uint64(f.CPUs), n)), err
}

func compareUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (f *Facts) cpuFeature(v string) (bool, error) {
	for line := range strings.Lines(readHost("/proc/cpuinfo")) {
		if key, flags, ok := strings.Cut(line, ":"); ok {
			if key = strings.TrimSpace(key); key == "flags" || key == "Features" {
				return slices.Contains(strings.Fields(flags), strings.ToLower(v)), nil
			}
		}
	}
	return false, nil
}

func (f *Facts) getenv(name string) (string, bool) {
	for i := len(f.Environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(f.Environ[i], name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func (f *Facts) environment(v string) (bool, error) {
	name, value, exact := strings.Cut(v, "=")
	have, ok := f.getenv(name)
	return ok && (!exact || have == value), nil
}

func (f *Facts) user(v string) (bool, error) {
	if v == "@system" {
		return f.UID <= 999 || f.UID == 65534, nil
	}
	if id, err := ParseUint(v, 32); err == nil {
		return int(id) == f.UID, nil
	}
	id, err := f.account("/etc/passwd", v)
	return err == nil && id == f.UID, nil
}

func (f *Facts) group(v string) (bool, error) {
	id, err := f.account("/etc/group", v)
	if n, perr := ParseUint(v, 32); perr == nil {
		id, err = int(n), nil
	}
	return err == nil && (id == f.GID || slices.Contains(f.Groups, id)), nil
}

// account is the id of a name in /etc/passwd or /etc/group.
func (f *Facts) account(file, name string) (int, error) {
	for line := range strings.Lines(readHost(f.path(file))) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) > 2 && fields[0] == name {
			return strconv.Atoi(fields[2])
		}
	}
	return 0, fmt.Errorf("cannot find %s in %s", name, file)
}

// controlGroupController holds if all controllers named are there; unknown names are not asked for.
func (f *Facts) controlGroupController(v string) (bool, error) {
	available := readHost(f.path("/sys/fs/cgroup/cgroup.controllers"))
	switch v {
	case "v2":
		return available != "", nil
	case "v1":
		return available == "", nil
	}
	words, err := SplitWords(v, 0)
	for _, w := range words {
		known := slices.Contains([]string{"cpu", "cpuset", "io", "memory", "pids"}, w)
		if known && !slices.Contains(strings.Fields(available), w) {
			return false, err
		}
	}
	return err == nil, err
}

func (f *Facts) osRelease(v string) (bool, error) {
	text := readHost(f.path("/etc/os-release"))
	if text == "" {
		text = readHost(f.path("/usr/lib/os-release"))
	}
	env, err := ParseEnvironmentFile([]byte(text))
	if err != nil {
		return false, err
	}
	release := Facts{Environ: env}
	words, err := SplitWords(v, WordUnquote)
	if err != nil || len(words) == 0 {
		return false, malformed("os-release comparison", v, "write FIELD=VALUE")
	}
	for _, w := range words {
		i := strings.IndexAny(w, "=!<>$")
		if i <= 0 {
			return false, malformed("os-release comparison", w, "write FIELD=VALUE")
		}
		op, want := cutOperator(w[i:])
		have, _ := release.getenv(w[:i])
		if ok, err := compareText(op, have, want); op == "" || err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// pressure tests ConditionMemoryPressure= and its kin: whether the average stall is at most LIMIT[/SPAN].
// Where the kernel tells nothing it holds; a slice's own pressure is not known without control groups.
func pressure(resource string) func(*Facts, string) (bool, error) {
	return func(_ *Facts, v string) (bool, error) {
		if slice, rest, ok := strings.Cut(v, ":"); ok {
			if !ValidSlice(strings.TrimSpace(slice)) {
				return false, malformed("slice", slice, "not a slice")
			}
			_ = rest
			return true, nil
		}
		value, span, ok := strings.Cut(v, "/")
		window := "avg300"
		if ok {
			switch span = strings.TrimSpace(span); span {
			case "10sec":
				window = "avg10"
			case "1min":
				window = "avg60"
			case "5min":
			default:
				return false, malformed("pressure", v, "the span must be 10sec, 1min or 5min")
			}
		}
		limit, err := ParsePermyriad(strings.TrimSpace(value))
		if err != nil {
			return false, err
		}
		for _, word := range strings.Fields(readHost("/proc/pressure/" + resource)) {
			if avg, ok := strings.CutPrefix(word, window+"="); ok {
				have, err := strconv.ParseFloat(avg, 64)
				return err == nil && have*100 <= float64(limit), err
			}
		}
		return true, nil
	}
}
