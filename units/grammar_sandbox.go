package units

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// nameFilter reads a list whose first line says whether it allows or, with "~", forbids; a line of the other
// sense takes names off it.
func nameFilter(check func(string) (string, error)) valueParser {
	return func(l *line, dst any, value string) error {
		f := dst.(*NameFilter)
		if value == "" {
			*f = NameFilter{}
			return nil
		}
		if value == "none" && l.key == "RestrictAddressFamilies" {
			*f = NameFilter{Set: true, Allow: true}
			return nil
		}
		value, invert := strings.CutPrefix(value, "~")
		if !f.Set {
			f.Set, f.Allow = true, !invert
		}
		words, err := SplitWords(value, WordUnquote)
		for _, w := range words {
			name, werr := check(w)
			if werr != nil {
				l.warn(werr)
				continue
			}
			f.Names = slices.DeleteFunc(slices.Clone(f.Names), func(n string) bool { return n == name })
			if f.Allow != invert {
				f.Names = append(f.Names, name)
			}
		}
		return err
	}
}

// addressFamilies are the socket families by the names of socket(2), in the order of their numbers.
var addressFamilies = strings.Fields(`UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet
	NETBEUI SECURITY KEY NETLINK PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV
	RXRPC ISDN PHONET IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP`)

func addressFamily(s string) (string, error) {
	name, ok := strings.CutPrefix(s, "AF_")
	switch {
	case ok && (name == "LOCAL" || name == "FILE"):
		return "AF_UNIX", nil
	case ok && name == "ROUTE":
		return "AF_NETLINK", nil
	case !ok || !slices.Contains(addressFamilies, name):
		return "", malformed("address family", s, "write one such as AF_INET or AF_UNIX")
	}
	return s, nil
}

// fileSystemGroups are the groups of RestrictFileSystems= (systemd-analyze filesystems).
var fileSystemGroups = []string{
	"@basic-api", "@anonymous", "@application", "@auxiliary-api", "@common-block", "@historical-block", "@network",
	"@privileged-api", "@security", "@temporary", "@known",
}

func fileSystemName(s string) (string, error) {
	if strings.HasPrefix(s, "@") && !slices.Contains(fileSystemGroups, s) {
		return "", malformed("group of file systems", s, "it must be one of "+joinWords(fileSystemGroups))
	}
	return s, nil
}

// interfaceName checks the name of a network interface; a number could be taken for its index.
func interfaceName(s string) (string, error) {
	ok := s != "" && len(s) < 16 && s != "." && s != ".." && s != "all" && s != "default"
	for _, c := range []byte(s) {
		ok = ok && c > ' ' && c < 0x7f && strings.IndexByte(":/%", c) < 0
	}
	if !ok || strings.Trim(s, "0123456789") == "" {
		return "", malformed("network interface", s, "not a valid name")
	}
	return s, nil
}

// namespaces are the kinds of namespaces that RestrictNamespaces= knows, sorted by name.
var namespaces = []string{"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}

// restrictNamespaces reads a boolean, or the kinds of namespaces that are allowed, or with "~" forbidden.
func restrictNamespaces(_ *line, dst any, value string) error {
	f := dst.(*NamespaceFilter)
	if value == "" {
		*f = NamespaceFilter{}
		return nil
	}
	if on, err := ParseBool(value); err == nil {
		*f = NamespaceFilter{Set: on}
		return nil
	}
	value, invert := strings.CutPrefix(value, "~")
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	for _, w := range words {
		if !slices.Contains(namespaces, w) {
			return malformed("namespace", w, "it must be one of "+joinWords(namespaces))
		}
	}
	allowed := slices.Clone(f.Allowed)
	switch {
	case !f.Set && invert:
		allowed = slices.Clone(namespaces)
	case !f.Set:
		allowed = nil
	}
	if invert {
		allowed = slices.DeleteFunc(allowed, func(n string) bool { return slices.Contains(words, n) })
	} else {
		allowed = append(allowed, words...)
	}
	slices.Sort(allowed)
	*f = NamespaceFilter{Set: true, Allowed: slices.Compact(allowed)}
	return nil
}

// systemCallGroups are the groups that systemd-analyze syscall-filter lists.
var systemCallGroups = strings.Fields(`@default @aio @basic-io @chown @clock @cpu-emulation @debug @file-system @io-event
	@ipc @keyring @known @memlock @module @mount @network-io @obsolete @pkey @privileged @process @raw-io @reboot
	@resources @sandbox @setuid @signal @swap @sync @system-service @timer`)

// systemCallName checks the form of a system call's name, or that a group exists. Which calls there are, is the
// kernel's to say.
func systemCallName(s string) error {
	if strings.HasPrefix(s, "@") {
		if !slices.Contains(systemCallGroups, s) {
			return malformed("group of system calls", s, "there is none of this name")
		}
		return nil
	}
	if s == "" || s[0] < '_' || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return malformed("system call", s, "not a valid name")
	}
	return nil
}

// architectures are the words of SystemCallArchitectures=.
var architectures = strings.Fields(`native x86 x86-64 x32 arm arm64 loongarch64 mips mips64 mips64-n32 mips-le mips64-le
	mips64-le-n32 parisc parisc64 ppc ppc64 ppc64-le riscv64 s390 s390x`)

