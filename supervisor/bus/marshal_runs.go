package bus

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// commandRuns are commands with how each ran last: begin and end on both clocks, pid, code and status.
func commandRuns(signature string, c supervisor.CommandRuns) any {
	if signature == "a(sasasttttuii)" {
		return each(c.Runs, func(r supervisor.CommandRun) commandRunEx {
			begin, end := r.Last.Start, r.Last.Exit
			return commandRunEx{clean(r.Path), asTexts(r.Argv), asTexts(r.Flags()), uint64(begin.Realtime), uint64(begin.Monotonic),
				uint64(end.Realtime), uint64(end.Monotonic), uint32(r.Last.PID), int32(r.Last.Code), int32(r.Last.Status)}
		})
	}
	return each(c.Runs, func(r supervisor.CommandRun) commandRun {
		begin, end := r.Last.Start, r.Last.Exit
		return commandRun{clean(r.Path), asTexts(r.Argv), r.IgnoreFailure, uint64(begin.Realtime), uint64(begin.Monotonic),
			uint64(end.Realtime), uint64(end.Monotonic), uint32(r.Last.PID), int32(r.Last.Code), int32(r.Last.Status)}
	})
}

func outcomes(o supervisor.Outcomes) []outcome {
	return each(o.List, func(c supervisor.Outcome) outcome {
		return outcome{o.Word + c.Type, c.Trigger, c.Negate, clean(c.Value), int32(c.Result)}
	})
}

// marshalNetwork is marshalList for what is about addresses.
func marshalNetwork(value any) any {
	switch v := value.(type) {
	case []netip.Prefix:
		return each(v, func(p netip.Prefix) addressPrefix {
			family := int32(unix.AF_INET6)
			if p.Addr().Is4() {
				family = unix.AF_INET
			}
			return addressPrefix{family, p.Addr().AsSlice(), uint32(p.Bits())}
		})
	case []units.SocketBindRule:
		return each(v, func(r units.SocketBindRule) bindRule {
			rule := bindRule{Family: unix.AF_UNSPEC}
			switch r.Family {
			case "ipv4":
				rule.Family = unix.AF_INET
			case "ipv6":
				rule.Family = unix.AF_INET6
			}
			switch r.Protocol {
			case "tcp":
				rule.Protocol = unix.IPPROTO_TCP
			case "udp":
				rule.Protocol = unix.IPPROTO_UDP
			}
			if r.Last != 0 {
				rule.Count, rule.First = r.Last-r.First+1, r.First
			}
			return rule
		})
	case []units.NFTSet:
		return each(v, func(s units.NFTSet) nftSet {
			set := nftSet{Table: s.Table, Set: s.Set}
			for i, word := range [...]string{"cgroup", "user", "group"} {
				if word == s.Source {
					set.Source = int32(i + 1)
				}
			}
			switch s.Family {
			case "inet":
				set.Family = 1
			case "ip":
				set.Family = 2
			case "arp":
				set.Family = 3
			case "netdev":
				set.Family = 5
			case "bridge":
				set.Family = 7
			case "ip6":
				set.Family = 10
			}
			return set
		})
	}
	return nil
}
