package units

import (
	"net/netip"
	"slices"
	"strings"
)

// addressPrefixes are the words that stand for several prefixes.
var addressPrefixes = map[string][]string{
	"any":        {"0.0.0.0/0", "::/0"},
	"localhost":  {"127.0.0.0/8", "::1/128"},
	"link-local": {"169.254.0.0/16", "fe80::/64"},
	"multicast":  {"224.0.0.0/4", "ff00::/8"},
}

// addressPrefix reads one word of IPAddressAllow=: an address, ADDRESS/LENGTH, or a word for several.
func addressPrefix(_ *line, word string) (prefixes []netip.Prefix, err error) {
	for _, text := range addressPrefixes[word] {
		prefixes = append(prefixes, netip.MustParsePrefix(text))
	}
	if prefixes != nil {
		return prefixes, nil
	}
	if a, err := netip.ParseAddr(word); err == nil && a.Zone() == "" {
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}, nil
	}
	p, err := netip.ParsePrefix(word)
	if err != nil {
		return nil, malformed("address prefix", word, "write ADDRESS, ADDRESS/LENGTH, any, localhost, link-local or multicast")
	}
	return []netip.Prefix{p.Masked()}, nil
}

// socketBind reads one word of SocketBindAllow=: [FAMILY:][PROTOCOL:]PORTS or "any".
func socketBind(l *line, word string) ([]SocketBindRule, error) {
	why := malformed("address to bind", word, "write [ipv4:|ipv6:][tcp:|udp:]PORT, FIRST-LAST or any")
	word, err := l.x.Expand(word)
	if err != nil {
		return nil, err
	}
	var r SocketBindRule
	parts := strings.Split(word, ":")
	ports := parts[len(parts)-1]
	parts = parts[:len(parts)-1]
	if len(parts) > 0 && (parts[0] == "ipv4" || parts[0] == "ipv6") {
		r.Family, parts = parts[0], parts[1:]
	}
	if len(parts) > 0 && (parts[0] == "tcp" || parts[0] == "udp") {
		r.Protocol, parts = parts[0], parts[1:]
	}
	if len(parts) == 0 && r.Protocol == "" && (ports == "tcp" || ports == "udp") {
		r.Protocol, ports = ports, "any"
	} else if len(parts) == 0 && r.Family == "" && r.Protocol == "" && (ports == "ipv4" || ports == "ipv6") {
		r.Family, ports = ports, "any"
	}
	if len(parts) > 0 {
		return nil, why
	}
	if ports != "any" {
		first, last, ranged := strings.Cut(ports, "-")
		if !ranged {
			last = first
		}
		low, err1 := ParseUint(first, 16)
		high, err2 := ParseUint(last, 16)
		if err1 != nil || err2 != nil || low == 0 || low > high {
			return nil, why
		}
		r.First, r.Last = uint16(low), uint16(high)
	}
	return []SocketBindRule{r}, nil
}

// pathPerLine adds a path; all of the line belongs to it.
func pathPerLine(l *line, dst any, value string) error {
	list := dst.(*[]string)
	if value == "" {
		*list = nil
		return nil
	}
	p, err := l.devicePath(value)
	if err == nil && !slices.Contains(*list, p) {
		*list = append(slices.Clip(*list), p)
	}
	return err
}

// bpfAttachments are the places at which BPFProgram= may attach.
var bpfAttachments = []string{
	"egress", "ingress", "sock_create", "sock_ops", "device", "bind4", "bind6", "connect4", "connect6", "post_bind4",
	"post_bind6", "sendmsg4", "sendmsg6", "sysctl", "recvmsg4", "recvmsg6", "getsockopt", "setsockopt",
}

// bpfProgram reads ATTACHMENT:PATH.
func bpfProgram(l *line, dst any, value string) error {
	list := dst.(*[]BPFProgram)
	if value == "" {
		*list = nil
		return nil
	}
	attach, path, _ := strings.Cut(value, ":")
	if !slices.Contains(bpfAttachments, attach) {
		return malformed("BPF program", value, "write ATTACHMENT:PATH, with one of "+joinWords(bpfAttachments))
	}
	path, err := l.devicePath(path)
	if err == nil {
		*list = append(slices.Clip(*list), BPFProgram{attach, path})
	}
	return err
}

// nftSet reads one word SOURCE:FAMILY:TABLE:SET.
func nftSet(_ *line, word string) ([]NFTSet, error) {
	parts := strings.Split(word, ":")
	if len(parts) != 4 || !slices.Contains([]string{"cgroup", "user", "group"}, parts[0]) ||
		!slices.Contains([]string{"arp", "bridge", "inet", "ip", "ip6", "netdev"}, parts[1]) || !nftName(parts[2]) || !nftName(parts[3]) {
		return nil, malformed("nftables set", word, "write SOURCE:FAMILY:TABLE:SET, with a source of cgroup, user or group")
	}
	return []NFTSet{{parts[0], parts[1], parts[2], parts[3]}}, nil
}

func nftName(s string) bool {
	ok := s != "" && len(s) < 32 && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z')
	for _, c := range []byte(s) {
		ok = ok && (c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(`/\_.`, c) >= 0)
	}
	return ok
}