func architectureName(s string) (string, error) {
	if !slices.Contains(architectures, s) {
		return "", malformed("architecture", s, "it must be one of "+joinWords(architectures))
	}
	return s, nil
}

// filterErrno reads what a forbidden system call ends with: "kill", the name of an error, or its number.
func filterErrno(s string) (FilterErrno, error) {
	if s == "" || s == "kill" {
		return FilterKill, nil
	}
	if i := slices.Index(errorNames, s); i > 0 && s != "" {
		return FilterErrno(i), nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > 4095 {
		return 0, malformed("error number", s, `write "kill", a name such as EPERM, or a number up to 4095`)
	}
	return FilterErrno(n), nil
}

// filterError is filterErrno without 0, which is no error.
func filterError(s string) (FilterErrno, error) {
	e, err := filterErrno(s)
	if err == nil && e == 0 {
		err = outOfRange("error number", s)
	}
	return e, err
}

// personalities are the words of Personality= on the machines that pintle is made for.
var personalities = []string{"x86-64", "x86", "arm64", "arm", "ppc64", "ppc64-le", "ppc", "ppc-le", "s390x", "s390", "riscv64", "loongarch64"}

// dumpFilterBits are the names of core(5)'s bits, in their order.
var dumpFilterBits = []string{"private-anonymous", "shared-anonymous", "private-file-backed", "shared-file-backed",
	"elf-headers", "private-huge", "shared-huge", "private-dax", "shared-dax"}

// dumpFilter reads CoredumpFilter=: bits by name, "all", "default", or hexadecimal masks.
func dumpFilter(_ *line, dst any, value string) error {
	set := dst.(**CoredumpFilter)
	if value == "" {
		*set = nil
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	var mask CoredumpFilter
	if *set != nil {
		mask = **set
	}
	for _, w := range words {
		switch bit := slices.Index(dumpFilterBits, w); {
		case w == "all":
			mask = 1<<len(dumpFilterBits) - 1
		case w == "default":
			mask |= 0x33
		case bit >= 0:
			mask |= 1 << bit
		default:
			n, err := strconv.ParseUint(strings.TrimPrefix(w, "0x"), 16, 64)
			if err != nil {
				return malformed("core dump filter", w, "write a mask, all, default, or one of "+joinWords(dumpFilterBits))
			}
			mask |= CoredumpFilter(n)
		}
	}
	*set = &mask
	return nil
}

// logField checks one FIELD=VALUE of LogExtraFields= (systemd.journal-fields(7)).
func logField(s string) (string, error) {
	name, _, ok := strings.Cut(s, "=")
	ok = ok && name != "" && len(name) <= 64 && name[0] >= 'A' && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == "" && name[0] != '_'
	if !ok {
		return "", malformed("log field", s, "write FIELD=VALUE, the name in capitals")
	}
	return s, nil
}

func logNamespace(s string) (string, error) {
	if !ValidFileName(s) || len(s) > 222 || strings.ContainsAny(s, "\\\"'") || KindOfName("x@"+s+".service") != InstanceName {
		return "", malformed("log namespace", s, "not a valid name")
	}
	return s, nil
}

// rootHash checks RootHash=: hexadecimal digits, or the file that has them.
func rootHash(s string) (string, error) {
	if IsAbsolutePath(s) {
		return ParsePath(s)
	}
	if b, err := hex.DecodeString(s); err != nil || len(b) < 16 {
		return "", malformed("root hash", s, "write at least 32 hexadecimal digits, or the path of a file")
	}
	return s, nil
}

func rootHashSignature(s string) (string, error) {
	if IsAbsolutePath(s) {
		return ParsePath(s)
	}
	data, ok := strings.CutPrefix(s, "base64:")
	if _, err := base64.StdEncoding.DecodeString(data); !ok || err != nil {
		return "", malformed("root hash signature", s, "write base64:DATA, or the path of a file")
	}
	return s, nil
}

// requiredPath is for paths without which a process must not run: a bad one costs the unit.
func requiredPath(l *line, dst any, value string) error {
	if err := checkedText(ParsePath)(l, dst, value); err != nil {
		return fatal(err)
	}
	return nil
}

// requiredBool is for booleans whose bad value costs the unit (DynamicUser=).
func requiredBool(l *line, dst any, value string) error {
	if err := parseWith(ParseBool)(l, dst, value); err != nil {
		return fatal(err)
	}
	return nil
}

// account reads User= and Group=; a bad one costs the unit, which else would run as root.
func account(l *line, dst any, value string) error {
	if err := checkedText(accountName)(l, dst, value); err != nil {
		return fatal(err)
	}
	return nil
}

// accounts reads SupplementaryGroups=; a bad one costs the unit.
func accounts(l *line, dst any, value string) error {
	list := dst.(*[]string)
	if value == "" {
		*list = nil
		return nil
	}
	words, err := SplitWords(value, WordUnquote)
	if err != nil {
		return err
	}
	for _, w := range words {
		if w, err = l.x.Expand(w); err == nil {
			w, err = accountName(w)
		}
		if err != nil {
			return fatal(err)
		}
		*list = append(slices.Clip(*list), w)
	}
	return nil
}
